//! One replication from beginning to end.

use crate::blueprint::Blueprint;
use crate::overfull::{Cut, check_users};
use crate::probe::Probe;
use crate::run::{Outcome, Run};
use crate::world::World;
use wssim_kernel::{Calendar, Nanos, Time, run_until};

/// Measured requests are followed for at most this many times the simulated stretch; those then still in
/// flight are reported as unfinished.
const FOLLOW: u64 = 10;
/// Events between two checks of `stop` and of what is in flight: far below a tenth of a second.
pub(crate) const EVENTS_A_LOOK: u64 = 1024;

/// Simulates one replication. `stop` is called now and then; if it returns true there is no outcome.
///
/// # Errors
/// When it is stopped, or more is in flight than fits.
pub fn simulate<P: Probe>(
    blueprint: &Blueprint,
    run: Run,
    probe: P,
    stop: &dyn Fn() -> bool,
) -> Result<(Outcome, P), Cut> {
    let stretch = run.lead.0.saturating_add(run.measured.0);
    simulate_following(blueprint, run, Nanos(stretch.saturating_mul(FOLLOW)), probe, stop)
}

/// The same, but measured requests are followed for at most `follow` after their stretch, for worlds where a
/// fault leaves requests hanging for ever.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_following<P: Probe>(
    blueprint: &Blueprint,
    run: Run,
    follow: Nanos,
    probe: P,
    stop: &dyn Fn() -> bool,
) -> Result<(Outcome, P), Cut> {
    check_users(blueprint)?;
    let mut calendar = Calendar::new();
    let mut world = World::open(blueprint, run, probe, &mut calendar);
    let mut events = 0;
    let now = loop {
        // A procedure may end its stretch earlier.
        let Run { lead, measured, .. } = world.run;
        let limit = Time(lead.0.saturating_add(measured.0).saturating_add(follow.0));
        let more = run_until(&mut world, &mut calendar, limit, EVENTS_A_LOOK);
        events += more;
        if world.is_done {
            break calendar.now();
        }
        if more < EVENTS_A_LOOK {
            // The stretch may have been ended by an event later than the limit that follows from it.
            break limit.max(calendar.now());
        }
        if stop() {
            return Err(Cut::Stopped);
        }
        match world.overfull(&calendar) {
            None => {}
            // The measured stretch is complete; the rest is given up, as at the limit.
            Some(_) if world.ledger.is_over() => break calendar.now(),
            Some(overfull) => return Err(Cut::Overfull(overfull)),
        }
    };
    world.assert_laws(now, &mut calendar);
    world.tell_unfinished(now);
    let outcome = Outcome {
        events,
        requests: world.traffic.measured(),
        unfinished: world.traffic.measured_in_flight(),
        calendar_peak: calendar.peak(),
        simulated: now.since(Time::ZERO),
        parts: world.averages_of_parts(),
        averages: world.final_averages(),
    };
    Ok((outcome, world.probe))
}
