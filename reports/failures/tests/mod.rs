//! Findings of `failures` made by hand, and their reports.

use super::*;
use crate::sample;
use crate::{json, markdown, text};
use wssim_experiment::failures::findings::{
    EntryTrouble, NodeFinding, ServiceFinding, ServiceLevel, ServiceLoss, Way,
};
use wssim_experiment::failures::years::SubjectKind;
use wssim_experiment::failures::years::findings::{Availability, Cause, Lengths, LongRun, Year};
use wssim_experiment::findings::{Answer, Findings};
use wssim_stats::Estimate;

fn part(error_ratio: f64, mean: f64) -> ServiceLevel {
    ServiceLevel { error_ratio: Some(error_ratio), mean: Some(mean), p95: Some(mean * 2.5) }
}

/// A service pinned to failed nodes.
fn pinned(constraint: &str) -> ServiceLoss {
    ServiceLoss::Pinned { constraints: vec![constraint.to_owned()], has_data: false }
}

/// An entry cut at the lost `db` behind `front`.
fn cut(why: ServiceLoss) -> EntryTrouble {
    let way = Way { by: vec!["front".to_owned()], end: "db".to_owned(), why };
    EntryTrouble::Cut { ways: vec![way], more: 0 }
}

fn entry(
    name: &str,
    state: SurvivalState,
    recovery: &[f64],
    why: Option<EntryTrouble>,
) -> EntryFinding {
    let lost = state == SurvivalState::Lost;
    EntryFinding {
        name: name.to_owned(),
        is_critical: name == "web",
        state: Some(state),
        recovery: recovery.to_vec(),
        whole: part(if lost { 1.0 } else { 0.02 }, 0.08),
        during: if state == SurvivalState::Up { ServiceLevel::default() } else { part(0.47, 0.2) },
        after: if lost { ServiceLevel::default() } else { part(0.0, 0.075) },
        why,
        is_overloaded: false,
    }
}

fn service(name: &str, state: SurvivalState, why: Option<ServiceLoss>) -> ServiceFinding {
    let left = if state == SurvivalState::Lost { 0.0 } else { 1.0 };
    let again = if state == SurvivalState::Lost { f64::INFINITY } else { 0.0 };
    ServiceFinding {
        name: name.to_owned(),
        state,
        replicas_before: 1.0,
        replicas_after: left,
        recovery: vec![again; 3],
        why,
    }
}

fn set(nodes: &[&str], survived: u32, web: EntryFinding, why: &ServiceLoss) -> SetFinding {
    let node =
        |name: &str| NodeFinding { name: name.to_owned(), cpu: 0.31, stalled: 0.002, kills: 0.5 };
    SetFinding {
        nodes: nodes.iter().map(|node| (*node).to_owned()).collect(),
        quorum: Some(nodes.len() == 1),
        survived: [survived, survived, 0],
        survives: [survived == 3, survived == 3, false],
        entries: vec![entry("mail", SurvivalState::Up, &[0.0; 3], None), web],
        services: vec![
            service("db", SurvivalState::Lost, Some(why.clone())),
            service("front", SurvivalState::Degraded, None),
        ],
        survivors: if nodes.len() == 1 { vec![node("spare")] } else { Vec::new() },
    }
}

fn availability(kind: SubjectKind, name: &str, down: f64, outages: u64) -> Availability {
    let estimate =
        |mean: f64, half: f64| Estimate { mean, low: mean - half, high: mean + half, n: 40 };
    let seen = outages > 0;
    Availability {
        kind,
        name: name.to_owned(),
        availability: estimate(1.0 - down, down / 20.0),
        histories: vec![[1.0 - down, 0.0]; 40],
        at_most: (kind == SubjectKind::Entry).then_some(1.0 - down * 0.97),
        outages_per_year: estimate(outages as f64 / 1000.0, if seen { 0.2 } else { 0.003 }),
        outages,
        lengths: seen.then_some(Lengths { mean: 4000.0, p50: 1500.0, p95: 16_000.0, max: 4e5 }),
        year: Year { without: Some(if seen { 0.02 } else { 1.0 }), p50: Some(9e3), p95: Some(9e4) },
        causes: if seen {
            let host = Cause::Thing { kind: "node".to_owned(), name: "host".to_owned() };
            let power = Cause::OfSite { what: "power".to_owned(), site: "office".to_owned() };
            vec![(host, 0.9), (power, 0.1)]
        } else {
            Vec::new()
        },
    }
}

