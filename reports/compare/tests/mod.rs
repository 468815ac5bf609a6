//! A comparison made by hand: two entries' numbers, claims about before, after and the change.

use super::csv;
use crate::sample::{self, assert_fits, assert_golden, assert_numbers_stay_whole};
use crate::text::{TextOptions, render};
use crate::{failures, json, markdown};
use wssim_experiment::compare::findings::{
    Beside, ComparedMetric, Comparison, Named, Of, OrchestratorTakes, PlanTrial, Said, TrialResult,
};
use wssim_experiment::findings::{Answer, Findings, Metric};
use wssim_experiment::reason::{Breakdown, Component, Whole};
use wssim_stats::Estimate;

#[allow(clippy::unnecessary_wraps, reason = "as it is used")]
fn around(mean: f64, half: f64) -> Option<Estimate> {
    Some(Estimate::symmetric(mean, half, 20))
}

fn named(name: &str, title: &str) -> Named {
    Named { name: name.to_owned(), title: title.to_owned(), replications: 20 }
}

fn response(stat: &str) -> ComparedMetric {
    let labels = vec![("entry", "web".to_owned()), ("stat", stat.to_owned())];
    let part = |name: &str, amount| Component { name: name.to_owned(), at_disk: false, amount };
    let parts = vec![part("cpu gibd-postgres", 0.0325), part("network", 0.0031)];
    let carried_by = Some(Breakdown { of: Whole::RequestTime, is_change: true, parts });
    let beside = Beside {
        after: around(0.1283, 0.0006),
        change: around(0.0476, 0.0006),
        relative: around(0.59, 0.01),
        variance_reduction: Some(0.72),
        carried_by,
    };
    ComparedMetric {
        name: "response_time_seconds",
        labels,
        unit: "seconds",
        before: around(0.0807, 0.0002),
        others: vec![beside],
        said: Vec::new(),
    }
}

fn cpu(node: &str, before: Option<Estimate>, change: Option<Estimate>) -> ComparedMetric {
    let beside = Beside { after: around(0.0144, 0.0002), change, ..Beside::default() };
    ComparedMetric {
        name: "node_cpu_utilization_ratio",
        labels: vec![("node", node.to_owned())],
        unit: "ratio",
        before,
        others: vec![beside],
        said: Vec::new(),
    }
}

pub(crate) fn findings() -> Findings {
    let mut findings = sample::findings();
    findings.name = "before-vs-after".to_owned();
    findings.title = "Everything on one server → Spread over four".to_owned();
    findings.not_simulated.clear();
    findings.notes.clear();
    let is_change = |at: &usize| findings.claims[*at].claim.relative_to.is_some();
    let change = (0..findings.claims.len()).find(is_change).unwrap();
    let mut mean = response("mean");
    mean.said =
        vec![Said { claim: 0, of: Of::After(0) }, Said { claim: change, of: Of::Change(0) }];
    findings.answer = Answer::Compare(Comparison {
        baseline: named("before", "Everything on one server"),
        others: vec![named("after", "Spread over four")],
        rows: vec![
            mean,
            response("p95"),
            cpu("gmktec", around(0.0234, 0.0003), around(-0.009, 0.0002)),
            cpu("hppavilion", None, None),
        ],
        runs: vec![sample::run_answer(Vec::new()); 2],
        trials: Vec::new(),
    });
    findings
}

