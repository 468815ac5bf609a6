//! Traefik labels that do not do what they seem to.

use super::found::Found;
use crate::source::Origin;
use std::collections::BTreeMap;
use wssim_text::suggest;

pub(super) fn lints(found: &mut Found<'_>) {
    container_labels(found);
    rules_and_ports(found);
    references(found);
    twice(found);
}

fn container_labels(found: &mut Found<'_>) {
    if !found.document.orchestrator.kind_of_files().mesh {
        return;
    }
    for (name, service) in &found.document.services {
        if let Some(label) = service.deploy.container_labels.first() {
            let message =
                format!("Traefik does not see the labels of `{name}`: write `deploy.labels`");
            found.say("container-labels", message, label.key.origin);
        }
    }
}

fn rules_and_ports(found: &mut Found<'_>) {
    let proxy = &found.document.proxy;
    for router in &proxy.routers {
        if router.rule.is_none() {
            let message = format!(
                "router `{}` has no rule: it takes one made of the service's name",
                router.name
            );
            found.say("default-rule", message, router.origin);
        }
        if !found.document.orchestrator.kind_of_files().mesh {
            continue;
        }
        match (&router.service, proxy.balancer_of(router)) {
            (Some(service), None) if service.is_of_labels() => {
                let names = proxy.balancers.iter().map(|balancer| balancer.name.as_str());
                let hint = suggest::nearest(&service.name, names);
                let hint =
                    hint.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
                let message = format!("no label makes a service `{service}`{hint}");
                found.say("unknown-balancer", message, service.origin);
            }
            (None, None) => {
                let message = format!("Traefik cannot tell a port of `{}`", router.owner);
                found.say("no-port", message, router.origin);
            }
            _ => {}
        }
    }
    if found.document.orchestrator.kind_of_files().mesh {
        for balancer in proxy.balancers.iter().filter(|balancer| balancer.port.is_none()) {
            let message = format!("Traefik cannot tell a port of `{}`", balancer.owner);
            found.say("no-port", message, balancer.origin);
        }
    }
}

fn references(found: &mut Found<'_>) {
    let proxy = &found.document.proxy;
    for reference in proxy.references() {
        if !reference.is_of_labels() || proxy.middleware(reference).is_some() {
            continue;
        }
        let names = proxy.middlewares.iter().map(|middleware| middleware.name.as_str());
        let hint = suggest::nearest(&reference.name, names);
        let hint = hint.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
        let message = format!("no label makes a middleware `{reference}`{hint}");
        found.say("unknown-middleware", message, reference.origin);
    }
}

/// Two services that define the same router, or different middlewares with the same name.
fn twice(found: &mut Found<'_>) {
    let proxy = &found.document.proxy;
    let mut told: Vec<(String, Origin)> = Vec::new();
    let mut routers: BTreeMap<&str, &str> = BTreeMap::new();
    for router in &proxy.routers {
        let first = *routers.entry(&router.name).or_insert(&router.owner);
        if first != router.owner {
            let message =
                format!("`{first}` and `{}` both have a router `{}`", router.owner, router.name);
            told.push((message, router.origin));
        }
    }
    let mut middlewares = BTreeMap::new();
    for middleware in &proxy.middlewares {
        let first = *middlewares.entry(middleware.name.as_str()).or_insert(middleware);
        if first.kind != middleware.kind {
            let (name, one, other) = (&middleware.name, &first.owner, &middleware.owner);
            let message =
                format!("`{one}` and `{other}` each have a middleware `{name}` of their own");
            told.push((message, middleware.origin));
        }
    }
    for (message, origin) in told {
        found.say("defined-twice", message, origin);
    }
}
