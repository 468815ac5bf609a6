//! Rollouts in blueprints: images, places for new containers beside old ones, the orchestrator.

#![allow(clippy::unwrap_used)]

use wssim_experiment::question::{MeasureKind, Worlds};
use wssim_model::Blueprint;
use wssim_model::ids::{NodeId, ServiceId};
use wssim_model::orchestrator::{Bad, Image, ImageSource, Kind, OnFailure, UpdatePolicy};
use wssim_scenario::Scenario;

fn try_load(sets: &[&str]) -> Result<Scenario, String> {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    Scenario::load("tests/walk/rolled.toml", &sets).map_err(|mistakes| mistakes.render(false))
}

fn load(sets: &[&str]) -> Scenario {
    try_load(sets).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn blueprint(sets: &[&str]) -> Blueprint {
    load(sets).blueprint(None, &[]).unwrap()
}

/// No random failures.
const CALM: &str = "service.mortal.mtbf=none";

fn spares(sets: &[&str]) -> Vec<u32> {
    blueprint(sets).services.iter().map(|service| service.spares).collect()
}

#[test]
fn each_renewal_has_an_image_of_its_own() {
    let blueprint = blueprint(&[]);
    let told = blueprint.rollouts().iter().map(|rollout| {
        let services = rollout.renewals.iter().map(|renewal| renewal.service.index()).collect();
        (rollout.name.as_str(), rollout.stack.as_str(), rollout.at.seconds(), services)
    });
    let told: Vec<(&str, &str, f64, Vec<usize>)> = told.collect();
    // Services by name: front, mortal, plain, registry.
    let due = [
        ("first", "shop", 5.0, vec![0]),
        ("second", "second", 12.0, vec![1, 2]),
        ("third", "depot", 32.0, vec![1]),
    ];
    assert_eq!(told, due);
    let control = blueprint.control.as_ref().unwrap();
    let all = blueprint.rollouts().iter().flat_map(|rollout| &rollout.renewals);
    let images: Vec<&Image> = all.map(|renewal| &control.images[renewal.image]).collect();
    let image = |from, bytes, rate, bad| Image { from, bytes, rate, bad };
    let registry = ImageSource::Registry(ServiceId::from(3_usize));
    let new = image(registry, 20e6, 8e6, None);
    let due = [
        &image(ImageSource::Node(NodeId::from(0_usize)), 20e6, 8e6, None),
        &new,
        &new,
        &image(ImageSource::Outside, 10e6, f64::INFINITY, Some(Bad::Exits)),
    ];
    assert_eq!(images, due);
    assert_eq!(control.images.len(), 5, "and that of `front` before");
    assert!(matches!(load(&[]).question().measure.kind, MeasureKind::Window { .. }));
}

#[test]
fn policies_are_those_of_the_service_or_docker_s() {
    let ratio = "service.mortal.rollback.max_failure_ratio=0.2";
    let blueprint = blueprint(&["service.mortal.update.monitor=0s", ratio]);
    let services = &blueprint.control.as_ref().unwrap().services;
    let [front, mortal, plain] = [0, 1, 2].map(|at| services[at].update);
    assert!(front.start_first && front.on_failure == OnFailure::Pause);
    assert!(!mortal.start_first && mortal.on_failure == OnFailure::Rollback);
    assert_eq!(mortal.max_failure_ratio, 0.3);
    assert_eq!(mortal.monitor, UpdatePolicy::MONITOR);
    assert_eq!(plain, UpdatePolicy::default());
    assert_eq!(services[1].rollback.max_failure_ratio, 0.2);
}

/// Three nodes; old and new ones side by side on each.
#[test]
fn what_is_renewed_has_twice_the_places_and_the_rest_none() {
    assert_eq!(spares(&[CALM]), [3 * 6 - 3, 3 * 8 - 4, 3 * 4 - 2, 0]);
    let first = ["rollout.second.enabled=false", "rollout.third.enabled=false", "claim=[]"];
    assert_eq!(spares(&[CALM, first[0], first[1], first[2]]), [3 * 6 - 3, 0, 0, 0]);
    // Containers that can be lost are replaced elsewhere: as many places as may run there.
    assert_eq!(spares(&first), [3 * 6 - 3, 3 * 4 - 4, 3 * 2 - 2, 0]);
    let global = ["service.front.mode=global", "service.front.replicas=none"];
    assert_eq!(spares(&[CALM, global[0], global[1]])[0], 3);
    assert_eq!(spares(&[CALM, "orchestrator.kind=compose"]), [0; 4]);
}

#[test]
fn every_kind_brings_out_and_nothing_else_does() {
    let kind = |sets: &[&str]| blueprint(sets).control.map(|control| control.kind);
    for name in Kind::NAMES {
        let set = format!("orchestrator.kind=\"{name}\"");
        assert_eq!(kind(&[CALM, &set]), Kind::named(name), "{name}");
    }
    let off = ["first", "second", "third"].map(|id| format!("rollout.{id}.enabled=false"));
    let off: Vec<&str> = off.iter().map(String::as_str).chain([CALM, "claim=[]"]).collect();
    assert_eq!(kind(&off), None);
}

/// A quarter more and a quarter fewer, like updates of a Deployment; and by the file's order and number.
#[test]
fn k3s_updates_as_deployments_are() {
    let update = |sets: &[&str]| {
        let sets: Vec<&str> = sets.iter().copied().chain(["orchestrator.kind=k3s"]).collect();
        let UpdatePolicy { parallelism, surge, start_first, .. } =
            blueprint(&sets).control.unwrap().services[2].update;
        (parallelism, surge, start_first)
    };
    assert_eq!(update(&[]), (1, 0, true));
    assert_eq!(update(&["service.plain.replicas=9"]), (2, 3, false));
    assert_eq!(update(&["service.plain.update.parallelism=3"]), (3, 0, false));
}

/// `failures` is about the cluster as it stands, without rollouts.
#[test]
fn nothing_is_rolled_out_where_it_is_asked_what_may_be_lost() {
    let with = load(&[CALM]).at_risk(None, &[]).unwrap().blueprint;
    assert!(with.rollouts().is_empty());
    let first: Vec<u32> = with.services.iter().map(|service| service.spares).collect();
    assert_eq!(first, [3 * 3 - 3, 3 * 4 - 4, 3 * 2 - 2, 0]);
}

#[test]
fn what_is_written_is_an_input() {
    let inputs =
        load(&["rollout.third.image.size={ value = \"9 MB\", source = \"a push\" }"]).inputs();
    let of = |path: &str| {
        let found = inputs.iter().find(|input| input.path == path);
        let input = found.unwrap_or_else(|| panic!("{path}"));
        (input.value.clone(), format!("{:?}", input.basis))
    };
    let assumed = "Assumption(None)".to_owned();
    for (path, value, basis) in [
        ("rollout[0].at", "5s", &assumed),
        ("rollout[0].stack", "shop", &"Decision".to_owned()),
        ("rollout[1].build.cpu", "exp(1s)", &assumed),
        ("rollout[1].image.present", "0.5", &assumed),
        ("rollout[2].image.present", "0", &assumed),
        ("rollout[2].image.size", "9 MB", &"Source(\"a push\")".to_owned()),
        ("service.front.cold.factor", "8.0", &assumed),
        ("service.front.on_stop", "exit", &"Decision".to_owned()),
    ] {
        assert_eq!(of(path), (value.to_owned(), basis.clone()), "{path}");
    }
}

#[test]
fn services_that_are_not_rolled_out_say_so_of_their_update() {
    let told = |sets: &[&str]| {
        let scenario = load(sets);
        let notes = scenario.warnings().iter().filter(|one| one.code == "no-effect");
        notes.map(|one| one.message.clone()).collect::<Vec<_>>()
    };
    assert!(told(&[]).is_empty(), "{:?}", told(&[]));
    let nothing = "no effect: nothing is rolled out here".to_owned();
    assert!(told(&["service.registry.update.delay=5s"]).contains(&nothing));
    let never = "no effect: it is never rolled back".to_owned();
    assert!(told(&["service.mortal.update.failure_action=pause"]).contains(&never));
    let one_by_one =
        "no effect: this orchestrator does not replace containers one by one".to_owned();
    assert!(told(&["orchestrator.kind=compose"]).contains(&one_by_one));
    let listed = load(&["orchestrator.kind=compose"]);
    let listed: Vec<&str> = listed.not_simulated().iter().map(|one| one.path.as_str()).collect();
    assert!(listed.is_empty(), "{listed:?}");
}
