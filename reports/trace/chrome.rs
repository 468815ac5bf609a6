//! `trace.json`: the request in the Chrome trace event format, for Perfetto or `chrome://tracing`.
//!
//! A node is a process, a container a thread (several, where several stays overlap); stays and
//! what they consist of are complete events (`ph: X`), calls are flow events (`s` to `f`). Times
//! are microseconds with three decimals, that is whole nanoseconds. Perfetto stops reading at the first
//! unknown key of the object, so `traceEvents` comes before our own keys. (Trace Event Format, Google,
//! 2016.)

use super::lanes::{Lane, Lanes};
use super::rows::name;
use super::wording::{self, words};
use crate::escape;
use serde_json::{Value, json};
use wssim_experiment::trace::{RequestTrace, StayKind, StayStretch, StretchKind};

/// The beginning of the file without white space: its first event identifies wssim.
pub(crate) const BEGINNING: &str =
    r#"{"displayTimeUnit":"ms","traceEvents":[{"name":"wssim","ph":"M""#;

/// The file: one event in each line.
#[must_use]
pub fn render(trace: &RequestTrace) -> String {
    let mut file = File { trace, lanes: Lanes::new(trace), events: Vec::new() };
    file.metadata();
    for place in 0..trace.stays.len() {
        file.stay(place);
    }
    let lines: Vec<String> = file.events.iter().map(Event::line).collect();
    let text =
        format!("{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n{}\n]}}\n", lines.join(",\n"));
    escape::json(&text)
}

/// An event with its keys in the order of the file.
struct Event(Vec<(&'static str, Value)>);

impl Event {
    fn line(&self) -> String {
        let pairs = self.0.iter().map(|(key, value)| format!("\"{key}\":{value}"));
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
    }
}

/// At most three decimals: the nearest `f64` prints exactly.
fn microseconds(ns: u64) -> Value {
    json!(ns as f64 / 1e3)
}

struct File<'a> {
    trace: &'a RequestTrace,
    lanes: Lanes,
    events: Vec<Event>,
}

impl File<'_> {
    fn metadata(&mut self) {
        let RequestTrace { name, title, seed, replication, entry, number, .. } = self.trace;
        let about = json!({
            "command": "trace", "scenario": name, "title": title, "seed": seed,
            "replication": replication, "entry": entry, "request": number,
        });
        self.describe("wssim", (0, 0), about);
        for (place, name) in self.lanes.processes.clone().iter().enumerate() {
            let process = place as u64 + 1;
            self.describe("process_name", (process, 0), json!({ "name": name }));
            self.describe("process_sort_index", (process, 0), json!({ "sort_index": place }));
        }
        for Lane { process, thread, name, .. } in self.lanes.threads.clone() {
            self.describe("thread_name", (process, thread), json!({ "name": name }));
            let order = json!({ "sort_index": thread });
            self.describe("thread_sort_index", (process, thread), order);
        }
    }

    fn describe(&mut self, name: &str, (process, thread): (u64, u64), args: Value) {
        self.events.push(Event(vec![
            ("name", json!(name)),
            ("ph", json!("M")),
            ("pid", json!(process)),
            ("tid", json!(thread)),
            ("args", args),
        ]));
    }

    /// A complete event on the thread of stay `on`.
    fn complete(&mut self, on: usize, name: &str, cat: &str, span: (u64, u64), args: Value) {
        let Lane { process, thread, .. } = self.lanes.threads[self.lanes.of[on]];
        self.events.push(Event(vec![
            ("name", json!(name)),
            ("cat", json!(cat)),
            ("ph", json!("X")),
            ("ts", microseconds(span.0)),
            ("dur", microseconds(span.1 - span.0)),
            ("pid", json!(process)),
            ("tid", json!(thread)),
            ("args", args),
        ]));
    }

    /// One end of an arrow from caller to callee; both ends share its number.
    fn arrow(&mut self, on: usize, callee: usize, begins: bool, at: u64) {
        let Lane { process, thread, .. } = self.lanes.threads[self.lanes.of[on]];
        let mut event = vec![
            ("name", json!("call")),
            ("cat", json!("call")),
            ("ph", json!(if begins { "s" } else { "f" })),
            ("id", json!(callee)),
            ("ts", microseconds(at)),
            ("pid", json!(process)),
            ("tid", json!(thread)),
        ];
        if !begins {
            event.push(("bp", json!("e")));
        }
        self.events.push(Event(event));
    }

    fn stay(&mut self, place: usize) {
        let stay = &self.trace.stays[place];
        let (cat, args) = match stay.kind {
            StayKind::Request => ("request", json!({})),
            StayKind::Visit => ("visit", json!({ "attempt": stay.attempt })),
            StayKind::Branch => ("branch", json!({})),
        };
        let args = with(args, stay.failed, stay.late);
        let name = if stay.kind == StayKind::Branch { "branch".to_owned() } else { name(stay) };
        self.complete(place, &name, cat, (stay.start_ns, stay.end_ns), args);
        if stay.kind == StayKind::Visit && stay.start_ns < stay.end_ns {
            self.arrow(place, place, false, stay.start_ns);
        }
        for part in &stay.parts {
            if let Some(callee) = part.callee {
                self.call(place, part, callee);
            } else {
                let args =
                    with(json!({ "place": wording::place(&part.place) }), part.failed, false);
                let span = (part.start_ns, part.end_ns);
                self.complete(place, words(part.kind), part.kind.name(), span, args);
            }
        }
    }

    /// A call with the ways there and back inside.
    fn call(&mut self, on: usize, part: &StayStretch, callee: usize) {
        let called = &self.trace.stays[callee];
        let title = format!("call {}", name(called));
        let args = with(json!({ "attempt": called.attempt }), part.failed, false);
        let (start, end) = (part.start_ns, part.end_ns);
        self.complete(on, &title, part.kind.name(), (start, end), args);
        if called.start_ns < called.end_ns {
            self.arrow(on, callee, true, start);
        }
        let ways = [(start, called.start_ns.min(end)), (called.end_ns.min(end), end)];
        for (from, to) in ways.into_iter().filter(|(from, to)| from < to) {
            let (title, cat) = (words(StretchKind::Network), StretchKind::Network.name());
            self.complete(on, title, cat, (from, to), json!({}));
        }
    }
}

