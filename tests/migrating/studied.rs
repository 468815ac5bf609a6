//! The findings of the study: downtime, rollbacks, losses, and equal bytes for any number of threads.

use super::{ALL, near, text};
use wssim_experiment::Options;
use wssim_experiment::findings::{Answer, Findings};
use wssim_experiment::migrate::findings::Migration;
use wssim_experiment::migrate::migrate;
use wssim_experiment::question::Study;
use wssim_experiment::watch::Unwatched;

fn study(text: &str, threads: usize) -> Findings {
    studied(text, threads, 2)
}

fn studied(text: &str, threads: usize, replications: u32) -> Findings {
    let scenario = crate::text::scenario(text);
    let mut question = scenario.question();
    question.command = Study::Migrate;
    let options = Options {
        seed: 1,
        threads: Some(threads),
        replications: Some(replications),
        precision: 0.05,
        ranges: false,
    };
    migrate(&scenario, &question, &options, &Unwatched).unwrap()
}

fn found(findings: &Findings) -> &Migration {
    match &findings.answer {
        Answer::Migrate(migration) => migration,
        other => panic!("{other:?}"),
    }
}

/// Ten requests a second: from the moment at which `db` leaves the lists until it is found on the other
/// node, none is answered. A second counts by the majority of its requests.
#[test]
fn an_entry_is_down_from_stop_to_found_again() {
    let findings = study(&text(ALL), 1);
    let migration = found(&findings);
    let (entry, down) = &migration.downtime[0];
    assert_eq!(entry, "shop");
    // Stop to registered: 55 s; the lists are updated a little later.
    near(down.unwrap().mean, 55.0, 1.5);
    near(migration.seconds.unwrap().mean, 55.0, 0.1);
    let phase = &migration.phases[0];
    near(phase.steps[3].seconds.unwrap(), 40.0, 0.1);
    assert_eq!(phase.unfinished, 0);
}

/// Without a later switch, a started container is found at once; with a manual one in between, later.
#[test]
fn a_switch_hides_what_is_started_before_it() {
    let steps = |last: &str| format!("{{ stop = \"db\" }}, {{ start = \"db\" }}, {last}");
    let down = |text: &str| found(&study(text, 1)).downtime[0].1.unwrap().mean;
    let at_once = down(&text(&steps(
        "{ manual = \"30s\" }, { copy = \"1 B\", from = \"old\", to = \"new\" }",
    )));
    near(at_once, 6.0, 1.5);
    let later = down(&text(&steps("{ manual = \"30s\" }, { switch = \"db\" }")));
    near(later, 36.0, 1.5);
}

/// Steps of people before the first change and after the last are not simulated.
#[test]
fn people_count_and_are_not_simulated() {
    let steps = format!("{{ manual = \"100h\" }}, {ALL} {{ verify = \"10h\" }}");
    let findings = study(&text(&steps), 1);
    let migration = found(&findings);
    near(migration.seconds.unwrap().mean, 110.0 * 3600.0 + 55.0, 0.1);
    near(migration.effort.unwrap().mean, 110.0 * 3600.0, 1e-6);
    assert!(findings.simulated_seconds < 2.0 * 300.0, "{}", findings.simulated_seconds);
}

/// The way back of a stop is a start: 2 s of start-up. After the switch the data goes back at its rates
/// of the way forward: 500 MB at 100 MB/s on the node of half the speed, over 125 MB/s, at 25 MB/s on
/// the other; the new container leaves lists for 2 s, and the old one starts for 2 s.
#[test]
fn going_back_undoes_what_is_done() {
    let findings = study(&text(ALL), 1);
    let backs = &found(&findings).phases[0].rollbacks;
    let seconds: Vec<f64> = backs.iter().map(|back| back.seconds.unwrap().mean).collect();
    near(seconds[0], 2.0, 0.05);
    near(seconds[2], 2.0, 0.05);
    // Stop of the new, start of the old; no data was written there before the switch.
    near(seconds[4], 2.0 + 2.0, 0.1);
    near(seconds[5], 2.0 + 10.0 + 4.0 + 20.0 + 2.0, 0.1);
}

