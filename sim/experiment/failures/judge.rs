//! Judges claims about recovery times on every set of nodes that they cover.
//!
//! A claim holds if it holds for each of its sets, and is refuted if one set refutes it (a minimum time
//! is claimed of the sets that interrupt their subject): so the intervals of all sets, claims and looks
//! hold together, at level 1 − 0.05/(m·S·K). A subject that does not recover in some replication has an
//! infinite recovery time, without an interval.

use super::aftermath::Aftermath;
use super::assess::survives;
use super::findings::{Failures, SetFinding};
use super::years;
use super::years::findings::LongRun;
use crate::cluster::{ClusterFacts, Survival};
use crate::findings::{JudgedClaim, Metric, Verdict};
use crate::judge::{FEWEST, LEVEL, no_interval, not_judged, undecided, unit_of, verdict};
use crate::metric::{MetricKind, MetricReader, OfSets, row_of, table};
use crate::question::{Claim, MetricRef, Study};
use crate::reason::{Few, Needed, NoEstimate, NoYears, Reason, Runs, Setback, Unmeasured};
use wssim_model::Blueprint;
use wssim_stats::{Estimate, mean_interval};

/// The results for the sets so far.
pub(super) struct FailureBench<'a> {
    pub(super) blueprint: &'a Blueprint,
    pub(super) cluster: &'a ClusterFacts,
    pub(super) definition: &'a Survival,
    /// Number of other sets, which are assumed to be survived.
    pub(super) left_out: usize,
    pub(super) depth: usize,
    pub(super) sets: &'a [Vec<usize>],
    /// By set, each cut to the length of the shortest.
    pub(super) replications: Vec<&'a [Aftermath]>,
    /// Level of one interval.
    pub(super) level: f64,
}

/// The long run of a base that claims are changes from, beside the scenario's own.
#[derive(Clone, Debug)]
pub(super) struct YearsChange {
    pub(super) file: String,
    pub(super) before: Option<LongRun>,
    pub(super) after: Option<LongRun>,
}

/// The subject of a recovery.
#[derive(Clone, Copy, Debug)]
enum Subject {
    Entry(usize),
    Service(usize),
}

/// A set and the recovery of a subject after its loss.
struct Worst {
    set: usize,
    estimate: Estimate,
}

