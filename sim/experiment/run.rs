//! `run`: do the claims of a scenario hold?
//!
//! Replications are added look by look (10, 20, 40, 80, 160) until every claim is decided or known
//! precisely enough. Arms that changes are relative to meet the same requests (common random
//! numbers). With m claims and K looks every interval is at level 1 − 0.05/(m·K).

use crate::findings::{Findings, JudgedClaim, StoppedBy, Verdict};
use crate::judge::{Arms, may_be_decided, measure, verdict};
use crate::pilot::find_lead;
use crate::question::{Claim, Question, Study, WorldError, Worlds};
use crate::replicate::{Arm, Progressing, Setting, Stopped, replicate};
use crate::summary;
use crate::uncertainty::{Broken, Decided, Uncertainty};
use crate::watch::Watch;
use crate::why::why;
use wssim_kernel::Nanos;
use wssim_stats::{Estimate, LOOKS, simultaneous_level, within_precision};

/// How a study is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The seed.
    pub seed: u64,
    /// Threads; `None`: all cores.
    pub threads: Option<usize>,
    /// Exactly so many replications, no stopping rule.
    pub replications: Option<u32>,
    /// Relative half-width at which a number is known precisely enough.
    pub precision: f64,
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
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0)).build();
    let pool =
        pool.map_err(|error| WorldError(format!("threads could not be started: {error}")))?;
    pool.install(|| RunStudy::new(worlds, question, options, watch)?.answer())
}

/// The scenarios that claims to be judged are changes from.
pub(crate) fn base_files(question: &Question) -> Vec<String> {
    let judged = question.claims.iter().filter(|claim| is_judged(claim));
    let mut files: Vec<String> = judged.filter_map(|claim| claim.relative_to.clone()).collect();
    files.sort();
    files.dedup();
    files
}

struct RunStudy<'a> {
    worlds: &'a dyn Worlds,
    question: &'a Question,
    options: &'a Options,
    watch: &'a dyn Watch,
    level: f64,
    own: Arm,
    base_files: Vec<String>,
    bases: Vec<Arm>,
    notes: Vec<String>,
}

