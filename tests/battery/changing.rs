//! Rates that change over time: M(t)/M/∞, the identity of requests, and bursts at times of day.

use super::world::{Shown, blueprint, replicate, station};
use wssim_stats::mean_interval;

/// Arrival and response of each request, in the order of arrival.
fn in_order(shown: &Shown) -> Vec<(u64, u64)> {
    let mut requests: Vec<(u64, u64)> =
        shown.requests.iter().map(|(at, took, _)| (*at, *took)).collect();
    requests.sort_unstable();
    requests
}

/// The number in an infinite-server system that is empty at 0 is Poisson with the mean that solves
/// m' = λ(t) − μm. Eick, Massey and Whitt, "The physics of the `M_t/G/∞` queue", Operations Research
/// 41 (1993). On a ramp λ(t) = a + bt, m(t) = (a/μ − b/μ²)(1 − e^(−μt)) + bt/μ. Intervals of 99.9 %.
#[test]
fn a_ramp_fills_infinitely_many_servers() {
    let ramp = "{ kind = \"poisson\", rate = \"4/s\", \
                profile = { ramp = [[\"0s\", 0.5], [\"10s\", 2.0]] } }";
    let world = station(ramp, "exp(1s)", "", 128);
    let (a, b) = (2.0, 0.6);
    for t in [1.0_f64, 6.0] {
        let exact = (a - b) * (1.0 - (-t).exp()) + b * t;
        let found: Vec<f64> =
            (0..20_000).map(|n| replicate(&world, 84, n, t, 1e-6).in_system()).collect();
        let squares: Vec<f64> = found.iter().map(|x| (x - exact).powi(2)).collect();
        for (values, what) in [(found, "mean"), (squares, "variance")] {
            let interval = mean_interval(&values, 0.999).unwrap();
            let inside = interval.low <= exact && exact <= interval.high;
            assert!(inside, "{what} at {t} s: {exact} is not in {interval:?}");
            assert!(interval.half_width() < 0.06 * exact, "{what} at {t} s: {interval:?}");
        }
    }
}

/// Arrivals with a constant factor of two equal those of twice the rate, to the nanosecond.
#[test]
fn a_constant_factor_is_another_rate() {
    let doubled = "{ kind = \"poisson\", rate = \"4/s\", \
                   profile = { slot = \"7s\", values = [2.0] } }";
    let plain = "{ kind = \"poisson\", rate = \"8/s\" }";
    let run = |arrivals: &str| {
        in_order(&replicate(&station(arrivals, "exp(1s)", "workers = 9", 128), 84, 0, 0.0, 300.0))
    };
    let (doubled, plain) = (run(doubled), run(plain));
    assert!(plain.len() > 2000);
    assert_eq!(doubled, plain);
}

/// Request n has the same demand for every profile and all rates of the states.
#[test]
fn request_n_stays_request_n() {
    let run = |more: &str| {
        let arrivals = format!("{{ {more} }}");
        let shown = replicate(&station(&arrivals, "exp(1s)", "", 256), 84, 0, 0.0, 300.0);
        in_order(&shown).into_iter().map(|(_, took)| took).collect::<Vec<u64>>()
    };
    let plain = run("kind = \"poisson\", rate = \"8/s\"");
    for other in [
        "kind = \"poisson\", rate = \"8/s\", profile = { spike = { at = \"1min\", for = \"1min\", factor = 3.0 } }",
        "kind = \"poisson\", rate = \"8/s\", profile = { ramp = [[\"0s\", 0.1], [\"5min\", 2.0]] }",
        "kind = \"mmpp\", rates = [\"2/s\", \"20/s\"], switch = [\"0.2/s\", \"0.1/s\"]",
    ] {
        let found = run(other);
        let n = found.len().min(plain.len());
        assert!(n > 1000 && found.len() != plain.len(), "{other}");
        assert_eq!(found[..n], plain[..n], "{other}");
    }
}

/// Three bursts of four jobs of half a second in a minute: deterministic.
#[test]
fn bursts_come_when_they_are_due() {
    let bursting = |burst: &str| {
        let world = blueprint(&format!(
            r#"
[scenario]
title = "Bursts"
kind = "window"
start = "02:29"
[node.host]
cores = 8
[service.job]
background = [ {{ {burst}, cpu = "500ms", jobs = 4 }} ]
endpoint.visit.steps = [ {{ cpu = "1ms" }} ]
[traffic.all]
entry = "job.visit"
arrivals = {{ kind = "periodic", period = "1s" }}
"#
        ));
        let shown = replicate(&world, 84, 0, 0.0, 60.0);
        shown.averages.containers[0].bursting
    };
    let each = 4.0 * 0.5 / 60.0;
    for (burst, times) in [
        ("start = \"2s\", every = \"5s\", count = 3", 3.0),
        ("start = \"2s\", every = \"5s\", duration = \"15s\"", 3.0),
        ("start = \"2s\", every = \"25s\"", 3.0),
        ("start = \"2s\", count = 1", 1.0),
        ("at = \"02:29:30\"", 1.0),
        ("at = \"02:28\"", 0.0),
        ("every = \"20s\"", 3.0),
    ] {
        let found = bursting(burst);
        assert!((found - times * each).abs() < 1e-9, "{burst}: {found}");
    }
}
