//! What to do next: inputs to measure, commands that judge the other claims, where to read more.

use std::collections::BTreeMap;
use wssim_experiment::findings::{Findings, JudgedClaim, Verdict};
use wssim_experiment::question::Study;
use wssim_experiment::reason::Reason;

/// Most inputs that are named.
const MOST_INPUTS: usize = 2;

/// The inputs that most open claims depend on: what to measure next.
pub(crate) fn measure(findings: &Findings) -> Option<String> {
    let open = findings.claims.iter().filter(|one| one.verdict == Verdict::Undecided);
    let mut claims: BTreeMap<&str, usize> = BTreeMap::new();
    for path in open.flat_map(inputs) {
        *claims.entry(path).or_default() += 1;
    }
    let mut order: Vec<(&str, usize)> = claims.into_iter().collect();
    order.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let named = order.iter().take(MOST_INPUTS);
    let named: Vec<String> = named.map(|(path, _)| format!("`{path}`")).collect();
    let more = match order.len().saturating_sub(MOST_INPUTS) {
        0 => String::new(),
        more => format!(", {more} more"),
    };
    (!named.is_empty()).then(|| format!("Measure next: {}{more}", named.join(", ")))
}

fn inputs(judged: &JudgedClaim) -> impl Iterator<Item = &str> {
    let flips = judged.why.iter().filter_map(|reason| match reason {
        Reason::Flips(flip) => Some(&flip.inputs),
        _ => None,
    });
    flips.flatten().map(|input| input.path.as_str())
}

/// Where to read more.
pub(crate) fn more(findings: &Findings, notes: usize) -> String {
    let mut parts = vec!["--all prints everything".to_owned()];
    if notes > 0 {
        parts.push(format!("{notes} more notes"));
    }
    let what = match findings.not_simulated.len() {
        0 => return parts.join(", "),
        1 => "1 thing".to_owned(),
        many => format!("{many} things"),
    };
    let name = Study::Run.name();
    debug_assert_eq!(findings.answer.study().name(), name, "the others have reports of their own");
    format!("{}; {what} not simulated: wssim check {}", parts.join(", "), findings.name)
}
