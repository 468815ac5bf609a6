//! The study: all phases look by look until claims are decided, then losses of nodes and rollbacks; and
//! its findings.

use super::error::MigrationError;
use super::evaluate::{PhaseLoss, evaluate};
use super::findings::Migration;
use super::judge::MigrationBench;
use super::numbers::PhasesShown;
use super::plan::PlannedPhase;
use super::stage::{MigrationStage, PhasePoint, PhaseVariant};
use crate::engine::{ArmId, Broken, Engine, Want};
use crate::findings::{Answer, Findings, JudgedClaim, Metric, StoppedBy, Verdict};
use crate::judge::{LEVEL, estimate, no_interval};
use crate::looks::{ByLooks, Looking};
use crate::metric::{MetricReader, OfMigrate, row_of};
use crate::note::{Note, of_load};
use crate::question::{Claim, MetricRef, Question, WorldError, Worlds};
use crate::reason::{NoEstimate, Runs};
use crate::watch::{self, Watch};
use std::sync::Arc;
use wssim_stats::{simultaneous_level, within_precision};

/// Replications after which claims are looked at.
const LOOKS: [u32; 6] = [5, 10, 20, 40, 80, 160];

pub(super) struct MigrateStudy<'a> {
    pub(super) worlds: &'a dyn Worlds,
    pub(super) question: &'a Question,
    pub(super) options: &'a crate::Options,
    pub(super) watch: &'a dyn Watch,
}

/// The arms of one migration, by phase.
struct Cast {
    phases: Arc<Vec<PlannedPhase>>,
    plain: Vec<ArmId>,
    /// After each step that changes something.
    backs: Vec<Vec<(usize, ArmId)>>,
    losses: Vec<Vec<(usize, ArmId)>>,
}

/// All arms, and the number of replications that count.
struct Stand {
    own: Cast,
    bases: Vec<(String, Cast)>,
    replications: usize,
    stopped_by: StoppedBy,
}

type Phases<'e, 'a> = Engine<'e, MigrationStage<'a>>;

impl Cast {
    /// The arms of the scenario, or of a base of changes, which needs only the plain ones, and rollbacks
    /// if claims are about them.
    fn of(
        engine: &mut Phases<'_, '_>,
        stage: &MigrationStage<'_>,
        arm: Option<&str>,
        with_backs: bool,
    ) -> Result<Self, WorldError> {
        let phases = stage.phases(arm)?;
        let mut arm_of = |phase: usize, variant: PhaseVariant| {
            engine.arm(&PhasePoint { arm: arm.map(str::to_owned), phase, variant })
        };
        let (mut plain, mut backs, mut losses) = (Vec::new(), Vec::new(), Vec::new());
        for (place, phase) in phases.iter().enumerate() {
            plain.push(arm_of(place, PhaseVariant::Plain)?);
            let steps = phase.procedure().steps;
            let changing = (0..steps.len()).filter(|at| with_backs && !steps[*at].is_of_people());
            let back = |at: usize| Ok((at, arm_of(place, PhaseVariant::Back(at))?));
            let of_phase: Result<Vec<_>, WorldError> = changing.map(back).collect();
            backs.push(of_phase?);
            // A phase without a step that changes something is not affected by a loss.
            let is_idle = backs.last().is_none_or(Vec::is_empty);
            let nodes = 0..if arm.is_some() || is_idle { 0 } else { phase.blueprint.nodes.len() };
            let loss = |node: usize| Ok((node, arm_of(place, PhaseVariant::Loss(node))?));
            let of_phase: Result<Vec<_>, WorldError> = nodes.map(loss).collect();
            losses.push(of_phase?);
        }
        Ok(Self { phases, plain, backs, losses })
    }

    fn see<'e>(&'e self, engine: &'e Phases<'_, '_>) -> PhasesShown<'e> {
        let done = |arm: &ArmId| engine.see(*arm).done.as_slice();
        let back = |(at, arm): &(usize, ArmId)| (*at, engine.see(*arm).first_back, done(arm));
        PhasesShown {
            phases: &self.phases,
            plain: self.plain.iter().map(done).collect(),
            backs: self.backs.iter().map(|all| all.iter().map(back).collect()).collect(),
        }
    }

