//! The study: every set look by look, then the years, then the ranges of the inputs; and its findings.

use super::aftermath::Aftermath;
use super::assess::{assess, overloads, part};
use super::findings::{Failures, SetFinding};
use super::judge::{FailureBench, YearsChange, is_judged};
use super::options::{FailureError, FailureOptions};
use super::ranges::{DecidedClaims, Facts};
use super::sets::{MOST_SETS, count_sets, sets};
use super::stage::{FailureStage, LossPoint};
use super::wear::Wear;
use super::years;
use super::years::findings::LongRun;
use super::years::stage::{Overloads, Years};
use crate::cluster::Survival;
use crate::engine::{ArmId, Broken, Engine, Stopped, in_order};
use crate::findings::{Answer, Findings, JudgedClaim, StoppedBy, Verdict};
use crate::judge::FEWEST;
use crate::looks::{ByLooks, Looking};
use crate::note::{Note, of_load};
use crate::pilot::find_lead;
use crate::question::{Claim, Point, Question, WorldError, Worlds};
use crate::ranges::Inputs;
use crate::reason::NoYears;
use crate::watch::{StudyPhase, Watch};
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Comes, Fault};
use wssim_model::{Blueprint, Cut};
use wssim_stats::{simultaneous_level, within_precision};

/// Replications after which claims are looked at.
const LOOKS: [u32; 3] = [10, 20, 40];

/// Least time simulated before the fault: connections open, caches and memory fill.
const CALM: Nanos = Nanos(120_000_000_000);

pub(super) struct FailureStudy<'a> {
    worlds: &'a dyn Worlds,
    question: &'a Question,
    options: &'a FailureOptions,
    watch: &'a dyn Watch,
    /// The world without faults.
    calm: Blueprint,
    depth: usize,
    sets: Vec<Vec<usize>>,
    definitions: [Survival; 3],
    level: f64,
    notes: Vec<Note>,
    /// Whether a later part of the study was cut short.
    is_cut: bool,
}

/// The arms of the sets, and the number of their replications that count.
struct Stand {
    calm: ArmId,
    /// By set.
    lost: Vec<ArmId>,
    replications: usize,
    stopped_by: StoppedBy,
}

type Losses<'e, 'a> = Engine<'e, FailureStage<'a>>;

impl<'a> FailureStudy<'a> {
    pub(super) fn new(
        worlds: &'a dyn Worlds,
        question: &'a Question,
        options: &'a FailureOptions,
        watch: &'a dyn Watch,
    ) -> Result<Self, FailureError> {
        let own = worlds.at_risk(None, &[])?;
        let calm = own.blueprint.struck_by(Vec::new());
        let is_scripted = |fault: &Fault| matches!(fault.comes, Comes::Once(_));
        let has_script = own.blueprint.faults.iter().any(is_scripted);
        let depth = depth(options, calm.nodes.len())?;
        let sets = sets(calm.nodes.len(), depth);
        let survival = options.survival;
        let judged = question.claims.iter().filter(|claim| is_judged(claim)).count();
        let mut notes = of_load(&calm, &question.measure);
        if has_script {
            notes.push(Note::ScriptedFaults);
        }
        if calm.nodes.len() > years::MOST_NODES && options.years != Some(0.0) {
            notes.push(Note::TooManyNodes { most: years::MOST_NODES });
        }
        Ok(Self {
            worlds,
            question,
            options,
            watch,
            calm,
            depth,
            definitions: [survival, survival.looser(), survival.stricter()],
            level: simultaneous_level(judged * sets.len(), LOOKS.len()),
            sets,
            notes,
            is_cut: false,
        })
    }

    /// # Errors
    /// When a world at the end of an input's range cannot be made.
    pub(super) fn answer(mut self) -> Result<Findings, WorldError> {
        let seed = self.options.common.seed;
        let mut stage = FailureStage::new(self.worlds, self.question, seed, self.definitions);
        let lead = self.lead()?;
        stage.lead = lead.unwrap_or(CALM);
        let mut engine = Engine::new(&stage, self.watch);
        let mut stand = self.cast(&mut engine)?;
        if lead.is_ok() {
            self.replicate(&mut engine, &mut stand)?;
        }
        self.findings(&stage, engine, &stand)
    }

    /// The time simulated before the fault.
    fn lead(&mut self) -> Result<Result<Nanos, Stopped>, WorldError> {
        let (seed, measure) = (self.options.common.seed, self.question.measure);
        let found = find_lead(&[&self.calm], seed, measure, self.watch);
        Ok(Broken::or_stopped(found)?.map(|found| {
            self.notes.extend((!found.settled).then_some(Note::NotSettled));
            found.lead.max(CALM)
        }))
    }

    fn cast(&self, engine: &mut Losses<'_, 'a>) -> Result<Stand, WorldError> {
        let mut lose = |nodes| engine.arm(&LossPoint { overrides: Vec::new(), nodes });
        let calm = lose(None)?;
        let lost = self.sets.iter().map(|set| lose(Some(set.clone())));
        let lost = lost.collect::<Result<_, _>>()?;
        let stopped_by =
            if self.watch.interrupted() { StoppedBy::Interrupt } else { StoppedBy::Budget };
        Ok(Stand { calm, lost, replications: 0, stopped_by })
    }

