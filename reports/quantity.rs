//! Numbers as people read them: adaptive units, and no more digits than the interval allows.

use wssim_stats::Estimate;

/// Most significant digits of any number.
const MOST_DIGITS: i32 = 4;
/// Shares below this are printed alike in tables.
const LEAST_SHARE: f64 = 1e-4;
/// Significant digits of a number without an interval.
const PLAIN_DIGITS: i32 = 4;
/// Significant digits of the only finite end of an interval.
const OPEN_DIGITS: i32 = 3;
/// Largest ratio of the two sides of an interval written as ±.
const MOST_SKEWED: f64 = 1.5;
/// Largest factor between the plan's value and the simulated one for which the plan's unit is used.
const SAME_SCALE: f64 = 100.0;

/// The factor on a value in base units, and its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    factor: f64,
    symbol: &'static str,
}

const TIMES: [(f64, Scale); 6] = [
    (1e-3, scale(1e6, " µs")),
    (1.0, scale(1e3, " ms")),
    (120.0, scale(1.0, " s")),
    (7_200.0, scale(1.0 / 60.0, " min")),
    (864_000.0, scale(1.0 / 3_600.0, " h")),
    (f64::INFINITY, scale(1.0 / 86_400.0, " d")),
];

const SIZES: [(f64, Scale); 5] = [
    (1e3, scale(1.0, " B")),
    (1e6, scale(1e-3, " kB")),
    (1e9, scale(1e-6, " MB")),
    (1e12, scale(1e-9, " GB")),
    (f64::INFINITY, scale(1e-12, " TB")),
];

const fn scale(factor: f64, symbol: &'static str) -> Scale {
    Scale { factor, symbol }
}

impl Scale {
    /// The scale for values of about `magnitude` in the base `unit`.
    pub(crate) fn of(unit: &str, magnitude: f64) -> Self {
        match unit {
            "seconds" => rung(&TIMES, magnitude),
            "bytes" => rung(&SIZES, magnitude),
            "ratio" => scale(100.0, " %"),
            "1/s" => scale(1.0, "/s"),
            "1/year" => scale(1.0, " a year"),
            _ => scale(1.0, ""),
        }
    }

    /// The scale for `estimate`; that of `limit` if both are readable in it.
    pub(crate) fn of_estimate(unit: &str, estimate: &Estimate, limit: Option<f64>) -> Self {
        let size = magnitude(estimate);
        match limit {
            Some(limit) if (1.0 / SAME_SCALE..=SAME_SCALE).contains(&(size / limit)) => {
                Self::of(unit, limit)
            }
            _ => Self::of(unit, size),
        }
    }
}

fn rung(ladder: &[(f64, Scale)], magnitude: f64) -> Scale {
    // Zero has no magnitude: uses milliseconds or bytes.
    let magnitude = if magnitude == 0.0 { 0.1 } else { magnitude };
    ladder
        .iter()
        .find(|(below, _)| magnitude < *below)
        .map_or(ladder[ladder.len() - 1].1, |(_, scale)| *scale)
}

/// The magnitude of `estimate`, including its interval if that is wider than its distance from zero.
fn magnitude(estimate: &Estimate) -> f64 {
    let half_width = estimate.half_width();
    if half_width.is_finite() { estimate.mean.abs().max(half_width) } else { estimate.mean.abs() }
}

