//! The study: replications of every set, look by look, and what is told of them.

use super::aftermath::Aftermath;
use super::assess::{assess, part};
use super::findings::{Failures, SetFinding, State};
use super::judge::Bench;
use super::listen::Listener;
use super::years::findings::LongRun;
use super::{Error, LOOKS, MOST_SETS, Options, count_sets, sets, years};
use crate::cluster::{Limit, Survival};
use crate::findings::{Findings, JudgedClaim, StoppedBy, Verdict};
use crate::pilot::find_lead;
use crate::question::{Claim, Question, Study, Worlds};
use crate::replicate::{Arm, Progressing, Stopped, in_order};
use crate::watch::Watch;
use wssim_kernel::{Nanos, Time};
use wssim_model::blueprint::{Comes, Fault, FaultKind};
use wssim_model::ids::NodeId;
use wssim_model::{Blueprint, Run, simulate_following};
use wssim_stats::{simultaneous_level, within_precision};

/// The least that is simulated before the fault: connections are open, caches and memory filled.
const CALM: Nanos = Nanos(120_000_000_000);

pub(super) struct FailureStudy<'a> {
    question: &'a Question,
    options: &'a Options,
    watch: &'a dyn Watch,
    /// The world as it is, with all that fails of itself; and the one in which nothing goes wrong.
    own: Blueprint,
    calm: Blueprint,
    depth: usize,
    sets: Vec<Vec<usize>>,
    definitions: [Survival; 3],
    observed: Nanos,
    /// Replications of the calm world, then of each set.
    done: Vec<Vec<Aftermath>>,
    level: f64,
    notes: Vec<String>,
}

impl<'a> FailureStudy<'a> {
    pub(super) fn new(
        worlds: &dyn Worlds,
        question: &'a Question,
        options: &'a Options,
        watch: &'a dyn Watch,
    ) -> Result<Self, Error> {
        let own = worlds.blueprint_at_risk()?;
        let calm = own.struck_by(Vec::new());
        let is_scripted = |fault: &Fault| matches!(fault.comes, Comes::Once(_));
        let has_script = own.faults.iter().any(is_scripted);
        let depth = depth(options, calm.nodes.len())?;
        let sets = sets(calm.nodes.len(), depth);
        let survival = options.survival;
        let definitions = [survival, survival.looser(), survival.stricter()];
        let judged = question.claims.iter().filter(|claim| is_judged(claim)).count();
        let mut notes = Vec::new();
        if has_script {
            notes.push("faults that the scenario scripts are left out".to_owned());
        }
        if judged > 0 && !question.ranged.is_empty() {
            notes.push(
                "verdicts are those at the inputs' values in force: their ranges are not \
                        looked at"
                    .to_owned(),
            );
        }
        Ok(Self {
            question,
            options,
            watch,
            depth,
            observed: observed(&definitions),
            done: vec![Vec::new(); sets.len() + 1],
            level: simultaneous_level(judged * sets.len(), LOOKS.len()),
            own,
            calm,
            sets,
            definitions,
            notes,
        })
    }

    pub(super) fn answer(mut self) -> Findings {
        let Ok(lead) = self.lead() else {
            return self.findings(0, Nanos::ZERO, StoppedBy::Interrupt);
        };
        let (replications, stopped_by) = self.look_by_look(lead);
        self.findings(replications, lead, stopped_by)
    }

    /// The years, after the sets: an entry that is lost without some nodes is so then, too.
    fn long_run(&mut self, sets: &[SetFinding]) -> Option<LongRun> {
        let lost = sets.iter().zip(&self.sets).flat_map(|(finding, nodes)| {
            let entries = finding.entries.iter().enumerate();
            let lost = entries.filter(|(_, entry)| entry.state == Some(State::Lost));
            lost.map(move |(entry, _)| (nodes.clone(), entry))
        });
        let asked = years::Asked {
            seed: self.options.common.seed,
            years: self.options.years.unwrap_or(years::USUAL_YEARS),
            lost: lost.collect(),
        };
        let told = years::long_run(&self.own, &self.question.cluster, &asked, self.watch);
        if told.is_err() {
            self.notes.push("the long run was cut short: nothing is told of it".to_owned());
        }
        told.ok().flatten()
    }

    /// What is simulated before the fault.
    fn lead(&mut self) -> Result<Nanos, Stopped> {
        let arm = Arm::new(self.calm.clone());
        let (seed, measure) = (self.options.common.seed, self.question.measure);
        let found = find_lead(&[&arm], seed, measure, self.watch)?;
        if !found.settled {
            self.notes
                .push("no end of the warm-up was found: there may be no steady state".to_owned());
        }
        Ok(found.lead.max(CALM))
    }

