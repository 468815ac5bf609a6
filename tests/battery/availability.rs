//! Availability in the long run, by histories without traffic: groups of repairable units, failover
//! pairs, quorums. Rare events: 10 % (`tests/validation/README.md`, class R); many short histories as
//! usual.

use super::file::{Model, models};
use crate::text::{Text, world};
use wssim_experiment::cluster::ClusterFacts;
use wssim_experiment::failures::years::{self, Outage};
use wssim_experiment::question::Worlds;
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_stats::{Estimate, mean_interval, ratio_interval};

/// Level of the intervals: one of a thousand misses by chance; seeds are fixed.
const LEVEL: f64 = 0.999;
/// Fewest outages for a rare number.
const SEEN: usize = 400;
const HOUR: f64 = 3.6e12;

/// A world with its groups.
struct Worn {
    blueprint: Blueprint,
    cluster: ClusterFacts,
}

impl Worn {
    fn new(text: &Text) -> Self {
        let scenario = text.scenario();
        let cluster = scenario.question().cluster;
        Self { blueprint: scenario.blueprint(None, &[]).unwrap(), cluster }
    }

    /// Outages of `name` in history number `number` of `hours`.
    fn outages(&self, name: &str, number: u64, hours: f64) -> Vec<Outage> {
        let end = Nanos::from_f64(hours * HOUR);
        let told = years::history(&self.blueprint, &self.cluster, [84, number], end);
        told.outages.into_iter().find(|(_, other, _)| other == name).unwrap().2
    }

    /// Outages in many histories, on two threads, by history.
    fn histories(&self, name: &str, count: u64, hours: f64) -> Vec<Vec<Outage>> {
        let half = |numbers: std::ops::Range<u64>| {
            numbers.map(|number| self.outages(name, number, hours)).collect::<Vec<_>>()
        };
        std::thread::scope(|scope| {
            let first = scope.spawn(|| half(0..count / 2));
            let mut second = half(count / 2..count);
            let mut all = first.join().unwrap();
            all.append(&mut second);
            all
        })
    }

    fn exact(&self, name: &str) -> Option<f64> {
        let all = years::exact(&self.blueprint, &self.cluster);
        all.into_iter().find(|(_, other, _)| other == name).unwrap().2
    }
}

/// `n` nodes that fail and are repaired, and their group `g`.
fn group(n: usize, need: usize, [mtbf, mttr]: [&str; 2], crews: usize) -> Worn {
    let node = |world: Text, at: usize| {
        world.node(&format!("n{at}"), 1).with(format!("mtbf = '{mtbf}'\nmttr = '{mttr}'"))
    };
    let members: Vec<String> = (0..n).map(|at| format!("'node.n{at}'")).collect();
    let world = (0..n)
        .fold(world(), node)
        .with(format!("[repair]\ncrews = {crews}"))
        .with(format!("[group.g]\nmembers = [{}]\nneed = {need}", members.join(", ")));
    Worn::new(&world)
}

fn hours(mean: f64) -> String {
    format!("exp({mean}h)")
}

fn lasts(outage: &Outage) -> f64 {
    outage.end.since(outage.begin).as_f64() / HOUR
}

#[track_caller]
fn covers(what: &str, found: Option<Estimate>, exact: f64, tolerance: f64) {
    let found = found.unwrap();
    println!("{what}: {exact} in {found:?}");
    assert!(found.low <= exact && exact <= found.high, "{what}: {exact} is not in {found:?}");
    assert!(found.half_width() <= tolerance * exact.abs(), "{what}: {found:?} is too wide");
}

/// A number of the long run from the outages of histories of `length` hours each, after a warm-up of a
/// tenth.
fn long_run(metric: &str, histories: &[Vec<Outage>], length: f64) -> Option<Estimate> {
    let begin = Time::ZERO + Nanos::from_f64(length * HOUR / 10.0);
    let late = |outages: &Vec<Outage>| -> Vec<Outage> {
        outages.iter().filter(|outage| outage.begin >= begin).copied().collect()
    };
    let late: Vec<Vec<Outage>> = histories.iter().map(late).collect();
    let (rest, down) =
        (length * 0.9, |outages: &Vec<Outage>| outages.iter().map(lasts).sum::<f64>());
    let mean = |of: &dyn Fn(&Vec<Outage>) -> f64| {
        mean_interval(&late.iter().map(of).collect::<Vec<f64>>(), LEVEL)
    };
    match metric {
        "unavailability_steady" => mean(&|outages| down(outages) / rest),
        "availability_steady" => mean(&|outages| 1.0 - down(outages) / rest),
        "downtime_min_per_year" => mean(&|outages| down(outages) / rest * 525_960.0),
        "outages_per_hour" => mean(&|outages| outages.len() as f64 / rest),
        "mean_outage_h" => {
            let pair = |outages: &Vec<Outage>| (down(outages), outages.len() as f64);
            ratio_interval(&late.iter().map(pair).collect::<Vec<_>>(), LEVEL)
        }
        _ => None,
    }
}

