//! The chain: 20 000 requests in the hand-coded yardstick, and in the simulator.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wssim_bench::{chain, yardstick};

const REQUESTS: u64 = 20_000;

fn compare(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chain");
    group.throughput(Throughput::Elements(REQUESTS)).sample_size(20);
    group.bench_function("yardstick", |bench| bench.iter(|| yardstick::run(84, REQUESTS)));
    let (scenario, question) = chain::scenario(chain::FILE, REQUESTS);
    group.bench_function("simulator", |bench| {
        bench.iter(|| chain::simulate(&scenario, &question, 1, 1));
    });
}

criterion_group!(benches, compare);
criterion_main!(benches);
