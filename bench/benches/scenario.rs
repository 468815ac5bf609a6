//! One whole scenario of the plan: two replications of `after`, without its claims.

use criterion::{Criterion, criterion_group, criterion_main};
use wssim_bench::chain;
use wssim_experiment::question::Question;
use wssim_scenario::Scenario;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/after.toml");

fn after(criterion: &mut Criterion) {
    let scenario = match Scenario::load(FILE, &[]) {
        Ok(scenario) => scenario,
        Err(diagnostics) => unreachable!("{}", diagnostics.render(false)),
    };
    let whole = scenario.question();
    let question = Question { claims: Vec::new(), ranged: Vec::new(), ..whole };
    let mut group = criterion.benchmark_group("scenario");
    group.sample_size(10);
    group.bench_function("after", |bench| {
        bench.iter(|| chain::simulate(&scenario, &question, 2, 1));
    });
}

criterion_group!(benches, after);
criterion_main!(benches);
