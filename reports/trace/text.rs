//! The waterfall and the table, for a terminal and for a merge request.

use super::bars::{TimeAxis, legend};
use super::clock::Clock;
use super::rows::{StayRow, rows};
use super::{sums, wording};
use crate::escape;
use crate::layout::GAP;
use crate::page::{Page, Style};
use crate::reason;
use crate::table::Tone;
use std::fmt::Write as _;
use wssim_experiment::trace::RequestTrace;
use wssim_text::printable;
use wssim_text::width::{self, USUAL, blanks};
use wssim_text::wrap;

/// Width below which nodes and start times are not shown.
const WIDE: usize = 80;
/// Width below which counts are not shown either.
const NARROW: usize = 60;
/// Smallest width of a bar, in percent of the columns.
const BAR: usize = 36;

/// The caller's data beside the trace.
#[derive(Clone, Copy, Debug)]
pub struct TraceTextOptions<'a> {
    /// Whether it is coloured.
    pub style: Style,
    /// Columns of the terminal.
    pub width: usize,
    /// Where the file was written.
    pub out: Option<&'a str>,
    /// Whether each repeated call and each component has a row.
    pub all: bool,
    /// Only the head and the table.
    pub brief: bool,
}

/// The report for a terminal.
#[must_use]
pub fn text(trace: &RequestTrace, options: &TraceTextOptions<'_>) -> String {
    let mut page = Page::new(options.style, options.width);
    page.title(&wording::title(trace));
    for line in head(trace) {
        page.items(&line);
    }
    page.banner(&reason::banner(&trace.notes));
    if !options.brief {
        page.line("");
        waterfall(&mut page, trace, options.all);
    }
    page.heading("Where the time goes");
    let table = sums::table(trace, Clock::of(trace.response_ns), options.all);
    page.table(&if options.width < NARROW { sums::without_times(table) } else { table });
    if let Some(out) = options.out {
        page.line("");
        let told = format!("{} (open it in https://ui.perfetto.dev)", printable(out));
        page.toned(&told, Tone::Plain);
    }
    page.text
}

/// The report for a merge request.
#[must_use]
pub fn markdown(trace: &RequestTrace, all: bool) -> String {
    let mut text = format!("## {}\n", escape::markdown(&wording::title(trace)));
    for line in head(trace) {
        let _ = write!(text, "\n{}\n", escape::markdown(&line));
    }
    let banner = crate::markdown::banner(&reason::banner(&trace.notes));
    if !banner.is_empty() {
        let _ = write!(text, "\n{}", banner.trim_end_matches('\n'));
        text.push('\n');
    }
    let mut page = Page::new(Style::Plain, USUAL);
    waterfall(&mut page, trace, all);
    // A fence that no name in it can end.
    let fence = "`".repeat(longest_run(&page.text, '`').max(2) + 1);
    let _ = write!(text, "\n{fence}text\n{}{fence}\n\n### Where the time goes\n\n", page.text);
    text + &crate::markdown_block::table(&sums::table(trace, Clock::of(trace.response_ns), all))
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|character| character != of).map(str::len).max().unwrap_or(0)
}

fn head(trace: &RequestTrace) -> impl Iterator<Item = String> {
    let outcome = match wording::distribution(trace) {
        Some(distribution) => format!("{} · {distribution}", wording::outcome(trace)),
        None => wording::outcome(trace),
    };
    [wording::which(trace), outcome].into_iter()
}

/// The columns of a waterfall.
struct Columns {
    label: usize,
    /// Width of the column of nodes or start times; zero without them.
    node: usize,
    number: usize,
    wide: bool,
}

impl Columns {
    fn of(rows: &[StayRow], clock: Clock, columns: usize) -> Self {
        let wide = columns >= WIDE;
        let longest = |of: &dyn Fn(&StayRow) -> usize| rows.iter().map(of).max().unwrap_or(0);
        let node = if wide {
            longest(&|row| width::of(&printable(&row.node))).clamp("Node".len(), 16)
        } else {
            0
        };
        let number =
            longest(&|row| clock.number(row.took_ns.max(row.start_ns)).len()).max("Start".len());
        let numbers = if wide { 2 * (number + GAP) } else { number + GAP };
        let nodes = if node > 0 { node + GAP } else { 0 };
        let least_bar = columns * BAR / 100;
        let room = columns.saturating_sub(least_bar + numbers + nodes + GAP);
        let label = longest(&|row| label(row, usize::MAX).1).clamp(8, room.max(8));
        Self { label, node, number, wide }
    }

