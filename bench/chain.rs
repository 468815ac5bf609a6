//! The chain of `scenarios/bench/chain.toml` in the simulator, as `run` simulates it: same recorder,
//! same streams, same defaults.

use wssim_experiment::findings::Findings;
use wssim_experiment::question::{Question, Worlds};
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_scenario::Scenario;

/// The scenario of the chain.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/bench/chain.toml");

/// Requests per second of the chain.
pub const RATE: f64 = 200.0;

/// The chain; each replication has `requests` requests on average.
///
/// # Panics
/// When the scenario is wrong.
#[must_use]
pub fn scenario(file: &str, requests: u64) -> (Scenario, Question) {
    let seconds = (requests as f64 / RATE).ceil();
    let sets = [format!("scenario.duration={seconds}s"), "scenario.warmup=1s".to_owned()];
    match Scenario::load(file, &sets) {
        Ok(scenario) => {
            let question = scenario.question();
            (scenario, question)
        }
        Err(diagnostics) => unreachable!("{}", diagnostics.render(false)),
    }
}

/// Runs `replications` on `threads`.
///
/// # Panics
/// When the world cannot be made.
#[must_use]
pub fn simulate(
    worlds: &dyn Worlds,
    question: &Question,
    replications: u32,
    threads: usize,
) -> Findings {
    let options = Options {
        seed: 84,
        threads: Some(threads),
        replications: Some(replications),
        precision: 0.02,
        ranges: true,
    };
    match run(worlds, question, &options, &Unwatched) {
        Ok(findings) => findings,
        Err(error) => unreachable!("{error:?}"),
    }
}
