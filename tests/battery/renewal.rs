//! Random failures: alternating renewal, each component by its own clock. Hours of the file are seconds
//! here: only the clocks have a length.

use super::models;
use super::world::replicate;
use crate::text::{Text, poisson, world};
use wssim_model::Blueprint;
use wssim_stats::{Estimate, mean_interval};

/// Level of the intervals: one of a thousand misses by chance; seeds are fixed.
const LEVEL: f64 = 0.999;

/// A container that ends starts again without a pause.
const AT_ONCE: &str = "restart = { delay = '0s' }";

/// A node that fails, a container that starts at once, and no requests.
fn unit(mtbf: &str, mttr: &str) -> Blueprint {
    world()
        .node("host", 1)
        .with(format!("mtbf = '{mtbf}'\nmttr = '{mttr}'"))
        .service("unit", AT_ONCE)
        .cpu("visit", "1ms")
        .blueprint()
}

/// The share of time up of each container, in each of `n` replications.
fn ups(world: &Blueprint, n: u32, lead: f64, long: f64) -> Vec<Vec<f64>> {
    let up = |number| {
        let shown = replicate(world, 84, number, lead, long);
        shown.averages.containers.iter().map(|container| container.up).collect()
    };
    (0..n).map(up).collect()
}

#[track_caller]
fn covers(what: &str, values: &[f64], exact: f64, tolerance: f64) -> Estimate {
    let found = mean_interval(values, LEVEL).unwrap();
    println!("{what}: {exact} in {found:?}");
    assert!(found.low <= exact && exact <= found.high, "{what}: {exact} is not in {found:?}");
    assert!(found.half_width() <= tolerance * exact, "{what}: {found:?} is too wide");
    found
}

/// Up at the start, exponential: the share of time up over a stretch, its spread, no outage at all.
#[test]
fn two_state() {
    for model in models().into_iter().filter(|model| model.family == "two_state") {
        let [mtbf, mttr, long] = ["mtbf_h", "mttr_h", "t_h"].map(|name| model.number(name));
        let world = unit(&format!("exp({mtbf}s)"), &format!("exp({mttr}s)"));
        let ups: Vec<f64> = ups(&world, 20_000, 0.0, long).concat();
        let exact =
            |metric: &str| model.rows.iter().find(|row| row.metric == metric).unwrap().exact;
        let down: Vec<f64> = ups.iter().map(|up| 1.0 - up).collect();
        covers("down", &down, 1.0 - exact("mean_interval_availability"), 0.05);
        let mean = exact("mean_interval_availability");
        let squares: Vec<f64> = ups.iter().map(|up| (up - mean).powi(2)).collect();
        covers("variance", &squares, exact("sd_interval_availability").powi(2), 0.15);
        let none: Vec<f64> = ups.iter().map(|up| f64::from(u8::from(*up == 1.0))).collect();
        covers("no outage", &none, exact("prob_no_outage"), 0.03);
    }
}

/// Takács: the law of the time down in a stretch.
#[test]
fn interval_availability_cdf() {
    for model in models().into_iter().filter(|model| model.family == "interval_availability_cdf") {
        let [mtbf, mttr, long, x] =
            ["mtbf_h", "mttr_h", "t_h", "x_h"].map(|name| model.number(name));
        let world = unit(&format!("exp({mtbf}s)"), &format!("exp({mttr}s)"));
        let ups: Vec<f64> = ups(&world, 20_000, 0.0, long).concat();
        for row in &model.rows {
            let most = if row.metric == "prob_zero_downtime" { 0.0 } else { x };
            // A rounding of a nanosecond for each repair.
            let within = |up: &f64| f64::from(u8::from((1.0 - up) * long <= most + 1e-6));
            let shares: Vec<f64> = ups.iter().map(within).collect();
            covers(&row.metric, &shares, row.exact, 0.05);
        }
    }
}

/// Only the means of the laws matter.
#[test]
fn alternating_renewal() {
    for model in models().into_iter().filter(|model| model.family == "alternating_renewal") {
        let row = model.rows.iter().find(|row| row.metric == "availability_steady").unwrap();
        let world = unit(&model.law("up"), &model.law("down"));
        // 11 000 outages.
        let down: Vec<f64> =
            ups(&world, 40, 8_000.0, 200_000.0).concat().iter().map(|up| 1.0 - up).collect();
        covers("down", &down, 1.0 - row.exact, 0.1);
    }
}

/// A node is up for exp(m) and down for r; its container starts for b without listening: of each cycle
/// of m + r it listens for E\[(X − b)⁺\] = m·exp(−b/m).
#[test]
fn a_container_starts_after_its_node() {
    let (m, r, b): (f64, f64, f64) = (100.0, 30.0, 20.0);
    let world = world()
        .node("host", 1)
        .with(format!("mtbf = 'exp({m}s)'\nmttr = '{r}s'"))
        .service("unit", AT_ONCE)
        .with(format!("startup = '{b}s'"))
        .cpu("visit", "1ms")
        .blueprint();
    let up = ups(&world, 40, 1_000.0, 20_000.0).concat();
    covers("up", &up, m * (-b / m).exp() / (m + r), 0.03);
}

/// Each container of a service separately: up for exp(m) of each life, then the restart delay, or
/// without restarts the time to repair, and its start.
#[test]
fn containers_crash_each_by_itself() {
    for (restart, delay) in [
        ("restart = { delay = \"5s\" }", 5.0),
        ("restart = { condition = \"none\" }\nmttr = \"25s\"", 25.0),
    ] {
        let world = world()
            .node("host", 8)
            .service("unit", "replicas = 3\nmtbf = 'exp(40s)'\nstartup = '3s'")
            .with(restart)
            .cpu("visit", "1ms")
            .blueprint();
        let ups = ups(&world, 40, 500.0, 10_000.0);
        let exact = 40.0 / (40.0 + delay + 3.0);
        for replica in 0..3 {
            let up: Vec<f64> = ups.iter().map(|run| run[replica]).collect();
            covers(restart, &up, exact, 0.05);
        }
        // Each has its own clock: in few runs they crash equally often.
        let alike = ups.iter().filter(|run| run[0] == run[1] || run[1] == run[2]).count();
        assert!(alike < 20, "{alike} of 40");
    }
}

