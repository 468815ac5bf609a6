//! Updates: how long they last by the rules alone, how many containers are up meanwhile, and what failures cause.

use super::*;
use crate::ids::RolloutId;
use crate::orchestrator::{Ending, OnFailure, Renewal, Rollout};

/// Store, scheduler and dispatcher, from a new task to its start, in seconds: 0.05 and 0.2 to 0.5.
const BATCHES: [f64; 2] = [0.25, 0.55];
/// Until a manager learns of an end, in seconds.
const STATUS: f64 = 0.1;

/// One service of `replicas` on one node, with a place beside each; new images take 20 s to pull.
fn rolled(replicas: u32, update: UpdatePolicy) -> Cluster {
    let mut cluster = cluster(1, 1, 0);
    cluster.wanted[0].replicas = Some(replicas);
    let place = |first| Place { service: ServiceId(0), node: NodeId(0), first };
    let runs = std::iter::repeat_n(place(First::Runs), replicas as usize);
    let spare = std::iter::repeat_n(place(First::Spare), replicas as usize);
    cluster.places = runs.chain(spare).collect();
    cluster.images = vec![image(ImageSource::Outside, 1), image(ImageSource::Outside, 20)];
    cluster.services[0].image = Some(0);
    cluster.services[0].update = update;
    cluster.rollouts.push(Rollout {
        name: "deploy".to_owned(),
        stack: "web".to_owned(),
        at: Nanos::ZERO,
        build: None,
        renewals: vec![Renewal { service: ServiceId(0), image: 1 }],
    });
    cluster
}

/// Each container is healthy `healthy` seconds after its start, and gone `ends` seconds after the order to end.
fn deployed(cluster: &Cluster, [healthy, ends]: [u64; 2]) -> Driver<'_> {
    let mut driver = Driver::new(cluster, 1);
    (driver.healthy_after, driver.ends_after) = (Nanos(healthy * SECOND), Nanos(ends * SECOND));
    driver.tell(AT, Told::Deploys(RolloutId(0)));
    driver
}

/// When the update is over, in seconds since its beginning, and how.
fn over(driver: &Driver<'_>) -> Option<(f64, Ending)> {
    driver.facts.iter().find_map(|(at, fact)| match fact {
        Fact::Updated(_, _, outcome) => Some((at.since(AT).as_f64() * 1e-9, *outcome)),
        _ => None,
    })
}

/// The first slot pulls for 20 s, the others find the image; each round takes the longer of stopping and
/// pulling, batches, the time until the container is healthy, and the delay.
#[test]
fn an_update_lasts_the_sum_of_its_rules() {
    for (start_first, replicas, parallelism, delay, monitor, healthy, ends) in [
        (false, 1, 1, 0, 5, 10, 3),
        (false, 4, 1, 0, 5, 10, 3),
        (false, 4, 1, 30, 5, 10, 3),
        (false, 4, 2, 10, 60, 10, 30),
        (false, 5, 2, 0, 5, 10, 3),
        (false, 5, 0, 0, 5, 10, 3),
        (true, 1, 1, 0, 5, 10, 3),
        (true, 4, 1, 7, 5, 0, 3),
        (true, 6, 3, 0, 20, 45, 10),
    ] {
        let policy = UpdatePolicy {
            parallelism,
            delay: Nanos(delay * SECOND),
            monitor: Nanos(monitor * SECOND),
            start_first,
            ..UpdatePolicy::default()
        };
        let cluster = rolled(replicas, policy);
        let mut driver = deployed(&cluster, [healthy, ends]);
        driver.until(Time(3600 * SECOND));
        let rounds = if parallelism == 0 { 1 } else { replicas.div_ceil(parallelism) };
        let stops = |pulls: u64| if start_first { pulls } else { pulls.max(ends) };
        let watched = if monitor > delay { monitor } else { delay + 1 };
        let sum = stops(20)
            + u64::from(rounds - 1) * stops(0)
            + u64::from(rounds) * (healthy + delay)
            + watched;
        let (lasted, outcome) = over(&driver).unwrap();
        let each = f64::from(rounds);
        // Ends and starts are reported within a batch; an order takes the same.
        let slack = [BATCHES[0] * each - 0.05 * each, (BATCHES[1] + 3.0 * STATUS) * each];
        let least = sum as f64 + slack[0] - 1e-6;
        assert_eq!(outcome, Ending::Completed);
        assert!(
            (least..sum as f64 + slack[1]).contains(&lasted),
            "{policy:?}: {lasted} s, {sum} s"
        );
        // All run the new image, and no other container runs.
        let images = (0..cluster.places.len()).map(|at| {
            driver.alive[at].then(|| driver.orchestrator.image_at(ContainerId::from(at)))
        });
        let running: Vec<_> = images.flatten().collect();
        assert_eq!(running, vec![Some(1); replicas as usize]);
    }
}

