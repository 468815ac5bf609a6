//! One unit and one number of decimals for all times of a request.

/// Nanoseconds of each unit, with its symbol; the last one is unlimited.
const UNITS: [(u64, &str); 3] = [(1_000, "µs"), (1_000_000, "ms"), (1_000_000_000, "s")];
/// Significant digits of the whole time.
const DIGITS: u32 = 4;

/// A unit and a number of decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    unit_ns: u64,
    pub(super) symbol: &'static str,
    decimals: u32,
}

impl Clock {
    /// For a request that took `whole_ns`: milliseconds, unless that is below one or above ten thousand.
    pub(super) fn of(whole_ns: u64) -> Self {
        let (unit_ns, symbol) = match whole_ns {
            0..1_000_000 => UNITS[0],
            1_000_000..10_000_000_000 => UNITS[1],
            _ => UNITS[2],
        };
        let digits = (whole_ns / unit_ns).checked_ilog10().unwrap_or(0) + 1;
        // At most to the nanosecond.
        let most = unit_ns.ilog10();
        Self { unit_ns, symbol, decimals: DIGITS.saturating_sub(digits).min(most) }
    }

    /// Nanoseconds of the last shown digit.
    pub(super) fn step(self) -> u64 {
        self.unit_ns / 10_u64.pow(self.decimals)
    }

    /// `steps` of the last digit.
    pub(super) fn steps(self, steps: u64) -> String {
        let decimals = self.decimals as usize;
        let tens = 10_u64.pow(self.decimals);
        if decimals == 0 {
            steps.to_string()
        } else {
            format!("{}.{:0decimals$}", steps / tens, steps % tens)
        }
    }

    /// A time without its unit.
    pub(super) fn number(self, ns: u64) -> String {
        self.steps((ns + self.step() / 2) / self.step())
    }

    /// A time with its unit.
    pub(super) fn time(self, ns: u64) -> String {
        format!("{} {}", self.number(ns), self.symbol)
    }

    /// At most `most` times for an axis up to `whole_ns`: 1, 2 or 5 times a power of ten apart, with
    /// their labels.
    pub(super) fn ticks(self, whole_ns: u64, most: usize) -> Vec<(u64, String)> {
        let least = whole_ns / (most.max(1) as u64) + 1;
        let power = 10_u64.pow(least.ilog10());
        let apart = [1, 2, 5, 10].into_iter().map(|n| n * power).find(|apart| *apart >= least);
        let apart = apart.unwrap_or(whole_ns).max(1);
        let label = |at: u64| {
            let whole = at as f64 / self.unit_ns as f64;
            (at, format!("{whole}"))
        };
        (0..whole_ns.div_ceil(apart)).map(|n| label(n * apart)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_has_four_digits() {
        for (whole, shown) in [
            (98_312_345, "98.31 ms"),
            (998, "0.998 µs"),
            (83_700, "83.70 µs"),
            (2_500_000_000, "2500 ms"),
            (25_000_000_000, "25.00 s"),
            (1_000_000, "1.000 ms"),
        ] {
            assert_eq!(Clock::of(whole).time(whole), shown);
        }
        assert_eq!(Clock::of(0).time(0), "0.000 µs");
    }

    #[test]
    fn ticks_are_round() {
        let labels = |whole: u64, most: usize| -> Vec<String> {
            Clock::of(whole).ticks(whole, most).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(labels(98_312_345, 4), ["0", "50"]);
        assert_eq!(labels(98_312_345, 5), ["0", "20", "40", "60", "80"]);
        assert_eq!(labels(2_000, 4), ["0", "1"]);
    }
}
