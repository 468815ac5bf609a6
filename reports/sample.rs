//! Findings made by hand, golden files and scratch directories for the tests of the reports.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use wssim_experiment::findings::{
    Answer, Distribution, Findings, JudgedClaim, Metric, NodeLedger, Promised, ResponseBands,
    RunAnswer, Series, ServiceLedger, StoppedBy, SystemMemory, Verdict,
};
use wssim_experiment::metric::kind_of;
use wssim_experiment::note::{FirstToGive, Note};
use wssim_experiment::question::{Claim, Expected, MetricRef, Study};
use wssim_experiment::reason::{Breakdown, Component, Needed, NoEstimate, Reason, Whole};
use wssim_stats::{Estimate, Histogram};
use wssim_text::width;

/// Compares `actual` with the golden file `name`; `UPDATE_GOLDEN=1` renews it.
#[track_caller]
pub(crate) fn assert_golden(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, actual).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(actual, golden, "{} differs; UPDATE_GOLDEN=1 renews it", path.display());
}

/// Asserts that no line of `text` is wider than the columns it is given, at any width.
#[track_caller]
pub(crate) fn assert_fits(text: impl Fn(usize) -> String) {
    for columns in 40..=120 {
        for line in text(columns).lines() {
            assert!(width::of(line) <= columns, "{columns}: {line}");
        }
    }
}

/// Asserts that the numbers of `text` at full width are present and whole at every width.
#[track_caller]
pub(crate) fn assert_numbers_stay_whole(text: impl Fn(usize) -> String) {
    let signs = |sign: char| sign.is_ascii_digit() || "()±–−+.,%≤≥<".contains(sign);
    let numbers = |text: &str| -> BTreeSet<String> {
        let words = text.split_whitespace().filter(|word| word.chars().all(signs));
        words
            .filter(|word| word.contains(|sign: char| sign.is_ascii_digit()))
            .map(str::to_owned)
            .collect()
    };
    let all = numbers(&text(400));
    assert!(!all.is_empty());
    for columns in 40..=120 {
        let told = text(columns);
        let missing: Vec<String> = all.difference(&numbers(&told)).cloned().collect();
        assert!(missing.is_empty(), "{columns}: {missing:?}\n{told}");
    }
}

fn metric(name: &str, labels: &[&str], mean: f64, half_width: f64) -> Metric {
    let kind = kind_of(name).expect("a metric of the table");
    assert_eq!(kind.labels.len(), labels.len(), "{name}");
    let values = labels.iter().map(|label| (*label).to_owned());
    Metric {
        name: kind.name,
        labels: kind.labels.iter().copied().zip(values).collect(),
        unit: kind.unit,
        estimate: Some(Estimate::symmetric(mean, half_width, 40)),
        missing: None,
        values: Vec::new(),
    }
}

fn response_times() -> Vec<Metric> {
    let mut max = metric("response_time_seconds", &["web", "max"], 1.25, 0.0);
    max.estimate = Some(Estimate { mean: 1.25, low: f64::NAN, high: f64::NAN, n: 40 });
    let mut p99 = metric("response_time_seconds", &["mail", "p99"], 0.0, 0.0);
    p99.estimate = None;
    p99.missing = Some(NoEstimate::TooFewRequests { times: 2.5 });
    vec![
        metric("response_time_seconds", &["mail", "mean"], 0.0112, 0.0004),
        metric("response_time_seconds", &["mail", "p50"], 0.0094, 0.0003),
        p99,
        metric("response_time_seconds", &["web", "mean"], 0.084_123_456_789_123, 0.000_31),
        metric("response_time_seconds", &["web", "p50"], 0.0713, 0.000_27),
        metric("response_time_seconds", &["web", "p95"], 0.1822, 0.0011),
        metric("response_time_seconds", &["web", "p99"], 0.3214, 0.0042),
        max,
    ]
}

