//! Traffic on a network interface: flows that share it, packets that are encapsulated and encrypted.

use super::world::{Shown, blueprint, mean, replicate};

/// Answers of several megabytes over one gigabit interface are M/G/1 under processor sharing: E\[R\] =
/// E\[S\]/(1 − ρ) for any law. 20 replications, t(19) = 3.883 at 99.9 %.
#[test]
fn large_answers_share_an_interface() {
    let load = 0.7;
    for law in ["constant(4MB)", "uniform(1.5MB, 8.5MB)", "pareto(min=2MB, alpha=3.5)"] {
        let text = |rate: f64| {
            format!(
                r#"
[scenario]
title = "Downloads"
[node.host]
cores = 1
network = "1 Gbit/s"
[service.files]
endpoint.get.steps = []
[traffic.all]
entry = "files.get"
arrivals = {{ kind = "poisson", rate = "{rate}/s" }}
receive = "{law}"
"#
            )
        };
        let bytes = blueprint(&text(1.0)).sources[0].receive.mean();
        // Every 1448 bytes are 1538 on the wire; half a packet more or less is negligible.
        let service = bytes * 1538.0 / 1448.0 / 125e6;
        let world = blueprint(&text(load / service));
        let means: Vec<f64> =
            (0..20).map(|n| mean(&replicate(&world, 5, n, 60.0, 600.0).responses())).collect();
        let half = 3.883 * (super::world::variance(&means) / 20.0).sqrt();
        let (found, exact) = (mean(&means), service / (1.0 - load));
        println!("{law}: {found:.4} ± {half:.4} s, exactly {exact:.4} s");
        assert!((found - exact).abs() <= half, "{law}: {found} ± {half}, exactly {exact}");
        assert!(half < 0.06 * exact, "{law}: narrow enough to miss");
    }
}

/// A fast node with AES-NI calls a slow one without: ten times a second, all laws constant.
fn exchange(answer: &str, network: &str) -> Shown {
    let world = blueprint(&format!(
        r#"
[scenario]
title = "Two nodes"
[node.fast]
cores = 4
network = "1 Gbit/s"
[node.slow]
cores = 4
speed = 0.26
network = "1 Gbit/s"
aes = false
[lan]
rtt = "0.2ms"
packet_cpu = "7us"
[network.n]
{network}
[service.a]
constraints = ["node.hostname == fast"]
networks = ["n"]
endpoint.page.steps = [ {{ cpu = "1ms" }}, {{ call = "b.query", send = "300 B", receive = "{answer}" }} ]
[service.b]
constraints = ["node.hostname == slow"]
networks = ["n"]
endpoint.query.steps = [ {{ cpu = "1ms" }} ]
[traffic.all]
entry = "a.page"
arrivals = {{ kind = "periodic", period = "1s" }}
"#
    ));
    replicate(&world, 1, 0, 10.0, 100.0)
}

const ENCRYPTED: &str = "driver = \"overlay\"\nencrypted = true";

fn assert_near(found: f64, exact: f64, tolerance: f64) {
    assert!((found - exact).abs() <= tolerance, "{found} is not {exact}");
}

