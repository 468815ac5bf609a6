//! A bar for each name.

use wssim_text::width;

/// Columns of a name at most.
const NAME: usize = 24;
/// A bar is not shorter where it is full; a terminal without room for that has no bars.
const SHORTEST: usize = 8;
/// Parts of a character that can be filled from the left.
const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A number with a name.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) name: String,
    /// From zero on; `None`: it is not known.
    pub(crate) length: Option<f64>,
    /// The number as it is written.
    pub(crate) text: String,
}

/// The bars below `title`, in lines of at most `most` columns; all begin at zero.
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
    // Where all are zero no part is known.
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (part * columns as f64 * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(EIGHTHS[eighths % 8]);
    }
    bar
}
