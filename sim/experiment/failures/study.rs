//! The study: replications of every set, look by look, and what is told of them.

use super::aftermath::Aftermath;
use super::assess::{assess, overloads, part};
use super::findings::{Failures, SetFinding};
use super::judge::{Bench, Change, is_judged};
use super::ranges::{self, Ranges};
use super::stage::{Stage, observed};
use super::years::findings::LongRun;
use super::{Error, LOOKS, MOST_SETS, Options, count_sets, sets, years};
use crate::findings::{Answer, Findings, JudgedClaim, StoppedBy, Verdict};
use crate::note::Note;
use crate::pilot::find_lead;
use crate::question::{AtRisk, Claim, Question, WorldError, Worlds};
use crate::reason::NoYears;
use crate::replicate::{Arm, Progressing, Stopped, in_order};
use crate::uncertainty::Broken;
use crate::watch::{Phase, Watch};
use wssim_kernel::Nanos;
use wssim_model::Blueprint;
use wssim_model::blueprint::{Comes, Fault};
use wssim_stats::{simultaneous_level, within_precision};

/// The least that is simulated before the fault: connections are open, caches and memory filled.
const CALM: Nanos = Nanos(120_000_000_000);

pub(super) struct FailureStudy<'a> {
    worlds: &'a dyn Worlds,
    question: &'a Question,
    options: &'a Options,
    watch: &'a dyn Watch,
    /// The world as it is, with all that fails of itself; and the one in which nothing goes wrong.
    own: AtRisk,
    calm: Blueprint,
    /// Worlds that claims of the long run are changes from, by file.
    bases: Vec<(String, AtRisk)>,
    depth: usize,
    sets: Vec<Vec<usize>>,
    stage: Stage<'a>,
    /// Replications of the calm world, then of each set.
    done: Vec<Vec<Aftermath>>,
    level: f64,
    notes: Vec<Note>,
    /// Whether something that comes after the sets was cut short.
    is_cut: bool,
}

