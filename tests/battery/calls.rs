//! Calls in parallel, and calls with retries.

use super::family;
use super::file::{Model, exp, seconds};
use super::world::{Length, Setup, blueprint, mean, poisson, usual};
use wssim_model::Blueprint;

/// Two stations with one worker each, which every request visits in parallel.
pub(super) fn fork(model: &Model) -> Blueprint {
    let service = exp(1.0 / model.number("mu"));
    blueprint(&format!(
        r#"
[scenario]
title = "Fork and join"
[node.host]
cores = 8
[service.router]
endpoint.go.steps = [ {{ parallel = [ [ {{ call = "a.visit" }} ], [ {{ call = "b.visit" }} ] ] }} ]
[service.a]
workers = 1
endpoint.visit.steps = [ {{ cpu = "{service}" }} ]
[service.b]
workers = 1
endpoint.visit.steps = [ {{ cpu = "{service}" }} ]
[traffic.all]
entry = "router.go"
arrivals = {}
"#,
        poisson(model.number("lam"))
    ))
}

#[test]
fn fork_join_2() {
    family("fork_join_2", |m| {
        Setup {
            blueprint: fork(m),
            rate: m.number("lam"),
            length: Length::Steady,
            read: Box::new(|metric, shown| match metric {
                "mean_response_join" => Some(mean(&shown.responses())),
                // Endpoints in order of names: a.visit first.
                "mean_response_one_branch" => Some(mean(&shown.visits[0])),
                _ => None,
            }),
        }
    });
}

/// All n calls go to *one* endpoint of one service: if their draws shared a key, they would all take
/// equally long.
#[test]
fn parallel_k_of_n() {
    family("parallel_k_of_n", |m| {
        let n = m.number("n") as usize;
        let branches = vec!["[ { call = \"api.ask\" } ]"; n].join(", ");
        let text = format!(
            r#"
[scenario]
title = "k of n"
[node.host]
cores = 500
[service.router]
endpoint.go.steps = [ {{ parallel = [ {branches} ], need = {} }} ]
[service.api]
endpoint.ask.steps = [ {{ cpu = "{}" }} ]
[traffic.all]
entry = "router.go"
arrivals = {}
"#,
            m.number("k"),
            exp(m.number("mean")),
            poisson(50.0)
        );
        Setup {
            blueprint: blueprint(&text),
            rate: 50.0,
            length: Length::Steady,
            read: Box::new(usual),
        }
    });
}

/// A call fails with the probability that its exponential answer comes after the time-out.
#[test]
fn retry() {
    family("retry", |m| {
        let (lam, answer) = (m.number("lam"), 0.01);
        let timeout = -m.number("fail_prob").ln() * answer;
        let text = format!(
            r#"
[scenario]
title = "Tried again"
[node.host]
cores = 500
[service.router]
endpoint.go.steps = [ {{ call = "api.ask", timeout = "{}", retries = {} }} ]
[service.api]
endpoint.ask.steps = [ {{ cpu = "{}" }} ]
[traffic.all]
entry = "router.go"
arrivals = {}
"#,
            seconds(timeout),
            m.number("max_retries"),
            exp(answer),
            poisson(lam)
        );
        Setup {
            blueprint: blueprint(&text),
            rate: lam,
            length: Length::Steady,
            read: Box::new(|metric, shown| {
                let attempts = shown.averages.attempts[0] as f64;
                match metric {
                    "effective_attempt_rate" => Some(attempts / shown.seconds),
                    "mean_attempts_per_request" => Some(attempts / shown.requests.len() as f64),
                    "prob_request_success" => Some(1.0 - shown.failed()),
                    _ => usual(metric, shown),
                }
            }),
        }
    });
}
