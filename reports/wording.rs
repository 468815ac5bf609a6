//! Sentences shared by text and Markdown reports.

use crate::capacity;
use crate::compare;
use crate::failures;
use crate::migrate;
use crate::quantity;
use crate::reason;
use crate::said::{is_change, plan, sentence, tone};
use crate::sweep;
use crate::table::{Cell, ColumnKind, Table, Tone};
use crate::tally::{VerdictTally, judged_here};
use wssim_experiment::findings::{Answer, Findings, JudgedClaim, StoppedBy, Verdict};
use wssim_experiment::note::Note;
use wssim_stats::Estimate;

/// Ratio from which a refuted value is shown as a multiple of its limit: "12 times the limit".
const MULTIPLE: f64 = 10.0;

/// The title: the scenario.
pub(crate) fn title(findings: &Findings) -> String {
    if let Answer::Sweep(sweep) = &findings.answer {
        return sweep::title(findings, sweep);
    }
    if let Answer::Compare(comparison) = &findings.answer {
        return compare::title(comparison);
    }
    if findings.title.is_empty() {
        findings.name.clone()
    } else {
        format!("{} · {}", findings.name, findings.title)
    }
}

/// The headlines of the study, if it has any.
pub(crate) fn answer(findings: &Findings) -> Vec<String> {
    match &findings.answer {
        Answer::Compare(comparison) => compare::answer(comparison),
        Answer::Capacity(capacity) => capacity::answer(capacity),
        Answer::Sweep(sweep) => sweep::answer(sweep),
        Answer::Migrate(migration) => migrate::answer(migration),
        Answer::Run(_) | Answer::Failures(_) => Vec::new(),
    }
}

/// The sentence without claims.
fn no_claims(findings: &Findings) -> String {
    match &findings.answer {
        Answer::Sweep(sweep) if sweep.points.len() == 1 => "1 point".to_owned(),
        Answer::Sweep(sweep) => format!("{} points", sweep.points.len()),
        _ => "No claims.".to_owned(),
    }
}

/// The extent of the simulation.
pub(crate) fn counts(findings: &Findings) -> String {
    let replications = match findings.replications {
        1 => "1 replication".to_owned(),
        many => format!("{many} replications"),
    };
    let warm_up = if findings.warm_up_seconds > 0.0 {
        format!(" after {} not measured", quantity::duration(findings.warm_up_seconds))
    } else {
        String::new()
    };
    // Values with more traffic are simulated for a shorter time.
    let stretch = match &findings.answer {
        Answer::Capacity(_) | Answer::Migrate(_) => String::new(),
        _ => format!(" of {}{warm_up}", quantity::duration(findings.measured_seconds)),
    };
    amounts(findings, &format!("{replications}{stretch}"))
}

/// The extent without the warm-up.
pub(crate) fn short_counts(findings: &Findings) -> String {
    let s = if findings.replications == 1 { "" } else { "s" };
    let stretch = quantity::duration(findings.measured_seconds);
    amounts(findings, &format!("{} replication{s} of {stretch}", findings.replications))
}

fn amounts(findings: &Findings, replications: &str) -> String {
    format!(
        "seed {} · {replications} · {} requests · {} events",
        findings.seed,
        quantity::count(findings.requests),
        quantity::count(findings.events),
    )
}

/// The notes that are not in the banner.
pub(crate) fn notes(findings: &Findings) -> Vec<String> {
    let others = findings.notes.iter().filter(|note| !matches!(note, Note::Overload(_)));
    others.map(reason::note).collect()
}

/// Whether a requested part that depends on the available time is incomplete: histories of a long run,
/// points of a sweep.
fn is_cut(findings: &Findings) -> bool {
    match &findings.answer {
        Answer::Run(_) => false,
        // Rollbacks and losses come last, as do a search's last values.
        Answer::Migrate(_) | Answer::Capacity(_) => true,
        Answer::Compare(_) => findings.replications == 0,
        Answer::Sweep(sweep) => sweep.refine > 0 || findings.replications == 0,
        Answer::Failures(failures) => {
            let run = failures.long_run.as_ref();
            run.is_some_and(|run| run.histories < run.planned)
        }
    }
}

