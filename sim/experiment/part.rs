//! Parts of the measured stretch: from one moment to another, each relative to the stretch, a fault or a
//! rollout.
//!
//! A part has the metrics of the whole stretch, restricted to the part: requests that arrived in it,
//! calls, visits and waits that began in it, time averages over it, kills in it. Effects of measured
//! requests after the end of the measured stretch count in the parts that end with it. So parts that
//! make up the stretch count everything once.

use wssim_kernel::{Nanos, Time};
use wssim_model::Blueprint;
use wssim_model::blueprint::{Comes, Fault};
use wssim_model::law::Law;

/// The label for the start of the part.
pub const FROM: &str = "from";
/// The label for its end.
pub const TO: &str = "to";

/// A part of the measured stretch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeasuredPart {
    /// Its start; `None` for the start of the stretch.
    pub from: Option<PartMoment>,
    /// Its end, exclusive; `None` for the end of the stretch.
    pub to: Option<PartMoment>,
}

/// An instant of the measured stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartMoment {
    /// Its reference.
    pub anchor: Anchor,
    /// The time after that.
    pub after: Nanos,
}

/// The reference of a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The start of the measured stretch.
    Begin,
    /// The fault of this name.
    Fault(String),
    /// The repair of the fault of this name.
    Repair(String),
    /// The begin of the rollout of this name.
    Rollout(String),
}

/// Why a moment is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMoment {
    /// There is no such fault, or rollout.
    Unknown,
    /// The fault recurs at random times.
    Drawn,
    /// The fault is not repaired.
    NotRepaired,
    /// The duration of its repair is random.
    RepairDrawn,
}

/// When a fault strikes and when it is repaired, as far as known before the simulation.
#[derive(Clone, Copy, Debug)]
pub struct Struck<'a> {
    /// When it strikes; `None` for random times.
    pub at: Option<Nanos>,
    /// Its duration; `None` if it is never repaired.
    pub repair: Option<&'a Law>,
}

impl<'a> Struck<'a> {
    fn of(fault: &'a Fault) -> Self {
        let at = match fault.comes {
            Comes::Once(at) => Some(at),
            Comes::Renewed(_) | Comes::EachLife(_) => None,
        };
        Self { at, repair: fault.repair.as_ref() }
    }
}

impl PartMoment {
    /// The time after the start of the measured stretch; `find` looks up faults, and `begin` rollouts.
    ///
    /// # Errors
    /// When it is not known before the simulation.
    pub fn instant<'a>(
        &self,
        find: impl FnOnce(&str) -> Option<Struck<'a>>,
        begin: impl FnOnce(&str) -> Option<Nanos>,
    ) -> Result<Nanos, NoMoment> {
        let since = match &self.anchor {
            Anchor::Begin => Nanos::ZERO,
            Anchor::Fault(name) => {
                find(name).ok_or(NoMoment::Unknown)?.at.ok_or(NoMoment::Drawn)?
            }
            Anchor::Rollout(name) => begin(name).ok_or(NoMoment::Unknown)?,
            Anchor::Repair(name) => {
                let Struck { at, repair } = find(name).ok_or(NoMoment::Unknown)?;
                let at = at.ok_or(NoMoment::Drawn)?;
                match repair {
                    None => return Err(NoMoment::NotRepaired),
                    Some(Law::Constant(ns)) => Nanos(at.0.saturating_add(Nanos::from_f64(*ns).0)),
                    Some(_) => return Err(NoMoment::RepairDrawn),
                }
            }
        };
        Ok(Nanos(since.0.saturating_add(self.after.0)))
    }
}

impl MeasuredPart {
    /// The part in `world`; `None` if it does not exist there, or lies outside the `measured` stretch.
    pub(crate) fn span(&self, world: &Blueprint, measured: Nanos) -> Option<Span> {
        let find =
            |name: &str| world.faults.iter().find(|fault| fault.name == name).map(Struck::of);
        let rollouts = world.rollouts();
        let begin =
            |name: &str| rollouts.iter().find(|rollout| rollout.name == name).map(|it| it.at);
        let at = |moment: &Option<PartMoment>, otherwise: Nanos| match moment {
            Some(moment) => moment.instant(find, begin).ok(),
            None => Some(otherwise),
        };
        let span = Span { from: at(&self.from, Nanos::ZERO)?, to: at(&self.to, measured)? };
        (span.from < span.to && span.to <= measured).then_some(span)
    }
}

/// A part in a world, relative to the start of the measured stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Nanos,
    pub(crate) to: Nanos,
}

impl Span {
    /// Its ends if the measured stretch begins at `begin`.
    pub(crate) fn ends(self, begin: Time) -> [Time; 2] {
        [begin + self.from, begin + self.to]
    }

    pub(crate) fn length(self) -> Nanos {
        Nanos(self.to.0 - self.from.0)
    }
}

/// Whether `labels` belong to a metric of a part.
#[must_use]
pub fn is_of_part<N: AsRef<str>>(labels: &[(N, String)]) -> bool {
    labels.iter().any(|(name, _)| [FROM, TO].contains(&name.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(anchor: Anchor, seconds: f64) -> PartMoment {
        PartMoment { anchor, after: Nanos::from_seconds(seconds) }
    }

    #[test]
    fn a_moment_is_known_as_far_as_its_fault_is() {
        let law = Law::Constant(20e9);
        let drawn = Law::Exponential { mean: 20e9 };
        let at = Some(Nanos::from_seconds(60.0));
        let struck = |at, repair| move |_: &str| Some(Struck { at, repair });
        let repair = moment(Anchor::Repair("crash".to_owned()), 5.0);
        assert_eq!(repair.instant(struck(at, Some(&law)), |_| None), Ok(Nanos::from_seconds(85.0)));
        assert_eq!(repair.instant(struck(at, Some(&drawn)), |_| None), Err(NoMoment::RepairDrawn));
        assert_eq!(repair.instant(struck(at, None), |_| None), Err(NoMoment::NotRepaired));
        assert_eq!(repair.instant(struck(None, Some(&law)), |_| None), Err(NoMoment::Drawn));
        assert_eq!(repair.instant(|_| None, |_| None), Err(NoMoment::Unknown));
        let rollout = moment(Anchor::Rollout("deploy".to_owned()), 5.0);
        assert_eq!(rollout.instant(|_| None, |_| at), Ok(Nanos::from_seconds(65.0)));
        assert_eq!(rollout.instant(|_| None, |_| None), Err(NoMoment::Unknown));
        let begin = moment(Anchor::Begin, 3.0);
        assert_eq!(begin.instant(|_| None, |_| None), Ok(Nanos::from_seconds(3.0)));
    }
}
