//! Characters in rows and columns; what is drawn first stays on top.

/// What is drawn on; row 0 is at the bottom.
pub(super) struct Canvas {
    columns: usize,
    cells: Vec<Vec<char>>,
}

impl Canvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self { columns, cells: vec![vec![' '; columns]; rows] }
    }

    /// Draws `mark`, unless something is there.
    pub(super) fn put(&mut self, column: usize, row: usize, mark: char) {
        let cell = self.cells.get_mut(row).and_then(|cells| cells.get_mut(column));
        if let Some(cell) = cell.filter(|cell| **cell == ' ') {
            *cell = mark;
        }
    }

    /// Draws `mark` from row to row, ends included.
    pub(super) fn column(&mut self, column: usize, rows: [usize; 2], mark: char) {
        (rows[0]..=rows[1]).for_each(|row| self.put(column, row, mark));
    }

    /// Draws `mark` between two places, a column after the other.
    pub(super) fn line(&mut self, from: (usize, usize), to: (usize, usize), mark: char) {
        for column in from.0 + 1..to.0 {
            let part = (column - from.0) as f64 / (to.0 - from.0) as f64;
            let row = from.1 as f64 + (to.1 as f64 - from.1 as f64) * part;
            self.put(column, row.round() as usize, mark);
        }
    }

    /// Draws `mark` across.
    pub(super) fn across(&mut self, row: usize, mark: char) {
        (0..self.columns).for_each(|column| self.put(column, row, mark));
    }

    /// A row as a text.
    pub(super) fn row(&self, row: usize) -> String {
        self.cells[row].iter().collect()
    }
}
