//! The report of `trace`: where the time of one request goes.
//!
//! ```text
//!           ┌─► rows ──► bars ──┐
//!   Trace ──┤                   ├─► text, markdown     a waterfall, and its sums
//!           ├─► sums ───────────┘
//!           ├─► json                                   for programs
//!           └─► chrome                                 trace.json, for Perfetto
//! ```

mod bars;
pub(crate) mod chrome;
mod clock;
mod json;
mod lanes;
mod rows;
#[cfg(test)]
mod sample;
mod sums;
mod text;
mod wording;

pub use chrome::render as chrome;
pub use json::render as json;
pub use text::{TraceTextOptions, markdown, text};
