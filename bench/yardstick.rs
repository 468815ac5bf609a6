//! The hand-coded yardstick: the chain as a plain, specialized loop over arrays.
//!
//! Poisson 200/s → gateway (4 workers, exp 2 ms) → in parallel A and B (8 workers, exp 5 ms), each
//! with one query through a pool of 10 to a database (8 workers, exp 4 ms) → reply; 0.5 ms each
//! hop and direction. All 16 timed events of a request are on the calendar: its arrival, 4 hops
//! and 2 services a branch, and 3 more on the trunk. Sorted-array calendar, ziggurat exponentials
//! from xoshiro256++, one histogram. Mean response time 17.389 ms.

use rand::SeedableRng;
use rand_distr::{Distribution, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::VecDeque;

const HOP: u64 = 500_000;
const GATEWAY: usize = 0;
const A: usize = 1;
const B: usize = 2;
const DATABASE: usize = 3;
const WORKERS: [u32; 4] = [4, 8, 8, 8];
const MEAN_NS: [f64; 4] = [2e6, 5e6, 5e6, 4e6];

/// The next step of a request; `branch` is A or B.
#[derive(Clone, Copy)]
enum Step {
    Arrive,
    AtGateway,
    GatewayDone,
    AtService,
    ServiceDone,
    AtDatabase,
    DatabaseDone,
    BackAtService,
    BackAtGateway,
    BackAtUser,
}

#[derive(Clone, Copy)]
struct Pending {
    key: u128,
    step: Step,
    branch: u8,
    request: u32,
}

/// A queueing station of identical workers.
struct Station {
    free: u32,
    waiting: VecDeque<(u32, u8)>,
}

/// The results of the loop.
pub struct YardstickTally {
    /// Mean response time in seconds.
    pub mean_seconds: f64,
    /// Number of events.
    pub events: u64,
    /// 99 % quantile in seconds, so that the histogram cannot be optimized away.
    pub p99_seconds: f64,
}

struct Loop {
    calendar: Vec<Pending>,
    sequence: u64,
    now: u64,
    rng: Xoshiro256PlusPlus,
    stations: [Station; 4],
    pools: [Station; 2],
    arrived: Vec<u64>,
    joined: Vec<u8>,
    free: Vec<u32>,
    histogram: wssim_stats::Histogram,
}

impl Loop {
    /// Inserts in order: the earliest is last.
    #[inline]
    fn schedule(&mut self, after: u64, step: Step, branch: u8, request: u32) {
        let key = u128::from(self.now + after) << 64 | u128::from(self.sequence);
        self.sequence += 1;
        self.calendar.push(Pending { key, step, branch, request });
        let mut place = self.calendar.len() - 1;
        while place > 0 && self.calendar[place - 1].key < key {
            self.calendar.swap(place - 1, place);
            place -= 1;
        }
    }

    #[inline]
    fn exponential(&mut self, mean: f64) -> u64 {
        let unit: f64 = Exp1.sample(&mut self.rng);
        (unit * mean) as u64
    }

    #[inline]
    fn enter(&mut self, station: usize, done: Step, branch: u8, request: u32) {
        if self.stations[station].free == 0 {
            self.stations[station].waiting.push_back((request, branch));
            return;
        }
        self.stations[station].free -= 1;
        let service = self.exponential(MEAN_NS[station]);
        self.schedule(service, done, branch, request);
    }

    #[inline]
    fn leave(&mut self, station: usize, done: Step) {
        if let Some((request, branch)) = self.stations[station].waiting.pop_front() {
            let service = self.exponential(MEAN_NS[station]);
            self.schedule(service, done, branch, request);
        } else {
            self.stations[station].free += 1;
        }
    }

    #[inline]
    fn take_connection(&mut self, branch: u8, request: u32) {
        let pool = &mut self.pools[branch as usize - A];
        if pool.free == 0 {
            pool.waiting.push_back((request, branch));
        } else {
            pool.free -= 1;
            self.schedule(HOP, Step::AtDatabase, branch, request);
        }
    }

    #[inline]
    fn free_connection(&mut self, branch: u8) {
        let pool = &mut self.pools[branch as usize - A];
        if let Some((request, branch)) = pool.waiting.pop_front() {
            self.schedule(HOP, Step::AtDatabase, branch, request);
        } else {
            pool.free += 1;
        }
    }

    #[inline]
    fn arrive(&mut self) {
        let gap = self.exponential(1e9 / 200.0);
        self.schedule(gap, Step::Arrive, 0, 0);
        let request = self.free.pop().unwrap_or_else(|| {
            self.arrived.push(0);
            self.joined.push(0);
            self.arrived.len() as u32 - 1
        });
        self.arrived[request as usize] = self.now;
        self.joined[request as usize] = 0;
        self.schedule(HOP, Step::AtGateway, 0, request);
    }

    #[inline]
    fn handle(&mut self, step: Step, branch: u8, request: u32) {
        let service = branch as usize;
        match step {
            Step::Arrive => self.arrive(),
            Step::AtGateway => self.enter(GATEWAY, Step::GatewayDone, 0, request),
            Step::GatewayDone => {
                self.leave(GATEWAY, Step::GatewayDone);
                self.schedule(HOP, Step::AtService, A as u8, request);
                self.schedule(HOP, Step::AtService, B as u8, request);
            }
            Step::AtService => self.enter(service, Step::ServiceDone, branch, request),
            Step::ServiceDone => {
                self.leave(service, Step::ServiceDone);
                self.take_connection(branch, request);
            }
            Step::AtDatabase => self.enter(DATABASE, Step::DatabaseDone, branch, request),
            Step::DatabaseDone => {
                self.leave(DATABASE, Step::DatabaseDone);
                self.schedule(HOP, Step::BackAtService, branch, request);
            }
            Step::BackAtService => {
                self.free_connection(branch);
                self.schedule(HOP, Step::BackAtGateway, branch, request);
            }
            Step::BackAtGateway => {
                self.joined[request as usize] += 1;
                if self.joined[request as usize] == 2 {
                    self.schedule(HOP, Step::BackAtUser, 0, request);
                }
            }
            Step::BackAtUser => {
                self.histogram.record(self.now - self.arrived[request as usize]);
                self.free.push(request);
            }
        }
    }
}

/// Runs until `requests` requests have ended.
#[must_use]
pub fn run(seed: u64, requests: u64) -> YardstickTally {
    let station = |free| Station { free, waiting: VecDeque::new() };
    let mut state = Loop {
        calendar: Vec::with_capacity(256),
        sequence: 0,
        now: 0,
        rng: Xoshiro256PlusPlus::seed_from_u64(seed),
        stations: WORKERS.map(station),
        pools: [station(10), station(10)],
        arrived: Vec::new(),
        joined: Vec::new(),
        free: Vec::new(),
        histogram: wssim_stats::Histogram::new(),
    };
    state.schedule(0, Step::Arrive, 0, 0);
    let mut events = 0;
    while state.histogram.count() < requests {
        let Some(next) = state.calendar.pop() else { break };
        state.now = (next.key >> 64) as u64;
        events += 1;
        state.handle(next.step, next.branch, next.request);
    }
    YardstickTally {
        mean_seconds: state.histogram.mean_ns().unwrap_or(f64::NAN) * 1e-9,
        events,
        p99_seconds: state.histogram.quantile_ns(0.99).unwrap_or(f64::NAN) * 1e-9,
    }
}