impl FailureBench<'_> {
    fn subject(&self, metric: &MetricRef) -> Result<Subject, Unmeasured> {
        let entry = metric.labels.get("entry");
        let service = metric.labels.get("service");
        let found = match (entry, service) {
            (Some(name), None) => {
                let place = self.blueprint.sources.iter().position(|source| source.name == *name);
                place.map(Subject::Entry)
            }
            (None, Some(name)) => {
                let place = self.blueprint.services.iter().position(|one| one.name == *name);
                place.map(Subject::Service)
            }
            _ => None,
        };
        found.ok_or_else(|| Unmeasured::NeedsLabel {
            metric: metric.name.clone(),
            labels: &["entry", "service"],
        })
    }

    /// Recovery times in a set, one a replication; `None` without requests.
    fn recovery(&self, set: usize, subject: Subject) -> Option<Vec<f64>> {
        let one = |aftermath: &Aftermath| match subject {
            Subject::Entry(at) => aftermath.entries[at].recovery[0],
            Subject::Service(at) => Some(aftermath.services[at].recovery),
        };
        self.replications[set].iter().map(one).collect()
    }

    fn estimate(&self, set: usize, subject: Subject, level: f64) -> Option<Estimate> {
        let values = self.recovery(set, subject)?;
        if values.iter().any(|value| value.is_infinite()) {
            let [mean, low, high] = [f64::INFINITY; 3];
            return Some(Estimate { mean, low, high, n: values.len() as u32 });
        }
        mean_interval(&values, level)
    }

    /// The sets of `size`, or of every size.
    fn of_size(&self, size: Option<usize>) -> Vec<usize> {
        let all = 0..self.sets.len();
        all.filter(|set| size.is_none_or(|size| self.sets[*set].len() == size)).collect()
    }

    /// Whether `subject` is ever down in the set; otherwise it has nothing to recover from.
    fn is_interrupted(&self, set: usize, subject: Subject) -> bool {
        let recovery = self.recovery(set, subject);
        recovery.is_none_or(|all| all.iter().any(|seconds| *seconds > 0.0))
    }

    /// The set in which `subject` takes longest; the first of equal ones.
    fn worst(&self, sets: &[usize], subject: Subject, level: f64) -> Option<Worst> {
        self.first_by(sets, subject, level, |next, worst| next > worst)
    }

    /// The set in which `subject` is quickest.
    fn quickest(&self, sets: &[usize], subject: Subject, level: f64) -> Option<Worst> {
        self.first_by(sets, subject, level, |next, quickest| next < quickest)
    }

    fn first_by(
        &self,
        sets: &[usize],
        subject: Subject,
        level: f64,
        is_before: fn(f64, f64) -> bool,
    ) -> Option<Worst> {
        let estimates = sets
            .iter()
            .map(|&set| self.estimate(set, subject, level).map(|estimate| Worst { set, estimate }));
        estimates.collect::<Option<Vec<_>>>()?.into_iter().reduce(|first, next| {
            if is_before(next.estimate.mean, first.estimate.mean) { next } else { first }
        })
    }

    /// The claim's verdict, with reasons from the findings.
    pub(super) fn judge(
        &self,
        claim: &Claim,
        found: &Failures,
        changes: &[YearsChange],
        no_years: NoYears,
    ) -> JudgedClaim {
        let of_years = years::judge::judged(&claim.metric).filter(|_| is_judged(claim));
        let Some(what) = of_years else {
            return self.judge_sets(claim, &found.sets);
        };
        let is_its = |change: &&YearsChange| Some(&change.file) == claim.relative_to.as_ref();
        let change = changes.iter().find(is_its);
        let own = change.map_or(found.long_run.as_ref(), |change| change.after.as_ref());
        let Some(own) = own else {
            return unmeasured(claim, Unmeasured::NoYears(no_years));
        };
        let base = change.and_then(|change| change.before.as_ref());
        match years::judge::judge(claim, what, own, base, self.level) {
            Ok((verdict, estimate, why)) => told(claim, verdict, Some(estimate), why),
            Err(reason) => unmeasured(claim, reason),
        }
    }

    /// The verdict by sets, not by the long run.
    pub(super) fn judge_sets(&self, claim: &Claim, findings: &[SetFinding]) -> JudgedClaim {
        if let Some(reason) = not_judged(claim, Study::Failures) {
            return told(claim, Verdict::Undecided, None, Some(reason));
        }
        if of_sets(claim) == Some(OfSets::Survival) {
            return self.judge_survival(claim);
        }
        match self.measure(claim) {
            Err(reason) => unmeasured(claim, reason),
            Ok((subject, sets, worst)) => {
                let verdict = self.verdict(claim, subject, &sets);
                let why = match verdict {
                    Verdict::Refuted => self.why(subject, &worst, findings),
                    Verdict::Undecided => Some(more_replications(claim, &worst.estimate)),
                    Verdict::Holds | Verdict::Reproduced => None,
                };
                told(claim, verdict, Some(worst.estimate), why)
            }
        }
    }

    /// The value of the claim's metric in each replication: the slowest recovery of any set, or the
    /// share of survived sets.
    pub(super) fn numbers(&self, claim: &Claim) -> Option<Vec<f64>> {
        if of_sets(claim) == Some(OfSets::Survival) {
            return self.survived(self.size_of(claim).ok()?);
        }
        let subject = self.subject(&claim.metric).ok()?;
        let each = (0..self.sets.len()).map(|set| self.recovery(set, subject));
        let each = each.collect::<Option<Vec<_>>>()?;
        let replications = each.iter().map(Vec::len).min()?;
        let slowest = |number: usize| each.iter().map(|set| set[number]).fold(0.0, f64::max);
        let of_interrupted = |number: usize| {
            let times = each.iter().map(|set| set[number]).filter(|seconds| *seconds > 0.0);
            times.fold(f64::INFINITY, f64::min)
        };
        let has_max = claim.expected.max.is_some();
        let one = |number| if has_max { slowest(number) } else { of_interrupted(number) };
        Some((0..replications).map(one).collect())
    }

    /// The share of survived sets in each replication.
    fn survived(&self, size: Option<usize>) -> Option<Vec<f64>> {
        let sets = self.of_size(size);
        let replications = sets.iter().map(|set| self.replications[*set].len()).min()?;
        let survives = |set: &&usize, number: usize| {
            survives(&self.replications[**set][number], self.cluster, self.definition, 0)
        };
        let all = (sets.len() + self.left_out) as f64;
        let share = |number: usize| {
            (sets.iter().filter(|set| survives(set, number)).count() + self.left_out) as f64 / all
        };
        Some((0..replications).map(share).collect())
    }

    fn judge_survival(&self, claim: &Claim) -> JudgedClaim {
        let size = match self.size_of(claim) {
            Ok(size) => size,
            Err(reason) => return unmeasured(claim, reason),
        };
        let values = self.survived(size).unwrap_or_default();
        let Some(estimate) = mean_interval(&values, self.level) else {
            return unmeasured(claim, Unmeasured::NotObserved(claim.metric.name.clone()));
        };
        let verdict = verdict(&claim.expected, claim.observed, &estimate);
        let why = match verdict {
            Verdict::Holds | Verdict::Reproduced => None,
            Verdict::Refuted => Some(Reason::NotSurvived(self.not_survived(size))),
            Verdict::Undecided => Some(more_replications(claim, &estimate)),
        };
        told(claim, verdict, Some(estimate), why)
    }

    /// Sets that are not survived in every replication.
    fn lost(&self, size: Option<usize>) -> Vec<usize> {
        let survives = |set: &usize| {
            let one = |one| survives(one, self.cluster, self.definition, 0);
            self.replications[*set].iter().all(one)
        };
        self.of_size(size).into_iter().filter(|set| !survives(set)).collect()
    }

    /// The names of those sets.
    fn not_survived(&self, size: Option<usize>) -> Vec<Vec<String>> {
        self.lost(size).into_iter().map(|set| self.names(set)).collect()
    }

    /// The nodes of a set.
    fn names(&self, set: usize) -> Vec<String> {
        let name = |node: &usize| self.blueprint.nodes[*node].name.clone();
        self.sets[set].iter().map(name).collect()
    }

    /// The sets that decide a claim (one that refutes it, or all of its sets), and the number of its
    /// sets.
    pub(super) fn deciding(&self, claim: &Claim) -> (Vec<usize>, usize) {
        let size = self.size_of(claim).unwrap_or_default();
        let all = self.of_size(size);
        let count = all.len();
        (self.deciding_of(claim, size, all), count)
    }

    fn deciding_of(&self, claim: &Claim, size: Option<usize>, all: Vec<usize>) -> Vec<usize> {
        if of_sets(claim) != Some(OfSets::Recovery) {
            // If the lost sets stay lost, no more sets are survived.
            let lost = if claim.expected.max.is_none() { self.lost(size) } else { Vec::new() };
            return if lost.is_empty() { all } else { lost };
        }
        let Ok((subject, sets, _)) = self.measure(claim) else { return all };
        let refutes = |set: &&usize| {
            let estimate = self.estimate(**set, subject, self.level);
            estimate.is_some_and(|estimate| {
                verdict(&claim.expected, claim.observed, &estimate) == Verdict::Refuted
            })
        };
        sets.iter().find(refutes).map_or(all, |set| vec![*set])
    }

    /// The number of lost nodes that the claim is about; `None` for any.
    pub(super) fn size_of(&self, claim: &Claim) -> Result<Option<usize>, Unmeasured> {
        if claim.relative_to.is_some() {
            let metric = claim.metric.name.clone();
            return Err(Unmeasured::NoChanges { study: Study::Failures, metric });
        }
        let size = claim.metric.labels.get("nodes_lost").and_then(|text| text.parse().ok());
        match size.filter(|size| *size > self.depth) {
            Some(nodes) => Err(Unmeasured::TooDeep { nodes }),
            None => Ok(size),
        }
    }

    fn measure(&self, claim: &Claim) -> Result<(Subject, Vec<usize>, Worst), Unmeasured> {
        if of_sets(claim) != Some(OfSets::Recovery) {
            return Err(Unmeasured::OfOtherStudies(Study::Failures));
        }
        let size = self.size_of(claim)?;
        let subject = self.subject(&claim.metric)?;
        let mut sets = self.of_size(size);
        if claim.expected.min.is_some() {
            sets.retain(|set| self.is_interrupted(*set, subject));
        }
        let worst = if claim.expected.max.is_none() {
            self.quickest(&sets, subject, self.level)
        } else {
            self.worst(&sets, subject, self.level)
        };
        let few = self.replications.iter().any(|done| done.len() < 2);
        let worst = worst.ok_or_else(|| {
            if few {
                Unmeasured::TooFew(Few { of: Runs::Replications, needed: FEWEST as u32 })
            } else {
                Unmeasured::NobodyAsked(claim.metric.name.clone())
            }
        })?;
        Ok((subject, sets, worst))
    }

    /// Refuted if one set refutes it, held if all sets hold it.
    fn verdict(&self, claim: &Claim, subject: Subject, sets: &[usize]) -> Verdict {
        let mut all = Verdict::Holds;
        for &set in sets {
            let Some(estimate) = self.estimate(set, subject, self.level) else {
                return Verdict::Undecided;
            };
            match verdict(&claim.expected, claim.observed, &estimate) {
                Verdict::Refuted => return Verdict::Refuted,
                Verdict::Undecided => all = Verdict::Undecided,
                Verdict::Reproduced if all == Verdict::Holds => all = Verdict::Reproduced,
                Verdict::Holds | Verdict::Reproduced => {}
            }
        }
        all
    }

    fn why(&self, subject: Subject, worst: &Worst, findings: &[SetFinding]) -> Option<Reason> {
        let set = findings.get(worst.set)?;
        let why = match subject {
            Subject::Entry(at) => {
                let entry = set.entries.get(at);
                entry.and_then(|entry| entry.why.clone()).map(Setback::Entry)
            }
            Subject::Service(at) => {
                let name = &self.blueprint.services[at].name;
                let service = set.services.iter().find(|one| one.name == *name);
                service.and_then(|service| service.why.clone()).map(Setback::Service)
            }
        };
        let (nodes, is_back) = (set.nodes.clone(), worst.estimate.mean.is_finite());
        Some(Reason::WorstSet { nodes, is_back, why })
    }

    /// Metrics of sets, in the order of names.
    pub(super) fn metrics(&self) -> Vec<Metric> {
        let mut all = Vec::new();
        for row in table() {
            let MetricReader::Sets(what) = row.reader else { continue };
            match what {
                OfSets::Recovery => all.extend(self.recoveries(&row.kind)),
                OfSets::Survival => {
                    all.extend((1..=self.depth).filter_map(|size| self.survival(&row.kind, size)));
                }
            }
        }
        all
    }

    /// Recovery times of the worst set of each size: of entries, and of services.
    fn recoveries(&self, kind: &MetricKind) -> Vec<Metric> {
        let entries = self.blueprint.sources.iter().enumerate();
        let entries = entries.map(|(at, one)| ("entry", one.name.clone(), Subject::Entry(at)));
        let services = self.blueprint.services.iter().enumerate();
        let services = services
            .filter(|(at, _)| self.replications.iter().any(|all| had_containers(all, *at)))
            .map(|(at, one)| ("service", one.name.clone(), Subject::Service(at)));
        let subjects: Vec<_> = entries.chain(services).collect();
        let mut metrics = Vec::new();
        for (label, name, subject) in subjects {
            for size in 1..=self.depth {
                metrics.push(self.recovery_metric(kind, (label, name.clone()), subject, size));
            }
        }
        metrics
    }

    fn survival(&self, kind: &MetricKind, size: usize) -> Option<Metric> {
        let estimate = mean_interval(&self.survived(Some(size))?, LEVEL);
        let few = NoEstimate::TooFew(no_interval(Runs::Replications));
        let missing = estimate.is_none().then_some(few);
        let labels = vec![("nodes_lost", size.to_string())];
        Some(Metric {
            name: kind.name,
            labels,
            unit: kind.unit,
            estimate,
            missing,
            values: Vec::new(),
        })
    }

    fn recovery_metric(
        &self,
        kind: &MetricKind,
        label: (&'static str, String),
        subject: Subject,
        size: usize,
    ) -> Metric {
        let worst = self.worst(&self.of_size(Some(size)), subject, LEVEL);
        let missing = match &worst {
            None => Some(NoEstimate::NobodyAsked(no_interval(Runs::Replications))),
            Some(Worst { estimate, set }) if estimate.mean.is_infinite() => {
                Some(NoEstimate::NotBack(self.names(*set)))
            }
            Some(_) => None,
        };
        let estimate = worst.map(|worst| worst.estimate).filter(|e| e.mean.is_finite());
        let mut labels = vec![label, ("nodes_lost", size.to_string())];
        labels.sort();
        Metric { name: kind.name, labels, unit: kind.unit, estimate, missing, values: Vec::new() }
    }
}