    /// Adds replications until the stopping rule, a limit or the user ends the study.
    fn replicate(&self, engine: &mut Losses<'_, 'a>, stand: &mut Stand) -> Result<(), WorldError> {
        let looking = Deciding { study: self, stand };
        let mut looks = ByLooks::new(looking, &LOOKS, self.options.common.replications);
        if let Err(Broken::World(error)) = engine.pursue(&mut looks) {
            return Err(error);
        }
        let arms = stand.lost.iter().chain([&stand.calm]);
        let partial = arms.map(|arm| engine.replications(*arm)).min().unwrap_or(0);
        let (replications, stopped_by) = looks.ended(partial, self.watch);
        (stand.replications, stand.stopped_by) = (replications as usize, stopped_by);
        Ok(())
    }

    fn bench<'e>(
        &'e self,
        engine: &'e Losses<'_, 'a>,
        stand: &Stand,
        replications: usize,
    ) -> FailureBench<'e> {
        let done = |arm: &ArmId| &engine.see(*arm).done[..replications];
        FailureBench {
            blueprint: &self.calm,
            cluster: &self.question.cluster,
            definition: &self.definitions[0],
            left_out: 0,
            depth: self.depth,
            sets: &self.sets,
            replications: stand.lost.iter().map(done).collect(),
            level: self.level,
        }
    }

    fn findings(
        mut self,
        stage: &FailureStage<'a>,
        mut engine: Losses<'_, 'a>,
        stand: &Stand,
    ) -> Result<Findings, WorldError> {
        let replications = stand.replications;
        let mut failures = self.assess(&engine, stand);
        let lost = overloads(&failures.sets, &self.sets);
        let carried = |point: &Point| self.carried(stage, &lost, point);
        let years = self.options.years.unwrap_or(years::USUAL_YEARS);
        let all_years =
            Years { worlds: self.worlds, seed: stage.seed, length: years, overloads: &carried };
        let mut wear = Wear::new(&all_years, self.question, self.watch)?;
        let is_told = stand.stopped_by != StoppedBy::Interrupt && !self.is_elsewhere(stand);
        let (mut changes, mut more): (Vec<YearsChange>, Vec<Note>) = (Vec::new(), Vec::new());
        if is_told {
            more = wear.run();
            (failures.long_run, changes) = wear.told();
        }
        let mut is_cut = !more.is_empty();
        let no_years = self.no_years(is_cut);
        let bench = self.bench(&engine, stand, replications);
        let judge = |claim: &Claim| bench.judge(claim, &failures, &changes, no_years);
        let mut claims: Vec<JudgedClaim> = self.question.claims.iter().map(judge).collect();
        let mut metrics = if replications == 0 { Vec::new() } else { bench.metrics() };
        metrics.extend(failures.long_run.iter().flat_map(years::metrics::metrics));
        let held = DecidedClaims::of(&bench, &claims, self.options.common.ranges && is_told);
        let all = || stand.lost.iter().chain([&stand.calm]);
        let all = all().flat_map(|arm| &engine.see(*arm).done[..replications]);
        let all: Vec<&Aftermath> = all.collect();
        let run = failures.long_run.as_ref();
        let simulated_seconds = all.iter().map(|one| one.simulated_seconds).sum::<f64>()
            + run.map_or(0.0, LongRun::simulated_seconds);
        let requests = all.iter().map(|one| one.requests).sum();
        let events =
            all.iter().map(|one| one.events).sum::<u64>() + run.map_or(0, |run| run.events);
        let facts = self.facts(replications);
        if held.check(&facts, &mut engine, wear.engine(), &mut claims)? {
            more.push(Note::RangesCut);
            is_cut = true;
        }
        self.notes.append(&mut more);
        self.is_cut = is_cut;
        Ok(Findings {
            name: self.question.name.clone(),
            title: self.question.title.clone(),
            seed: self.options.common.seed,
            replications: replications as u32,
            stopped_by: self.ended(stand.stopped_by),
            measured_seconds: stage.observed.seconds(),
            warm_up_seconds: if replications == 0 { 0.0 } else { stage.lead.seconds() },
            simulated_seconds,
            requests,
            events,
            metrics,
            claims,
            not_simulated: self.question.not_simulated_at_risk.clone(),
            notes: self.notes,
            regression: None,
            answer: Answer::Failures(failures),
        })
    }

    /// Whether other shards hold results of the sets, which the years need: they decide what the
    /// remaining nodes carry.
    fn is_elsewhere(&self, stand: &Stand) -> bool {
        stand.replications == 0 && self.watch.archive().is_some_and(|all| all.shard().is_some())
    }

    /// Why there are no years to judge by, if so.
    fn no_years(&self, is_cut: bool) -> NoYears {
        match () {
            () if is_cut || self.watch.interrupted() => NoYears::Cut,
            () if self.options.years == Some(0.0) => NoYears::NotAsked,
            () if self.calm.nodes.len() > years::MOST_NODES => NoYears::TooManyNodes,
            () => NoYears::NothingFails,
        }
    }

    /// The reason for stopping; a part after the sets can be cut short, too.
    fn ended(&self, sets: StoppedBy) -> StoppedBy {
        match sets {
            _ if self.watch.interrupted() => StoppedBy::Interrupt,
            _ if self.is_cut => StoppedBy::Budget,
            sets => sets,
        }
    }

    fn assess(&self, engine: &Losses<'_, 'a>, stand: &Stand) -> Failures {
        let cluster = &self.question.cluster;
        let done = |arm: ArmId| &engine.see(arm).done[..stand.replications];
        let calm = |(at, source): (usize, &wssim_model::blueprint::Source)| {
            let whole = done(stand.calm).iter().map(|one| &one.entries[at].whole);
            (source.name.clone(), part(&whole))
        };
        let finding = |(set, arm): (&Vec<usize>, &ArmId)| {
            assess(&self.calm, cluster, &self.definitions, set, done(*arm))
        };
        let shown = if stand.replications == 0 { &[][..] } else { &self.sets[..] };
        Failures {
            definitions: self.definitions,
            observed_seconds: super::stage::observed(&self.definitions).seconds(),
            are_marked: cluster.entries.iter().any(|entry| entry.is_critical),
            depth: self.depth,
            calm: self.calm.sources.iter().enumerate().map(calm).collect(),
            sets: shown.iter().zip(&stand.lost).map(finding).collect(),
            long_run: None,
        }
    }

    /// Sets of nodes without which the others cannot carry an entry, at the values of `point`, where
    /// that may differ.
    fn carried(
        &self,
        stage: &FailureStage<'a>,
        here: &Overloads,
        point: &Point,
    ) -> Result<Overloads, WorldError> {
        let world = stage.calm(&point.overrides)?;
        if world.blueprint == self.calm {
            return Ok(here.clone());
        }
        let stop = || self.watch.interrupted() || self.watch.over_budget();
        let jobs: Vec<(usize, u32)> = (0..self.sets.len())
            .flat_map(|set| (0..FEWEST as u32).map(move |number| (set, number)))
            .collect();
        let done = in_order(&jobs, |&(set, number)| {
            match stage.lose(&world.blueprint, Some(&self.sets[set]), number, &stop) {
                Ok(one) => Some(Ok(one)),
                Err(Cut::Stopped) => None,
                Err(Cut::Overfull(overfull)) => Some(Err(WorldError::from(overfull))),
            }
        });
        let Some(done) =
            done.into_iter().collect::<Option<Result<Vec<_>, WorldError>>>().transpose()?
        else {
            return Ok(here.clone());
        };
        let finding = |(set, done): (&Vec<usize>, &[Aftermath])| {
            assess(&world.blueprint, &world.cluster, &self.definitions, set, done)
        };
        let findings: Vec<SetFinding> =
            self.sets.iter().zip(done.chunks(FEWEST)).map(finding).collect();
        Ok(overloads(&findings, &self.sets))
    }

    fn facts(&self, replications: usize) -> Facts<'_> {
        Facts {
            inputs: Inputs { worlds: self.worlds, all: &self.question.ranged },
            question: self.question,
            sets: &self.sets,
            definition: &self.definitions[0],
            depth: self.depth,
            level: self.level,
            replications,
        }
    }
}

