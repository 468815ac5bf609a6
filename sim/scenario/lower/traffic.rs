//! Lowers sources and background load.

use super::lowering::Lowering;
use crate::calls;
use crate::check;
use crate::document::arrivals::ArrivalsText;
use crate::document::background::BackgroundText;
use crate::document::fields::Name;
use crate::document::service::ServiceText;
use crate::document::traffic::Traffic;
use crate::question;
use crate::trace;
use crate::trace::Traces;
use std::sync::Arc;
use wssim_experiment::question::{MeasureKind, ScaledUsers};
use wssim_kernel::{Nanos, Time};
use wssim_model::blueprint::{
    Arrivals, Background, FirstArrival, Maker, Mmpp, Policy, Source, Trace,
};
use wssim_model::ids::{ContainerId, NodeId};
use wssim_model::law::Law;

/// Period of an orchestrator's agent, in nanoseconds; the period, and its exponential law, are
/// assumptions between gossip (each 0.2 s) and heartbeats (each 5 s).
const AGENT_PERIOD: f64 = 1e9;

impl Lowering<'_> {
    pub(super) fn sources(&mut self, traces: &Traces) {
        for (name, traffic) in &self.document.traffic {
            let total: f64 = traffic.entries.iter().map(|(_, weight)| weight).sum();
            let entries = traffic
                .entries
                .iter()
                .filter_map(|(entry, weight)| {
                    let place = calls::split(&entry.text)?;
                    Some((weight / total, *self.endpoints.get(&place)?))
                })
                .collect();
            let arrivals = self.arrivals(name, traffic, traces);
            self.out.sources.push(Source {
                name: name.clone(),
                entries,
                ingress: self.nodes_named(&traffic.ingress),
                ports: traffic.ports.filter(|_| !traffic.ingress.is_empty()),
                policy: self.entry_policy(traffic),
                arrivals,
                client_rtt: traffic.client_rtt.clone(),
                send: traffic.send.clone(),
                receive: traffic.receive.clone(),
                patience: traffic.patience.clone(),
                patience_in_queue: traffic.patience_in_queue.clone(),
                cancel: traffic.cancel,
            });
        }
    }

    fn nodes_named(&self, names: &[Name]) -> Vec<NodeId> {
        let place = |name: &Name| self.document.nodes.keys().position(|node| *node == name.text);
        names.iter().filter_map(place).map(NodeId::from).collect()
    }

    /// Users reach the replicas of their entry in turn, unless the service sets another policy; with
    /// several entries the first by name decides.
    fn entry_policy(&self, traffic: &Traffic) -> Policy {
        let first = traffic.entries.first().and_then(|(entry, _)| calls::split(&entry.text));
        let service = first.and_then(|(service, _)| self.document.services.get(&service));
        service.and_then(|service| service.balance.clone()).unwrap_or(Policy::InTurn)
    }

    fn arrivals(&self, name: &str, traffic: &Traffic, traces: &Traces) -> Arrivals {
        let Some(arrivals) = &traffic.arrivals else {
            return Arrivals::Poisson { rate_per_second: 0.0 };
        };
        let scaled = scaled(arrivals, self.document.traffic_scale.unwrap_or(1.0));
        let arrivals = &scaled;
        if let Some(profile) = &traffic.profile
            && let Some(profile) = profile.lower(check::clock_at_zero(self.document))
            && let Some((gap, first)) = shaped(arrivals)
        {
            return Arrivals::Shaped { gap, first, profile };
        }
        match arrivals {
            ArrivalsText::Poisson(rate) => Arrivals::Poisson { rate_per_second: *rate },
            ArrivalsText::Mmpp { rates, changes } => {
                let mmpp = Mmpp::new(rates, changes, !check::is_window(self.document));
                mmpp.map_or(Arrivals::Poisson { rate_per_second: 0.0 }, Arrivals::Mmpp)
            }
            ArrivalsText::Renewal(gap) => Arrivals::Renewal { gap: gap.clone() },
            ArrivalsText::Periodic { period, phase } => {
                Arrivals::Periodic { period: *period, phase: *phase }
            }
            ArrivalsText::Closed { users, think } => {
                Arrivals::Closed { users: *users, think: think.clone() }
            }
            ArrivalsText::Trace { rate, speed, .. } => {
                let trace = traces.get(name).map(|rows| self.trace(rows, *rate, *speed));
                Arrivals::Trace(Arc::new(trace.unwrap_or_default()))
            }
        }
    }

    fn trace(&self, rows: &trace::Rows, rate: f64, speed: f64) -> Trace {
        let entry =
            |text: &str| calls::split(text).and_then(|place| self.endpoints.get(&place).copied());
        rows.lower(rate, speed, entry, |label| self.labels.get(label).copied())
    }

    /// The bursts of one container; the first load has the plain name of the container, so that a second
    /// one moves no draw of the first.
    pub(super) fn background(
        &mut self,
        service: &str,
        content: &ServiceText,
        replica: usize,
        container: ContainerId,
    ) {
        for (number, load) in content.background.iter().enumerate() {
            let first = self.first_burst(load);
            let begin = Time::ZERO + first.unwrap_or(Nanos::ZERO);
            let place = if number == 0 { String::new() } else { format!("#{number}") };
            self.out.background.push(Background {
                maker: Maker::Container(container),
                name: format!("{service}.{replica}{place}"),
                every: load.every.clone(),
                cpu: load.cpu.clone(),
                jobs: load.jobs,
                first,
                until: load.duration.map_or(Time::NEVER, |length| begin + length),
                count: load.count.map_or(u64::MAX, u64::from),
            });
        }
    }

    /// The CPU load of the orchestrator's agent on each node.
    pub(super) fn agents(&mut self) {
        let orchestrator = &self.document.orchestrator;
        let agents = self.document.nodes.keys().enumerate().filter_map(|(place, name)| {
            let threads = orchestrator.cpu_on(name);
            (threads > 0.0).then(|| Background {
                maker: Maker::System(NodeId::from(place)),
                name: name.clone(),
                every: Law::Constant(AGENT_PERIOD),
                cpu: Law::Exponential { mean: threads * AGENT_PERIOD },
                jobs: 1,
                first: None,
                until: Time::NEVER,
                count: u64::MAX,
            })
        });
        self.out.background.extend(agents);
    }

    /// The time of the first burst, if given: relative to the start of a window's measured stretch or of
    /// a steady state, or a time of day.
    fn first_burst(&self, load: &BackgroundText) -> Option<Nanos> {
        const DAY: i64 = 86_400_000_000_000;
        if let Some((at, _)) = load.at {
            let wait = at.0.cast_signed() - check::clock_at_zero(self.document);
            return Some(Nanos(wait.rem_euclid(DAY).unsigned_abs()));
        }
        let lead = match question::measure(self.document).kind {
            MeasureKind::Window { lead_in } => lead_in,
            MeasureKind::Steady { .. } => Nanos::ZERO,
        };
        load.start.map(|start| start + lead)
    }
}

