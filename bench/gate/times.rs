//! Wall-time ratios, side by side in one run: interleaved pairs, the best of five or more of each side.

use crate::figure::GateFigure;
use rand::SeedableRng;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::hint::black_box;
use std::time::Instant;
use wssim_bench::{chain, yardstick};
use wssim_kernel::{Calendar, Nanos, Time};

/// Interleaved pairs.
const PAIRS: usize = 5;
/// Most pairs, while a ratio is worse than its bound: a busy neighbour on the machine may finish.
const MOST_PAIRS: usize = 40;
/// Simulator over yardstick. The aim is 0.5; 0.46 to 0.48 when last measured.
const OF_YARDSTICK: f64 = 0.42;
/// A request of the yardstick over a hold of the calendar: 19 to 20 when last measured.
const IN_HOLDS: f64 = 22.0;
/// The aim is 1.8 on two idle cores.
const SPEED_UP: f64 = 1.5;
/// Requests of one replication.
const REQUESTS: u64 = 60_000;
/// Equal replications to compare numbers of threads.
const REPLICATIONS: u32 = 16;

pub(crate) fn figures() -> Vec<GateFigure> {
    let (scenario, question) = chain::scenario(chain::FILE, REQUESTS);
    let (mut by_hand, mut simulated) = (f64::INFINITY, f64::INFINITY);
    let (mut one, mut two) = (f64::INFINITY, f64::INFINITY);
    let (mut requests, mut held) = (1, f64::INFINITY);
    for pair in 0..MOST_PAIRS {
        let is_fast = by_hand / simulated >= OF_YARDSTICK;
        if pair >= PAIRS && is_fast && by_hand / requests as f64 / held <= IN_HOLDS {
            break;
        }
        held = held.min(hold());
        let run = || chain::simulate(&scenario, &question, 4, 1).requests;
        simulated = simulated.min(seconds(|| requests = run()));
        by_hand = by_hand.min(seconds(|| {
            black_box(yardstick::run(84, requests));
        }));
    }
    for pair in 0..MOST_PAIRS {
        // A neighbour on the second core looks like a missing thread.
        if pair >= PAIRS && one / two >= SPEED_UP {
            break;
        }
        let run = |threads| black_box(chain::simulate(&scenario, &question, REPLICATIONS, threads));
        one = one.min(seconds(|| drop(run(1))));
        two = two.min(seconds(|| drop(run(2))));
    }
    let per_request = by_hand / requests as f64;
    vec![
        GateFigure::at_least(
            "requests per second, simulator over yardstick",
            by_hand / simulated,
            OF_YARDSTICK,
        ),
        GateFigure::at_most(
            "yardstick: one request over one hold with 10 pending",
            per_request / held,
            IN_HOLDS,
        ),
        GateFigure::at_least("replications per second, two threads over one", one / two, SPEED_UP),
    ]
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// Seconds of one pop + push + exponential with 10 pending.
fn hold() -> f64 {
    const TIMES: u32 = 4_000_000;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut gap = move || {
        let unit: f64 = Exp1.sample(&mut rng);
        Nanos::from_f64(unit * 1e6)
    };
    let mut calendar = Calendar::new();
    for event in 0..10_u32 {
        calendar.schedule(Time::ZERO + gap(), event);
    }
    let took = seconds(|| {
        for _ in 0..TIMES {
            if let Some((now, event)) = calendar.pop() {
                calendar.schedule(now + gap(), event);
            }
        }
    });
    black_box(calendar.len());
    took / f64::from(TIMES)
}
