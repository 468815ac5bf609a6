//! The simulation kernel: time, calendar, run loop and random streams.
//!
//! It knows events only as a type parameter and names no concept of the cluster.

pub mod calendar;
mod event;
mod run;
pub mod stream;
mod time;

pub use calendar::Calendar;
pub use event::Event;
pub use run::{Model, run_until};
pub use time::{Nanos, Time};