/// The decimal exponent of `value`: 2 for 345.6, and for 99.999 999 9 too. Zero for zero.
fn exponent(value: f64) -> i32 {
    let text = format!("{value:.5e}");
    text.rsplit_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// The smallest number of decimals that show `value` to `digits` significant digits.
fn exact_decimals(value: f64, digits: i32) -> usize {
    if value == 0.0 || !value.is_finite() {
        return 0;
    }
    let most = (digits - 1 - exponent(value)).clamp(0, 9) as usize;
    let full = format!("{value:.most$}");
    let zeros = full.bytes().rev().take_while(|byte| *byte == b'0').count();
    most - zeros.min(most)
}

/// Decimals for `mean` known to `half_width`: up to the first uncertain digit.
fn decimals(mean: f64, half_width: f64) -> usize {
    if half_width.is_nan() || half_width <= 0.0 || half_width.is_infinite() {
        return exact_decimals(mean, PLAIN_DIGITS);
    }
    let open = -exponent(half_width);
    let most = if mean == 0.0 { open } else { MOST_DIGITS - 1 - exponent(mean) };
    open.min(most).clamp(0, 9) as usize
}

/// `value` with a true minus sign, or with a plus for a change.
fn number(value: f64, decimals: usize, change: bool) -> String {
    let digits = format!("{:.decimals$}", value.abs());
    let zero = digits.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = match (zero, value < 0.0, change) {
        (false, true, _) => "−",
        (false, false, true) => "+",
        _ => "",
    };
    format!("{sign}{digits}")
}

/// `value` with its unit, to four significant digits.
pub(crate) fn plain(value: f64, unit: &str, change: bool) -> String {
    to_digits(value, unit, change, PLAIN_DIGITS)
}

/// `value` with its unit, to two significant digits: a distance.
pub(crate) fn rough(value: f64, unit: &str) -> String {
    to_digits(value, unit, false, 2)
}

/// A plain number to three significant digits.
pub(crate) fn about(value: f64) -> String {
    three_digits(value, "1", false)
}

/// `value` with its unit, to three significant digits.
pub(crate) fn three_digits(value: f64, unit: &str, change: bool) -> String {
    to_digits(value, unit, change, 3)
}

fn to_digits(value: f64, unit: &str, change: bool, digits: i32) -> String {
    let scale = Scale::of(unit, value.abs());
    let scaled = value * scale.factor;
    let decimals = exact_decimals(scaled, digits);
    format!("{}{}", number(scaled, decimals, change), scale.symbol)
}

/// `+9.9 ±0.7 ms`: a change in its own unit; shares change by points.
pub(crate) fn change(estimate: &Estimate, unit: &str) -> String {
    let text = if is_skewed(estimate) {
        with_interval(estimate, unit, None, true)
    } else {
        around(estimate, unit, true)
    };
    match text.strip_suffix(" %") {
        Some(points) => format!("{points} points"),
        None => text,
    }
}

/// `+13 %`: a relative change, with no more digits than its interval allows.
pub(crate) fn share_of_change(relative: &Estimate) -> String {
    let [mean, half_width] = [relative.mean, relative.half_width()].map(|value| value * 100.0);
    format!("{} %", number(mean, decimals(mean, half_width.max(1.0)), true))
}

/// `71.3 ±0.3 ms`: the form of the tables.
pub(crate) fn plus_minus(estimate: &Estimate, unit: &str) -> String {
    if unit == "ratio" && (0.0..LEAST_SHARE).contains(&estimate.high) {
        return if estimate.mean > 0.0 { "<0.01 %" } else { "0 %" }.to_owned();
    }
    if is_skewed(estimate) {
        return with_interval(estimate, unit, None, false);
    }
    around(estimate, unit, false)
}

/// The mean and the half-width around it.
fn around(estimate: &Estimate, unit: &str, change: bool) -> String {
    let scale = Scale::of_estimate(unit, estimate, None);
    let mean = estimate.mean * scale.factor;
    let half_width = estimate.half_width() * scale.factor;
    let decimals = decimals(mean, half_width);
    let centre = number(mean, decimals, change);
    if half_width.is_finite() && half_width > 0.0 {
        // An interval too narrow for the shown digits is still shown.
        let last_digit = 10f64.powi(-(decimals as i32));
        let shown = half_width.max(last_digit);
        format!("{centre} ±{}{}", number(shown, decimals, false), scale.symbol)
    } else {
        format!("{centre}{}", scale.symbol)
    }
}

/// Whether one side of the interval is half as wide again as the other: too skewed for ±.
fn is_skewed(estimate: &Estimate) -> bool {
    let [below, above] = [estimate.mean - estimate.low, estimate.high - estimate.mean];
    below.max(above) > MOST_SKEWED * below.min(above)
}

/// `71.3 ms`: the mean alone, with no more digits than its interval allows.
pub(crate) fn centre(estimate: &Estimate, unit: &str) -> String {
    let scale = Scale::of(unit, estimate.mean.abs());
    let [mean, half_width] =
        [estimate.mean, estimate.half_width()].map(|value| value * scale.factor);
    format!("{}{}", number(mean, decimals(mean, half_width), false), scale.symbol)
}

/// `71.3 ms (71.0–71.6)`: the form of the verdicts. `≥ 71.3 ms` for a lower bound.
pub(crate) fn with_interval(
    estimate: &Estimate,
    unit: &str,
    limit: Option<f64>,
    change: bool,
) -> String {
    if estimate.mean.is_infinite() {
        return "never".to_owned();
    }
    let scale = Scale::of_estimate(unit, estimate, limit);
    let [mean, low, high] =
        [estimate.mean, estimate.low, estimate.high].map(|value| value * scale.factor);
    for (end, other, sign) in [(low, high, "≥"), (high, low, "≤")] {
        if end.is_finite() && other.is_infinite() {
            // Measured values are not negative, even if a wide interval is.
            let end = if change { end } else { end.max(0.0) };
            let decimals = exact_decimals(end, OPEN_DIGITS);
            return format!("{sign} {}{}", number(end, decimals, change), scale.symbol);
        }
    }
    let sides = [mean - low, high - mean];
    let narrow = sides.into_iter().filter(|side| *side > 0.0).fold(f64::INFINITY, f64::min);
    let decimals = decimals(mean, narrow);
    let centre = format!("{}{}", number(mean, decimals, change), scale.symbol);
    if low.is_finite() && high.is_finite() {
        let [low_text, high_text] = [low, high].map(|value| number(value, decimals, change));
        let to = dash(change || low < 0.0);
        format!("{centre} ({low_text}{to}{high_text})")
    } else {
        centre
    }
}

/// `55–110 ms`, `−55 % to −45 %`: a range of the plan.
pub(crate) fn range(low: f64, high: f64, unit: &str, change: bool) -> String {
    let scale = Scale::of(unit, low.abs().max(high.abs()));
    let [low, high] = [low, high].map(|value| value * scale.factor);
    let decimals = exact_decimals(low, PLAIN_DIGITS).max(exact_decimals(high, PLAIN_DIGITS));
    let [first, last] = [low, high].map(|value| number(value, decimals, change));
    let signed = change || low < 0.0;
    let unit_of_first = if signed && scale.symbol == " %" { scale.symbol } else { "" };
    format!("{first}{unit_of_first}{}{last}{}", dash(signed), scale.symbol)
}

/// `5.1–38.1 ms`: several means, to two digits of the smallest.
pub(crate) fn spread(low: f64, high: f64, unit: &str) -> String {
    let scale = Scale::of(unit, high.abs());
    let [low, high] = [low, high].map(|value| value * scale.factor);
    let decimals = exact_decimals(low, 2).min(exact_decimals(high, 3));
    format!("{}–{}{}", number(low, decimals, false), number(high, decimals, false), scale.symbol)
}

fn dash(signed: bool) -> &'static str {
    if signed { " to " } else { "–" }
}

