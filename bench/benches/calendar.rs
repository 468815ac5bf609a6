//! The calendar: pop + push + one exponential ("hold") with n pending.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use rand::SeedableRng;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use wssim_kernel::{Calendar, Nanos, Time};

fn hold(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hold");
    for pending in [2_u64, 10, 30, 100, 1_000, 10_000, 100_000] {
        group.bench_with_input(BenchmarkId::from_parameter(pending), &pending, |bench, &n| {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
            let mut gap = move || {
                let unit: f64 = Exp1.sample(&mut rng);
                Nanos::from_f64(unit * 1e6)
            };
            let mut calendar = Calendar::new();
            for event in 0..n {
                calendar.schedule(Time::ZERO + gap(), event);
            }
            bench.iter(|| {
                if let Some((now, event)) = calendar.pop() {
                    calendar.schedule(now + gap(), event);
                }
            });
        });
    }
}

criterion_group!(benches, hold);
criterion_main!(benches);
