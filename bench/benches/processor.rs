//! The processor: one arrival and one departure, without sharing and shared among 1 to 64 containers.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use wssim_kernel::Time;
use wssim_model::hardware::processor::{Alone, Due, Happened, Processor};

/// A single job: one event.
fn calm(criterion: &mut Criterion) {
    criterion.bench_function("processor calm", |bench| {
        let mut processor = Processor::new(1.0, 16.0, &[(16.0, 16.0)], &[None]);
        let mut now = Time::ZERO;
        bench.iter(|| {
            if let Some(Due::Alone(Alone { at, slot, generation })) =
                processor.admit(now, 1, 0, 1e6)
            {
                now = at;
                processor.depart_alone(now, slot, generation)
            } else {
                None
            }
        });
    });
}

/// 32 jobs always in service; each that leaves returns.
fn shared(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("processor shared");
    for containers in [1_u32, 8, 64] {
        group.bench_with_input(
            BenchmarkId::from_parameter(containers),
            &containers,
            |bench, &n| {
                let limits = vec![None; n as usize];
                let mut processor = Processor::new(1.0, 4.0, &[(4.0, 4.0)], &limits);
                let mut due = None;
                for job in 0..64 {
                    due = processor.admit(Time::ZERO, job, job % n, 1e6 + f64::from(job) * 1e4);
                }
                bench.iter(|| {
                    let Some(Due::Shared { at, generation }) = due else { return };
                    let (happened, next) = processor.step_shared(at, generation);
                    due = next;
                    if let Happened::Departed(job) = happened {
                        due = processor.admit(at, job, job % n, 1e6);
                    }
                });
            },
        );
    }
}

criterion_group!(benches, calm, shared);
criterion_main!(benches);
