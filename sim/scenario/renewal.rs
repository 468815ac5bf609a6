//! The services that rollouts renew, and the orchestrator that does.

use crate::document::Document;
use crate::document::deploy::Mode;
use crate::document::rollout::RolloutText;
use crate::document::service::ServiceText;
use std::collections::BTreeSet;

/// The rollouts of this world: none at risk, since a study of losses is about the cluster as it stands.
pub(crate) fn rollouts(document: &Document) -> &[RolloutText] {
    let comes = !document.at_risk && document.orchestrator.kind.is_some();
    if comes { &document.rollouts } else { &[] }
}

/// Places of the renewed services, in the order of their names.
pub(crate) fn services(document: &Document, rollout: &RolloutText) -> Vec<usize> {
    let named: Option<BTreeSet<&String>> =
        rollout.services.as_ref().map(|all| all.iter().map(|name| &name.text).collect());
    let is_named = |name: &String| named.as_ref().is_none_or(|named| named.contains(name));
    let is_of_stack = |service: &ServiceText| {
        rollout.stack.as_ref().is_none_or(|of| service.deploy.stack.as_ref() == Some(&of.text))
    };
    let is_meant = rollout.stack.is_some() || rollout.services.is_some();
    let all = document.services.iter().enumerate().filter(|_| is_meant);
    all.filter(|(_, (name, service))| {
        is_named(name) && is_of_stack(service) && never(service).is_none()
    })
    .map(|(at, _)| at)
    .collect()
}

/// The name of the deployment in metrics: the stack, or a single service; for several that of the
/// rollout.
pub(crate) fn deployed(text: &RolloutText) -> String {
    match (&text.stack, text.services.as_deref()) {
        (Some(stack), _) => stack.text.clone(),
        (None, Some([service])) => service.text.clone(),
        _ => text.id.clone(),
    }
}

/// Places of all services renewed by a rollout of the world.
pub(crate) fn all(document: &Document) -> BTreeSet<usize> {
    rollouts(document).iter().flat_map(|rollout| services(document, rollout)).collect()
}

/// Why a service cannot be renewed.
pub(crate) fn never(service: &ServiceText) -> Option<&'static str> {
    match service.deploy.mode {
        Mode::GlobalJob | Mode::ReplicatedJob => Some("it is a job"),
        Mode::Replicated if service.replicas == 0 => Some("it has no containers"),
        Mode::Global | Mode::Replicated => None,
    }
}
