//! The closed-form battery through simulated worlds: scenario → blueprint → world → estimator.
//!
//! Each row of `tests/validation/closed-forms.csv` has one number. Each row of a covered family is
//! turned into a scenario, simulated, and estimated; its exact value must lie inside the 99.9 %
//! interval, and the interval must be narrow enough (`tests/validation/README.md`, tolerances of the
//! push). `WSSIM_BATTERY=nightly` requires the narrower intervals of the nightly run, which takes longer:
//!
//! ```text
//! WSSIM_BATTERY=nightly cargo test --release --test wssim battery
//! ```

mod agents;
mod availability;
mod balancing;
mod calls;
mod changing;
mod competing;
mod faults;
mod file;
mod giving_up;
mod judge;
mod killing;
mod limits;
mod loads;
mod networks;
mod page_cache;
mod paging;
mod proxies;
mod queues;
mod renewal;
mod sharing;
mod stores;
mod terminating;
mod twin;
mod wanting;
mod wires;
mod world;

use file::{Model, models};
use judge::{Judged, judge};
use world::Setup;

/// Families that are simulated, and where.
const COVERED: [&str; 46] = [
    "mm1",
    "mmc",
    "mmck",
    "mmpp_m_c",
    "md1",
    "mg1_fcfs",
    "gm1",
    "mh2_1_quantiles",
    "mg1_ps",
    "mgc_ps",
    "mginf",
    "erlang_b",
    "erlang_a",
    "finite_source",
    "closed_network",
    "open_jackson",
    "pool_tandem",
    "fork_join_2",
    "parallel_k_of_n",
    "retry",
    "mm1_bernoulli_feedback",
    "mm1_transient",
    "drain_backlog",
    "dd1_overload",
    "lb_round_robin",
    "lb_jsq",
    "lb_power_of_d_finite",
    "lb_power_of_d_limit",
    "lb_random_split",
    "lb_weighted_split",
    "lru_cache_che",
    "lru_cache_exact",
    "token_bucket_policer",
    "mm1_breakdowns",
    "deterministic_node_outage",
    "alternating_renewal",
    "interval_availability_cdf",
    "two_state",
    "failover_pair",
    "k_of_n",
    "k_of_n_mission",
    "quorum3_mttf",
    "series_parallel",
    "max_load_mm1_p",
    "max_load_mmc_p",
    "min_servers_erlang_c",
];

/// Families of statistics of given values, without a world; `sim/stats/tests` checks every row.
const KERNELS: [&str; 5] =
    ["stat_holm", "stat_mser5", "stat_quantile_ci_ranks", "stat_replication_ci", "stat_t_quantile"];

/// Families of models or studies that the simulator does not have yet.
const PENDING: [&str; 6] = [
    "mg1_priority_nonpreemptive",
    "mm1_run_length",
    "mmc_breakdowns",
    "mmc_priority_nonpreemptive",
    "morris_linear",
    "sobol_ishigami",
];

#[test]
fn every_family_is_covered_or_pending_by_name() {
    let mut known: Vec<&str> = COVERED.iter().chain(&KERNELS).chain(&PENDING).copied().collect();
    known.sort_unstable();
    let mut found: Vec<String> = models().into_iter().map(|model| model.family).collect();
    found.sort();
    found.dedup();
    assert_eq!(found, known);
}

/// Simulates every model of `family`, built by `setup`, and judges every row.
fn family(family: &str, setup: impl Fn(&Model) -> Setup) {
    let mut judged: Vec<Judged> = Vec::new();
    let models: Vec<Model> = models().into_iter().filter(|m| m.family == family).collect();
    assert!(!models.is_empty(), "{family} is in the file");
    for model in &models {
        judged.extend(judge(model, &setup(model)));
    }
    let n = judged.len() as f64;
    let z = judged.iter().map(|row| row.z).sum::<f64>() / n;
    let square = judged.iter().map(|row| row.z * row.z).sum::<f64>() / n;
    println!("{family}: {} rows, mean z {z:.2}, mean z² {square:.2}", judged.len());
    // Rows of one model are correlated: a mean square beyond this is a bias, not chance.
    assert!(square < 5.0, "{family}: mean z² {square:.2}");
}