/// A caller over a link that is cut for a fifth of the time fails a fifth of the time; gossip goes round
/// by a third node.
#[test]
fn a_link_is_cut_now_and_then() {
    let world = world()
        .nodes(&["a", "b", "c"], 8, "")
        .with("[lan]\nrtt = '0.2ms'")
        .with("[[lan.pair]]\nbetween = ['b', 'a']\nmtbf = 'exp(20s)'\nmttr = 'exp(5s)'")
        .service("front", "")
        .on("a")
        .endpoint("page", "{ call = 'back.get', timeout = '50ms' }")
        .service("back", "")
        .on("b")
        .cpu("get", "0.1ms")
        .traffic("web", "front.page", poisson(10))
        .blueprint();
    let failed: Vec<f64> =
        (0..30).map(|number| replicate(&world, 84, number, 200.0, 5_000.0).failed()).collect();
    covers("failed", &failed, 0.2, 0.05);
}

/// Two nodes of one site and one of another, with shared and separate causes.
fn sites(more: &str, own: &str) -> Blueprint {
    let node = |world: Text, (name, site, own): (&str, &str, &str)| {
        world
            .node(name, 1)
            .with(format!("site = '{site}'\n{own}"))
            .service(&format!("on-{name}"), AT_ONCE)
            .on(name)
            .cpu("visit", "1ms")
    };
    let nodes = [("a", "office", ""), ("b", "office", own), ("c", "attic", "")];
    nodes.into_iter().fold(world(), node).with(more).blueprint()
}

/// Power is a common cause: all nodes of the site are down at the same times, the others never; the
/// separate causes of one move nothing of the others.
#[test]
fn the_power_of_a_site_is_a_common_cause() {
    let power = "[site.office]\npower = { mtbf = \"exp(90s)\", mttr = \"exp(10s)\" }";
    let shared = ups(&sites(power, ""), 60, 500.0, 10_000.0);
    let [a, b, c] = [0, 1, 2].map(|at| shared.iter().map(|run| run[at]).collect::<Vec<f64>>());
    covers("up", &a, 0.9, 0.02);
    assert_eq!(a, b);
    assert!(c.iter().all(|up| *up == 1.0));
    let own = ups(&sites(power, "mtbf = \"exp(45s)\"\nmttr = \"exp(5s)\""), 60, 500.0, 10_000.0);
    let with = |at: usize| own.iter().map(|run| run[at]).collect::<Vec<f64>>();
    assert_eq!(with(0), a);
    assert_eq!(with(2), c);
    // Up means both: power, and no failure of its own.
    covers("both", &with(1), 0.9 * 0.9, 0.02);
    // A switch that fails stops no node.
    let switch = "[site.office]\nswitch = { mtbf = \"exp(90s)\", mttr = \"exp(10s)\" }";
    assert!(ups(&sites(switch, ""), 2, 0.0, 5_000.0).concat().iter().all(|up| *up == 1.0));
}

/// A file of outages is equivalent to `[[fault]]`s, for any order of its lines and columns.
#[test]
fn outages_of_a_file_happen_as_faults_do() {
    let world = |faults: &str| {
        world()
            .node("a", 4)
            .with("disk = { read = '1ms' }")
            .node("b-c", 4)
            .with("site = 'attic'\ndisk = { read = '1ms' }")
            .with("[orchestrator]\nkind = 'swarm'")
            .service("front", "")
            .on("a")
            .endpoint("page", "{ call = 'back.get', timeout = '50ms' }")
            .service("back", "")
            .on("b-c")
            .endpoint("get", "{ cpu = 'exp(1ms)' }, { disk = '1 kB' }")
            .traffic("web", "front.page", poisson(20))
            .with("patience = '1s'")
            .with(faults)
    };
    let faults = r#"
[[fault]]
id = "1"
at = "10s"
kind = "hang"
node = "b-c"
repair = "2s"
[[fault]]
id = "2"
at = "20s"
kind = "partition"
link = ["a", "b-c"]
repair = "1500ms"
[[fault]]
id = "3"
at = "30s"
kind = "slow-disk"
node = "b-c"
factor = 7
repair = "5s"
[[fault]]
id = "4"
at = "40s"
kind = "power"
site = "attic"
repair = "10s"
[[fault]]
id = "5"
at = "70s"
kind = "kill-service"
service = "back"
[[fault]]
id = "6"
at = "90s"
kind = "switch"
"#;
    let file = "kind,time,duration,target,factor\n\
                switch,1min 30s,,,\n\
                hang,10,2,b-c,\n\
                slow-disk,30s,5,b-c,7\n\
                power,40,10s,attic,\n\
                partition,20,1500ms,a-b-c,\n\
                kill-service,70,,back,\n"
        .replace("1min 30s", "90");
    let scripted = replicate(&world(faults).blueprint(), 84, 0, 1.0, 95.0);
    let replayed = world("[faults]\nfile = 'outages.csv'");
    let replayed = replayed.blueprint_beside(&[("outages.csv", &file)]);
    let replayed = replicate(&replayed, 84, 0, 1.0, 95.0);
    assert!(scripted.failed() > 0.1 && scripted.failed() < 0.5, "{}", scripted.failed());
    assert_eq!(scripted.requests, replayed.requests);
}
