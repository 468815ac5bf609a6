//! The failures of requests that are possible in a world.

use crate::memory;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Container, DataAt, FaultKind, Policy, Service, Source};
use wssim_model::probe::Failure;

/// Failures that the model can report in every world.
const EVERYWHERE: [Failure; 4] =
    [Failure::Refused, Failure::Timeout, Failure::NoReplica, Failure::Abandoned];

/// Failures that the model can report in this world.
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

/// Connections break after faults, and when a virtual address forgets them.
fn can_reset(blueprint: &Blueprint) -> Option<Failure> {
    let forgets = blueprint.routes.iter().any(|route| route.policy == Policy::Vip);
    (forgets || can_be_down(blueprint)).then_some(Failure::Reset)
}

/// Whether an entry can be without good answers for a while: because of faults or rollouts.
pub(crate) fn can_be_down(blueprint: &Blueprint) -> bool {
    !blueprint.faults.is_empty() || !blueprint.rollouts().is_empty()
}

/// Disks fill up if a fault fills them.
fn can_fill(blueprint: &Blueprint) -> Option<Failure> {
    let fills = blueprint.faults.iter().any(|fault| fault.kind == FaultKind::DiskFull);
    fills.then_some(Failure::DiskFull)
}

/// A container can be placed away from its data, or be cut off from it.
fn can_lack_data(blueprint: &Blueprint) -> Option<Failure> {
    let fails = !blueprint.faults.is_empty();
    let far = blueprint.containers.iter().any(|container| container.data != DataAt::Here);
    (fails && far).then_some(Failure::NoData)
}

/// Whether a request can fail: by a fault, by a user who gives up, or by refusal. Requests unanswered at
/// the end do not count here.
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
