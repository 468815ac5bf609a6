//! A claim and its verdict, for all tables of claims.

use crate::metric_name;
use crate::quantity;
use crate::table::{Cell, Tone};
use wssim_experiment::findings::{JudgedClaim, Verdict};

/// Whether the claim is about a change, and its numbers have signs.
pub(crate) fn is_change(judged: &JudgedClaim) -> bool {
    judged.claim.relative_to.is_some()
}

/// The sentence, and the part of the measured stretch that it is about, if any.
pub(crate) fn sentence(judged: &JudgedClaim) -> String {
    let (text, part) = (&judged.claim.text, metric_name::part_of(&judged.claim.metric));
    part.map_or_else(|| text.clone(), |part| format!("{text} ({part})"))
}

/// The plan's column: `expected` as text.
pub(crate) fn plan(judged: &JudgedClaim) -> String {
    let (expected, unit, change) = (judged.claim.expected, judged.unit, is_change(judged));
    match (expected.min, expected.max) {
        (Some(min), Some(max)) => {
            let range = if min == max {
                quantity::plain(min, unit, change)
            } else {
                quantity::range(min, max, unit, change)
            };
            if expected.point {
                let point = quantity::plain(f64::midpoint(min, max), unit, change);
                format!("{range} (±10 % of {point})")
            } else {
                range
            }
        }
        (Some(min), None) => format!("≥ {}", quantity::plain(min, unit, change)),
        (None, Some(max)) => format!("≤ {}", quantity::plain(max, unit, change)),
        (None, None) => "any".to_owned(),
    }
}

/// The plan's column in few words: `18 GB ±10 %`, `+5–10 ms`.
pub(crate) fn short_plan(judged: &JudgedClaim) -> String {
    let expected = judged.claim.expected;
    match (expected.min, expected.max) {
        (Some(min), Some(max)) if expected.point => {
            let point = f64::midpoint(min, max);
            format!("{} ±10 %", quantity::plain(point, judged.unit, is_change(judged)))
        }
        (Some(min), Some(max)) if is_change(judged) && 0.0 < min && min < max => {
            format!("+{}", quantity::range(min, max, judged.unit, false))
        }
        _ => plan(judged),
    }
}

/// The colour of a verdict.
pub(crate) fn tone(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Holds | Verdict::Reproduced => Tone::Good,
        Verdict::Refuted => Tone::Bad,
        Verdict::Undecided => Tone::Open,
    }
}

/// The name of the verdict.
pub(crate) fn verdict_name(judged: &JudgedClaim) -> Cell {
    let of = if judged.is_at_given_values() { Verdict::Undecided } else { judged.verdict };
    Cell::toned(judged.verdict.name(), tone(of))
}
