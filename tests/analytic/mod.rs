//! The analytic twin beside the simulator, on shipped scenarios: within the stated limits, or the reason
//! is named.

mod corners;

use crate::text::{load_with, poisson, world};
use wssim_experiment::analytic::{Analytic, FormulaGap, Twin, analytic, compare};
use wssim_experiment::findings::{Findings, Metric};
use wssim_experiment::question::{MetricRef, Question, Worlds};
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_scenario::Scenario;
use wssim_stats::Estimate;

fn load(name: &str, sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    Scenario::load(name, &sets).unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)))
}

fn twin_of(scenario: &Scenario) -> Analytic {
    let blueprint = scenario.blueprint(None, &[]).unwrap();
    analytic(&blueprint, &scenario.question().measure)
}

/// The findings of `replications`, without claims.
fn simulated(scenario: &Scenario, replications: u32) -> Findings {
    let whole = scenario.question();
    let question =
        Question { claims: Vec::new(), ranged: Vec::new(), observed: Vec::new(), ..whole };
    let options = Options {
        seed: 84,
        threads: None,
        replications: Some(replications),
        precision: 0.02,
        ranges: false,
    };
    run(scenario, &question, &options, &Unwatched).unwrap()
}

fn named(metric: &Metric) -> MetricRef {
    let labels = metric.labels.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    MetricRef { name: metric.name.to_owned(), labels: labels.collect(), part: None }
}

/// Every metric with a formula: its name, the formula's value, and the simulated one.
fn beside(twin: &Analytic, findings: &Findings) -> Vec<(MetricRef, f64, Estimate)> {
    let both = |metric: &Metric| {
        let name = named(metric);
        Some((name.clone(), twin.value(&name)?, metric.estimate?))
    };
    findings.metrics.iter().filter_map(both).collect()
}

/// The metrics that differ by more than their limit, and the number of compared ones.
fn differing(twin: &Analytic, findings: &Findings) -> (Vec<MetricRef>, usize) {
    let both = beside(twin, findings);
    let all = both.len();
    let beyond = both.into_iter().filter_map(|(metric, value, estimate)| {
        let difference = compare(&metric, value, &estimate)?;
        println!("{metric:?}: {value} beside {estimate:?}, {difference:?}");
        Some(metric)
    });
    (beyond.collect(), all)
}

/// Nothing that the formulas leave out matters here: every mean is within its limit.
#[test]
fn calm_scenarios_show_what_formulas_say() {
    for (name, least) in [("before", 40), ("recommended", 50), ("hybrid", 45)] {
        let scenario = load(&format!("scenarios/{name}.toml"), &[]);
        let (beyond, all) = differing(&twin_of(&scenario), &simulated(&scenario, 12));
        println!("{name}: {} of {all} differ", beyond.len());
        assert!(beyond.is_empty(), "{name}: {beyond:?}");
        assert!(all >= least, "{name}: {all} compared");
    }
}

/// At two thirds of the first resource's capacity, the loads and the entry's mean response time still
/// agree.
#[test]
fn busy_scenarios_agree_on_loads_and_entries() {
    let readme = include_str!("../../README.md").split("```toml\n").nth(1).unwrap();
    let shop = readme.split("```").next().unwrap();
    let sets = |rate: &str| {
        [format!("traffic.web.arrivals.rate={rate}/s"), "scenario.duration=5min".to_owned()]
    };
    for (name, scenario) in [
        ("recommended", Scenario::load("scenarios/recommended.toml", &sets("20")).unwrap()),
        ("shop", load_with(shop, &sets("200")).unwrap()),
    ] {
        let (beyond, _) = differing(&twin_of(&scenario), &simulated(&scenario, 8));
        let matters = |metric: &&MetricRef| {
            let firm = ["node_cpu_utilization_ratio", "response_time_seconds"];
            firm.contains(&metric.name.as_str())
        };
        assert_eq!(beyond.iter().find(matters), None, "{name}");
    }
}

/// Analyses come in one burst and need more RAM than there is: the numbers differ, and both reasons are
/// named.
#[test]
fn where_they_differ_the_reason_is_named() {
    let scenario = load("scenarios/noisy-neighbour.toml", &[]);
    let twin = twin_of(&scenario);
    let (beyond, _) = differing(&twin, &simulated(&scenario, 8));
    let named = |name: &str, label: &str| {
        let fits =
            |one: &&MetricRef| one.name == name && one.labels.values().any(|value| value == label);
        beyond.iter().find(fits)
    };
    assert!(named("response_time_seconds", "web").is_some(), "{beyond:?}");
    assert!(named("node_cpu_utilization_ratio", "gmktec").is_some(), "{beyond:?}");
    assert_eq!(named("node_cpu_utilization_ratio", "hppavilion"), None);
    for reason in
        [FormulaGap::Arrivals("analysts".to_owned()), FormulaGap::Ram("gmktec".to_owned())]
    {
        assert!(twin.reasons.contains(&reason), "{reason:?} is not in {:?}", twin.reasons);
    }
    // The calm world has neither.
    let calm = twin_of(&load("scenarios/recommended.toml", &[])).reasons;
    let loud = |reason: &FormulaGap| matches!(reason, FormulaGap::Arrivals(_) | FormulaGap::Ram(_));
    assert!(!calm.iter().any(loud), "{calm:?}");
}

/// The scarcest resource bounds the capacity: beyond its factor there is no steady state, and half of it
/// can be carried.
#[test]
fn the_first_to_saturate_bounds_what_is_carried() {
    for (name, least) in [("before", 41.0), ("recommended", 14.0), ("bench/chain", 4.9)] {
        let scenario = load(&format!("scenarios/{name}.toml"), &[]);
        let blueprint = scenario.blueprint(None, &[]).unwrap();
        let twin = Twin::new(&blueprint, &scenario.question().measure);
        let first = twin.at(1.0).demands[0].clone();
        assert!((least..least * 1.1).contains(&first.factor), "{name}: {first:?}");
        assert!(twin.at(first.factor * 0.5).is_stable, "{name}");
        let beyond = twin.at(first.factor * 1.01);
        assert!(!beyond.is_stable && beyond.reasons.contains(&FormulaGap::Overload), "{name}");
        let half = twin.at(0.5);
        assert!((half.demands[0].factor / first.factor - 2.0).abs() < 1e-9, "{name}");
        assert!(half.entries[0].response_seconds < twin.at(2.0).entries[0].response_seconds);
    }
}

/// A container with a limit is a separate processor: a fluid one of half a CPU is M/G/1-PS at half
/// speed.
#[test]
fn a_fluid_limit_is_a_processor_of_its_own() {
    let scenario = world()
        .node("host", 4)
        .with("[lan]\npacket_cpu = '0s'\nlocal_rtt = '0s'")
        .service("api", "cpus = { limit = 0.5, quota = 'fluid' }")
        .cpu("ask", "exp(10ms)")
        .traffic("all", "api.ask", poisson(30))
        .scenario();
    let twin = twin_of(&scenario);
    let exact = 0.01 / 0.5 / (1.0 - 0.6);
    let mean = twin.entries[0].response_seconds;
    assert!((mean / exact - 1.0).abs() < 1e-6, "{mean}, not {exact}");
}
