//! The shipped profiles: factors through a day, normalised to a mean of one.

use wssim_kernel::Nanos;
use wssim_model::blueprint::Piece;

/// Names of the shipped profiles.
pub(super) const NAMES: [&str; 2] = ["diurnal", "market-hours"];

/// Requests by hour of the day, relative to their mean: the log of the web server of NASA's Kennedy
/// Space Center, July 1995, 27 days (the NASA-HTTP trace of the Internet Traffic Archive, local
/// time), all days of the week together.
const DIURNAL: [f64; 24] = [
    0.78, 0.67, 0.57, 0.47, 0.40, 0.40, 0.44, 0.67, 1.05, 1.25, 1.31, 1.44, 1.53, 1.53, 1.58, 1.56,
    1.52, 1.26, 1.02, 0.92, 0.90, 0.93, 0.91, 0.89,
];

/// A trading day: end of each part (minutes since midnight), and its rate relative to that of the
/// session. The hours are those of the Dhaka Stock Exchange, 10:00 to 14:30. Assumptions: the first 15
/// minutes have 5 times the rate of the session (between 3 and 8), the rest of the day a quarter of it,
/// about the ratio of night to day in [`DIURNAL`].
const MARKET_HOURS: [(u64, f64); 4] =
    [(10 * 60, 0.25), (10 * 60 + 15, 5.0), (14 * 60 + 30, 1.0), (24 * 60, 0.25)];

const MINUTE: u64 = 60_000_000_000;

/// One day of the profile `name`.
pub(super) fn day(name: &str) -> Vec<Piece> {
    let constant =
        |length: u64, factor: f64| Piece { length: Nanos(length), factors: (factor, factor) };
    let mut day: Vec<Piece> = if name == "market-hours" {
        let begins = [0].into_iter().chain(MARKET_HOURS.map(|(until, _)| until));
        let parts = MARKET_HOURS.into_iter().zip(begins);
        parts.map(|((until, factor), begin)| constant((until - begin) * MINUTE, factor)).collect()
    } else {
        DIURNAL.iter().map(|factor| constant(60 * MINUTE, *factor)).collect()
    };
    let length: f64 = day.iter().map(|piece| piece.length.as_f64()).sum();
    let area: f64 = day.iter().map(|piece| piece.length.as_f64() * piece.factors.0).sum();
    for piece in &mut day {
        let factor = piece.factors.0 * length / area;
        piece.factors = (factor, factor);
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::Time;
    use wssim_model::blueprint::Profile;

    #[test]
    fn every_day_has_24_hours_and_a_mean_of_one() {
        for name in NAMES {
            let pieces = day(name);
            let length: u64 = pieces.iter().map(|piece| piece.length.0).sum();
            assert_eq!(length, 24 * 60 * MINUTE, "{name}");
            let profile = Profile::repeated(&pieces, Nanos::ZERO).expect("it has requests");
            let mean = profile.mean(Time::ZERO, Time(length));
            assert!((mean - 1.0).abs() < 1e-12, "{name}: {mean}");
        }
        // The table is printed with two decimals, whose sum happens to be exact.
        assert!((DIURNAL.iter().sum::<f64>() - 24.0).abs() < 1e-9);
        let ten_to_quarter_past = day("market-hours")[1].factors.0;
        assert!((ten_to_quarter_past - 5.0 * 24.0 / 10.375).abs() < 1e-12);
    }
}
