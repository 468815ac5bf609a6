//! Checks that the targets of rollouts exist and can be renewed.

use super::DURATION;
use super::checking::Checking;
use crate::diagnostic::Diagnostic;
use crate::document::fields::Name;
use crate::document::rollout::RolloutText;
use crate::length::shown;
use crate::renewal;
use std::collections::BTreeSet;
use wssim_kernel::Nanos;

impl Checking<'_> {
    pub(super) fn rollouts(&mut self) {
        let document = self.document;
        if let (Some(first), None) = (document.rollouts.first(), document.orchestrator.kind) {
            let message = "a rollout needs an orchestrator that brings it out";
            let help = "write `kind` of `[orchestrator]`";
            let diagnostic = Diagnostic::error("contradiction", message).help(help);
            self.out.push(diagnostic.at(self.sources, first.origin));
        }
        for rollout in &document.rollouts {
            self.renewed(rollout);
            self.images(rollout);
            self.begin(rollout);
        }
    }

    /// Checks the services to renew.
    fn renewed(&mut self, rollout: &RolloutText) {
        let services = &self.document.services;
        let stacks: BTreeSet<&String> =
            services.values().filter_map(|service| service.deploy.stack.as_ref()).collect();
        let mut is_right = true;
        if let Some(stack) = &rollout.stack {
            is_right = self.known("stack", stack, stacks);
        }
        let mut seen = BTreeSet::new();
        for name in rollout.services.iter().flatten() {
            if !seen.insert(&name.text) {
                let message = format!("rollout `{}` names `{}` twice", rollout.id, name.text);
                self.error("duplicate-service", message, name.origin);
            }
            is_right &=
                self.known("service", name, services.keys()) && self.renewable(rollout, name);
        }
        if is_right && renewal::services(self.document, rollout).is_empty() {
            let message = format!("rollout `{}` renews nothing", rollout.id);
            let help = "jobs, and services without replicas, have nothing to renew";
            let diagnostic = Diagnostic::error("nothing-renewed", message).help(help);
            self.out.push(diagnostic.at(self.sources, rollout.origin));
        }
    }

    /// Whether the existing service `name` has an image to renew, and belongs to the rollout's stack.
    fn renewable(&mut self, rollout: &RolloutText, name: &Name) -> bool {
        let service = &self.document.services[&name.text];
        if let Some(why) = renewal::never(service) {
            let message = format!("service `{}` cannot be rolled out: {why}", name.text);
            self.error("contradiction", message, name.origin);
            return false;
        }
        let (Some(stack), own) = (&rollout.stack, &service.deploy.stack) else { return true };
        if own.as_ref() == Some(&stack.text) {
            return true;
        }
        let message = format!("service `{}` is not of the stack `{}`", name.text, stack.text);
        let help = match own {
            Some(own) => format!("it is of `{own}`"),
            None => "it is of no stack".to_owned(),
        };
        let diagnostic = Diagnostic::error("contradiction", message).help(help);
        self.out.push(diagnostic.at(self.sources, name.origin));
        false
    }

    /// Checks where the images come from.
    fn images(&mut self, rollout: &RolloutText) {
        let document = self.document;
        if let Some(registry) = &rollout.image.registry {
            self.known("service", registry, document.services.keys());
        }
        if let Some(node) = rollout.build.as_ref().and_then(|build| build.node.as_ref()) {
            self.known("node", node, document.nodes.keys());
        }
    }

    fn begin(&mut self, rollout: &RolloutText) {
        let stretch = self.document.header.duration.unwrap_or(DURATION);
        if rollout.at >= stretch && stretch > Nanos::ZERO {
            let (at, stretch) = (shown(rollout.at), shown(stretch));
            let message = format!(
                "rollout `{}` begins after {at}, and the measured stretch is over after {stretch}",
                rollout.id
            );
            self.warn("late-rollout", message, rollout.origin, None);
        }
    }
}
