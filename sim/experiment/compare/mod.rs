//! `compare`: what changes between plans?
//!
//! Each plan is judged by its claims as in `run`, with the baseline simulated beside it: replication n
//! of both gets the same requests (common random numbers), so that the paired difference has a narrow
//! interval (Law, Simulation Modeling and Analysis, ch. 11). With k plans beside the baseline each
//! change is at level 1 − 0.05/k. Equal worlds share one arm, so that their difference is exactly zero.
//!
//! It judges the plans' claims about themselves and about a change from the baseline, and the
//! observations in the baseline.

pub mod findings;
mod plan;
mod rows;
mod trials;

pub use plan::{Plan, PlanVariant};

use crate::cast::JudgedBy;
use crate::catalogue::is_named;
use crate::findings::{Answer, Findings, JudgedClaim, Metric, RunAnswer, StoppedBy};
use crate::judge::{Arms, measure, not_judged};
use crate::migrate::beside::{NumberBeside, beside};
use crate::note::Note;
use crate::question::{Claim, MetricRef, Question, Study, WorldError};
use crate::reason::Reason;
use crate::run::{Options, RunStudy, Stand, judged, narrower};
use crate::threads;
use crate::watch::Watch;
use findings::{ComparedMetric, Comparison, Named, Of, PlanTrial, Said};
use plan::{Against, BASELINE};
use rows::BesideBaseline;
use std::collections::BTreeSet;

/// What to report beside the default metrics.
#[derive(Clone, Debug, Default)]
pub struct CompareOptions {
    /// Further metrics.
    pub metrics: Vec<MetricRef>,
    /// Whether to try each plan and its variants: loss of nodes, years of operation, a rollout.
    pub trials: bool,
}

/// Compares `others` with `baseline`.
///
/// # Errors
/// When a world of the study cannot be made.
pub fn compare(
    baseline: Plan<'_>,
    others: &[Plan<'_>],
    asked: &CompareOptions,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Findings, WorldError> {
    let study = CompareStudy { baseline, others, asked, options, watch };
    threads::pool(options.threads)?.install(|| study.answer())
}

struct CompareStudy<'a> {
    baseline: Plan<'a>,
    others: &'a [Plan<'a>],
    asked: &'a CompareOptions,
    options: &'a Options,
    watch: &'a dyn Watch,
}

/// The result of one plan beside the baseline.
struct One {
    findings: Findings,
    shown: BesideBaseline,
    /// Observations in the baseline, judged by its results here.
    observed: Vec<JudgedClaim>,
    /// Numbers of both migrations, if both have phases.
    migration: Vec<NumberBeside>,
    baseline: Vec<Metric>,
    /// The baseline's further findings.
    baseline_shown: RunAnswer,
}

