//! Pages in swap: a measured table, Che's approximation, and the cost of a fault.
//!
//! Measured on a virtual machine with Linux: one process in a cgroup walks over 1 GiB of anonymous pages,
//! Zipf's law with exponent alpha over the pages, 30 % writes, runs of 13 s, swap in a file of 2 GB on the
//! disk of the machine, the cgroup's limit 1 GiB / (1 + overcommit). The walk needs 0.2 to 0.9 µs a touch,
//! a fault 120 to 200 µs in all. Slowdowns are against the same walk without a limit.
//!
//! Limits of the runs: with steep skew the rare pages had not been touched even once within 13 s, so
//! there are fewer faults than in the long run; and the slowdowns at alpha 1.2, without faults, are
//! scheduling noise.

use super::world::{blueprint, mean, replicate};
use wssim_model::Blueprint;
use wssim_stats::mean_interval;
use wssim_stats::theory::caches::{che, zipf};

/// Pages of 1 GiB.
const PAGES: usize = 262_144;
/// One ratio for all cells, in the middle of both measured ranges: 150 µs a fault, 0.6 µs a touch.
const FAULT: f64 = 150e-6;
const TOUCH: f64 = 0.6e-6;
/// CPU of a step.
const STEP: f64 = 10e-3;

/// One cell: overcommit, alpha; slowdown and faults per touch as measured; faults by Che; whether the
/// run was long enough.
struct Cell(f64, f64, [f64; 3], bool);

/// Steady: every page was touched often enough within the run.
const MEASURED: [Cell; 16] = [
    Cell(0.05, 0.0, [15.0, 0.050, 0.048], true),
    Cell(0.10, 0.0, [19.0, 0.062, 0.091], true),
    Cell(0.20, 0.0, [48.0, 0.169, 0.167], true),
    Cell(0.40, 0.0, [68.0, 0.287, 0.286], true),
    Cell(0.05, 0.8, [1.0, 0.0002, 0.013], false),
    Cell(0.10, 0.8, [5.1, 0.027, 0.027], true),
    Cell(0.20, 0.8, [6.5, 0.040, 0.052], true),
    Cell(0.40, 0.8, [18.0, 0.107, 0.096], true),
    Cell(0.05, 1.0, [1.1, 0.0, 0.005], false),
    Cell(0.10, 1.0, [1.3, 0.0, 0.010], false),
    Cell(0.20, 1.0, [3.8, 0.009, 0.019], false),
    Cell(0.40, 1.0, [8.4, 0.031, 0.036], true),
    Cell(0.05, 1.2, [1.5, 0.0, 0.001], false),
    Cell(0.10, 1.2, [1.7, 0.0, 0.002], false),
    Cell(0.20, 1.2, [1.5, 0.0, 0.004], false),
    Cell(0.40, 1.2, [2.0, 0.0002, 0.008], false),
];

/// The walk: a user who never thinks, with the part of `PAGES` pages in RAM that an overcommit leaves.
fn walk(overcommit: f64, alpha: f64) -> Blueprint {
    let ram = PAGES as f64 * 4096.0 / (1.0 + overcommit);
    blueprint(&format!(
        r#"
[scenario]
title = "A walk over 1 GiB"
[node.host]
cores = 1
memory = "{ram:.0} B"
swap = "2 GiB"
disk = {{ read = "constant(150us)" }}
[service.walk]
memory = {{ base = "1 GiB", alpha = {alpha}, touch = "0.6us" }}
endpoint.touch.steps = [ {{ cpu = "constant(10ms)" }} ]
[traffic.one]
entry = "walk.touch"
arrivals = {{ kind = "closed", users = 1, think = "0s" }}
"#
    ))
}

/// Faults per touch and responses of one replication.
fn walked(world: &Blueprint, number: u32, long: f64) -> (f64, Vec<f64>) {
    let shown = replicate(world, 84, number, 1.0, long);
    let [touches, faults] = shown.averages.containers[0].touches.map(|n| n as f64);
    (faults / touches, shown.responses())
}

/// The probability of a fault by Che's sums over every page.
fn exact(pages: usize, alpha: f64, resident: f64) -> f64 {
    1.0 - che(&zipf(pages, alpha), resident).hit_ratio
}

