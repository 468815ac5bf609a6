//! Rollouts with Swarm without a health check, or with an image that other nodes cannot pull.

use super::found::Found;
use crate::document::Document;
use crate::document::rollout::RolloutText;
use crate::document::service::ServiceText;
use crate::places;
use crate::renewal;

pub(super) fn lints(found: &mut Found<'_>) {
    let document = found.document;
    if !document.orchestrator.replaces() {
        return;
    }
    let services: Vec<(&String, &ServiceText)> = document.services.iter().collect();
    for at in renewal::all(document) {
        let (name, service) = services[at];
        if service.deploy.health.as_ref().is_none_or(|health| health.disabled) {
            let message = format!("`{name}` is rolled out and has no health check");
            found.say("unchecked-rollout", message, service.origin);
        }
    }
    for rollout in renewal::rollouts(document) {
        unpushed(found, rollout, &services);
    }
}

/// A built image that is pushed to no registry, though its service may run on other nodes.
fn unpushed(found: &mut Found<'_>, rollout: &RolloutText, services: &[(&String, &ServiceText)]) {
    let document = found.document;
    let builder = rollout.build.as_ref().and_then(|build| build.node.as_ref());
    let Some(builder) = builder.filter(|_| rollout.image.registry.is_none()) else { return };
    let away = renewal::services(document, rollout).into_iter().find_map(|at| {
        let (name, service) = services[at];
        let node = elsewhere(document, service, &builder.text)?;
        service.deploy.registry.is_none().then_some((name, node))
    });
    if let Some((name, node)) = away {
        let message = format!(
            "the image of `{name}` is built on `{}` and pushed nowhere, and `{name}` may run on `{node}`",
            builder.text
        );
        found.say("unpushed-image", message, builder.origin);
    }
}

/// A node other than `builder` on which `service` may run.
fn elsewhere(document: &Document, service: &ServiceText, builder: &str) -> Option<String> {
    let wanted = places::wanted(service);
    let mut machines = places::machines(document).into_iter();
    let found = machines.find(|machine| {
        machine.name != builder && wanted.constraints.iter().all(|each| each.holds(machine))
    });
    found.map(|machine| machine.name)
}
