//! The analytic twin of the plan's `after`: from its blueprint, and again at another factor.

use criterion::{Criterion, criterion_group, criterion_main};
use wssim_experiment::analytic::{Twin, analytic};
use wssim_experiment::question::Worlds;
use wssim_scenario::Scenario;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/after.toml");

fn after(criterion: &mut Criterion) {
    let scenario = match Scenario::load(FILE, &[]) {
        Ok(scenario) => scenario,
        Err(diagnostics) => unreachable!("{}", diagnostics.render(false)),
    };
    let measure = scenario.question().measure;
    let Ok(blueprint) = scenario.blueprint(None, &[]) else { unreachable!("it has loaded") };
    let mut group = criterion.benchmark_group("analytic");
    group.bench_function("after", |bench| bench.iter(|| analytic(&blueprint, &measure)));
    let twin = Twin::new(&blueprint, &measure);
    group.bench_function("after at another factor", |bench| bench.iter(|| twin.at(5.0)));
}

criterion_group!(benches, after);
criterion_main!(benches);
