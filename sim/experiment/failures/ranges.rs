//! Do verdicts survive the ranges of the inputs? As for `run` (`uncertainty.rs`): every ranged input is
//! looked at at both ends, under the same random numbers, and a verdict that is another one there is
//! undecided.
//!
//! Of a refuted claim one set that refutes it is looked at there, and all others only if that one does
//! not; of one that holds, all of its sets.

use super::aftermath::Aftermath;
use super::assess::{assess, overloads};
use super::findings::SetFinding;
use super::judge::{Bench, is_judged};
use super::stage::Stage;
use super::years;
use crate::findings::{JudgedClaim, Verdict};
use crate::judge::FEWEST;
use crate::question::{AtRisk, Claim, End, Override, Question, RangedInput, WorldError, Worlds};
use crate::reason::{Flip, InputValue, Reason};
use crate::replicate::{Progressing, Stopped, in_order};
use crate::uncertainty::Broken;
use crate::watch::{Phase, Watch};
use std::collections::BTreeSet;
use wssim_model::Blueprint;
use wssim_model::history::is_same;

/// Replications at an end before the verdict there is looked at.
const FIRST_LOOK: u32 = 10;
/// Years at an end before the same.
const FIRST_YEARS: f64 = 500.0;
/// Halvings of the way from the value in force to the end at which a verdict flips.
const HALVINGS: u32 = 4;

/// What is needed to look at other values of the inputs.
pub(super) struct Ranges<'a> {
    pub(super) worlds: &'a dyn Worlds,
    pub(super) question: &'a Question,
    pub(super) stage: Stage<'a>,
    pub(super) sets: &'a [Vec<usize>],
    pub(super) depth: usize,
    pub(super) level: f64,
    pub(super) replications: u32,
    /// The worlds of the long run at the values in force.
    pub(super) own: &'a AtRisk,
    pub(super) bases: &'a [(String, AtRisk)],
    /// The long run that was asked for.
    pub(super) years: &'a years::Asked,
    pub(super) watch: &'a dyn Watch,
}

/// A claim that is decided at the values in force, and the sets that decide it.
struct Decided<'c> {
    claim: &'c mut JudgedClaim,
    sets: Vec<usize>,
    /// Of how many that it speaks of.
    all: usize,
    of_years: bool,
}

