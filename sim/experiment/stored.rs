//! Encodes results of replications as bytes, and decodes them bit for bit.
//!
//! Parts of a study done on other machines must give the same result as if done here: so every number is
//! stored exactly, including infinities and the sign of zero. Whole numbers are written seven bits a
//! byte, the lowest first (LEB128), and so are the bits of floating-point numbers in reverse order: most
//! are small, or zero. Only the version that wrote the bytes reads them, so they need no names.

use wssim_kernel::{Nanos, Time};
use wssim_model::ids::NodeId;
use wssim_model::{Averages, ContainerAverages, NodeAverages, Outcome};
use wssim_stats::{Histogram, HistogramCounts};

/// A value that can be written as bytes and read again.
pub trait Stored: Sized {
    /// Adds its bytes.
    fn write(&self, to: &mut Vec<u8>);

    /// Takes its bytes from the front; `None` if they are invalid.
    fn read(from: &mut &[u8]) -> Option<Self>;
}

/// Structs, field by field.
macro_rules! stored {
    ($($type:ty { $($field:ident),+ $(,)? })+) => {$(
        impl $crate::stored::Stored for $type {
            fn write(&self, to: &mut Vec<u8>) {
                let Self { $($field),+ } = self;
                $($crate::stored::Stored::write($field, to);)+
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: $crate::stored::Stored::read(from)?),+ })
            }
        }
    )+};
}

pub(crate) use stored;

impl Stored for u128 {
    fn write(&self, to: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            to.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        to.push(rest as u8);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let mut value = 0;
        for place in 0..19 {
            let (&byte, rest) = from.split_first()?;
            *from = rest;
            value |= u128::from(byte & 0x7F).checked_shl(7 * place)?;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

/// Whole numbers of fewer bits.
macro_rules! whole_numbers {
    ($($type:ty),+) => {$(
        impl Stored for $type {
            fn write(&self, to: &mut Vec<u8>) {
                u128::from(*self).write(to);
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                Self::try_from(u128::read(from)?).ok()
            }
        }
    )+};
}

whole_numbers!(u8, u32, u64);

impl Stored for usize {
    fn write(&self, to: &mut Vec<u8>) {
        (*self as u64).write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Self::try_from(u64::read(from)?).ok()
    }
}

impl Stored for bool {
    fn write(&self, to: &mut Vec<u8>) {
        u8::from(*self).write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match u8::read(from)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Stored for f64 {
    fn write(&self, to: &mut Vec<u8>) {
        self.to_bits().swap_bytes().write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(Self::from_bits(u64::read(from)?.swap_bytes()))
    }
}

/// Newtypes.
macro_rules! wrapped {
    ($($type:ident),+) => {$(
        impl Stored for $type {
            fn write(&self, to: &mut Vec<u8>) {
                self.0.write(to);
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                Stored::read(from).map(Self)
            }
        }
    )+};
}

wrapped!(Nanos, Time, NodeId);

impl<T: Stored> Stored for Option<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.is_some().write(to);
        if let Some(one) = self {
            one.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        if bool::read(from)? { T::read(from).map(Some) } else { Some(None) }
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        for one in self {
            one.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        // Reads item by item, since a corrupt length could ask for all memory.
        (0..usize::read(from)?).map(|_| T::read(from)).collect()
    }
}

impl<T: Stored, const N: usize> Stored for [T; N] {
    fn write(&self, to: &mut Vec<u8>) {
        for one in self {
            one.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let all: Option<Vec<T>> = (0..N).map(|_| T::read(from)).collect();
        all?.try_into().ok()
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some((A::read(from)?, B::read(from)?))
    }
}

impl<T: Stored> Stored for Box<T> {
    fn write(&self, to: &mut Vec<u8>) {
        T::write(self, to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        T::read(from).map(Self::new)
    }
}

impl Stored for Histogram {
    fn write(&self, to: &mut Vec<u8>) {
        self.counts().write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Self::of_counts(&HistogramCounts::read(from)?)
    }
}

stored! {
    HistogramCounts { zeros, sum_ns, max_ns, buckets }
    Outcome { events, requests, unfinished, calendar_peak, simulated, averages, parts }
    Averages {
        containers, pool_waiting, breaker_open, nodes, attempts, answers_per_second, connecting, hopping, crossed,
    }
    NodeAverages { threads, load, bytes_per_second, network_cpu }
    ContainerAverages {
        in_system, waiting, outside, held_back, held, computing, bursting, disk_waiting, disk_served,
        throttled, up, arrivals, paging, paging_served, demand, resident, swapped, touches, reads,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again<T: Stored>(one: &T) -> Option<T> {
        let mut bytes = Vec::new();
        one.write(&mut bytes);
        let mut rest = bytes.as_slice();
        let read = T::read(&mut rest);
        assert!(rest.is_empty(), "{} bytes are left", rest.len());
        read
    }

    #[test]
    fn every_number_comes_back_bit_for_bit() {
        for value in [0, 1, 127, 128, u64::MAX] {
            assert_eq!(again(&value), Some(value));
        }
        assert_eq!(again(&u128::MAX), Some(u128::MAX));
        for value in [0.0, -0.0, 0.1, -1e300, f64::MIN_POSITIVE, f64::INFINITY, f64::NAN] {
            assert_eq!(again(&value).map(f64::to_bits), Some(value.to_bits()), "{value}");
        }
        let nested = vec![Some((Time(3), [1.5, -2.5])), None];
        assert_eq!(again(&nested), Some(nested));
    }

    #[test]
    fn a_histogram_comes_back_with_all_that_it_tells() {
        let mut histogram = Histogram::new();
        let mut value = 1;
        for _ in 0..600 {
            histogram.record(value >> (value % 37));
            value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        }
        histogram.record_zeros(7);
        let same = again(&histogram).unwrap();
        assert_eq!(same.counts(), histogram.counts());
        assert_eq!(same.iter().collect::<Vec<_>>(), histogram.iter().collect::<Vec<_>>());
        assert_eq!(same.quantile_ns(0.9), histogram.quantile_ns(0.9));
    }

    #[test]
    fn what_is_damaged_is_not_believed() {
        let mut bytes = Vec::new();
        vec![1u32, 2, 3].write(&mut bytes);
        assert_eq!(Vec::<u32>::read(&mut &bytes[..2]), None);
        assert_eq!(bool::read(&mut &[2u8][..]), None);
        assert_eq!(u8::read(&mut &[0x80, 2][..]), None, "256 is no byte");
        assert_eq!(u128::read(&mut &[0xFF; 30][..]), None, "no end");
        let endless = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F];
        assert_eq!(Vec::<f64>::read(&mut &endless[..]), None);
    }
}