    fn see_losses<'e>(&'e self, engine: &'e Phases<'_, '_>) -> Vec<Vec<PhaseLoss<'e>>> {
        let loss = |(node, arm): &(usize, ArmId)| (*node, engine.see(*arm).done.as_slice());
        self.losses.iter().map(|all| all.iter().map(loss).collect()).collect()
    }

    fn beside(&self) -> impl Iterator<Item = ArmId> {
        self.backs.iter().chain(&self.losses).flatten().map(|(_, arm)| *arm)
    }

    fn backs(&self) -> impl Iterator<Item = ArmId> {
        self.backs.iter().flatten().map(|(_, arm)| *arm)
    }
}

impl<'a> MigrateStudy<'a> {
    /// # Errors
    /// When a world cannot be made, or there are no phases.
    pub(super) fn answer(&self) -> Result<Findings, MigrationError> {
        let stage = MigrationStage::new(self.worlds, self.options.seed);
        if stage.phases(None)?.is_empty() {
            return Err(MigrationError::NoPhases);
        }
        let mut engine = Engine::new(&stage, self.watch);
        let own = Cast::of(&mut engine, &stage, None, true)?;
        let claims_backs = self.claims_backs();
        let base = |file: String| {
            let cast = Cast::of(&mut engine, &stage, Some(&file), claims_backs)?;
            Ok((file, cast))
        };
        let bases: Result<Vec<_>, WorldError> =
            self.question.base_files().into_iter().map(base).collect();
        let mut stand =
            Stand { own, bases: bases?, replications: 0, stopped_by: StoppedBy::Decided };
        self.replicate(&mut engine, &mut stand)?;
        Ok(self.findings(&engine, &stand))
    }

    /// Whether a claim is about rollbacks.
    fn claims_backs(&self) -> bool {
        let of = |claim: &Claim| row_of(&claim.metric.name).map(|row| row.reader);
        self.question
            .judged()
            .any(|claim| matches!(of(claim), Some(MetricReader::Migrate(OfMigrate::Rollback))))
    }

    /// Adds replications until the stopping rule, a limit or the user ends the study; then those of
    /// losses and rollbacks.
    fn replicate(&self, engine: &mut Phases<'_, 'a>, stand: &mut Stand) -> Result<(), WorldError> {
        let exactly = self.options.replications;
        let mut looks = ByLooks::new(Deciding { study: self, stand }, &LOOKS, exactly);
        if let Err(Broken::World(error)) = engine.pursue(&mut looks) {
            return Err(error);
        }
        let arms = stand.own.plain.iter().chain(stand.bases.iter().flat_map(|(_, one)| &one.plain));
        let partial = arms.map(|arm| engine.replications(*arm)).min().unwrap_or(0);
        let (replications, stopped_by) = looks.ended(partial, self.watch);
        (stand.replications, stand.stopped_by) = (replications as usize, stopped_by);
        let replications = exactly.unwrap_or(LOOKS[0]);
        let wants: Vec<Want> = stand.own.beside().map(|arm| Want { arm, replications }).collect();
        match Broken::or_stopped(engine.simulate(watch::StudyPhase::Aside, &wants))? {
            Ok(()) => {}
            Err(_) if self.watch.interrupted() => stand.stopped_by = StoppedBy::Interrupt,
            Err(_) => stand.stopped_by = StoppedBy::Budget,
        }
        Ok(())
    }

