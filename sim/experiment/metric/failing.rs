//! What can go wrong with requests in a world.

use crate::memory;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Container, DataAt, FaultKind, Policy, Service, Source};
use wssim_model::probe::Failure;

/// Reasons that the model can give for a failed request in every world.
const EVERYWHERE: [Failure; 4] =
    [Failure::Refused, Failure::Timeout, Failure::NoReplica, Failure::Abandoned];

/// Reasons that the model can give for a failed request in this one.
pub(super) fn failures(blueprint: &Blueprint) -> impl Iterator<Item = Failure> {
    let some: [fn(&Blueprint) -> Option<Failure>; 5] =
        [can_shed, can_reset, can_fill, memory::can_kill, can_lack_data];
    EVERYWHERE.into_iter().chain(some.into_iter().filter_map(|can| can(blueprint)))
}

/// Breakers and limits turn requests away.
fn can_shed(blueprint: &Blueprint) -> Option<Failure> {
    let sheds = !blueprint.breakers.is_empty() || !blueprint.limits.is_empty();
    sheds.then_some(Failure::Shed)
}

/// Connections break where something fails, and where a virtual address forgets them.
fn can_reset(blueprint: &Blueprint) -> Option<Failure> {
    let forgets = blueprint.routes.iter().any(|route| route.policy == Policy::Vip);
    (forgets || can_be_down(blueprint)).then_some(Failure::Reset)
}

/// Whether an entry can be without good answers for a while: something goes wrong, or is replaced.
pub(crate) fn can_be_down(blueprint: &Blueprint) -> bool {
    !blueprint.faults.is_empty() || !blueprint.rollouts().is_empty()
}

/// Disks are full where a fault fills them.
fn can_fill(blueprint: &Blueprint) -> Option<Failure> {
    let fills = blueprint.faults.iter().any(|fault| fault.kind == FaultKind::DiskFull);
    fills.then_some(Failure::DiskFull)
}

/// A container can be put where its data is not, or be cut off from it.
fn can_lack_data(blueprint: &Blueprint) -> Option<Failure> {
    let fails = !blueprint.faults.is_empty();
    let far = blueprint.containers.iter().any(|container| container.data != DataAt::Here);
    (fails && far).then_some(Failure::NoData)
}

/// Whether a request can fail at all: something goes wrong, a user gives up or is turned away. What is
/// not answered by the end is another matter.
pub(crate) fn can_fail(blueprint: &Blueprint) -> bool {
    let Blueprint { services, containers, calls, sources, .. } = blueprint;
    let refuses = |service: &Service| service.backlog.is_some() || service.replicas() == 0;
    let comes_late =
        |one: &Container| one.begins.is_some() || one.spare || one.data != DataAt::Here;
    let gives_up = |one: &Source| one.patience.is_some() || one.patience_in_queue.is_some();
    can_reset(blueprint).is_some()
        || memory::can_kill(blueprint).is_some()
        || can_shed(blueprint).is_some()
        || !blueprint.timeouts.is_empty()
        || services.iter().any(refuses)
        || containers.iter().any(comes_late)
        || calls.iter().any(|call| call.deadline.is_some() || call.network.blocked)
        || sources.iter().any(gives_up)
}
