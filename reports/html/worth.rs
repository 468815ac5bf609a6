//! The first line: the basis of the numbers. Then the numbers of claims by verdict.

use super::context::CommandContext;
use super::markup::{Html, tone};
use crate::said;
use crate::tally::{VerdictTally, judged_here};
use crate::wording;
use wssim_experiment::findings::{Findings, Verdict};
use wssim_experiment::input::Basis;

pub(super) fn line(html: &mut Html, findings: &Findings, told: &CommandContext) {
    let sentences = ["Simulated, not measured.".to_owned(), checked(findings, told), assumed(told)];
    html.prose("p", "worth", sentences.join(" ").trim_end());
}

/// How many numbers were checked against measurements.
fn checked(findings: &Findings, told: &CommandContext) -> String {
    let observed = findings
        .claims
        .iter()
        .filter(|judged| judged.claim.observed && judged_here(findings, judged));
    let met = observed.clone().filter(|judged| judged.verdict == Verdict::Reproduced).count();
    let all = observed.count();
    let elsewhere = told.plans.iter().flat_map(|plan| &plan.observed_in);
    let elsewhere: Vec<String> =
        elsewhere.map(|(name, count)| format!("the {count} of `{name}`")).collect();
    match (all, elsewhere.as_slice()) {
        (0, []) => "No figure was checked against a measurement.".to_owned(),
        (0, names) => format!(
            "No measurement was made of this; its inputs are held to measurements elsewhere: {}.",
            names.join(", ")
        ),
        (all, _) => format!("{met} of {all} measured figures are reproduced."),
    }
}

/// How many inputs are known.
fn assumed(told: &CommandContext) -> String {
    let Some(plan) = told.plans.first() else { return String::new() };
    let count = |is: fn(&Basis) -> bool| plan.inputs.iter().filter(|one| is(&one.basis)).count();
    let sourced = count(|basis| matches!(basis, Basis::Source(_)));
    let assumed = count(|basis| matches!(basis, Basis::Assumption(_)));
    let have = if sourced == 1 { "has" } else { "have" };
    format!(
        "{assumed} of its {} inputs are assumptions, {sourced} {have} a source.",
        assumed + sourced
    )
}

/// A number for each verdict.
pub(super) fn tally(html: &mut Html, findings: &Findings) {
    let tally = VerdictTally::of(findings);
    let judged = tally.holds + tally.reproduced + tally.refuted + tally.undecided;
    if judged > 0 {
        let all = [
            (tally.refuted, Verdict::Refuted, "refuted"),
            (tally.undecided, Verdict::Undecided, "undecided"),
            (tally.holds, Verdict::Holds, "hold"),
            (tally.reproduced, Verdict::Reproduced, "reproduced"),
        ];
        html.block("ul", "tally", |html| {
            for (count, verdict, name) in all.into_iter().filter(|(count, ..)| *count > 0) {
                let class = tone(said::tone(verdict));
                html.block("li", class, |html| {
                    html.leaf("b", "", &count.to_string());
                    html.text(if count == 1 && verdict == Verdict::Holds { "holds" } else { name });
                });
            }
        });
    }
    html.leaf("p", "faint", &wording::summary(findings));
    if let Some(survival) = wording::survival(findings) {
        html.leaf("p", "answer", &survival);
    }
}