impl Ranges<'_> {
    /// Makes undecided what another value of an input flips. `deciding` says by which sets a claim is, and of
    /// how many it speaks.
    pub(super) fn check(
        &self,
        claims: &mut [JudgedClaim],
        deciding: &dyn Fn(&Claim) -> (Vec<usize>, usize),
    ) -> Result<(), Broken> {
        let is_decided = |one: &&mut JudgedClaim| {
            is_judged(&one.claim) && matches!(one.verdict, Verdict::Holds | Verdict::Refuted)
        };
        let mut decided: Vec<Decided<'_>> = (claims.iter_mut().filter(is_decided))
            .map(|claim| {
                let (sets, all) = deciding(&claim.claim);
                let of_years = years::judge::judges(&claim.claim.metric);
                Decided { claim, sets, all, of_years }
            })
            .collect();
        for input in &self.question.ranged {
            for (end, value) in [(End::Low, &input.low), (End::High, &input.high)] {
                if *value != input.value {
                    self.check_end(input, end, value, &mut decided)?;
                }
            }
        }
        Ok(())
    }

    fn check_end(
        &self,
        input: &RangedInput,
        end: End,
        value: &str,
        decided: &mut [Decided<'_>],
    ) -> Result<(), Broken> {
        let there = Override { path: input.path.clone(), value: value.to_owned() };
        let open = |one: &&mut Decided<'_>| one.claim.verdict != Verdict::Undecided;
        for one in decided.iter_mut().filter(open) {
            let was = one.claim.verdict;
            let found = self.verdict_at(&there, one)?;
            if found == was {
                continue;
            }
            let there = InputValue::of(input, value, self.flips_near(input, end, one)?);
            let flip = Flip { inputs: vec![there], from: was, to: found };
            one.claim.why = vec![Reason::Flips(flip)];
            one.claim.verdict = Verdict::Undecided;
        }
        Ok(())
    }

    /// The value nearest to the one in force at which the verdict was seen to be another one.
    fn flips_near(
        &self,
        input: &RangedInput,
        end: End,
        one: &Decided<'_>,
    ) -> Result<Option<String>, Broken> {
        let (mut kept, mut lost, mut near) = (0.0, 1.0, None);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(kept, lost);
            let Some(there) = self.worlds.between(input, end, middle) else { break };
            if self.verdict_at(&there, one)? == one.claim.verdict {
                kept = middle;
            } else {
                lost = middle;
                near = Some(there.value);
            }
        }
        Ok(near)
    }

    fn verdict_at(&self, there: &Override, one: &Decided<'_>) -> Result<Verdict, Broken> {
        if one.of_years {
            return self.verdict_of_years(there, &one.claim.claim, one.claim.verdict);
        }
        let world = self.worlds.at_risk(None, std::slice::from_ref(there))?;
        let calm = world.blueprint.struck_by(Vec::new());
        let first = FIRST_LOOK.min(self.replications);
        let found = self.verdict_of_sets(&calm, one, &one.sets, first)?;
        if found == one.claim.verdict {
            return Ok(found);
        }
        let all: Vec<usize> = (0..self.sets.len()).collect();
        Ok(self.verdict_of_sets(&calm, one, &all, self.replications)?)
    }

    /// The verdict by these sets alone.
    fn verdict_of_sets(
        &self,
        calm: &Blueprint,
        one: &Decided<'_>,
        of: &[usize],
        replications: u32,
    ) -> Result<Verdict, Stopped> {
        let sets: Vec<Vec<usize>> = of.iter().map(|&set| self.sets[set].clone()).collect();
        let done = self.replicate(calm, &sets, replications)?;
        let bench = Bench {
            blueprint: calm,
            cluster: &self.question.cluster,
            definition: &self.stage.definitions[0],
            left_out: one.all.saturating_sub(sets.len()),
            depth: self.depth,
            sets: &sets,
            replications: done.iter().map(Vec::as_slice).collect(),
            level: self.level,
        };
        Ok(bench.judge_sets(&one.claim.claim, &[]).verdict)
    }

    /// Replications of `sets` in the world `calm`, by set.
    fn replicate(
        &self,
        calm: &Blueprint,
        sets: &[Vec<usize>],
        replications: u32,
    ) -> Result<Vec<Vec<Aftermath>>, Stopped> {
        let numbers = (0..replications).flat_map(|n| (0..sets.len()).map(move |set| (n, set)));
        let jobs: Vec<(u32, usize)> = numbers.collect();
        let progress = Progressing::new(self.watch, Phase::Ranges, jobs.len() as u32, true);
        let stop = || progress.must_stop();
        let results = in_order(&jobs, |&(number, set)| {
            let one = self.stage.replicate(calm, Some(&sets[set]), number, &stop)?;
            progress.done(one.events);
            Some(one)
        });
        let mut done: Vec<Vec<Aftermath>> = vec![Vec::new(); sets.len()];
        for ((_, set), result) in jobs.iter().zip(results) {
            done[*set].push(result.ok_or(Stopped)?);
        }
        Ok(done)
    }

    /// Sets of nodes without which the others do not carry an entry of `world`.
    fn overloads(&self, world: &AtRisk) -> Result<Vec<(Vec<usize>, usize)>, Stopped> {
        let calm = world.blueprint.struck_by(Vec::new());
        let done = self.replicate(&calm, self.sets, FEWEST as u32)?;
        let findings: Vec<SetFinding> = (self.sets.iter().zip(&done))
            .map(|(set, done)| assess(&calm, &world.cluster, &self.stage.definitions, set, done))
            .collect();
        Ok(overloads(&findings, self.sets))
    }

    /// Inputs that change nothing of the years are passed over; of others few years first.
    fn verdict_of_years(
        &self,
        there: &Override,
        claim: &Claim,
        due: Verdict,
    ) -> Result<Verdict, Broken> {
        let over = std::slice::from_ref(there);
        let own = self.worlds.at_risk(None, over)?;
        let arm = claim.relative_to.as_deref();
        let base = arm.map(|arm| self.worlds.at_risk(Some(arm), over)).transpose()?;
        let here = arm.and_then(|arm| self.bases.iter().find(|(file, _)| file == arm));
        let bases_are_same = match (&base, here) {
            (Some(there), Some((_, here))) => same(there, here),
            _ => true,
        };
        // What is left may carry an entry no more though nothing else changes; of changes that is left out.
        let lost = match (arm, claim.metric.labels.contains_key("entry")) {
            (None, true) => self.overloads(&own)?,
            (None, false) => self.years.lost.clone(),
            (Some(_), _) => Vec::new(),
        };
        let is_lost_alike = arm.is_some() || lost == self.years.lost;
        if bases_are_same && same(&own, self.own) && is_lost_alike {
            return Ok(due);
        }
        let verdict = |years: f64| -> Result<Verdict, Stopped> {
            let asked = years::Asked { years, lost: lost.clone(), ..self.years.clone() };
            let run = |world: &AtRisk| years::long_run(world, &asked, self.watch);
            let (own, base) = (run(&own)?, base.as_ref().map(run).transpose()?.flatten());
            let judged = own.map(|own| years::judge::judge(claim, &own, base.as_ref(), self.level));
            let verdict = judged.and_then(Result::ok).map(|(verdict, ..)| verdict);
            Ok(verdict.unwrap_or(Verdict::Undecided))
        };
        let found = verdict(FIRST_YEARS.min(self.years.years))?;
        if found == due {
            return Ok(found);
        }
        Ok(verdict(self.years.years)?)
    }
}

/// Whether both have the same years.
fn same(a: &AtRisk, b: &AtRisk) -> bool {
    let rarely = 1.0 - b.cluster.survival.share;
    a.cluster.groups == b.cluster.groups && is_same(&a.blueprint, &b.blueprint, rarely)
}

/// The worlds that claims of the long run are changes from, by file.
pub(super) fn bases(
    worlds: &dyn Worlds,
    claims: &[Claim],
) -> Result<Vec<(String, AtRisk)>, WorldError> {
    let of_years =
        claims.iter().filter(|claim| is_judged(claim) && years::judge::judges(&claim.metric));
    let files: BTreeSet<&String> =
        of_years.filter_map(|claim| claim.relative_to.as_ref()).collect();
    let world = |file: &String| Ok((file.clone(), worlds.at_risk(Some(file), &[])?));
    files.into_iter().map(world).collect()
}
