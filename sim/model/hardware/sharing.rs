//! The division of a node's threads: water-filling over containers, and the yield of SMT.

/// Total work of `running` threads in own single-thread units: piecewise linear through (0, 0) and
/// `points`, constant beyond the last.
pub(super) fn work_of(points: &[(f64, f64)], running: f64) -> f64 {
    let (mut x0, mut y0) = (0.0, 0.0);
    for &(x1, y1) in points {
        if running <= x1 {
            return y0 + (y1 - y0) * (running - x0) / (x1 - x0);
        }
        (x0, y0) = (x1, y1);
    }
    y0
}

/// The largest number of threads that all run at full speed: as far as `points` follow work = threads.
pub(super) fn full_speed_threads(points: &[(f64, f64)]) -> f64 {
    let mut full = 0.0;
    for &(x, y) in points {
        if x != y {
            break;
        }
        full = x;
    }
    full
}

/// The level at which `threads` are used up when each container takes the lesser of its cap and the level;
/// infinite when the caps do not use them up.
///
/// Rounds: containers below the present level keep their caps, the others share the rest. A round without a
/// container below the level is the last.
pub(super) fn water_level<C: Iterator<Item = f64> + Clone>(caps: &C, threads: f64) -> f64 {
    let mut level = 0.0;
    loop {
        let (mut left, mut above) = (threads, 0_u32);
        for cap in caps.clone() {
            if cap <= level {
                left -= cap;
            } else {
                above += 1;
            }
        }
        if above == 0 {
            return f64::INFINITY;
        }
        let next = left / f64::from(above);
        if next <= level {
            return level;
        }
        level = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_goes_through_its_points() {
        let points = [(8.0, 8.0), (16.0, 10.0)];
        assert_eq!(work_of(&points, 3.0), 3.0);
        assert_eq!(work_of(&points, 12.0), 9.0);
        assert_eq!(work_of(&points, 40.0), 10.0);
        assert_eq!(full_speed_threads(&points), 8.0);
        assert_eq!(full_speed_threads(&[(2.0, 1.8)]), 0.0);
    }

    #[test]
    fn water_fills_the_small_first() {
        // 4 threads, caps 1 and 10: 1 + 3.
        let level = water_level(&[1.0_f64, 10.0].into_iter(), 4.0);
        assert_eq!(level, 3.0);
        // Caps 0.5, 1, 5, 5 over 6: 0.5 + 1 + 2.25 + 2.25.
        let level = water_level(&[5.0_f64, 0.5, 5.0, 1.0].into_iter(), 6.0);
        assert_eq!(level, 2.25);
        assert_eq!(water_level(&[1.0_f64, 2.0].into_iter(), 4.0), f64::INFINITY);
    }
}