/// The sentence on an early end of the run; `None` for a normal end.
pub(crate) fn ending(findings: &Findings) -> Option<String> {
    let replications = findings.replications;
    let nothing = "before the first replication was complete: nothing is known yet.";
    match findings.stopped_by {
        StoppedBy::Interrupt if replications == 0 => {
            Some(format!("Partial: interrupted {nothing}"))
        }
        StoppedBy::Budget if replications == 0 => Some(format!(
            "Stopped by the time budget {nothing} A longer --budget, or a shorter scenario.duration, gives numbers."
        )),
        StoppedBy::Interrupt => {
            Some(format!("Partial: interrupted after {replications} complete replications."))
        }
        StoppedBy::Budget if is_cut(findings) => {
            Some(format!("Stopped by the time budget after {replications} replications."))
        }
        StoppedBy::Budget => Some(format!(
            "Stopped by the time budget; --replications {replications} gives the same numbers again."
        )),
        StoppedBy::Cap => Some(format!(
            "Stopped at the most replications ({replications}) before every claim was decided."
        )),
        StoppedBy::Decided | StoppedBy::Precision | StoppedBy::Replications => None,
    }
}

/// The verdict table.
fn claims(findings: &Findings) -> Table {
    Table {
        columns: vec![
            ("Claim", ColumnKind::Words),
            ("Plan", ColumnKind::Words),
            ("Simulated (simultaneous 95 %)", ColumnKind::Fixed),
            ("Verdict", ColumnKind::Phrases),
        ],
        rows: findings
            .claims
            .iter()
            .filter(|judged| is_listed(findings, judged))
            .map(|judged| {
                let here = judged_here(findings, judged);
                let tone = if here { Tone::Plain } else { Tone::Faint };
                vec![
                    Cell::toned(sentence(judged), tone),
                    Cell::toned(plan(judged), tone),
                    Cell::new(simulated(judged)),
                    if here { verdict(judged) } else { elsewhere(judged) },
                ]
            })
            .collect(),
    }
}

/// `run` lists all claims of the plan; other commands only those that they judge.
pub(crate) fn is_listed(findings: &Findings, judged: &JudgedClaim) -> bool {
    matches!(findings.answer, Answer::Run(_)) || judged_here(findings, judged)
}

/// Whether the verdict table has no row.
fn lists_no_claims(findings: &Findings) -> bool {
    !findings.claims.iter().any(|judged| is_listed(findings, judged))
}

/// The number of claims by verdict.
pub(crate) fn summary(findings: &Findings) -> String {
    if lists_no_claims(findings) {
        return no_claims(findings);
    }
    let tally = VerdictTally::of(findings);
    let holds = if tally.holds == 1 { "holds" } else { "hold" };
    let mut parts = vec![format!("{} {holds}", tally.holds)];
    if tally.reproduced > 0 {
        parts.push(format!("{} reproduced", tally.reproduced));
    }
    parts.push(format!("{} refuted", tally.refuted));
    parts.push(format!("{} undecided", tally.undecided));
    if tally.unestablished > 0 {
        parts.push(format!("{} at the given values only", tally.unestablished));
    }
    if tally.elsewhere > 0 {
        parts.push(format!("{} judged by other commands", tally.elsewhere));
    }
    parts.join(" · ")
}

/// The survival summary, if asked for and known.
pub(crate) fn survival(findings: &Findings) -> Option<String> {
    match &findings.answer {
        Answer::Failures(failures) if !failures.sets.is_empty() => {
            Some(format!("Survives {}", failures::summary(failures, 0)))
        }
        _ => None,
    }
}

