//! The report as JSON. Times are seconds from the request's arrival, exact to the nanosecond.

use super::rows::name;
use super::wording::place;
use crate::escape;
use crate::reason;
use serde::Serialize;
use wssim_experiment::trace::{RequestTrace, Stay, StayKind, StayStretch, StretchSum};

/// The version of the shape; it is incremented when a reader of the old shape would be misled.
const SCHEMA_VERSION: u32 = 1;

/// The report as JSON.
#[must_use]
pub fn render(trace: &RequestTrace) -> String {
    let report = Report::of(trace);
    let text =
        serde_json::to_string_pretty(&report).expect("keys are strings and nothing else can fail");
    escape::json(&format!("{text}\n"))
}

/// At most nine decimals: the nearest `f64` prints exactly.
fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    command: &'static str,
    scenario: Names<'a>,
    seed: u64,
    replication: u32,
    request: Request<'a>,
    distribution: Distribution,
    components: Vec<ComponentJson>,
    stays: Vec<StayJson<'a>>,
    /// Empty in most files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Names<'a> {
    name: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
struct Request<'a> {
    entry: &'a str,
    number: u64,
    /// From the beginning of the measured stretch.
    arrived_seconds: f64,
    response_seconds: f64,
    failed: Option<&'a str>,
}

#[derive(Serialize)]
struct Distribution {
    requests: u64,
    answered: u64,
    failed: u64,
    faster: u64,
    p50_seconds: Option<f64>,
    p95_seconds: Option<f64>,
    p99_seconds: Option<f64>,
    max_seconds: Option<f64>,
}

#[derive(Serialize)]
struct ComponentJson {
    kind: &'static str,
    place: String,
    times: u64,
    seconds: f64,
}

#[derive(Serialize)]
struct StayJson<'a> {
    parent: Option<usize>,
    kind: &'static str,
    name: String,
    replica: Option<u32>,
    node: Option<&'a str>,
    attempt: u16,
    sent_seconds: f64,
    start_seconds: f64,
    end_seconds: f64,
    until_seconds: f64,
    failed: Option<&'a str>,
    late: bool,
    unfinished: bool,
    parts: Vec<PartJson<'a>>,
}

#[derive(Serialize)]
struct PartJson<'a> {
    kind: &'static str,
    place: String,
    start_seconds: f64,
    end_seconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    callee: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<&'a str>,
}

impl<'a> Report<'a> {
    fn of(trace: &'a RequestTrace) -> Self {
        let all = &trace.distribution;
        Self {
            schema_version: SCHEMA_VERSION,
            command: "trace",
            scenario: Names { name: &trace.name, title: &trace.title },
            seed: trace.seed,
            replication: trace.replication,
            request: Request {
                entry: &trace.entry,
                number: trace.number,
                arrived_seconds: seconds(trace.arrived_ns),
                response_seconds: seconds(trace.response_ns),
                failed: trace.failed,
            },
            distribution: Distribution {
                requests: all.requests,
                answered: all.answered,
                failed: all.failed,
                faster: all.faster,
                p50_seconds: all.p50_ns.map(seconds),
                p95_seconds: all.p95_ns.map(seconds),
                p99_seconds: all.p99_ns.map(seconds),
                max_seconds: all.max_ns.map(seconds),
            },
            components: trace.components.iter().map(component).collect(),
            stays: trace.stays.iter().map(stay).collect(),
            notes: trace.notes.iter().map(reason::note).collect(),
        }
    }
}

fn component(of: &StretchSum) -> ComponentJson {
    ComponentJson {
        kind: of.kind.name(),
        place: place(&of.place),
        times: of.times,
        seconds: seconds(of.ns),
    }
}

fn stay(of: &Stay) -> StayJson<'_> {
    StayJson {
        parent: of.parent,
        kind: match of.kind {
            StayKind::Request => "request",
            StayKind::Visit => "visit",
            StayKind::Branch => "branch",
        },
        name: name(of),
        replica: of.replica,
        node: of.node.as_deref(),
        attempt: of.attempt,
        sent_seconds: seconds(of.sent_ns),
        start_seconds: seconds(of.start_ns),
        end_seconds: seconds(of.end_ns),
        until_seconds: seconds(of.until_ns),
        failed: of.failed,
        late: of.late,
        unfinished: of.unfinished,
        parts: of.parts.iter().map(part).collect(),
    }
}

fn part(of: &StayStretch) -> PartJson<'_> {
    PartJson {
        kind: of.kind.name(),
        place: place(&of.place),
        start_seconds: seconds(of.start_ns),
        end_seconds: seconds(of.end_ns),
        callee: of.callee,
        failed: of.failed,
    }
}

#[cfg(test)]
mod tests {
    use crate::trace::sample;

    #[test]
    fn the_report_is_as_golden() {
        crate::sample::assert_golden("trace-report.json", &super::render(&sample::trace()));
    }
}