impl<'a> FailureStudy<'a> {
    pub(super) fn new(
        worlds: &'a dyn Worlds,
        question: &'a Question,
        options: &'a Options,
        watch: &'a dyn Watch,
    ) -> Result<Self, Error> {
        let own = worlds.at_risk(None, &[])?;
        let calm = own.blueprint.struck_by(Vec::new());
        let is_scripted = |fault: &Fault| matches!(fault.comes, Comes::Once(_));
        let has_script = own.blueprint.faults.iter().any(is_scripted);
        let depth = depth(options, calm.nodes.len())?;
        let sets = sets(calm.nodes.len(), depth);
        let survival = options.survival;
        let definitions = [survival, survival.looser(), survival.stricter()];
        let judged = question.claims.iter().filter(|claim| is_judged(claim)).count();
        let mut notes = Vec::new();
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
            depth,
            stage: Stage {
                question,
                seed: options.common.seed,
                definitions,
                lead: CALM,
                observed: observed(&definitions),
            },
            done: vec![Vec::new(); sets.len() + 1],
            level: simultaneous_level(judged * sets.len(), LOOKS.len()),
            bases: ranges::bases(worlds, &question.claims)?,
            own,
            calm,
            sets,
            notes,
            is_cut: false,
        })
    }

    /// # Errors
    /// When a world at the end of an input's range cannot be made.
    pub(super) fn answer(mut self) -> Result<Findings, WorldError> {
        let Ok(lead) = self.lead() else {
            return self.findings(0, StoppedBy::Interrupt);
        };
        self.stage.lead = lead;
        let (replications, stopped_by) = self.look_by_look();
        self.findings(replications, stopped_by)
    }

    /// The long run that is asked for: an entry that what is left does not carry is down then, too.
    fn years(&self, sets: &[SetFinding]) -> years::Asked {
        years::Asked {
            seed: self.stage.seed,
            years: self.options.years.unwrap_or(years::USUAL_YEARS),
            lost: overloads(sets, &self.sets),
        }
    }

    /// The years of `world`, if there is time; and what is to be said where there is not.
    fn long_run(&self, world: &AtRisk, asked: &years::Asked) -> (Option<LongRun>, Option<Note>) {
        let Ok(told) = years::long_run(world, asked, self.watch) else {
            return (None, Some(Note::LongRunLost));
        };
        let cut = told.as_ref().filter(|run| run.histories < run.planned);
        let note =
            cut.map(|run| Note::LongRunCut { histories: run.histories, planned: run.planned });
        (told, note)
    }

    /// The years, and those that changes are judged by.
    fn all_years(&mut self, asked: &years::Asked) -> (Option<LongRun>, Vec<Change>) {
        let (own, note) = self.long_run(&self.own, asked);
        let mut notes: Vec<Note> = note.into_iter().collect();
        let mut changes = Vec::new();
        // Changes are judged without what only this study knows of one side.
        let mut plain = None;
        if !self.bases.is_empty() && !asked.lost.is_empty() {
            let (run, note) = self.long_run(&self.own, &asked.of_base());
            (plain, notes) = (run, notes.into_iter().chain(note).collect());
        } else if !self.bases.is_empty() {
            plain.clone_from(&own);
        }
        for (file, world) in &self.bases {
            let (before, note) = self.long_run(world, &asked.of_base());
            notes.extend(note);
            changes.push(Change { file: file.clone(), before, after: plain.clone() });
        }
        self.is_cut |= !notes.is_empty();
        self.notes.append(&mut notes);
        (own, changes)
    }

    /// What is simulated before the fault.
    fn lead(&mut self) -> Result<Nanos, Stopped> {
        let arm = Arm::new(self.calm.clone());
        let (seed, measure) = (self.options.common.seed, self.question.measure);
        let found = find_lead(&[&arm], seed, measure, self.watch)?;
        if !found.settled {
            self.notes.push(Note::NotSettled);
        }
        Ok(found.lead.max(CALM))
    }

    /// Adds replications until the stopping rule, a limit or the user ends it.
    fn look_by_look(&mut self) -> (usize, StoppedBy) {
        let exactly = self.options.common.replications;
        let looks: Vec<u32> = exactly.map_or_else(|| LOOKS.to_vec(), |n| vec![n]);
        let mut complete = 0;
        for look in looks {
            if self.replicate_to(look).is_err() {
                let interrupted = self.watch.interrupted();
                let reason = if interrupted { StoppedBy::Interrupt } else { StoppedBy::Budget };
                let cut_at_look = reason == StoppedBy::Budget && complete > 0;
                return (if cut_at_look { complete } else { self.complete() }, reason);
            }
            complete = look as usize;
            if exactly.is_some() {
                return (complete, StoppedBy::Replications);
            }
            if let Some(reason) = self.enough(complete) {
                return (complete, reason);
            }
        }
        (complete, StoppedBy::Cap)
    }

    /// Replications that every set has.
    fn complete(&self) -> usize {
        self.done.iter().map(Vec::len).min().unwrap_or(0)
    }

    fn replicate_to(&mut self, look: u32) -> Result<(), Stopped> {
        let worlds = self.done.len();
        let jobs: Vec<(u32, usize)> = (0..look)
            .flat_map(|number| (0..worlds).map(move |world| (number, world)))
            .filter(|(number, world)| *number as usize >= self.done[*world].len())
            .collect();
        let planned = look * worlds as u32;
        let progress = Progressing::new(self.watch, Phase::Sets, planned, true);
        let results = in_order(&jobs, |&(number, world)| {
            if progress.must_stop() {
                return None;
            }
            // The calm world is the first.
            let set = world.checked_sub(1).map(|place| self.sets[place].as_slice());
            let stop = || progress.must_stop();
            let result = self.stage.replicate(&self.calm, set, number, &stop);
            if let Some(aftermath) = &result {
                progress.done(aftermath.events);
            }
            result
        });
        let mut broken = false;
        for ((_, world), result) in jobs.into_iter().zip(results) {
            match result {
                Some(aftermath) if !broken => self.done[world].push(aftermath),
                _ => broken = true,
            }
        }
        if broken { Err(Stopped) } else { Ok(()) }
    }

    fn bench(&self, replications: usize) -> Bench<'_> {
        Bench {
            blueprint: &self.calm,
            cluster: &self.question.cluster,
            definition: &self.stage.definitions[0],
            left_out: 0,
            depth: self.depth,
            sets: &self.sets,
            replications: self.done.iter().skip(1).map(|done| &done[..replications]).collect(),
            level: self.level,
        }
    }

    /// Whether every claim is decided, or known precisely enough.
    fn enough(&self, replications: usize) -> Option<StoppedBy> {
        let bench = self.bench(replications);
        let mut reason = StoppedBy::Decided;
        for claim in self.question.claims.iter().filter(|claim| is_judged(claim)) {
            let judged = bench.judge_sets(claim, &[]);
            // What cannot be observed will not be by doing it again.
            let Some(estimate) = judged.simulated else { continue };
            if judged.verdict == Verdict::Undecided {
                if !within_precision(&estimate, self.options.common.precision) {
                    return None;
                }
                reason = StoppedBy::Precision;
            }
        }
        Some(reason)
    }

    fn findings(
        mut self,
        replications: usize,
        stopped_by: StoppedBy,
    ) -> Result<Findings, WorldError> {
        let mut failures = self.assess(replications);
        let asked = self.years(&failures.sets);
        let mut changes = Vec::new();
        if stopped_by != StoppedBy::Interrupt {
            (failures.long_run, changes) = self.all_years(&asked);
        }
        let bench = self.bench(replications);
        let judge = |claim: &Claim| bench.judge(claim, &failures, &changes, self.no_years());
        let mut claims: Vec<JudgedClaim> = self.question.claims.iter().map(judge).collect();
        let mut metrics = if replications == 0 { Vec::new() } else { bench.metrics() };
        metrics.extend(failures.long_run.iter().flat_map(years::metrics::metrics));
        if stopped_by != StoppedBy::Interrupt {
            self.check_ranges(&mut claims, replications, &asked)?;
        }
        let stopped_by = self.ended(stopped_by);
        let all = || self.done.iter().flat_map(|done| &done[..replications]);
        let years = failures.long_run.as_ref();
        Ok(Findings {
            name: self.question.name.clone(),
            title: self.question.title.clone(),
            seed: self.options.common.seed,
            replications: replications as u32,
            stopped_by,
            measured_seconds: self.stage.observed.seconds(),
            warm_up_seconds: if replications == 0 { 0.0 } else { self.stage.lead.seconds() },
            simulated_seconds: all().map(|one| one.simulated_seconds).sum::<f64>()
                + years.map_or(0.0, LongRun::simulated_seconds),
            requests: all().map(|one| one.requests).sum(),
            events: all().map(|one| one.events).sum::<u64>() + years.map_or(0, |run| run.events),
            metrics,
            claims,
            not_simulated: self.question.not_simulated_at_risk.clone(),
            notes: self.notes,
            answer: Answer::Failures(failures),
        })
    }

    /// Why there are no years to judge by, where there are none.
    fn no_years(&self) -> NoYears {
        match () {
            () if self.is_cut || self.watch.interrupted() => NoYears::Cut,
            () if self.options.years == Some(0.0) => NoYears::NotAsked,
            () if self.calm.nodes.len() > years::MOST_NODES => NoYears::TooManyNodes,
            () => NoYears::NothingFails,
        }
    }

    /// Why it ended, after all: what comes after the sets can be cut short, too.
    fn ended(&self, sets: StoppedBy) -> StoppedBy {
        match sets {
            _ if self.watch.interrupted() => StoppedBy::Interrupt,
            _ if self.is_cut => StoppedBy::Budget,
            sets => sets,
        }
    }

    /// Whether verdicts survive the ranges of the inputs, as far as there is time.
    fn check_ranges(
        &mut self,
        claims: &mut [JudgedClaim],
        replications: usize,
        asked: &years::Asked,
    ) -> Result<(), WorldError> {
        let bench = self.bench(replications);
        let ranges = Ranges {
            worlds: self.worlds,
            question: self.question,
            stage: self.stage,
            sets: &self.sets,
            depth: self.depth,
            level: self.level,
            replications: replications as u32,
            own: &self.own,
            bases: &self.bases,
            years: asked,
            watch: self.watch,
        };
        match ranges.check(claims, &|claim| bench.deciding(claim)) {
            Ok(()) => Ok(()),
            Err(Broken::World(error)) => Err(error),
            Err(Broken::Stopped) => {
                self.notes.push(Note::RangesCut);
                self.is_cut = true;
                Ok(())
            }
        }
    }

    fn assess(&self, replications: usize) -> Failures {
        let cluster = &self.question.cluster;
        let done = |world: usize| &self.done[world][..replications];
        let calm = |(at, source): (usize, &wssim_model::blueprint::Source)| {
            (source.name.clone(), part(&done(0).iter().map(|one| &one.entries[at].whole)))
        };
        let finding = |(at, set): (usize, &Vec<usize>)| {
            assess(&self.calm, cluster, &self.stage.definitions, set, done(at + 1))
        };
        let shown = if replications == 0 { &[][..] } else { &self.sets[..] };
        Failures {
            definitions: self.stage.definitions,
            observed_seconds: self.stage.observed.seconds(),
            are_marked: cluster.entries.iter().any(|entry| entry.is_critical),
            depth: self.depth,
            calm: self.calm.sources.iter().enumerate().map(calm).collect(),
            sets: shown.iter().enumerate().map(finding).collect(),
            long_run: None,
        }
    }
}

/// The most nodes that fail together.
fn depth(options: &Options, nodes: usize) -> Result<usize, Error> {
    let depth = options.depth.unwrap_or(2.min(nodes));
    if depth > nodes {
        return Err(Error::TooFewNodes { depth, nodes });
    }
    let sets = count_sets(nodes as u64, depth as u64);
    if sets > MOST_SETS {
        return Err(Error::TooManySets { depth, nodes, sets });
    }
    Ok(depth)
}