/// The design that decides the claims about sets.
struct Deciding<'s, 'a> {
    study: &'s FailureStudy<'a>,
    stand: &'s Stand,
}

impl<'a> Looking<FailureStage<'a>> for Deciding<'_, 'a> {
    fn phase(&self) -> StudyPhase<'_> {
        StudyPhase::Sets
    }

    fn wanted(
        &mut self,
        engine: &Engine<'_, FailureStage<'a>>,
        complete: u32,
    ) -> Result<Vec<ArmId>, StoppedBy> {
        let arms = || self.stand.lost.iter().chain([&self.stand.calm]).copied().collect();
        if complete == 0 {
            return Ok(arms());
        }
        let bench = self.study.bench(engine, self.stand, complete as usize);
        let mut reason = StoppedBy::Decided;
        for claim in self.study.question.claims.iter().filter(|claim| is_judged(claim)) {
            let judged = bench.judge_sets(claim, &[]);
            // More replications do not make an unobservable metric observable.
            let Some(estimate) = judged.simulated else { continue };
            if judged.verdict == Verdict::Undecided {
                if !within_precision(&estimate, self.study.options.common.precision) {
                    return Ok(arms());
                }
                reason = StoppedBy::Precision;
            }
        }
        Err(reason)
    }
}

/// The number of nodes that fail together, at most.
fn depth(options: &FailureOptions, nodes: usize) -> Result<usize, FailureError> {
    let depth = options.depth.unwrap_or(2.min(nodes));
    if depth > nodes {
        return Err(FailureError::TooFewNodes { depth, nodes });
    }
    let sets = count_sets(nodes as u64, depth as u64);
    if sets > MOST_SETS {
        return Err(FailureError::TooManySets { depth, nodes, sets });
    }
    Ok(depth)
}