/// When the first outage begins, in hours, in histories long enough that almost all have one.
fn first(histories: &[Vec<Outage>], length: f64) -> Option<Estimate> {
    let first = |outages: &Vec<Outage>| {
        outages.first().map_or(length, |outage| outage.begin.since(Time::ZERO).as_f64() / HOUR)
    };
    mean_interval(&histories.iter().map(first).collect::<Vec<f64>>(), LEVEL)
}

fn exact_of(model: &Model, metric: &str) -> f64 {
    model.rows.iter().find(|row| row.metric == metric).unwrap().exact
}

fn of_family(family: &str) -> Vec<Model> {
    let found: Vec<Model> = models().into_iter().filter(|model| model.family == family).collect();
    assert!(!found.is_empty(), "{family} is in the file");
    found
}

/// Judges all numbers of the long run in `model`.
fn judge_long_run(model: &Model, world: &Worn, name: &str, length: f64) {
    let histories = world.histories(name, 40, length);
    assert!(histories.iter().map(Vec::len).sum::<usize>() >= SEEN, "{}", model.family);
    for row in &model.rows {
        if let Some(found) = long_run(&row.metric, &histories, length) {
            covers(&row.id, Some(found), row.exact, 0.1);
        }
    }
}

/// Units fail whether or not the group works; limited crews.
#[test]
fn k_of_n() {
    for model in of_family("k_of_n") {
        let [n, k, crews] = ["n", "k", "crews"].map(|name| model.number(name) as usize);
        let [mtbf, mttr] = ["mtbf_h", "mttr_h"].map(|name| hours(model.number(name)));
        let world = group(n, k, [&mtbf, &mttr], crews);
        let rate = exact_of(&model, "outages_per_hour");
        // 200 outages a history, at most 200 years.
        judge_long_run(&model, &world, "g", (200.0 / rate).min(1.7e6));
        let mttf = exact_of(&model, "mttf_from_all_up_h");
        let length = 9.0 * mttf;
        let histories = world.histories("g", 1_600, length);
        covers("mttf", first(&histories, length), mttf, 0.1);
        let theory = world.exact("g").unwrap();
        let exact = exact_of(&model, "availability_steady");
        assert!((theory - exact).abs() < 1e-11, "{theory} is not {exact}");
    }
}

/// A mission: lost within a time, or working at its end.
#[test]
fn k_of_n_mission() {
    for model in of_family("k_of_n_mission") {
        let [n, k, crews] = ["n", "k", "crews"].map(|name| model.number(name) as usize);
        let [mtbf, mttr] = ["mtbf_h", "mttr_h"].map(|name| hours(model.number(name)));
        let world = group(n, k, [&mtbf, &mttr], crews);
        let histories = world.histories("g", 60_000, model.number("t_h"));
        let share = |of: &dyn Fn(&Vec<Outage>) -> bool| {
            let values = histories.iter().map(|outages| f64::from(u8::from(of(outages))));
            mean_interval(&values.collect::<Vec<_>>(), LEVEL)
        };
        let lost = share(&|outages| !outages.is_empty());
        covers("lost", lost, exact_of(&model, "prob_lost_by_t"), 0.05);
        let works = share(&|outages| outages.last().is_none_or(|last| last.is_over));
        covers("works", works, exact_of(&model, "availability_at_t"), 0.03);
    }
}

/// Two of three managers: with repair, and without.
#[test]
fn quorum3_mttf() {
    for model in of_family("quorum3_mttf") {
        let [mtbf, mttr] = ["mtbf_h", "mttr_h"].map(|name| model.number(name));
        let repaired = group(3, 2, [&hours(mtbf), &hours(mttr)], 3);
        let exact = exact_of(&model, "mttf_quorum_h");
        let length = 9.0 * exact;
        covers("mttf", first(&repaired.histories("g", 1_600, length), length), exact, 0.1);
        // No repairs.
        let alone = world()
            .nodes(&["n0", "n1", "n2"], 1, &format!("mtbf = '{}'", hours(mtbf)))
            .with("[group.g]\nmembers = ['node.n0', 'node.n1', 'node.n2']\nneed = 2");
        let world = Worn::new(&alone);
        let exact = exact_of(&model, "mttf_quorum_no_repair_h");
        let histories = world.histories("g", 4_000, 40.0 * mtbf);
        covers("without repair", first(&histories, 40.0 * mtbf), exact, 0.05);
    }
}