/// A share as a percentage with two significant digits: `55 %`, `0.8 %`.
pub(crate) fn percent(share: f64) -> String {
    let value = share * 100.0;
    let decimals = (1 - exponent(value)).clamp(0, 3) as usize;
    format!("{} %", number(value, decimals.min(exact_decimals(value, 2)), false))
}

/// A count with three significant digits: `9.6 M`, `148 M`, `1 234`.
pub(crate) fn count(value: u64) -> String {
    let (divisor, symbol) = match value {
        0..10_000 => return value.to_string(),
        10_000..1_000_000 => (1e3, "k"),
        1_000_000..1_000_000_000 => (1e6, "M"),
        _ => (1e9, "G"),
    };
    let scaled = value as f64 / divisor;
    format!("{} {symbol}", number(scaled, exact_decimals(scaled, 3), false))
}

/// A duration in seconds, for the first lines: `10 min`, `4.1 s`.
pub(crate) fn duration(seconds: f64) -> String {
    plain(seconds, "seconds", false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(mean: f64, half_width: f64) -> Estimate {
        Estimate::symmetric(mean, half_width, 40)
    }

    #[test]
    fn digits_follow_the_interval() {
        for (mean, half_width, text) in [
            (0.0713, 0.0003, "71.3 ms (71.0–71.6)"),
            (0.0713, 0.02, "71 ms (51–91)"),
            (0.0713, 0.0, "71.3 ms (71.3–71.3)"),
            (0.000_042, 0.000_001, "42 µs (41–43)"),
            (2.5, 0.04, "2.50 s (2.46–2.54)"),
            (240.0, 6.0, "4.0 min (3.9–4.1)"),
            (0.071_312_345_678, 1e-12, "71.31 ms (71.31–71.31)"),
        ] {
            let shown = with_interval(&estimate(mean, half_width), "seconds", None, false);
            assert_eq!(shown, text);
        }
    }

    #[test]
    fn changes_carry_their_sign() {
        let change = estimate(0.0072, 0.0003);
        assert_eq!(with_interval(&change, "seconds", Some(0.01), true), "+7.2 ms (+6.9 to +7.5)");
        assert_eq!(
            with_interval(&estimate(-0.4, 0.013), "ratio", None, true),
            "−40 % (−41 to −39)"
        );
        assert_eq!(number(-0.0001, 2, true), "0.00");
    }

    #[test]
    fn what_was_simulated_is_shown_in_the_unit_of_the_plan() {
        let slow = estimate(1.9, 0.1);
        assert_eq!(with_interval(&slow, "seconds", Some(0.25), false), "1900 ms (1800–2000)");
        assert_eq!(
            with_interval(&estimate(190.0, 6.0), "seconds", Some(0.25), false),
            "3.2 min (3.1–3.3)"
        );
    }

    #[test]
    fn sizes_and_shares() {
        assert_eq!(plus_minus(&estimate(18.04e9, 0.02e9), "bytes"), "18.04 ±0.02 GB");
        assert_eq!(plus_minus(&estimate(0.351, 0.002), "ratio"), "35.1 ±0.2 %");
        assert_eq!(plus_minus(&estimate(0.0, 0.0), "ratio"), "0 %");
        assert_eq!(plus_minus(&estimate(3.9, 0.03), "1/s"), "3.90 ±0.03/s");
        assert_eq!(plain(942e6, "bytes", false), "942 MB");
        assert_eq!(centre(&estimate(18.0423e9, 0.02e9), "bytes"), "18.04 GB");
        assert_eq!(centre(&estimate(942e6, 0.0), "bytes"), "942 MB");
        assert_eq!(centre(&estimate(0.0, 0.0), "bytes"), "0 B");
        assert_eq!(plain(0.0, "seconds", false), "0 ms");
    }

    #[test]
    fn an_interval_is_never_shown_as_none() {
        assert_eq!(plus_minus(&estimate(0.07, 1e-12), "seconds"), "70.00 ±0.01 ms");
    }

    #[test]
    fn a_maximum_has_no_interval() {
        let max = Estimate { mean: 1.25, low: f64::NAN, high: f64::NAN, n: 40 };
        assert_eq!(plus_minus(&max, "seconds"), "1.25 s");
        assert_eq!(with_interval(&max, "seconds", None, false), "1.25 s");
    }

    #[test]
    fn an_interval_without_an_end_is_a_bound() {
        let slow = Estimate { mean: 0.0723, low: 0.071_26, high: f64::INFINITY, n: 40 };
        assert_eq!(plus_minus(&slow, "seconds"), "≥ 71.3 ms");
        assert_eq!(with_interval(&slow, "seconds", Some(0.05), true), "≥ +71.3 ms");
        let faster = Estimate { mean: -0.0723, low: f64::NEG_INFINITY, high: -0.07, n: 40 };
        assert_eq!(with_interval(&faster, "seconds", None, true), "≤ −70 ms");
    }

    #[test]
    fn a_share_near_nought_has_a_range_and_no_negative_end() {
        let none = |high: f64| Estimate { mean: 0.0, low: 0.0, high, n: 40 };
        assert_eq!(plus_minus(&none(0.0), "ratio"), "0 %");
        assert_eq!(plus_minus(&none(3.7e-5), "ratio"), "0 %");
        assert_eq!(plus_minus(&none(3.7e-4), "ratio"), "0.00 % (0.00–0.04)");
        let few = Estimate { mean: 0.001, low: 0.000_4, high: 0.002_4, n: 40 };
        assert_eq!(plus_minus(&few, "ratio"), "0.10 % (0.04–0.24)");
        let many = Estimate { mean: 0.1, low: 0.091, high: 0.11, n: 40 };
        assert_eq!(plus_minus(&many, "ratio"), "10.0 ±1.0 %");
    }

    #[test]
    fn ranges_share_unit_and_decimals() {
        assert_eq!(range(0.055, 0.11, "seconds", false), "55–110 ms");
        assert_eq!(range(0.15, 0.2, "1", false), "0.15–0.20");
        assert_eq!(range(0.005, 0.01, "seconds", true), "+5 to +10 ms");
        assert_eq!(range(-0.5 * 1.1, -0.5 * 0.9, "ratio", true), "−55 % to −45 %");
        assert_eq!(range(180.0, 300.0, "seconds", false), "3–5 min");
        assert_eq!(spread(0.005_12, 0.0381, "seconds"), "5.1–38.1 ms");
    }

    #[test]
    fn counts_and_percentages() {
        assert_eq!(count(9_600_000), "9.6 M");
        assert_eq!(count(148_400_000), "148 M");
        assert_eq!(count(9_999), "9999");
        assert_eq!(count(12_345), "12.3 k");
        assert_eq!(percent(0.55), "55 %");
        assert_eq!(percent(0.0081), "0.81 %");
        assert_eq!(percent(1.234), "123 %");
        assert_eq!(duration(600.0), "10 min");
    }
}
