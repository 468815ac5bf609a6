//! Worlds with overrides are made from texts read before, and equal those of a fresh reading.

#![allow(clippy::unwrap_used)]

use wssim_experiment::question::{Override, RangedInput, WorldError, Worlds};
use wssim_model::Blueprint;
use wssim_scenario::Scenario;

const AFTER: &str = "tests/scenarios/after.toml";
const ESTATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/after.toml");
const BEFORE: &str = "before.toml";

fn load(path: &str, sets: &[String]) -> Scenario {
    Scenario::load(path, sets).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn text(blueprint: &Blueprint) -> String {
    format!("{blueprint:?}")
}

fn ends(input: &RangedInput) -> [Override; 2] {
    [&input.low, &input.high]
        .map(|value| Override { path: input.path.clone(), value: value.clone() })
}

/// Compares the world of `scenario` with `overrides` with a fresh scenario.
#[track_caller]
fn same(scenario: &Scenario, file: &str, overrides: &[Override]) {
    let sets: Vec<String> =
        overrides.iter().map(|one| format!("{}={}", one.path, one.value)).collect();
    let anew = load(file, &sets).blueprint(None, &[]).unwrap();
    let made = scenario.blueprint(None, overrides).unwrap();
    assert!(text(&made) == text(&anew), "{sets:?}");
}

/// An item of a list is addressed by number or id, in brackets or as a part of the path.
#[test]
fn an_item_of_a_list_is_found_by_its_id() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/after-crash-vip.toml");
    let of = |path: &str| {
        let overrides = Override { path: path.to_owned(), value: "2min".to_owned() };
        load(file, &[]).blueprint(None, &[overrides]).map(|world| text(&world))
    };
    let due = of("fault[0].at").unwrap();
    assert_ne!(due, text(&load(file, &[]).blueprint(None, &[]).unwrap()));
    assert_eq!(of("fault[server-81].at").unwrap(), due);
    assert_eq!(of("fault.server-81.at").unwrap(), due);
    assert!(of("fault.server-18.at").is_err());
}

/// Each input of the plan at both ends, and pairs of them; repeatedly, in either order.
#[test]
fn a_world_is_what_reading_it_anew_makes_of_it() {
    for file in [AFTER, ESTATE] {
        let scenario = load(file, &[]);
        let inputs = scenario.question().ranged;
        assert!(!inputs.is_empty());
        let own = text(&scenario.blueprint(None, &[]).unwrap());
        for input in &inputs {
            for end in ends(input) {
                same(&scenario, file, std::slice::from_ref(&end));
                // A range may begin at the value in force.
                if end.value == input.value {
                    continue;
                }
                assert_ne!(text(&scenario.blueprint(None, &[end]).unwrap()), own, "{}", input.path);
            }
        }
        for pair in inputs.windows(2) {
            let [[low, _], [_, high]] = [&pair[0], &pair[1]].map(ends);
            same(&scenario, file, &[low, high]);
        }
        assert_eq!(text(&scenario.blueprint(None, &[]).unwrap()), own, "nothing sticks");
    }
}

/// The same for an arm: without a shared input it is unchanged.
#[test]
fn so_is_that_of_an_arm() {
    let scenario = load(ESTATE, &[]);
    let folder = ESTATE.strip_suffix("after.toml").unwrap();
    let file = format!("{folder}{BEFORE}");
    let own = text(&scenario.blueprint(Some(BEFORE), &[]).unwrap());
    assert_eq!(own, text(&load(&file, &[]).blueprint(None, &[]).unwrap()));
    let mut reached = 0;
    for input in &scenario.question().ranged {
        let [end, _] = ends(input);
        let made = text(&scenario.blueprint(Some(BEFORE), std::slice::from_ref(&end)).unwrap());
        let sets = [format!("{}={}", end.path, end.value)];
        let anew = Scenario::load(&file, &sets).map(|arm| text(&arm.blueprint(None, &[]).unwrap()));
        // Inputs of the plan alone are ignored there, or unknown.
        assert!(made == own || anew.is_ok_and(|anew| anew == made), "{}", input.path);
        reached += u32::from(made != own);
    }
    assert!(reached >= 8, "{reached} inputs reach `{BEFORE}`");
}

/// Mistakes are reported like those of a `--set`, each time.
#[test]
fn what_is_wrong_is_told_the_same() {
    let scenario = load(ESTATE, &[]);
    for (path, value) in [
        ("service.traefik.workers", "none at all"),
        ("service.traefk.workers", "3"),
        ("node.gmktec.cores", "0"),
        ("scenario.stacks", "[\"stacks/absent.yml\"]"),
        ("traffic.web.arrivals.rate", "\"2 apples\""),
    ] {
        let set = format!("{path}={value}");
        let expected = Scenario::load(ESTATE, &[set]).err().unwrap().render(false);
        let one = Override { path: path.to_owned(), value: value.to_owned() };
        for _ in 0..2 {
            let made = scenario.blueprint(None, std::slice::from_ref(&one));
            let Err(WorldError::Scenario(told)) = made else { panic!("{one:?} is refused") };
            assert_eq!(told, expected.replace("--set", "override"));
        }
    }
}

/// From several threads at once.
#[test]
fn threads_do_not_disturb_each_other() {
    let scenario = load(ESTATE, &[]);
    let inputs = scenario.question().ranged;
    let ends: Vec<Override> = inputs.iter().flat_map(ends).collect();
    let alone: Vec<String> = ends
        .iter()
        .map(|end| text(&load(ESTATE, &[]).blueprint(None, std::slice::from_ref(end)).unwrap()))
        .collect();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (scenario, ends, alone) = (&scenario, &ends, &alone);
            scope.spawn(move || {
                for (end, alone) in ends.iter().zip(alone).skip(thread).step_by(2) {
                    let made = scenario.blueprint(None, std::slice::from_ref(end)).unwrap();
                    assert!(text(&made) == *alone, "{}", end.path);
                }
            });
        }
    });
}