fn metrics() -> Vec<Metric> {
    let mut metrics = vec![
        metric("error_ratio", &["mail", "all"], 0.0, 0.0),
        metric("error_ratio", &["web", "all"], 0.0012, 0.0002),
        metric("error_ratio", &["web", "timeout"], 0.0012, 0.0002),
        metric("in_service", &["gibd-postgres"], 1.204, 0.013),
        metric("in_service", &["ws-company"], 0.31, 0.004),
        metric("node_cpu_utilization_ratio", &["gmktec"], 0.3512, 0.0021),
        metric("node_cpu_utilization_ratio", &["hppavilion"], 0.0713, 0.0009),
        metric("node_load_average", &["gmktec"], 0.31, 0.01),
        metric("node_load_average", &["hppavilion"], 0.08, 0.002),
        metric("node_memory_used_bytes", &["gmktec"], 18.04e9, 0.021e9),
        metric("node_memory_used_bytes", &["hppavilion"], 12e9, 0.0),
    ];
    metrics.extend(response_times());
    metrics.extend([
        metric("service_replicas_running", &["gibd-postgres"], 1.0, 0.0),
        metric("service_replicas_running", &["ws-company"], 2.0, 0.0),
        metric("service_response_seconds", &["gibd-postgres", "query", "mean"], 0.0051, 0.0001),
        metric("service_response_seconds", &["ws-company", "all", "mean"], 0.0381, 0.0012),
        metric("service_response_seconds", &["ws-company", "list", "mean"], 0.0381, 0.0012),
        metric("service_utilization_ratio", &["ws-company"], 0.0016, 0.0001),
        metric("throughput_per_second", &["mail"], 0.5, 0.004),
        metric("throughput_per_second", &["web"], 4.01, 0.012),
        metric("waiting_time_seconds", &["ws-company", "workers", "mean"], 0.0, 0.0),
    ]);
    metrics
}

fn expected(min: Option<f64>, max: Option<f64>) -> Expected {
    Expected { min, max, relative: false, point: false }
}

fn claim(
    id: &str,
    text: &str,
    metric: &str,
    labels: &[(&str, &str)],
    expected: Expected,
) -> JudgedClaim {
    let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    JudgedClaim {
        claim: Claim {
            id: id.to_owned(),
            text: text.to_owned(),
            source: "migration plan, Expected Performance".to_owned(),
            metric: MetricRef { name: metric.to_owned(), labels: labels.collect(), part: None },
            expected,
            relative_to: None,
            study: Study::Run,
            observed: false,
            not_simulated: None,
        },
        unit: kind_of(metric).map_or("seconds", |kind| kind.unit),
        simulated: None,
        verdict: Verdict::Undecided,
        why: Vec::new(),
    }
}

fn judged(
    mut claim: JudgedClaim,
    mean: f64,
    half_width: f64,
    verdict: Verdict,
    why: Vec<Reason>,
) -> JudgedClaim {
    claim.simulated = Some(Estimate::symmetric(mean, half_width, 40));
    (claim.verdict, claim.why) = (verdict, why);
    claim
}

fn made_up_of(of: Whole, is_change: bool, parts: &[(&str, f64)]) -> Vec<Reason> {
    let part = |(name, amount): &(&str, f64)| Component {
        name: (*name).to_owned(),
        at_disk: false,
        amount: *amount,
    };
    vec![Reason::MadeUp(Breakdown { of, is_change, parts: parts.iter().map(part).collect() })]
}

const WEB_P50: &[(&str, &str)] = &[("entry", "web"), ("stat", "p50")];
const WEB_MEAN: &[(&str, &str)] = &[("entry", "web"), ("stat", "mean")];
const GMKTEC: &[(&str, &str)] = &[("node", "gmktec")];

fn ranges() -> Vec<JudgedClaim> {
    let typical = claim(
        "response-time-after",
        "Service response time, typical",
        "response_time_seconds",
        WEB_P50,
        expected(Some(0.055), Some(0.11)),
    );
    let load = claim(
        "cpu-load-after",
        "CPU load, server 84",
        "node_load_average",
        GMKTEC,
        expected(Some(0.15), Some(0.2)),
    );
    let memory = claim(
        "memory-after",
        "RAM of server 84 stays at about 18 GB, and nothing is swapped out once the databases, the \
         mail server and the monitoring have moved to other servers",
        "node_memory_used_bytes",
        GMKTEC,
        expected(None, Some(18e9)),
    );
    let mut observed = claim(
        "load-observed",
        "CPU load before, server 84",
        "node_load_average",
        GMKTEC,
        expected(Some(0.3), Some(0.4)),
    );
    observed.claim.observed = true;
    let jobs = [("ws-company", 0.21), ("gitlab", 0.0512), ("keycloak", 0.0098), ("mailcow", 0.004)];
    let more = vec![
        Reason::Straddles { needed: Some(Needed::Replications(1177)) },
        Reason::NotLookedAt { looked: 15, ranges: 18 },
    ];
    vec![
        judged(typical, 0.0713, 0.0003, Verdict::Holds, Vec::new()),
        judged(load, 0.31, 0.01, Verdict::Refuted, made_up_of(Whole::RunQueue, false, &jobs)),
        judged(memory, 18.004e9, 0.02e9, Verdict::Undecided, more),
        judged(observed, 0.31, 0.004, Verdict::Reproduced, Vec::new()),
    ]
}