    /// Adds replications until the stopping rule, a limit or the user ends it.
    fn look_by_look(&mut self, lead: Nanos) -> (usize, StoppedBy) {
        let exactly = self.options.common.replications;
        let looks: Vec<u32> = exactly.map_or_else(|| LOOKS.to_vec(), |n| vec![n]);
        let mut complete = 0;
        for look in looks {
            if self.replicate_to(look, lead).is_err() {
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

    fn replicate_to(&mut self, look: u32, lead: Nanos) -> Result<(), Stopped> {
        let worlds = self.done.len();
        let jobs: Vec<(u32, usize)> = (0..look)
            .flat_map(|number| (0..worlds).map(move |world| (number, world)))
            .filter(|(number, world)| *number as usize >= self.done[*world].len())
            .collect();
        let planned = look * worlds as u32;
        let progress = Progressing::new(self.watch, "replications of all sets", planned, true);
        let results = in_order(&jobs, |&(number, world)| {
            if progress.must_stop() {
                return None;
            }
            let result = self.replicate(number, world, lead, &|| progress.must_stop());
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

    /// One replication of the calm world (0) or of a set.
    fn replicate(
        &self,
        replication: u32,
        world: usize,
        lead: Nanos,
        stop: &dyn Fn() -> bool,
    ) -> Option<Aftermath> {
        let set = world.checked_sub(1).map(|place| &self.sets[place]);
        let struck = self.calm.struck_by(set.map(|set| crash(set)).into_iter().collect());
        let begin = Time::ZERO + lead;
        let listener = Listener::new(&struck, begin, begin + self.observed);
        let run =
            Run { seed: self.options.common.seed, replication, lead, measured: self.observed };
        let follow = self.definitions[0].window;
        let (outcome, listener) = simulate_following(&struck, run, follow, listener, stop)?;
        let facts = self.question.cluster.entries.iter();
        let limits: Vec<Vec<Limit>> = facts.map(|facts| facts.limits.clone()).collect();
        let seconds = self.observed.seconds();
        Some(Aftermath::of(&struck, listener, &outcome, &self.definitions, &limits, seconds))
    }

    fn bench(&self, replications: usize) -> Bench<'_> {
        Bench {
            blueprint: &self.calm,
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

    fn findings(mut self, replications: usize, lead: Nanos, stopped_by: StoppedBy) -> Findings {
        let mut failures = self.assess(replications);
        if stopped_by != StoppedBy::Interrupt {
            failures.long_run = self.long_run(&failures.sets);
        }
        let bench = self.bench(replications);
        let judge = |claim: &Claim| bench.judge(claim, &failures);
        let claims: Vec<JudgedClaim> = self.question.claims.iter().map(judge).collect();
        let mut metrics = if replications == 0 { Vec::new() } else { bench.metrics() };
        metrics.extend(failures.long_run.iter().flat_map(years::metrics::metrics));
        let years = failures.long_run.as_ref();
        let all = || self.done.iter().flat_map(|done| &done[..replications]);
        Findings {
            command: "failures",
            name: self.question.name.clone(),
            title: self.question.title.clone(),
            seed: self.options.common.seed,
            replications: replications as u32,
            stopped_by,
            measured_seconds: self.observed.seconds(),
            warm_up_seconds: lead.seconds(),
            simulated_seconds: all().map(|one| one.simulated_seconds).sum::<f64>()
                + years.map_or(0.0, LongRun::simulated_seconds),
            requests: all().map(|one| one.requests).sum(),
            events: all().map(|one| one.events).sum::<u64>() + years.map_or(0, |run| run.events),
            metrics,
            series: Vec::new(),
            ledger: Vec::new(),
            distributions: Vec::new(),
            claims,
            failures: Some(failures),
            not_simulated: self.question.not_simulated.clone(),
            notes: self.notes,
        }
    }

    fn assess(&self, replications: usize) -> Failures {
        let cluster = &self.question.cluster;
        let done = |world: usize| &self.done[world][..replications];
        let calm = |(at, source): (usize, &wssim_model::blueprint::Source)| {
            (source.name.clone(), part(&done(0).iter().map(|one| &one.entries[at].whole)))
        };
        let finding = |(at, set): (usize, &Vec<usize>)| {
            assess(&self.calm, cluster, &self.definitions, set, done(at + 1))
        };
        let shown = if replications == 0 { &[][..] } else { &self.sets[..] };
        Failures {
            definitions: self.definitions,
            observed_seconds: self.observed.seconds(),
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
        let message = format!("`--depth {depth}`: the scenario has {nodes} nodes");
        return Err(Error::Call(message));
    }
    let sets = count_sets(nodes as u64, depth as u64);
    if sets > MOST_SETS {
        let message = format!("`--depth {depth}`: {sets} sets of {nodes} nodes are too many");
        return Err(Error::Call(message));
    }
    Ok(depth)
}

/// Long enough for a window that begins as late as any definition allows, and for one after it.
fn observed(definitions: &[Survival; 3]) -> Nanos {
    let needed = definitions.iter().map(|one| one.within.0.saturating_add(2 * one.window.0));
    Nanos(needed.max().unwrap_or(0))
}

/// The nodes of `set` stop at once, for good.
fn crash(set: &[usize]) -> Fault {
    Fault {
        name: "failures".to_owned(),
        comes: Comes::Once(Nanos::ZERO),
        kind: FaultKind::Crash,
        nodes: set.iter().map(|node| NodeId::from(*node)).collect(),
        containers: Vec::new(),
        repair: None,
    }
}

/// Whether `failures` measures the claim at all.
pub(super) fn is_judged(claim: &Claim) -> bool {
    claim.study == Study::Failures && claim.not_simulated.is_none()
}
