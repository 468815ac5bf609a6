//! Two results of one question, the baseline and a later one: what got worse by more than its limit?
//!
//! ```text
//!  results.json ──► Recorded ─┐
//!                             ├─► compare ──► Difference: rows for numbers and claims, components
//!  results.json ──► Recorded ─┘
//! ```
//!
//! A number has *regressed* if its change exceeds its limit and the interval of the change excludes
//! zero. The intervals of all m numbers are simultaneous, at level 1 − 0.01/m, so that chance alone
//! fails at most one of a hundred comparisons. With the same seed, replication i of both results is a
//! pair (common random numbers); otherwise Welch's interval is used.

mod change;
mod comparable;
pub mod findings;
mod limits;
pub mod recorded;
mod rows;

pub use comparable::Incomparable;
/// Fewest replications of a comparison.
pub const FEWEST: u32 = crate::judge::FEWEST as u32;

pub(crate) use limits::is_usual;
pub use limits::{AskedLimit, Limits};

use findings::Difference;
use recorded::Recorded;

/// Checks whether a result like `awaited` could be compared with `baseline`.
///
/// # Errors
/// When it could not.
pub fn check(baseline: &Recorded, awaited: &Recorded, limits: &Limits) -> Result<(), Incomparable> {
    comparable::pairing(baseline, awaited)?;
    limits.check(baseline)
}

/// Compares `now` with `baseline`.
///
/// # Errors
/// When the two do not answer the same question, or one of them is incomplete.
pub fn compare(
    baseline: &Recorded,
    now: &Recorded,
    limits: &Limits,
) -> Result<Difference, Incomparable> {
    let pairing = comparable::pairing(baseline, now)?;
    limits.check(baseline)?;
    let rows = rows::rows(baseline, now, limits, pairing);
    let claims = rows::claims(baseline, now);
    if rows.is_empty() && claims.is_empty() {
        return Err(Incomparable::Nothing);
    }
    Ok(Difference {
        scenario: now.scenario.clone(),
        replications: [baseline.replications, now.replications],
        seeds: [baseline.seed, now.seed],
        pairing,
        chance: change::CHANCE,
        allow_missing: limits.allow_missing,
        claims,
        carried_by: rows::carried_by(baseline, now),
        rows,
    })
}
