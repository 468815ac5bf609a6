//! Pictures for a terminal: numbers against a number, or a bar for each name; `figure` draws the same as SVG.
//!
//! ```text
//!  Response time of web, p95
//!  300 ms ┤                                   ●     ● the mean   │ its interval   · between two points
//!         │                              ·····
//!  200 ms ┤                         ·····
//!         │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌●╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌   a limit
//!    0 ms ┼●·········●·······
//!         └┬─────────┬─────────┬──────────────┬
//!          1         2         3              4
//! ```
//! Only characters of one column, and no colour. Names must be printable.

mod axis;
mod bars;
mod canvas;
mod chart;
mod parts;
#[cfg(test)]
mod tests;

pub(crate) use axis::{Axis, label};
pub(crate) use bars::{Bar, bars};
pub(crate) use chart::{Axes, LEVELS, MOST_SERIES, axes, chart};
pub(crate) use parts::{Chart, Dot, DotSeries};
