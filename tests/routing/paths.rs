//! Properties of a path between two nodes: packet size, transfer rate, packet loss.

use super::{MS, SECOND, Seen, see};
use wssim_model::probe::Failure;

/// `web` on a calls `api` on b; a round trip takes 1 ms, a request at `api` none.
fn run(cluster: &str, service: &str, call: &str, seconds: f64) -> Seen {
    let text = format!(
        r#"
[node.a]
cores = 4
[node.b]
cores = 4
{cluster}
[orchestrator]
kind = "swarm"
[service.web]
{service}
constraints = ["node.hostname == a"]
endpoint.get.steps = [ {{ call = "api.get", timeout = "10s"{call} }} ]
[service.api]
{service}
constraints = ["node.hostname == b"]
endpoint.get.steps = [ ]
[traffic.users]
entry = "web.get"
arrivals = {{ kind = "periodic", period = "100ms" }}
"#
    );
    see(&crate::text::blueprint(&text), seconds, 1)
}

/// A LAN without CPU costs.
fn lan(more: &str) -> String {
    format!(
        "[lan]\nrtt = \"1ms\"\nipvs_cpu = \"0us\"\nvxlan_cpu = \"0us\"\nesp_cpu = \"0us\"\n\
         aes_cpu = \"0us\"\n{more}\n"
    )
}

/// 1450 bytes and 50 around them do not fit 1350: messages of more than 1350 − 50 − 52 bytes vanish, in
/// either direction, and smaller ones pass. An overlay of 1300 fits.
#[test]
fn large_messages_of_an_overlay_vanish_on_a_narrow_path() {
    let on_overlay = "networks = [\"back\"]";
    let overlay = |mtu: u32| format!("[network.back]\ndriver = \"overlay\"\nmtu = {mtu}");
    let pair = "[[lan.pair]]\nbetween = [\"a\", \"b\"]\nmtu = 1350";
    for cluster in [lan("mtu = 1350"), lan(pair)] {
        let of = |mtu, call| run(&format!("{cluster}{}", overlay(mtu)), on_overlay, call, 2.0);
        for lost in [", receive = \"100 kB\"", ", receive = \"1249 B\"", ", send = \"100 kB\""] {
            let seen = of(1450, lost);
            assert_eq!(seen.failures().len(), seen.requests.len(), "{lost}");
            let took = |it: &(u64, u64, Failure)| (it.1, it.2) == (10 * SECOND, Failure::Timeout);
            assert!(seen.failures().iter().all(took), "{lost}");
        }
        of(1450, ", receive = \"1248 B\", send = \"1248 B\"").assert_answered();
        of(1300, ", receive = \"100 kB\"").assert_answered();
    }
}

/// A node knows the MTU of its own interface: plain messages respect it, packets of an overlay do not.
#[test]
fn the_mtu_of_an_interface_is_known_to_what_is_sent_plainly() {
    let cluster = lan("").replace("[lan]", "mtu = 1350\n[lan]");
    let large = ", receive = \"100 kB\"";
    run(&cluster, "", large, 2.0).assert_answered();
    let overlay = format!("{cluster}[network.back]\ndriver = \"overlay\"");
    let seen = run(&overlay, "networks = [\"back\"]", large, 2.0);
    assert_eq!(seen.failures().len(), seen.requests.len());
}

/// A cap is the rate of a transfer, message or flow: 100 kB at 250 kB/s take 0.4 s, 4 MB at 2 MB/s take
/// 2 s.
#[test]
fn a_capped_network_gives_a_transfer_what_is_said() {
    for (rate, size, takes) in [("250 kB/s", "100 kB", 400 * MS), ("2 MB/s", "4 MB", 2 * SECOND)] {
        let call = format!(", receive = \"{size}\"");
        let network = format!("[network.back]\ngoodput = \"{rate}\"");
        for (cluster, service) in [
            (lan(&format!("goodput = \"{rate}\"")), ""),
            (format!("{}{network}", lan("")), "networks = [\"back\"]"),
        ] {
            let seen = run(&cluster, service, &call, 1.0);
            seen.assert_answered();
            let late = |it: &(u64, u64, _)| it.1.abs_diff(takes + MS) <= 1000;
            assert!(seen.requests.iter().all(late), "{:?}", seen.requests);
        }
    }
}

/// A single packet, lost with probability p, is sent again after 0.201, 0.402, 0.804 s …, a round trip
/// and 200 ms at first: on average it arrives p · 0.201 s/(1 − 2p) later. Request and answer of 5 %
/// each: 22.3 ms, of 6000 within 4 · 1.1 ms.
#[test]
fn small_messages_wait_for_retransmissions_of_what_is_lost() {
    let seen = run(&lan("loss = \"5%\""), "", "", 600.0);
    seen.assert_answered();
    let sum: u64 = seen.requests.iter().map(|(_, took, _)| took - MS).sum();
    let mean = sum as f64 / seen.requests.len() as f64 * 1e-9;
    assert!((mean - 2.0 * 0.05 * 0.201 / 0.9).abs() < 0.0045, "{mean} s");
    // Pauses are those of TCP.
    let pauses = [0, 201, 402, 603, 804, 1407].map(|ms| ms * MS);
    let known = seen.requests.iter().filter(|it| pauses.contains(&(it.1 - MS))).count();
    assert!(known * 1000 > seen.requests.len() * 995, "{known} of {}", seen.requests.len());
}

/// Mathis, 1997: 1448 bytes a round trip of 1 ms, times sqrt(1.5/p), is 14.48 MB/s for p = 1.5 %.
#[test]
fn loss_caps_what_is_large() {
    let seen = run(&lan("loss = 0.015"), "", ", receive = \"10 MB\"", 5.0);
    let least = seen.requests.iter().map(|(_, took, _)| *took).min().unwrap();
    let takes = (10e6 / 14.48e6 * 1e9) as u64 + MS;
    // A round trip more if packets of it are lost, which is certain for 6900 of them.
    assert!(least.abs_diff(takes) <= 2 * MS, "{least} {takes}");
}
