//! Two resolutions of one model: a history without traffic and a world with traffic agree event by
//! event, to the nanosecond.

mod timelines;
mod twin;

use crate::text::blueprint;
use std::fmt::Write as _;
use wssim_kernel::stream::StreamKey;
use wssim_kernel::{Nanos, Time};
use wssim_model::history::{self, Witness};
use wssim_model::ids::{ContainerId, NodeId};
use wssim_model::orchestrator::Kind;
use wssim_model::probe::{Control, Probe};
use wssim_model::{Run, simulate};

/// A container began to listen or ended, or the managers decided.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    Answers(ContainerId, bool),
    Decided(Control),
}

#[derive(Default)]
struct Diary(Vec<(Time, Seen)>);

impl Probe for Diary {
    fn container_answers(&mut self, now: Time, id: ContainerId, _: NodeId, answers: bool) {
        self.0.push((now, Seen::Answers(id, answers)));
    }

    fn control(&mut self, now: Time, fact: Control) {
        // Only worlds report the initial leader.
        self.0.extend((now > Time::ZERO).then_some((now, Seen::Decided(fact))));
    }
}

impl Witness for Diary {
    fn container_answers(&mut self, now: Time, id: ContainerId, answers: bool) {
        self.0.push((now, Seen::Answers(id, answers)));
    }

    fn control(&mut self, now: Time, fact: Control) {
        self.0.push((now, Seen::Decided(fact)));
    }
}

/// Health checks and restart policies.
const HEALTH: [&str; 4] = [
    "",
    "healthcheck = { interval = \"10s\" }\n",
    "healthcheck = { interval = \"4s\", timeout = \"2s\", retries = 2 }\n",
    "healthcheck = { interval = \"5s\", timeout = \"3s\", start_period = \"9s\", start_interval = \"2s\" }\n",
];
const RESTART: [&str; 4] = [
    "",
    "",
    "restart = { delay = \"2s\", max_attempts = 4, window = \"300s\" }\n",
    "restart = { condition = \"on-failure\", max_attempts = 9 }\n",
];

/// A cluster with failures of nodes, a link, a site's power and switch, and services every few minutes.
fn random_cluster(case: u64) -> String {
    let (stream, mut number) = (StreamKey::new(84, 0, "test", "history"), 0);
    let mut below = |limit: u64| {
        number += 1;
        (stream.draw(case, number).open01() * limit as f64) as u64
    };
    let kind = Kind::NAMES[below(Kind::COUNT as u64) as usize];
    let nodes = 2 + below(4);
    let managers = 1 + below(nodes);
    let mut text =
        String::from("[scenario]\ntitle = \"A cluster that fails\"\nduration = \"1h\"\n");
    for n in 0..nodes {
        let fails = match below(4) {
            0 => "",
            1 => "mtbf = \"exp(900s)\"\nmttr = \"exp(600s)\"\n",
            2 => "mtbf = \"exp(300s)\"\nmttr = \"exp(60s)\"\n",
            _ => "mtbf = \"weibull(400s, shape=1.5)\"\nmttr = \"lognormal(40s, cv=1.0)\"\n",
        };
        let site = if n == 0 || below(2) == 0 { "site = \"hall\"\n" } else { "" };
        let _ = write!(text, "[node.n{n}]\ncores = 64\n{site}{fails}");
    }
    if below(2) == 0 {
        text.push_str("[site.hall.power]\nmtbf = \"exp(900s)\"\nmttr = \"exp(90s)\"\n");
        text.push_str("[site.hall.switch]\nmtbf = \"exp(600s)\"\nmttr = \"exp(30s)\"\n");
    }
    if below(2) == 0 {
        text.push_str(
            "[[lan.pair]]\nbetween = [\"n0\", \"n1\"]\nmtbf = \"exp(200s)\"\nmttr = \"exp(50s)\"\n",
        );
    }
    if below(3) == 0 {
        let _ = writeln!(text, "[repair]\ncrews = 1");
    }
    let _ = writeln!(text, "[orchestrator]\nkind = \"{kind}\"");
    if Kind::named(kind).is_some_and(|kind| kind.replaces()) {
        let names: Vec<String> = (0..managers).map(|n| format!("\"n{n}\"")).collect();
        let _ = writeln!(text, "managers = [{}]", names.join(", "));
    }
    for s in 0..=below(4) {
        let replicas = 1 + below(3);
        let _ = writeln!(text, "[service.s{s}]\nreplicas = {replicas}");
        text.push_str(["", "startup = \"exp(4s)\"\n"][below(2) as usize]);
        text.push_str(HEALTH[below(4) as usize]);
        text.push_str(RESTART[below(4) as usize]);
        text.push_str(["", "mtbf = \"exp(200s)\"\n"][below(2) as usize]);
        if s > 0 && below(2) == 0 {
            let _ = writeln!(text, "start_needs = [\"s{}\"]\nstart_retry = \"7s\"", below(s));
        }
        let pinned = format!("constraints = [\"node.hostname == n{}\"]\n", below(nodes));
        text.push_str(["", &pinned][below(2) as usize]);
        // In the world with traffic unanswered requests would delay a stop.
        let _ = writeln!(text, "on_stop = \"exit\"\nendpoint.e.steps = [ {{ cpu = \"1ms\" }} ]");
    }
    for (id, kind) in [("still", "hang"), ("apart", "partition"), ("deaf", "hang")] {
        if below(2) == 0 {
            let (at, node, lasts) = (below(1800), below(nodes), 1 + below(120));
            let what =
                if id == "deaf" { "service = \"s0".into() } else { format!("node = \"n{node}") };
            let _ = writeln!(
                text,
                "[[fault]]\nid = \"{id}\"\nkind = \"{kind}\"\n{what}\"\nat = \"{at}s\"\n\
                 repair = \"{lasts}s\""
            );
        }
    }
    text + "[traffic.t]\nentry = \"s0.e\"\narrivals = { kind = \"poisson\", rate = \"0.01/s\" }\n"
}

