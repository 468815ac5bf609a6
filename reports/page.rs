//! Lines of a terminal: headings, lists and aligned tables.

use crate::escape::printable;
use crate::table::{Cell, Kind, Table, Tone};
use crate::width;
use anstyle::{AnsiColor, Effects};

/// Blanks between two columns.
pub(crate) const GAP: usize = 2;
/// Columns of words are not made narrower than this as long as phrases are not broken.
const NARROW: usize = 18;
/// No column is made narrower than this.
const NARROWEST: usize = 12;
/// Lines that one cell may take.
pub(crate) const MOST_LINES: usize = 4;

/// Whether the report is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// No escape sequences at all.
    #[default]
    Plain,
    /// ANSI colours.
    Coloured,
}

impl Style {
    pub(crate) fn paint(self, text: &str, style: anstyle::Style) -> String {
        if self == Self::Plain || text.is_empty() || style == anstyle::Style::new() {
            text.to_owned()
        } else {
            format!("{style}{text}{style:#}")
        }
    }
}

/// A text that grows line by line.
pub(crate) struct Page {
    pub(crate) style: Style,
    pub(crate) width: usize,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn new(style: Style, width: usize) -> Self {
        Self { style, width, text: String::new() }
    }

    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    pub(crate) fn heading(&mut self, title: &str) {
        self.line("");
        let painted = self.style.paint(title, bold());
        self.line(&painted);
    }

    /// A line, already printable, in the colour of `tone`.
    pub(crate) fn toned(&mut self, text: &str, tone: Tone) {
        let painted = self.style.paint(text, style_of(tone));
        self.line(&painted);
    }

    /// The first line.
    pub(crate) fn title(&mut self, title: &str) {
        let painted = self.style.paint(&printable(title), bold());
        self.line(&painted);
    }

    pub(crate) fn list(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.heading(title);
        for item in items {
            self.item("-", &printable(item));
        }
    }

    /// A text with a hanging indent.
    pub(crate) fn item(&mut self, mark: &str, text: &str) {
        let lines = width::wrapped(text, self.width.saturating_sub(2), usize::MAX);
        for (at, line) in lines.iter().enumerate() {
            let mark = if at == 0 { mark } else { " " };
            self.line(&format!("{mark} {line}"));
        }
    }

    pub(crate) fn table(&mut self, table: &Table) {
        let widths = widths(table, self.width);
        let headings: Vec<Cell> =
            table.columns.iter().map(|(heading, _)| Cell::new(*heading)).collect();
        self.row(table, &headings, &widths, bold());
        for row in &table.rows {
            self.row(table, row, &widths, anstyle::Style::new());
        }
    }

    fn row(&mut self, table: &Table, row: &[Cell], widths: &[usize], base: anstyle::Style) {
        let cells: Vec<Vec<String>> = (0..row.len())
            .map(|column| {
                let prose = table.columns[column].1 == Kind::Prose;
                let most = if prose { usize::MAX } else { MOST_LINES };
                width::wrapped(&printable(&row[column].text), widths[column], most)
            })
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let mut line = String::new();
            for (column, lines) in cells.iter().enumerate() {
                let text = lines.get(at).map_or("", String::as_str);
                let blanks = " ".repeat(widths[column].saturating_sub(width::of(text)));
                let style =
                    if base == anstyle::Style::new() { style_of(row[column].tone) } else { base };
                let painted = self.style.paint(text, style);
                match table.columns[column].1 {
                    Kind::Numbers => line.extend([blanks, painted]),
                    Kind::Words | Kind::Phrases | Kind::Prose | Kind::Fixed => {
                        line.extend([painted, blanks]);
                    }
                }
                line.push_str(&" ".repeat(GAP));
            }
            self.line(&line);
        }
    }
}

fn bold() -> anstyle::Style {
    anstyle::Style::new().effects(Effects::BOLD)
}

fn style_of(tone: Tone) -> anstyle::Style {
    match tone {
        Tone::Plain => anstyle::Style::new(),
        Tone::Good => AnsiColor::Green.on_default(),
        Tone::Bad => AnsiColor::Red.on_default().effects(Effects::BOLD),
        Tone::Open => AnsiColor::Yellow.on_default(),
        Tone::Faint => anstyle::Style::new().effects(Effects::DIMMED),
    }
}

/// Widths of the columns: natural ones where they fit; else words give way, then phrases too.
fn widths(table: &Table, most: usize) -> Vec<usize> {
    let natural = |(column, (heading, _)): (usize, &(&str, Kind))| {
        let cells = table.rows.iter().map(|row| width::of(&printable(&row[column].text)));
        cells.chain([width::of(heading)]).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = table.columns.iter().enumerate().map(natural).collect();
    let most = most.saturating_sub(GAP * table.columns.len().saturating_sub(1));
    shrink(&mut widths, most, NARROW, |column| {
        matches!(table.columns[column].1, Kind::Words | Kind::Prose)
    });
    shrink(&mut widths, most, NARROWEST, |column| {
        table.columns[column].1 != Kind::Fixed && table.columns[column].1 != Kind::Numbers
    });
    widths
}

/// Takes from the widest column that may give, until all fit into `most` or none is wider than
/// `least`.
fn shrink(widths: &mut [usize], most: usize, least: usize, gives: impl Fn(usize) -> bool) {
    while widths.iter().sum::<usize>() > most {
        let widest = (0..widths.len())
            .filter(|column| gives(*column) && widths[*column] > least)
            .max_by_key(|column| widths[*column]);
        let Some(column) = widest else { return };
        widths[column] -= 1;
    }
}
