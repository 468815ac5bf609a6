//! Searches any other key: the smallest, or the largest, value at which the conditions hold.

use super::findings::{SearchEnd, Searched, Tried, ValueState};
use super::search::{Line, Search, rounded};
use super::seek::{Log, Seeker, ended, searched};
use super::stage::At;
use crate::engine::{Broken, Engine};
use crate::judge::paired_change;
use crate::objective::Objective;
use crate::question::{Override, WorldError};
use crate::sweep::{Numbers, Parameter};

/// Values between the ends that are tried before all values are reported to be alike.
const BETWEEN: [f64; 3] = [0.5, 0.25, 0.75];

/// Searches between the ends of `key` for the value at which the answer changes.
///
/// # Errors
/// When a world cannot be made.
pub(super) fn seek(
    seeker: &mut Seeker<'_, '_, '_>,
    log: &mut Log,
    key: &Parameter,
    numbers: Numbers,
) -> Result<Searched, WorldError> {
    let mut search = None;
    let cut = ended(walk(seeker, log, key, numbers, &mut search))?;
    let has_turns = || turns(seeker.engine, seeker.conditions, log, seeker.level());
    let end = cut.or_else(|| has_turns().then_some(SearchEnd::Turns));
    let none = Search::new(line(numbers, true, seeker.tolerance));
    let mut found = searched(search.as_ref().unwrap_or(&none), log, end);
    if search.is_none() && found.end != SearchEnd::Cut && found.end != SearchEnd::Turns {
        found.end = alike(&found.tried);
    }
    Ok(found)
}

fn line(numbers: Numbers, is_kept_below: bool, tolerance: f64) -> Line {
    Line { is_kept_below, is_whole: numbers.is_whole, tolerance }
}

/// The end of a search over a range in which the answer does not change.
fn alike(tried: &[Tried]) -> SearchEnd {
    if tried.iter().all(|one| one.state == ValueState::Kept) {
        SearchEnd::AlwaysKept
    } else if tried.iter().all(|one| one.state == ValueState::Missed) {
        SearchEnd::NeverKept
    } else {
        SearchEnd::Open
    }
}

fn walk(
    seeker: &mut Seeker<'_, '_, '_>,
    log: &mut Log,
    key: &Parameter,
    numbers: Numbers,
    search: &mut Option<Search>,
) -> Result<(), Broken> {
    let at = |value: f64| {
        let text = written(key, numbers, value);
        let overrides = vec![Override { path: key.path.clone(), value: text.clone() }];
        (text, At { overrides, ..At::default() })
    };
    let ends: Vec<f64> = key.values.iter().filter_map(|value| value.number).collect();
    let [low, .., high] = ends[..] else { return Ok(()) };
    let between = BETWEEN.map(|share| middle(low, high, share, numbers));
    for value in [low, high].into_iter().chain(between) {
        let (text, point) = at(value);
        seeker.attempt(log, value, text, &point)?;
        if let Some(is_kept_below) = direction(log) {
            let mut found = Search::new(line(numbers, is_kept_below, seeker.tolerance));
            for (tried, _) in &log.tried {
                found.told(tried.value, tried.state);
            }
            let found = search.insert(found);
            return seeker.close_in(log, found, &at);
        }
    }
    Ok(())
}

/// An end as it was given; values between have four digits.
fn written(key: &Parameter, numbers: Numbers, value: f64) -> String {
    let end = key.values.iter().find(|end| end.number == Some(value));
    end.map_or_else(|| numbers.write(value, value / 10.0).text, |end| end.text.clone())
}

/// A value between the ends that the scenario can express.
fn middle(low: f64, high: f64, share: f64, numbers: Numbers) -> f64 {
    let value = if numbers.is_log && low > 0.0 {
        low * (high / low).powf(share)
    } else {
        low + (high - low) * share
    };
    if numbers.is_whole { value.round() } else { rounded(value) }
}

/// Whether kept values lie below missed ones; `None` unless there are both.
fn direction(log: &Log) -> Option<bool> {
    let of = |state| {
        let all = log.tried.iter().filter(move |(tried, _)| tried.state == state);
        all.map(|(tried, _)| tried.value).reduce(f64::min)
    };
    Some(of(ValueState::Kept)? < of(ValueState::Missed)?)
}

/// Whether a condition's metric rises significantly between some neighbours and falls between others.
fn turns(
    engine: &Engine<'_, super::stage::Load<'_>>,
    conditions: &[Objective],
    log: &Log,
    level: f64,
) -> bool {
    let mut tried: Vec<_> = log.tried.iter().filter(|(tried, _)| tried.replications > 0).collect();
    tried.sort_by(|a, b| a.0.value.total_cmp(&b.0.value));
    let samples = |at: usize, condition: &Objective| {
        let (tried, arm) = tried[at];
        let arm = &engine.see(*arm).arm;
        let place = arm.catalogue.find(&condition.metric)?;
        Some(arm.samples(place, tried.replications as usize))
    };
    conditions.iter().any(|condition| {
        let change = |at: usize| {
            let change = paired_change(
                &samples(at, condition)?,
                &samples(at + 1, condition)?,
                false,
                level,
            )?;
            Some(if change.low > 0.0 { 1 } else { -i32::from(change.high < 0.0) })
        };
        let signs: Vec<i32> = (0..tried.len().saturating_sub(1)).filter_map(change).collect();
        signs.contains(&1) && signs.contains(&-1)
    })
}
