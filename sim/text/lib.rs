//! Reads and prints text for scenarios, reports and the command line.
//!
//! ```text
//! what people write   file       a path ──► its bytes, of a regular file of limited size
//!                     quantity   "1m30s", "8 kB", "200/min" ──► a number and what it measures
//!                     suggest    "gibd-postgers" ──► "did you mean `gibd-postgres`?"
//! what they read      capital    a text ──► the same as a sentence begins
//!                     printable  anything ──► one line that acts on no terminal
//!                     width      how many columns a text takes, and how to cut it
//!                     wrap       a text ──► lines of limited width
//! ```
//!
//! It knows no scenario, report or terminal, and depends on no other crate of the workspace.

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
