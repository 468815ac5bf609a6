//! Comparisons of two results, in every report.

use super::*;
use crate::{glance, json as results, markdown, recorded, sample};
use wssim_experiment::findings::Findings;
use wssim_experiment::question::Study;
use wssim_experiment::regression::{Limits, compare};

/// Numbers of a run that differ a little between replications; `response` in seconds, `replicas` of
/// mail.
fn findings(response: f64, replicas: f64, seed: u64) -> Findings {
    let mut findings = sample::findings();
    findings.seed = seed;
    findings.metrics.retain(|metric| metric.estimate.is_some_and(|one| one.low.is_finite()));
    for metric in &mut findings.metrics {
        let mean = match metric.name {
            "response_time_seconds" => response,
            "service_replicas_running" => replicas,
            _ => metric.estimate.unwrap().mean,
        };
        let jitter =
            |n: u64| if metric.name.contains("seconds") { 0.01 * mean * n as f64 } else { 0.0 };
        metric.values = (0..10).map(|n| Some([mean + jitter(n); 2])).collect();
        metric.estimate = Some(wssim_stats::Estimate::symmetric(mean, 0.02 * mean, 10));
    }
    findings
}

fn difference(before: &Findings, now: &Findings) -> Difference {
    let read = |findings| recorded::read(&results::render(findings)).unwrap();
    compare(&read(before), &read(now), &Limits::default()).unwrap()
}

fn worse() -> Difference {
    let mut now = findings(0.2, 1.0, 84);
    now.metrics.retain(|metric| metric.name != "node_cpu_utilization_ratio");
    difference(&findings(0.1, 2.0, 84), &now)
}

/// A run that is worse than its baseline.
pub(crate) fn with_baseline() -> Findings {
    let mut findings = findings(0.2, 1.0, 84);
    findings.metrics[0].values[1] = Some([0.1, f64::INFINITY]);
    findings.metrics[0].values[2] = None;
    findings.regression = Some(worse());
    findings
}

#[test]
fn nothing_changed_is_within_limits() {
    let same = difference(&findings(0.1, 2.0, 84), &findings(0.1, 2.0, 84));
    assert_eq!(same.regressions(), 0);
    assert!(!same.rows.is_empty());
    assert!(words::summary(&same).contains("0 regressed · 0 missing"), "{}", words::summary(&same));
}

#[test]
fn the_reports_are_as_golden() {
    let worse = worse();
    assert!(worse.regressions() > 1);
    for width in [60, 80, 120] {
        let options = DifferenceOptions { style: Style::Plain, width, all: false, brief: false };
        sample::assert_golden(&format!("diff-{width}.txt"), &text(&worse, &options));
    }
    sample::assert_golden("diff.md", &markdown(&worse, false));
    sample::assert_golden("diff.json", &json(&worse));
    sample::assert_fits(|width| {
        text(&worse, &DifferenceOptions { style: Style::Plain, width, all: true, brief: false })
    });
}

/// `run` judges claims that name `rollout`, but none of other commands.
#[test]
fn claims_that_run_judges_are_compared() {
    let judged_by = |study| {
        let mut findings = findings(0.1, 2.0, 84);
        findings.claims.truncate(1);
        findings.claims[0].claim.study = study;
        recorded::read(&results::render(&findings)).unwrap().claims.len()
    };
    let studies = [Study::Run, Study::Rollout, Study::Failures, Study::Migrate].map(judged_by);
    assert_eq!(studies, [1, 1, 0, 0]);
}

/// The comparison of `run --baseline` is in every report of the run.
#[test]
fn a_run_tells_of_its_baseline() {
    let mut findings = findings(0.2, 1.0, 84);
    findings.regression = Some(worse());
    let summary = words::summary(&worse());
    let told = [
        glance::render(&findings, &crate::text::TextOptions { width: 200, ..Default::default() }),
        crate::text::render(
            &findings,
            &crate::text::TextOptions { width: 200, ..Default::default() },
        ),
        markdown::brief(&findings),
        markdown::render(&findings),
        crate::html::render(
            &findings,
            &crate::html::CommandContext { call: String::new(), plans: Vec::new() },
        ),
    ];
    for text in told {
        assert!(text.contains(&summary), "{text}");
    }
    let junit = crate::junit::render(&findings);
    let failures = junit.matches("type=\"regression\"").count();
    assert_eq!(failures, worse().regressions(), "{junit}");
    let results: serde_json::Value = serde_json::from_str(&results::render(&findings)).unwrap();
    assert_eq!(results["baseline"]["regressions"], worse().regressions());
}
