//! A table without a format: raw texts and their meanings.

/// The meaning of a cell; it determines the colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Nothing in particular.
    #[default]
    Plain,
    /// Holds, reproduced.
    Good,
    /// Refuted.
    Bad,
    /// Undecided.
    Open,
    /// Not judged by this command.
    Faint,
}

impl Tone {
    /// Severity, to find the worst of several.
    pub(crate) fn weight(self) -> u8 {
        match self {
            Self::Faint | Self::Plain => 0,
            Self::Good => 1,
            Self::Open => 2,
            Self::Bad => 3,
        }
    }
}

/// One cell with its raw text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::toned(text, Tone::Plain)
    }

    pub(crate) fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self { text: text.into(), tone }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    /// Texts, left-aligned; wrapped if the table is too wide.
    Words,
    /// Long texts, left-aligned, wrapped to any number of lines.
    Prose,
    /// Short texts, left-aligned, wrapped only after words.
    Phrases,
    /// Short texts, left-aligned, never wrapped.
    Fixed,
    /// Numbers, right-aligned.
    Numbers,
}

/// Headings and rows; every row has as many cells as there are headings. Most headings are constants;
/// users' names are `String`s, not yet escaped.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table<H = &'static str> {
    pub(crate) columns: Vec<(H, ColumnKind)>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl<H> Table<H> {
    /// Leaves out columns that are empty in all rows, except the first one.
    pub(crate) fn without_empty_columns(self) -> Self {
        let kept: Vec<bool> = (0..self.columns.len())
            .map(|at| at == 0 || self.rows.iter().any(|row| !row[at].text.is_empty()))
            .collect();
        Self {
            columns: keep(self.columns, &kept),
            rows: self.rows.into_iter().map(|row| keep(row, &kept)).collect(),
        }
    }
}

impl Table {
    /// The table with the name of each row's group as its first column.
    pub(crate) fn with_groups(&self, heading: &'static str, groups: &[(Cell, usize)]) -> Self {
        let names = groups.iter().flat_map(|(name, count)| std::iter::repeat_n(name, *count));
        let rows = names.zip(&self.rows);
        let rows = rows.map(|(name, row)| std::iter::once(name).chain(row).cloned().collect());
        let columns = std::iter::once((heading, ColumnKind::Fixed)).chain(self.columns.clone());
        Self { columns: columns.collect(), rows: rows.collect() }
    }
}

/// A table with its title and remarks: why numbers are missing, what they mean.
pub(crate) struct Section<H = &'static str> {
    pub(crate) title: &'static str,
    pub(crate) table: Table<H>,
    pub(crate) remarks: Vec<String>,
}

fn keep<T>(items: Vec<T>, kept: &[bool]) -> Vec<T> {
    items.into_iter().zip(kept).filter_map(|(item, kept)| kept.then_some(item)).collect()
}
