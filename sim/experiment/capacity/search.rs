//! Bisection for the value at which an answer changes. Pure: values are simulated elsewhere.
//!
//! ```text
//!   low ────────┤ open ├──────── high       low, high: decided, one on each side
//! ```
//! An undecided value splits the interval: the search closes in on it from both sides, so that the
//! result is a bracket, never a point (the simple form, with one decision a step, of Waeber, Frazier &
//! Henderson, SIAM J. Control 51, 2013).

/// The decision about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueState {
    /// All conditions hold.
    Kept,
    /// A condition does not hold.
    Missed,
    /// Undecided.
    Open,
}

/// The values worth trying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    /// Whether the conditions hold at the lower values.
    pub(super) is_kept_below: bool,
    /// Whether only whole numbers are valid.
    pub(super) is_whole: bool,
    /// Width of a narrow interval, as a share of its upper end.
    pub(super) tolerance: f64,
}

/// A bisection under way.
#[derive(Clone, Debug)]
pub(super) struct Search {
    line: Line,
    /// The largest decided value on the low side, the smallest on the high side.
    low: Option<f64>,
    high: Option<f64>,
    /// Undecided values between, ascending.
    open: Vec<f64>,
}

impl Search {
    pub(super) fn new(line: Line) -> Self {
        Self { line, low: None, high: None, open: Vec::new() }
    }

    /// Records the decision about `value`.
    pub(super) fn told(&mut self, value: f64, state: ValueState) {
        let is_low = match state {
            ValueState::Open => {
                self.open.push(value);
                self.open.sort_by(f64::total_cmp);
                return;
            }
            ValueState::Kept => self.line.is_kept_below,
            ValueState::Missed => !self.line.is_kept_below,
        };
        if is_low {
            self.low = Some(self.low.map_or(value, |low| low.max(value)));
        } else {
            self.high = Some(self.high.map_or(value, |high| high.min(value)));
        }
        let (low, high) = (self.low, self.high);
        let is_between = |value: &f64| {
            low.is_none_or(|low| *value > low) && high.is_none_or(|high| *value < high)
        };
        self.open.retain(is_between);
    }

    /// The last value known to be kept.
    pub(super) fn kept(&self) -> Option<f64> {
        if self.line.is_kept_below { self.low } else { self.high }
    }

    /// The first value known to be missed.
    pub(super) fn missed(&self) -> Option<f64> {
        if self.line.is_kept_below { self.high } else { self.low }
    }

    /// Whether a value between is undecided.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// The next value to try; `None` if the bracket is narrow enough, or one side is unknown.
    pub(super) fn next(&self) -> Option<f64> {
        let (low, high) = (self.low?, self.high?);
        match self.wider_gap() {
            None if self.open.is_empty() => self.middle(low, high),
            None => None,
            Some(gap) => self.middle(gap.from, gap.to),
        }
    }

    /// Whether a kept value lies on the wrong side of a missed one: there is no single limit.
    pub(super) fn has_turned(&self) -> bool {
        self.low.zip(self.high).is_some_and(|(low, high)| low >= high)
    }

    /// Whether the bracket is as narrow as asked for.
    pub(super) fn is_narrow(&self) -> bool {
        self.low.zip(self.high).is_some_and(|(low, high)| {
            let tolerance = self.line.tolerance * high.abs();
            high - low <= if self.line.is_whole { 1.0 } else { tolerance }
        })
    }

    /// Whether only whole numbers are valid.
    pub(super) fn is_whole(&self) -> bool {
        self.line.is_whole
    }

    /// The wider of the two gaps between decided and open values, if one is still wide.
    pub(super) fn wider_gap(&self) -> Option<Gap> {
        let (low, high) = (self.low?, self.high?);
        let (first, last) = (*self.open.first()?, *self.open.last()?);
        let below = Gap { from: low, to: first, open: first, decided: low };
        let above = Gap { from: last, to: high, open: last, decided: high };
        let is_wide = |gap: &Gap| self.middle(gap.from, gap.to).is_some();
        let both = if first - low >= high - last { [below, above] } else { [above, below] };
        both.into_iter().find(is_wide)
    }

