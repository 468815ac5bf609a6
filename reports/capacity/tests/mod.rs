//! A capacity made by hand: a bracket, the first bottleneck, nodes that can and cannot be missed, and a
//! key.

use super::csv;
use crate::sample::{self, assert_fits, assert_golden, assert_numbers_stay_whole};
use crate::text::{TextOptions, render};
use crate::{json, markdown};
use wssim_experiment::analytic::{Resource, ResourceDemand};
use wssim_experiment::capacity::findings::{
    AskedCondition, Bottleneck, Capacity, Carries, FitCount, Fits, Mean, Room, SearchEnd, Searched,
    TrafficLimits, Tried, ValueState, Without,
};
use wssim_experiment::findings::{Answer, Findings};
use wssim_experiment::objective::Objective;
use wssim_experiment::question::{Expected, MetricRef};
use wssim_stats::Estimate;

#[allow(clippy::unnecessary_wraps, reason = "as it is used")]
fn around(mean: f64, half: f64) -> Option<Estimate> {
    Some(Estimate::symmetric(mean, half, 20))
}

fn asked(
    name: &'static str,
    stat: (&'static str, &str),
    unit: &'static str,
    max: f64,
) -> AskedCondition {
    let labels = vec![("entry", "web".to_owned()), (stat.0, stat.1.to_owned())];
    AskedCondition {
        condition: Objective {
            metric: MetricRef { name: name.to_owned(), ..MetricRef::default() },
            expected: Expected { min: None, max: Some(max), relative: false, point: false },
            is_assumed: unit == "ratio",
        },
        name,
        labels,
        unit,
    }
}

fn tried(value: f64, state: ValueState, p95: f64, n: u32) -> Tried {
    let simulated = around(p95 / 2.3, 0.002).filter(|_| n > 0);
    let mean = Mean { entry: "web".to_owned(), analytic: p95 / 2.4, simulated, difference: None };
    Tried {
        value,
        text: value.to_string(),
        state,
        replications: n,
        overloads: Vec::new(),
        overfull: None,
        values: vec![around(p95, 0.012), around(0.0, 0.0)],
        means: vec![mean],
    }
}

fn searched() -> Searched {
    Searched {
        tried: vec![
            tried(1.0, ValueState::Kept, 0.296, 5),
            tried(8.54, ValueState::Kept, 0.486, 80),
            tried(8.7, ValueState::Open, 0.499, 80),
            tried(8.89, ValueState::Missed, 0.514, 40),
        ],
        kept: Some(8.54),
        missed: Some(8.89),
        end: SearchEnd::Open,
        left_out: Vec::new(),
        confidence: 0.95,
    }
}

fn room(node: &str, factor: Option<f64>) -> Room {
    Room {
        node: node.to_owned(),
        cpu: around(0.0502, 0.0007),
        factor,
        used: around(4.191e9, 0.0),
        ram: 31e9,
        network: around(0.00139, 0.00002),
    }
}

fn demand(of: Resource, capacity: f64, open: f64) -> ResourceDemand {
    ResourceDemand { of, capacity, open, fixed: 0.1, factor: (capacity - 0.1) / open }
}

fn findings(capacity: Capacity) -> Findings {
    let mut findings = sample::findings();
    findings.claims.clear();
    findings.not_simulated.clear();
    findings.notes.clear();
    findings.answer = Answer::Capacity(capacity);
    findings
}

pub(crate) fn of_traffic() -> Findings {
    let hppavilion = Resource::Processor("hppavilion".to_owned());
    let without = |node: &str, carries| Without { node: node.to_owned(), carries };
    let first = Bottleneck {
        broken: vec![0],
        busiest: Some((hppavilion.clone(), 0.62)),
        ..Bottleneck::default()
    };
    findings(Capacity {
        key: "traffic.scale".to_owned(),
        conditions: vec![
            asked("response_time_seconds", ("stat", "p95"), "seconds", 0.5),
            asked("error_ratio", ("reason", "all"), "ratio", 0.01),
        ],
        search: searched(),
        traffic: Some(Box::new(TrafficLimits {
            first: Some(first),
            without: vec![
                without("gmktec", Carries::NotToday(vec![(1, around(1.0, 0.0))])),
                without("hppavilion", Carries::Less(searched())),
                without("hpr", Carries::AsMuch(8.11)),
            ],
            demands: vec![
                demand(hppavilion, 2.9, 0.19),
                demand(Resource::Workers("gibd-quant-web".to_owned()), 1.0, 0.024),
                demand(
                    Resource::Pool("ws-company".to_owned(), "gibd-postgres".to_owned()),
                    10.0,
                    0.14,
                ),
            ],
            rooms: vec![
                room("gmktec", Some(155.0)),
                room("hppavilion", Some(14.46)),
                room("hpr", None),
            ],
            fits: Some(Fits {
                template: "ws-company".to_owned(),
                today: 90,
                ram_each: 370e6,
                cpu_each: 0.0007,
                by_ram: FitCount::Most(48, None),
                by_cpu: FitCount::Unlimited,
                by_scheduler: FitCount::Most(48, Some("gmktec".to_owned())),
            }),
        })),
    })
}

#[test]
fn the_reports_are_as_golden() {
    let findings = of_traffic();
    for width in [60, 80, 120] {
        let text = render(&findings, &TextOptions { width, ..TextOptions::default() });
        assert_golden(&format!("capacity-{width}.txt"), &text);
    }
    assert_golden("capacity.md", &markdown::render(&findings));
    assert_golden("capacity.csv", &csv::render(&findings));
    assert_golden("capacity.json", &json::render(&findings));
}

#[test]
fn every_terminal_is_wide_enough() {
    let findings = of_traffic();
    let text = |width| render(&findings, &TextOptions { width, ..TextOptions::default() });
    assert_fits(text);
    assert_numbers_stay_whole(text);
}

#[test]
fn the_first_line_of_a_key_says_which_value_will_do() {
    let of_key = |kept, missed, end| {
        let search = Searched { kept, missed, end, ..searched() };
        let key = "service.api.workers".to_owned();
        let findings = findings(Capacity { key, conditions: Vec::new(), search, traffic: None });
        super::answer(match &findings.answer {
            Answer::Capacity(capacity) => capacity,
            _ => unreachable!(),
        })
        .join(" ")
    };
    let least = of_key(Some(8.89), Some(8.54), SearchEnd::Narrow);
    assert_eq!(least, "service.api.workers = 8.89 is the least that will do, 8.54 will not.");
    let none = of_key(None, Some(1.0), SearchEnd::NeverKept);
    assert_eq!(none, "service.api.workers: no value from 1 to 8.89 will do.");
    assert!(of_key(Some(1.0), None, SearchEnd::AlwaysKept).contains("every value from 1 to 8.89"));
    assert!(of_key(Some(1.0), None, SearchEnd::Turns).contains("rises and falls"));
}