fn told(
    claim: &Claim,
    verdict: Verdict,
    simulated: Option<Estimate>,
    why: Option<Reason>,
) -> JudgedClaim {
    let (unit, why) = (unit_of(claim), why.into_iter().collect());
    JudgedClaim { claim: claim.clone(), unit, simulated, verdict, why }
}

fn unmeasured(claim: &Claim, why: Unmeasured) -> JudgedClaim {
    told(claim, Verdict::Undecided, None, Some(Reason::Unmeasured(why)))
}

/// Why a measured claim is undecided.
fn more_replications(claim: &Claim, estimate: &Estimate) -> Reason {
    undecided(claim, estimate, Runs::Replications, Needed::Replications)
}

fn had_containers(all: &[Aftermath], service: usize) -> bool {
    all.iter().any(|one| one.services[service].before > 0)
}

/// The metric of sets that the claim is about; `None` if it is another.
fn of_sets(claim: &Claim) -> Option<OfSets> {
    match row_of(&claim.metric.name)?.reader {
        MetricReader::Sets(what) => Some(what),
        MetricReader::Run(_)
        | MetricReader::Years(_)
        | MetricReader::Capacity(_)
        | MetricReader::Migrate(_) => None,
    }
}

/// Whether `failures` measures the claim.
pub(super) fn is_judged(claim: &Claim) -> bool {
    claim.study == Study::Failures && claim.not_simulated.is_none()
}
