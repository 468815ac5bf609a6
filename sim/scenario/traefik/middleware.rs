//! Reads middlewares, with Traefik's defaults (traefik v3, `pkg/config/dynamic/middlewares.go`). Those
//! that change how many requests pass are read in full; of the others, the kind.

use super::breaker::{self, TripCondition};
use super::options::{LabelOptions, wrong};
use super::reference::{Reference, references};
use crate::document::fields::Reader;
use crate::length::shown;
use crate::source::Origin;
use std::fmt;
use wssim_kernel::Nanos;
use wssim_text::suggest;

/// A middleware.
#[derive(Clone, Debug)]
pub(crate) struct Middleware {
    pub name: String,
    /// The service whose labels define it.
    pub owner: String,
    pub origin: Origin,
    pub kind: MiddlewareKind,
}

/// Its effect.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum MiddlewareKind {
    /// A token bucket for each source: a request takes a token, or is refused with 429. `None` passes
    /// all.
    RateLimit { tokens_per_second: Option<f64>, burst: u32, per: SourceCriterion },
    /// Most concurrent requests of a source; more are refused with 429.
    InFlight { amount: u32, per: SourceCriterion },
    /// Most attempts, including the first, while no part of an answer was received. Exponential waits
    /// start at `initial_interval` and end at twice that; zero for no waits.
    Retry { attempts: u32, initial_interval: Nanos, on_network_errors: bool },
    /// Opens if `trips` holds at a check, answers 503 for `fallback`, then passes a growing share for
    /// `recovery`.
    Breaker { trips: TripCondition, check_period: Nanos, fallback: Nanos, recovery: Nanos },
    /// A sequence of others.
    Chain(Vec<Reference>),
    /// One that neither stops nor redirects requests: its kind.
    Other(&'static str),
}

/// How requests are grouped for counting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SourceCriterion {
    Address,
    /// By client address, found as a label defines.
    Strategy,
    Host,
    Header(String),
}

/// Kinds of which only the name is read.
const OTHERS: [&str; 21] = [
    "addprefix",
    "basicauth",
    "buffering",
    "compress",
    "contenttype",
    "digestauth",
    "encodedcharacters",
    "errors",
    "forwardauth",
    "grpcweb",
    "headers",
    "ipallowlist",
    "ipwhitelist",
    "passtlsclientcert",
    "plugin",
    "redirectregex",
    "redirectscheme",
    "replacepath",
    "replacepathregex",
    "stripprefix",
    "stripprefixregex",
];

const READ: [&str; 5] = ["chain", "circuitbreaker", "inflightreq", "ratelimit", "retry"];

const fn milliseconds(count: u64) -> Nanos {
    Nanos(count * 1_000_000)
}

/// Reads one; `None` if Traefik would refuse it.
pub(super) fn read(
    reader: &mut Reader<'_>,
    owner: &str,
    mut options: LabelOptions<'_>,
) -> Option<Middleware> {
    let groups = options.groups();
    let (name, origin) = (options.name.clone(), options.origin);
    if let [_, (_, second), ..] = groups.as_slice() {
        let message = format!("middleware `{name}` is of two kinds");
        wrong(reader, *second, message);
        return None;
    }
    let (group, at) = groups.first()?;
    let inner = options.below(group);
    let kind = match group.as_str() {
        "ratelimit" => rate_limit(reader, inner),
        "inflightreq" => in_flight(reader, inner),
        "retry" => retry(reader, inner),
        "circuitbreaker" => circuit_breaker(reader, inner),
        "chain" => Some(chain(reader, inner)),
        other => another(reader, other, *at),
    }?;
    Some(Middleware { name, owner: owner.to_owned(), origin, kind })
}

fn another(reader: &mut Reader<'_>, group: &str, at: Origin) -> Option<MiddlewareKind> {
    let known = OTHERS.into_iter().find(|kind| *kind == group).map(MiddlewareKind::Other);
    if known.is_none() {
        let all = READ.iter().chain(&OTHERS).copied().collect::<Vec<_>>();
        let hint = suggest::nearest(group, all);
        let hint = hint.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
        wrong(reader, at, format!("Traefik has no middleware `{group}`{hint}"));
    }
    known
}

fn source(
    reader: &mut Reader<'_>,
    options: &mut LabelOptions<'_>,
    default: SourceCriterion,
) -> SourceCriterion {
    let mut inner = options.below("sourcecriterion");
    let host = inner.flag(reader, "requesthost");
    let header = inner.text("requestheadername").map(|name| name.text.clone());
    let is_address = !inner.below("ipstrategy").is_empty();
    inner.finish(reader, "source criterion", &["ipstrategy", "requestheadername", "requesthost"]);
    match (header, host, is_address) {
        (Some(header), _, _) => SourceCriterion::Header(header),
        (None, Some(true), _) => SourceCriterion::Host,
        (None, _, true) => SourceCriterion::Strategy,
        _ => default,
    }
}

fn rate_limit(reader: &mut Reader<'_>, mut options: LabelOptions<'_>) -> Option<MiddlewareKind> {
    let average = options.count(reader, "average").unwrap_or(0);
    let period = options.duration(reader, "period").unwrap_or(milliseconds(1000));
    let burst = options.count(reader, "burst").unwrap_or(1);
    let per = source(reader, &mut options, SourceCriterion::Address);
    let origin = options.origin;
    options.accept(&["redis"]);
    options.finish(reader, "rate limit", &["average", "burst", "period", "sourcecriterion"]);
    if period == Nanos::ZERO {
        wrong(reader, origin, "a rate over a period of nothing is none".to_owned());
        return None;
    }
    let per_second = f64::from(average) * 1e9 / period.as_f64();
    let tokens_per_second = (average > 0).then_some(per_second);
    Some(MiddlewareKind::RateLimit { tokens_per_second, burst, per })
}

