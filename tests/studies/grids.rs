//! Grids: each world is made once, and none after an interrupt.

use crate::text::{poisson, world};
use std::sync::atomic::{AtomicUsize, Ordering};
use wssim_experiment::findings::{Answer, Findings, StoppedBy};
use wssim_experiment::question::{AtRisk, Override, RangeEnd, RangedInput, WorldError, Worlds};
use wssim_experiment::sweep::{SweepOptions, sweep};
use wssim_experiment::watch::{Progress, Unwatched, Watch};
use wssim_model::Blueprint;
use wssim_scenario::Scenario;

/// A scenario that counts the worlds that it makes.
struct Counted {
    scenario: Scenario,
    made: AtomicUsize,
}

impl Worlds for Counted {
    fn blueprint(&self, arm: Option<&str>, all: &[Override]) -> Result<Blueprint, WorldError> {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.scenario.blueprint(arm, all)
    }

    fn at_risk(&self, arm: Option<&str>, all: &[Override]) -> Result<AtRisk, WorldError> {
        self.scenario.at_risk(arm, all)
    }

    fn between(&self, input: &RangedInput, end: RangeEnd, fraction: f64) -> Option<Override> {
        self.scenario.between(input, end, fraction)
    }

    fn replicas(&self, service: &str, replicas: u32) -> Override {
        self.scenario.replicas(service, replicas)
    }
}

/// `name`: of the scenario's file, another in each test.
fn swept(watch: &dyn Watch, values: &str, refine: u32) -> (Findings, usize) {
    let scenario = world()
        .with("[scenario]\nduration = '1min'")
        .node("host", 4)
        .service("shop", "workers = 1")
        .cpu("buy", "exp(10ms)")
        .traffic("web", "shop.buy", poisson(20))
        .scenario();
    let worlds = Counted { scenario, made: AtomicUsize::new(0) };
    let options = SweepOptions {
        seed: 84,
        threads: Some(2),
        replications: 2,
        parameters: vec![wssim_scenario::parameter(values).unwrap()],
        metrics: Vec::new(),
        refine,
    };
    let findings = sweep(&worlds, &worlds.scenario.question(), &options, watch).unwrap();
    (findings, worlds.made.into_inner())
}

fn points(findings: &Findings) -> usize {
    match &findings.answer {
        Answer::Sweep(sweep) => sweep.points.len(),
        _ => panic!("no sweep"),
    }
}

/// Five of the grid, two added ones, and the scenario's own, which determines the metrics.
#[test]
fn each_world_is_made_once() {
    let (findings, made) = swept(&Unwatched, "traffic.scale=0.5..2/5", 2);
    assert_eq!((points(&findings), made), (7, 8));
}

struct Interrupted;

impl Watch for Interrupted {
    fn progress(&self, _: &Progress<'_>) {}

    fn interrupted(&self) -> bool {
        true
    }

    fn over_budget(&self) -> bool {
        false
    }
}

#[test]
fn worlds_that_no_study_waits_for_are_not_made() {
    let (findings, made) = swept(&Interrupted, "traffic.scale=0.5..2/5000", 0);
    assert!(made <= 1, "{made} worlds");
    assert_eq!(points(&findings), 0);
    assert_eq!(findings.stopped_by, StoppedBy::Interrupt);
}
