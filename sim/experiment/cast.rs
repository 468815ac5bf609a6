//! The arms of a scenario and its bases, and the design that decides its claims.

use crate::arm::{Arm, TrafficStage};
use crate::engine::{ArmId, Engine};
use crate::findings::StoppedBy;
use crate::judge::{Arms, LEVEL, is_on_the_limit, may_be_decided, measure, verdict};
use crate::looks::Looking;
use crate::question::{Claim, Point, Question, WorldError};
use crate::summary;
use crate::verdict::Verdict;
use crate::watch::StudyPhase;
use std::collections::BTreeMap;
use wssim_stats::looks::Looks;
use wssim_stats::{Estimate, within_precision};

/// The arms of a study at the values in force.
#[derive(Clone, Debug)]
pub(crate) struct Cast {
    pub(crate) own: ArmId,
    /// By file.
    pub(crate) bases: BTreeMap<String, ArmId>,
}

impl Cast {
    /// The arms of `question`.
    pub(crate) fn of(
        question: &Question,
        engine: &mut Engine<'_, TrafficStage<'_>>,
    ) -> Result<Self, WorldError> {
        let own = engine.arm(&Point::default())?;
        let base = |file: String| {
            let arm = engine.arm(&Point { arm: Some(file.clone()), overrides: Vec::new() })?;
            Ok::<_, WorldError>((file, arm))
        };
        let bases = question.base_files().into_iter().map(base).collect::<Result<_, _>>()?;
        Ok(Self { own, bases })
    }

    /// The arms that `claim` is judged by.
    fn ids(&self, claim: &Claim) -> (ArmId, Option<ArmId>) {
        let base = claim.relative_to.as_ref().and_then(|file| self.bases.get(file));
        (self.own, base.copied())
    }

    /// The arms of `claim` with their results, and the number of replications that all have, at most
    /// `most`.
    pub(crate) fn see<'e>(
        &self,
        claim: &Claim,
        engine: &'e Engine<'_, TrafficStage<'_>>,
        most: usize,
    ) -> (Arms<'e>, usize) {
        let (own, base) = self.ids(claim);
        let arms = Arms { own: engine.see(own), base: base.map(|base| engine.see(base)) };
        let has = |arm: &Arm| arm.observations.len();
        let all = arms.base.map_or(has(arms.own), |base| has(base).min(has(arms.own)));
        (arms, all.min(most))
    }
}

/// Fewest replications that can be called precise: with fewer, the half-width itself is hardly known.
const FEWEST_PRECISE: u32 = 10;

/// The replications and the level at which a claim is judged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct JudgedBy {
    pub(crate) replications: usize,
    pub(crate) level: f64,
}

/// The design that decides the claims of a scenario look by look; decided claims hand on their share of
/// the error ([`wssim_stats::looks`]).
pub(crate) struct Deciding<'q> {
    cast: Cast,
    /// Relative half-width of a precise number.
    precision: f64,
    looks: Looks,
    /// Claims of the study, then observations in `against`; and the places of the undecided ones.
    claims: Vec<&'q Claim>,
    own_claims: usize,
    open: Vec<usize>,
    /// By claim: how it was decided, or its present state.
    by: Vec<JudgedBy>,
    /// Other scenarios that get the same number of replications, whatever is claimed.
    beside: Vec<ArmId>,
    /// Replications made even if every claim is decided earlier.
    fewest: u32,
    /// The scenario that it is compared with.
    against: Option<ArmId>,
}

impl<'q> Deciding<'q> {
    /// The initial design; with `exactly`, that number of replications and one look.
    pub(crate) fn new(
        question: &'q Question,
        cast: Cast,
        precision: f64,
        exactly: Option<u32>,
    ) -> Self {
        let mut claims: Vec<&Claim> = question.judged().collect();
        let own_claims = claims.len();
        claims.extend(&question.observed_against);
        let open = (0..claims.len()).collect();
        let looks = exactly.map_or_else(Looks::default, |n| Looks::new(&[n.max(2)]));
        let level = looks.level(0, claims.len());
        let by = vec![JudgedBy { replications: 0, level }; claims.len()];
        let arm = |file: &String| cast.bases.get(file).copied();
        let against = question.against.as_ref().and_then(arm);
        let beside = question.beside.iter().filter_map(arm).chain(against).collect();
        let fewest = question.fewest;
        Self { cast, precision, looks, claims, own_claims, open, by, beside, fewest, against }
    }

    /// How `claim` is judged after `replications`: as it was decided, or by all of them.
    pub(crate) fn by(&self, claim: &Claim, replications: usize) -> JudgedBy {
        let own = &self.claims[..self.own_claims];
        self.by_place(own.iter().position(|one| one.id == claim.id), replications)
    }

    /// [`Self::by`] for an observation in the compared scenario, which names its own claims.
    pub(crate) fn by_observed(&self, claim: &Claim, replications: usize) -> JudgedBy {
        let observed = &self.claims[self.own_claims..];
        let place = observed.iter().position(|one| one.id == claim.id);
        self.by_place(place.map(|place| self.own_claims + place), replications)
    }

