//! Keyed random streams: every draw is a pure function of names and counters.
//!
//! The generator is Philox2x64-10 (Salmon, Moraes, Dror and Shaw, SC'11, "Parallel random numbers:
//! as easy as 1, 2, 3"): a bijection of a 128-bit counter under a 64-bit key. A [`StreamKey`] comes
//! from (seed, replication, purpose, name) and is the key; what is drawn within it is addressed by
//! a 64-bit place and a 32-bit draw, and the rest of the counter numbers blocks, so that a sampler
//! may take as many numbers as it likes without touching those of any other draw.

use core::convert::Infallible;
use rand::TryRng;

/// The multiplier and the key's increment of Philox2x64, from the paper's table 2.
const MULTIPLIER: u64 = 0xD2B7_4407_B1CE_6E93;
const INCREMENT: u64 = 0x9E37_79B9_7F4A_7C15;

/// Rounds of Philox2x64-10.
const ROUNDS: usize = 10;

/// The keys of the rounds under `key`.
const fn round_keys(key: u64) -> [u64; ROUNDS] {
    let mut keys = [key; ROUNDS];
    let mut round = 1;
    while round < ROUNDS {
        keys[round] = keys[round - 1].wrapping_add(INCREMENT);
        round += 1;
    }
    keys
}

/// Ten rounds of Philox2x64.
#[inline]
#[must_use]
pub fn philox2x64(counter: [u64; 2], key: u64) -> [u64; 2] {
    rounds(counter, &round_keys(key))
}

/// The rounds of Philox2x64 under `keys`.
#[inline]
fn rounds(mut counter: [u64; 2], keys: &[u64; ROUNDS]) -> [u64; 2] {
    for key in keys {
        let product = u128::from(MULTIPLIER) * u128::from(counter[0]);
        counter = [(product >> 64) as u64 ^ key ^ counter[1], product as u64];
    }
    counter
}

/// Scatters the bits of `x`: the finalizer of `SplitMix64` (Steele, Lea and Flood 2014), a bijection.
#[inline]
#[must_use]
pub fn scatter(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// The key of part number `part` of `key`.
#[inline]
#[must_use]
pub fn mix(key: u64, part: u64) -> u64 {
    // Parts of one key never collide: the increment is odd and scattering is a bijection.
    scatter(key.wrapping_add(part.wrapping_add(1).wrapping_mul(INCREMENT)))
}

/// A 64-bit hash of a name, the same on every machine and in every version: FNV-1a, scattered.
#[must_use]
pub fn name_hash(name: &str) -> u64 {
    let mut hash: u64 = 0xCBF2_9CE4_8422_2325;
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    scatter(hash)
}

/// The key of one source of randomness in one replication, as the keys of its rounds: to add them up at each draw
/// would be a seventh of its instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamKey([u64; ROUNDS]);

impl StreamKey {
    /// The stream of `name` (such as `"traffic/web"`) for `purpose` (such as `"arrivals"`).
    #[must_use]
    pub fn new(seed: u64, replication: u32, purpose: &str, name: &str) -> Self {
        let run = mix(scatter(seed), u64::from(replication));
        Self(round_keys(mix(mix(run, name_hash(purpose)), name_hash(name))))
    }

    /// The random numbers of draw `draw` at `place`.
    #[inline]
    #[must_use]
    pub fn draw(&self, place: u64, draw: u32) -> Draw<'_> {
        Draw { keys: &self.0, counter: [place, u64::from(draw) << 32], second: None }
    }

    /// A number unique to the stream, to derive places from.
    #[inline]
    #[must_use]
    pub fn root(&self) -> u64 {
        self.0[0]
    }
}

/// The random numbers of one draw; implements the traits of `rand` for use by any sampler.
#[derive(Clone, Debug)]
pub struct Draw<'s> {
    keys: &'s [u64; ROUNDS],
    counter: [u64; 2],
    second: Option<u64>,
}

impl Draw<'_> {
    #[inline]
    fn block(&mut self) -> u64 {
        let [first, second] = rounds(self.counter, self.keys);
        self.counter[1] = self.counter[1].wrapping_add(1);
        self.second = Some(second);
        first
    }

    /// A uniform number in the open interval (0, 1).
    #[inline]
    pub fn open01(&mut self) -> f64 {
        let Ok(bits) = self.try_next_u64();
        ((bits >> 11) as f64 + 0.5) * (1.0 / (1u64 << 53) as f64)
    }
}

impl TryRng for Draw<'_> {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|bits| bits as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(match self.second.take() {
            Some(bits) => bits,
            None => self.block(),
        })
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        for chunk in target.chunks_mut(8) {
            let bytes = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three known-answer vectors that come with the authors' reference implementation.
    #[test]
    fn philox_gives_the_published_answers() {
        let ones = u64::MAX;
        let cases = [
            ([0, 0], 0, [0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5]),
            ([ones, ones], ones, [0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20]),
            (
                [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344],
                0xa409_3822_299f_31d0,
                [0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d],
            ),
        ];
        for (counter, key, answer) in cases {
            assert_eq!(philox2x64(counter, key), answer);
        }
    }

    #[test]
    fn streams_differ_by_every_part_of_their_name() {
        let base = StreamKey::new(84, 0, "arrivals", "traffic/web");
        assert_eq!(base, StreamKey::new(84, 0, "arrivals", "traffic/web"));
        for other in [
            StreamKey::new(85, 0, "arrivals", "traffic/web"),
            StreamKey::new(84, 1, "arrivals", "traffic/web"),
            StreamKey::new(84, 0, "demand", "traffic/web"),
            StreamKey::new(84, 0, "arrivals", "traffic/api"),
        ] {
            assert_ne!(base, other);
        }
        // The first replication of the next seed is not the second of this one.
        let next_seed = StreamKey::new(85, 0, "arrivals", "traffic/web");
        assert_ne!(next_seed, StreamKey::new(84, 1, "arrivals", "traffic/web"));
    }

    type Other<'a> = Box<dyn Fn(u64) -> f64 + 'a>;

    /// |r| stays below 4/√n for neighbouring seeds, replications, names, places and draws.
    #[test]
    fn neighbouring_streams_are_uncorrelated() {
        const N: u64 = 1_000_000;
        let stream = |seed, replication, name| StreamKey::new(seed, replication, "test", name);
        let base = stream(84, 0, "a");
        let pairs: [(&str, Other<'_>); 5] = [
            ("seed", Box::new(|n| stream(85, 0, "a").draw(n, 0).open01())),
            ("replication", Box::new(|n| stream(84, 1, "a").draw(n, 0).open01())),
            ("name", Box::new(|n| stream(84, 0, "b").draw(n, 0).open01())),
            ("place", Box::new(|n| base.draw(n + 1, 0).open01())),
            ("draw", Box::new(|n| base.draw(n, 1).open01())),
        ];
        for (what, other) in pairs {
            let covariance: f64 =
                (0..N).map(|n| (base.draw(n, 0).open01() - 0.5) * (other(n) - 0.5)).sum::<f64>()
                    / N as f64;
            let correlation = covariance * 12.0;
            assert!(correlation.abs() < 4.0 / (N as f64).sqrt(), "{what}: r = {correlation}");
        }
    }
}
