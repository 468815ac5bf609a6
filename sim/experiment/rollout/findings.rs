//! The findings about rollouts: their endings and activities, averaged over replications.

use super::record::{Activity, code, what};
use crate::arm::{Arm, Observation};
use wssim_model::Blueprint;
use wssim_model::orchestrator::Rollout;
use wssim_model::probe::Ending;

/// One rollout.
#[derive(Clone, Debug)]
pub struct RolloutShown {
    /// Its name.
    pub name: String,
    /// The stack that is deployed.
    pub stack: String,
    /// Its start, in seconds of the measured stretch.
    pub at_seconds: f64,
    /// Replications by ending, as in [`Ending::ALL`]; the last element counts those without an end.
    pub ended: [u32; Ending::ALL.len() + 1],
    /// Mean end over the replications with one, in seconds of the measured stretch.
    pub end_seconds: Option<f64>,
    /// Its activities, in the order of their start.
    pub bars: Vec<RolloutBar>,
}

/// An activity during a rollout.
#[derive(Clone, Debug)]
pub struct RolloutBar {
    /// Its kind.
    pub what: RolloutWork,
    /// Mean start and end over the replications in which it happened and ended, in seconds of the
    /// measured stretch.
    pub from: f64,
    /// See `from`.
    pub to: f64,
    /// Replications in which it ended, and in which it did not.
    pub over: u32,
    /// See `over`.
    pub open: u32,
}

/// A kind of activity during a rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RolloutWork {
    /// The image of this service is built.
    Builds(String),
    /// It is pushed to its registry.
    Pushes(String),
    /// This node pulls images.
    Pulls(String),
    /// The containers of this service are replaced, and watched.
    Updates(String),
}

/// All rollouts of `arm`, after `replications`.
pub(crate) fn shown(arm: &Arm, replications: usize) -> Vec<RolloutShown> {
    let observations = &arm.observations[..replications];
    let rollouts = arm.blueprint.rollouts().iter().enumerate();
    rollouts.map(|(place, rollout)| one(&arm.blueprint, observations, place, rollout)).collect()
}

fn one(
    blueprint: &Blueprint,
    observations: &[Observation],
    place: usize,
    rollout: &Rollout,
) -> RolloutShown {
    let (mut ended, mut ends) = ([0; Ending::ALL.len() + 1], Vec::new());
    for observation in observations {
        let whole = observation.activities.iter().find(|activity| is_whole(activity, place));
        let outcome = |activity: &Activity| {
            let is_it = |outcome: &Ending| code(*outcome) == activity.outcome;
            Ending::ALL.iter().position(is_it).unwrap_or(Ending::ALL.len())
        };
        ended[whole.map_or(Ending::ALL.len(), outcome)] += 1;
        ends.extend(whole.map(|whole| whole.to).filter(|to| to.is_finite()));
    }
    RolloutShown {
        name: rollout.name.clone(),
        stack: rollout.stack.clone(),
        at_seconds: rollout.at.seconds(),
        ended,
        end_seconds: (!ends.is_empty()).then(|| ends.iter().sum::<f64>() / ends.len() as f64),
        bars: bars(blueprint, observations, place, rollout),
    }
}

fn is_whole(activity: &Activity, rollout: usize) -> bool {
    activity.what == what::ROLLOUT && activity.of[0] as usize == rollout
}

/// One bar for each activity.
fn bars(
    blueprint: &Blueprint,
    observations: &[Observation],
    place: usize,
    rollout: &Rollout,
) -> Vec<RolloutBar> {
    let mut sums: Vec<RolloutBar> = Vec::new();
    for observation in observations {
        for (what, from, to) in of_one(blueprint, observation, place, rollout) {
            let known = sums.iter().position(|bar| bar.what == what).unwrap_or_else(|| {
                sums.push(RolloutBar { what, from: 0.0, to: 0.0, over: 0, open: 0 });
                sums.len() - 1
            });
            let bar = &mut sums[known];
            if to == f64::INFINITY {
                bar.open += 1;
            } else {
                (bar.over, bar.from, bar.to) = (bar.over + 1, bar.from + from, bar.to + to);
            }
        }
    }
    for bar in &mut sums {
        let over = f64::from(bar.over.max(1));
        (bar.from, bar.to) = (bar.from / over, bar.to / over);
    }
    sums.sort_by(|a, b| a.from.total_cmp(&b.from));
    sums
}

/// The activities of one replication, each from its first start to its last end.
fn of_one(
    blueprint: &Blueprint,
    observation: &Observation,
    place: usize,
    rollout: &Rollout,
) -> Vec<(RolloutWork, f64, f64)> {
    let name = |service: u32| blueprint.services[service as usize].name.clone();
    let mut all: Vec<(RolloutWork, f64, f64)> = Vec::new();
    for activity in
        observation.activities.iter().filter(|activity| belongs(activity, place, rollout))
    {
        let what = match activity.what {
            what::BUILD => RolloutWork::Builds(name(activity.of[0])),
            what::PUSH => RolloutWork::Pushes(name(activity.of[0])),
            what::UPDATE => RolloutWork::Updates(name(activity.of[0])),
            _ => RolloutWork::Pulls(blueprint.nodes[activity.of[0] as usize].name.clone()),
        };
        match all.iter_mut().find(|one| one.0 == what) {
            Some(one) => (one.1, one.2) = (one.1.min(activity.from), one.2.max(activity.to)),
            None => all.push((what, activity.from, activity.to)),
        }
    }
    all
}

/// Whether an activity belongs to the rollout: a pull, if its image is one of the rollout's.
fn belongs(activity: &Activity, place: usize, rollout: &Rollout) -> bool {
    match activity.what {
        what::BUILD | what::PUSH | what::UPDATE => activity.of[1] as usize == place,
        // Activities without duration are left out.
        what::PULL if activity.to <= activity.from => false,
        what::PULL => rollout.renewals.iter().any(|one| one.image == activity.of[1] as usize),
        _ => false,
    }
}
