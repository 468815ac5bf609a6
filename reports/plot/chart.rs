//! Numbers against a number: a canvas between two axes.

use super::axis::{Axis, label};
use super::canvas::TextCanvas;
use super::parts::{Chart, Dot, DotSeries};
use wssim_text::width;
use wssim_text::wrap::flowed;

/// Rows of the canvas.
const ROWS: usize = 13;
/// Approximate number of labels on the vertical axis.
pub(crate) const LEVELS: usize = 4;
/// Smallest width of a canvas; a narrower terminal has no picture.
const NARROWEST: usize = 16;
/// Largest distance of a drawn limit, as a multiple of the drawn values, which would otherwise look
/// flat.
const FARTHEST: f64 = 2.0;
/// Approximate columns of a label on the horizontal axis.
const LABEL: usize = 9;
/// Most series that are drawn.
pub(crate) const MOST_SERIES: usize = 8;
/// Marks of the series in turn.
const MARKS: [char; MOST_SERIES] = ['●', '○', '▲', '△', '■', '□', '◆', '◇'];
/// Mark of a point to be taken with care.
const ODD: char = '×';

/// The picture in lines of at most `most` columns; empty without numbers or space. `odd` explains the
/// mark of points to be taken with care.
pub(crate) fn chart(chart: &Chart, most: usize, odd: &str) -> Vec<String> {
    let shown = &chart.series[..chart.series.len().min(MARKS.len())];
    let dots = || shown.iter().flat_map(|series| &series.dots);
    if dots().next().is_none() {
        return Vec::new();
    }
    let limit = axes(chart).limit;
    let frame = Frame::new(chart);
    let gutter = frame.y_labels.iter().map(|(_, label)| width::of(label)).max().unwrap_or(0);
    let Some(columns) = most.checked_sub(gutter + 3).filter(|columns| *columns >= NARROWEST) else {
        return Vec::new();
    };
    let mut canvas = TextCanvas::new(columns, ROWS);
    let mut hidden = false;
    let place = |dot: &Dot| (frame.column(dot.x, columns), frame.row(dot.y));
    for (series, mark) in shown.iter().zip(MARKS) {
        for dot in &series.dots {
            let (column, row) = place(dot);
            hidden |= !canvas.put(column, row, if dot.is_odd { ODD } else { mark });
        }
    }
    for dot in dots() {
        let ends = [dot.low, dot.high].map(|end| if end.is_finite() { end } else { dot.y });
        canvas.column(place(dot).0, ends.map(|end| frame.row(end)), '│');
    }
    for series in shown {
        let pairs = series.dots.windows(2);
        pairs.for_each(|pair| canvas.line(place(&pair[0]), place(&pair[1]), '·'));
    }
    if let Some((at, _)) = limit {
        canvas.across(frame.row(*at), '╌');
    }
    let mut lines =
        flowed(title(chart, limit, frame.y.is_log).iter().map(String::as_str), " · ", most);
    for row in (0..ROWS).rev() {
        let label = frame.y_labels.iter().find(|(at, _)| *at == row).map(|(_, label)| label);
        let (label, edge) = label.map_or(("", '│'), |label| (label.as_str(), '┤'));
        let blanks = width::blanks(label, gutter);
        lines.push(format!("{blanks}{label} {edge}{}", canvas.row(row)));
    }
    lines.extend(frame.below(chart, gutter, columns));
    lines.extend(legend(chart, shown, odd, hidden, most));
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The axes of a chart.
pub(crate) struct Axes<'c> {
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// The limit, if it is near enough to be drawn.
    pub(crate) limit: Option<&'c (f64, String)>,
}

/// The axes of the drawn series.
pub(crate) fn axes(chart: &Chart) -> Axes<'_> {
    let shown = &chart.series[..chart.series.len().min(MOST_SERIES)];
    let dots = || shown.iter().flat_map(|series| &series.dots);
    let limit = chart.limit.as_ref().filter(|(at, _)| is_near(*at, dots()));
    let xs: Vec<f64> = dots().map(|dot| dot.x).collect();
    let mut ys: Vec<f64> = dots().flat_map(|dot| [dot.y, dot.low, dot.high]).collect();
    ys.retain(|y| y.is_finite());
    let is_share = chart.y_unit == "ratio" && dots_within(&chart.series, 1.0);
    if is_share {
        // An interval may extend above one, a share does not.
        for y in &mut ys {
            *y = y.min(1.0);
        }
    }
    ys.extend(limit.map(|(at, _)| *at));
    Axes { x: Axis::tight(&xs, chart.x_is_log), y: Axis::round(&ys, LEVELS), limit }
}

/// Whether a limit is near enough to be drawn.
fn is_near<'d>(limit: f64, dots: impl Iterator<Item = &'d Dot>) -> bool {
    dots.map(|dot| dot.y).fold(f64::NEG_INFINITY, f64::max) * FARTHEST >= limit
}

