//! Bars as wide as their container: a fill level, or a number before and after.

use crate::escape;
use std::fmt::Write as _;

/// Share from which a bar is nearly full.
const NEARLY: f64 = 0.7;
/// Share from which it is full.
const FULL: f64 = 0.9;

/// A fill level; above one the bar is full. `told` is its text.
pub(crate) fn bar(share: f64, told: &str) -> String {
    let class = match share {
        share if share >= FULL => "full",
        share if share >= NEARLY => "nearly",
        _ => "fill",
    };
    let part = percent(share);
    format!(
        "<svg class=\"bar\" role=\"img\" aria-label=\"{}\"><rect class=\"track\" width=\"100%\" height=\"100%\"/>\
         <rect class=\"{class}\" width=\"{part}\" height=\"100%\"/></svg>",
        escape::html(told)
    )
}

/// From one share of the whole to another.
pub(crate) fn span([from, to]: [f64; 2], class: &'static str, told: &str) -> String {
    format!(
        "<svg class=\"bar\" role=\"img\" aria-label=\"{}\"><rect class=\"track\" width=\"100%\" height=\"100%\"/>\
         <rect class=\"{class}\" x=\"{}\" width=\"{}\" height=\"100%\"/></svg>",
        escape::html(told),
        percent(from),
        percent((to - from).max(0.003)),
    )
}

/// A number with its interval as a bar from zero, as shares of `whole`.
pub(crate) struct Length {
    pub(crate) mean: f64,
    pub(crate) ends: [f64; 2],
    pub(crate) class: &'static str,
}

/// Bars below each other, on one scale.
pub(crate) fn pair(lengths: &[Length], whole: f64, told: &str) -> String {
    let height = 14 * lengths.len();
    let mut text = format!(
        "<svg class=\"pair\" height=\"{height}\" role=\"img\" aria-label=\"{}\">",
        escape::html(told)
    );
    for (row, length) in lengths.iter().enumerate() {
        let (top, middle) = (14 * row + 2, 14 * row + 7);
        let [low, high] =
            length.ends.map(|end| percent(if end.is_finite() { end } else { length.mean } / whole));
        let _ = write!(
            text,
            "<rect class=\"{}\" y=\"{top}\" width=\"{}\" height=\"10\"/>\
             <line class=\"whisker\" x1=\"{low}\" x2=\"{high}\" y1=\"{middle}\" y2=\"{middle}\"/>",
            length.class,
            percent(length.mean / whole),
        );
    }
    text.push_str("</svg>");
    text
}

/// The result of a search.
pub(crate) struct Bracket<'a> {
    /// The last value at which all conditions hold.
    pub(crate) kept: Option<f64>,
    /// The first at which one does not.
    pub(crate) missed: Option<f64>,
    /// Values with class and text, ascending.
    pub(crate) tried: &'a [(f64, &'a str, &'a str)],
    pub(crate) told: String,
}

/// A line from zero to the largest tried value.
pub(crate) fn bracket(bracket: &Bracket<'_>) -> String {
    let largest = bracket.tried.iter().map(|(value, ..)| *value).fold(0.0, f64::max);
    let part = |value: f64| value / (1.08 * largest);
    let mut text = format!(
        "<svg class=\"strip\" height=\"56\" role=\"img\" aria-label=\"{}\">\
         <rect class=\"track\" y=\"18\" width=\"100%\" height=\"20\"/>",
        escape::html(&bracket.told)
    );
    if let Some(kept) = bracket.kept {
        let width = percent(part(kept));
        let _ = write!(text, "<rect class=\"kept\" y=\"18\" width=\"{width}\" height=\"20\"/>");
    }
    if let Some(missed) = bracket.missed {
        let (x, width) = (percent(part(missed)), percent(1.0 - part(missed)));
        let _ = write!(
            text,
            "<rect class=\"missed\" x=\"{x}\" y=\"18\" width=\"{width}\" height=\"20\"/>"
        );
    }
    for (value, class, _) in bracket.tried {
        let x = percent(part(*value));
        let _ = write!(text, "<circle class=\"{class}\" cx=\"{x}\" cy=\"28\" r=\"4\"/>");
    }
    let named = [(bracket.kept, 11), (bracket.missed, 53)];
    for (value, y) in named {
        let tried = bracket.tried.iter().find(|(one, ..)| Some(*one) == value);
        if let Some((value, class, written)) = tried {
            label(&mut text, part(*value), y, class, written);
        }
    }
    text.push_str("</svg>");
    text
}

/// A number at its place, kept inside the picture at both ends.
pub(super) fn label(text: &mut String, part: f64, y: u32, class: &str, written: &str) {
    let anchor = match part {
        part if part < 0.15 => "start",
        part if part > 0.85 => "end",
        _ => "middle",
    };
    let _ = write!(
        text,
        "<text class=\"{class}\" x=\"{}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
        percent(part),
        escape::html(written)
    );
}

/// A share as an SVG length.
pub(super) fn percent(share: f64) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    format!("{:.2}%", share * 100.0)
}
