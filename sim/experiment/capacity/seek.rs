//! Runs a search: tries values on the engine, look by look, and records the decisions.

use super::findings::{Mean, SearchEnd, Searched, Tried, ValueState};
use super::search::{Line, Search, rounded};
use super::stage::{At, Load};
use super::trial::{ConditionTrial, LOOKS, state, told};
use crate::analytic::{Analytic, EntryValue, Twin, compare};
use crate::engine::{ArmId, Broken, Engine};
use crate::judge::{Arms, LEVEL, number};
use crate::looks::ByLooks;
use crate::objective::Objective;
use crate::offered::{Overload, offered, overloads};
use crate::question::{Measure, MetricRef, WorldError};
use wssim_model::Blueprint;
use wssim_stats::simultaneous_level;

/// Most values of one search: the level of each decision allows for this number.
const MOST_TRIED: usize = 24;

/// Least probability that all decisions of a search are right.
pub(super) const CONFIDENCE: f64 = 0.95;

/// Share of a gap, at either side, in which no value is tried.
const EDGE: f64 = 0.25;
/// The aim for an interval: half-widths by which it should clear its limit.
const CLEAR: f64 = 1.15;

/// How values are tried.
pub(super) struct Seeker<'e, 's, 'a> {
    pub(super) engine: &'e mut Engine<'s, Load<'a>>,
    pub(super) conditions: &'e [Objective],
    pub(super) measure: Measure,
    pub(super) exactly: Option<u32>,
    /// The width of a narrow bracket, as a share of its upper end.
    pub(super) tolerance: f64,
}

/// The tried values and their arms.
#[derive(Default)]
pub(super) struct Log {
    pub(super) tried: Vec<(Tried, ArmId)>,
}

impl Log {
    pub(super) fn of(&self, value: f64) -> Option<&(Tried, ArmId)> {
        self.tried.iter().find(|(tried, _)| tried.value == value)
    }
}

/// The overloaded resources of a world, by mean demand.
pub(super) fn too_much(world: &Blueprint, measure: &Measure) -> Vec<Overload> {
    let all = overloads(&offered(world, measure));
    all.into_iter().filter(|one| one.on_average).collect()
}

impl Seeker<'_, '_, '_> {
    /// Level of each decision.
    pub(super) fn level(&self) -> f64 {
        simultaneous_level(self.conditions.len() * MOST_TRIED, LOOKS.len())
    }

    /// Tries `value`, written as `text` in the scenario, in the world at `at`.
    pub(super) fn attempt(
        &mut self,
        log: &mut Log,
        value: f64,
        text: String,
        at: &At,
    ) -> Result<ValueState, Broken> {
        if let Some((known, _)) = log.of(value) {
            return Ok(known.state);
        }
        let arm = self.engine.arm(at)?;
        let world = &self.engine.see(arm).arm.blueprint;
        // Without a node the others take over calls that they do not get otherwise.
        let overloads =
            if at.without.is_none() { too_much(world, &self.measure) } else { Vec::new() };
        let means = means(&Twin::new(world, &self.measure).at(1.0));
        let mut tried = Tried {
            value,
            text,
            state: ValueState::Missed,
            replications: 0,
            overloads,
            overfull: None,
            values: vec![None; self.conditions.len()],
            means,
        };
        let done = if tried.overloads.is_empty() { self.simulate(arm, &mut tried) } else { Ok(()) };
        let done = match done {
            Err(Broken::World(WorldError::Overfull(overfull))) => {
                (tried.overfull, tried.state) = (Some(overfull), ValueState::Missed);
                Ok(())
            }
            done => done,
        };
        if done.is_err() {
            // Replications simulated before the stop are reported all the same.
            tried.state = ValueState::Open;
        }
        let state = tried.state;
        log.tried.push((tried, arm));
        done.map(|()| state)
    }

    fn simulate(&mut self, arm: ArmId, tried: &mut Tried) -> Result<(), Broken> {
        let level = self.level();
        let trial = ConditionTrial { arm, conditions: self.conditions, level };
        let done = self.engine.pursue(&mut ByLooks::new(trial, &LOOKS, self.exactly));
        let n = self.engine.replications(arm);
        let seen = &self.engine.see(arm).arm;
        tried.replications = n;
        tried.state = state(self.conditions, seen, n as usize, level);
        let value = |condition: &Objective| told(condition, seen, n as usize, level);
        tried.values = self.conditions.iter().map(value).collect();
        for mean in &mut tried.means {
            let metric = response(&mean.entry);
            let arms = Arms { own: seen, base: None };
            mean.simulated = number(&metric, false, arms, n as usize, LEVEL).ok();
            let simulated = mean.simulated.as_ref();
            mean.difference =
                simulated.and_then(|simulated| compare(&metric, mean.analytic, simulated));
        }
        done
    }

    /// A value beside undecided ones where a decision can be expected: a straight line through the
    /// results of two neighbours leads to where the interval clears the limit.
    fn aimed(&self, log: &Log, search: &Search) -> Option<f64> {
        let gap = search.wider_gap()?;
        let (open, _) = log.of(gap.open)?;
        let (other, _) = log.of(gap.decided)?;
        let aim = |place: usize| {
            let (here, there) = (open.values[place]?, other.values[place]?);
            let expected = self.conditions[place].expected;
            let is_crossed = |limit: &f64| here.low < *limit && *limit < here.high;
            let limit = [expected.min, expected.max].into_iter().flatten().find(is_crossed)?;
            let slope = (here.mean - there.mean) / (open.value - other.value);
            let half =
                if there.mean < limit { here.high - here.mean } else { here.low - here.mean };
            let value = rounded(open.value + (limit - CLEAR * half - here.mean) / slope);
            // Not so near to either side that the next step gains nothing.
            let edge = EDGE * (gap.to - gap.from);
            (value > gap.from + edge && value < gap.to - edge).then_some(value)
        };
        (0..self.conditions.len()).find_map(aim).filter(|_| !search.is_whole())
    }

    /// Closes in on the value at which the answer changes.
    pub(super) fn close_in(
        &mut self,
        log: &mut Log,
        search: &mut Search,
        at: &dyn Fn(f64) -> (String, At),
    ) -> Result<(), Broken> {
        while log.tried.len() < MOST_TRIED
            && let Some(next) = search.next()
        {
            let value = self.aimed(log, search).unwrap_or(next);
            let (text, point) = at(value);
            let state = self.attempt(log, value, text, &point)?;
            search.told(value, state);
        }
        Ok(())
    }
}

