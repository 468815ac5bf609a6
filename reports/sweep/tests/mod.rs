//! A sweep made by hand: traffic against workers, with a crossing, an overload and an added point.

use super::{answer, csv};
use crate::sample::{assert_fits, assert_golden, assert_numbers_stay_whole};
use crate::text::{TextOptions, render};
use crate::{json, markdown};
use LimitState::{Kept, Missed, Open};
use wssim_experiment::findings::{Answer, Findings, Metric, StoppedBy};
use wssim_experiment::offered::{Overload, Overloaded};
use wssim_experiment::reason::NoEstimate;
use wssim_experiment::sweep::findings::{
    Crossing, Formula, GridChange, Jump, LimitState, ObjectiveFinding, PointFinding, PointNumber,
    Sweep,
};
use wssim_experiment::sweep::{Numbers, Parameter, ParameterValue, WrittenUnit};
use wssim_stats::Estimate;

fn value(number: f64) -> ParameterValue {
    ParameterValue { text: number.to_string(), number: Some(number) }
}

fn parameter(path: &str, values: &[f64]) -> Parameter {
    let written = WrittenUnit { unit: "", size: 1.0 };
    let numbers = Numbers { unit: "1", is_log: false, is_whole: false, written };
    Parameter {
        path: path.to_owned(),
        values: values.iter().copied().map(value).collect(),
        numbers: Some(numbers),
    }
}

fn labels(stat: &str) -> Vec<(&'static str, String)> {
    vec![("entry", "web".to_owned()), ("stat", stat.to_owned())]
}

fn metric(name: &'static str, labels: Vec<(&'static str, String)>, mean: f64, half: f64) -> Metric {
    let unit = if name.ends_with("seconds") { "seconds" } else { "ratio" };
    let estimate = Some(Estimate::symmetric(mean, half, 10));
    Metric { name, labels, unit, estimate, missing: None, values: Vec::new() }
}

/// Traffic, workers, mean, CPU; the node; whether it was added.
type Row = (f64, f64, f64, f64, &'static str, bool);

const ROWS: [Row; 7] = [
    (1.0, 10.0, 0.020, 0.12, "gmktec", false),
    (2.0, 10.0, 0.031, 0.24, "gmktec", false),
    (3.0, 10.0, 0.150, 0.72, "hppavilion", true),
    (4.0, 10.0, 0.480, 0.97, "hppavilion", false),
    (1.0, 200.0, 0.020, 0.12, "gmktec", false),
    (2.0, 200.0, 0.025, 0.24, "gmktec", false),
    (4.0, 200.0, 41.0, 1.0, "hppavilion", false),
];

fn point((scale, workers, mean, share, node, is_added): &Row) -> PointFinding {
    let formula = Formula { value: share * 0.98, difference: None };
    let cpu =
        metric("node_cpu_utilization_ratio", vec![("node", (*node).to_owned())], *share, 0.004);
    let of = Overloaded::Node { node: (*node).to_owned(), threads: 8.0, capacity: 5.9 };
    let overload = Overload { of, offered: 6.4, on_average: true };
    PointFinding {
        values: vec![value(*scale), value(*workers)],
        is_added: *is_added,
        replications: 10,
        overloads: (*mean > 1.0).then_some(overload).into_iter().collect(),
        overfull: None,
        busiest: Some(cpu.clone()),
        metrics: vec![
            Some(metric("response_time_seconds", labels("p95"), *mean, mean * 0.04)),
            Some(cpu),
        ],
        formulas: vec![None, Some(formula)],
    }
}

fn told(name: &'static str, labels: Vec<(&'static str, String)>, is_busiest: bool) -> PointNumber {
    let unit = if is_busiest { "ratio" } else { "seconds" };
    PointNumber { name, labels, unit, is_busiest }
}

