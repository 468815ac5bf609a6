//! Intervals of shares cover the truth as often as stated, however requests fail together.

use super::{Fixed, steady};
use crate::text::{poisson, station};
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_kernel::stream::{Draw, StreamKey};
use wssim_stats::share_interval;

/// Experiments of each kind; the binomial bounds of 92.5 to 97.5 % are those of `coverage.rs`.
const EXPERIMENTS: u64 = 400;
const REPLICATIONS: u32 = 10;

/// The failures of requests in one replication.
#[derive(Clone, Copy, Debug)]
struct Errors {
    /// Mean share of failed requests.
    share: f64,
    /// Correlation: with this probability a request has the outcome of the one before, so a burst of
    /// errors is 1 / (1 − `like`) long, and counts as one error.
    like: f64,
    /// Variation between replications, as a share of the mean share, up or down.
    spread: f64,
    requests: u32,
}

impl Errors {
    const fn alone(share: f64, requests: u32) -> Self {
        Self { share, like: 0.0, spread: 0.0, requests }
    }

    /// The number of errors; `spread` is relative to the rarer outcome.
    fn in_replication(&self, random: &mut Draw<'_>) -> f64 {
        let up = random.open01() < 0.5;
        let few = self.share.min(1.0 - self.share);
        let few = few * if up { 1.0 + self.spread } else { 1.0 - self.spread };
        let share = if self.share < 0.5 { few } else { 1.0 - few };
        let mut fails = random.open01() < share;
        let mut errors = 0;
        for _ in 0..self.requests {
            errors += u32::from(fails);
            if random.open01() >= self.like {
                fails = random.open01() < share;
            }
        }
        f64::from(errors)
    }

    /// Of [`EXPERIMENTS`] experiments: those whose 95 % interval covers the share, and those in which
    /// none or all of the requests failed.
    fn covered(&self) -> (u64, u64) {
        let (mut covered, mut extreme) = (0, 0);
        for experiment in 0..EXPERIMENTS {
            let whole = f64::from(self.requests);
            let pairs: Vec<(f64, f64)> = (0..REPLICATIONS)
                .map(|replication| {
                    let name = format!("{self:?}");
                    let stream = StreamKey::new(experiment, replication, "test", &name);
                    let mut random = stream.draw(0, 0);
                    (self.in_replication(&mut random), whole)
                })
                .collect();
            let trials = whole * f64::from(REPLICATIONS);
            let interval = share_interval(&pairs, trials, 0.95).unwrap();
            assert!(interval.low >= 0.0 && interval.high <= 1.0, "{interval:?}");
            covered += u64::from(interval.covers(self.share));
            extreme += u64::from(interval.mean == 0.0 || interval.mean == 1.0);
        }
        println!("{self:?}: {covered} of {EXPERIMENTS} cover, {extreme} saw none or all");
        (covered, extreme)
    }
}

/// With observed errors of usual variation the interval is meant to be exact: 92.5 to 97.5 %.
#[test]
fn shares_are_covered_as_often_as_is_said() {
    for share in [0.001, 0.01, 0.3, 0.99] {
        // At least some twenty errors or bursts in an experiment.
        let requests = if share < 0.01 { 2_000 } else { 600 };
        let alone = Errors::alone(share, requests);
        for errors in [
            alone,
            Errors { like: 0.5, requests: 2 * requests, ..alone },
            Errors { like: 0.8, requests: 5 * requests, ..alone },
            Errors { spread: 0.5, ..alone },
        ] {
            let (covered, extreme) = errors.covered();
            assert!((370..=390).contains(&covered), "{errors:?}: {covered} of 400 cover");
            assert!(extreme < 4, "{errors:?}: {extreme}");
        }
    }
}

/// If an experiment often has no error, or no other answer, the interval is meant to be conservative: at
/// least 92.5 %.
#[test]
fn what_is_seldom_seen_is_covered_often_enough() {
    for errors in [
        Errors::alone(0.001, 200),
        Errors::alone(0.001, 50),
        Errors::alone(0.0001, 1_000),
        Errors::alone(0.999, 200),
    ] {
        let (covered, extreme) = errors.covered();
        assert!(covered >= 370, "{errors:?}: {covered} of 400 cover");
        assert!(extreme >= 20, "{errors:?}: {extreme} saw none or all");
    }
}

/// The previous interval for shares, that of a ratio, fails the first test.
#[test]
fn the_interval_of_a_ratio_would_cover_less() {
    let bursts = Errors { share: 0.001, like: 0.8, spread: 0.0, requests: 4_000 };
    let covered = (0..EXPERIMENTS).filter(|&experiment| {
        let pairs: Vec<(f64, f64)> = (0..REPLICATIONS)
            .map(|replication| {
                let stream = StreamKey::new(experiment, replication, "test", "ratio");
                let mut random = stream.draw(0, 0);
                (bursts.in_replication(&mut random), 4_000.0)
            })
            .collect();
        wssim_stats::ratio_interval(&pairs, 0.95).unwrap().covers(bursts.share)
    });
    let covered = covered.count();
    println!("{covered} of 400 intervals of a ratio cover");
    assert!(covered < 370, "{covered} of 400");
}

/// A loss system: a request that comes while the one worker is busy is refused, and so are those that come soon
/// after. Erlang's formula for one server gives their share: a / (1 + a).
#[test]
fn the_error_ratio_of_a_world_is_covered_too() {
    let offered = 0.3 / 0.7;
    let loss = station(4, "workers = 1\nbacklog = 0", "exp(10ms)", poisson(offered / 0.01));
    let worlds = Fixed(loss.blueprint());
    let question = steady(1.0, 10.0);
    let covered = (0..EXPERIMENTS).filter(|seed| {
        let options = Options {
            seed: *seed,
            threads: None,
            replications: Some(REPLICATIONS),
            precision: 0.02,
            ranges: true,
        };
        let findings = run(&worlds, &question, &options, &Unwatched).unwrap();
        let is_it = |metric: &&wssim_experiment::findings::Metric| {
            metric.name == "error_ratio"
                && metric.labels[0].1 == "all"
                && metric.labels[1].1 == "refused"
        };
        findings.metrics.iter().find(is_it).unwrap().estimate.unwrap().covers(0.3)
    });
    let covered = covered.count();
    println!("{covered} of 400 intervals of an error ratio cover");
    assert!((370..=390).contains(&covered), "{covered} of 400 intervals cover");
}