    /// Every claim, judged after `replications`.
    fn judge(
        &self,
        engine: &Phases<'_, 'a>,
        stand: &Stand,
        replications: usize,
    ) -> Vec<JudgedClaim> {
        let own = stand.own.see(engine);
        let bases: Vec<(String, PhasesShown<'_>)> =
            stand.bases.iter().map(|(file, cast)| (file.clone(), cast.see(engine))).collect();
        let judged = self.question.judged().count();
        let level = simultaneous_level(judged, LOOKS.len());
        let ranges = self.question.ranged.len();
        let bench = MigrationBench { own: &own, bases: &bases, replications, level, ranges };
        self.question.claims.iter().map(|claim| bench.judge(claim)).collect()
    }

    fn findings(&self, engine: &Phases<'_, 'a>, stand: &Stand) -> Findings {
        let shown = stand.own.see(engine);
        let losses = stand.own.see_losses(engine);
        let n = stand.replications;
        let answer = if n == 0 { Migration::default() } else { evaluate(&shown, &losses, n) };
        let plain = || shown.plain.iter().flat_map(|all| &all[..all.len().min(n)]);
        let first = engine.see(stand.own.plain[0]).blueprint();
        let notes: Vec<Note> = of_load(first, &self.question.measure);
        Findings {
            name: self.question.name.clone(),
            title: self.question.title.clone(),
            seed: self.options.seed,
            replications: n as u32,
            stopped_by: stand.stopped_by,
            measured_seconds: answer.seconds.map_or(0.0, |all| all.mean),
            warm_up_seconds: 0.0,
            simulated_seconds: plain().map(|one| one.simulated_seconds).sum(),
            requests: plain().map(|one| one.requests).sum(),
            events: plain().map(|one| one.events).sum(),
            metrics: if n == 0 { Vec::new() } else { metrics(&shown, n) },
            claims: self.judge(engine, stand, n),
            not_simulated: self.question.not_simulated_in_phases.clone(),
            notes,
            regression: None,
            answer: Answer::Migrate(answer),
        }
    }
}

/// All metrics with plain intervals.
fn metrics(shown: &PhasesShown<'_>, replications: usize) -> Vec<Metric> {
    let of =
        |(kind, labels): (&'static crate::metric::MetricKind, super::numbers::NumberLabels)| {
            let metric = MetricRef::named(kind.name, &labels);
            let samples = shown.samples(&metric, replications).unwrap_or_default();
            let estimate = estimate(&samples, LEVEL);
            let few = no_interval(Runs::Replications);
            let missing = match samples.len() {
                _ if estimate.is_some() => None,
                all if all < few.needed as usize => Some(NoEstimate::TooFew(few)),
                _ => Some(NoEstimate::Nothing),
            };
            let (name, unit) = (kind.name, kind.unit);
            Metric { name, labels, unit, estimate, missing, values: Vec::new() }
        };
    shown.keys().into_iter().map(of).collect()
}

/// The design that decides the claims about phases.
struct Deciding<'s, 'a> {
    study: &'s MigrateStudy<'a>,
    stand: &'s Stand,
}

impl<'a> Looking<MigrationStage<'a>> for Deciding<'_, 'a> {
    fn phase(&self) -> watch::StudyPhase<'_> {
        watch::StudyPhase::Replications
    }

    fn wanted(
        &mut self,
        engine: &Engine<'_, MigrationStage<'a>>,
        complete: u32,
    ) -> Result<Vec<ArmId>, StoppedBy> {
        let Self { study, stand } = self;
        let casts = || stand.bases.iter().map(|(_, cast)| cast).chain([&stand.own]);
        let backs = study.claims_backs().then(|| casts().flat_map(Cast::backs));
        let plain = casts().flat_map(|cast| cast.plain.iter().copied());
        let arms = || plain.chain(backs.into_iter().flatten()).collect();
        if complete == 0 {
            return Ok(arms());
        }
        let mut reason = StoppedBy::Decided;
        for judged in study.judge(engine, stand, complete as usize) {
            let Some(estimate) = judged.simulated else { continue };
            if judged.verdict == Verdict::Undecided {
                if !within_precision(&estimate, study.options.precision) {
                    return Ok(arms());
                }
                reason = StoppedBy::Precision;
            }
        }
        Err(reason)
    }
}