/// By hand, in nanoseconds. ESP encrypts 30 + 52 + 300 + 2 = 384 bytes of the request, of the answer
/// 1456 of a full packet with 1372 bytes and 30 + 52 + 628 + 2 = 712 of the rest.
#[test]
fn an_encrypted_exchange_takes_what_its_packets_take() {
    // Batches and VXLAN 7000 + 1750, a packet 300, a byte 4.57 and 0.73.
    let slow = (8_750.0 + 300.0 + 384.0 * 4.57_f64).round()
        + (8_750.0 + 600.0 + (1_456.0 + 712.0) * 4.57_f64).round();
    let fast = (8_750.0 + 300.0 + 384.0 * 0.73_f64).round()
        + (8_750.0 + 600.0 + (1_456.0 + 712.0) * 0.73_f64).round();
    // 82 bytes around the encrypted part, 38 + 20 + 16 + 8, eight nanoseconds each.
    let wire = (82.0 + 384.0) + (82.0 + 1_456.0) + (82.0 + 712.0);
    // A user's request and answer are an empty packet of 90 bytes and a batch each.
    let edge = 2.0 * 90.0;
    let exact = 8.0 * (wire + edge) + (1e6 + 14_000.0) + 200_000.0 + (1e6 + slow) / 0.26 + fast;
    let shown = exchange("2 kB", ENCRYPTED);
    for response in shown.responses() {
        assert_near(response * 1e9, exact, 5.0);
    }
    let nodes = &shown.averages.nodes;
    assert_near(nodes[0].network_cpu * 1e9, fast + 14_000.0, 1.0);
    assert_near(nodes[1].network_cpu * 1e9, slow, 1.0);
    let answer = (82.0 + 1_456.0) + (82.0 + 712.0);
    assert_near(nodes[1].bytes_per_second[0], answer, 1e-6);
    assert_near(nodes[1].bytes_per_second[1], 82.0 + 384.0, 1e-6);
    assert_near(nodes[0].bytes_per_second[0], 82.0 + 384.0 + 90.0, 1e-6);
    assert_near(nodes[0].bytes_per_second[1], answer + 90.0, 1e-6);
    // Request and answer of each of 100 s, both encrypted; traffic from outside does not cross between
    // nodes.
    assert_eq!(shown.averages.crossed, [100.0 * 2_300.0; 2]);
    let plain = exchange("2 kB", "driver = \"overlay\"");
    assert_eq!(plain.averages.crossed, [100.0 * 2_300.0, 0.0]);
}

/// Published figures for such a CPU: an encrypted flow gets 0.3 to 0.6 Gbit/s, and one core is full.
#[test]
fn an_encrypted_flow_goes_as_fast_as_one_core_encrypts() {
    let packets = (20e6_f64 / 1_372.0).ceil();
    let rest = 20e6 - (packets - 1.0) * 1_372.0;
    let encrypted = (packets - 1.0) * 1_456.0 + ((84.0 + rest) / 4.0).ceil() * 4.0;
    let batches = (20e6_f64 / 65_536.0).ceil();
    let demand = batches * 8_750.0 + packets * 300.0 + encrypted * 4.57;
    let took = |network: &str| mean(&exchange("20 MB", network).responses());
    let shown = exchange("20 MB", ENCRYPTED);
    let plain = took("driver = \"overlay\"");
    // All but the flow itself is equal within a fraction of a millisecond.
    let flow = demand / 0.26 * 1e-9;
    let on_the_wire = 20e6 * 1_538.0 / 1_398.0 / 125e6;
    assert_near(mean(&shown.responses()) - plain, flow - on_the_wire, 1e-3);
    let gigabits = 20e6 * 8.0 / flow * 1e-9;
    println!("{gigabits:.3} Gbit/s");
    assert!((0.3..=0.6).contains(&gigabits), "{gigabits} Gbit/s");
    // One kernel thread works while the flow lasts, once a second; the query takes 1 ms.
    let threads = shown.averages.nodes[1].threads;
    assert_near(threads, flow + 1e-3 / 0.26, 1e-4);
}

/// Without a LAN, or with only zeros, an encrypted overlay is free.
#[test]
fn a_free_network_costs_nothing() {
    for lan in ["", "[lan]\nrtt = \"0s\"\npacket_cpu = \"0s\"\n"] {
        let world = blueprint(&format!(
            r#"
[scenario]
title = "Free"
[node.a]
cores = 1
[node.b]
cores = 1
aes = false
{lan}
[network.n]
{ENCRYPTED}
[service.a]
constraints = ["node.hostname == a"]
networks = ["n"]
endpoint.page.steps = [ {{ call = "b.query", send = "20 MB", receive = "900 kB" }} ]
[service.b]
constraints = ["node.hostname == b"]
networks = ["n"]
endpoint.query.steps = [ {{ cpu = "1ms" }} ]
[traffic.all]
entry = "a.page"
arrivals = {{ kind = "periodic", period = "1s" }}
receive = "5 MB"
"#
        ));
        let shown = replicate(&world, 1, 0, 10.0, 100.0);
        assert!(shown.responses().iter().all(|response| *response == 1e-3));
        assert!(shown.averages.nodes.iter().all(|node| node.network_cpu == 0.0));
    }
}
