//! Figures as SVG: numbers against a number, response times over time, bars, and intervals beside the
//! plan's ranges.
//!
//! ```text
//!  plot::Chart ──► lines   curves, series over time, sweeps
//!  Heat        ──► heat    response times over time        (axes and marks: plotters)
//!  Strip       ──► strip   a claim's interval, drawn against the plan's range
//!  share       ──► bar     fill levels                       (by hand: three shapes each)
//! ```
//! Colours come from `theme`; a style sheet may replace them, which gives a dark look without a second
//! drawing. All else is SVG attributes: no style, no script, no font.

mod bar;
mod canvas;
mod heat;
mod lines;
mod strip;
#[cfg(test)]
mod tests;
mod theme;

pub(crate) use bar::{Bracket, Length, bar, bracket, pair, span};
pub(crate) use heat::{Heat, heat};
pub(crate) use lines::{ONE_IN, lines};
pub(crate) use strip::{Strip, strip};
pub(crate) use theme::{light, sheet};
