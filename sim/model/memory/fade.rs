//! Rates of touches and reads: averages over roughly the last ten seconds, which fade at each look.
//!
//! At a look, s seconds after the last one, the average a of something that happened x times meanwhile
//! becomes a + (x/s − a) · s/(s + τ) = (a + x/τ) · τ/(s + τ), with τ of ten seconds. So x counts as x/τ at
//! once, and all averages of a node shrink by one factor at a look. They are stored divided by the product
//! of these factors so far, and so is each addition: a look changes none of them.

/// τ, in seconds.
const MEMORY_SECONDS: f64 = 10.0;
/// When the product falls below this, all averages are rescaled by it.
const SMALLEST: f64 = 1e-100;

/// The averages of one node's containers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fade {
    /// Product of the factors.
    shrunk: f64,
    /// What one occurrence adds to a stored average.
    weight: f64,
}

impl Default for Fade {
    fn default() -> Self {
        Self { shrunk: 1.0, weight: 1.0 / MEMORY_SECONDS }
    }
}

impl Fade {
    /// What one occurrence adds to a stored average.
    #[inline]
    pub(super) fn weight(&self) -> f64 {
        self.weight
    }

    /// The average stored as `kept`, per second.
    pub(super) fn rate(&self, kept: f64) -> f64 {
        kept * self.shrunk
    }

    /// A look, `seconds` after the last one. Returns, now and then, the factor by which every stored average
    /// must be multiplied.
    #[must_use = "averages that are not brought down are wrong from now on"]
    pub(super) fn look(&mut self, seconds: f64) -> Option<f64> {
        self.shrunk *= MEMORY_SECONDS / (seconds + MEMORY_SECONDS);
        let brought_down =
            (self.shrunk < SMALLEST).then(|| std::mem::replace(&mut self.shrunk, 1.0));
        self.weight = 1.0 / (MEMORY_SECONDS * self.shrunk);
        brought_down
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::stream::StreamKey;

    /// Agrees with averages renewed at each look, at random distances, through many rescalings.
    #[test]
    fn it_is_the_average_that_is_renewed_at_each_look() {
        let stream = StreamKey::new(5, 0, "test", "fade");
        let mut draw = stream.draw(0, 0);
        let (mut fade, mut kept, mut average) = (Fade::default(), 0.0, 0.0);
        let mut brought_down = 0;
        for look in 0..40_000 {
            let seconds = if draw.open01() < 0.5 { 1.0 } else { 0.1 };
            let mut happened = 0.0;
            // Long pauses now and then.
            while look % 3_000 < 2_000 && draw.open01() < 0.7 {
                let more = draw.open01() * 1e6;
                kept += more * fade.weight();
                happened += more;
            }
            average += (happened / seconds - average) * seconds / (seconds + MEMORY_SECONDS);
            if let Some(factor) = fade.look(seconds) {
                kept *= factor;
                brought_down += 1;
            }
            let rate = fade.rate(kept);
            assert!((rate - average).abs() <= 1e-10 * average, "{look}: {rate}, {average}");
        }
        assert!(brought_down > 5, "{brought_down}");
    }

    /// A constant rate is found in the end; a rate that has stopped is forgotten within minutes.
    #[test]
    fn an_even_rate_is_found() {
        let (mut fade, mut kept) = (Fade::default(), 0.0);
        let mut seconds = |fade: &mut Fade, rate: f64| {
            for _ in 0..300 {
                kept += rate * fade.weight();
                assert_eq!(fade.look(1.0), None);
            }
            fade.rate(kept)
        };
        assert!((seconds(&mut fade, 70.0) - 70.0).abs() < 1e-9);
        assert!(seconds(&mut fade, 0.0) < 1e-9);
    }
}
