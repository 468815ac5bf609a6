//! Applications that need a database to start, in worlds with constant laws: the comments compute by
//! hand when they listen again.
//!
//! `app` on node a starts for 3 s and needs `db`, which is on b and starts for 11 s; a container that
//! ends restarts 2 s later, on its own node. After a crash of the nodes from 20 s to 30 s `app` ends its
//! start-up CPU at 35 s, so that it checks at 35, 40, 45 … s, and `db` listens at 43 s.

mod mistakes;

use crate::text::load;
use wssim_experiment::question::Worlds;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::{ContainerId, NodeId};
use wssim_model::probe::{Control, Probe};
use wssim_model::{Blueprint, Run, simulate};

const SECOND: u64 = 1_000_000_000;
const NEEDS: &str = "start_needs = \"db\"";
const BOTH: &str = "kind = \"crash\"\nnode = [\"a\", \"b\"]\nat = \"20s\"\nrepair = \"10s\"";

/// The differences of a world.
#[derive(Clone, Copy)]
struct World<'a> {
    kind: &'a str,
    app: &'a str,
    db: &'a str,
    /// Further services.
    more: &'a str,
    faults: &'a [&'a str],
}

impl Default for World<'_> {
    fn default() -> Self {
        let db = "constraints = [\"node.hostname == b\"]";
        Self { kind: "none", app: NEEDS, db, more: "", faults: &[BOTH] }
    }
}

/// When containers started or stopped listening, in nanoseconds, and events of the orchestrator.
#[derive(Default)]
struct Seen {
    changes: Vec<(u64, ContainerId, bool)>,
    starts: Vec<(u64, ContainerId)>,
}

impl Probe for Seen {
    fn container_answers(&mut self, now: Time, who: ContainerId, _: NodeId, does: bool) {
        self.changes.push((now.0, who, does));
    }

    fn control(&mut self, now: Time, fact: Control) {
        if let Control::Starts(id) = fact {
            self.starts.push((now.0, id));
        }
    }
}

impl World<'_> {
    fn text(&self) -> String {
        let Self { kind, app, db, more, faults } = self;
        let node = |name: &str| format!("[node.{name}]\ncores = 4\n");
        let nodes: String = ["a", "b", "c"].map(node).concat();
        let fault = |(n, fault): (usize, &&str)| format!("[[fault]]\nid = \"f{n}\"\n{fault}\n");
        let faults: String = faults.iter().enumerate().map(fault).collect();
        format!(
            r#"
[scenario]
title = "What needs what"
[orchestrator]
kind = "{kind}"
{nodes}
[service.app]
constraints = ["node.hostname == a"]
startup = "3s"
restart.delay = "2s"
{app}
endpoint.page.steps = [ {{ call = "db.query" }} ]
[service.db]
startup = "11s"
restart.delay = "2s"
{db}
endpoint.query.steps = [ {{ cpu = "1ms" }} ]
{more}
[traffic.web]
entry = "app.page"
arrivals = {{ kind = "periodic", period = "1h" }}
{faults}
"#
        )
    }

    fn blueprint(&self) -> Blueprint {
        let text = self.text();
        let scenario = load(&text).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"));
        scenario.blueprint(None, &[]).unwrap()
    }

    /// 200 seconds of it.
    fn run(&self, seed: u64) -> Seen {
        let measured = Nanos(200 * SECOND);
        let run = Run { seed, replication: 0, lead: Nanos::ZERO, measured };
        simulate(&self.blueprint(), run, Seen::default(), &|| false).unwrap().1
    }

    /// When the first container of the service at `place`, by name, started listening.
    fn listens(&self, place: usize) -> Vec<u64> {
        let first = self.blueprint().services[place].containers.start;
        self.run(1).listens(ContainerId(first))
    }
}

impl Seen {
    fn listens(&self, who: ContainerId) -> Vec<u64> {
        let of = self.changes.iter().filter(|(_, id, does)| *id == who && *does);
        of.map(|(at, ..)| *at).collect()
    }
}

/// The places of services, by name.
const APP: usize = 0;
const DB: usize = 1;

fn seconds(list: &[u64]) -> Vec<u64> {
    list.iter().map(|at| at * SECOND).collect()
}

/// A service without needs listens at 35 s. One that needs the database finds it at the first multiple
/// of the pause from 43 s on: 45 s; with 4 s 35 + 2 · 4 = 43 s, at the very instant.
#[test]
fn an_application_listens_at_the_first_try_after_its_database() {
    for (app, at) in [
        ("", 35),
        ("start_needs = []", 35),
        (NEEDS, 45),
        ("start_needs = [\"db\"]\nstart_retry = \"4s\"", 43),
        ("start_needs = \"db\"\nstart_retry = \"30s\"", 65),
        ("start_needs = \"db\"\nstart_retry = \"0s\"", 43),
    ] {
        let world = World { app, ..World::default() };
        assert_eq!(world.listens(DB), seconds(&[43]), "{app}");
        assert_eq!(world.listens(APP), seconds(&[at]), "{app}");
    }
}

/// The database never returns, or has no data there: nor does the application. One that was not down
/// itself continues.
#[test]
fn without_its_database_it_keeps_starting() {
    let a = "kind = \"crash\"\nnode = \"a\"\nat = \"20s\"\nrepair = \"10s\"";
    let b = "kind = \"crash\"\nnode = \"b\"\nat = \"20s\"";
    let world = World { faults: &[a, b], ..World::default() };
    assert_eq!((world.listens(APP), world.listens(DB)), (vec![], vec![]));
    let world = World { faults: &[b], ..World::default() };
    assert!(world.run(1).changes.iter().all(|(_, who, _)| *who != ContainerId(0)));
}

