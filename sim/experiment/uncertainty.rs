//! Input uncertainty: does a verdict survive the ranges of the inputs?
//!
//! Every ranged input is run at both ends, under the same random numbers. A verdict that is not
//! reached there too is undecided, and bisection says at which value it flips. Observed claims are
//! left out: an observation narrows the inputs, it does not follow from them.

use crate::judge::{Arms, measure, verdict};
use crate::question::{Claim, End, Override, RangedInput, WorldError, Worlds};
use crate::reason::{Flip, InputValue};
use crate::replicate::{Arm, Progressing, Setting, Stopped, replicate};
use crate::verdict::Verdict;
use crate::watch::{Phase, Watch};

/// Replications at an end before the verdict there is looked at.
const FIRST_LOOK: u32 = 10;
/// As long as it is undecided there, it is looked at again after so many times as many.
const NEXT_LOOK: u32 = 4;
/// Halvings of the way from the value in force to the end at which a verdict flips.
const HALVINGS: u32 = 4;

/// What the study needs to look at other values of its inputs.
pub(crate) struct Uncertainty<'a> {
    pub(crate) worlds: &'a dyn Worlds,
    pub(crate) setting: Setting,
    pub(crate) level: f64,
    pub(crate) replications: u32,
    /// The files of the arms that changes are relative to.
    pub(crate) bases: &'a [String],
    pub(crate) watch: &'a dyn Watch,
}

/// Why the check could not be finished.
pub(crate) enum Broken {
    Stopped,
    World(WorldError),
}

impl From<Stopped> for Broken {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<WorldError> for Broken {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

/// A claim that is decided at the inputs' values in force.
pub(crate) struct Decided<'a> {
    pub(crate) claim: &'a Claim,
    pub(crate) verdict: Verdict,
    /// Why it is undecided after all.
    pub(crate) flips: Option<Flip>,
}

/// The arms of one setting of the inputs.
struct Elsewhere {
    own: Arm,
    bases: Vec<Arm>,
}

impl Uncertainty<'_> {
    /// Looks at both ends of `input`; notes in `decided` what flips.
    pub(crate) fn check(
        &self,
        input: &RangedInput,
        decided: &mut [Decided<'_>],
    ) -> Result<(), Broken> {
        for (end, value) in [(End::Low, &input.low), (End::High, &input.high)] {
            if *value == input.value {
                continue;
            }
            let there = Override { path: input.path.clone(), value: value.clone() };
            let mut elsewhere = self.worlds_at(&there)?;
            let mut replications = FIRST_LOOK.min(self.replications);
            self.look(&mut elsewhere, replications, &vec![true; self.bases.len()])?;
            while let Some(needed) = self.unsettled(&elsewhere, decided)
                && replications < self.replications
            {
                replications = (replications * NEXT_LOOK).min(self.replications);
                self.look(&mut elsewhere, replications, &needed)?;
            }
            for decided in decided.iter_mut().filter(|decided| decided.flips.is_none()) {
                let found = self.verdict_on(decided.claim, &elsewhere);
                if found != decided.verdict {
                    decided.flips = Some(self.tell(input, end, decided, found)?);
                }
            }
        }
        Ok(())
    }

    fn worlds_at(&self, value: &Override) -> Result<Elsewhere, WorldError> {
        let world = |arm: Option<&str>| {
            self.worlds.blueprint(arm, std::slice::from_ref(value)).map(Arm::new)
        };
        let bases = self.bases.iter().map(|base| world(Some(base))).collect::<Result<_, _>>()?;
        Ok(Elsewhere { own: world(None)?, bases })
    }

    /// Simulates the own arm and those bases that `wanted` says.
    fn look(
        &self,
        elsewhere: &mut Elsewhere,
        replications: u32,
        wanted: &[bool],
    ) -> Result<(), Stopped> {
        let mut arms: Vec<&mut Arm> = vec![&mut elsewhere.own];
        let bases = elsewhere.bases.iter_mut().zip(wanted);
        arms.extend(bases.filter_map(|(base, wanted)| wanted.then_some(base)));
        let planned = replications * arms.len() as u32;
        let progress = Progressing::new(self.watch, Phase::Ranges, planned, true);
        replicate(&mut arms, replications, &self.setting, &progress)
    }

    /// The bases of claims whose verdicts more replications could still change: a verdict that is
    /// another one there cannot come back, an undecided one can. `None`: there is no such claim.
    fn unsettled(&self, elsewhere: &Elsewhere, decided: &[Decided<'_>]) -> Option<Vec<bool>> {
        let open = |d: &&Decided<'_>| {
            d.flips.is_none()
                && d.verdict != Verdict::Undecided
                && self.verdict_on(d.claim, elsewhere) == Verdict::Undecided
        };
        let claims: Vec<&Decided<'_>> = decided.iter().filter(open).collect();
        let has = |base: &String| claims.iter().any(|d| d.claim.relative_to.as_ref() == Some(base));
        (!claims.is_empty()).then(|| self.bases.iter().map(has).collect())
    }

    fn verdict_on(&self, claim: &Claim, elsewhere: &Elsewhere) -> Verdict {
        let base = claim.relative_to.as_ref().and_then(|wanted| {
            let place = self.bases.iter().position(|base| base == wanted)?;
            elsewhere.bases.get(place)
        });
        let arms = Arms { own: &elsewhere.own, base };
        let both = elsewhere.own.observations.len();
        let replications = base.map_or(both, |base| base.observations.len().min(both));
        match measure(claim, arms, replications, self.level) {
            Ok(estimate) => verdict(&claim.expected, claim.observed, &estimate),
            Err(_) => Verdict::Undecided,
        }
    }

    /// Says where between the value in force and `end` the verdict is lost.
    fn tell(
        &self,
        input: &RangedInput,
        end: End,
        decided: &Decided<'_>,
        found: Verdict,
    ) -> Result<Flip, Broken> {
        let value = match end {
            End::Low => &input.low,
            End::High => &input.high,
        };
        let (mut kept, mut lost) = (0.0, 1.0);
        let mut near = None;
        let is_its = |base: &String| decided.claim.relative_to.as_ref() == Some(base);
        let bases: Vec<bool> = self.bases.iter().map(is_its).collect();
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(kept, lost);
            let Some(there) = self.worlds.between(input, end, middle) else { break };
            let mut elsewhere = self.worlds_at(&there)?;
            self.look(&mut elsewhere, FIRST_LOOK.min(self.replications), &bases)?;
            if self.verdict_on(decided.claim, &elsewhere) == decided.verdict {
                kept = middle;
            } else {
                lost = middle;
                near = Some(there.value);
            }
        }
        let there = InputValue::of(input, value, near);
        Ok(Flip { inputs: vec![there], from: decided.verdict, to: found })
    }
}
