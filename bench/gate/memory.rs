//! Deterministic figures: allocations, peak memory, instructions.

use crate::baseline::GateCount;
use crate::figure::GateFigure;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::process::Command;
use wssim_bench::chain;
use wssim_bench::years::Wearing;

/// Counts every allocation of the process.
#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Requests of the shorter of two compared runs.
const REQUESTS: u64 = 50_000;
/// Years of the shorter of two compared runs.
const YEARS: u64 = 20;

pub(crate) fn figures() -> Vec<GateFigure> {
    // The least of five: the system gives a few per cent more or less, page by page.
    let peak = |requests| (0..5).map(|_| peak_kib(requests)).fold(f64::INFINITY, f64::min);
    let (short, long) = (peak(1_000_000), peak(10_000_000));
    // The aim is 1.02; the bound leaves a page or two more.
    vec![GateFigure::at_most("peak memory at 10⁷ requests over 10⁶", long / short, 1.04)]
}

pub(crate) fn counts() -> Vec<GateCount> {
    let count = |what, value| GateCount { what, value };
    vec![
        // Only the longer run has enough requests for 99.9 % quantiles, one allocation each; and a
        // histogram may meet a new order of magnitude there.
        count("allocations of 50 000 more requests", more_allocations()),
        count("instructions per request (callgrind)", instructions()),
        // The plan's cluster without traffic, including faults of power and switch: half of the
        // containers restart.
        count("instructions per fault of the long run (callgrind)", instructions_of_years()),
    ]
}

/// One replication of `requests`.
pub(crate) fn run_once(requests: u64) {
    let (scenario, question) = chain::scenario(chain::FILE, requests);
    let findings = chain::simulate(&scenario, &question, 1, 1);
    std::hint::black_box(findings);
}

/// `years` years of the plan's cluster.
pub(crate) fn years_once(years: u64) {
    println!("{}", std::hint::black_box(Wearing::plan(true).years(years)));
}

/// Additional allocations of a replication of twice the length.
fn more_allocations() -> f64 {
    let count = |requests| {
        let (scenario, question) = chain::scenario(chain::FILE, requests);
        let region = Region::new(ALLOCATOR);
        std::hint::black_box(chain::simulate(&scenario, &question, 1, 1));
        let change = region.change();
        change.allocations + change.reallocations
    };
    // The first run sets up static data.
    count(REQUESTS);
    count(2 * REQUESTS) as f64 - count(REQUESTS) as f64
}

/// Runs ten replications of `requests` together, and prints the peak of the resident memory.
pub(crate) fn print_peak(requests: u64) {
    let (scenario, question) = chain::scenario(chain::FILE, requests / 10);
    std::hint::black_box(chain::simulate(&scenario, &question, 10, 1));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", peak.unwrap_or("0").trim().trim_end_matches("kB").trim());
}

/// Peak resident memory of a separate process that simulates `requests`, in KiB.
fn peak_kib(requests: u64) -> f64 {
    let output = itself().and_then(|mut gate| gate.args(["peak", &requests.to_string()]).output());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(f64::NAN)
}

/// Instructions per request, from the cost of 50 000 further requests under callgrind.
fn instructions() -> f64 {
    let count = |requests| count_instructions("run", requests);
    (count(2 * REQUESTS) - count(REQUESTS)) / REQUESTS as f64
}

/// Instructions per fault, from the cost of as many further years.
fn instructions_of_years() -> f64 {
    let cluster = Wearing::plan(true);
    let faults = cluster.years(2 * YEARS) - cluster.years(YEARS);
    let count = |years| count_instructions("years", years);
    (count(2 * YEARS) - count(YEARS)) / faults as f64
}

/// Instructions of a separate process that does `part` for `length`.
fn count_instructions(part: &str, length: u64) -> f64 {
    let Ok(gate) = itself() else { return f64::NAN };
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(gate.get_program())
        .args([part, &length.to_string()])
        .output();
    // valgrind's last line: "==pid== Collected : 123" or "I   refs:      1,234".
    let text = output.map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
    let text = text.unwrap_or_default();
    let line = text.lines().rev().find(|line| line.contains("refs:"));
    let digits: String = line
        .and_then(|line| line.rsplit(':').next())
        .unwrap_or("")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(f64::NAN)
}

fn itself() -> std::io::Result<Command> {
    std::env::current_exe().map(Command::new)
}