    fn by_place(&self, place: Option<usize>, replications: usize) -> JudgedBy {
        let look = self.looks.look_of(replications as u32);
        match place {
            Some(place) if !self.open.contains(&place) => self.by[place],
            _ => JudgedBy { replications, level: self.looks.level(look, self.open.len()) },
        }
    }

    /// Level of the interval of one claim of all after `replications`.
    pub(crate) fn level_of(&self, replications: u32) -> f64 {
        self.looks.level(self.looks.look_of(replications), self.claims.len())
    }

    fn estimate(
        &self,
        place: usize,
        engine: &Engine<'_, TrafficStage<'_>>,
        by: JudgedBy,
    ) -> Option<Estimate> {
        let claim = self.claims[place];
        let (arms, replications) = match self.against {
            Some(against) if place >= self.own_claims => {
                let own = engine.see(against);
                let replications = own.observations.len().min(by.replications);
                (Arms { own, base: None }, replications)
            }
            _ => self.cast.see(claim, engine, by.replications),
        };
        measure(claim, arms, replications, by.level).ok()
    }

    /// Removes the claims that are decided after `complete` replications from the open ones.
    fn settle(&mut self, engine: &Engine<'_, TrafficStage<'_>>, complete: u32) {
        let (look, mut open) = (self.looks.look_of(complete), std::mem::take(&mut self.open));
        let mut by = self.by.clone();
        let replications = complete as usize;
        let _ = self.looks.settle(look, &mut open, |place, level| {
            let claim = self.claims[place];
            by[place] = JudgedBy { replications, level };
            self.estimate(place, engine, by[place]).is_some_and(|estimate| {
                verdict(&claim.expected, claim.observed, &estimate) != Verdict::Undecided
            })
        });
        (self.by, self.open) = (by, open);
    }

    /// Whether more replications could still decide the claim at `place`.
    fn is_worth_more(
        &self,
        place: usize,
        engine: &Engine<'_, TrafficStage<'_>>,
        complete: u32,
    ) -> bool {
        let (claim, by) = (self.claims[place], self.by_place(Some(place), complete as usize));
        // More replications do not make an unobservable metric observable.
        let Some(estimate) = self.estimate(place, engine, by) else { return false };
        if !may_be_decided(&claim.expected, &estimate) {
            return false;
        }
        let is_known = self.is_precise(&estimate) || is_on_the_limit(&claim.expected, &estimate);
        complete < FEWEST_PRECISE || !is_known
    }

    fn is_precise(&self, estimate: &Estimate) -> bool {
        within_precision(estimate, self.precision)
    }

    fn means_are_precise(&self, engine: &Engine<'_, TrafficStage<'_>>, complete: u32) -> bool {
        let own = engine.see(self.cast.own);
        let means = summary::entry_means(own, complete as usize, LEVEL);
        complete >= FEWEST_PRECISE && means.iter().all(|estimate| self.is_precise(estimate))
    }

    /// Whether the relative changes of the mean response times are known precisely.
    fn changes_are_precise(&self, engine: &Engine<'_, TrafficStage<'_>>, complete: u32) -> bool {
        let Some(against) = self.against else { return true };
        let (own, base) = (engine.see(self.cast.own), Some(engine.see(against)));
        let arms = Arms { own, base };
        let changes = summary::entry_changes(arms, complete as usize, LEVEL);
        complete >= FEWEST_PRECISE
            && changes.iter().all(|change| change.half_width() <= self.precision)
    }
}

impl Looking<TrafficStage<'_>> for Deciding<'_> {
    fn phase(&self) -> StudyPhase<'_> {
        StudyPhase::Replications
    }

    fn wanted(
        &mut self,
        engine: &Engine<'_, TrafficStage<'_>>,
        complete: u32,
    ) -> Result<Vec<ArmId>, StoppedBy> {
        let mut wanted: Vec<usize> = self.open.clone();
        if complete > 0 {
            self.settle(engine, complete);
            wanted.clone_from(&self.open);
            wanted.retain(|place| self.is_worth_more(*place, engine, complete));
            let is_compared = self.against.is_some();
            let is_enough = if self.claims.is_empty() && !is_compared {
                self.means_are_precise(engine, complete)
            } else {
                wanted.is_empty() && self.changes_are_precise(engine, complete)
            };
            if is_enough && complete >= self.fewest {
                let is_decided = !self.claims.is_empty() && self.open.is_empty();
                return Err(if is_decided { StoppedBy::Decided } else { StoppedBy::Precision });
            }
        }
        let bases = wanted.iter().filter_map(|place| self.cast.ids(self.claims[*place]).1);
        let beside = self.beside.iter().copied();
        Ok(bases.chain(beside).chain([self.cast.own]).collect())
    }
}
