//! The sentences of a comparison.

use super::table::{changed, name};
use crate::quantity::{count, percent, rough};
use crate::table::Tone;
use wssim_experiment::regression::findings::{Difference, Pairing, Row, Standing};

/// Numbers that are too close to call and are named.
const MOST_NAMED: usize = 3;

/// What is compared.
pub(crate) fn title(difference: &Difference) -> String {
    format!("{} · baseline → now", difference.scenario)
}

/// How much stands behind it, and how the two were compared.
pub(crate) fn counts(difference: &Difference) -> String {
    let [before, now] = difference.replications;
    let [seed, other] = difference.seeds;
    let how = match difference.pairing {
        Pairing::Paired => format!("seed {seed}, replication by replication"),
        Pairing::Independent => format!("seeds {seed} and {other}, as independent samples"),
    };
    format!(
        "{before} and {now} replications · {how} · chance alone fails at most {} of comparisons",
        percent(difference.chance)
    )
}

/// How many are what.
pub(crate) fn summary(difference: &Difference) -> String {
    let count = |is: fn(Standing) -> bool| {
        difference.rows.iter().filter(|row| is(row.standing)).count()
            + difference.claims.iter().filter(|claim| is(claim.standing)).count()
    };
    let new = count(|one| one == Standing::New);
    let new = if new == 0 { String::new() } else { format!(" · {new} new") };
    format!(
        "Baseline: {} regressed · {} missing · {} improved · {} within limits · {} too close to call{new}",
        count(|one| one == Standing::Regressed),
        count(|one| one == Standing::Missing),
        count(|one| one == Standing::Improved),
        count(|one| one == Standing::Within),
        count(|one| matches!(one, Standing::Unclear { .. })),
    )
}

/// Whether it is well.
pub(crate) fn tone(difference: &Difference) -> Tone {
    if difference.regressions() > 0 { Tone::Bad } else { Tone::Good }
}

/// What carries the change, and what would tell more.
pub(crate) fn sentences(difference: &Difference) -> Vec<(String, Tone)> {
    let parts = carried_by(difference).map(|sentence| (sentence, Tone::Bad));
    let close = too_close(difference).map(|sentence| (sentence, Tone::Open));
    parts.into_iter().chain(close).collect()
}

/// Where a request takes longer, if one does.
pub(crate) fn carried_by(difference: &Difference) -> Option<String> {
    let is_slower = |row: &Row| {
        row.standing == Standing::Regressed && row.unit == "seconds" && row.change.is_some()
    };
    if difference.carried_by.is_empty() || !difference.rows.iter().any(is_slower) {
        return None;
    }
    let part = |(part, seconds): &(String, f64)| format!("{part} +{}", rough(*seconds, "seconds"));
    let parts: Vec<String> = difference.carried_by.iter().map(part).collect();
    Some(format!("A request takes longer in: {}", parts.join(", ")))
}

fn too_close(difference: &Difference) -> Option<String> {
    let needed = |row: &Row| match row.standing {
        Standing::Unclear { needed } => Some(needed.unwrap_or(u32::MAX)),
        _ => None,
    };
    let mut open: Vec<(&Row, u32)> =
        difference.rows.iter().filter_map(|row| Some((row, needed(row)?))).collect();
    open.sort_by_key(|(_, needed)| *needed);
    let told = open.iter().take(MOST_NAMED).map(|(row, needed)| {
        let takes = match needed {
            &u32::MAX => String::new(),
            some => format!(", {} replications would tell", count(u64::from(*some))),
        };
        format!("{} {}{takes}", name(row), changed(row))
    });
    let told: Vec<String> = told.collect();
    let more = open.len().saturating_sub(told.len());
    let more = if more == 0 { String::new() } else { format!("; {more} more") };
    (!told.is_empty()).then(|| format!("Too close to call: {}{more}", told.join("; ")))
}