/// Faults against the table's own column of Che, against its sums over all 262 144 pages, and against
/// the measurements that were stationary; without skew also the slowdown. 100 s are 100 steps at least:
/// of 16 667 touches each, so of m = 0.001 faults are known to 1 % or better.
#[test]
fn the_measured_table_of_memory_pressure() {
    println!("over alpha  faults  che     table  measured  slowdown measured");
    for Cell(over, alpha, [slowdown, measured, table], steady) in MEASURED {
        let (faults, responses) = walked(&walk(over, alpha), 0, 100.0);
        let due = exact(PAGES, alpha, PAGES as f64 / (1.0 + over));
        let slower = mean(&responses) / STEP;
        let why = if steady { "" } else { "  the rare pages were not touched within 13 s" };
        println!(
            "{over:.2}  {alpha:.1}  {faults:.5} {due:.5} {table:.3}   {measured:.4}   \
             {slower:6.2}   {slowdown:6.2}{why}"
        );
        let case = format!("{over} {alpha}");
        assert!((faults / due - 1.0).abs() < 0.03, "{case}: {faults}, Che {due}");
        // The table has three digits.
        assert!((faults - table).abs() < 0.03 * table + 0.0006, "{case}: {faults}, table {table}");
        if steady {
            let off = (measured - faults).abs();
            assert!(off < faults / 3.0, "{case}: {faults}, measured {measured}");
        } else {
            assert!(measured < faults, "{case}: {faults}, measured {measured} too early");
        }
        if alpha == 0.0 {
            let off = (slower / slowdown - 1.0).abs();
            assert!(off < 0.35, "{case}: {slower} times slower, measured {slowdown}");
        }
    }
}

/// Equal pages: a touch faults with probability 1 − C/n, so a step of n touches takes its CPU and n·(1 −
/// C/n) faults, one after the other.
#[test]
fn a_step_takes_its_cpu_and_its_faults() {
    for over in [0.05, 0.2, 0.4] {
        let world = walk(over, 0.0);
        let due = STEP + STEP / TOUCH * (1.0 - 1.0 / (1.0 + over)) * FAULT;
        let means: Vec<f64> = (0..10).map(|n| mean(&walked(&world, n, 100.0).1)).collect();
        let estimate = mean_interval(&means, 0.999).unwrap();
        assert!(estimate.covers(due), "{over}: {due} is not in {estimate:?}");
        assert!(estimate.half_width() < 0.005 * due, "{over}: {estimate:?}");
    }
}

/// A queue at the swap device: three walks, each with its own core, and one disk that serves one visit
/// at once. The disk is never idle, so each walk gets a third of it: a step takes three times its own
/// faults.
#[test]
fn faults_of_several_stand_in_one_queue() {
    let over = 0.2;
    let ram = 3.0 * 16_384.0 * 4096.0 / (1.0 + over);
    let service = |n: u32| {
        format!(
            r#"
[service.walk{n}]
memory = {{ base = "64 MiB", alpha = 0.0, touch = "1us" }}
endpoint.touch.steps = [ {{ cpu = "constant(1ms)" }} ]
[traffic.of{n}]
entry = "walk{n}.touch"
arrivals = {{ kind = "closed", users = 1, think = "0s" }}
"#
        )
    };
    let world = blueprint(&format!(
        r#"
[scenario]
title = "Three walks"
[node.host]
cores = 3
memory = "{ram:.0} B"
swap = "1 GiB"
disk = {{ read = "constant(150us)" }}
{}{}{}
"#,
        service(1),
        service(2),
        service(3)
    ));
    let shown = replicate(&world, 84, 0, 20.0, 200.0);
    let faults = 1_000.0 * (1.0 - 1.0 / (1.0 + over));
    let due = 3.0 * faults * 150e-6;
    let response = mean(&shown.responses());
    assert!((response / due - 1.0).abs() < 0.02, "{response} instead of {due}");
    let paging: f64 = shown.averages.containers.iter().map(|container| container.paging).sum();
    let computing: f64 = shown.averages.containers.iter().map(|c| c.computing).sum();
    assert!((paging + computing - 3.0).abs() < 1e-6, "{paging} page, {computing} compute");
    // Waiting for pages is no work, and occupies no thread.
    assert!((shown.averages.nodes[0].threads - computing).abs() < 1e-6);
    // All of them wait or compute: the kernel counts three.
    assert!((shown.averages.nodes[0].load.unwrap() - 3.0).abs() < 1e-6);
}

/// Users who give up after 5 ms, while a step of 2 000 touches waits for its 400 pages: it never
/// computes, but its touches and faults count.
#[test]
fn faults_of_who_is_given_up_are_among_the_touches() {
    let world = blueprint(
        r#"
[scenario]
title = "Given up"
[node.host]
cores = 1
memory = "64 MiB"
swap = "1 GiB"
disk = { read = "constant(150us)" }
[service.walk]
memory = { base = "80 MiB", alpha = 0, touch = "1us" }
endpoint.touch.steps = [ { cpu = "constant(2ms)" } ]
[traffic.some]
entry = "walk.touch"
arrivals = { kind = "periodic", period = "100ms" }
patience = "5ms"
cancel = true
"#,
    );
    let shown = replicate(&world, 84, 0, 1.0, 60.0);
    assert_eq!(shown.failed(), 1.0);
    let [touches, faults] = shown.averages.containers[0].touches.map(|n| n as f64);
    assert!((touches - 600.0 * 2_000.0).abs() <= 2_000.0, "{touches}");
    assert!((faults / touches - 0.2).abs() < 0.002, "{faults} of {touches}");
}