fn grid() -> Sweep {
    let step =
        |from, to, mean| Jump { from, to, difference: Some(Estimate::symmetric(mean, 0.02, 10)) };
    let changes = vec![
        GridChange {
            column: Some(told("response_time_seconds", labels("p95"), false)),
            extremes: Some([0, 3]),
            jump: Some(step(2, 3, 0.33)),
            differ: 4,
            pairs: 4,
        },
        GridChange {
            column: Some(told("node_cpu_utilization_ratio", Vec::new(), true)),
            extremes: Some([0, 3]),
            jump: Some(step(1, 2, 0.48)),
            differ: 4,
            pairs: 4,
        },
    ];

    Sweep {
        parameters: vec![
            parameter("traffic.scale", &[1.0, 2.0, 4.0]),
            parameter("service.ws-company.workers", &[10.0, 200.0]),
        ],
        axis: 0,
        points: ROWS.iter().map(point).collect(),
        rows: vec![vec![0, 1, 2, 3], vec![4, 5, 6]],
        changes,
        objectives: vec![ObjectiveFinding {
            entry: "web".to_owned(),
            is_critical: true,
            name: "response_time_seconds",
            labels: labels("p95"),
            unit: "seconds",
            limit: 0.15,
            states: vec![Kept, Kept, Open, Missed, Kept, Kept, Missed],
            missing: vec![None; 7],
            crossings: vec![Crossing { kept: 1, missed: 3 }, Crossing { kept: 5, missed: 6 }],
        }],
        worlds: 7,
        refine: 1,
        left_out: Vec::new(),
    }
}

fn findings(sweep: Sweep) -> Findings {
    Findings {
        replications: 10,
        stopped_by: StoppedBy::Replications,
        metrics: Vec::new(),
        claims: Vec::new(),
        notes: Vec::new(),
        not_simulated: Vec::new(),
        regression: None,
        answer: Answer::Sweep(sweep),
        ..crate::sample::findings()
    }
}

/// The sweep of the golden files.
pub(crate) fn usual() -> Findings {
    findings(grid())
}

fn text(sweep: Sweep, width: usize) -> String {
    render(&findings(sweep), &TextOptions { width, ..TextOptions::default() })
}

#[test]
fn the_reports_are_as_golden() {
    for width in [60, 80, 120] {
        assert_golden(&format!("sweep-{width}.txt"), &text(grid(), width));
    }
    assert_golden("sweep.md", &markdown::render(&usual()));
    assert_golden("sweep.json", &json::render(&usual()));
    assert_golden("sweep.csv", &csv::render(&usual()));
}

#[test]
fn the_reports_fit() {
    assert_fits(|width| text(grid(), width));
    let without_pictures = |width| {
        let text = text(grid(), width);
        text.split("\nResponse time of web, p95 ").next().unwrap_or_default().to_owned()
    };
    assert_numbers_stay_whole(without_pictures);
}

/// The headlines are in the first three lines of a terminal of 100 columns.
#[test]
fn the_answer_comes_first() {
    let mut one_row = grid();
    one_row.rows.truncate(1);
    one_row.points.truncate(4);
    one_row.objectives[0].crossings.truncate(1);
    one_row.objectives[0].states.truncate(4);
    let text = text(one_row, 100);
    let first: String = text.lines().take(3).collect::<Vec<_>>().join(" ");
    assert!(
        first.contains("keeps its objective of 150 ms at traffic.scale 2 and misses it at 4"),
        "{first}"
    );
    assert!(first.contains("node `hppavilion` 97 % busy"), "{first}");
}

#[test]
fn every_outcome_has_its_sentence() {
    let said = |change: &dyn Fn(&mut Sweep)| {
        let mut sweep = grid();
        change(&mut sweep);
        answer(&sweep).join(" ")
    };
    let all = |state: LimitState| {
        move |sweep: &mut Sweep| {
            sweep.objectives[0].states.fill(state);
            sweep.objectives[0].crossings.clear();
        }
    };
    assert!(said(&all(LimitState::Kept)).contains("Every objective is kept at every point."));
    assert!(
        said(&all(LimitState::Missed)).contains("misses its objective of 150 ms at every point.")
    );
    assert!(said(&all(LimitState::Open)).contains("is open at traffic.scale 1, workers 10"));
    assert!(said(&|sweep| sweep.worlds = 1).contains("workers has no effect here."));
    let none = said(&|sweep| sweep.objectives.clear());
    assert!(none.contains("is offered 6.4 erlangs"), "{none}");
    assert!(none.contains("Response time of web, p95: least at traffic.scale 1"), "{none}");
    assert!(none.contains("the largest step (+330 ms) between 3 and 4"), "{none}");
    let flat = said(&|sweep| {
        sweep.objectives.clear();
        sweep.changes.iter_mut().for_each(|change| change.differ = 0);
    });
    assert!(flat.contains("No number differs between neighbours by more than chance"), "{flat}");
}