impl<'a> RunStudy<'a> {
    fn new(
        worlds: &'a dyn Worlds,
        question: &'a Question,
        options: &'a Options,
        watch: &'a dyn Watch,
    ) -> Result<Self, WorldError> {
        let judged = question.claims.iter().filter(|claim| is_judged(claim));
        let base_files = base_files(question);
        let bases = base_files
            .iter()
            .map(|base| worlds.blueprint(Some(base), &[]).map(Arm::new))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            worlds,
            question,
            options,
            watch,
            level: simultaneous_level(judged.count(), LOOKS.len()),
            own: Arm::new(worlds.blueprint(None, &[])?),
            base_files,
            bases,
            notes: Vec::new(),
        })
    }

    fn answer(mut self) -> Result<Findings, WorldError> {
        let Ok(lead) = self.lead() else {
            let claims = self.judge(0);
            return Ok(self.findings(0, Nanos::ZERO, StoppedBy::Interrupt, claims));
        };
        let setting = Setting { seed: self.options.seed, lead, measure: self.question.measure };
        let (replications, mut stopped_by) = self.replicate_look_by_look(&setting);
        let mut claims = self.judge(replications);
        if stopped_by != StoppedBy::Interrupt {
            match self.weigh_inputs(&setting, replications, &mut claims) {
                Ok(()) => {}
                Err(Broken::World(error)) => return Err(error),
                Err(Broken::Stopped) => {
                    stopped_by = self.stop_reason();
                    self.notes.push("not every range of an input was looked at".to_owned());
                }
            }
        }
        Ok(self.findings(replications, lead, stopped_by, claims))
    }

    fn stop_reason(&self) -> StoppedBy {
        if self.watch.interrupted() { StoppedBy::Interrupt } else { StoppedBy::Budget }
    }

    /// What is simulated before the measured stretch.
    fn lead(&mut self) -> Result<Nanos, Stopped> {
        let mut arms = vec![&self.own];
        arms.extend(&self.bases);
        let found = find_lead(&arms, self.options.seed, self.question.measure, self.watch)?;
        if !found.settled {
            self.notes.push(
                "no end of the warm-up was found: response times may still be growing, and there \
                 may be no steady state"
                    .to_owned(),
            );
        }
        Ok(found.lead)
    }

    /// Adds replications until the stopping rule, a limit or the user ends it. Returns how many
    /// replications every arm has.
    fn replicate_look_by_look(&mut self, setting: &Setting) -> (usize, StoppedBy) {
        let exactly = self.options.replications;
        let looks: Vec<u32> = exactly.map_or_else(|| LOOKS.to_vec(), |n| vec![n]);
        let mut complete = 0;
        for &look in &looks {
            if self.replicate_to(look, setting).is_err() {
                let reason = self.stop_reason();
                let partial = self.complete_replications();
                let cut_at_look = reason == StoppedBy::Budget && complete > 0;
                return (if cut_at_look { complete } else { partial }, reason);
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

    fn replicate_to(&mut self, look: u32, setting: &Setting) -> Result<(), Stopped> {
        let arms = 1 + self.bases.len() as u32;
        let progress = Progressing::new(self.watch, "replications", look * arms, true);
        let mut arms = vec![&mut self.own];
        arms.extend(self.bases.iter_mut());
        replicate(&mut arms, look, setting, &progress)
    }

    fn complete_replications(&self) -> usize {
        let of_bases = self.bases.iter().map(|arm| arm.observations.len());
        of_bases.chain([self.own.observations.len()]).min().unwrap_or(0)
    }

    /// Whether every claim is decided, or known precisely enough.
    fn enough(&self, replications: usize) -> Option<StoppedBy> {
        let judged: Vec<&Claim> =
            self.question.claims.iter().filter(|claim| is_judged(claim)).collect();
        if judged.is_empty() {
            return self.means_are_precise(replications).then_some(StoppedBy::Precision);
        }
        let mut reason = StoppedBy::Decided;
        for claim in judged {
            let Ok(estimate) = measure(claim, self.arms_of(claim), replications, self.level) else {
                // What cannot be observed will not be by doing it again.
                continue;
            };
            if verdict(&claim.expected, claim.observed, &estimate) == Verdict::Undecided
                && may_be_decided(&claim.expected, &estimate)
            {
                if !within_precision(&estimate, self.options.precision) {
                    return None;
                }
                reason = StoppedBy::Precision;
            }
        }
        Some(reason)
    }

    fn means_are_precise(&self, replications: usize) -> bool {
        summary::entry_means(&self.own, replications, 0.95)
            .iter()
            .all(|estimate| within_precision(estimate, self.options.precision))
    }

    fn arms_of(&self, claim: &Claim) -> Arms<'_> {
        let place = claim
            .relative_to
            .as_ref()
            .and_then(|wanted| self.base_files.iter().position(|base| base == wanted));
        Arms { own: &self.own, base: place.and_then(|place| self.bases.get(place)) }
    }

    fn judge(&self, replications: usize) -> Vec<JudgedClaim> {
        let judge = |claim: &Claim| self.judge_one(claim, replications);
        self.question.claims.iter().map(judge).collect()
    }

    fn judge_one(&self, claim: &Claim, replications: usize) -> JudgedClaim {
        let unit = summary::unit_of(claim);
        let undecided = |why: String| JudgedClaim {
            claim: claim.clone(),
            unit,
            simulated: None,
            verdict: Verdict::Undecided,
            why,
        };
        if claim.study != Study::Run {
            return undecided(format!("judged by `wssim {}`", claim.study.name()));
        }
        if let Some(reason) = &claim.not_simulated {
            return undecided(format!("not simulated yet: {reason}"));
        }
        let arms = self.arms_of(claim);
        let estimate = match measure(claim, arms, replications, self.level) {
            Ok(estimate) => estimate,
            Err(reason) => return undecided(reason),
        };
        let verdict = verdict(&claim.expected, claim.observed, &estimate);
        let why = match verdict {
            Verdict::Refuted => why(claim, arms),
            Verdict::Undecided => summary::what_is_missing(claim, &estimate),
            Verdict::Holds | Verdict::Reproduced => String::new(),
        };
        JudgedClaim { claim: claim.clone(), unit, simulated: Some(estimate), verdict, why }
    }

    /// Takes back the verdicts that do not survive the ranges of the inputs.
    fn weigh_inputs(
        &self,
        setting: &Setting,
        replications: usize,
        claims: &mut [JudgedClaim],
    ) -> Result<(), Broken> {
        let uncertainty = Uncertainty {
            worlds: self.worlds,
            setting: *setting,
            level: self.level,
            replications: replications as u32,
            bases: &self.base_files,
            watch: self.watch,
        };
        let is_weighed =
            |judged: &JudgedClaim| !judged.claim.observed && judged.verdict != Verdict::Undecided;
        let mut decided: Vec<Decided<'_>> = (self.question.claims.iter())
            .zip(claims.iter())
            .filter(|(_, judged)| is_weighed(judged))
            .map(|(claim, judged)| Decided { claim, verdict: judged.verdict, flips: None })
            .collect();
        let mut outcome = Ok(());
        for input in &self.question.ranged {
            if decided.iter().all(|decided| decided.flips.is_some()) {
                break;
            }
            outcome = uncertainty.check(input, &mut decided);
            if outcome.is_err() {
                break;
            }
        }
        let mut flips = decided.into_iter().map(|decided| decided.flips);
        for judged in claims.iter_mut().filter(|judged| is_weighed(judged)) {
            if let Some(Some(flip)) = flips.next() {
                judged.verdict = Verdict::Undecided;
                judged.why = flip;
            }
        }
        outcome
    }

    fn findings(
        self,
        replications: usize,
        lead: Nanos,
        stopped_by: StoppedBy,
        claims: Vec<JudgedClaim>,
    ) -> Findings {
        let mut findings = summary::findings(&self.own, self.question, replications);
        findings.seed = self.options.seed;
        findings.stopped_by = stopped_by;
        findings.warm_up_seconds = lead.seconds();
        findings.claims = claims;
        findings.notes.extend(self.notes);
        findings
    }
}

/// Whether `run` measures the claim at all.
fn is_judged(claim: &Claim) -> bool {
    claim.study == Study::Run && claim.not_simulated.is_none()
}

/// Where an estimate lies outside what is expected: its distance to the nearest limit.
pub(crate) fn distance_to_limit(claim: &Claim, estimate: &Estimate) -> Option<f64> {
    let limits = [claim.expected.min, claim.expected.max];
    limits.into_iter().flatten().map(|limit| (estimate.mean - limit).abs()).reduce(f64::min)
}