/// A second container of the database, on a node that stays up: 35 s.
#[test]
fn another_replica_elsewhere_suffices() {
    let db = "replicas = 2\nmax_replicas_per_node = 1\nconstraints = [\"node.hostname != a\"]";
    assert_eq!(World { db, ..World::default() }.listens(APP), seconds(&[35]));
    // Not while it is unreachable: the node of the second is cut off until 52 s, the first at 43 s.
    let cut = "kind = \"partition\"\nlink = [\"a\", \"c\"]\nat = \"1s\"\nrepair = \"51s\"";
    let world = World { db, faults: &[BOTH, cut], ..World::default() };
    assert_eq!(world.listens(APP), seconds(&[45]));
}

/// The database listens at 43 s and is unreachable until 52 s: 55 s. The same while its node stands
/// still, or the application's own does.
#[test]
fn what_cannot_be_reached_is_not_there() {
    for fault in [
        "kind = \"partition\"\nlink = [\"a\", \"b\"]\nat = \"1s\"\nrepair = \"51s\"",
        "kind = \"partition\"\nnode = \"b\"\nat = \"44s\"\nrepair = \"8s\"",
        "kind = \"hang\"\nnode = \"b\"\nat = \"44s\"\nrepair = \"8s\"",
        "kind = \"hang\"\nnode = \"a\"\nat = \"44s\"\nrepair = \"8s\"",
    ] {
        let world = World { faults: &[BOTH, fault], ..World::default() };
        assert_eq!(world.listens(APP), seconds(&[55]), "{fault}");
    }
}

/// The files of the database are on a server that returns at 61 s (50 + 2 + 9): 65 s.
#[test]
fn a_database_without_its_data_is_not_there() {
    let db =
        "constraints = [\"node.hostname == b\"]\nvolumes = [ { name = \"d\", nfs = \"files\" } ]";
    let more = "[service.files]\nconstraints = [\"node.hostname == c\"]\nstartup = \"9s\"\n\
                restart.delay = \"2s\"\nendpoint.read.steps = [ { cpu = \"1ms\" } ]";
    let c = "kind = \"crash\"\nnode = \"c\"\nat = \"20s\"\nrepair = \"30s\"";
    let world = World { db, more, faults: &[BOTH, c], ..World::default() };
    assert_eq!(world.listens(DB), seconds(&[43]));
    assert_eq!(world.listens(APP), seconds(&[65]));
}

/// Killed at 39 s while it waits, it starts at 41 s and is done at 44 s, when the database is up: it no
/// longer checks at 45 s. A crash at 39 s for 7 s: 46 + 2 + 3 = 51 s, and nothing at 45 s.
#[test]
fn who_ends_forgets_that_it_waited() {
    for (fault, at) in [
        ("kind = \"kill-service\"\nservice = \"app\"\nat = \"39s\"", 44),
        ("kind = \"crash\"\nnode = \"a\"\nat = \"39s\"\nrepair = \"7s\"", 51),
        ("kind = \"crash\"\nnode = \"a\"\nat = \"44s\"\nrepair = \"2s\"", 51),
    ] {
        let world = World { faults: &[BOTH, fault], ..World::default() };
        assert_eq!(world.listens(APP), seconds(&[at]), "{fault}");
    }
    // The database ends at 44 s, before the application checks, and is up again at 57 s.
    let kill = "kind = \"kill-service\"\nservice = \"db\"\nat = \"44s\"";
    let world = World { faults: &[BOTH, kill], ..World::default() };
    assert_eq!((world.listens(DB), world.listens(APP)), (seconds(&[43, 57]), seconds(&[60])));
}

/// `end` needs `app`, starts for 1 s and checks each 6 s: its CPU is over at 33 s, `app` is up at 45 s,
/// which is the second multiple.
#[test]
fn needs_make_chains() {
    let more = "[service.end]\nconstraints = [\"node.hostname == b\"]\nstartup = \"1s\"\n\
                restart.delay = \"2s\"\nstart_needs = [\"db\", \"app\"]\nstart_retry = \"6s\"\n\
                endpoint.page.steps = [ { cpu = \"1ms\" } ]";
    let world = World { more, ..World::default() };
    assert_eq!(world.listens(2), seconds(&[45]));
    let slower = more.replace("6s", "7s");
    let world = World { more: &slower, ..World::default() };
    assert_eq!(world.listens(2), seconds(&[47]));
}

/// Under Swarm each is told to start when the managers are ready for it, here within seconds of each
/// other; the pauses count from the end of the application's own start-up.
#[test]
fn swarm_starts_both_and_one_waits() {
    let world = World { kind: "swarm", ..World::default() };
    let blueprint = world.blueprint();
    let [app, db] = [APP, DB].map(|place| blueprint.services[place].containers.clone());
    for seed in 0..20 {
        let seen = world.run(seed);
        let one = |range: &std::ops::Range<u32>| {
            let starts = seen.starts.iter().filter(|(_, id)| range.contains(&id.0));
            let starts: Vec<(u64, ContainerId)> = starts.copied().collect();
            assert_eq!(starts.len(), 1, "{starts:?}");
            (starts[0].0, seen.listens(starts[0].1))
        };
        let ((told, listens), (db_told, db_listens)) = (one(&app), one(&db));
        assert_eq!(db_listens, [db_told + 11 * SECOND]);
        let mut looks = told + 3 * SECOND;
        while looks < db_listens[0] {
            looks += 5 * SECOND;
        }
        assert_eq!(listens, [looks]);
    }
}
