//! Years of the plan's cluster without traffic: four servers, 81 services on Swarm.

use wssim_experiment::cluster::ClusterFacts;
use wssim_experiment::failures::years::{self, YEAR};
use wssim_experiment::question::Worlds;
use wssim_kernel::Nanos;
use wssim_model::Blueprint;
use wssim_scenario::Scenario;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/recommended.toml");

/// A cluster with random failures.
#[derive(Debug)]
pub struct Wearing {
    blueprint: Blueprint,
    cluster: ClusterFacts,
}

impl Wearing {
    /// The plan's cluster; with `common_causes` power and switch fail, too, otherwise only nodes.
    ///
    /// # Panics
    /// When the scenario is wrong.
    #[must_use]
    pub fn plan(common_causes: bool) -> Self {
        let scenario = match Scenario::load(FILE, &[]) {
            Ok(scenario) => scenario,
            Err(diagnostics) => panic!("{}", diagnostics.render(false)),
        };
        let own = scenario.at_risk(None, &[]).expect("what loads can be made");
        let mut faults = own.blueprint.faults.clone();
        faults.retain(|fault| common_causes || !fault.name.starts_with("site."));
        Self { blueprint: own.blueprint.struck_by(faults), cluster: own.cluster }
    }

    /// Simulates `years` years; returns the number of faults.
    #[must_use]
    pub fn years(&self, years: u64) -> u64 {
        let end = Nanos(years * YEAR.0);
        years::history(&self.blueprint, &self.cluster, [84, 0], end).faults
    }
}
