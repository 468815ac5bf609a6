//! Characters in rows and columns; earlier drawings stay on top.

/// The drawing area; row 0 is at the bottom.
pub(super) struct TextCanvas {
    columns: usize,
    cells: Vec<Vec<char>>,
}

impl TextCanvas {
    pub(super) fn new(columns: usize, rows: usize) -> Self {
        Self { columns, cells: vec![vec![' '; columns]; rows] }
    }

    /// Draws `mark` into an empty place; returns whether it is visible.
    pub(super) fn put(&mut self, column: usize, row: usize, mark: char) -> bool {
        let cell = self.cells.get_mut(row).and_then(|cells| cells.get_mut(column));
        let free = cell.filter(|cell| **cell == ' ');
        let is_free = free.is_some();
        if let Some(cell) = free {
            *cell = mark;
        }
        is_free
    }

    /// Draws `mark` from row to row, ends included.
    pub(super) fn column(&mut self, column: usize, rows: [usize; 2], mark: char) {
        for row in rows[0]..=rows[1] {
            self.put(column, row, mark);
        }
    }

    /// Draws `mark` between two places, one in each column.
    pub(super) fn line(&mut self, from: (usize, usize), to: (usize, usize), mark: char) {
        for column in from.0 + 1..to.0 {
            let part = (column - from.0) as f64 / (to.0 - from.0) as f64;
            let row = from.1 as f64 + (to.1 as f64 - from.1 as f64) * part;
            self.put(column, row.round() as usize, mark);
        }
    }

    /// Draws `mark` across.
    pub(super) fn across(&mut self, row: usize, mark: char) {
        for column in 0..self.columns {
            self.put(column, row, mark);
        }
    }

    /// A row as a text.
    pub(super) fn row(&self, row: usize) -> String {
        self.cells[row].iter().collect()
    }
}
