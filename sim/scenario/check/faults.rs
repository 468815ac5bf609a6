//! Checks that each fault strikes an existing target of a suitable kind, and in time.

use super::DURATION;
use super::checking::Checking;
use crate::diagnostic::Diagnostic;
use crate::document::fault::FaultText;
use crate::length::shown;
use crate::lower::faults;
use wssim_kernel::Nanos;

impl Checking<'_> {
    pub(super) fn faults(&mut self) {
        let document = self.document;
        // Faults from a file were checked line by line.
        for fault in document.faults.iter().filter(|fault| !fault.is_replayed) {
            self.target(fault);
            self.time(fault);
        }
        let sites = document.nodes.values().filter_map(|node| node.site.as_ref());
        let sites: Vec<&String> = sites.collect();
        for (name, site) in &document.sites {
            let name = crate::document::fields::Name { text: name.clone(), origin: site.origin };
            self.known("site", &name, sites.clone());
        }
        self.never_repaired();
        for (name, service) in &document.services {
            let returns = !service.deploy.restart.is_never();
            if let Some(fails) = &service.fails
                && fails.mttr.is_some()
                && returns
            {
                let message = format!(
                    "containers of service `{name}` restart by themselves: its `mttr` does nothing"
                );
                self.warn("unused-mttr", message, service.origin, None);
            }
        }
    }

    /// Warns of failures that are never repaired.
    fn never_repaired(&mut self) {
        let document = self.document;
        let pairs = document.lan.iter().flat_map(|lan| &lan.pairs);
        let nodes = document
            .nodes
            .iter()
            .map(|(name, node)| (format!("node `{name}`"), node.fails.as_ref(), node.origin));
        let links = pairs.map(|pair| ("a link".to_owned(), pair.fails.as_ref(), pair.origin));
        let sites = document.sites.iter().flat_map(|(name, site)| {
            let cause = |what: &str| format!("the {what} of site `{name}`");
            [
                (cause("power"), site.power.as_ref(), site.origin),
                (cause("switch"), site.switch.as_ref(), site.origin),
            ]
        });
        for (what, fails, origin) in nodes.chain(links).chain(sites) {
            if fails.is_some_and(|fails| fails.mttr.is_none()) {
                let message = format!("{what} fails once and for all: its `mttr` is missing");
                let help = "such as `mttr = \"lognormal(2h, cv=1.0)\"`".to_owned();
                self.warn("no-mttr", message, origin, Some(help));
            }
        }
    }

    fn target(&mut self, fault: &FaultText) {
        let document = self.document;
        let (kind, names) = match &fault.target {
            Some((kind, names)) => (*kind, names.as_slice()),
            None => ("cluster", &[][..]),
        };
        if let (Some(what), None) = (fault.kind, faults::kind_of(fault))
            && kind != "cluster"
        {
            let message = format!("fault `{}`: `{what}` strikes no {kind}", fault.id);
            let help = format!("it strikes {}", faults::strikes(what));
            let diagnostic = Diagnostic::error("contradiction", message).help(help);
            self.out.push(diagnostic.at(self.sources, fault.origin));
        }
        for name in names {
            match kind {
                "service" => self.known("service", name, document.services.keys()),
                "site" => {
                    let sites = document.nodes.values().filter_map(|node| node.site.as_ref());
                    self.known("site", name, sites)
                }
                _ => self.known("node", name, document.nodes.keys()),
            };
        }
        let struck = names.iter().filter_map(|name| document.services.get(&name.text));
        let most = struck.filter(|service| !service.is_global()).map(|service| service.replicas);
        if kind == "service"
            && let (Some(replica), Some(most)) = (fault.replica, most.max())
            && replica > most
        {
            let message = format!("fault `{}`: there are {most} replicas", fault.id);
            self.error("out-of-range", message, fault.origin);
        }
        if kind == "link" && (names.len() != 2 || names[0].text == names[1].text) {
            let message = format!("fault `{}`: a link joins two nodes", fault.id);
            self.error("bad-pair", message, fault.origin);
        }
    }

    fn time(&mut self, fault: &FaultText) {
        let stretch = self.document.header.duration.unwrap_or(DURATION);
        if fault.mtbf.is_none() && fault.at >= stretch && stretch > Nanos::ZERO {
            let (at, stretch) = (shown(fault.at), shown(stretch));
            let message = format!(
                "fault `{}` strikes after {at}, and the measured stretch is over after {stretch}",
                fault.id
            );
            self.warn("late-fault", message, fault.origin, None);
        }
    }
}
