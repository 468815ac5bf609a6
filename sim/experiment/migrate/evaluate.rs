//! Evaluates the phases: means and intervals over replications.

use super::findings::{LossFinding, Migration, Peak, PhaseFinding, RollbackFinding, StepFinding};
use super::numbers::{PhasesShown, ways_back};
use super::passage::Passage;
use super::plan::PlannedPhase;
use crate::judge::{LEVEL, estimate};
use crate::question::MetricRef;
use crate::sample::Sample;
use wssim_stats::Estimate;

/// The outcome of a phase when a node is lost: the node, and the replications.
pub(super) type PhaseLoss<'e> = (usize, &'e [Passage]);

/// The findings of all phases from the first `replications`; losses by phase.
pub(super) fn evaluate(
    shown: &PhasesShown<'_>,
    losses: &[Vec<PhaseLoss<'_>>],
    replications: usize,
) -> Migration {
    let n = shown.replications(replications);
    let number = |name: &str, labels: &[(&'static str, String)]| {
        let samples = shown.samples(&MetricRef::named(name, labels), n)?;
        known(&samples)
    };
    let downtime = |phase: &str| {
        let of = |entry: &String| {
            let labels = [("entry", entry.clone()), ("phase", phase.to_owned())];
            (entry.clone(), number("migration_downtime_seconds", &labels))
        };
        shown.entries().map(of).collect()
    };
    let begins: Vec<Vec<[f64; 2]>> = (0..n).map(|n| shown.times(n)).collect();
    let of_phase = |(place, phase): (usize, &PlannedPhase)| PhaseFinding {
        id: phase.id.clone(),
        title: phase.title.clone(),
        after: phase.after.iter().map(|at| shown.phases[*at].id.clone()).collect(),
        window_seconds: phase.window.map(wssim_kernel::Nanos::seconds),
        begins: mean(begins.iter().map(|times| times[place][0])).unwrap_or(0.0),
        mean_seconds: mean(shown.plain[place][..n].iter().map(|one| one.seconds)).unwrap_or(0.0),
        seconds: number("phase_seconds", &[("phase", phase.id.clone())]),
        within: number("window_ratio", &[("phase", phase.id.clone())]),
        unfinished: count(&shown.plain[place][..n], |one| !one.is_complete),
        steps: steps(phase, &shown.plain[place][..n]),
        downtime: downtime(&phase.id),
        nodes: peaks(phase, &number),
        rollbacks: rollbacks(shown, place),
        losses: losses[place].iter().map(|loss| lost(phase, loss)).collect(),
    };
    Migration {
        phases: shown.phases.iter().enumerate().map(of_phase).collect(),
        seconds: number("phase_seconds", &[]),
        effort: number("migration_effort_seconds", &[]),
        downtime: downtime(crate::metric::ALL),
    }
}

/// The interval of a number; with a single replication its value, without an interval.
fn known(samples: &[Sample]) -> Option<Estimate> {
    let [one] = samples else { return estimate(samples, LEVEL) };
    let [low, high] = one.ends()?;
    // A value known only to be at least a bound still gives that bound.
    let bound = |end: f64| if low == high { f64::NAN } else { end };
    Some(Estimate { mean: low, low: bound(low), high: bound(high), n: 1 })
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let known: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
}

fn count(all: &[Passage], is_one: impl Fn(&Passage) -> bool) -> u32 {
    all.iter().filter(|one| is_one(one)).count() as u32
}

fn steps(phase: &PlannedPhase, done: &[Passage]) -> Vec<StepFinding> {
    let procedure = phase.procedure();
    let of = |at: usize| StepFinding {
        id: phase.steps[at].id.clone(),
        text: phase.steps[at].text.clone(),
        is_of_people: procedure.steps[at].is_of_people(),
        begins: mean(done.iter().map(|one| one.begins[at])),
        seconds: mean(done.iter().map(|one| one.ends[at] - one.begins[at])),
    };
    (0..procedure.steps.len()).map(of).collect()
}

fn peaks(
    phase: &PlannedPhase,
    number: &impl Fn(&str, &[(&'static str, String)]) -> Option<Estimate>,
) -> Vec<Peak> {
    let of = |node: &wssim_model::blueprint::Node| {
        let labels = [("node", node.name.clone()), ("phase", phase.id.clone())];
        Peak {
            name: node.name.clone(),
            memory: number("phase_memory_peak_bytes", &labels),
            cpu: number("phase_cpu_peak_ratio", &labels),
        }
    };
    phase.blueprint.nodes.iter().map(of).collect()
}

fn rollbacks(shown: &PhasesShown<'_>, place: usize) -> Vec<RollbackFinding> {
    let names: Vec<&String> = shown.entries().collect();
    let of = |(step, first, done): &(usize, usize, &[Passage])| {
        let samples = ways_back(done, *first);
        let down = |(at, name): (usize, &&String)| {
            ((*name).clone(), mean(done.iter().map(|one| one.downtime[at])).unwrap_or(0.0))
        };
        RollbackFinding {
            step: shown.phases[place].steps[*step].id.clone(),
            seconds: known(&samples),
            downtime: names.iter().enumerate().map(down).collect(),
        }
    };
    shown.backs[place].iter().map(of).collect()
}

fn lost(phase: &PlannedPhase, (node, done): &PhaseLoss<'_>) -> LossFinding {
    let entry = |(at, source): (usize, &wssim_model::blueprint::Source)| {
        let seconds = mean(done.iter().map(|one| one.downtime[at])).unwrap_or(0.0);
        (source.name.clone(), seconds, count(done, |one| one.is_down[at]))
    };
    LossFinding {
        node: phase.blueprint.nodes[*node].name.clone(),
        complete: [count(done, |one| one.is_complete), done.len() as u32],
        entries: phase.blueprint.sources.iter().enumerate().map(entry).collect(),
    }
}
