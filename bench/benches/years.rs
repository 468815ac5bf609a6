//! Years per second: divide by the time. One iteration is ten years.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wssim_bench::years::Wearing;

const YEARS: u64 = 10;

fn years(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("years");
    for (name, common_causes) in [("nodes", false), ("nodes, power and switch", true)] {
        let cluster = Wearing::plan(common_causes);
        group.throughput(Throughput::Elements(cluster.years(YEARS)));
        group.bench_function(name, |bench| bench.iter(|| cluster.years(YEARS)));
    }
}

criterion_group!(benches, years);
criterion_main!(benches);