fn in_flight(reader: &mut Reader<'_>, mut options: LabelOptions<'_>) -> Option<MiddlewareKind> {
    let amount = options.count(reader, "amount");
    let per = source(reader, &mut options, SourceCriterion::Host);
    let origin = options.origin;
    options.finish(reader, "limit of requests in flight", &["amount", "sourcecriterion"]);
    match amount {
        Some(amount) => Some(MiddlewareKind::InFlight { amount, per }),
        None => lacks(reader, origin, "a limit of requests in flight needs its `amount`"),
    }
}

fn retry(reader: &mut Reader<'_>, mut options: LabelOptions<'_>) -> Option<MiddlewareKind> {
    let attempts = options.count(reader, "attempts").filter(|attempts| *attempts > 0);
    let initial_interval = options.duration(reader, "initialinterval").unwrap_or(Nanos::ZERO);
    let origin = options.origin;
    let on_network_errors = options.flag(reader, "disableretryonnetworkerror") != Some(true);
    options.accept(&["timeout", "maxrequestbodybytes", "status", "retrynonidempotentmethod"]);
    let known = ["attempts", "disableretryonnetworkerror", "initialinterval"];
    options.finish(reader, "retry", &known);
    match attempts {
        Some(attempts) => {
            Some(MiddlewareKind::Retry { attempts, initial_interval, on_network_errors })
        }
        None => lacks(reader, origin, "a retry needs `attempts` above zero"),
    }
}

fn circuit_breaker(
    reader: &mut Reader<'_>,
    mut options: LabelOptions<'_>,
) -> Option<MiddlewareKind> {
    let expression = options.text("expression");
    // Defaults: `CircuitBreaker.SetDefaults` of the same file.
    let check_period = options.duration(reader, "checkperiod").unwrap_or(milliseconds(100));
    let fallback = options.duration(reader, "fallbackduration").unwrap_or(milliseconds(10_000));
    let recovery = options.duration(reader, "recoveryduration").unwrap_or(milliseconds(10_000));
    let _ = options.count(reader, "responsecode");
    let origin = options.origin;
    let known =
        ["checkperiod", "expression", "fallbackduration", "recoveryduration", "responsecode"];
    options.finish(reader, "circuit breaker", &known);
    let Some(expression) = expression else {
        return lacks(reader, origin, "a circuit breaker needs its `expression`");
    };
    match breaker::parse(&expression.text) {
        Ok(trips) => Some(MiddlewareKind::Breaker { trips, check_period, fallback, recovery }),
        Err(flaw) => {
            let sources = reader.texts.sources;
            let at = sources.inside(expression.origin, &expression.text, flaw.at, 1);
            wrong(reader, at, flaw.message);
            None
        }
    }
}

fn chain(reader: &mut Reader<'_>, mut options: LabelOptions<'_>) -> MiddlewareKind {
    let links = references(options.texts(reader, "middlewares"));
    options.finish(reader, "chain", &["middlewares"]);
    MiddlewareKind::Chain(links)
}

fn lacks(reader: &mut Reader<'_>, origin: Origin, message: &str) -> Option<MiddlewareKind> {
    wrong(reader, origin, message.to_owned());
    None
}

impl MiddlewareKind {
    /// The behaviour while it is not simulated.
    pub(crate) fn instead(&self) -> &'static str {
        match self {
            Self::RateLimit { .. } | Self::InFlight { .. } => "every request passes",
            Self::Retry { .. } => "nothing is tried again but by the steps' own `retries`",
            Self::Breaker { .. } => "it never opens",
            Self::Chain(_) => "its links are listed by themselves",
            Self::Other(_) => "what it costs is in the steps, if anywhere",
        }
    }
}

impl fmt::Display for SourceCriterion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address | Self::Strategy => out.write_str("client address"),
            Self::Host => out.write_str("requested host"),
            Self::Header(name) => write!(out, "header {name}"),
        }
    }
}

impl fmt::Display for MiddlewareKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RateLimit { tokens_per_second: None, .. } => out.write_str("rate limit, off"),
            Self::RateLimit { tokens_per_second: Some(rate), burst, per } => {
                write!(out, "rate limit, {rate}/s and bursts of {burst} per {per}")
            }
            Self::InFlight { amount, per } => write!(out, "at most {amount} in flight per {per}"),
            Self::Retry { on_network_errors: false, .. } => out.write_str("retries, off"),
            Self::Retry { attempts, initial_interval: Nanos::ZERO, .. } => {
                write!(out, "{attempts} attempts at once")
            }
            Self::Retry { attempts, initial_interval, .. } => {
                write!(out, "{attempts} attempts, {} and more apart", shown(*initial_interval))
            }
            Self::Breaker { trips, check_period, fallback, recovery } => write!(
                out,
                "circuit breaker, {trips}, looked at every {}, open {}, recovering {}",
                shown(*check_period),
                shown(*fallback),
                shown(*recovery)
            ),
            Self::Chain(links) => {
                let links: Vec<String> = links.iter().map(ToString::to_string).collect();
                write!(out, "chain of {}", links.join(", "))
            }
            Self::Other(kind) => out.write_str(kind),
        }
    }
}