fn title(chart: &Chart, limit: Option<&(f64, String)>, is_log: bool) -> Vec<String> {
    let mut parts = vec![chart.title.clone()];
    parts.extend(is_log.then(|| "logarithmic".to_owned()));
    parts.extend(limit.map(|(_, name)| format!("╌ {name}")));
    parts
}

fn dots_within(series: &[DotSeries], most: f64) -> bool {
    series.iter().flat_map(|series| &series.dots).all(|dot| dot.y <= most)
}

/// The positions of all parts.
struct Frame {
    x: Axis,
    y: Axis,
    /// Row and label.
    y_labels: Vec<(usize, String)>,
}

impl Frame {
    fn new(chart: &Chart) -> Self {
        let Axes { x, y, .. } = axes(chart);
        let mut frame = Self { x, y, y_labels: Vec::new() };
        let most = if y.is_log { ROWS / 2 } else { LEVELS + 1 };
        for tick in y.ticks(most) {
            frame.y_labels.push((frame.row(tick), label(tick, chart.y_unit)));
        }
        frame
    }

    fn row(&self, y: f64) -> usize {
        (self.y.part(y).clamp(0.0, 1.0) * (ROWS - 1) as f64).round() as usize
    }

    /// One column is free at either end.
    fn column(&self, x: f64, columns: usize) -> usize {
        1 + (self.x.part(x).clamp(0.0, 1.0) * (columns - 3) as f64).round() as usize
    }

    /// The horizontal axis: its line, its numbers, and its name.
    fn below(&self, chart: &Chart, gutter: usize, columns: usize) -> Vec<String> {
        let ticks: Vec<(usize, String)> = (self.x_ticks(chart, columns).into_iter())
            .map(|tick| (self.column(tick, columns), label(tick, chart.x_unit)))
            .collect();
        let mut edge = vec!['─'; columns];
        let mut numbers = String::new();
        for (column, label) in placed(&ticks, columns) {
            edge[column.0] = '┬';
            numbers.push_str(&" ".repeat(column.1 - width::of(&numbers)));
            numbers.push_str(label);
        }
        let edge: String = edge.into_iter().collect();
        let scale = if chart.x_is_log { ", logarithmic" } else { "" };
        let name = format!("{}{scale}", chart.x_name);
        let name = width::truncated(&name, columns);
        let before = " ".repeat((columns - width::of(&name)) / 2);
        let indent = " ".repeat(gutter + 2);
        vec![
            format!("{} └{edge}", " ".repeat(gutter)),
            format!("{indent}{numbers}"),
            format!("{indent}{before}{name}"),
        ]
    }

    /// The drawn numbers if all of them can be labelled, otherwise round ones.
    fn x_ticks(&self, chart: &Chart, columns: usize) -> Vec<f64> {
        let dots = chart.series.iter().flat_map(|series| &series.dots);
        let mut own: Vec<f64> = dots.map(|dot| dot.x).collect();
        own.sort_by(f64::total_cmp);
        own.dedup();
        let named = own.iter().map(|x| (self.column(*x, columns), label(*x, chart.x_unit)));
        let named: Vec<(usize, String)> = named.collect();
        if placed(&named, columns).len() == own.len() {
            return own;
        }
        self.x.ticks((columns / LABEL).max(2))
    }
}

/// Labels that fit: the columns of the tick and of the label's start, and the label.
fn placed(ticks: &[(usize, String)], columns: usize) -> Vec<((usize, usize), &str)> {
    let mut placed: Vec<((usize, usize), &str)> = Vec::new();
    let mut free = 0;
    for (column, label) in ticks {
        let length = width::of(label);
        let begin = column.saturating_sub(length / 2).min(columns.saturating_sub(length));
        if begin >= free && begin + length <= columns {
            placed.push(((*column, begin), label));
            free = begin + length + 1;
        }
    }
    placed
}

/// The legend of the marks, if needed.
fn legend(chart: &Chart, shown: &[DotSeries], odd: &str, hidden: bool, most: usize) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    if chart.series.len() > 1 {
        let named = shown.iter().zip(MARKS);
        items.extend(named.map(|(series, mark)| format!("{mark} {}", series.name)));
    }
    let is_odd = shown.iter().flat_map(|series| &series.dots).any(|dot| dot.is_odd);
    items.extend(is_odd.then(|| format!("{ODD} {odd}")));
    items.extend(hidden.then(|| "(of equal ones the first is seen)".to_owned()));
    let more = chart.series.len() - shown.len();
    items.extend((more > 0).then(|| format!("and {more} more, not drawn")));
    flowed(items.iter().map(String::as_str), "   ", most)
}
