//! The cost of the plan's verdicts: replications and events of all arms, at all values of the inputs.

use crate::baseline::GateCount;
use std::sync::atomic::{AtomicU64, Ordering};
use wssim_bench::chain;
use wssim_experiment::question::Study;
use wssim_experiment::watch::{Progress, Watch};
use wssim_experiment::{Options, run};
use wssim_scenario::Scenario;

/// The plan.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/after.toml");
/// Requests of the chain.
const REQUESTS: u64 = 50_000;

/// Counts the replications of a study.
#[derive(Default)]
struct Counter(AtomicU64);

impl Watch for Counter {
    fn progress(&self, _one_more: &Progress<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        false
    }

    fn over_budget(&self) -> bool {
        false
    }
}

pub(crate) fn counts() -> Vec<GateCount> {
    let (scenario, question) = chain::scenario(chain::FILE, REQUESTS);
    let findings = chain::simulate(&scenario, &question, 1, 1);
    vec![
        GateCount {
            what: "events per request of the chain",
            value: findings.events as f64 / findings.requests as f64,
        },
        GateCount {
            what: "replications per verdict of the plan",
            value: replications_per_verdict(),
        },
    ]
}

/// Replications of `run after`, over the claims that it judges.
fn replications_per_verdict() -> f64 {
    let Ok(scenario) = Scenario::load(FILE, &[]) else { return f64::NAN };
    let question = scenario.question();
    let counter = Counter::default();
    let options =
        Options { seed: 84, threads: None, replications: None, precision: 0.02, ranges: true };
    let Ok(findings) = run(&scenario, &question, &options, &counter) else { return f64::NAN };
    let judged = findings.claims.iter().filter(|one| Study::Run.judges(one.claim.study)).count();
    counter.0.load(Ordering::Relaxed) as f64 / judged as f64
}