/// The comparison with trials and two variants, one of which was cut short in one scenario.
pub(crate) fn with_trials() -> Findings {
    let mut findings = findings();
    let Answer::Failures(failures) = failures::tests::usual().answer else { unreachable!() };
    let trial = |scenario: &str, variant: Option<&str>, outcome: TrialResult| PlanTrial {
        scenario: scenario.to_owned(),
        variant: variant.map(str::to_owned),
        title: variant.map_or(scenario, |name| name).to_owned(),
        orchestrator: (scenario == "after").then_some("swarm"),
        price: (scenario == "after").then_some(2250.0),
        takes: OrchestratorTakes { bytes: 4.2e8, threads: 0.06 },
        outcome,
    };
    let metric = |name: &'static str, label: (&'static str, &str), unit, mean| Metric {
        name,
        labels: vec![(label.0, label.1.to_owned())],
        unit,
        estimate: around(mean, 0.1),
        missing: None,
        values: Vec::new(),
    };
    let metrics = vec![
        metric("deploy_seconds", ("stack", "shop"), "seconds", 174.0),
        metric("failed_requests_total", ("entry", "web"), "requests", 7.0),
        metric("failed_requests_total", ("entry", "all"), "requests", 11.3),
        metric("downtime_seconds", ("entry", "all"), "seconds", 6.2),
    ];
    if let Answer::Compare(comparison) = &mut findings.answer {
        let lost = || TrialResult::Failures(Box::new(failures.clone()));
        comparison.trials = vec![
            trial("before", None, lost()),
            trial("before", Some("deployment"), TrialResult::CutShort),
            trial("after", None, lost()),
            trial("after", Some("deployment"), TrialResult::Rollouts(metrics)),
            trial("after", Some("unpinned"), lost()),
        ];
    }
    findings
}

#[test]
fn what_each_comes_to_is_as_golden() {
    let findings = with_trials();
    let text = |width| render(&findings, &TextOptions { width, ..TextOptions::default() });
    for width in [60, 80, 120] {
        assert_golden(&format!("compare-trials-{width}.txt"), &text(width));
    }
    assert_golden("compare-trials.md", &markdown::render(&findings));
    assert_golden("compare-trials.json", &json::render(&findings));
    assert_fits(text);
}

#[test]
fn the_reports_are_as_golden() {
    let findings = findings();
    for width in [60, 80, 120] {
        let text = render(&findings, &TextOptions { width, ..TextOptions::default() });
        assert_golden(&format!("compare-{width}.txt"), &text);
    }
    assert_golden("compare.md", &markdown::render(&findings));
    assert_golden("compare.csv", &csv::render(&findings));
    assert_golden("compare.json", &json::render(&findings));
}

#[test]
fn every_terminal_is_wide_enough() {
    let findings = findings();
    let text = |width| render(&findings, &TextOptions { width, ..TextOptions::default() });
    assert_fits(text);
    assert_numbers_stay_whole(text);
}

#[test]
fn nothing_that_changes_is_told_as_such() {
    let mut findings = findings();
    if let Answer::Compare(comparison) = &mut findings.answer {
        for row in &mut comparison.rows {
            row.others[0].change = around(0.0, 0.0);
        }
    }
    let text = render(&findings, &TextOptions::default());
    assert!(text.contains("after and before are the same in every number."), "{text}");
}

/// The first number that changes: working time, duration, downtime of an entry.
#[test]
fn migrations_lead_with_what_changes() {
    let row = |name: &'static str, labels: &[(&'static str, &str)]| {
        let change = around(251.2, 0.1);
        let beside = Beside { after: around(314.0, 0.1), change, ..Beside::default() };
        let labels = labels.iter().map(|(label, value)| (*label, (*value).to_owned())).collect();
        let (unit, before) = ("seconds", around(62.8, 0.1));
        ComparedMetric { name, labels, unit, before, others: vec![beside], said: Vec::new() }
    };
    let rows = [
        row("migration_downtime_seconds", &[("entry", "web"), ("phase", "all")]),
        row("migration_effort_seconds", &[]),
        row("phase_seconds", &[("phase", "all")]),
    ];
    let told = |same: &[usize]| {
        let mut findings = findings();
        if let Answer::Compare(comparison) = &mut findings.answer {
            comparison.rows.extend(rows.clone());
            let first = comparison.rows.len() - rows.len();
            for at in same {
                comparison.rows[first + at].others[0].change = around(0.0, 0.0);
            }
        }
        render(&findings, &TextOptions { width: 120, ..TextOptions::default() })
    };
    for (same, expected) in [
        (&[][..], "after against before: people work 4.19 min more to get there"),
        (&[1], "after against before: the migration takes 4.19 min longer"),
        (&[1, 2], "after against before: web is down for 4.19 min more on the way there"),
        (&[0, 1, 2], "after against before: web responds"),
    ] {
        assert!(told(same).contains(expected), "{expected}: {}", told(same));
    }
}