impl CompareStudy<'_> {
    fn answer(&self) -> Result<Findings, WorldError> {
        let all = self.others.iter().map(|plan| self.beside(*plan));
        let all = all.collect::<Result<Vec<_>, _>>()?;
        let trials = if self.asked.trials { self.trials()? } else { Vec::new() };
        let mut findings = self.findings(&all);
        if let Answer::Compare(comparison) = &mut findings.answer {
            comparison.trials = trials;
        }
        if self.watch.interrupted() {
            findings.stopped_by = StoppedBy::Interrupt;
        } else if self.asked.trials && self.watch.over_budget() {
            findings.stopped_by = StoppedBy::Budget;
        }
        Ok(findings)
    }

    /// Runs the trials of each scenario and its variants.
    fn trials(&self) -> Result<Vec<PlanTrial>, WorldError> {
        let plans = std::iter::once(&self.baseline).chain(self.others);
        let all = plans.map(|plan| trials::of(plan, self.options, self.watch));
        Ok(all.collect::<Result<Vec<_>, _>>()?.concat())
    }

    fn observed(&self) -> impl Iterator<Item = &Claim> {
        let is_judged = |claim: &&Claim| {
            claim.observed && claim.study == Study::Run && claim.relative_to.is_none()
        };
        self.baseline.question.claims.iter().filter(is_judged)
    }

    /// Metrics reported for all plans: those of any claim, and those asked for.
    fn wanted(&self) -> Vec<MetricRef> {
        let plans = self.others.iter().flat_map(|plan| &plan.question.claims);
        let is_compared = |claim: &&Claim| Study::Compare.judges(claim.study);
        let claimed = self.observed().chain(plans.filter(is_compared));
        claimed.map(|claim| &claim.metric).chain(&self.asked.metrics).cloned().collect()
    }

    fn beside(&self, plan: Plan<'_>) -> Result<One, WorldError> {
        let worlds = Against::new(plan, self.baseline);
        let is_judged = |claim: &&Claim| not_judged(claim, Study::Compare).is_none();
        let observed = self.observed().filter(is_judged).cloned().collect();
        let wanted = self.wanted();
        let question = worlds.question(plan.question, observed)?;
        let question = Question { asked: wanted.clone(), ..question };
        let read = |stand: &Stand<'_, '_>| {
            let shown = rows::read(stand, &wanted, self.others.len());
            let base = stand.engine.see(stand.cast.bases[BASELINE]);
            let arms = Arms { own: base, base: None };
            let replications = shown.replications as usize;
            let judge = |claim: &Claim| {
                let JudgedBy { replications: n, level } =
                    stand.deciding.by_observed(claim, replications);
                let number = match not_judged(claim, Study::Compare) {
                    Some(reason) => Err(reason),
                    None => measure(claim, arms, n, level).map_err(Reason::Unmeasured),
                };
                let all = (arms, replications);
                judged(claim, arms, number.map(|one| narrower(claim, one, level, all)))
            };
            let observed = self.observed().map(judge).collect();
            let baseline = crate::summary::metrics(base, replications);
            let beside = crate::summary::shown(base, &question, replications);
            (shown, observed, (baseline, beside))
        };
        let study = RunStudy::new(&worlds, &question, self.options, self.watch);
        let (findings, (shown, observed, (baseline, baseline_shown))) = study.answer_and(read)?;
        let (options, others) = (self.options, self.others.len());
        let migration = beside(&worlds, BASELINE, options, self.watch, others)?;
        Ok(One { findings, shown, observed, migration, baseline, baseline_shown })
    }

    fn findings(&self, all: &[One]) -> Findings {
        let names: Vec<Named> = (self.others.iter().zip(all))
            .map(|(plan, one)| named(plan.question, one.shown.replications))
            .collect();
        let baseline = named(self.baseline.question, all[0].shown.replications);
        let mut claims = all[0].observed.clone();
        let mut said = vec![(Of::Before, claims.len())];
        let mut notes: Vec<Note> = Vec::new();
        let mut metrics = of_scenario(&all[0].baseline, &baseline.name);
        for (place, one) in all.iter().enumerate() {
            claims.extend(one.findings.claims.iter().cloned());
            said.push((Of::After(place), claims.len()));
            let more = self.notes(place, one);
            notes.extend(more.into_iter().filter(|note| !notes.contains(note)).collect::<Vec<_>>());
            metrics.extend(of_scenario(&one.findings.metrics, &names[place].name));
        }
        let of_run = |one: &One| match &one.findings.answer {
            Answer::Run(run) => Some(run.clone()),
            _ => None,
        };
        let runs = std::iter::once(all[0].baseline_shown.clone());
        let runs = runs.chain(all.iter().filter_map(of_run)).collect();
        let shown: Vec<&BesideBaseline> = all.iter().map(|one| &one.shown).collect();
        let mut rows = rows::merged(&shown);
        let migrations: Vec<&[NumberBeside]> =
            all.iter().map(|one| one.migration.as_slice()).collect();
        rows::add_migrations(&mut rows, &migrations);
        place_claims(&mut rows, &claims, &said);
        let first = &all[0].findings;
        let sum = |of: fn(&Findings) -> u64| all.iter().map(|one| of(&one.findings)).sum();
        let all_names: Vec<&str> =
            std::iter::once(&baseline).chain(&names).map(|named| named.name.as_str()).collect();
        Findings {
            name: all_names.join("-vs-"),
            title: String::new(),
            seed: self.options.seed,
            replications: all.iter().map(|one| one.shown.replications).min().unwrap_or(0),
            stopped_by: stopped_by(all),
            measured_seconds: first.measured_seconds,
            warm_up_seconds: first.warm_up_seconds,
            simulated_seconds: all.iter().map(|one| one.findings.simulated_seconds).sum(),
            requests: sum(|one| one.requests),
            events: sum(|one| one.events),
            metrics,
            claims,
            not_simulated: self.not_simulated(),
            notes,
            regression: None,
            answer: Answer::Compare(Comparison {
                baseline,
                others: names,
                rows,
                runs,
                trials: Vec::new(),
            }),
        }
    }

    /// Features that some scenario has and that are not simulated, each once.
    fn not_simulated(&self) -> Vec<String> {
        let plans = std::iter::once(&self.baseline).chain(self.others);
        let all: BTreeSet<&String> = plans.flat_map(|plan| &plan.question.not_simulated).collect();
        all.into_iter().cloned().collect()
    }

    fn notes(&self, place: usize, one: &One) -> Vec<Note> {
        let scenario = &self.others[place].question.name;
        let mut notes = one.findings.notes.clone();
        if self.baseline.question.measure != self.others[place].question.measure {
            notes.push(Note::OtherMeasure {
                baseline: self.baseline.question.name.clone(),
                scenario: scenario.clone(),
            });
        }
        if !one.shown.unpaired.is_empty() {
            let entries = one.shown.unpaired.clone();
            notes.push(Note::Unpaired { scenario: scenario.clone(), entries });
        }
        notes
    }
}

fn named(question: &Question, replications: u32) -> Named {
    Named { name: question.name.clone(), title: question.title.clone(), replications }
}

/// The metrics of one of several scenarios, with a label for the scenario.
fn of_scenario(metrics: &[Metric], name: &str) -> Vec<Metric> {
    let of = |metric: &Metric| {
        let mut metric = metric.clone();
        metric.labels.push(("scenario", name.to_owned()));
        metric
    };
    metrics.iter().map(of).collect()
}

/// The weakest of the reasons for stopping.
fn stopped_by(all: &[One]) -> StoppedBy {
    let rank = |reason: &StoppedBy| match reason {
        StoppedBy::Interrupt => 5,
        StoppedBy::Budget => 4,
        StoppedBy::Cap => 3,
        StoppedBy::Replications => 2,
        StoppedBy::Precision => 1,
        StoppedBy::Decided => 0,
    };
    let reasons = all.iter().map(|one| one.findings.stopped_by);
    reasons.max_by_key(rank).unwrap_or(StoppedBy::Decided)
}

/// Adds to each row the claims about it; `said` gives the subjects of the claims up to each place.
fn place_claims(rows: &mut [ComparedMetric], claims: &[JudgedClaim], said: &[(Of, usize)]) {
    for (claim, judged) in claims.iter().enumerate() {
        let Some((of, _)) = said.iter().find(|(_, until)| claim < *until) else { continue };
        let is_change = judged.claim.relative_to.is_some();
        let of = match *of {
            Of::After(place) if is_change => Of::Change(place),
            of => of,
        };
        let about =
            rows.iter_mut().find(|row| is_named(row.name, &row.labels, &judged.claim.metric));
        if let Some(row) = about {
            row.said.push(Said { claim, of });
        }
    }
}
