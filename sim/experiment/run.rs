//! `run`: do the claims of a scenario hold?
//!
//! Replications are added look by look (`looks.rs`) until every claim is decided or precise enough;
//! bases of changes get the same requests (common random numbers). Then verdicts are checked over the
//! ranges of the inputs (`ranges/`). With m claims and K looks every interval is at level 1 −
//! 0.05/(m·K).

use crate::arm::{Setting, TrafficStage};
use crate::cast::{Cast, Deciding, JudgedBy};
use crate::engine::{Broken, Engine, Stopped, Want};
use crate::findings::{Findings, JudgedClaim, StoppedBy};
use crate::judge::{Arms, measure, not_judged, readings, undecided, unit_of, verdict};
use crate::looks::ByLooks;
use crate::note::Note;
use crate::pilot::find_lead;
use crate::question::{Claim, MetricRef, Question, Study, WorldError, Worlds};
use crate::ranges::{Checked, Inputs, RangeCheck, Subject, Weighing as _, is_weighed};
use crate::reason::{Needed, Reason, Runs};
use crate::verdict::Verdict;
use crate::watch::{StudyPhase, Watch};
use crate::weigh::{About, Claims, parts, shorter};
use crate::why::breakdown;
use crate::{summary, threads};
use wssim_kernel::Nanos;
use wssim_model::Blueprint;
use wssim_stats::{Estimate, looks};

/// Most replications of a claim at other values of inputs.
const MOST_ELSEWHERE: u32 = 40;

/// Options of the study.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The seed.
    pub seed: u64,
    /// Threads; `None` for all cores.
    pub threads: Option<usize>,
    /// An exact number of replications, without a stopping rule.
    pub replications: Option<u32>,
    /// Relative half-width of a precise number.
    pub precision: f64,
    /// Whether verdicts are checked over the ranges of the inputs.
    pub ranges: bool,
}

/// Answers `question`.
///
/// # Errors
/// When a world of the study cannot be made.
pub fn run(
    worlds: &dyn Worlds,
    question: &Question,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Findings, WorldError> {
    let study = RunStudy::new(worlds, question, options, watch);
    threads::pool(options.threads)?.install(|| study.answer())
}

/// The study of one scenario and its claims.
pub(crate) struct RunStudy<'a> {
    worlds: &'a dyn Worlds,
    question: &'a Question,
    options: &'a Options,
    watch: &'a dyn Watch,
    notes: Vec<Note>,
}

/// The state of a study when its replications are done.
pub(crate) struct Stand<'e, 'a> {
    pub(crate) engine: Engine<'e, TrafficStage<'a>>,
    pub(crate) cast: Cast,
    /// Replications of the scenario's own arm that count; other arms have no more that count.
    pub(crate) replications: usize,
    stopped_by: StoppedBy,
    /// How claims were decided.
    pub(crate) deciding: Deciding<'a>,
}

impl<'a> RunStudy<'a> {
    pub(crate) fn new(
        worlds: &'a dyn Worlds,
        question: &'a Question,
        options: &'a Options,
        watch: &'a dyn Watch,
    ) -> Self {
        Self { worlds, question, options, watch, notes: Vec::new() }
    }

    fn answer(self) -> Result<Findings, WorldError> {
        Ok(self.answer_and(|_| ())?.0)
    }

    /// The answer, and the result of `more` on the simulated arms.
    pub(crate) fn answer_and<T>(
        mut self,
        more: impl FnOnce(&Stand<'_, 'a>) -> T,
    ) -> Result<(Findings, T), WorldError> {
        let measure = self.question.measure;
        let (lead, is_cut) = match self.lead()? {
            Ok(lead) => (lead, false),
            Err(Stopped) => (Nanos::ZERO, true),
        };
        let setting = Setting { seed: self.options.seed, lead, measure };
        let judged = self.judged_metrics();
        let stage = TrafficStage { worlds: self.worlds, setting, judged };
        let mut engine = Engine::new(&stage, self.watch);
        let cast = Cast::of(self.question, &mut engine)?;
        let deciding = self.deciding(cast.clone());
        let stopped_by = self.stop_reason();
        let mut stand = Stand { engine, cast, replications: 0, stopped_by, deciding };
        if !is_cut {
            self.replicate(&mut stand)?;
        }
        let mut claims: Vec<JudgedClaim> =
            self.question.claims.iter().map(|claim| self.judge(claim, &stand)).collect();
        self.hold_to_ranges(&mut stand, &setting, &mut claims)?;
        let more = more(&stand);
        Ok((self.findings(&stand, lead, claims), more))
    }

