//! Caches and disks: LRU under independent references, and queues at a disk.

use super::family;
use super::file::{Model, Row, exp, seconds};
use super::judge::judge;
use super::world::{Length, Setup, Shown, blueprint, mean, poisson, replicate, usual};
use wssim_model::Blueprint;
use wssim_stats::theory::caches::{che, zipf};

/// Requests that look one item up in a cache `hit` and do nothing after a miss.
fn cached(hit: &str) -> Blueprint {
    blueprint(&format!(
        r#"
[scenario]
title = "A cache"
[node.host]
cores = 4
[service.web]
endpoint.get.steps = [ {{ cache = "redis", hit = "{hit}", cost = "exp(1ms)" }} ]
[service.redis]
[traffic.all]
entry = "web.get"
arrivals = {}
"#,
        poisson(100.0)
    ))
}

fn hit_ratio(shown: &Shown) -> f64 {
    let [missed, found] = shown.look_ups.map(|n| n as f64);
    found / (missed + found)
}

/// The rows of a cache that a world shows: tests of `sim/model/cache` and `sim/stats` cover the hits of
/// one item, and Che's time.
fn hit_ratios(name: &str, metric: &'static str) {
    for mut model in super::models().into_iter().filter(|model| model.family == name) {
        model.rows.retain(|row| row.metric == metric);
        assert!(!model.rows.is_empty());
        let (items, capacity) = (model.number("n"), model.number("capacity"));
        let alpha = model.number("zipf_alpha");
        let setup = Setup {
            blueprint: cached(&format!("zipf(items={items}, capacity={capacity}, alpha={alpha})")),
            rate: 100.0,
            length: Length::Steady,
            read: Box::new(move |asked, shown| (asked == metric).then(|| hit_ratio(shown))),
        };
        judge(&model, &setup);
    }
}

#[test]
fn lru_cache_exact() {
    hit_ratios("lru_cache_exact", "hit_ratio");
}

#[test]
fn lru_cache_che() {
    hit_ratios("lru_cache_che", "approx_hit_ratio");
}

/// From the first request on: there is no warm-up.
#[test]
fn a_cache_is_warm_at_once() {
    let (items, capacity, alpha) = (5_000, 1_000, 0.7);
    let world = cached(&format!("zipf(items={items}, capacity={capacity}, alpha={alpha})"));
    let shares: Vec<f64> =
        (0..40).map(|number| hit_ratio(&replicate(&world, 84, number, 0.0, 5.0))).collect();
    let estimate = wssim_stats::mean_interval(&shares, 0.999).unwrap();
    let due = che(&zipf(items, alpha), f64::from(capacity)).hit_ratio;
    assert!(estimate.low < due && due < estimate.high, "{due}: {estimate:?}");
    assert!(estimate.half_width() < 0.05 * due);
}

/// One look-up at a time and no backlog: of two at once one is refused, which is a miss.
#[test]
fn a_look_up_that_fails_is_a_miss() {
    let world = blueprint(
        r#"
[scenario]
title = "Refused"
[node.host]
cores = 4
[service.web]
endpoint.get.steps = [ { parallel = [
  [ { cache = "redis", hit = 1, cost = "10ms", miss = [ { sleep = "1s" } ] } ],
  [ { cache = "redis", hit = 1, cost = "10ms", miss = [ { sleep = "1s" } ] } ],
] } ]
[service.redis]
workers = 1
backlog = 0
[traffic.all]
entry = "web.get"
arrivals = { kind = "periodic", period = "2s" }
"#,
    );
    let shown = replicate(&world, 84, 0, 0.0, 100.0);
    assert_eq!(shown.look_ups, [50, 50]);
    assert_eq!(shown.failed(), 0.0);
    assert!(shown.responses().iter().all(|response| (*response - 1.0).abs() < 1e-9));
}

/// A look-up uses the network: half a round trip there, half of one back.
#[test]
fn a_cache_is_as_near_as_its_node() {
    let response = |node: &str| {
        let world = blueprint(&format!(
            r#"
[scenario]
title = "Near and far"
[node.a]
cores = 1
network = "1 MB/s"
[node.b]
cores = 1
network = "1 MB/s"
[lan]
rtt = "3ms"
local_rtt = "0.5ms"
packet_cpu = "0s"
[service.web]
constraints = ["node.hostname == a"]
endpoint.get.steps = [ {{ cache = "redis", hit = 0, cost = "1ms", send = "1 kB", receive = "4 kB" }} ]
[service.redis]
constraints = ["node.hostname == {node}"]
[traffic.all]
entry = "web.get"
arrivals = {{ kind = "periodic", period = "1s" }}
"#
        ));
        mean(&replicate(&world, 84, 0, 0.0, 20.0).responses())
    };
    // Each packet has 90 bytes of headers (Ethernet 38, IP 20, TCP 32): the user's request and answer
    // are one each, 1 kB is another, 4 kB are three.
    let headers = |packets: f64| packets * 90.0 / 1e6;
    assert!((response("a") - (1.5e-3 + headers(2.0))).abs() < 1e-8);
    let wire = (1e3 + 4e3) / 1e6 + headers(4.0);
    assert!((response("b") - (1e-3 + 3e-3 + wire + headers(2.0))).abs() < 1e-8);
}

