//! A bar for each name.

use wssim_text::width;

/// Most columns of a name.
const NAME: usize = 24;
/// Shortest full bar; a narrower terminal has no bars.
const SHORTEST: usize = 8;
/// Characters filled from the left by eighths.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A number with a name.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: String,
    /// From zero; `None` if unknown.
    pub(crate) length: Option<f64>,
    /// The printed number.
    pub(crate) text: String,
}

/// The bars below `title`, in lines of at most `most` columns, all starting at zero.
pub(crate) fn bars(title: &str, bars: &[Bar], most: usize) -> Vec<String> {
    let widest = |text: fn(&Bar) -> &str| bars.iter().map(|bar| width::of(text(bar))).max();
    let names = widest(|bar| &bar.name).unwrap_or(0).min(NAME);
    let texts = widest(|bar| &bar.text).unwrap_or(0);
    let Some(columns) = most.checked_sub(names + texts + 4).filter(|most| *most >= SHORTEST) else {
        return Vec::new();
    };
    let greatest = bars.iter().filter_map(|bar| bar.length).fold(0.0, f64::max);
    let mut lines = vec![width::truncated(title, most)];
    for bar in bars {
        let name = width::truncated(&bar.name, names);
        let filled = bar.length.map_or_else(String::new, |length| full(length / greatest, columns));
        let gap = width::blanks(&name, names);
        lines.push(format!("{name}{gap}  {filled} {}", bar.text).trim_end().to_owned());
    }
    lines
}

/// A bar over the share `part` of the columns.
fn full(part: f64, columns: usize) -> String {
    // If all are zero the share is NaN.
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (part * columns as f64 * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}