/// Claims with a known reason: verdict, claim, reason.
pub(crate) fn reasons(findings: &Findings) -> Vec<(Cell, String)> {
    findings
        .claims
        .iter()
        .filter(|judged| judged_here(findings, judged) && !judged.why.is_empty())
        .map(|judged| {
            let cell = Cell::toned(sentence(judged), tone(judged.verdict));
            (cell, reason::why(&judged.why))
        })
        .collect()
}

/// The simulated column.
pub(crate) fn simulated(judged: &JudgedClaim) -> String {
    let expected = judged.claim.expected;
    let limit = [expected.min, expected.max]
        .into_iter()
        .flatten()
        .map(f64::abs)
        .reduce(f64::max)
        .filter(|limit| *limit > 0.0);
    judged.simulated.as_ref().map_or_else(
        || "—".to_owned(),
        |estimate| quantity::with_interval(estimate, judged.unit, limit, is_change(judged)),
    )
}

fn elsewhere(judged: &JudgedClaim) -> Cell {
    Cell::toned(format!("judged by {}", judged.claim.study.name()), Tone::Faint)
}

/// The verdict, and the distance of a refuted claim.
pub(crate) fn verdict(judged: &JudgedClaim) -> Cell {
    let name = judged.verdict.name();
    let distance = beyond(judged);
    let text = distance.map_or_else(|| name.to_owned(), |distance| format!("{name}: {distance}"));
    if judged.is_at_given_values() {
        return Cell::toned(format!("{text}, at the given values"), tone(Verdict::Undecided));
    }
    Cell::toned(text, tone(judged.verdict))
}

/// The tables of verdicts with their headings; the usual one has none.
pub(crate) fn verdicts(findings: &Findings) -> Vec<(String, Table)> {
    match &findings.answer {
        Answer::Compare(comparison) => compare::tables(findings, comparison),
        Answer::Capacity(capacity) => {
            let judged = (!lists_no_claims(findings)).then(|| (String::new(), claims(findings)));
            let all = [Some((String::new(), capacity::conditions(capacity))), judged];
            all.into_iter().flatten().collect()
        }
        _ if lists_no_claims(findings) => Vec::new(),
        _ => vec![(String::new(), claims(findings))],
    }
}

/// The distance of a refuted claim, if it has one.
pub(crate) fn beyond(judged: &JudgedClaim) -> Option<String> {
    let estimate = judged.simulated.as_ref().filter(|_| judged.verdict == Verdict::Refuted);
    distance(judged, estimate?)
}

/// Limit from which shares differ by points.
const NEARLY_ALL: f64 = 0.5;

/// The distance of the mean beyond the limit that it breaks: relative to that limit, or, for changes and
/// limits of zero, in their own unit.
fn distance(judged: &JudgedClaim, estimate: &Estimate) -> Option<String> {
    let expected = judged.claim.expected;
    let (limit, side) = match (expected.min, expected.max) {
        (Some(min), _) if estimate.mean < min => (min, "below"),
        (_, Some(max)) if estimate.mean > max => (max, "above"),
        _ => return None,
    };
    if estimate.mean.is_infinite() {
        return None;
    }
    let beyond = (estimate.mean - limit).abs();
    // 99 % and 99.9 % are not compared by ratio.
    let is_nearly_all = judged.unit == "ratio" && limit >= NEARLY_ALL;
    if is_change(judged) || limit == 0.0 || is_nearly_all {
        return Some(format!("{} {side}", absolute(beyond, judged.unit)));
    }
    let multiple = estimate.mean / limit;
    if multiple >= MULTIPLE {
        return Some(format!("{multiple:.0} times the limit"));
    }
    Some(format!("{} {side}", quantity::percent(beyond / limit.abs())))
}

/// A distance in its own unit, to two significant digits; shares differ by points, not by percent.
fn absolute(beyond: f64, unit: &str) -> String {
    let text = quantity::rough(beyond, unit);
    match text.strip_suffix(" %") {
        Some(points) => format!("{points} points"),
        None => text,
    }
}