fn response(entry: &str) -> MetricRef {
    let labels = [("entry".to_owned(), entry.to_owned())];
    MetricRef { name: "response_time_seconds".to_owned(), labels: labels.into(), part: None }
}

/// The means by formulas, before the simulation.
fn means(twin: &Analytic) -> Vec<Mean> {
    let mean = |value: &EntryValue| Mean {
        entry: value.entry.clone(),
        analytic: value.response_seconds,
        simulated: None,
        difference: None,
    };
    twin.entries.iter().map(mean).collect()
}

/// `None` for a normal end; a cut is an end, too.
///
/// # Errors
/// When a world cannot be made.
pub(super) fn ended(end: Result<(), Broken>) -> Result<Option<SearchEnd>, WorldError> {
    match end {
        Ok(()) => Ok(None),
        Err(Broken::Stopped) => Ok(Some(SearchEnd::Cut)),
        Err(Broken::World(error)) => Err(error),
    }
}

/// A search that knows the values already tried.
pub(super) fn resumed(line: Line, log: &Log) -> Search {
    let mut search = Search::new(line);
    for (tried, _) in &log.tried {
        search.told(tried.value, tried.state);
    }
    search
}

/// The result of a search.
pub(super) fn searched(search: &Search, log: &Log, end: Option<SearchEnd>) -> Searched {
    let mut tried: Vec<Tried> = log.tried.iter().map(|(tried, _)| tried.clone()).collect();
    tried.sort_by(|a, b| a.value.total_cmp(&b.value));
    let (kept, missed) = (search.kept(), search.missed());
    let is_open = tried.iter().any(|tried| tried.state == ValueState::Open);
    let end = end.unwrap_or(match (kept, missed) {
        _ if search.has_turned() => SearchEnd::Turns,
        (Some(_), Some(_)) if search.is_open() => SearchEnd::Open,
        (Some(_), Some(_)) if search.is_narrow() => SearchEnd::Narrow,
        (Some(_), Some(_)) => SearchEnd::Tries,
        _ if is_open => SearchEnd::Open,
        (Some(_), None) => SearchEnd::AlwaysKept,
        (None, _) => SearchEnd::NeverKept,
    });
    Searched { tried, kept, missed, end, left_out: Vec::new(), confidence: CONFIDENCE }
}
