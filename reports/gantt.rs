//! Activities over time, a bar in each row, on one time axis.
//!
//! ```text
//!  build ws-gateway     ██████▌
//!  update ws-gateway           ▐███████
//! ```
//! Ends are drawn to an eighth of a column if possible; every activity has a mark.

/// Width of a bar, in columns.
const WIDTH: usize = 24;
/// From an empty to a full column, filled from the left.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// The bar of an activity from `from` to `to`, on a time axis from `ends[0]` to `ends[1]`.
pub(crate) fn bar([from, to]: [f64; 2], ends: [f64; 2]) -> String {
    let length = (ends[1] - ends[0]).max(f64::MIN_POSITIVE);
    let place = |at: f64| ((at - ends[0]) / length).clamp(0.0, 1.0) * WIDTH as f64;
    let [begin, end] = [place(from), place(to)];
    let first = (begin.round() as usize).min(WIDTH - 1);
    let eighths = ((end - first as f64) * 8.0).round().max(1.0) as usize;
    let mut bar = " ".repeat(first);
    bar.extend(std::iter::repeat_n('█', eighths / 8));
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_what_they_show() {
        let of = |from: f64, to: f64| bar([from, to], [0.0, 24.0]);
        assert_eq!(of(0.0, 24.0), "█".repeat(24));
        assert_eq!(of(2.0, 4.5), "  ██▌");
        assert_eq!(of(20.0, 20.0), format!("{}▏", " ".repeat(20)));
        assert_eq!(of(24.0, 24.0).chars().count(), 24);
        assert_eq!(of(-5.0, 1.0), "█");
    }
}