fn changes() -> Vec<JudgedClaim> {
    let mut absolute = claim(
        "response-time-change",
        "+5–10 ms",
        "response_time_seconds",
        WEB_MEAN,
        expected(Some(0.005), Some(0.01)),
    );
    absolute.claim.relative_to = Some("before.toml".to_owned());
    let mut relative = claim(
        "cpu-load-change",
        "50 % less load on server 84",
        "node_load_average",
        GMKTEC,
        Expected { min: Some(-0.5 * 1.1), max: Some(-0.5 * 0.9), relative: true, point: true },
    );
    relative.claim.relative_to = Some("before.toml".to_owned());
    relative.unit = "ratio";
    let mut elsewhere = claim(
        "failover",
        "Survives one node",
        "availability_ratio",
        &[],
        expected(Some(1.0), None),
    );
    elsewhere.claim.study = Study::Failures;
    elsewhere.unit = "ratio";
    let times = [("network", 0.006_04), ("cpu gibd-postgres", -0.000_71)];
    let times = made_up_of(Whole::RequestTime, true, &times);
    vec![
        judged(absolute, 0.0132, 0.0004, Verdict::Refuted, times),
        judged(relative, -0.31, 0.012, Verdict::Refuted, Vec::new()),
        elsewhere,
    ]
}

fn held(service: &str, reserved: f64, limit: Option<f64>, [ram, swap]: [f64; 2]) -> ServiceLedger {
    let known = |mean: f64| Some(Estimate::symmetric(mean, 2e6, 40));
    ServiceLedger {
        service: service.to_owned(),
        promised: Promised {
            containers: 1,
            reserved,
            limits: limit.unwrap_or(0.0),
            without_limit: u32::from(limit.is_none()),
        },
        demand: known(ram + swap),
        resident: known(ram),
        swapped: known(swap),
    }
}

/// A node with `services`; sums are computed.
fn node(name: &str, [ram, swap]: [f64; 2], services: Vec<ServiceLedger>) -> NodeLedger {
    let known = |mean: f64| Some(Estimate::symmetric(mean, 3e6, 40));
    let system = SystemMemory { kernel: 300e6, engine: 150e6, agent: 0.0, shims: 70e6 };
    let sum = |what: fn(&ServiceLedger) -> Option<Estimate>| -> f64 {
        services.iter().filter_map(what).map(|estimate| estimate.mean).sum()
    };
    let (resident, swapped) = (sum(|s| s.resident), sum(|s| s.swapped));
    let mut promised = Promised::default();
    for service in &services {
        promised.containers += service.promised.containers;
        promised.reserved += service.promised.reserved;
        promised.limits += service.promised.limits;
        promised.without_limit += service.promised.without_limit;
    }
    NodeLedger {
        node: name.to_owned(),
        ram,
        swap,
        system,
        promised,
        used: known(resident + system.sum()),
        demand: known(resident + swapped + system.sum()),
        resident: known(resident),
        hot: known(resident * 0.6),
        swapped: known(swapped),
        page_cache: known(ram - resident - system.sum()),
        stall: Some(Estimate::symmetric(0.0, 0.0, 40)),
        kills: Some(Estimate::symmetric(0.0, 0.0, 40)),
        kills_at_limits: 0.0,
        services,
    }
}

