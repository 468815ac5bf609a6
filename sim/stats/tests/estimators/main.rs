//! Tests of estimators: intervals cover the truth as often as stated, searches find what exhaustive
//! search finds.
//!
//! No simulation runs here: experiments are drawn from laws whose means are known. Seeds are fixed,
//! and each test states how often chance alone would break it.

#![allow(clippy::unwrap_used)] // a test may panic

mod control_variates;
mod draws;
mod looks;
mod paired_end;
mod worst_case;

/// Experiments per test of coverage.
const EXPERIMENTS: u64 = 2000;

/// Whether 95 % intervals cover in 92.5 to 97.5 % of `of` experiments. For exact intervals chance fails
/// this once in two million tests of 2000, and once in seven hundred of 800.
fn as_stated(covered: u64, of: u64) -> bool {
    (of * 925 / 1000..=of * 975 / 1000).contains(&covered)
}

fn assert_covers(covered: u64, what: &str) {
    assert!(as_stated(covered, EXPERIMENTS), "{what}: {covered} of {EXPERIMENTS} intervals cover");
}