fn long_run() -> LongRun {
    LongRun {
        years: 1000.0,
        histories: 40,
        planned: 40,
        years_each: 25.0,
        warm_up_years: 2.5,
        longest_repair: 7200.0,
        faults: 35_210,
        events: 500_000,
        subjects: vec![
            availability(SubjectKind::Entry, "web", 0.004, 12_000),
            availability(SubjectKind::Group, "managers", 0.0002, 900),
            availability(SubjectKind::Service, "db", 0.003, 11_000),
            availability(SubjectKind::Service, "front", 0.0, 0),
        ],
    }
}

fn failures(why: &ServiceLoss) -> Failures {
    let usual = Survival::default();
    let never = f64::INFINITY;
    let lost = |recovery| entry("web", SurvivalState::Lost, recovery, Some(cut(why.clone())));
    let sets = vec![
        set(&["host"], 0, lost(&[never; 3]), why),
        set(&["spare"], 3, entry("web", SurvivalState::Back, &[5.0, 6.0, 8.0], None), why),
        set(&["host", "spare"], 0, lost(&[4.0, never, never]), why),
    ];
    Failures {
        definitions: [usual, usual.looser(), usual.stricter()],
        observed_seconds: 1020.0,
        are_marked: true,
        depth: 2,
        calm: vec![("mail".to_owned(), part(0.0, 0.02)), ("web".to_owned(), part(0.0, 0.07))],
        sets,
        long_run: Some(long_run()),
    }
}

fn findings(failures: Failures) -> Findings {
    Findings {
        replications: 3,
        metrics: Vec::new(),
        regression: None,
        answer: Answer::Failures(failures),
        ..sample::findings()
    }
}

/// The findings of the golden files.
pub(crate) fn usual() -> Findings {
    findings(failures(&pinned("node.hostname == host")))
}

#[test]
fn the_reports_are_as_golden() {
    let findings = usual();
    sample::assert_golden("failures.txt", &text::render(&findings, &text::TextOptions::default()));
    sample::assert_golden("failures.md", &markdown::render(&findings));
    sample::assert_golden("failures.csv", &csv::render(&findings));
    sample::assert_golden("availability.csv", &years::csv::render(&findings));
}

#[test]
fn every_terminal_is_wide_enough() {
    let told = |width| {
        text::render(&usual(), &text::TextOptions { width, ..text::TextOptions::default() })
    };
    sample::assert_fits(told);
    sample::assert_numbers_stay_whole(told);
    sample::assert_golden("failures-narrow.txt", &told(60));
}

#[test]
fn what_does_not_come_back_is_null_in_json() {
    let results: serde_json::Value = serde_json::from_str(&json::render(&usual())).unwrap();
    let lost = &results["sets"][0]["entries"]["web"]["recovery_seconds"];
    assert_eq!(*lost, serde_json::json!({ "median": null, "p95": null, "lost": 3, "n": 3 }));
    let back = &results["sets"][1]["entries"]["web"]["recovery_seconds"];
    assert_eq!(*back, serde_json::json!({ "median": 6.0, "p95": 8.0, "lost": 0, "n": 3 }));
    let survived = &results["survival"]["survived"];
    assert_eq!(survived[0]["survive"], 1);
    assert_eq!((&survived[1]["sets"], &survived[1]["survive"]), (&1.into(), &0.into()));
}

#[test]
fn hostile_reasons_stay_data() {
    let hostile = "=cmd|<script>\u{1b}[31m";
    let mut failures = failures(&pinned(hostile));
    hostile.clone_into(&mut failures.sets[0].entries[1].name);
    let findings = findings(failures);
    assert!(!markdown::render(&findings).contains("<script>"));
    let plain = text::render(&findings, &text::TextOptions::default());
    assert!(!plain.contains('\u{1b}'), "{plain}");
    assert!(csv::render(&findings).contains("'=cmd"));
}

#[test]
fn nothing_complete_is_no_matrix() {
    let mut failures = failures(&pinned("node.hostname == host"));
    failures.sets.clear();
    let findings = findings(failures);
    let text = text::render(&findings, &text::TextOptions::default());
    assert!(!text.contains("single failures") && !text.contains("Down"), "{text}");
}
