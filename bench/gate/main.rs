//! The speed gate: the cost of the chain beside the hand-coded yardstick, in one run.
//!
//! Deterministic figures are gated: instructions, events and allocations per request, replications per
//! verdict, each beside the count in `bench/baseline.csv`, and memory. Ratios of wall times come from
//! interleaved pairs, best of five; they are gated beyond a stated noise band, since a shared machine
//! moves them by some 15 %. `gate` prints every figure with its bound and exits with 1 if one is broken;
//! `gate --write-baseline` writes the counts.

mod baseline;
mod figure;
mod memory;
mod study;
mod times;

use std::process::ExitCode;

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
fn counts() -> Vec<baseline::GateCount> {
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