/// Blocks in series, units in parallel in each, as groups of groups.
#[test]
fn series_parallel() {
    for model in of_family("series_parallel") {
        let blocks = model.parameters["blocks"].as_array().unwrap();
        let (mut text, mut names) = (world(), Vec::new());
        for (b, block) in blocks.iter().enumerate() {
            let units = super::file::numbers(block);
            let mut members = Vec::new();
            for (u, availability) in units.iter().enumerate() {
                let (name, mtbf) =
                    (format!("b{b}u{u}"), hours(availability / (1.0 - availability)));
                text = text.node(&name, 1).with(format!("mtbf = '{mtbf}'\nmttr = 'exp(1h)'"));
                members.push(format!("'node.{name}'"));
            }
            let members = members.join(", ");
            text = text.with(format!("[group.block{b}]\nmembers = [{members}]\nneed = 1"));
            names.push(format!("'group.block{b}'"));
        }
        let all = text.with(format!("[group.system]\nmembers = [{}]", names.join(", ")));
        let world = Worn::new(&all);
        judge_long_run(&model, &world, "system", 20_000.0);
        let exact = exact_of(&model, "availability_steady");
        let theory = world.exact("system").unwrap();
        assert!((theory - exact).abs() < 1e-11, "{theory} is not {exact}");
    }
}

/// A service of one container that Swarm moves between two nodes; a third, which never fails, is the
/// manager. Swarm's batches of half a second add to the detection of minutes.
#[test]
fn failover_pair() {
    for model in of_family("failover_pair") {
        let [mtbf, mttr, detect] = ["mtbf_h", "mttr_h", "detect_h"].map(|name| model.number(name));
        assert!((model.number("standby_mtbf_h") - mtbf).abs() < 1e-9, "both alike");
        let wear = format!("mtbf = '{}'\nmttr = '{}'", hours(mtbf), hours(mttr));
        let world = world()
            .nodes(&["a", "b"], 1, &format!("{wear}\nlabels = {{ role = 'work' }}"))
            .node("manager", 1)
            .swarm("'manager'")
            .with(format!("detection = '{}'", hours(detect)))
            .with(format!("[repair]\ncrews = {}", model.number("crews")))
            .service("app", "restart = { delay = '0s' }")
            .with("constraints = ['node.labels.role == work']")
            .cpu("visit", "1ms")
            .with("[group.pair]\nmembers = ['node.a', 'node.b']\nneed = 1");
        let world = Worn::new(&world);
        let length = 2_000.0 * mtbf;
        judge_long_run(&model, &world, "app", length);
        // Only the pair is down for the rest.
        let [app, pair] = ["app", "pair"].map(|name| world.histories(name, 40, length));
        let down = |outages: &Vec<Outage>| outages.iter().map(lasts).sum::<f64>() / length;
        let unseen: Vec<f64> = app.iter().zip(&pair).map(|(a, b)| down(a) - down(b)).collect();
        let exact = exact_of(&model, "unavailability_from_detection");
        covers("unseen", mean_interval(&unseen, LEVEL), exact, 0.1);
        let mttf = exact_of(&model, "mttf_both_down_h");
        let histories = world.histories("pair", 1_600, 9.0 * mttf);
        covers("both down", first(&histories, 9.0 * mttf), mttf, 0.1);
        // The chain of causes does not cover services that Swarm moves, but the pair of nodes.
        assert!(world.exact("app").is_none() && world.exact("pair").is_some());
    }
}

/// Only the means of the laws matter: by simulation, and by theory.
#[test]
fn alternating_renewal_in_the_long_run() {
    for model in of_family("alternating_renewal") {
        let world = group(1, 1, [&model.law("up"), &model.law("down")], 1);
        let exact = exact_of(&model, "availability_steady");
        let theory = world.exact("g").unwrap();
        assert!((theory - exact).abs() < 1e-9, "{theory} is not {exact}");
        let histories = world.histories("g", 40, 60.0);
        let down = long_run("unavailability_steady", &histories, 60.0);
        covers("down", down, 1.0 - exact, 0.1);
    }
}

/// One unit, up at the start: at a time, over a stretch, and in the long run.
#[test]
fn two_state_in_the_long_run() {
    for model in of_family("two_state") {
        let [mtbf, mttr, time] = ["mtbf_h", "mttr_h", "t_h"].map(|name| model.number(name));
        let world = group(1, 1, [&hours(mtbf), &hours(mttr)], 1);
        judge_long_run(&model, &world, "g", 300.0 * mtbf);
        let histories = world.histories("g", 40_000, time);
        let works = |outages: &Vec<Outage>| outages.last().is_none_or(|last| last.is_over);
        let works: Vec<f64> =
            histories.iter().map(|outages| f64::from(u8::from(works(outages)))).collect();
        covers("at", mean_interval(&works, LEVEL), exact_of(&model, "availability_at_t"), 0.03);
        let counts: Vec<f64> = histories.iter().map(|outages| outages.len() as f64).collect();
        let exact = exact_of(&model, "mean_outages_in_interval");
        covers("outages", mean_interval(&counts, LEVEL), exact, 0.03);
    }
}
