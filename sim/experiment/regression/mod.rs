//! Two results of one question, the baseline and a later one: what got worse by more than its limit?
//!
//! ```text
//!  results.json ──► Recorded ─┐
//!                             ├─► compare ──► Difference: a row a number, a row a claim, what carries it
//!  results.json ──► Recorded ─┘
//! ```
//!
//! A number has *regressed* where both of two gates are passed: the change is more than its limit, and its
//! interval leaves zero out. The intervals of all m numbers are simultaneous, at level 1 − 0.01/m, so that chance
//! alone lets one of a hundred comparisons fail at most. Of the same seed, replication i of both results is a
//! pair (common random numbers); otherwise Welch's interval.

mod change;
mod comparable;
pub mod findings;
mod limits;
pub mod recorded;
mod rows;

pub use comparable::Incomparable;
/// Fewer replications than this tell nothing.
pub const FEWEST: u32 = crate::judge::FEWEST as u32;

pub(crate) use limits::is_usual;
pub use limits::{AskedLimit, Limits};

use findings::Difference;
use recorded::Recorded;

/// Whether a result of what `awaited` says could be compared with `baseline`.
///
/// # Errors
/// When it could not.
pub fn check(baseline: &Recorded, awaited: &Recorded, limits: &Limits) -> Result<(), Incomparable> {
    comparable::pairing(baseline, awaited)?;
    limits.check(baseline)
}

/// What became of `baseline` in `now`.
///
/// # Errors
/// When the two do not answer the same question, or one of them answers none.
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