    /// The text left of the bars.
    fn left(&self, label: &str, node: &str, start: &str, took: &str) -> String {
        let mut line = format!("{label}{}", blanks(label, self.label));
        let gap = " ".repeat(GAP);
        if self.node > 0 {
            let node = width::truncated(node, self.node);
            line.extend([gap.as_str(), &node, &blanks(&node, self.node)]);
        }
        if self.wide {
            line.extend([gap.as_str(), &blanks(start, self.number), start]);
        }
        line + &format!("{gap}{}{took}{gap}", blanks(took, self.number))
    }
}

fn waterfall(page: &mut Page, trace: &RequestTrace, all: bool) {
    let clock = Clock::of(trace.response_ns);
    let rows = rows(trace, all);
    let columns = Columns::of(&rows, clock, page.width);
    let head = columns.left(&format!("in {}", clock.symbol), "Node", "Start", "Took");
    let axis = TimeAxis {
        whole_ns: trace.response_ns,
        columns: page.width.saturating_sub(width::of(&head)).max(8),
    };
    page.line(&format!("{head}{}", axis.labels(clock)));
    for row in &rows {
        let (label, _) = label(row, columns.label);
        let (start, took) = (clock.number(row.start_ns), clock.number(row.took_ns));
        let left = columns.left(&label, &printable(&row.node), &start, &took);
        let look =
            if row.failed { anstyle::AnsiColor::Red.on_default() } else { anstyle::Style::new() };
        let left = page.style.paint(&left, look);
        let bar = axis.bar(&row.strokes, page.style);
        page.line(&format!("{left}{bar}"));
    }
    page.line("");
    explain(page, trace, &rows);
}

/// The legend and the notes.
fn explain(page: &mut Page, trace: &RequestTrace, rows: &[StayRow]) {
    let legend = legend(&rows.iter().flat_map(|row| &row.strokes), page.style);
    let gap = " ".repeat(GAP);
    for line in wrap::flowed(legend.iter().map(String::as_str), &gap, page.width) {
        page.line(&line);
    }
    for note in wording::notes(trace) {
        page.toned(&note, Tone::Plain);
    }
}

/// Indent, name, count and notes in at most `columns`, and the columns it takes. The name is shortened
/// if needed.
fn label(row: &StayRow, columns: usize) -> (String, usize) {
    // The mark is in the indent, so that deeper rows are still further in.
    let mark = if row.parallel { "∥ " } else { "  " };
    let indent = "  ".repeat(row.depth.saturating_sub(1));
    let mark = if row.depth > 0 { mark } else { "" };
    let times = if row.times > 1 { format!(" ×{}", row.times) } else { String::new() };
    let notes = row.notes.iter().fold(String::new(), |notes, note| notes + " " + note);
    let room = columns.saturating_sub(width::of(&indent) + width::of(mark));
    let name = printable(&row.name);
    let name =
        width::truncated(&name, room.saturating_sub(width::of(&times) + width::of(&notes)).max(6));
    let label = width::truncated(&format!("{indent}{mark}{name}{times}{notes}"), columns);
    let taken = width::of(&label);
    (label, taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::sample;

    fn options(width: usize) -> TraceTextOptions<'static> {
        TraceTextOptions { style: Style::Plain, width, out: None, all: false, brief: false }
    }

    #[test]
    fn the_reports_are_as_golden() {
        let trace = sample::trace();
        let wide = TraceTextOptions { out: Some("out/shop/trace/trace.json"), ..options(100) };
        crate::sample::assert_golden("trace.txt", &text(&trace, &wide));
        crate::sample::assert_golden("trace-narrow.txt", &text(&trace, &options(60)));
        crate::sample::assert_golden("trace-narrowest.txt", &text(&trace, &options(40)));
        let all = TraceTextOptions { all: true, ..options(100) };
        crate::sample::assert_golden("trace-all.txt", &text(&trace, &all));
        crate::sample::assert_golden("trace.md", &markdown(&trace, false));
    }

    #[test]
    fn every_terminal_is_wide_enough() {
        let trace = sample::trace();
        let out = Some("out/a-small-shop-of-the-plan/trace/trace.json");
        for all in [false, true] {
            crate::sample::assert_fits(|width| {
                text(&trace, &TraceTextOptions { out, all, ..options(width) })
            });
        }
    }

    #[test]
    fn names_stay_names() {
        let mut trace = sample::trace();
        for stay in &mut trace.stays {
            stay.service = "```\n\u{1b}[31m".to_owned();
        }
        let told = text(&trace, &options(100));
        assert!(!told.contains('\u{1b}'), "{told:?}");
        let block = markdown(&trace, false);
        assert_eq!(block.matches("\n````").count(), 2, "{block}");
    }
}
