//! Profiles, modulated arrivals and background load, in texts and blueprints.

#![allow(clippy::unwrap_used)]

use wssim_experiment::question::{MeasureKind, Worlds};
use wssim_experiment::trace::{self, RequestPick, RequestTrace};
use wssim_experiment::watch::Unwatched;
use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::blueprint::{Arrivals, FirstArrival, Profile};
use wssim_model::law::Law;
use wssim_scenario::Scenario;

const SECOND: u64 = 1_000_000_000;
const HOUR: u64 = 3600 * SECOND;

fn load(sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let path = "tests/scenarios/after.toml";
    Scenario::load(path, &sets).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn world(sets: &[&str]) -> Blueprint {
    load(sets).blueprint(None, &[]).unwrap()
}

fn arrivals(blueprint: &Blueprint) -> Arrivals {
    let source = blueprint.sources.iter().find(|source| source.name == "web").unwrap();
    source.arrivals.clone()
}

fn profile(profile: &str, more: &[&str]) -> Profile {
    let profile = format!("traffic.web.arrivals.profile={profile}");
    let sets: Vec<&str> = [&["scenario.kind=window", profile.as_str()][..], more].concat();
    let Arrivals::Shaped { gap, first: FirstArrival::Gap, profile } = arrivals(&world(&sets))
    else {
        panic!("not shaped")
    };
    assert!(matches!(gap, Law::Exponential { .. }));
    profile
}

#[test]
fn a_window_begins_where_the_clock_says() {
    let at_ten = ["scenario.start=\"10:00\"", "scenario.lead_in=\"30min\""];
    let day = profile("diurnal", &at_ten);
    // Half an hour of the hour from nine, then the measured stretch from ten on.
    assert!((day.mean(Time::ZERO, Time(HOUR / 2)) - 1.25).abs() < 1e-9);
    assert!((day.mean(Time(HOUR / 2), Time(HOUR * 3 / 2)) - 1.31).abs() < 1e-9);
    // Without a clock it begins at midnight, a lead-in before it.
    let night = profile("diurnal", &["scenario.lead_in=\"1h\""]);
    assert!((night.mean(Time::ZERO, Time(HOUR)) - 0.89).abs() < 1e-9);
    assert!((night.mean(Time(HOUR), Time(2 * HOUR)) - 0.78).abs() < 1e-9);
    let market = profile("{ shape = \"market-hours\" }", &["scenario.start=\"10:00\""]);
    let ratio = market.mean(Time::ZERO, Time(HOUR / 4)) / market.mean(Time(HOUR), Time(2 * HOUR));
    assert!((ratio - 5.0).abs() < 1e-9);
}

#[test]
fn every_form_of_profile_is_read() {
    let at = |seconds: u64| Time(seconds * SECOND);
    let slots =
        profile("{ slot = \"1min\", values = [0.5, { value = 1.5, range = [1, 2] }] }", &[]);
    assert!((slots.integral(at(200)) / 1e9 - (30.0 + 90.0 + 30.0 + 30.0)).abs() < 1e-9);
    let steps = profile("{ steps = [[\"0s\", 1.0], [\"30s\", 1.7], [\"60s\", 1.0]] }", &[]);
    assert!((steps.integral(at(90)) / 1e9 - (30.0 + 51.0 + 30.0)).abs() < 1e-9);
    let lead = ["scenario.lead_in=\"10s\""];
    let ramp = profile("{ ramp = [[\"0s\", 0.5], [\"10min\", 2.0]] }", &lead);
    assert!((ramp.integral(at(610)) / 1e9 - (5.0 + 750.0)).abs() < 1e-9);
    assert!((ramp.mean(at(610), at(9999)) - 2.0).abs() < 1e-9);
    let spike = profile("{ spike = { at = \"30s\", for = \"10s\", factor = 5.0 } }", &[]);
    assert!((spike.integral(at(100)) / 1e9 - 140.0).abs() < 1e-9);
    assert!((spike.peak(at(35), at(36)) - 5.0).abs() < 1e-12);
}

#[test]
fn other_sources_take_a_profile_and_keep_their_first_arrival() {
    let sets = |kind: &str| {
        let set = format!("traffic.web.arrivals={{ {kind}, profile = \"diurnal\" }}");
        match arrivals(&world(&["scenario.kind=window", &set])) {
            Arrivals::Shaped { gap, first, .. } => (gap, first),
            other => panic!("{other:?}"),
        }
    };
    let second = Law::Constant(1e9);
    assert_eq!(
        sets("kind = \"renewal\", interarrival = \"1s\""),
        (second.clone(), FirstArrival::Gap)
    );
    assert_eq!(
        sets("kind = \"periodic\", period = \"1s\""),
        (second.clone(), FirstArrival::Uniform)
    );
    assert_eq!(
        sets("kind = \"periodic\", period = \"1s\", phase = \"2s\""),
        (second, FirstArrival::At(Nanos(2 * SECOND)))
    );
}

#[test]
fn a_profile_makes_a_window() {
    let sets = ["scenario.kind=none", "traffic.web.arrivals.profile=diurnal"];
    let scenario = load(&sets);
    assert_eq!(scenario.question().measure.kind, MeasureKind::Window { lead_in: Nanos::ZERO });
    assert!(scenario.not_simulated().iter().all(|item| !item.path.contains("profile")));
}

#[test]
fn modulated_arrivals_have_a_circle_or_a_matrix() {
    let mean = |switch: &str| {
        let set = format!(
            "traffic.web.arrivals={{ kind = \"mmpp\", rates = [\"10/s\", \"50/s\"], switch = {switch} }}"
        );
        match arrivals(&world(&["scenario.kind=steady", &set])) {
            Arrivals::Mmpp(process) => process.mean_rate(),
            other => panic!("{other:?}"),
        }
    };
    let expected = (10.0 / 0.1 + 50.0 / 0.2) / 15.0;
    assert!((mean("[\"0.1/s\", \"0.2/s\"]") - expected).abs() < 1e-9);
    assert!((mean("[[\"0/s\", \"0.1/s\"], [\"0.2/s\", \"0/s\"]]") - expected).abs() < 1e-9);
}

#[test]
fn background_load_comes_when_it_says() {
    let list = "service.ws-company.background=[
        { every = \"exp(10s)\", cpu = \"exp(20ms)\" },
        { start = \"2min\", count = 1, cpu = \"90s\", jobs = 4 },
        { at = \"02:30\", cpu = \"10min\" },
        { start = \"1min\", every = \"1s\", duration = \"10s\", cpu = \"1ms\" } ]";
    let window = ["scenario.kind=window", "scenario.start=\"02:00\"", "scenario.lead_in=\"1min\""];
    let world = world(&[&window[..], &[list]].concat());
    let bursts: Vec<_> =
        world.background.iter().filter(|load| load.name.starts_with("ws-company.0")).collect();
    let names: Vec<&str> = bursts.iter().map(|load| load.name.as_str()).collect();
    assert_eq!(names, ["ws-company.0", "ws-company.0#1", "ws-company.0#2", "ws-company.0#3"]);
    assert_eq!((bursts[0].first, bursts[0].count, bursts[0].jobs), (None, u64::MAX, 1));
    assert_eq!((bursts[1].first, bursts[1].count), (Some(Nanos(180 * SECOND)), 1));
    assert_eq!(bursts[1].jobs, 4);
    // The clock is at 1:59 when the replication starts; the burst is due every night.
    assert_eq!(bursts[2].first, Some(Nanos(31 * 60 * SECOND)));
    assert_eq!(bursts[2].every, Law::Constant(86_400e9));
    assert_eq!(bursts[3].until, Time(130 * SECOND));
}

/// On average: 4 · 90 s of a thread in ten minutes are 0.6 threads, on the reference CPU.
#[test]
fn bursts_are_offered_load_while_they_last() {
    let none = "service.ws-company.background=none";
    let build =
        "service.ws-company.background={ start = \"2min\", count = 1, cpu = \"90s\", jobs = 4 }";
    let window =
        ["scenario.kind=window", "scenario.duration=10min", "service.ws-company.replicas=1"];
    let offered = |set: &str| -> f64 {
        let load = load(&[&window[..], &[set]].concat()).offered_load();
        let service = load.services.iter().find(|load| load.service == "ws-company").unwrap();
        service.cpus_per_container
    };
    let node_speed = {
        let world = world(&[&window[..], &[none]].concat());
        let container = world
            .containers
            .iter()
            .find(|container| world.services[container.service.index()].name == "ws-company");
        world.nodes[container.unwrap().node.index()].speed
    };
    assert!(((offered(build) - offered(none)) * node_speed - 0.6).abs() < 1e-9);
    let late = build.replace("2min", "11min");
    assert!((offered(&late) - offered(none)).abs() < 1e-12);
}

/// The web's arrivals of kind `kind` with twice and half the traffic, and unscaled.
fn scaled(kind: &str) -> [Arrivals; 3] {
    let of = |more: &[&str]| {
        let set = format!("traffic.web.arrivals={{ {kind} }}");
        arrivals(&world(&[&["scenario.kind=steady", set.as_str()], more].concat()))
    };
    [of(&["traffic.scale=2"]), of(&["traffic.scale=0.5"]), of(&[])]
}

#[test]
fn twice_the_traffic_is_twice_the_rate() {
    let [twice, half, own] = scaled("kind = \"poisson\", rate = \"6/s\"");
    assert_eq!(own, Arrivals::Poisson { rate_per_second: 6.0 });
    assert_eq!(twice, Arrivals::Poisson { rate_per_second: 12.0 });
    assert_eq!(half, Arrivals::Poisson { rate_per_second: 3.0 });
    let [twice, half, _] = scaled("kind = \"renewal\", interarrival = \"uniform(1s, 3s)\"");
    let gap = |low, high| Arrivals::Renewal { gap: Law::Uniform { low, high } };
    assert_eq!([twice, half], [gap(0.5e9, 1.5e9), gap(2e9, 6e9)]);
    let [twice, half, _] = scaled("kind = \"periodic\", period = \"1s\", phase = \"2s\"");
    let every =
        |period, phase| Arrivals::Periodic { period: Nanos(period), phase: Some(Nanos(phase)) };
    assert_eq!([twice, half], [every(SECOND / 2, SECOND), every(2 * SECOND, 4 * SECOND)]);
    let modulated =
        "kind = \"mmpp\", rates = [\"10/s\", \"50/s\"], switch = [\"0.1/s\", \"0.2/s\"]";
    let rates = scaled(modulated).map(|arrivals| match arrivals {
        Arrivals::Mmpp(process) => (process.mean_rate(), process.changes_per_request()),
        other => panic!("{other:?}"),
    });
    let [(twice, fewer), (half, more), (own, changes)] = rates;
    assert!((twice - 2.0 * own).abs() < 1e-9 && (half - own / 2.0).abs() < 1e-9);
    assert!((fewer - changes / 2.0).abs() < 1e-12, "states change as often as ever");
    assert!((more - changes * 2.0).abs() < 1e-12);
}

#[test]
fn users_are_scaled_and_rounded_and_there_is_always_one() {
    let users = |users: u32| {
        scaled(&format!("kind = \"closed\", users = {users}, think = \"1s\"")).map(|arrivals| {
            match arrivals {
                Arrivals::Closed { users, .. } => users,
                other => panic!("{other:?}"),
            }
        })
    };
    assert_eq!(users(7), [14, 4, 7]);
    assert_eq!(users(1), [2, 1, 1]);
}

#[test]
fn a_profile_and_a_trace_are_scaled_too() {
    let sets = ["scenario.kind=window", "traffic.scale=2", "traffic.web.arrivals.profile=diurnal"];
    let Arrivals::Shaped { gap, .. } = arrivals(&world(&sets)) else { panic!("not shaped") };
    assert_eq!(gap, Law::Exponential { mean: 1e9 / 12.0 });
    let day = "tests/scenarios/traced/day.toml";
    let rate = |sets: &[String]| {
        let world = Scenario::load(day, sets).unwrap().blueprint(None, &[]).unwrap();
        match &world.sources[0].arrivals {
            Arrivals::Trace(trace) => trace.rate,
            other => panic!("{other:?}"),
        }
    };
    assert!((rate(&["traffic.scale=2".to_owned()]) - 2.0 * rate(&[])).abs() < 1e-12);
}

/// Common random numbers: request n is the same request, and arrives proportionally earlier.
#[test]
fn the_same_requests_come_closer_together() {
    let nth = |sets: &[&str], number: u64| {
        let scenario = load(&[&["scenario.kind=window", "scenario.duration=60s"], sets].concat());
        let options = trace::TraceOptions {
            seed: 84,
            replication: 0,
            threads: Some(1),
            entry: Some("web".to_owned()),
            pick: RequestPick::Number(number),
        };
        trace::trace(&scenario, &scenario.question(), &options, &Unwatched).unwrap()
    };
    let cpu = |trace: &RequestTrace| -> Vec<(String, u64)> {
        let all = trace.components.iter().filter(|one| one.kind == trace::StretchKind::Cpu);
        let mut all: Vec<_> = all.map(|one| (format!("{:?}", one.place), one.times)).collect();
        all.sort();
        all
    };
    for number in [1, 40, 150] {
        let (own, twice) = (nth(&[], number), nth(&["traffic.scale=2"], number));
        assert_eq!(cpu(&own), cpu(&twice), "request {number}");
        let late = own.arrived_ns as f64 / twice.arrived_ns as f64;
        assert!((late - 2.0).abs() < 1e-6, "request {number}: {late}");
    }
}

#[test]
fn the_factor_is_a_number_above_zero_and_no_source() {
    let refused = |set: &str, code: &str| {
        let mistakes = Scenario::load("tests/scenarios/after.toml", &[set.to_owned()]).unwrap_err();
        let found = mistakes.items.iter().any(|item| item.code == code);
        assert!(found, "{set}: {mistakes}");
    };
    refused("traffic.scale=0", "out-of-range");
    refused("traffic.scale=-1", "negative");
    refused("traffic.scale=2/s", "wrong-unit");
    refused("traffic.scale=many", "bad-value");
    refused("traffic.scale={ entry = \"a.b\" }", "wrong-type");
    refused("traffic.scal=2", "unknown-path");
    let config = load(&["traffic.scale=2"]).print_config();
    assert!(config.contains("traffic.scale = 2  # --set"), "{config}");
    assert!(load(&[]).print_config().contains("traffic.scale = 1  # default"));
    let ranged = load(&["traffic.scale={ value = 1.5, range = [1, 2] }"]);
    assert!(ranged.question().ranged.iter().any(|input| input.path == "traffic.scale"));
    let crowd = "traffic.web.arrivals={ kind = \"closed\", users = 1000000, think = \"1s\" }";
    let sets = [crowd.to_owned(), "traffic.scale=2".to_owned()];
    let mistakes = Scenario::load("tests/scenarios/after.toml", &sets).unwrap_err();
    assert!(mistakes.to_string().contains("more than 1048576 users"), "{mistakes}");
}
