//! The sentences of a comparison.

use super::table::{changed, name, verdicts};
use crate::quantity::{about, count, rough};
use crate::table::Tone;
use wssim_experiment::metric::Worse;
use wssim_experiment::regression::findings::{
    ChangeStatus, ClaimRow, ComparedNumber, Difference, Pairing,
};

/// Most close calls that are named.
const MOST_NAMED: usize = 3;

/// The compared results.
pub(crate) fn title(difference: &Difference) -> String {
    format!("{} · baseline → now", difference.scenario)
}

/// The numbers of replications, and how the two were compared.
pub(crate) fn counts(difference: &Difference) -> String {
    let [before, now] = difference.replications;
    let [seed, other] = difference.seeds;
    let how = match difference.pairing {
        Pairing::Paired => format!("seed {seed}, replication by replication"),
        Pairing::Independent if seed == other => format!("seed {seed}, as independent samples"),
        Pairing::Independent => format!("seeds {seed} and {other}, as independent samples"),
    };
    format!(
        "{before} and {now} replications · {how} · at most 1 comparison in {} fails by chance",
        about(1.0 / difference.chance)
    )
}

/// The number of rows by outcome.
pub(crate) fn summary(difference: &Difference) -> String {
    let count = |is: fn(ChangeStatus) -> bool| {
        difference.rows.iter().filter(|row| is(row.standing)).count()
            + difference.claims.iter().filter(|claim| is(claim.standing)).count()
    };
    let new = count(|one| one == ChangeStatus::New);
    let new = if new == 0 { String::new() } else { format!(" · {new} new") };
    format!(
        "Baseline: {} regressed · {} missing · {} improved · {} within limits · {} too close to call{new}",
        count(|one| one == ChangeStatus::Regressed),
        count(|one| one == ChangeStatus::Missing),
        count(|one| one == ChangeStatus::Improved),
        count(|one| one == ChangeStatus::Within),
        count(|one| matches!(one, ChangeStatus::Unclear { .. })),
    )
}

/// The colour of the summary.
pub(crate) fn tone(difference: &Difference) -> Tone {
    if difference.regressions() > 0 { Tone::Bad } else { Tone::Good }
}

/// The components of the change, and what would decide more.
pub(crate) fn sentences(difference: &Difference) -> Vec<(String, Tone)> {
    let parts = carried_by(difference).map(|sentence| (sentence, Tone::Bad));
    let close = too_close(difference).map(|sentence| (sentence, Tone::Open));
    parts.into_iter().chain(close).collect()
}

/// Where requests take longer, if they do.
fn carried_by(difference: &Difference) -> Option<String> {
    let is_slower = |row: &ComparedNumber| {
        row.standing == ChangeStatus::Regressed && row.unit == "seconds" && row.change.is_some()
    };
    if difference.carried_by.is_empty() || !difference.rows.iter().any(is_slower) {
        return None;
    }
    let part = |(part, seconds): &(String, f64)| format!("{part} +{}", rough(*seconds, "seconds"));
    let parts: Vec<String> = difference.carried_by.iter().map(part).collect();
    Some(format!("A request takes longer in: {}", parts.join(", ")))
}

/// Numbers that may be worse, and the replications that would decide: first those whose mean is worse by
/// more than its limit.
fn too_close(difference: &Difference) -> Option<String> {
    let is_open = |standing: ChangeStatus| matches!(standing, ChangeStatus::Unclear { .. });
    let mut rows: Vec<&ComparedNumber> =
        difference.rows.iter().filter(|row| is_open(row.standing)).collect();
    rows.sort_by_key(|row| (!is_beyond(row), needed(row)));
    let claims = difference.claims.iter().filter(|claim| is_open(claim.standing));
    let all: Vec<String> = claims.map(verdict_of).chain(rows.iter().map(|row| told(row))).collect();
    let named = &all[..all.len().min(MOST_NAMED)];
    let more = all.len() - named.len();
    let more = if more == 0 { String::new() } else { format!("; {more} more") };
    (!all.is_empty()).then(|| format!("Too close to call: {}{more}", named.join("; ")))
}

/// Whether its mean is worse by more than its limit.
fn is_beyond(row: &ComparedNumber) -> bool {
    let worse = row.change.as_ref().map_or(0.0, |change| match row.limit.worse {
        Worse::Higher => change.mean,
        Worse::Lower => -change.mean,
    });
    worse > row.allowed
}

fn needed(row: &ComparedNumber) -> u32 {
    match row.standing {
        ChangeStatus::Unclear { needed } => needed.unwrap_or(u32::MAX),
        _ => u32::MAX,
    }
}

fn verdict_of(claim: &ClaimRow) -> String {
    format!("{}: {}", claim.text, verdicts(claim))
}

fn told(row: &ComparedNumber) -> String {
    let name = name(row);
    if row.now.is_none() {
        return format!("{name}: too little was observed now");
    }
    if row.change.is_none() {
        return format!("{name}: some requests got no answer");
    }
    let takes = match needed(row) {
        u32::MAX => String::new(),
        some => format!(", about {} replications of both would tell", count(u64::from(some))),
    };
    format!("{name} {}{takes}", changed(row))
}
