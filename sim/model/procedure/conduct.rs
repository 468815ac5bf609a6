//! How far a procedure has come.

use crate::blueprint::Blueprint;

/// How far a step has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepStage {
    Waiting,
    UnderWay,
    /// Its copy is complete, or its people have finished.
    Done,
    Over,
}

/// The state of a procedure in a world.
#[derive(Debug)]
pub(crate) struct Conduct {
    pub(super) stages: Vec<StepStage>,
    /// By container: whether it is to run.
    pub(super) wanted: Vec<bool>,
    /// By container: whether callers are not to find it.
    pub(super) hidden: Vec<bool>,
    /// Whether it is over or broken off.
    pub(super) ended: bool,
    /// Whether `World::look_at_steps` is at work.
    pub(super) busy: bool,
}

impl Conduct {
    pub(crate) fn of(blueprint: &Blueprint) -> Option<Box<Self>> {
        let procedure = blueprint.procedure.as_ref()?;
        Some(Box::new(Self {
            stages: vec![StepStage::Waiting; procedure.steps.len()],
            wanted: blueprint.containers.iter().map(|container| !container.spare).collect(),
            hidden: procedure.hides(blueprint),
            ended: false,
            busy: false,
        }))
    }
}