/// A Poisson stream of visits to a disk that serves `queues` at once.
fn at_disk(rate: f64, disk: &str, bytes: &str, queues: f64) -> Setup {
    let text = format!(
        r#"
[scenario]
title = "A disk"
[node.host]
cores = 1
disk = {{ {disk}, queues = {queues} }}
[service.store]
endpoint.read.steps = [ {{ disk = "{bytes}" }} ]
[traffic.all]
entry = "store.read"
arrivals = {}
"#,
        poisson(rate)
    );
    Setup {
        blueprint: blueprint(&text),
        rate,
        length: Length::Steady,
        read: Box::new(move |metric, shown| {
            let container = shown.averages.containers[0];
            match metric {
                "utilization" => Some(container.disk_served / queues),
                "mean_in_queue_Lq" => Some(container.disk_waiting),
                "prob_wait_gt_2D" => None,
                _ => usual(metric, shown),
            }
        }),
    }
}

#[test]
fn mmc_at_a_disk() {
    family("mmc", |m| {
        let read = format!("read = \"{}\"", exp(1.0 / m.number("mu")));
        at_disk(m.number("lam"), &read, "0 B", m.number("c"))
    });
}

/// Access takes no time, and the bytes a constant one.
#[test]
fn md1_at_a_disk() {
    for mut model in super::models().into_iter().filter(|model| model.family == "md1") {
        model.rows.retain(|row| row.metric != "prob_wait_gt_2D");
        let bytes = (model.number("D") * 1e6).round();
        judge(
            &model,
            &at_disk(model.number("lam"), "bandwidth = \"1 MB/s\"", &format!("{bytes} B"), 1.0),
        );
    }
}

/// Access and bytes are both random: the Pollaczek–Khinchine formula for their sum.
#[test]
fn mg1_at_a_disk() {
    let (rate, access, transfer): (f64, f64, f64) = (60.0, 0.004, 0.006);
    let load = rate * (access + transfer);
    // Var(uniform on [0, 2a]) = a²/3, of an exponential the square of its mean.
    let second = (access + transfer).powi(2) + access * access / 3.0 + transfer * transfer;
    let wait = rate * second / 2.0 / (1.0 - load);
    let row = |metric: &str, exact: f64| Row {
        id: format!("disk {metric}"),
        metric: metric.to_owned(),
        exact,
    };
    let model = Model {
        family: "mg1_fcfs".to_owned(),
        parameters: serde_json::json!({ "lam": rate }),
        rows: vec![
            row("mean_wait_Wq", wait),
            row("mean_response_W", wait + access + transfer),
            row("mean_in_queue_Lq", rate * wait),
            row("utilization", load),
        ],
    };
    let disk = format!("read = \"uniform(0s, {})\", bandwidth = \"1 MB/s\"", seconds(2.0 * access));
    judge(&model, &at_disk(rate, &disk, "exp(6 kB)", 1.0));
}

/// Three users who never think are always at the disk: two wait, one is served, none computes.
#[test]
fn visits_to_a_disk_are_uninterruptible_and_hold_a_worker_of_a_thread_pool() {
    for (hold, held) in [("request", 3.0), ("cpu", 0.0)] {
        let world = blueprint(&format!(
            r#"
[scenario]
title = "Uninterruptible"
[node.host]
cores = 1
disk = {{ write = "exp(1ms)", flush = "exp(10ms)" }}
[service.store]
workers = 5
hold = "{hold}"
endpoint.save.steps = [ {{ disk = "1 kB", flush = true }}, {{ disk = "1 kB", write = true }} ]
[traffic.all]
entry = "store.save"
arrivals = {{ kind = "closed", users = 3, think = "0s" }}
"#
        ));
        let shown = replicate(&world, 84, 0, 1.0, 100.0);
        let container = shown.averages.containers[0];
        assert!((container.disk_served - 1.0).abs() < 1e-9, "{}", container.disk_served);
        assert!((container.disk_waiting - 2.0).abs() < 1e-9, "{}", container.disk_waiting);
        assert!((container.held - held).abs() < 1e-9, "{}", container.held);
        assert_eq!(shown.averages.nodes[0].threads, 0.0);
        assert!((shown.averages.nodes[0].load.unwrap() - 3.0).abs() < 1e-6);
    }
}
