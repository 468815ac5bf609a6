//! Text that people write and terminals show, for scenarios, reports and the command line alike.
//!
//! ```text
//! what people write   file       a path ──► its bytes, where it is a file and not too long
//!                     quantity   "1m30s", "8 kB", "200/min" ──► a number and what it measures
//!                     suggest    "gibd-postgers" ──► "did you mean `gibd-postgres`?"
//! what they read      capital    a text ──► the same as a sentence begins
//!                     printable  anything ──► one line that acts on no terminal
//!                     width      columns that it takes, and how it is cut to some
//!                     wrap       a text ──► lines of at most so many columns
//! ```
//!
//! Only texts: nothing here knows a scenario, a report or a terminal. It depends on no other crate
//! of ours.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

mod capital;
pub mod decode;
pub mod file;
mod printable;
pub mod quantity;
pub mod suggest;
pub mod width;
pub mod wrap;

pub use capital::capital;
pub use printable::{is_control, printable};
pub use suggest::hint;
