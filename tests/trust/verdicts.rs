//! Verdicts at the margin: the truth lies exactly on the plan's limit, so both verdicts are wrong.

use super::{Fixed, mean_response, scenario, steady};
use wssim_experiment::findings::Verdict;
use wssim_experiment::question::{Question, Worlds};
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};

/// No queue: response times are independent, with mean exactly 10 ms.
const WORLD: &str = r#"
[scenario]
title = "Margin"
[node.host]
cores = 400
[service.station]
endpoint.visit.steps = [ { cpu = "lognormal(10ms, cv=1.0)" } ]
[traffic.all]
entry = "station.visit"
arrivals = { kind = "poisson", rate = "100/s" }
"#;

/// The same with calls, so that its estimate uses controls: 1 ms, and 1 to 5 calls of 3 ms, 3 on
/// average.
const CALLING: &str = r#"
[scenario]
title = "Margin of a caller"
[node.host]
cores = 400
[service.front]
endpoint.visit.steps = [ { cpu = "exp(1ms)" }, { call = "back.visit", repeat = "uniform(1,5)" } ]
[service.back]
endpoint.visit.steps = [ { cpu = "lognormal(3ms, cv=1.0)" } ]
[traffic.all]
entry = "front.visit"
arrivals = { kind = "poisson", rate = "100/s" }
"#;

const TRUTH: f64 = 0.01;

/// 500 worlds, all looks of the stopping rule: at most 5 % hold, and at most 5 % are refuted.
fn assert_false_verdicts_are_rare(name: &str, text: &str) {
    let worlds = Fixed(scenario(name, text).blueprint(None, &[]).unwrap());
    let question =
        Question { claims: vec![mean_response("at most", None, Some(TRUTH))], ..steady(0.2, 1.0) };
    let (mut holds, mut refuted) = (0, 0);
    for seed in 0..500 {
        let options =
            Options { seed, threads: None, replications: None, precision: 1e-9, ranges: true };
        let findings = run(&worlds, &question, &options, &Unwatched).unwrap();
        match findings.claims[0].verdict {
            Verdict::Holds => holds += 1,
            Verdict::Refuted => refuted += 1,
            Verdict::Undecided | Verdict::Reproduced => {}
        }
    }
    println!("{name}: of 500 worlds at the margin {holds} hold and {refuted} are refuted");
    assert!(holds <= 25, "{holds} false holds of 500");
    assert!(refuted <= 25, "{refuted} false refuted of 500");
}

#[test]
fn false_verdicts_stay_below_5_of_100() {
    assert_false_verdicts_are_rare("margin", WORLD);
}

#[test]
fn so_do_those_of_callers_with_controls_in_force() {
    assert_false_verdicts_are_rare("margin-of-callers", CALLING);
}

/// Away from the margin every world is decided, and rightly.
#[test]
fn clear_cases_are_decided() {
    let worlds = Fixed(scenario("clear", WORLD).blueprint(None, &[]).unwrap());
    let claims = vec![
        mean_response("inside", Some(0.5 * TRUTH), Some(1.5 * TRUTH)),
        mean_response("above", None, Some(0.5 * TRUTH)),
        mean_response("below", Some(2.0 * TRUTH), None),
    ];
    let question = Question { claims, ..steady(0.2, 5.0) };
    for seed in 0..20 {
        let options =
            Options { seed, threads: None, replications: None, precision: 0.02, ranges: true };
        let findings = run(&worlds, &question, &options, &Unwatched).unwrap();
        let verdicts: Vec<Verdict> = findings.claims.iter().map(|claim| claim.verdict).collect();
        assert_eq!(verdicts, [Verdict::Holds, Verdict::Refuted, Verdict::Refuted]);
        assert_eq!(findings.replications, wssim_stats::looks::AT[0], "the first look is enough");
    }
}

/// Fewer than five replications decide nothing, and no observation decides nothing.
#[test]
fn no_data_is_no_verdict() {
    let worlds = Fixed(scenario("few", WORLD).blueprint(None, &[]).unwrap());
    let mut unheard = mean_response("unheard", Some(0.0), None);
    unheard.metric.name = "waiting_time_seconds".to_owned();
    let claims = vec![mean_response("inside", Some(0.0), Some(1.0)), unheard];
    let question = Question { claims, ..steady(0.2, 5.0) };
    let verdicts = |replications| {
        let options = Options {
            seed: 1,
            threads: None,
            replications: Some(replications),
            precision: 0.02,
            ranges: true,
        };
        let findings = run(&worlds, &question, &options, &Unwatched).unwrap();
        findings.claims.iter().map(|claim| claim.verdict).collect::<Vec<_>>()
    };
    assert_eq!(verdicts(4), [Verdict::Undecided, Verdict::Undecided]);
    assert_eq!(verdicts(5), [Verdict::Holds, Verdict::Undecided]);
}
