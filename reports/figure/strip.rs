//! The simulated interval beside the plan's range, on one line.
//!
//! ```text
//!           0.230
//!  ▒▒▒▒▒▒▒▒  ├●┤      ▒ the plan's range: open without a limit; ├●┤ the interval and its middle
//!  0.15  0.20
//! ```

use super::bar::{label, percent};
use crate::escape;
use std::fmt::Write as _;

/// A claim's numbers, all in one unit.
pub(crate) struct Strip<'a> {
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) mean: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether the picture includes zero if the range is open.
    pub(crate) from_zero: bool,
    /// Text of the middle.
    pub(crate) middle: &'a str,
    /// Text of a limit.
    pub(crate) written: &'a dyn Fn(f64) -> String,
    /// The text of the whole strip.
    pub(crate) told: String,
}

/// Share of the width left free on either side.
const MARGIN: f64 = 0.12;
/// Distance of two numbers, as a share of the width, below which they would overlap.
const NEAR: f64 = 0.24;

/// The strip, as wide as its container; `None` without a number.
pub(crate) fn strip(strip: &Strip<'_>) -> Option<String> {
    let scale = Scale::of(strip)?;
    let at = |number: f64| percent(scale.part(number));
    let mut text = format!(
        "<svg class=\"strip\" height=\"56\" role=\"img\" aria-label=\"{}\">\
         <line class=\"base\" x1=\"0\" x2=\"100%\" y1=\"28\" y2=\"28\"/>",
        escape::html(&strip.told)
    );
    let [from, to] = [
        strip.min.map_or(0.0, |min| scale.part(min)),
        strip.max.map_or(1.0, |max| scale.part(max)),
    ];
    let _ = write!(
        text,
        "<rect class=\"plan\" x=\"{}\" y=\"18\" width=\"{}\" height=\"20\"/>",
        percent(from),
        percent(to - from)
    );
    for limit in [strip.min, strip.max].into_iter().flatten() {
        let x = at(limit);
        let _ = write!(text, "<line class=\"limit\" x1=\"{x}\" x2=\"{x}\" y1=\"15\" y2=\"41\"/>");
    }
    let [low, high] = scale.ends(strip).map(percent);
    let _ = write!(
        text,
        "<line class=\"interval\" x1=\"{low}\" x2=\"{high}\" y1=\"28\" y2=\"28\"/>\
         <line class=\"cap\" x1=\"{low}\" x2=\"{low}\" y1=\"22\" y2=\"34\"/>\
         <line class=\"cap\" x1=\"{high}\" x2=\"{high}\" y1=\"22\" y2=\"34\"/>\
         <circle class=\"middle\" cx=\"{}\" cy=\"28\" r=\"4.5\"/>",
        at(strip.mean)
    );
    label(&mut text, scale.part(strip.mean), 11, "simulated", strip.middle);
    let limits = [strip.min, strip.max]
        .map(|limit| limit.map(|limit| (scale.part(limit), (strip.written)(limit))));
    match limits {
        [Some((first, low)), Some((last, high))] if last - first < NEAR => {
            let both = if low == high { low } else { format!("{low} … {high}") };
            label(&mut text, f64::midpoint(first, last), 53, "planned", &both);
        }
        ends => {
            for (part, written) in ends.into_iter().flatten() {
                label(&mut text, part, 53, "planned", &written);
            }
        }
    }
    text.push_str("</svg>");
    Some(text)
}

/// The horizontal scale.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(strip: &Strip<'_>) -> Option<Self> {
        let ends = [strip.min, strip.max, Some(strip.mean), Some(strip.low), Some(strip.high)];
        let zero = (strip.from_zero && (strip.min.is_none() || strip.max.is_none())).then_some(0.0);
        let numbers = || ends.into_iter().chain([zero]).flatten().filter(|end| end.is_finite());
        numbers().next()?;
        let low = numbers().fold(f64::INFINITY, f64::min);
        let high = numbers().fold(f64::NEG_INFINITY, f64::max);
        let span = if high > low { high - low } else { high.abs().max(1e-9) };
        Some(Self { low: low - span * MARGIN, high: high + span * MARGIN })
    }

    /// The ends of the interval: an open one extends to the edge, an unknown one is not drawn.
    fn ends(&self, strip: &Strip<'_>) -> [f64; 2] {
        let end = |end: f64| if end.is_nan() { strip.mean } else { end };
        [strip.low, strip.high].map(|number| self.part(end(number)))
    }

    fn part(&self, number: f64) -> f64 {
        ((number - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}
