//! A trace for the tests of the reports, with invented numbers: a page makes two equal queries, calls
//! two services in parallel, and then a third one that answers only at the second attempt.

use wssim_experiment::trace::{
    RequestPick, RequestTrace, Stay, StayKind, StayStretch, StretchKind, StretchPlace, StretchSum,
    TraceDistribution,
};

const MS: u64 = 1_000_000;

fn part(kind: StretchKind, place: &str, start_ns: u64, end_ns: u64) -> StayStretch {
    let place = StretchPlace::At(place.to_owned());
    StayStretch { kind, place, start_ns, end_ns, callee: None, failed: None }
}

fn call(callee: usize, start_ns: u64, end_ns: u64) -> StayStretch {
    StayStretch { callee: Some(callee), ..part(StretchKind::Call, "shop", start_ns, end_ns) }
}

/// A stay; `times` are those of sending, arrival, end and answer.
fn stay(
    parent: usize,
    name: (&str, &str),
    node: &str,
    times: [u64; 4],
    parts: Vec<StayStretch>,
) -> Stay {
    let [sent_ns, start_ns, end_ns, until_ns] = times;
    Stay {
        parent: Some(parent),
        kind: StayKind::Visit,
        service: name.0.to_owned(),
        endpoint: Some(name.1.to_owned()),
        replica: Some(1),
        node: Some(node.to_owned()),
        attempt: 0,
        sent_ns,
        start_ns,
        end_ns,
        until_ns,
        failed: None,
        late: false,
        unfinished: false,
        parts,
    }
}

fn query(times: [u64; 4]) -> Stay {
    let parts = vec![part(StretchKind::Cpu, "database", times[1], times[2])];
    stay(1, ("database", "query"), "backend", times, parts)
}

/// A branch of the page that calls `name`, whose stay follows.
fn branch(place: usize, name: &str, end_ns: u64) -> [Stay; 2] {
    let span = [20 * MS, 20 * MS, end_ns, 30 * MS];
    let parts = vec![call(place + 1, 20 * MS, end_ns)];
    let branch = Stay {
        kind: StayKind::Branch,
        endpoint: Some("page".to_owned()),
        ..stay(1, ("shop", "page"), "frontend", span, parts)
    };
    let (start, end) = (20 * MS + MS / 2, end_ns - MS / 2);
    let parts = vec![
        part(StretchKind::Worker, name, start, start + 2 * MS),
        part(StretchKind::Cpu, name, start + 2 * MS, end),
    ];
    let asked = stay(place, (name, "ask"), "backend", [20 * MS, start, end, end_ns], parts);
    [branch, asked]
}

/// Two attempts; the first answer arrives after the time-out.
fn attempts() -> [Stay; 2] {
    let parts = vec![part(StretchKind::Cpu, "slow", 31 * MS, 55 * MS)];
    let first = Stay {
        failed: Some("timeout"),
        late: true,
        ..stay(1, ("slow", "go"), "backend", [30 * MS, 31 * MS, 55 * MS, 40 * MS], parts)
    };
    let parts = vec![part(StretchKind::Cpu, "slow", 43 * MS, 47 * MS)];
    let times = [42 * MS, 43 * MS, 47 * MS, 48 * MS];
    let second = Stay { attempt: 1, ..stay(1, ("slow", "go"), "backend", times, parts) };
    [first, second]
}

fn page() -> [Stay; 2] {
    let parts = vec![call(1, 0, 50 * MS)];
    let request = Stay {
        parent: None,
        kind: StayKind::Request,
        endpoint: None,
        replica: None,
        node: None,
        ..stay(0, ("web", ""), "", [0, 0, 50 * MS, 50 * MS], parts)
    };
    let parts = vec![
        part(StretchKind::Worker, "shop", 0, 2 * MS),
        part(StretchKind::Cpu, "shop", 2 * MS, 5 * MS),
        part(StretchKind::Sharing, "shop", 5 * MS, 6 * MS),
        call(2, 6 * MS, 13 * MS),
        call(3, 13 * MS, 20 * MS),
        part(StretchKind::Parallel, "shop", 20 * MS, 30 * MS),
        StayStretch { failed: Some("timeout"), ..call(8, 30 * MS, 40 * MS) },
        part(StretchKind::Backoff, "shop", 40 * MS, 42 * MS),
        call(9, 42 * MS, 48 * MS),
        part(StretchKind::Cpu, "shop", 48 * MS, 50 * MS),
    ];
    let page = stay(0, ("shop", "page"), "frontend", [0, 0, 50 * MS, 50 * MS], parts);
    [request, page]
}

/// The trace.
pub(super) fn trace() -> RequestTrace {
    let queries =
        [[6 * MS, 7 * MS, 12 * MS, 13 * MS], [13 * MS, 14 * MS, 19 * MS, 20 * MS]].map(query);
    let mut stays: Vec<Stay> = page().into_iter().chain(queries).collect();
    stays.extend(branch(4, "stock", 25 * MS));
    stays.extend(branch(6, "prices", 30 * MS));
    stays.extend(attempts());
    let component = |kind, place: &str, ns, times| {
        let place = match place.split_once(" – ") {
            Some((first, second)) => StretchPlace::Between(first.to_owned(), second.to_owned()),
            None => StretchPlace::At(place.to_owned()),
        };
        StretchSum { kind, place, ns, times }
    };
    RequestTrace {
        name: "shop".to_owned(),
        title: "A small shop".to_owned(),
        seed: 84,
        replication: 0,
        notes: Vec::new(),
        entry: "web".to_owned(),
        entries: 2,
        entry_given: false,
        pick: RequestPick::Percentile(50.0),
        number: 214,
        arrived_ns: 5_123 * MS,
        response_ns: 50 * MS,
        failed: None,
        distribution: TraceDistribution {
            requests: 480,
            answered: 478,
            failed: 2,
            faster: 239,
            p50_ns: Some(50 * MS),
            p95_ns: Some(90 * MS),
            p99_ns: Some(1_234 * MS),
            max_ns: Some(2_345 * MS),
        },
        stays,
        components: vec![
            component(StretchKind::Cpu, "slow", 13 * MS, 2),
            component(StretchKind::Cpu, "database", 10 * MS, 2),
            component(StretchKind::Network, "backend – frontend", 8 * MS, 8),
            component(StretchKind::Cpu, "prices", 7 * MS, 1),
            component(StretchKind::Cpu, "shop", 5 * MS, 2),
            component(StretchKind::Worker, "prices", 2 * MS, 1),
            component(StretchKind::Worker, "shop", 2 * MS, 1),
            component(StretchKind::Backoff, "shop", 2 * MS, 1),
            component(StretchKind::Sharing, "shop", MS, 1),
        ],
    }
}

#[test]
fn the_sample_adds_up() {
    let trace = trace();
    let sum: u64 = trace.components.iter().map(|component| component.ns).sum();
    assert_eq!(sum, trace.response_ns);
}
