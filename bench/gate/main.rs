//! The speed gate: the cost of the chain beside the hand-coded yardstick, in one run.
//!
//! Deterministic figures are gated: instructions, events and allocations per request, replications per
//! verdict, each beside the count in `bench/baseline.csv`, and memory. Ratios of wall times come from
//! interleaved pairs, best of five; they are gated beyond a stated noise band, since a shared machine
//! moves them by some 15 %. `gate` prints every figure with its bound and exits with 1 if one is broken;
//! `gate --write-baseline` writes the counts.

mod baseline;
mod memory;
mod study;
mod times;

use std::alloc::System;
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// Counts every allocation of the process.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A figure and its bound.
struct Figure {
    what: &'static str,
    value: f64,
    bound: f64,
    /// Whether the bound is a minimum, not a maximum.
    at_least: bool,
}

impl Figure {
    fn at_least(what: &'static str, value: f64, bound: f64) -> Self {
        Self { what, value, bound, at_least: true }
    }

    fn at_most(what: &'static str, value: f64, bound: f64) -> Self {
        Self { what, value, bound, at_least: false }
    }

    fn holds(&self) -> bool {
        if self.at_least { self.value >= self.bound } else { self.value <= self.bound }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => gate(),
        ["--write-baseline"] => match baseline::write(&counts()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("bench/baseline.csv: {error}");
                ExitCode::FAILURE
            }
        },
        // Parts that run in a separate process.
        ["run", requests] => {
            memory::run_once(requests.parse().unwrap_or(100_000));
            ExitCode::SUCCESS
        }
        ["years", years] => {
            memory::years_once(years.parse().unwrap_or(1));
            ExitCode::SUCCESS
        }
        ["peak", requests] => {
            memory::print_peak(requests.parse().unwrap_or(100_000));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: gate [--write-baseline]");
            ExitCode::from(2)
        }
    }
}

/// Machine-independent counts.
fn counts() -> Vec<baseline::Count> {
    let mut counts = memory::counts();
    counts.extend(study::counts());
    counts
}

fn gate() -> ExitCode {
    let mut figures = times::figures();
    figures.extend(memory::figures());
    figures.extend(baseline::figures(&counts()));
    let mut broken = 0;
    for figure in &figures {
        let sign = if figure.at_least { "≥" } else { "≤" };
        let verdict = if figure.holds() { "ok" } else { "BROKEN" };
        println!(
            "{:<58} {:>12.3}   {sign} {:<10.6} {verdict}",
            figure.what, figure.value, figure.bound
        );
        broken += usize::from(!figure.holds());
    }
    if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