/// How many run at each moment: stop-first takes `parallelism` away, start-first adds it.
#[test]
fn stop_first_takes_away_and_start_first_adds() {
    for (start_first, parallelism) in [(false, 1), (false, 2), (true, 1), (true, 2)] {
        let policy = UpdatePolicy { parallelism, start_first, ..UpdatePolicy::default() };
        let cluster = rolled(4, policy);
        // The old container ends at once: the next slot does not wait for it.
        let mut driver = deployed(&cluster, [10, 0]);
        let (mut least, mut most) = (4, 4);
        for step in 0..2000_u64 {
            driver.until(AT + Nanos(step * SECOND / 10));
            let running = driver.alive.iter().filter(|alive| **alive).count() as u32;
            (least, most) = (least.min(running), most.max(running));
        }
        let expected = if start_first { [4, 4 + parallelism] } else { [4 - parallelism, 4] };
        assert_eq!([least, most], expected, "start first: {start_first}, {parallelism} at once");
    }
}

/// New containers end after a second. The first failure is one of four tasks.
#[test]
fn failures_pause_or_roll_back() {
    for (on_failure, ratio, expected, old) in [
        (OnFailure::Pause, 0.0, Ending::Paused, 3),
        (OnFailure::Rollback, 0.0, Ending::RolledBack, 4),
        (OnFailure::Pause, 0.3, Ending::Paused, 2),
        (OnFailure::Continue, 0.0, Ending::Completed, 0),
    ] {
        let policy =
            UpdatePolicy { on_failure, max_failure_ratio: ratio, ..UpdatePolicy::default() };
        let cluster = rolled(4, policy);
        let mut driver = deployed(&cluster, [10, 3]);
        for step in 0..3000_u64 {
            let now = AT + Nanos(step * SECOND / 10);
            driver.until(now);
            for place in 0..cluster.places.len() {
                let id = ContainerId::from(place);
                if driver.alive[place] && driver.orchestrator.image_at(id) == Some(1) {
                    driver.end(now, id, Exit::Failed);
                }
            }
        }
        assert_eq!(over(&driver).map(|(_, outcome)| outcome), Some(expected), "{on_failure:?}");
        let runs_old = |place: &usize| {
            let image = driver.orchestrator.image_at(ContainerId::from(*place));
            driver.alive[*place] && image == Some(0)
        };
        let left = (0..cluster.places.len()).filter(runs_old).count();
        assert_eq!(left, old, "{on_failure:?} above {ratio}");
    }
}

/// A task that fails after its monitor period is restarted as usual and does not count.
#[test]
fn what_fails_later_does_not_count() {
    let cluster = rolled(2, UpdatePolicy { delay: Nanos(20 * SECOND), ..UpdatePolicy::default() });
    let mut driver = deployed(&cluster, [1, 3]);
    driver.until(AT + Nanos(43 * SECOND));
    let new = |driver: &Driver<'_>| {
        (0..4).find(|at| driver.orchestrator.image_at(ContainerId::from(*at)) == Some(1)).unwrap()
    };
    // It runs since 21 s; the monitor period is the delay and a second.
    let first = new(&driver);
    driver.end(AT + Nanos(43 * SECOND), ContainerId::from(first), Exit::Failed);
    driver.until(Time(3600 * SECOND));
    assert_eq!(over(&driver).unwrap().1, Ending::Completed);
}

/// Reservations leave no room for two: start-first waits forever, stop-first does not.
#[test]
fn start_first_needs_the_room_of_both() {
    for start_first in [true, false] {
        let mut cluster = rolled(1, UpdatePolicy { start_first, ..UpdatePolicy::default() });
        cluster.wanted[0].memory_bytes = 5e9;
        let mut driver = deployed(&cluster, [10, 3]);
        driver.until(Time(3600 * SECOND));
        let pending = driver.facts.iter().any(|(_, fact)| matches!(fact, Fact::Pending(..)));
        assert!(pending);
        let [old, new] = [0, 1].map(|image| {
            let runs = |at: &usize| {
                let id = ContainerId::from(*at);
                driver.alive[*at] && driver.orchestrator.image_at(id) == Some(image)
            };
            (0..2).filter(runs).count()
        });
        assert_eq!(
            (over(&driver).is_none(), old, new),
            if start_first { (true, 1, 0) } else { (false, 0, 1) }
        );
    }
}

/// The new task waits at most a minute for an old one that does not end within its grace period.
#[test]
fn the_old_task_is_waited_for_a_minute() {
    let cluster = rolled(1, UpdatePolicy::default());
    let mut driver = deployed(&cluster, [0, 300]);
    driver.until(AT + Nanos(299 * SECOND));
    let start = driver.first(starts).unwrap();
    assert!((80.2..80.6).contains(&start), "{start}");
}
