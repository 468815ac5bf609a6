//! Checks that a replication can hold all requests, and that each request ends.

use super::checking::Checking;
use super::passing;
use super::spent::Spent;
use crate::calls::{self, Edge, EndpointName};
use crate::diagnostic::Diagnostic;
use crate::document::arrivals::ArrivalsText;
use crate::document::fields::Name;
use crate::document::step::StepKind;
use crate::document::traffic::Traffic;
use crate::schema::MOST_USERS;
use crate::source::Sources;
use crate::trace::Rows;
use std::collections::BTreeMap;
use wssim_experiment::question::ScaledUsers;
use wssim_kernel::Time;
use wssim_model::blueprint::Mmpp;
use wssim_model::law::Law;

/// Most requests of one source in one replication: minutes of computing.
const MOST: f64 = 1e9;

/// Most steps of one request with all its calls, on average.
const MOST_STEPS: f64 = 1e6;

/// Cycles of a closed user that are sampled.
const CYCLES: u32 = 1024;

/// Deepest calls that are followed for the least duration of a request.
const DEEPEST: usize = 32;

impl Checking<'_> {
    pub(super) fn arrivals(&mut self, edges: &[Edge]) {
        self.crowds();
        let document = self.document;
        let steps = self.steps(edges);
        for (name, traffic) in &document.traffic {
            let origin = traffic.origin;
            if let Some(requests) = self.too_many(traffic) {
                let message = format!("traffic `{name}` {}", too_many(&requests));
                self.error("too-many-requests", message, origin);
            }
            for (entry, _) in &traffic.entries {
                let all = calls::split(&entry.text).and_then(|place| steps.get(&place).copied());
                if all.is_some_and(|all| all > MOST_STEPS) {
                    let message = format!(
                        "a request for `{}` takes more than {MOST_STEPS:.0e} steps, on average",
                        entry.text
                    );
                    self.error("too-many-steps", message, entry.origin);
                }
            }
        }
    }

    /// The factor on all traffic.
    fn factor(&self) -> f64 {
        self.document.traffic_scale.unwrap_or(1.0)
    }

    /// Users of all closed sources together; a single source with too many is reported already.
    fn crowds(&mut self) {
        let (most, factor) = (u64::from(MOST_USERS), self.factor());
        let mut together = 0;
        for (name, traffic) in &self.document.traffic {
            let Some(ArrivalsText::Closed { users, .. }) = &traffic.arrivals else { continue };
            let users = u64::from(ScaledUsers::of(*users, factor).simulated);
            if users > most {
                return;
            }
            together += users;
            if together > most {
                let message = format!(
                    "with `{name}` there are more than {most} users, in all: more cannot be simulated"
                );
                return self.error("out-of-range", message, traffic.origin);
            }
        }
    }

    /// The number of a source's requests in a replication, in words, if too large.
    fn too_many(&self, traffic: &Traffic) -> Option<String> {
        let stretch = self.stretch();
        let seconds = stretch.seconds();
        let profile = traffic.profile.as_ref();
        let profile = profile.and_then(|it| it.lower(super::clock_at_zero(self.document)));
        let shape = profile.map_or(1.0, |it| it.mean(Time::ZERO, Time::ZERO + stretch));
        let factor = self.factor();
        let scale = factor * shape;
        let of_rate = |rate: f64| {
            let requests = rate * scale * seconds;
            (requests > MOST).then(|| format!("some {requests:.0e}"))
        };
        match traffic.arrivals.as_ref()? {
            ArrivalsText::Poisson(rate) => of_rate(*rate),
            ArrivalsText::Periodic { period, .. } => of_rate(1.0 / period.seconds()),
            ArrivalsText::Mmpp { rates, changes } => {
                of_rate(mean_rate(rates, changes, seconds, super::is_window(self.document)))
            }
            ArrivalsText::Renewal(gap) => {
                let enough = passing::fill(&[gap], stretch.as_f64(), MOST / scale);
                (!enough).then(|| format!("more than {MOST:.0e}"))
            }
            ArrivalsText::Closed { users, think } => {
                let cycle = self.cycle(traffic, think)?;
                if cycle.length <= 0.0 {
                    return Some("endlessly many".to_owned());
                }
                let users = ScaledUsers::of(*users, factor).simulated;
                let rate = (f64::from(users) / cycle.length).min(cycle.most_per_ns);
                let requests = rate * stretch.as_f64();
                (requests > MOST).then(|| format!("some {requests:.0e}"))
            }
            // Checked when its rows are read.
            ArrivalsText::Trace { .. } => None,
        }
    }

    /// The least time from one request of a closed user to the next; `None` if part of it is unknown
    /// here.
    fn cycle(&self, traffic: &Traffic, think: &Law) -> Option<Cycle> {
        let nodes = || self.document.nodes.values();
        let fastest = nodes().map(|node| node.speed).fold(f64::MIN_POSITIVE, f64::max);
        let power: f64 = nodes().map(|node| node.threads * node.speed).sum();
        let mut least: Option<Cycle> = None;
        for (entry, _) in &traffic.entries {
            let place = calls::split(&entry.text)?;
            let mut spent = Spent::of(self.document, fastest);
            spent.laws.extend([(1.0, think), (1.0, &traffic.client_rtt)]);
            spent.visit(&place, 1.0, DEEPEST);
            if spent.has_more {
                return None;
            }
            let lengths = passing::sums(&spent.laws, self.stretch().as_f64(), CYCLES);
            let length = lengths.sum::<f64>() / f64::from(CYCLES);
            let most_per_ns = if spent.cpu > 0.0 { power / spent.cpu } else { f64::INFINITY };
            if least.as_ref().is_none_or(|known| length < known.length) {
                least = Some(Cycle { length, most_per_ns });
            }
        }
        least
    }

    /// Mean number of steps that a visit to each endpoint causes, including those of its calls.
    fn steps(&self, edges: &[Edge]) -> BTreeMap<EndpointName, f64> {
        let mut own: BTreeMap<EndpointName, f64> = BTreeMap::new();
        for (service, content) in &self.document.services {
            for (endpoint, content) in &content.endpoints {
                let mut steps = 1.0;
                calls::visit(&content.steps, 1.0, true, &mut |step, times, _| {
                    // Each page is read separately.
                    let parts =
                        if let StepKind::Read(pages, _) = &step.kind { pages.mean() } else { 1.0 };
                    steps += times * parts.max(1.0);
                });
                own.insert((service.clone(), endpoint.clone()), steps);
            }
        }
        calls::with_callees(&own, edges, MOST_STEPS)
    }
}

