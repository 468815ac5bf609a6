//! Checks that every name exists, and that the scenario is possible. Runs over the whole document,
//! despite mistakes.

pub(crate) mod arrivals;
mod checking;
mod connections;
mod faults;
pub(crate) mod groups;
mod growth;
mod memory;
pub(crate) mod migration;
mod moves;
mod passing;
mod rollouts;
pub(crate) mod size;
mod spent;
mod start;

use crate::calls::{self, Edge};
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::fields::{Name, Timer};
use crate::document::routing;
use crate::document::service::ServiceText;
use crate::document::step::StepKind;
use crate::length::shown;
use crate::lint::table;
use crate::places::{self, Places, machines};
use crate::source::{Origin, Sources};
use checking::Checking;
use wssim_kernel::Nanos;
use wssim_model::blueprint::Policy;
use wssim_model::orchestrator::placement::{Attribute, Constraint, Machine};
use wssim_text::suggest;

/// Default measured time of one replication.
pub(crate) const DURATION: Nanos = Nanos(600_000_000_000);

/// Bytes of a GiB.
pub(crate) const GIB: f64 = 1_073_741_824.0;

/// Checks the whole document.
pub(crate) fn check(document: &Document, timers: &[Timer], sources: &Sources) -> Vec<Diagnostic> {
    let mut check = Checking::new(document, sources);
    check.header();
    check.profiles();
    check.names();
    let places = places::of(document);
    for (at, (name, service)) in document.services.iter().enumerate() {
        check.service(name, service, places.added_to(at));
    }
    for node in document.traffic.values().flat_map(|traffic| &traffic.ingress) {
        check.known("node", node, document.nodes.keys());
    }
    for (name, traffic) in &document.traffic {
        for (entry, _) in &traffic.entries {
            check.endpoint(entry);
        }
        for pair in traffic.entries.windows(2) {
            if pair[0].0.text == pair[1].0.text {
                check.error(
                    "duplicate-entry",
                    format!("traffic `{name}` names this entry twice"),
                    pair[1].0.origin,
                );
            }
        }
    }
    let edges = calls::edges(document);
    check.pools(&edges);
    check.connections(&edges);
    check.out.extend(calls::circles(&edges, sources));
    check.arrivals(&edges);
    check.passing();
    let stretch = document.header.duration.unwrap_or(DURATION);
    for timer in timers.iter().filter(|timer| timer.length > stretch && stretch > Nanos::ZERO) {
        let message = format!(
            "this time-out of {} never comes in a stretch of {}",
            shown(timer.length),
            shown(stretch)
        );
        check.out.push(Diagnostic::warning("long-timer", message).at(sources, timer.origin));
    }
    check.growth();
    check.placement(&places);
    check.out
}

/// Whether the measured stretch is a window, without a warm-up.
pub(crate) fn is_window(document: &Document) -> bool {
    match document.header.kind {
        Some(kind) => kind == "window",
        None => {
            document.faults.iter().any(|fault| fault.mtbf.is_none())
                || !document.rollouts.is_empty()
                || document.growth.is_some()
                || document.traffic.values().any(|traffic| traffic.profile.is_some())
        }
    }
}

/// The time of a profile's clock at the start of a replication, in nanoseconds: the measured stretch of
/// a window begins at `start`, a steady state at the beginning.
pub(crate) fn clock_at_zero(document: &Document) -> i64 {
    if !is_window(document) {
        return 0;
    }
    let of = |length: Option<Nanos>| length.unwrap_or(Nanos::ZERO).0.cast_signed();
    of(document.header.start).saturating_sub(of(document.header.lead_in))
}

