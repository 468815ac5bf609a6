//! Trust in the answers: coverage, false verdicts, determinism, laws.

mod bursts;
mod counting;
mod coverage;
mod determinism;
mod pairs;
mod pressure;
mod quotas;
mod random_lives;
mod random_memory;
mod random_unrest;
mod random_worlds;
mod shares;
mod trace;
mod verdicts;

use wssim_experiment::cluster::ClusterFacts;
use wssim_experiment::question::{
    AtRisk, Claim, Expected, Measure, MeasureKind, MetricRef, Override, Question, RangeEnd,
    RangedInput, Study, WorldError, Worlds,
};
use wssim_kernel::Nanos;
use wssim_model::Blueprint;

/// A world without a file.
struct Fixed(Blueprint);

impl Worlds for Fixed {
    fn blueprint(&self, _: Option<&str>, _: &[Override]) -> Result<Blueprint, WorldError> {
        Ok(self.0.clone())
    }

    fn at_risk(&self, _: Option<&str>, _: &[Override]) -> Result<AtRisk, WorldError> {
        Ok(AtRisk { blueprint: self.0.clone(), cluster: ClusterFacts::default() })
    }

    fn between(&self, _: &RangedInput, _: RangeEnd, _: f64) -> Option<Override> {
        None
    }

    fn replicas(&self, service: &str, replicas: u32) -> Override {
        Override { path: service.to_owned(), value: replicas.to_string() }
    }
}

/// A steady state of `seconds` after a warm-up, no claims.
fn steady(warm_up: f64, seconds: f64) -> Question {
    let duration = Nanos::from_seconds(seconds);
    let kind = MeasureKind::Steady { warm_up: Some(Nanos::from_seconds(warm_up)) };
    let measure = Measure { kind, duration, slot: Nanos(duration.0 / 10) };
    Question { measure, ..Question::default() }
}

/// A claim that the mean response time of all requests lies between these, in seconds.
fn mean_response(id: &str, min: Option<f64>, max: Option<f64>) -> Claim {
    let labels = [("entry", "all"), ("stat", "mean")];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Claim {
        id: id.to_owned(),
        text: id.to_owned(),
        source: String::new(),
        metric: MetricRef {
            name: "response_time_seconds".to_owned(),
            labels: labels.into(),
            part: None,
        },
        expected: Expected { min, max, relative: false, point: false },
        relative_to: None,
        study: Study::Run,
        observed: false,
        not_simulated: None,
    }
}
