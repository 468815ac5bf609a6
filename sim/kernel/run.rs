//! The run loop: takes the earliest event and hands it to the model, until told to stop.

use crate::{Calendar, Event, Time};

/// A model that handles events.
pub trait Model {
    /// All events of the model: one closed `Copy` enum.
    type Event: Event;

    /// Handles `event` at `now` and schedules its consequences.
    fn handle(&mut self, now: Time, event: Self::Event, calendar: &mut Calendar<Self::Event>);

    /// Whether the run is over, asked after each event.
    fn is_done(&self) -> bool;
}

/// Runs `model` until it is done, the calendar is empty, the next event lies after `limit`, or `most`
/// events have been handled. Returns the number handled: fewer than `most` only when another condition
/// ended the run.
pub fn run_until<M: Model>(
    model: &mut M,
    calendar: &mut Calendar<M::Event>,
    limit: Time,
    most: u64,
) -> u64 {
    // Counts down: as cheap as counting events alone.
    let mut left = most;
    while left > 0 {
        let Some((now, event)) = calendar.pop_until(limit) else { break };
        left -= 1;
        model.handle(now, event, calendar);
        if model.is_done() {
            break;
        }
    }
    most - left
}
