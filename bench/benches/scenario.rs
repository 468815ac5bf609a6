//! A whole scenario of the plan: two replications of `after`, without its claims; and its worlds: each
//! input at both ends, in `after` and in its base.

use criterion::{Criterion, criterion_group, criterion_main};
use wssim_bench::chain;
use wssim_experiment::question::{Override, Question, Worlds};
use wssim_scenario::Scenario;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/after.toml");

fn load() -> Scenario {
    match Scenario::load(FILE, &[]) {
        Ok(scenario) => scenario,
        Err(diagnostics) => unreachable!("{}", diagnostics.render(false)),
    }
}

/// One iteration makes the worlds at one end of an input.
fn worlds(criterion: &mut Criterion) {
    let scenario = load();
    let inputs = scenario.question().ranged;
    let ends: Vec<Override> = inputs
        .iter()
        .flat_map(|input| [&input.low, &input.high].map(|end| (&input.path, end)))
        .map(|(path, value)| Override { path: path.clone(), value: value.clone() })
        .collect();
    let mut group = criterion.benchmark_group("worlds");
    for (name, arm) in [("after", None), ("before", Some("before.toml"))] {
        let mut turn = ends.iter().cycle();
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let end = turn.next().map_or(&[][..], std::slice::from_ref);
                scenario.blueprint(arm, end).map(|world| world.containers.len())
            });
        });
    }
}

fn after(criterion: &mut Criterion) {
    let scenario = load();
    let whole = scenario.question();
    let question = Question { claims: Vec::new(), ranged: Vec::new(), ..whole };
    let mut group = criterion.benchmark_group("scenario");
    group.sample_size(10);
    group.bench_function("after", |bench| {
        bench.iter(|| chain::simulate(&scenario, &question, 2, 1));
    });
}

criterion_group!(benches, worlds, after);
criterion_main!(benches);