fn with(mut args: Value, failed: Option<&str>, late: bool) -> Value {
    if let Some(failed) = failed {
        args["failed"] = json!(failed);
    }
    if late {
        args["unheard"] = json!(true);
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::sample;
    use std::collections::BTreeMap;

    fn events(text: &str) -> Vec<Value> {
        let file: Value = serde_json::from_str(text).unwrap();
        file["traceEvents"].as_array().unwrap().clone()
    }

    fn ns(value: &Value) -> u64 {
        (value.as_f64().unwrap() * 1e3).round() as u64
    }

    #[test]
    fn the_file_is_as_golden_and_known_as_our_own() {
        let text = render(&sample::trace());
        crate::sample::assert_golden("trace.json", &text);
        let dense: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(dense.starts_with(BEGINNING));
    }

    #[test]
    fn every_event_has_what_the_format_asks_for() {
        for event in events(&render(&sample::trace())) {
            let needed: &[&str] = match event["ph"].as_str().unwrap() {
                "M" => &["name", "pid", "tid", "args"],
                "X" => &["name", "cat", "ts", "dur", "pid", "tid", "args"],
                "s" | "f" => &["name", "cat", "id", "ts", "pid", "tid"],
                other => unreachable!("{other}"),
            };
            for key in needed {
                assert!(!event[key].is_null(), "{key} of {event}");
            }
        }
    }

    /// Two events on one thread are disjoint or nested.
    #[test]
    fn events_nest() {
        let mut threads: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
        for event in events(&render(&sample::trace())).iter().filter(|e| e["ph"] == "X") {
            let start = ns(&event["ts"]);
            let span = (start, start + ns(&event["dur"]));
            threads.entry(event["tid"].as_u64().unwrap()).or_default().push(span);
        }
        assert!(threads.len() > 3);
        for spans in threads.values() {
            for (a, b) in spans.iter().flat_map(|a| spans.iter().map(move |b| (a, b))) {
                let apart = a.1 <= b.0 || b.1 <= a.0;
                let inside = (a.0 <= b.0 && b.1 <= a.1) || (b.0 <= a.0 && a.1 <= b.1);
                assert!(apart || inside, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn every_arrow_has_two_ends_inside_events() {
        let all = events(&render(&sample::trace()));
        let ends = |phase: &str| -> BTreeMap<u64, &Value> {
            let of = all.iter().filter(|event| event["ph"] == phase);
            of.map(|event| (event["id"].as_u64().unwrap(), event)).collect()
        };
        let (begins, finishes) = (ends("s"), ends("f"));
        assert!(!begins.is_empty());
        assert_eq!(begins.keys().collect::<Vec<_>>(), finishes.keys().collect::<Vec<_>>());
        for end in begins.values().chain(finishes.values()) {
            let at = ns(&end["ts"]);
            let around = all.iter().filter(|e| e["ph"] == "X" && e["tid"] == end["tid"]);
            let holds = |e: &Value| ns(&e["ts"]) <= at && at <= ns(&e["ts"]) + ns(&e["dur"]);
            assert!(around.clone().any(holds), "{end}");
        }
    }
}
