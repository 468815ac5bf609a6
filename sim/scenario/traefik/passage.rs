//! The guards of a request from the proxy to a service: the simulated part of its router's middlewares.
//!
//! A call names its service, not the matched rule: of several routers to one service the first by name
//! is used.
//!
//! *Grouping of requests.* Traefik distinguishes sources by address unless a label changes that. Behind
//! Swarm's ingress mesh, another proxy or a company's router many users have few addresses; so a limit
//! without a criterion counts all requests of a proxy's container together, and so does one by host,
//! since calls to one service use one host. One with `ipstrategy` or a header in its `sourcecriterion`
//! counts each source of traffic separately.

use super::breaker::{Relation, TripCondition, TripMeasure};
use super::middleware::{Middleware, MiddlewareKind, SourceCriterion};
use super::proxy::{ProxyLabels, Router, Strategy};
use crate::document::Document;
use crate::document::service::ServiceText;
use std::collections::BTreeSet;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{BreakerPolicy, Check, LimitPolicy, Policy, Retry};
use wssim_model::probe::Failure;

/// Outcomes count for 10 s, in ten steps (vulcand/oxy, `memmetrics/ratio.go` and `roundtrip.go`).
const WINDOW: Nanos = Nanos(10_000_000_000);
/// Default `DefaultMultiplier` and `DefaultRandomizationFactor` of cenkalti/backoff, which Traefik
/// keeps.
const BACKOFF_FACTOR: f64 = 1.5;
const BACKOFF_JITTER: f64 = 0.5;

/// The guards of requests to a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProxyPassage {
    /// In order; each with whether it counts sources separately.
    pub limits: Vec<(LimitPolicy, bool)>,
    pub breaker: Option<BreakerPolicy>,
    pub retry: Option<Retry>,
    /// Names of the corresponding middlewares.
    pub names: Vec<String>,
}

/// Whether the containers of `service` are Traefik.
pub(crate) fn is_proxy(service: &ServiceText) -> bool {
    let image = service.deploy.image.as_ref().map_or("", |image| image.text.as_str());
    let name = image.rsplit('/').next().unwrap_or_default();
    let name = name.split(['@', ':']).next().unwrap_or_default();
    service.proxy.is_some() || name == "traefik"
}

/// The services that a container of some proxy calls, by name.
pub(crate) fn proxied(document: &Document) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let proxies = document.services.values().filter(|service| is_proxy(service));
    for endpoint in proxies.flat_map(|service| service.endpoints.values()) {
        crate::calls::visit(&endpoint.steps, 1.0, true, &mut |step, _, _| {
            if let crate::document::step::StepKind::Call(call) = &step.kind {
                found.extend(crate::calls::split(&call.target.text).map(|(service, _)| service));
            }
        });
    }
    found.retain(|name| document.services.contains_key(name));
    found
}

impl ProxyLabels {
    /// Whether labels concern `service`.
    pub(crate) fn knows(&self, service: &str) -> bool {
        self.router_to(service).is_some()
    }

    fn router_to(&self, service: &str) -> Option<&Router> {
        let leads = |router: &&Router| match (&router.service, self.balancer_of(router)) {
            (_, Some(balancer)) => balancer.owner == service,
            (None, None) => router.owner == service,
            (Some(_), None) => false,
        };
        self.routers.iter().filter(leads).min_by(|a, b| a.name.cmp(&b.name))
    }

    /// The guards of requests to `service`.
    pub(crate) fn passage(&self, service: &str) -> ProxyPassage {
        let mut passage = ProxyPassage::default();
        for reference in self.router_to(service).map_or(&[][..], |router| &router.middlewares) {
            if let Some(middleware) = self.middleware(reference) {
                self.pass(middleware, &mut passage, 0);
            }
        }
        passage
    }

    fn pass(&self, middleware: &Middleware, passage: &mut ProxyPassage, depth: u32) {
        /// Longest chain followed: a chain may name itself.
        const DEEPEST: u32 = 16;
        match &middleware.kind {
            MiddlewareKind::RateLimit { tokens_per_second, burst, per } => {
                if let Some(tokens_per_second) = *tokens_per_second {
                    let policy = LimitPolicy::Rate { tokens_per_second, burst: *burst };
                    passage.limits.push((policy, is_told_apart(per)));
                }
            }
            MiddlewareKind::InFlight { amount, per } => {
                passage.limits.push((LimitPolicy::InFlight(*amount), is_told_apart(per)));
            }
            MiddlewareKind::Retry { attempts, initial_interval, on_network_errors: true }
                if passage.retry.is_none() =>
            {
                passage.retry = Some(retry(*attempts, *initial_interval));
            }
            MiddlewareKind::Breaker { trips, fallback, .. } if passage.breaker.is_none() => {
                let Some(ratio) = failures_over_calls(trips) else { return };
                passage.breaker = Some(breaker(ratio, *fallback));
            }
            MiddlewareKind::Chain(links) if depth < DEEPEST => {
                for middleware in links.iter().filter_map(|link| self.middleware(link)) {
                    self.pass(middleware, passage, depth + 1);
                }
            }
            _ => return,
        }
        passage.names.push(middleware.name.clone());
    }

