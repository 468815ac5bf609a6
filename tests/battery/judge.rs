//! Judges a model: every row inside its 99.9 % interval, every interval narrow enough.

use super::file::{Model, Row};
use super::world::{Length, Setup, Shown, replicate};
use wssim_stats::{Estimate, mean_interval, student_t_quantile};

/// Level of the intervals.
const LEVEL: f64 = 0.999;
/// Replications of a steady-state model.
const REPLICATIONS: u32 = 24;
/// Initial requests of a replication; four times as many each time an interval is too wide.
const FIRST: f64 = 10_000.0;
/// Most lengthenings.
const LENGTHENINGS: u32 = 6;
/// The seed, and the one that must pass if the first misses.
const SEEDS: [u64; 2] = [84, 1984];

/// One row and its deviation, in standard errors.
pub(super) struct Judged {
    pub(super) z: f64,
}

fn nightly() -> bool {
    std::env::var("WSSIM_BATTERY").is_ok_and(|value| value == "nightly")
}

/// Largest half-width for a row, relative to its value.
fn tolerance(model: &Model, row: &Row) -> f64 {
    let spread = ["var_", "sd_"].iter().any(|name| row.metric.starts_with(name));
    let quantile = row.metric.contains("_p9") || row.metric.contains("_p50");
    let (mean, tail) = if nightly() { (0.01, 0.02) } else { (0.03, 0.05) };
    let usual = if spread || quantile { tail } else { mean };
    if row.metric.starts_with("prob_") && row.exact < 0.01 {
        return 0.1;
    }
    // The second moments of waits depend on the fourth of the service times: a narrow interval would
    // take hours. Beyond ρ = 0.85 the runs of a push would take minutes; the nightly run requires the
    // full width.
    if row.metric == "var_wait" || (!nightly() && is_heavy(model)) { 0.1 } else { usual }
}

/// Whether some station of the model is loaded beyond 0.85.
fn is_heavy(model: &Model) -> bool {
    model.rows.iter().any(|row| {
        (row.metric.starts_with("utilization") && row.exact > 0.85)
            || (row.metric == "mean_in_system_L" && row.exact > 8.5)
            || (row.metric.starts_with("mean_wait") && loads(model) > 0.85)
    })
}

fn loads(model: &Model) -> f64 {
    let number = |name: &str| model.parameters[name].as_f64();
    match (number("lam"), number("mu"), number("c")) {
        (Some(lam), Some(mu), c) => lam / mu / c.unwrap_or(1.0),
        _ => 0.0,
    }
}

/// Simulates `setup` and judges every row of `model`.
pub(super) fn judge(model: &Model, setup: &Setup) -> Vec<Judged> {
    let (found, seconds) = estimates(model, setup, SEEDS[0]);
    let mut judged = Vec::new();
    for (row, estimate) in model.rows.iter().zip(found) {
        let mut z = standardized(row, &estimate);
        if !covers(row, &estimate) {
            println!("{} misses at seed {}: {estimate:?}", row.id, SEEDS[0]);
            let (again, _) = estimates(model, setup, SEEDS[1]);
            let place = model.rows.iter().position(|other| other.id == row.id).unwrap();
            z = standardized(row, &again[place]);
            assert!(
                covers(row, &again[place]),
                "{}: {} is not in {:?}",
                row.id,
                row.exact,
                again[place]
            );
        }
        let width = estimate.half_width() / row.exact.abs();
        let allowed = tolerance(model, row);
        assert!(
            row.exact == 0.0 || width <= allowed,
            "{}: half-width {:.1} % after {seconds:.0} s, allowed {:.1} %",
            row.id,
            width * 100.0,
            allowed * 100.0
        );
        judged.push(Judged { z });
    }
    judged
}

fn covers(row: &Row, estimate: &Estimate) -> bool {
    // A deterministic number has a precision of whole nanoseconds.
    estimate.low - 2e-9 <= row.exact && row.exact <= estimate.high + 2e-9
}

fn standardized(row: &Row, estimate: &Estimate) -> f64 {
    let t = student_t_quantile(f64::from(estimate.n - 1), 1.0 - (1.0 - LEVEL) / 2.0);
    let error = estimate.half_width() / t;
    if error > 0.0 { (estimate.mean - row.exact) / error } else { 0.0 }
}

/// An interval for every row, and the simulated seconds of one replication.
fn estimates(model: &Model, setup: &Setup, seed: u64) -> (Vec<Estimate>, f64) {
    let (mut requests, mut lengthenings) = (FIRST, 0);
    loop {
        let (lead, long, replications) = match setup.length {
            // A third of the width takes nine times as many.
            Length::Window(lead, long, n) => (lead, long, if nightly() { 9 * n } else { n }),
            Length::Steady => {
                let seconds = requests / setup.rate;
                (seconds / 10.0, seconds, REPLICATIONS)
            }
        };
        let found = intervals(model, setup, seed, (lead, long), replications);
        let narrow = |(row, estimate): (&Row, &Estimate)| {
            row.exact == 0.0 || estimate.half_width() / row.exact.abs() <= tolerance(model, row)
        };
        let settled = model.rows.iter().zip(&found).all(narrow);
        let fixed = matches!(setup.length, Length::Window(..));
        if fixed || (settled && !nightly()) || lengthenings == LENGTHENINGS {
            return (found, long);
        }
        if settled {
            // A run that ended because its interval was narrow has more often met few large values: it
            // determines the length, and another of twice that length is judged.
            let (lead, long) = (2.0 * lead, 2.0 * long);
            return (intervals(model, setup, seed + 1, (lead, long), replications), long);
        }
        requests *= 4.0;
        lengthenings += 1;
    }
}

fn intervals(
    model: &Model,
    setup: &Setup,
    seed: u64,
    (lead, long): (f64, f64),
    replications: u32,
) -> Vec<Estimate> {
    let read = |shown: &Shown| -> Vec<f64> {
        let one = |row: &Row| {
            (setup.read)(&row.metric, shown)
                .unwrap_or_else(|| panic!("{}: nothing measures {}", row.id, row.metric))
        };
        model.rows.iter().map(one).collect()
    };
    let values: Vec<Vec<f64>> = (0..replications)
        .map(|number| read(&replicate(&setup.blueprint, seed, number, lead, long)))
        .collect();
    (0..model.rows.len())
        .map(|place| {
            let column: Vec<f64> = values.iter().map(|row| row[place]).collect();
            mean_interval(&column, LEVEL).unwrap()
        })
        .collect()
}