/// A container that waits for a missing service never starts: neither at the new place nor, after the
/// stop, at the old one. A way back that never begins has an unknown duration.
#[test]
fn a_way_back_without_an_end_takes_as_long_as_it_was_looked_at() {
    let needs = "[service.none]\nreplicas = 0\n[service.db]\nstart_needs = [\"none\"]\n";
    let text = text(r#"{ stop = "db" }, { start = "db" }"#).replace("[service.db]\n", needs);
    let findings = study(&text, 1);
    let backs = &found(&findings).phases[0].rollbacks;
    let back = backs[0].seconds.unwrap();
    assert!(back.low > 3600.0 && back.high == f64::INFINITY, "{back:?}");
    assert!(backs[1].seconds.is_none(), "{:?}", backs[1].seconds);
}

/// A single replication has values and no intervals.
#[test]
fn one_replication_tells_what_it_has_seen() {
    let findings = studied(&text(ALL), 1, 1);
    let migration = found(&findings);
    let phase = &migration.phases[0];
    let known = [migration.seconds, phase.seconds, phase.rollbacks[0].seconds];
    for (one, expected) in known.into_iter().zip([55.0, 55.0, 2.0]) {
        let one = one.unwrap();
        near(one.mean, expected, 0.1);
        assert!(one.n == 1 && one.low.is_nan() && one.high.is_nan(), "{one:?}");
    }
    near(phase.downtime[0].1.unwrap().mean, 55.0, 1.5);
    assert!(phase.nodes.iter().all(|node| node.cpu.is_some() && node.memory.is_some()));
}

/// Faults and rollouts are for `run`: the phase ignores them, with a note.
#[test]
fn phases_know_neither_faults_nor_rollouts() {
    let more = r#"
[[fault]]
id = "dies"
at = "10s"
kind = "crash"
node = "new"
[[rollout]]
id = "brought"
at = "10s"
service = "db"
"#;
    let told = |text: &str| {
        let findings = study(text, 1);
        format!("{:?}", findings.answer)
    };
    let with = text(ALL) + more;
    assert_eq!(told(&with), told(&text(ALL)));
    let listed = study(&with, 1).not_simulated;
    for path in ["fault.dies: ", "rollout.brought: "] {
        assert!(listed.iter().any(|one| one.starts_with(path)), "{path}: {listed:?}");
    }
}

/// `old` has the data to dump and copy, and `web`; its loss almost always ends the phase.
#[test]
fn a_lost_node_is_told() {
    let findings = study(&text(ALL), 1);
    let losses = &found(&findings).phases[0].losses;
    assert_eq!(losses.iter().map(|loss| loss.node.as_str()).collect::<Vec<_>>(), ["new", "old"]);
    let [_, all] = losses[0].complete;
    assert_eq!(all, 2);
    assert_eq!(losses[1].entries[0].2, 2, "`web` was on `old`");
}

#[test]
fn threads_change_nothing() {
    let told = |threads: usize| {
        let findings = study(&text(ALL), threads);
        format!("{:?} {:?}", findings.metrics, findings.answer)
    };
    assert_eq!(told(1), told(3));
}

/// Phases that depend on each other, and two that do not.
#[test]
fn all_phases_take_the_longest_chain() {
    let more = r#"
[[phase]]
id = "short"
after = ["move"]
steps = [ { manual = "1h" } ]
[[phase]]
id = "long"
after = ["move"]
steps = [ { manual = "3h" } ]
"#;
    let findings = study(&(text(ALL) + more), 1);
    near(found(&findings).seconds.unwrap().mean, 3.0 * 3600.0 + 55.0, 0.1);
    near(found(&findings).effort.unwrap().mean, 4.0 * 3600.0, 1e-6);
}

#[test]
fn claims_are_judged_and_changes_are_paired() {
    let claim = r#"
[[claim]]
id = "down"
metric = 'migration_downtime_seconds{entry="shop"}'
expect = { max = "50s" }
"#;
    let findings = study(&(text(ALL) + claim), 1);
    let judged = &findings.claims[0];
    assert!(judged.simulated.is_some_and(|estimate| estimate.low > 50.0), "{judged:?}");
}
