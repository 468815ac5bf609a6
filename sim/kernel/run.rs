//! The run loop: takes the earliest event and hands it to the model, until told to stop.

use crate::{Calendar, Event, Time};

/// Something that events happen to.
pub trait Model {
    /// Everything that can happen: one closed `Copy` enum.
    type Event: Event;

    /// Lets `event` happen at `now`; what follows from it goes on the calendar.
    fn handle(&mut self, now: Time, event: Self::Event, calendar: &mut Calendar<Self::Event>);

    /// Whether the run is over, asked after each event.
    fn is_done(&self) -> bool;
}

/// Runs `model` until it is done, the calendar is empty, the next event lies after `limit`, or `most` events
/// have happened. Returns how many happened: fewer than `most` only where one of the others ended it.
pub fn run_until<M: Model>(
    model: &mut M,
    calendar: &mut Calendar<M::Event>,
    limit: Time,
    most: u64,
) -> u64 {
    // Counted down: it costs as much as counting alone.
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
