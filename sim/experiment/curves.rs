//! Series: the values of every replication, slot by slot of the measured stretch.

use crate::arm::{Arm, Observation};
use crate::findings::Series;
use crate::judge::{LEVEL, estimate};
use crate::metric::quantity::MeasuredQuantity;
use crate::question::Measure;
use crate::sample::Sample;

/// Common parameters of the series of one arm.
pub(crate) struct Curves<'a> {
    pub(crate) arm: &'a Arm,
    replications: usize,
    /// Length of a slot, in seconds.
    slot: f64,
    slots: usize,
}

impl<'a> Curves<'a> {
    /// The series of the first `replications` of `arm`.
    pub(crate) fn new(arm: &'a Arm, replications: usize, measure: Measure) -> Self {
        let slots = measure.duration.0.div_ceil(measure.slot.0.max(1)) as usize;
        Self { arm, replications, slot: measure.slot.seconds(), slots }
    }

    /// The replications whose slots are kept.
    pub(crate) fn observations(&self) -> &[Observation] {
        let kept = self.arm.in_series();
        &kept[..self.replications.min(kept.len())]
    }

    /// The series of a quantity; `sample` is the value of a slot of a replication. `None` if it is not
    /// among the metrics of the arm.
    pub(crate) fn series(
        &self,
        quantity: MeasuredQuantity,
        sample: impl Fn(&Observation, usize) -> Sample,
    ) -> Option<Series> {
        let key = &self.arm.catalogue.keys[self.arm.catalogue.place(quantity)?];
        let at = |number: usize| {
            let samples: Vec<Sample> =
                self.observations().iter().map(|one| sample(one, number)).collect();
            estimate(&samples, LEVEL)
        };
        // No slots without a replication.
        let slots = if self.observations().is_empty() { 0 } else { self.slots };
        Some(Series {
            name: key.kind.name,
            labels: key.labels.clone(),
            unit: key.kind.unit,
            t_seconds: (0..slots).map(|number| number as f64 * self.slot).collect(),
            estimates: (0..slots).map(at).collect(),
        })
    }
}
