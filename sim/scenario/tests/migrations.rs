//! Worlds of phases: omissions, and the rates of the way back.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use wssim_experiment::question::Worlds;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Carry, Work};
use wssim_model::law::Law;
use wssim_scenario::Scenario;

/// The scenario of one phase in which `db` moves, with further lines.
fn scenario(steps: &str, more: &str) -> Result<Scenario, String> {
    let text = format!(
        r#"
[node.old]
cores = 4
disk = {{ bandwidth = "400 MB/s" }}
[node.new]
cores = 4
[orchestrator]
kind = "compose"
[service.db]
constraints = ["node.hostname == old"]
stop_grace_period = "20s"
endpoint.query.steps = [ {{ cpu = "1ms" }} ]
[traffic.shop]
entry = "db.query"
arrivals = {{ kind = "periodic", period = "1s" }}
[[phase]]
id = "move"
overlay = {{ service.db.constraints = ["node.hostname == new"] }}
steps = [ {steps} ]
{more}
"#
    );
    let folder = std::env::temp_dir().join(format!("wssim-migrations-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut name = String::new();
    write!(name, "{:?}.toml", std::thread::current().id()).unwrap();
    let path = folder.join(name.replace(['(', ')'], ""));
    std::fs::write(&path, text).unwrap();
    Scenario::load(path.to_str().unwrap(), &[]).map_err(|mistakes| mistakes.render(false))
}

fn load(steps: &str, more: &str) -> Scenario {
    scenario(steps, more).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn phase(scenario: &Scenario) -> Blueprint {
    scenario.phases(None).unwrap()[0].blueprint.clone()
}

const MOVES: &str = r#"{ stop = "db" }, { start = "db" }"#;

#[test]
fn faults_and_rollouts_are_left_out_and_listed() {
    let fault = |id: &str| {
        format!("[[fault]]\nid = \"{id}\"\nat = \"10s\"\nkind = \"crash\"\nnode = \"new\"\n")
    };
    let rollout = "[[rollout]]\nid = \"new-db\"\nat = \"10s\"\nservice = \"db\"\n";
    let both = load(MOVES, &(fault("dies") + rollout));
    assert_eq!(phase(&both), phase(&load(MOVES, "")));
    let run = both.blueprint(None, &[]).unwrap();
    assert!(run.control.is_some() && run.faults.len() == 1, "`run` knows both");
    let question = both.question();
    let listed = [
        "fault.dies: phases of a migration know no faults; `run` does",
        "rollout.new-db: phases of a migration know no rollouts; `run` does",
    ];
    assert_eq!(question.not_simulated_in_phases, listed);
    assert!(question.not_simulated.is_empty(), "{:?}", question.not_simulated);
    let many = load(MOVES, &["a", "b", "c", "d"].map(fault).concat());
    let listed = many.question().not_simulated_in_phases;
    assert_eq!(listed, ["fault.*: phases of a migration know no faults; `run` does (4 faults)"]);
}

/// The way back of each step that copies data.
fn backs(steps: &str) -> Vec<Carry> {
    let procedure = phase(&load(steps, "")).procedure.unwrap();
    let back = |work: &Work| match work {
        Work::Carry { back, .. } => Some(back.clone()),
        _ => None,
    };
    procedure.steps.iter().filter_map(|step| back(&step.work)).collect()
}

#[test]
fn the_way_back_has_the_rates_of_the_way_there() {
    let carried = backs(
        r#"
        { stop = "db" },
        { dump = "db", size = "1 GB", rate = "10 MB/s" },
        { dump = "db", size = "1 GB", rate = "20 MB/s" },
        { restore = "db", size = "1 GB", rate = "5 MB/s" },
        { restore = "db", size = "1 GB", rate = "6 MB/s" },
        { restore = "db", size = "1 GB", rate = "7 MB/s" },
        { start = "db" },
        "#,
    );
    let rates = |carried: Vec<Carry>| -> Vec<Law> {
        carried.into_iter().map(|carry| carry.cpu.unwrap().1).collect()
    };
    let expected = [5e6, 6e6, 10e6, 20e6, 20e6].map(Law::Constant);
    assert_eq!(rates(carried), expected);
    // If the phase has only one of the two, the other uses the format's default.
    let dumped =
        r#"{ stop = "db" }, { dump = "db", size = "1 GB", rate = "1 MB/s" }, { start = "db" }"#;
    assert_eq!(rates(backs(dumped)), [Law::Uniform { low: 20e6, high: 30e6 }]);
    let restored = dumped.replace("dump", "restore");
    assert_eq!(rates(backs(&restored)), [Law::Uniform { low: 80e6, high: 130e6 }]);
}

/// Steps of phases use disks, and stop services gracefully.
#[test]
fn what_phases_use_is_not_without_effect() {
    let told = |steps: &str| {
        let scenario = load(steps, "");
        let told: Vec<String> = scenario.warnings().iter().map(|one| one.message.clone()).collect();
        told
    };
    let idle = "no effect: nothing visits this disk".to_owned();
    assert_eq!(told(MOVES), [idle]);
    for step in [
        r#"{ dump = "db", size = "1 GB" }"#,
        r#"{ copy = "1 GB", from = "old", to = "new" }"#,
        r#"{ copy = "1 GB", from = "new", to = "old" }"#,
    ] {
        let steps = format!(r#"{{ stop = "db" }}, {step}, {{ start = "db" }}"#);
        assert!(told(&steps).is_empty(), "{:?}", told(&steps));
    }
}

/// In any order; removed services are not started.
#[test]
fn whole_moves_are_taken() {
    load(r#"{ start = "db" }, { switch = "db" }, { stop = "db" }"#, "");
    load(
        MOVES,
        "[[phase]]\nid = \"away\"\noverlay.service.db.replicas = 0\nsteps = [ { stop = \"db\" } ]",
    );
    load(MOVES, "[[phase]]\nid = \"again\"\nsteps = [ { stop = \"db\" }, { start = \"db\" } ]");
}
