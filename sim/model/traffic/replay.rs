//! Replayed arrivals: rows of a trace are dropped or repeated to match a rate.

use super::{DRAW_COPIES, SourceState};
use crate::blueprint::Trace;
use wssim_kernel::Time;

impl SourceState {
    /// Finds the next row of `trace` that is used at least once; returns its time.
    pub(super) fn find_row(&mut self, trace: &Trace) -> Option<Time> {
        while self.copies == 0 {
            let place = self.row as u64;
            let unit = self.arrivals.draw(place, DRAW_COPIES).open01();
            trace.rows.get(self.row)?;
            self.copies = (trace.rate + unit).floor() as u32;
            if self.copies == 0 {
                self.row += 1;
            }
        }
        trace.rows.get(self.row).map(|row| Time(row.at.0))
    }

    /// The row of the request that arrives now.
    #[inline]
    pub(super) fn use_row(&mut self) -> u32 {
        let row = self.row as u32;
        self.copies -= 1;
        if self.copies == 0 {
            self.row += 1;
        }
        row
    }
}