/// Named values have bars, and their points are shown by name only.
#[test]
fn names_are_drawn_as_bars() {
    let mut sweep = grid();
    sweep.parameters = vec![Parameter { numbers: None, ..parameter("node.a.disk", &[]) }];
    sweep.points.truncate(2);
    for (point, disk) in sweep.points.iter_mut().zip(["nvme", "hdd"]) {
        point.values = vec![ParameterValue { text: disk.to_owned(), number: None }];
    }
    sweep.rows = vec![vec![0, 1]];
    sweep.objectives.clear();
    sweep.changes.iter_mut().for_each(|change| {
        change.extremes = Some([0, 1]);
        change.jump = None;
    });
    let text = text(sweep, 80);
    assert!(text.lines().any(|line| line.starts_with("hdd   ██████")), "{text}");
}

/// One row keeps it and the other does not: no point is open.
#[test]
fn an_objective_that_no_row_crosses_is_not_open() {
    let mut sweep = grid();
    let objective = &mut sweep.objectives[0];
    objective.states = vec![Missed, Missed, Missed, Missed, Kept, Kept, Kept];
    objective.crossings.clear();
    let told = answer(&sweep).join(" ");
    assert!(
        told.contains("in some rows alone: at traffic.scale 1, workers 200, and not at"),
        "{told}"
    );
    assert!(!told.contains("is open"), "{told}");
}

#[test]
fn a_critical_crossing_is_told_before_what_is_missed_everywhere() {
    let mut sweep = grid();
    let mut other = sweep.objectives[0].clone();
    (other.is_critical, other.entry) = (false, "batch".to_owned());
    (other.states, other.crossings) = (vec![Missed; 7], Vec::new());
    sweep.objectives.push(other);
    let told = answer(&sweep).join(" ");
    assert!(told.contains("`web` keeps its objective"), "{told}");
}

/// If more helps, the limit kept last is the tightest; if more hurts, the one missed first; with both
/// kinds both are reported.
#[test]
fn the_tightest_limit_is_told_whichever_way_the_axis_helps() {
    let of = |entry: &str, crossings: Vec<Crossing>| ObjectiveFinding {
        entry: entry.to_owned(),
        crossings,
        ..grid().objectives[0].clone()
    };
    let said = |objectives: Vec<ObjectiveFinding>| {
        let mut sweep = grid();
        sweep.objectives = objectives;
        answer(&sweep).join(" ")
    };
    let needs = |entry: &str, missed: usize| of(entry, vec![Crossing { kept: missed + 1, missed }]);
    let bears = |entry: &str, kept: usize| of(entry, vec![Crossing { kept, missed: kept + 1 }]);
    for order in [["few", "many"], ["many", "few"]] {
        let all = order.map(|entry| needs(entry, if entry == "many" { 2 } else { 0 }));
        let told = said(all.into());
        assert!(told.contains("`many` keeps its objective of 150 ms at traffic.scale 4"), "{told}");
        assert!(!told.contains("`few`"), "{told}");
        let all = order.map(|entry| bears(entry, if entry == "many" { 2 } else { 0 }));
        let told = said(all.into());
        assert!(told.contains("`few` keeps its objective of 150 ms at traffic.scale 1"), "{told}");
        assert!(!told.contains("`many`"), "{told}");
    }
    let told = said(vec![needs("slow", 0), bears("failing", 2)]);
    assert!(told.contains("`slow` keeps") && told.contains("`failing` keeps"), "{told}");
}

/// More replications do not help a quantile with too few requests in each.
#[test]
fn what_would_close_an_open_limit_is_said() {
    let mut sweep = grid();
    let objective = &mut sweep.objectives[0];
    (objective.states, objective.crossings) = (vec![Open; 7], Vec::new());
    objective.missing = vec![Some(NoEstimate::TooFewRequests { times: 2.5 }); 7];
    let told = answer(&sweep).join(" ");
    assert!(told.contains("2.5 times the duration would do"), "{told}");
    assert!(!told.contains("--replications"), "{told}");
}
