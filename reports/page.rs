//! Lines of a terminal: headings, lists and aligned tables.

use crate::layout::{GAP, Layout, TablePart};
use crate::table::{Cell, ColumnKind, Table, Tone};
use anstyle::{AnsiColor, Effects};
use wssim_text::printable;
use wssim_text::width;
use wssim_text::wrap::{self, wrapped};

/// Separator of items in a line.
const BETWEEN: &str = " · ";
/// Most lines of one cell of words.
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

/// A text built line by line.
pub(crate) struct Page {
    pub(crate) style: Style,
    pub(crate) width: usize,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn new(style: Style, width: usize) -> Self {
        Self { style, width, text: String::new() }
    }

    /// A line that is printable and fits.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Printable lines in one style.
    fn lines(&mut self, lines: &[String], look: anstyle::Style) {
        for line in lines {
            let painted = self.style.paint(line, look);
            self.line(&painted);
        }
    }

    pub(crate) fn heading(&mut self, title: &str) {
        self.line("");
        self.lines(&wrapped(title, self.width, usize::MAX), bold());
    }

    /// A printable text in the colour of `tone`.
    pub(crate) fn toned(&mut self, text: &str, tone: Tone) {
        self.lines(&wrapped(text, self.width, usize::MAX), style_of(tone));
    }

    /// The most important warnings, a line each.
    pub(crate) fn banner(&mut self, lines: &[String]) {
        if !lines.is_empty() {
            self.line("");
        }
        for line in lines {
            self.toned(&printable(line), Tone::Bad);
        }
    }

    /// The first line.
    pub(crate) fn title(&mut self, title: &str) {
        self.lines(&self.flowed(title), bold());
    }

    /// Items separated by ` · `.
    pub(crate) fn items(&mut self, items: &str) {
        self.lines(&self.flowed(items), anstyle::Style::new());
    }

    fn flowed(&self, items: &str) -> Vec<String> {
        wrap::flowed(printable(items).split(BETWEEN), BETWEEN, self.width)
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
        let lines = wrapped(text, self.width.saturating_sub(2), usize::MAX);
        for (at, line) in lines.iter().enumerate() {
            let mark = if at == 0 { mark } else { " " };
            self.line(&format!("{mark} {line}"));
        }
    }