    fn deciding(&self, cast: Cast) -> Deciding<'a> {
        let Options { precision, replications, .. } = *self.options;
        Deciding::new(self.question, cast, precision, replications)
    }

    /// The metrics of claims and observations, and those asked for.
    fn judged_metrics(&self) -> Vec<MetricRef> {
        let claims = self.question.judged();
        let observed = self.question.observed.iter().map(|one| &one.claim);
        let judged = claims.chain(observed).map(|claim| &claim.metric);
        judged.chain(&self.question.asked).cloned().collect()
    }

    fn stop_reason(&self) -> StoppedBy {
        if self.watch.interrupted() { StoppedBy::Interrupt } else { StoppedBy::Budget }
    }

    /// The time simulated before the measured stretch.
    fn lead(&mut self) -> Result<Result<Nanos, Stopped>, WorldError> {
        let files = self.question.base_files();
        let arms = files.iter().map(|file| Some(file.as_str()));
        let worlds = std::iter::once(None).chain(arms);
        let worlds: Vec<Blueprint> =
            worlds.map(|arm| self.worlds.blueprint(arm, &[])).collect::<Result<_, _>>()?;
        let worlds: Vec<&Blueprint> = worlds.iter().collect();
        let found = find_lead(&worlds, self.options.seed, self.question.measure, self.watch);
        Ok(Broken::or_stopped(found)?.map(|found| {
            self.notes.extend((!found.settled).then_some(Note::NotSettled));
            found.lead
        }))
    }

    /// Adds replications until the stopping rule, a limit or the user ends the study.
    fn replicate(&self, stand: &mut Stand<'_, 'a>) -> Result<(), WorldError> {
        let deciding = self.deciding(stand.cast.clone());
        let mut looks = ByLooks::new(deciding, &looks::AT, self.options.replications);
        if let Err(Broken::World(error)) = stand.engine.pursue(&mut looks) {
            return Err(error);
        }
        let partial = stand.engine.replications(stand.cast.own);
        let (replications, stopped_by) = looks.ended(partial, self.watch);
        (stand.replications, stand.stopped_by) = (replications as usize, stopped_by);
        stand.deciding = looks.looking;
        Ok(())
    }

    /// Withdraws verdicts that change within the ranges of the inputs, and notes for the others whether
    /// all ranges were checked.
    fn hold_to_ranges(
        &mut self,
        stand: &mut Stand<'_, 'a>,
        setting: &Setting,
        claims: &mut [JudgedClaim],
    ) -> Result<(), WorldError> {
        let ranges = self.question.ranged.len();
        let is_held = |one: &&mut JudgedClaim| !one.claim.observed && is_weighed(one.verdict);
        let held: Vec<&mut JudgedClaim> = claims.iter_mut().filter(is_held).collect();
        if held.is_empty() || ranges == 0 {
            return Ok(());
        }
        let is_asked = self.options.ranges && stand.stopped_by != StoppedBy::Interrupt;
        let checked = if is_asked {
            let asked: Vec<Claim> = held.iter().map(|one| one.claim.clone()).collect();
            Some(self.check(stand, setting, &asked)?)
        } else {
            None
        };
        if checked.as_ref().is_some_and(|checked| checked.is_cut) {
            stand.stopped_by = self.stop_reason();
        }
        for (number, one) in held.into_iter().enumerate() {
            let flip = checked.as_ref().and_then(|checked| checked.flips[number].clone());
            if let Some(flip) = flip {
                one.verdict = Verdict::Undecided;
                one.why = vec![Reason::Flips(flip)];
            } else if !checked.as_ref().is_some_and(|checked| checked.is_done[number]) {
                one.why.push(Reason::NotLookedAt { looked: 0, ranges });
            }
        }
        Ok(())
    }

    /// Checks the ranges for `asked`.
    fn check(
        &self,
        stand: &mut Stand<'_, 'a>,
        setting: &Setting,
        asked: &[Claim],
    ) -> Result<Checked, WorldError> {
        let judged = asked.iter().map(|claim| About { claim, arm: None });
        let observed = self
            .question
            .observed
            .iter()
            .filter(|one| one.claim.study == Study::Run && one.claim.not_simulated.is_none());
        let observed: Vec<About<'_>> =
            observed.map(|one| About { claim: &one.claim, arm: one.arm.as_deref() }).collect();
        let claims: Vec<About<'_>> = judged.collect();
        let known = |about: &About<'_>| self.subject(about, stand);
        let subjects: Vec<Option<Subject>> = claims.iter().map(known).collect();
        let observed: Vec<(About<'_>, Subject)> =
            observed.into_iter().filter_map(|about| Some((about, known(&about)?))).collect();
        // A decided claim has a number.
        let subjects: Vec<Subject> = subjects.into_iter().flatten().collect();
        let (observed, seen): (Vec<About<'_>>, Vec<Subject>) = observed.into_iter().unzip();
        let weighing = Claims { all: claims.into_iter().chain(observed).collect() };
        let check = RangeCheck {
            weighing: &weighing,
            inputs: Inputs { worlds: self.worlds, all: &self.question.ranged },
            claims: &subjects,
            observed: &seen,
        };
        for part in parts() {
            let (setting, judged) = (shorter(setting, part), self.judged_metrics());
            let stage = TrafficStage { worlds: self.worlds, setting, judged };
            let mut short = Engine::new(&stage, self.watch);
            match is_seen(&weighing, &mut short)? {
                Ok(true) => return check.run(Some(&mut short), &mut stand.engine),
                Ok(false) if part > 1 => {}
                Ok(false) | Err(Stopped) => break,
            }
        }
        let flips = vec![None; subjects.len()];
        Ok(Checked { flips, is_done: vec![false; subjects.len()], is_cut: true })
    }

    fn subject(&self, about: &About<'_>, stand: &Stand<'_, 'a>) -> Option<Subject> {
        let About { claim, arm } = *about;
        let (arms, replications) = match arm {
            None => stand.cast.see(claim, &stand.engine, stand.replications),
            Some(file) => {
                let arm = stand.engine.see(*stand.cast.bases.get(file)?);
                let n = arm.observations.len().min(stand.replications);
                (Arms { own: arm, base: None }, n)
            }
        };
        let most = self.options.replications.unwrap_or(MOST_ELSEWHERE);
        // The ranges of a claim are checked at the level at which it was decided.
        let level = if claim.observed {
            stand.deciding.level_of(most)
        } else {
            stand.deciding.by(claim, stand.replications).level
        };
        let subject =
            Subject::of(claim.expected, &readings(claim, arms, replications).ok()?, level)?;
        Some(Subject { most: most.max(subject.most), ..subject })
    }

    fn judge(&self, claim: &Claim, stand: &Stand<'_, 'a>) -> JudgedClaim {
        let JudgedBy { replications, level } = stand.deciding.by(claim, stand.replications);
        let (arms, replications) = stand.cast.see(claim, &stand.engine, replications);
        let measured = match not_judged(claim, self.question.command) {
            Some(reason) => Err(reason),
            None => measure(claim, arms, replications, level).map_err(Reason::Unmeasured),
        };
        let all = stand.cast.see(claim, &stand.engine, stand.replications);
        judged(claim, arms, measured.map(|estimate| narrower(claim, estimate, level, all)))
    }

    fn findings(self, stand: &Stand<'_, 'a>, lead: Nanos, claims: Vec<JudgedClaim>) -> Findings {
        let own = stand.engine.see(stand.cast.own);
        let mut findings = summary::findings(own, self.question, stand.replications);
        findings.seed = self.options.seed;
        findings.stopped_by = stand.stopped_by;
        findings.warm_up_seconds = lead.seconds();
        findings.claims = claims;
        findings.notes.extend(self.notes);
        findings
    }
}

/// Whether one replication of this length gives every number.
fn is_seen(
    weighing: &Claims<'_>,
    engine: &mut Engine<'_, TrafficStage<'_>>,
) -> Result<Result<bool, Stopped>, WorldError> {
    let subjects = 0..weighing.all.len();
    let arms = subjects.map(|subject| weighing.arms(engine, subject, &[]));
    let arms = arms.collect::<Result<Vec<_>, _>>()?;
    let wants: Vec<Want> =
        arms.iter().flatten().map(|&arm| Want { arm, replications: 1 }).collect();
    if let Err(stopped) = Broken::or_stopped(engine.simulate(StudyPhase::Ranges, &wants))? {
        return Ok(Err(stopped));
    }
    let shown = |(subject, arms): (usize, &Vec<_>)| {
        let readings = weighing.readings(engine, subject, arms, 1);
        readings.is_some_and(|readings| !readings.numbers().is_empty())
    };
    Ok(Ok(arms.iter().enumerate().all(shown)))
}

/// The estimate from all replications instead of the one that decided the claim, if it decides it, too.
pub(crate) fn narrower(
    claim: &Claim,
    decided: Estimate,
    level: f64,
    (arms, replications): (Arms<'_>, usize),
) -> Estimate {
    let all = measure(claim, arms, replications, level);
    let is_alike = |all: &Estimate| {
        verdict(&claim.expected, claim.observed, all)
            == verdict(&claim.expected, claim.observed, &decided)
    };
    all.ok().filter(is_alike).unwrap_or(decided)
}

/// The verdict on `measured`.
pub(crate) fn judged(
    claim: &Claim,
    arms: Arms<'_>,
    measured: Result<Estimate, Reason>,
) -> JudgedClaim {
    let (simulated, verdict, why) = match measured {
        Err(reason) => (None, Verdict::Undecided, Some(reason)),
        Ok(estimate) => {
            let verdict = verdict(&claim.expected, claim.observed, &estimate);
            let why = match verdict {
                Verdict::Refuted => breakdown(&claim.metric, arms).map(Reason::MadeUp),
                Verdict::Undecided => {
                    let of = Runs::Replications;
                    Some(undecided(claim, &estimate, of, Needed::Replications))
                }
                Verdict::Holds | Verdict::Reproduced => None,
            };
            (Some(estimate), verdict, why)
        }
    };
    let why = why.into_iter().collect();
    JudgedClaim { claim: claim.clone(), unit: unit_of(claim), simulated, verdict, why }
}