/// Refuses a trace with more requests than a replication can hold, with `times` requests for each of its
/// rows.
pub(crate) fn of_trace(
    name: &str,
    file: &Name,
    rows: &Rows,
    times: f64,
    sources: &Sources,
) -> Option<Diagnostic> {
    let requests = rows.count() as f64 * times;
    let message = format!("traffic `{name}` {}", too_many(&format!("some {requests:.0e}")));
    let diagnostic = Diagnostic::error("too-many-requests", message);
    (requests > MOST).then(|| diagnostic.at(sources, file.origin))
}

fn too_many(requests: &str) -> String {
    format!("has {requests} requests in a replication: at most {MOST:.0e} can be simulated")
}

/// A user's cycle, in nanoseconds.
struct Cycle {
    length: f64,
    /// Requests per nanosecond that the processors can serve in total.
    most_per_ns: f64,
}

/// The mean rate of states with these `rates`, which change at the rates `changes`, over a stretch of
/// `seconds`; a window starts in the first state.
///
/// An exponential stretch of that mean is like one between two returns to the first state at rate 1 /
/// `seconds`: so its mean rate is the stationary one of the states with these returns.
fn mean_rate(rates: &[f64], changes: &[Vec<f64>], seconds: f64, is_window: bool) -> f64 {
    let mut changes = changes.to_vec();
    if is_window {
        for row in changes.iter_mut().skip(1) {
            row[0] += 1.0 / seconds;
        }
    }
    Mmpp::new(rates, &changes, true).map_or(0.0, |process| process.mean_rate())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two states, left at 1/s and 3/s: in the long run 3/4 of the time is spent in the first. Starting
    /// in the first, its share of an exponential stretch of mean T is (1/T + 3) / (1/T + 4).
    #[test]
    fn a_window_begins_in_the_first_state() {
        let changes = Mmpp::circle(&[1.0, 3.0]);
        let of = |seconds, is_window| mean_rate(&[0.0, 8.0], &changes, seconds, is_window);
        assert!((of(1e3, false) - 2.0).abs() < 1e-9);
        for seconds in [0.01, 1.0, 100.0] {
            let share = (1.0 / seconds + 3.0) / (1.0 / seconds + 4.0);
            assert!((of(seconds, true) - 8.0 * (1.0 - share)).abs() < 1e-9, "{seconds}");
        }
    }
}