    fn middle(&self, low: f64, high: f64) -> Option<f64> {
        if self.line.is_whole {
            let middle = f64::midpoint(low, high).floor();
            return (middle > low && middle < high).then_some(middle);
        }
        let middle = if low > 0.0 && high > 2.0 * low {
            (low * high).sqrt()
        } else {
            f64::midpoint(low, high)
        };
        let middle = rounded(middle);
        let is_wide = high - low > self.line.tolerance * high.abs();
        (is_wide && middle > low && middle < high).then_some(middle)
    }
}

/// The values between a decided and an undecided one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gap {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) open: f64,
    pub(super) decided: f64,
}

/// Rounds to four significant digits, so that the reported value is the one tried.
pub(super) fn rounded(value: f64) -> f64 {
    crate::sweep::rounded(value, value / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: Line = Line { is_kept_below: true, is_whole: false, tolerance: 0.01 };

    /// Searches from the ends of an interval; returns the bracket and the number of steps.
    fn search(line: Line, ends: [f64; 2], state: impl Fn(f64) -> ValueState) -> (Search, usize) {
        let mut search = Search::new(line);
        for end in ends {
            search.told(end, state(end));
        }
        let mut steps = 0;
        while let Some(value) = search.next() {
            search.told(value, state(value));
            steps += 1;
            assert!(steps < 50, "{search:?}");
        }
        (search, steps)
    }

    #[test]
    fn a_limit_is_bracketed_to_the_tolerance() {
        let at = |limit: f64| {
            move |value| if value <= limit { ValueState::Kept } else { ValueState::Missed }
        };
        for limit in [0.51, 0.7, 0.999, 1.0, 31.4] {
            let (found, steps) = search(SCALE, [0.5, 64.0], at(limit));
            let (kept, missed) = (found.kept().unwrap(), found.missed().unwrap());
            assert!(kept <= limit && limit < missed, "{kept} {limit} {missed}");
            assert!(missed - kept <= 0.01 * missed && steps <= 12, "{steps}");
        }
    }

    #[test]
    fn whole_numbers_are_told_apart() {
        let line = Line { is_kept_below: false, is_whole: true, tolerance: 0.01 };
        let enough = |value| if value >= 12.0 { ValueState::Kept } else { ValueState::Missed };
        let (found, steps) = search(line, [1.0, 64.0], enough);
        assert_eq!((found.missed(), found.kept()), (Some(11.0), Some(12.0)));
        assert!(steps <= 6);
    }

    /// Kept only in the middle: from either side, there is no single limit.
    #[test]
    fn what_holds_in_the_middle_alone_has_no_limit() {
        for is_kept_below in [true, false] {
            let mut search = Search::new(Line { is_kept_below, ..SCALE });
            search.told(1.0, ValueState::Missed);
            search.told(64.0, ValueState::Missed);
            search.told(33.0, ValueState::Kept);
            assert!(search.has_turned(), "{search:?}");
        }
    }

    /// Undecided between 3 and 4: the bracket closes in on that.
    #[test]
    fn what_cannot_be_decided_is_enclosed() {
        let state = |value: f64| match value {
            _ if value < 3.0 => ValueState::Kept,
            _ if value > 4.0 => ValueState::Missed,
            _ => ValueState::Open,
        };
        let (found, steps) = search(SCALE, [1.0, 8.0], state);
        let (kept, missed) = (found.kept().unwrap(), found.missed().unwrap());
        assert!(kept < 3.0 && kept > 2.95 && missed > 4.0 && missed < 4.05, "{kept} {missed}");
        assert!(found.is_open() && steps <= 18, "{steps}");
    }
}
