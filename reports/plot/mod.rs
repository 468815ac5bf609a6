//! Pictures for a terminal: numbers against a number, or a bar for each name.
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
//! Only characters of one column, and no colour: what is drawn says everything. Names are expected to be
//! printable.

mod axis;
mod bars;
mod canvas;
mod chart;
#[cfg(test)]
mod tests;

pub(crate) use bars::{Bar, bars};
pub(crate) use chart::chart;

/// Numbers against a number.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    /// What the numbers are.
    pub(crate) title: String,
    /// What they are drawn against.
    pub(crate) x_name: String,
    pub(crate) x_unit: &'static str,
    /// Whether equal ratios are equally far apart.
    pub(crate) x_is_log: bool,
    pub(crate) y_unit: &'static str,
    /// What is drawn with one mark.
    pub(crate) series: Vec<Series>,
    /// A level that means something, and what.
    pub(crate) limit: Option<(f64, String)>,
}

/// Numbers that belong together, ascending.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) dots: Vec<Dot>,
}

/// A number with its interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dot {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether it is to be taken with care, and has another mark.
    pub(crate) is_odd: bool,
}