impl Checking<'_> {
    fn header(&mut self) {
        let header = &self.document.header;
        let window = is_window(self.document);
        if let (true, Some(_), Some(origin)) = (window, header.warm_up, header.warm_up_origin) {
            self.error(
                "contradiction",
                "a window has no warm-up: `lead_in` is not measured",
                origin,
            );
        }
        if !window && header.start.is_some() {
            self.error(
                "contradiction",
                "`start` says where a window begins; this is a steady state",
                header.start_origin,
            );
        }
        if !window && header.lead_in.is_some() {
            let origin = header.duration_origin;
            self.error(
                "contradiction",
                "`lead_in` comes before a window; this is a steady state",
                origin,
            );
        }
        let duration = header.duration.unwrap_or(DURATION);
        if header.slot.is_some_and(|slot| slot > duration) {
            self.error(
                "out-of-range",
                "a slot is longer than the duration",
                header.duration_origin,
            );
        }
        if self.document.nodes.is_empty() && !self.document.services.is_empty() {
            self.out.push(
                Diagnostic::error("no-nodes", "there are services and no nodes")
                    .help("add `[node.NAME]`"),
            );
        }
    }

    /// Checks for profiles where rates must be constant, and for profiles that end before they begin.
    fn profiles(&mut self) {
        let window = is_window(self.document);
        let begin = clock_at_zero(self.document);
        for (name, traffic) in &self.document.traffic {
            let Some(profile) = &traffic.profile else { continue };
            let (code, message) = if !window {
                let message =
                    format!("the rate of traffic `{name}` changes: there is no steady state");
                ("profile-in-steady", message)
            } else if let (Some(factor), true) =
                (profile.held_from(begin), self.document.header.start.is_some())
            {
                let message =
                    format!("at `start` this profile is over: its factor is always {factor}");
                ("spent-profile", message)
            } else {
                continue;
            };
            self.out.push(Diagnostic::warning(code, message).at(self.sources, profile.origin));
        }
    }

    fn names(&mut self) {
        let document = self.document;
        self.agents();
        let nodes = document.nodes.keys().collect::<Vec<_>>();
        for manager in &document.orchestrator.managers {
            self.known("node", manager, nodes.clone());
        }
        for pair in document.lan.iter().flat_map(|lan| &lan.pairs) {
            for node in &pair.between {
                self.known("node", node, nodes.clone());
            }
            if let [a, b] = pair.between.as_slice()
                && a.text == b.text
            {
                self.error(
                    "bad-pair",
                    "a pair is two nodes; `local_rtt` is within one",
                    pair.origin,
                );
            }
        }
        self.faults();
        self.rollouts();
        self.groups();
        self.start_needs();
        for network in document.services.values().flat_map(|service| &service.networks) {
            self.known("network", network, document.networks.keys());
        }
        for node in document.stacks.values().filter_map(|stack| stack.node.as_ref()) {
            self.known("node", node, nodes.clone());
        }
        for service in document.services.values() {
            if let Some(registry) = &service.deploy.registry {
                self.known("service", registry, document.services.keys());
            }
            let servers = service.deploy.volumes.iter().filter_map(|volume| volume.nfs.as_ref());
            for server in servers {
                let both = document.services.keys().chain(document.nodes.keys());
                self.known("service or node", server, both);
            }
        }
    }

    fn service(&mut self, name: &str, service: &ServiceText, added: usize) {
        for client in routing::client_names(&service.clients) {
            self.known("service", &client, self.document.services.keys());
        }
        for endpoint in service.endpoints.values() {
            let mut targets: Vec<(&Name, bool)> = Vec::new();
            calls::visit(&endpoint.steps, 1.0, true, &mut |step, _, _| match &step.kind {
                StepKind::Call(call) => targets.push((&call.target, true)),
                StepKind::Cache(cache, _) => targets.push((&cache.cache, false)),
                _ => {}
            });
            for (target, is_call) in targets {
                if is_call {
                    self.endpoint(target);
                } else {
                    self.known("service", target, self.document.services.keys());
                }
            }
        }
        for (_, origin) in service.background.iter().filter_map(|load| load.at) {
            if !is_window(self.document) {
                let message = "`at` is a time of day; a steady state has none";
                self.error("contradiction", message, origin);
            }
        }
        if let Some(Policy::Weighted(weights)) = &service.balance
            && !service.is_global()
            && weights.len() != service.replicas as usize + added
        {
            let more =
                if added > 0 { format!(" and {added} that are added") } else { String::new() };
            let message = format!(
                "{} weights for {} replicas{more}: each has one",
                weights.len(),
                service.replicas
            );
            self.error("contradiction", message, service.origin);
        }
        self.memory(name, service);
        self.constraints(name, service);
    }

    /// Checks that a text is `service.endpoint`.
    fn endpoint(&mut self, target: &Name) {
        let Some((service, endpoint)) = calls::split(&target.text) else {
            let known = self.document.services.contains_key(&target.text);
            let help = if known {
                format!("such as `{}.NAME`", target.text)
            } else {
                "such as `ws-company.list`".into()
            };
            let message = format!("`{}` is not of the form service.endpoint", target.text);
            let diagnostic = Diagnostic::error("unknown-endpoint", message);
            self.out.push(diagnostic.at(self.sources, target.origin).help(help));
            return;
        };
        let at = self.sources.inside(target.origin, &target.text, 0, service.len());
        let name = Name { text: service, origin: at };
        if !self.known("service", &name, self.document.services.keys()) {
            return;
        }
        let known = &self.document.services[&name.text].endpoints;
        if !known.contains_key(&endpoint) {
            let at = self.sources.inside(
                target.origin,
                &target.text,
                name.text.len() + 1,
                endpoint.len(),
            );
            let message = format!("service `{}` has no endpoint `{endpoint}`", name.text);
            let hint =
                suggest::hint(&endpoint, known.keys().map(String::as_str).collect::<Vec<_>>());
            self.out.push(
                Diagnostic::error("unknown-endpoint", message)
                    .at(self.sources, at)
                    .maybe_help(hint),
            );
        }
    }

    fn pools(&mut self, edges: &[Edge]) {
        for (name, service) in &self.document.services {
            for (target, pool) in &service.pools {
                let target = Name { text: target.clone(), origin: pool.origin };
                if self.known("service", &target, self.document.services.keys())
                    && !edges.iter().any(|edge| edge.from.0 == *name && edge.to.0 == target.text)
                {
                    let message = format!(
                        "service `{name}` never calls `{}`: this pool does nothing",
                        target.text
                    );
                    self.out.push(
                        Diagnostic::warning("unused-pool", message).at(self.sources, pool.origin),
                    );
                }
            }
        }
    }

    fn constraints(&mut self, name: &str, service: &ServiceText) {
        let machines = machines(self.document);
        let (mut all, mut alone) = (Vec::new(), true);
        for text in &service.constraints {
            let Some(constraint) = Constraint::parse(&text.text) else {
                let message = format!("`{}` is not a constraint", text.text);
                let help = "such as `node.hostname == a`, `node.labels.tier != edge` or `node.role == manager`";
                let diagnostic = Diagnostic::error("bad-constraint", message).help(help);
                self.out.push(diagnostic.at(self.sources, text.origin));
                continue;
            };
            if !machines.is_empty() && !machines.iter().any(|machine| constraint.holds(machine)) {
                let hint = if constraint.attribute == Attribute::HostName && constraint.equal {
                    suggest::hint(
                        &constraint.value,
                        self.document.nodes.keys().map(String::as_str).collect::<Vec<_>>(),
                    )
                } else {
                    None
                };
                let why = format!("no node meets `{}`", text.text);
                self.fits_nowhere(name, why, text.origin, hint);
                alone = false;
            }
            all.push(constraint);
        }
        let together = |machine: &&Machine| all.iter().all(|constraint| constraint.holds(machine));
        let fitting: Vec<&Machine> = machines.iter().filter(together).collect();
        if machines.is_empty() || !alone {
            return;
        }
        let most = |of: fn(&Machine) -> f64| fitting.iter().map(|m| of(m)).fold(0.0, f64::max);
        let (why, origin) = if fitting.is_empty() {
            let first = service.constraints.first();
            let origin = first.map_or(service.origin, |text| text.origin);
            (format!("no node meets all constraints of service `{name}` at once"), origin)
        } else if service.memory.reservation > most(|machine| machine.memory_bytes) {
            let why = format!("service `{name}` reserves more RAM than any of its nodes has");
            (why, service.memory.origin)
        } else if service.cpu_reservation > most(|machine| machine.cpus) {
            let why = format!("service `{name}` reserves more CPU than any of its nodes has");
            (why, service.origin)
        } else {
            return;
        };
        self.fits_nowhere(name, why, origin, None);
    }

    /// Reports a service that fits on no node. Swarm lets it wait, for ever if need be (swarmkit,
    /// scheduler.go: an unassigned task is tried again at each change); with other kinds that is a
    /// mistake.
    fn fits_nowhere(&mut self, name: &str, why: String, origin: Origin, hint: Option<String>) {
        let diagnostic = if self.waits() {
            Diagnostic::warning("pending", format!("{why}: it stays pending"))
        } else {
            Diagnostic::error("no-node-fits", why)
        };
        self.out.push(diagnostic.maybe_help(hint).at(self.sources, origin));
        self.unplaced.insert(name.to_owned());
    }

    /// Whether containers without a node wait for a change.
    fn waits(&self) -> bool {
        self.document.orchestrator.replaces()
    }

    /// Reports containers without a node, and nodes whose containers ask for more RAM than there is.
    fn placement(&mut self, places: &Places) {
        let is_wrong = |item: &Diagnostic| matches!(item.code, "no-node-fits" | "bad-constraint");
        if self.out.iter().any(is_wrong) || self.document.nodes.is_empty() {
            return;
        }
        let reserved = Reserved::of(self.document, &places.first);
        for ((name, service), places) in self.document.services.iter().zip(&places.first) {
            let (placed, wanted) = (places.len(), service.replicas as usize);
            if placed >= wanted || service.is_global() || self.unplaced.contains(name) {
                continue;
            }
            let message =
                format!("{placed} of {wanted} containers of service `{name}` find a node");
            let full = reserved.full(service, self.document);
            let diagnostic = match full {
                why if placed == 0 && !self.waits() => {
                    Diagnostic::error("no-node-fits", message).maybe_help(why)
                }
                Some(why) => {
                    let code = "reservations-above-node";
                    let message = format!("{message}: {why}");
                    Diagnostic::warning(code, message).maybe_help(table::reason(code, None))
                }
                None => Diagnostic::warning("pending", message).help("the others stay pending"),
            };
            self.out.push(diagnostic.at(self.sources, service.origin));
        }
        self.grown(places);
        self.rooms(places);
    }
}

