//! The run loop: takes the earliest event and hands it to the model, until told to stop.

use crate::{Calendar, Event, Time};

/// A model that handles events.
pub trait Model {
    /// All events of the model: one closed `Copy` enum.
    type Event: Event;

    /// Handles `event` at `now` and schedules its consequences. The run ends with this event if it stops the
    /// calendar ([`Calendar::stop`]): to ask the model after each event would take more instructions.
    fn handle(&mut self, now: Time, event: Self::Event, calendar: &mut Calendar<Self::Event>);
}

/// Runs `model` until it stops the calendar, the calendar is empty, the next event lies after `limit`, or
/// `most` events have been handled. Returns the number handled: fewer than `most` only when another
/// condition ended the run.
pub fn run_until<M: Model>(
    model: &mut M,
    calendar: &mut Calendar<M::Event>,
    limit: Time,
    most: u64,
) -> u64 {
    calendar.open_until(limit);
    // Counts down: as cheap as counting events alone.
    let mut left = most;
    while left > 0 {
        let Some((now, event)) = calendar.pop_if_open() else { break };
        left -= 1;
        model.handle(now, event, calendar);
    }
    most - left
}
