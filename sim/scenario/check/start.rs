//! Checks `start_needs`: each name is another service, and all can start. And `agent_cpu`.

use super::checking::Checking;
use crate::calls;
use crate::diagnostic::Diagnostic;
use crate::document::service::ServiceText;

impl Checking<'_> {
    pub(super) fn start_needs(&mut self) {
        let services = &self.document.services;
        for (name, service) in services {
            for needed in &service.start_needs {
                self.known("service", needed, services.keys());
            }
            self.unused_retry(name, service);
        }
        let arrows = services.iter().flat_map(|(name, service)| {
            service.start_needs.iter().map(move |needed| (name, &needed.text, needed.origin))
        });
        for (closing, circle) in calls::find(arrows) {
            let message = if let [name, _] = circle[..] {
                format!("service `{name}` needs itself to start")
            } else {
                let names: Vec<String> = circle.iter().map(|name| format!("`{name}`")).collect();
                let names = names.join(" → ");
                format!("once all of them are down none of these starts again: {names}")
            };
            let help = "one of them must start without the next";
            let diagnostic = Diagnostic::error("start-cycle", message).help(help);
            self.out.push(diagnostic.at(self.sources, closing));
        }
    }

    /// Reports `agent_cpu` of an orchestrator without agents.
    pub(super) fn agents(&mut self) {
        let orchestrator = &self.document.orchestrator;
        if let (Some(kind), Some(_), false) =
            (orchestrator.kind, orchestrator.agent_cpu, orchestrator.has_agents())
        {
            let message = format!("nothing of `{kind:?}` runs on nodes: `agent_cpu` does nothing");
            self.warn("unused-agent-cpu", message, orchestrator.agent_cpu_origin, None);
        }
    }

    fn unused_retry(&mut self, name: &str, service: &ServiceText) {
        if let Some(origin) = service.start_retry_origin.filter(|_| service.start_needs.is_empty())
        {
            let message =
                format!("service `{name}` needs nothing to start: its `start_retry` does nothing");
            self.warn("unused-start-retry", message, origin, None);
        }
    }
}