/// Arrivals multiplied by `factor`: the same requests, closer together; for a trace more of its rows.
fn scaled(arrivals: &ArrivalsText, factor: f64) -> ArrivalsText {
    let mut scaled = arrivals.clone();
    if factor == 1.0 {
        return scaled;
    }
    match &mut scaled {
        ArrivalsText::Poisson(rate) | ArrivalsText::Trace { rate, .. } => *rate *= factor,
        ArrivalsText::Mmpp { rates, .. } => rates.iter_mut().for_each(|rate| *rate *= factor),
        ArrivalsText::Renewal(gap) => *gap = gap.scaled(1.0 / factor),
        ArrivalsText::Periodic { period, phase } => {
            let sooner = |time: Nanos| Nanos::from_f64(time.as_f64() / factor);
            *period = sooner(*period).max(Nanos(1));
            *phase = phase.map(sooner);
        }
        ArrivalsText::Closed { users, .. } => {
            *users = ScaledUsers::of(*users, factor).simulated;
        }
    }
    scaled
}

/// Law of the gaps and the first arrival of a source with a profile; `None` if it cannot have one.
fn shaped(arrivals: &ArrivalsText) -> Option<(Law, FirstArrival)> {
    match arrivals {
        // At rate zero nothing arrives, as without a profile.
        ArrivalsText::Poisson(rate) => {
            Some((Law::Exponential { mean: 1e9 / rate }, FirstArrival::Gap))
        }
        ArrivalsText::Renewal(gap) => Some((gap.clone(), FirstArrival::Gap)),
        ArrivalsText::Periodic { period, phase } => Some((
            Law::Constant(period.as_f64()),
            phase.map_or(FirstArrival::Uniform, FirstArrival::At),
        )),
        _ => None,
    }
}
