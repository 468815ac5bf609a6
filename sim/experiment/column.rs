//! Compact storage of one metric's samples: thousands of replications of thousands of metrics are kept
//! at once; most are of one form, many are equal.

use crate::sample::{Sample, Share};

/// The samples of one metric, in the order of the replications.
#[derive(Clone, Debug)]
pub(crate) enum Column {
    /// One value, the same to the bit, and its number.
    Same(Sample, usize),
    /// All of one form, each with the numbers that the form needs.
    Alike(Form, Vec<f64>),
    /// Of several forms.
    Mixed(Vec<Sample>),
}

/// The form of a sample: which of its numbers do not follow from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Value,
    Within,
    Ratio,
    /// A share of time.
    OfTime,
    /// A share of what was counted.
    OfCount,
}

impl Default for Column {
    fn default() -> Self {
        Self::Same(Sample::Nothing, 0)
    }
}

impl Column {
    /// Adds the sample of the next replication.
    pub(crate) fn push(&mut self, sample: Sample) {
        match self {
            Self::Same(_, 0) => *self = Self::Same(sample, 1),
            Self::Same(same, times) if is_same(*same, sample) => *times += 1,
            Self::Same(..) => {
                let all: Vec<Sample> = self.iter().chain([sample]).collect();
                *self = Self::of(&all);
            }
            Self::Alike(form, numbers) => match numbers_of(sample) {
                Some((own, more)) if own == *form => {
                    numbers.extend_from_slice(&more[..own.width()]);
                }
                _ => *self = Self::Mixed(self.iter().chain([sample]).collect()),
            },
            Self::Mixed(all) => all.push(sample),
        }
    }

    fn of(all: &[Sample]) -> Self {
        let mut forms = all.iter().map(|sample| numbers_of(*sample).map(|(form, _)| form));
        let Some(Some(form)) = forms.next() else { return Self::Mixed(all.to_vec()) };
        if forms.any(|other| other != Some(form)) {
            return Self::Mixed(all.to_vec());
        }
        let mut numbers = Vec::new();
        for (_, more) in all.iter().filter_map(|sample| numbers_of(*sample)) {
            numbers.extend_from_slice(&more[..form.width()]);
        }
        Self::Alike(form, numbers)
    }

    fn len(&self) -> usize {
        match self {
            Self::Same(_, times) => *times,
            Self::Alike(form, numbers) => numbers.len() / form.width(),
            Self::Mixed(all) => all.len(),
        }
    }

    fn at(&self, place: usize) -> Sample {
        match self {
            Self::Same(sample, _) => *sample,
            Self::Alike(form, numbers) => {
                let width = form.width();
                form.sample(&numbers[place * width..][..width])
            }
            Self::Mixed(all) => all[place],
        }
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Sample> + '_ {
        (0..self.len()).map(|place| self.at(place))
    }
}

impl Form {
    fn width(self) -> usize {
        match self {
            Self::Value | Self::OfTime => 1,
            Self::Within | Self::Ratio | Self::OfCount => 2,
        }
    }

    fn sample(self, numbers: &[f64]) -> Sample {
        let second = || numbers[1];
        match self {
            Self::Value => Sample::Value(numbers[0]),
            Self::Within => Sample::Within(numbers[0], second()),
            Self::Ratio => Sample::Ratio(numbers[0], second()),
            Self::OfTime => Sample::Share(Share::of_time(numbers[0])),
            Self::OfCount => Sample::Share(Share::of_count(numbers[0], second())),
        }
    }
}

/// The form of a sample, and its numbers; `None` if it has none of these forms.
fn numbers_of(sample: Sample) -> Option<(Form, [f64; 2])> {
    let found = match sample {
        Sample::Nothing | Sample::TooFew(_) => return None,
        Sample::Value(value) => (Form::Value, [value, 0.0]),
        Sample::Within(low, high) => (Form::Within, [low, high]),
        Sample::Ratio(part, whole) => (Form::Ratio, [part, whole]),
        Sample::Share(Share { part, whole, trials }) => {
            if is_same(sample, Sample::Share(Share::of_time(part))) {
                (Form::OfTime, [part, 0.0])
            } else if trials.to_bits() == whole.to_bits() {
                (Form::OfCount, [part, whole])
            } else {
                return None;
            }
        }
    };
    Some(found)
}

/// Whether both are the same to the bit.
fn is_same(a: Sample, b: Sample) -> bool {
    let bits = |sample: Sample| match sample {
        Sample::Nothing => (0, [0; 3]),
        Sample::TooFew(times) => (1, [times.to_bits(), 0, 0]),
        Sample::Value(value) => (2, [value.to_bits(), 0, 0]),
        Sample::Within(low, high) => (3, [low.to_bits(), high.to_bits(), 0]),
        Sample::Ratio(part, whole) => (4, [part.to_bits(), whole.to_bits(), 0]),
        Sample::Share(Share { part, whole, trials }) => {
            (5, [part, whole, trials].map(f64::to_bits))
        }
    };
    bits(a) == bits(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares() -> [Sample; 4] {
        [
            Sample::Share(Share::of_time(0.25)),
            Sample::Share(Share::of_count(3.0, 8.0)),
            Sample::Share(Share { part: 1.0, whole: 2.0, trials: 5.0 }),
            Sample::Share(Share { part: 1.0, whole: 1.0, trials: 1.0 }),
        ]
    }

    /// Every sequence of up to four samples of all kinds, signs of zero and infinities included, is
    /// returned unchanged.
    #[test]
    fn what_goes_in_comes_out_in_its_order() {
        let mut kinds = vec![
            Sample::Nothing,
            Sample::TooFew(2.5),
            Sample::Value(0.0),
            Sample::Value(-0.0),
            Sample::Within(1.0, f64::INFINITY),
            Sample::Ratio(1.0, 0.0),
        ];
        kinds.extend(shares());
        let count = kinds.len();
        for number in 0..count.pow(4) {
            let due: Vec<Sample> =
                (0..4).map(|place| kinds[number / count.pow(place) % count]).collect();
            let mut column = Column::default();
            for sample in &due {
                column.push(*sample);
            }
            let found: Vec<Sample> = column.iter().collect();
            let alike = due.iter().zip(&found).all(|(a, b)| is_same(*a, *b));
            assert!(alike && found.len() == due.len(), "{due:?} came out as {found:?}");
        }
    }

    #[test]
    fn what_is_alike_takes_no_more_room_than_its_numbers() {
        let filled = |sample: &dyn Fn(usize) -> Sample| {
            let mut column = Column::default();
            (0..100).for_each(|number| column.push(sample(number)));
            column
        };
        let values = filled(&|number| Sample::Value(number as f64));
        assert!(matches!(&values, Column::Alike(Form::Value, numbers) if numbers.len() == 100));
        let counts = filled(&|number| Sample::Share(Share::of_count(number as f64, 100.0)));
        assert!(matches!(&counts, Column::Alike(Form::OfCount, numbers) if numbers.len() == 200));
        assert!(matches!(filled(&|_| Sample::Value(7.0)), Column::Same(_, 100)));
    }
}