    pub(crate) fn table<H: AsRef<str>>(&mut self, table: &Table<H>) {
        match Layout::of(table, self.width) {
            Layout::Tables(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        self.line("");
                    }
                    self.part(table, part);
                }
            }
            Layout::List => self.rows_as_list(table, &table.rows),
        }
    }

    /// One table with grouped rows: before each group a line with its name.
    pub(crate) fn groups<H: AsRef<str>>(&mut self, table: &Table<H>, groups: &[(Cell, usize)]) {
        let layout = Layout::of(table, self.width);
        let one = match &layout {
            Layout::Tables(parts) => parts.first().filter(|_| parts.len() == 1),
            Layout::List => None,
        };
        if let Some(part) = one {
            self.headings(table, part);
        }
        let mut rows = table.rows.as_slice();
        for (at, (name, count)) in groups.iter().enumerate() {
            if at > 0 {
                self.line("");
            }
            self.toned(&printable(&name.text), name.tone);
            let (own, rest) = rows.split_at((*count).min(rows.len()));
            rows = rest;
            match one {
                Some(part) => own.iter().for_each(|row| self.cells(table, row, part)),
                None => self.rows_as_list(table, own),
            }
        }
    }

    fn part<H: AsRef<str>>(&mut self, table: &Table<H>, part: &TablePart) {
        self.headings(table, part);
        for row in &table.rows {
            self.cells(table, row, part);
        }
    }

    fn cells<H>(&mut self, table: &Table<H>, row: &[Cell], part: &TablePart) {
        let lines = cells(table, row, part);
        self.row(table, part, &lines, |column| style_of(row[column].tone));
    }

    fn headings<H: AsRef<str>>(&mut self, table: &Table<H>, part: &TablePart) {
        let mut lines = headings(table, part);
        let height = lines.iter().map(Vec::len).max().unwrap_or(0);
        for lines in &mut lines {
            // Short headings are aligned at the bottom.
            lines.splice(0..0, std::iter::repeat_n(String::new(), height - lines.len()));
        }
        self.row(table, part, &lines, |_| bold());
    }

    fn row<H>(
        &mut self,
        table: &Table<H>,
        part: &TablePart,
        cells: &[Vec<String>],
        look: impl Fn(usize) -> anstyle::Style,
    ) {
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let mut line = String::new();
            for ((lines, &column), &width) in cells.iter().zip(&part.columns).zip(&part.widths) {
                let text = lines.get(at).map_or("", String::as_str);
                let blanks = width::blanks(text, width);
                let painted = self.style.paint(text, look(column));
                match table.columns[column].1 {
                    ColumnKind::Numbers => line.extend([blanks, painted]),
                    ColumnKind::Words
                    | ColumnKind::Phrases
                    | ColumnKind::Prose
                    | ColumnKind::Fixed => {
                        line.extend([painted, blanks]);
                    }
                }
                line.push_str(&" ".repeat(GAP));
            }
            self.line(&line);
        }
    }

    /// Each row as a list of its cells. Brackets of a heading are shown at the end.
    fn rows_as_list<H: AsRef<str>>(&mut self, table: &Table<H>, rows: &[Vec<Cell>]) {
        let names: Vec<String> =
            table.columns.iter().map(|(heading, _)| printable(heading.as_ref())).collect();
        let headings: Vec<(&str, &str)> = (names.iter())
            .map(|heading| heading.split_once(" (").unwrap_or((heading, "")))
            .collect();
        let label = headings[1..].iter().map(|(name, _)| width::of(name)).max().unwrap_or(0);
        let room = self.width.saturating_sub(label + 2 * GAP);
        let gap = " ".repeat(GAP);
        for row in rows {
            let name = wrapped(&printable(&row[0].text), self.width, MOST_LINES);
            self.lines(&name, style_of(row[0].tone));
            for (cell, (name, _)) in row.iter().zip(&headings).skip(1) {
                if cell.text.is_empty() {
                    continue;
                }
                for (at, line) in
                    wrapped(&printable(&cell.text), room, usize::MAX).iter().enumerate()
                {
                    let name = if at == 0 { name } else { "" };
                    let painted = self.style.paint(line, style_of(cell.tone));
                    self.line(&format!("{gap}{name}{}{gap}{painted}", width::blanks(name, label)));
                }
            }
        }
        for (name, inside) in headings.iter().filter(|(_, inside)| !inside.is_empty()) {
            self.item("—", &format!("{name}: {}", inside.trim_end_matches(')')));
        }
    }
}

/// The lines of the headings of a part; brackets have lines of their own.
fn headings<H: AsRef<str>>(table: &Table<H>, part: &TablePart) -> Vec<Vec<String>> {
    let lines = |(&column, &width): (&usize, &usize)| {
        let heading = &printable(table.columns[column].0.as_ref());
        match heading.find(" (").filter(|_| width::of(heading) > width) {
            Some(at) => [&heading[..at], &heading[at..]]
                .into_iter()
                .flat_map(|half| wrapped(half, width, usize::MAX))
                .collect(),
            None => wrapped(heading, width, usize::MAX),
        }
    };
    part.columns.iter().zip(&part.widths).map(lines).collect()
}

/// The lines of the cells of a part of a row.
fn cells<H>(table: &Table<H>, row: &[Cell], part: &TablePart) -> Vec<Vec<String>> {
    let lines = |(&column, &width): (&usize, &usize)| {
        let most =
            if table.columns[column].1 == ColumnKind::Words { MOST_LINES } else { usize::MAX };
        wrapped(&printable(&row[column].text), width, most)
    };
    part.columns.iter().zip(&part.widths).map(lines).collect()
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