/// One node with cold pages in swap, one under pressure.
pub(crate) fn ledger() -> Vec<NodeLedger> {
    let gmktec = vec![
        held("gitlab", 4e9, Some(6e9), [4.17e9, 0.42e9]),
        held("mailcow", 0.0, None, [2.9e9, 0.31e9]),
        held("gibd-postgres", 1e9, Some(2e9), [1.61e9, 0.0]),
        held("keycloak", 0.0, None, [612e6, 98e6]),
        held("ws-company", 0.0, Some(1e9), [361e6, 41e6]),
        held("ws-gateway", 0.0, None, [331e6, 39e6]),
        held("cadvisor", 0.0, None, [80e6, 10e6]),
        held("node-exporter", 0.0, None, [10e6, 0.0]),
    ];
    let hpr = vec![
        held("elasticsearch", 2e9, None, [3.4e9, 1.2e9]),
        held("grafana", 0.0, None, [1.7e9, 0.4e9]),
    ];
    let mut hpr = node("hpr", [5.7e9, 4e9], hpr);
    hpr.hot = Some(Estimate::symmetric(6.1e9, 0.02e9, 40));
    hpr.stall = Some(Estimate::symmetric(0.23, 0.02, 40));
    hpr.kills = Some(Estimate::symmetric(3.2, 0.4, 40));
    vec![node("gmktec", [28e9, 8e9], gmktec), hpr]
}

/// A run of the recommended plan with invented numbers.
pub(crate) fn findings() -> Findings {
    Findings {
        name: "after".to_owned(),
        title: "Recommended distribution on Docker Swarm".to_owned(),
        seed: 84,
        replications: 40,
        stopped_by: StoppedBy::Decided,
        measured_seconds: 600.0,
        warm_up_seconds: 35.0,
        simulated_seconds: 25_400.0,
        requests: 9_600_123,
        events: 148_212_345,
        metrics: metrics(),
        claims: ranges().into_iter().chain(changes()).collect(),
        not_simulated: vec!["swap of `gmktec`".to_owned()],
        notes: vec![Note::NotSettled],
        regression: None,
        answer: Answer::Run(run_answer(ledger())),
    }
}

fn recorded(ns: &[u64]) -> Histogram {
    let mut histogram = Histogram::new();
    for ns in ns {
        histogram.record(*ns);
    }
    histogram
}

pub(crate) fn run_answer(ledger: Vec<NodeLedger>) -> RunAnswer {
    RunAnswer {
        rollouts: Vec::new(),
        asked: Vec::new(),
        series: vec![Series {
            name: "response_time_seconds",
            labels: vec![("entry", "web".to_owned()), ("stat", "mean".to_owned())],
            unit: "seconds",
            t_seconds: vec![0.0, 6.0],
            estimates: vec![Some(Estimate::symmetric(0.08, 0.01, 40)), None],
        }],
        ledger,
        distributions: vec![Distribution {
            name: "response_time_seconds",
            labels: vec![("entry", "web".to_owned())],
            unit: "seconds",
            count: 96_000,
            quantiles: vec![(0.5, 0.0713), (0.99, 0.3214)],
            answered: recorded(&[71_300_000, 321_400_000]),
            unfinished: Histogram::new(),
        }],
        bands: vec![ResponseBands {
            entry: "web".to_owned(),
            t_seconds: vec![0.0, 6.0],
            limits: vec![0.05, 0.1, 0.2],
            counts: vec![vec![31, 9], vec![0, 2]],
        }],
    }
}

/// Findings with hostile names.
pub(crate) fn hostile() -> Findings {
    let name =
        "=cmd|' /C calc'!A0\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}<script>alert(1)</script>`|\"\n| x |";
    let mut findings = findings();
    name.clone_into(&mut findings.name);
    name.clone_into(&mut findings.title);
    name.clone_into(&mut findings.claims[0].claim.text);
    findings.claims[0].verdict = Verdict::Refuted;
    findings.claims[0].why = vec![Reason::NotSimulated(name.to_owned())];
    findings.not_simulated = vec![name.to_owned()];
    findings.notes = vec![Note::FirstToGive(FirstToGive {
        node: name.to_owned(),
        containers: 83.0,
        interval: None,
        replications: 40,
        of: 40,
    })];
    let mut ledger = ledger();
    name.clone_into(&mut ledger[0].node);
    name.clone_into(&mut ledger[0].services[0].service);
    findings.answer = Answer::Run(run_answer(ledger));
    for metric in &mut findings.metrics {
        for (_, value) in &mut metric.labels {
            if matches!(value.as_str(), "mail" | "gmktec" | "ws-company") {
                name.clone_into(value);
            }
        }
    }
    findings
}
