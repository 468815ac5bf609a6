//! Figures as SVG: numbers against a number, how often what took how long when, bars, and intervals beside
//! what was planned.
//!
//! ```text
//!  plot::Chart ──► lines   curves, series over time, sweeps
//!  Heat        ──► heat    response times over time        (axes and marks: plotters)
//!  Strip       ──► strip   a claim's interval, drawn against the plan's range
//!  share       ──► bar     how full something is             (by hand: three shapes each)
//! ```
//! Colours are those of `theme`; a style sheet may give each another value, and so has a dark look without a
//! second drawing. Everything else is said by SVG attributes: no style, no script, no font.

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