/// A container started elsewhere has its random failures there, and nothing else dies with it.
#[test]
fn what_a_life_brings_ends_that_life() {
    let world = blueprint(
        r#"
[scenario]
title = "Moved, and worn out"
duration = "1h"
[node.a]
cores = 4
[node.b]
cores = 4
[node.c]
cores = 4
[orchestrator]
kind = "swarm"
managers = ["c"]
[service.m-worn]
mtbf = "exp(60s)"
endpoint.e.steps = [ { cpu = "1ms" } ]
[service.n-other]
replicas = 2
endpoint.e.steps = [ { cpu = "1ms" } ]
[[fault]]
id = "crash"
kind = "crash"
node = "a"
at = "100s"
"#,
    );
    let end = Nanos(3_600_000_000_000);
    let (_, told) = history::tell(&world, [1, 0], end, Diary::default(), &|| false).unwrap();
    let ended = |name: &str| {
        let of = |(at, seen): &&(Time, Seen)| match seen {
            Seen::Answers(id, false) => {
                let late = at.seconds() > 200.0;
                late && world.service_of(*id).name == name
            }
            _ => false,
        };
        told.0.iter().filter(of).count()
    };
    assert!(ended("m-worn") > 20, "{}", ended("m-worn"));
    assert_eq!(ended("n-other"), 0);
}

/// Events until `end`; the order within an instant is irrelevant.
fn in_order(mut seen: Vec<(Time, Seen)>, end: Nanos) -> Vec<(Time, Seen)> {
    seen.retain(|(at, _)| *at <= Time::ZERO + end);
    seen.sort_by_cached_key(|(at, seen)| (*at, format!("{seen:?}")));
    seen
}

#[test]
fn a_history_is_what_happens_in_a_world() {
    const LENGTH: Nanos = Nanos(3_600_000_000_000);
    let mut counts = [[0; 2]; Kind::COUNT];
    for case in 0..150 {
        let text = random_cluster(case);
        let blueprint = blueprint(&text);
        let is_it = |name: &str| text.contains(&format!("kind = \"{name}\""));
        let kind = Kind::NAMES.iter().position(|name| is_it(name)).unwrap();
        let run = Run { seed: case, replication: 3, lead: Nanos::ZERO, measured: LENGTH };
        let (_, world) = simulate(&blueprint, run, Diary::default(), &|| false).unwrap();
        let (_, told) =
            history::tell(&blueprint, [case, 3], LENGTH, Diary::default(), &|| false).unwrap();
        let (happened, told) = (in_order(world.0, LENGTH), in_order(told.0, LENGTH));
        for (number, (seen, told)) in happened.iter().zip(&told).enumerate() {
            assert_eq!(seen, told, "case {case}, number {number}\n{text}");
        }
        assert_eq!(happened.len(), told.len(), "case {case}\n{text}");
        let is_answer = |(_, seen): &&(Time, Seen)| matches!(seen, Seen::Answers(..));
        let answers = happened.iter().filter(is_answer).count();
        let [all, decided] = &mut counts[kind];
        (*all, *decided) = (*all + answers, *decided + happened.len() - answers);
    }
    for (name, [answers, decided]) in Kind::NAMES.iter().zip(counts) {
        let decides = Kind::named(name).is_some_and(|kind| kind.replaces());
        let is_enough = answers > 1000 && (!decides || decided > 500);
        assert!(is_enough, "under {name} too little happened: {answers}, {decided}");
    }
}
