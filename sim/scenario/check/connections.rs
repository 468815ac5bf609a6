//! Checks for useless limits on connections, and for connections that cannot be held.

use super::checking::Checking;
use crate::calls::{self, Edge};
use crate::diagnostic::Diagnostic;
use crate::document::service::ServiceText;
use crate::document::step::{StepKind, StepText, WithStep};

impl Checking<'_> {
    pub(super) fn connections(&mut self, edges: &[Edge]) {
        for (name, service) in &self.document.services {
            if let Some(limit) = service.max_connections
                && !edges.iter().any(|edge| edge.to.0 == *name)
            {
                let message =
                    format!("no service calls `{name}`: `max_connections` counts nothing there");
                self.warn("unused-limit", message, limit.origin, None);
            }
            for endpoint in service.endpoints.values() {
                let mut held = Vec::new();
                calls::visit(&endpoint.steps, 1.0, true, &mut |step, _, _| {
                    if let StepKind::With(with) = &step.kind {
                        held.push(with);
                    }
                });
                for with in held {
                    self.held(name, service, with);
                }
            }
        }
    }

    /// Checks that the connection leads to a known service, comes from a pool, and is used by a step, by
    /// one at a time.
    fn held(&mut self, name: &str, service: &ServiceText, with: &WithStep) {
        let target = &with.service.text;
        if !self.known("service", &with.service, self.document.services.keys()) {
            return;
        }
        let client = service.clients.towards(target).filter(|client| !client.multiplex);
        if !service.pools.contains_key(target) && client.is_none_or(|client| client.max.is_none()) {
            let message =
                format!("`{name}` has no pool of connections to `{target}` to take one of");
            let help = format!("add `pool.{target} = {{ size = 10 }}`");
            self.cannot_be_held(with, message, help);
        }
        let is_used = called_in(&with.steps, target);
        if is_used == 0 {
            let message = format!("no step in here calls `{target}`: nothing needs its connection");
            let help = "write the calls that use it below `steps`".to_owned();
            self.cannot_be_held(with, message, help);
        }
        let mut at_once = false;
        calls::visit(&with.steps, 1.0, true, &mut |step, _, _| {
            if let StepKind::Parallel { branches, .. } = &step.kind {
                at_once |= branches.iter().any(|branch| called_in(branch, target) > 0);
            }
        });
        if at_once {
            let message = format!(
                "one connection carries one call at a time: no branch here calls `{target}`"
            );
            let help = "call it before or after `parallel`".to_owned();
            self.cannot_be_held(with, message, help);
        }
    }

    fn cannot_be_held(&mut self, with: &WithStep, message: String, help: String) {
        let diagnostic = Diagnostic::error("cannot-hold", message).help(help);
        self.out.push(diagnostic.at(self.sources, with.service.origin));
    }
}

/// The number of `steps` that call `service`.
fn called_in(steps: &[StepText], service: &str) -> usize {
    let mut number = 0;
    calls::visit(steps, 1.0, true, &mut |step, _, _| {
        if let StepKind::Call(call) = &step.kind {
            let place = calls::split(&call.target.text);
            number += usize::from(place.is_some_and(|(to, _)| to == service));
        }
    });
    number
}
