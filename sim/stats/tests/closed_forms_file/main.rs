//! Compares `stats::theory` and the estimators with `tests/validation/closed-forms.csv`.
//!
//! No simulation runs here: two independently written closed forms are compared, so that tests of the
//! simulator may rely on `stats::theory`. Each row of a covered family must be reproduced; a metric that
//! the code below does not know fails the test.

#![allow(clippy::unwrap_used)] // a test may panic

mod availability;
mod caches;
mod file;
mod networks;
mod queues;
mod statistics;

use std::collections::BTreeSet;

use file::{Row, rows};

/// Relative error of rows computed by exact arithmetic.
const EXACT: f64 = 1e-9;

/// Relative error of all other rows; the file is exact to 1e-8 and prints twelve digits.
const NUMERICAL: f64 = 1e-8;

/// Families of the file that no closed form here reproduces yet.
const PENDING: [&str; 13] = [
    "lb_jsq",
    "lb_power_of_d_finite",
    "lb_power_of_d_limit",
    "lb_random_split",
    "lb_weighted_split",
    "max_load_mm1_p",
    "max_load_mmc_p",
    "mg1_priority_nonpreemptive",
    "min_servers_erlang_c",
    "mmc_priority_nonpreemptive",
    "morris_linear",
    "sobol_ishigami",
    "token_bucket_policer",
];

/// A covered family: how to compute its metrics, and to which relative error.
type Family = (&'static str, fn(&Row) -> Option<f64>, f64);

const COVERED: [Family; 44] = [
    ("alternating_renewal", availability::alternating_renewal, NUMERICAL),
    ("closed_network", networks::closed_network, NUMERICAL),
    ("dd1_overload", queues::dd1_overload, EXACT),
    ("deterministic_node_outage", availability::deterministic_node_outage, EXACT),
    ("drain_backlog", queues::drain_backlog, NUMERICAL),
    ("erlang_a", queues::erlang_a, NUMERICAL),
    ("erlang_b", queues::erlang_b, NUMERICAL),
    ("failover_pair", availability::failover_pair, NUMERICAL),
    ("finite_source", networks::finite_source, NUMERICAL),
    ("fork_join_2", networks::fork_join_2, NUMERICAL),
    ("gm1", queues::gm1, NUMERICAL),
    ("interval_availability_cdf", availability::interval_availability_cdf, NUMERICAL),
    ("k_of_n", availability::k_of_n, NUMERICAL),
    ("k_of_n_mission", availability::k_of_n_mission, NUMERICAL),
    ("lb_round_robin", queues::lb_round_robin, NUMERICAL),
    ("lru_cache_che", caches::lru_cache_che, NUMERICAL),
    ("lru_cache_exact", caches::lru_cache_exact, NUMERICAL),
    ("md1", queues::md1, NUMERICAL),
    ("mg1_fcfs", queues::mg1_fcfs, NUMERICAL),
    ("mg1_ps", queues::mg1_ps, NUMERICAL),
    ("mgc_ps", queues::mgc_ps, NUMERICAL),
    ("mginf", queues::mginf, NUMERICAL),
    ("mh2_1_quantiles", queues::mh2_1_quantiles, NUMERICAL),
    ("mm1", queues::mm1, NUMERICAL),
    ("mm1_bernoulli_feedback", networks::mm1_bernoulli_feedback, NUMERICAL),
    ("mm1_breakdowns", availability::mm1_breakdowns, NUMERICAL),
    ("mm1_run_length", statistics::mm1_run_length, EXACT),
    ("mm1_transient", queues::mm1_transient, NUMERICAL),
    ("mmc", queues::mmc, NUMERICAL),
    ("mmc_breakdowns", availability::mmc_breakdowns, NUMERICAL),
    ("mmck", queues::mmck, NUMERICAL),
    ("mmpp_m_c", queues::mmpp_m_c, NUMERICAL),
    ("open_jackson", networks::open_jackson, NUMERICAL),
    ("parallel_k_of_n", networks::parallel_k_of_n, NUMERICAL),
    ("pool_tandem", networks::pool_tandem, NUMERICAL),
    ("quorum3_mttf", availability::quorum3_mttf, NUMERICAL),
    ("retry", networks::retry, EXACT),
    ("series_parallel", availability::series_parallel, EXACT),
    ("stat_holm", statistics::holm, EXACT),
    ("stat_mser5", statistics::mser5, EXACT),
    ("stat_quantile_ci_ranks", statistics::quantile_ci_ranks, EXACT),
    ("stat_replication_ci", statistics::replication_ci, EXACT),
    ("stat_t_quantile", statistics::t_quantile, EXACT),
    ("two_state", availability::two_state, NUMERICAL),
];

#[test]
fn every_row_of_a_covered_family_is_reproduced() {
    let mut checked = 0;
    let mut wrong = Vec::new();
    for row in rows() {
        let Some((_, compute, tolerance)) = COVERED.iter().find(|(name, ..)| *name == row.family)
        else {
            continue;
        };
        checked += 1;
        match compute(&row) {
            Some(ours) if (ours - row.exact).abs() <= tolerance * row.exact.abs() + 1e-13 => {}
            Some(ours) => wrong.push(format!("{}: {ours} instead of {}", row.id, row.exact)),
            None => wrong.push(format!("{}: unknown metric {}", row.id, row.metric)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(checked, ROWS_CHECKED, "rows of covered families");
}

/// Rows that the test above reproduces.
const ROWS_CHECKED: usize = 459;

#[test]
fn every_family_is_covered_or_known_to_be_pending() {
    let in_file: BTreeSet<String> = rows().into_iter().map(|row| row.family).collect();
    let covered = COVERED.iter().map(|(name, ..)| (*name).to_owned());
    let pending = PENDING.iter().map(|name| (*name).to_owned());
    let known: BTreeSet<String> = covered.chain(pending).collect();
    assert_eq!(in_file, known);
    assert_eq!(known.len(), COVERED.len() + PENDING.len(), "no family is both");
}
