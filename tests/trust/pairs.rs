//! Compared plans get the same requests: with equal servers and a free network they cannot differ, so
//! each request must take the same time in each plan to the nanosecond. It would not if one draw of an
//! arrival, a demand, a repetition or a probability had moved.

use wssim_experiment::question::Worlds as _;
use wssim_kernel::{Nanos, Time};
use wssim_model::ids::SourceId;
use wssim_model::probe::{Failure, Probe};
use wssim_model::{Run, simulate};
use wssim_scenario::Scenario;

/// Arrival and response time of every request.
#[derive(Default)]
struct Requests(Vec<(Time, Nanos)>);

impl Probe for Requests {
    fn request_done(
        &mut self,
        _: SourceId,
        arrived: Time,
        response: Nanos,
        outcome: Result<(), Failure>,
    ) {
        assert_eq!(outcome, Ok(()), "nothing fails in these plans");
        self.0.push((arrived, response));
    }
}

fn requests(plan: &str, nodes: &[&str], replication: u32) -> (u64, Vec<(Time, Nanos)>) {
    let alike = ["cores=1000", "threads=1000", "speed=1.0", "capacity=none", "network=none"];
    let nodes = nodes.iter().flat_map(|node| alike.map(|set| format!("node.{node}.{set}")));
    let lan = ["rtt", "local_rtt", "packet_cpu"].map(|key| format!("lan.{key}=0s"));
    let sets: Vec<String> = nodes.chain(lan).collect();
    let scenario = Scenario::load(&format!("scenarios/{plan}.toml"), &sets)
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
    let world = scenario.blueprint(None, &[]).unwrap();
    let (lead, measured) = (Nanos::from_seconds(10.0), Nanos::from_seconds(300.0));
    let run = Run { seed: 84, replication, lead, measured };
    let (outcome, probe) = simulate(&world, run, Requests::default(), &|| false).unwrap();
    let mut requests = probe.0;
    requests.sort();
    let attempts: u64 = outcome.averages.attempts.iter().sum();
    (attempts, requests)
}

#[test]
fn plans_share_their_requests_and_demands() {
    const ALL: &[&str] = &["gmktec", "hppavilion", "wsasus", "hpr"];
    for replication in 0..3 {
        let before = requests("before", &ALL[..1], replication);
        assert!(before.1 != requests("before", &ALL[..1], replication + 1).1, "others each time");
        assert!(before.1.len() > 400, "{} requests", before.1.len());
        for (plan, nodes) in [("after", ALL), ("proposed", ALL), ("hybrid", &ALL[..3])] {
            let other = requests(plan, nodes, replication);
            assert_eq!(before.0, other.0, "{plan}: as many calls");
            assert_eq!(before.1.len(), other.1.len(), "{plan}: as many requests");
            assert!(before.1 == other.1, "{plan}: the same arrivals, the same demands");
        }
    }
}