    /// How requests to `service` are spread over its containers.
    pub(crate) fn policy(&self, service: &str) -> Policy {
        let balancer = self.router_to(service).and_then(|router| self.balancer_of(router));
        match balancer.map(|balancer| balancer.strategy) {
            // The fastest of two or of all is the least loaded.
            Some(Strategy::P2c | Strategy::LeastTime) => Policy::PowerOfD(2),
            // Every user has a separate address.
            Some(Strategy::Hrw) => Policy::Random,
            Some(Strategy::Wrr) | None => Policy::InTurn,
        }
    }

    /// How the proxy checks the containers of `service`.
    pub(crate) fn check(&self, service: &str) -> Option<Check> {
        let balancer = self.balancer_of(self.router_to(service)?)?;
        let health = balancer.health.as_ref()?;
        Some(Check { interval: health.interval, timeout: health.timeout })
    }
}

/// Whether a middleware of this kind has an effect on a proxy's call.
pub(crate) fn is_simulated(kind: &MiddlewareKind) -> bool {
    match kind {
        MiddlewareKind::RateLimit { .. }
        | MiddlewareKind::InFlight { .. }
        | MiddlewareKind::Retry { .. }
        | MiddlewareKind::Chain(_) => true,
        MiddlewareKind::Breaker { trips, .. } => failures_over_calls(trips).is_some(),
        MiddlewareKind::Other(_) => false,
    }
}

/// See above; `Address` is also the default.
fn is_told_apart(per: &SourceCriterion) -> bool {
    matches!(per, SourceCriterion::Header(_) | SourceCriterion::Strategy)
}

/// Traefik retries requests without an answer, at once or after pauses that grow from the first to twice
/// that (`pkg/middlewares/retry`).
fn retry(attempts: u32, initial_interval: Nanos) -> Retry {
    let failures = [Failure::Refused, Failure::Reset, Failure::NoReplica, Failure::Timeout];
    Retry {
        attempts: attempts.saturating_sub(1),
        backoff: initial_interval,
        factor: BACKOFF_FACTOR,
        jitter: BACKOFF_JITTER,
        on: failures.into_iter().fold(0, |set, failure| set | failure.bit()),
        other_replica: true,
    }
}

/// One probe represents the recovery, in which Traefik passes a growing share.
fn breaker(ratio: f64, fallback: Nanos) -> BreakerPolicy {
    BreakerPolicy {
        failures: None,
        ratio: Some(ratio),
        min_calls: 1,
        window: WINDOW,
        open: fallback,
        half_open: 1,
    }
}

/// The share of failures at which a condition holds, if it contains nothing else: every failure in the
/// model is a network error or an answer of 5xx.
pub(crate) fn failures_over_calls(condition: &TripCondition) -> Option<f64> {
    match condition {
        TripCondition::Any(parts) => {
            let shares: Option<Vec<f64>> = parts.iter().map(failures_over_calls).collect();
            shares?.into_iter().reduce(f64::min)
        }
        TripCondition::All(parts) => {
            let shares: Option<Vec<f64>> = parts.iter().map(failures_over_calls).collect();
            shares?.into_iter().reduce(f64::max)
        }
        TripCondition::Compare(measure, relation, share) => {
            let is_failures = match measure {
                TripMeasure::NetworkErrorRatio
                | TripMeasure::ResponseCodeRatio([500, 600, 0, 600]) => true,
                TripMeasure::ResponseCodeRatio(_) | TripMeasure::LatencyAtQuantileMs(_) => false,
            };
            match relation {
                Relation::More if is_failures => Some(share.next_up()),
                Relation::AtLeast if is_failures => Some(*share),
                _ => None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::breaker::parse;
    use super::*;

    #[test]
    fn a_breaker_of_failures_is_one_of_a_share() {
        let share = |text: &str| failures_over_calls(&parse(text).ok()?);
        assert_eq!(share("NetworkErrorRatio() >= 0.3"), Some(0.3));
        assert_eq!(share("NetworkErrorRatio() > 0.3"), Some(0.3_f64.next_up()));
        let either = "NetworkErrorRatio() >= 0.3 || ResponseCodeRatio(500, 600, 0, 600) >= 0.25";
        assert_eq!(share(either), Some(0.25));
        let both = "NetworkErrorRatio() >= 0.3 && ResponseCodeRatio(500, 600, 0, 600) >= 0.25";
        assert_eq!(share(both), Some(0.3));
        for other in [
            "LatencyAtQuantileMS(50.0) > 100",
            "NetworkErrorRatio() >= 0.3 || LatencyAtQuantileMS(50.0) > 100",
            "NetworkErrorRatio() < 0.3",
            "ResponseCodeRatio(400, 600, 0, 600) > 0.25",
        ] {
            assert_eq!(share(other), None, "{other}");
        }
    }
}
