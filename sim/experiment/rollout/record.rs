//! Records the rollouts of one replication: activities with start and end.

use super::stacks;
use crate::sample::Sample;
use crate::stored::stored;
use wssim_kernel::Time;
use wssim_model::Blueprint;
use wssim_model::ids::{NodeId, RolloutId};
use wssim_model::probe::{Ending, RolloutFact};

/// Kinds of activities.
pub(crate) mod what {
    /// A rollout as a whole: its number, and its ending.
    pub(crate) const ROLLOUT: u8 = 0;
    /// The image of a service is built, of a rollout: the service, and the rollout.
    pub(crate) const BUILD: u8 = 1;
    /// A service is updated: the service, and the rollout.
    pub(crate) const UPDATE: u8 = 2;
    /// A node pulls: the node, and the image.
    pub(crate) const PULL: u8 = 3;
    /// The image of a service is pushed, of a rollout: the service, and the rollout.
    pub(crate) const PUSH: u8 = 4;
}

/// An activity of a rollout, or a pull.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Activity {
    /// See [`what`].
    pub(crate) what: u8,
    pub(crate) of: [u32; 2],
    /// Seconds of the measured stretch; infinite without an end.
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// The ending of a rollout or an update: its number, from 1.
    pub(crate) outcome: u8,
}

stored! { Activity { what, of, from, to, outcome } }

/// The number that encodes an outcome.
pub(crate) fn code(outcome: Ending) -> u8 {
    let place = Ending::ALL.iter().position(|one| *one == outcome);
    place.map_or(0, |place| place as u8 + 1)
}

/// Records rollouts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activities {
    begin: Time,
    pub(crate) all: Vec<Activity>,
}

impl Activities {
    /// An empty record; the measured stretch begins at `begin`.
    pub(crate) fn since(begin: Time) -> Self {
        Self { begin, all: Vec::new() }
    }

    fn seconds(&self, now: Time) -> f64 {
        (now.0 as f64 - self.begin.0 as f64) * 1e-9
    }

    fn begins(&mut self, now: Time, what: u8, of: [u32; 2]) {
        let from = self.seconds(now);
        self.all.push(Activity { what, of, from, to: f64::INFINITY, outcome: 0 });
    }

    fn ends(&mut self, now: Time, what: u8, of: [u32; 2], outcome: u8) {
        let to = self.seconds(now);
        let is_it = |activity: &&mut Activity| {
            activity.what == what && activity.of == of && activity.to == f64::INFINITY
        };
        if let Some(activity) = self.all.iter_mut().find(is_it) {
            (activity.to, activity.outcome) = (to, outcome);
        }
    }

    /// Records an event of a rollout of `blueprint`.
    pub(crate) fn hear(
        &mut self,
        now: Time,
        id: RolloutId,
        fact: RolloutFact,
        services: &[Vec<u32>],
    ) {
        match fact {
            RolloutFact::Begins => self.begins(now, what::ROLLOUT, [id.0, 0]),
            RolloutFact::Builds(service) => self.begins(now, what::BUILD, [service.0, id.0]),
            RolloutFact::Built(service) => self.ends(now, what::BUILD, [service.0, id.0], 0),
            RolloutFact::Pushes(service) => self.begins(now, what::PUSH, [service.0, id.0]),
            RolloutFact::Pushed(service) => self.ends(now, what::PUSH, [service.0, id.0], 0),
            RolloutFact::Deploys => {
                for &service in services.get(id.index()).into_iter().flatten() {
                    self.begins(now, what::UPDATE, [service, id.0]);
                }
            }
            RolloutFact::Updated(service, outcome) => {
                self.ends(now, what::UPDATE, [service.0, id.0], code(outcome));
            }
            RolloutFact::Ends(outcome) => {
                self.ends(now, what::ROLLOUT, [id.0, 0], code(outcome));
            }
        }
    }

    /// Records that a node begins to pull an image, or has it.
    pub(crate) fn pull(&mut self, now: Time, node: NodeId, image: usize, begins: bool) {
        let of = [node.0, image as u32];
        if begins {
            self.begins(now, what::PULL, of);
        } else {
            self.ends(now, what::PULL, of, 0);
        }
    }
}

/// By rollout of `blueprint`: its services.
pub(crate) fn services(blueprint: &Blueprint) -> Vec<Vec<u32>> {
    let of = |rollout: &wssim_model::orchestrator::Rollout| {
        rollout.renewals.iter().map(|renewal| renewal.service.0).collect()
    };
    blueprint.rollouts().iter().map(of).collect()
}

/// Mean duration of the rollouts of a stack: from the start until all new containers are healthy and the
/// orchestrator has stopped watching. An incomplete one takes longer than its age; one superseded by a
/// later one does not count.
pub(crate) fn deploy_seconds(
    blueprint: &Blueprint,
    activities: &[Activity],
    stack: usize,
    until: f64,
) -> Sample {
    let name = stacks(blueprint)[stack];
    let is_own = |activity: &&Activity| {
        let rollout = blueprint.rollouts().get(activity.of[0] as usize);
        activity.what == what::ROLLOUT && rollout.is_some_and(|rollout| rollout.stack == name)
    };
    let (mut count, mut least, mut is_open) = (0.0, 0.0, false);
    for activity in activities.iter().filter(is_own) {
        if activity.outcome == code(Ending::Overtaken) {
            continue;
        }
        count += 1.0;
        if activity.outcome == code(Ending::Completed) {
            least += activity.to - activity.from;
        } else {
            is_open = true;
            least += (until - activity.from).max(0.0);
        }
    }
    match (count > 0.0, is_open) {
        (false, _) => Sample::Nothing,
        (true, false) => Sample::Value(least / count),
        (true, true) => Sample::Within(least / count, f64::INFINITY),
    }
}