/// Reservations of placed containers on each node: CPUs, and RAM in bytes.
struct Reserved(Vec<(f64, f64)>);

impl Reserved {
    fn of(document: &Document, places: &[Vec<usize>]) -> Self {
        let mut out = vec![(0.0, 0.0); document.nodes.len()];
        for (service, places) in document.services.values().zip(places) {
            for at in places {
                out[*at].0 += service.cpu_reservation;
                out[*at].1 += service.memory.reservation;
            }
        }
        Self(out)
    }

    /// An eligible node that lacks what a container of `service` reserves.
    fn full(&self, service: &ServiceText, document: &Document) -> Option<String> {
        let constraints: Vec<Constraint> =
            service.constraints.iter().filter_map(|text| Constraint::parse(&text.text)).collect();
        let nodes = machines(document);
        let allowed = |machine: &Machine| constraints.iter().all(|it| it.holds(machine));
        nodes.iter().zip(&self.0).filter(|(machine, _)| allowed(machine)).find_map(
            |(machine, (cpus, memory))| {
                let (cpus, memory) =
                    (cpus + service.cpu_reservation, memory + service.memory.reservation);
                if service.memory.reservation > 0.0 && memory > machine.memory_bytes {
                    let (all, has) = (memory / GIB, machine.memory_bytes / GIB);
                    let node = &machine.name;
                    return Some(format!(
                        "with one more, `{node}` reserves {all:.1} GiB of {has:.1}"
                    ));
                }
                (service.cpu_reservation > 0.0 && cpus > machine.cpus).then(|| {
                    let (node, has) = (&machine.name, machine.cpus);
                    format!("with one more, `{node}` reserves {cpus} CPUs of {has}")
                })
            },
        )
    }
}
