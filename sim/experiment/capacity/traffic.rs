//! The largest traffic within the objectives: with all nodes, and without each.

use super::findings::{Carries, Searched, Without};
use super::room::broken;
use super::search::{Line, Search, State, rounded};
use super::seek::{Log, Seeker, ended, resumed, searched};
use super::stage::{At, measured};
use crate::engine::Broken;
use crate::question::{Measure, Override, WorldError};

/// The key that multiplies all traffic.
pub(super) const SCALE: &str = "traffic.scale";
/// Without a node a bracket may be so many times as wide.
const COARSER: f64 = 5.0;
/// Without a bound the traffic is doubled so often, and halved.
const DOUBLINGS: i32 = 10;
const HALVINGS: i32 = 6;
/// The bound is that of a utilization of one, at which there is no steady state any more.
const BEYOND: f64 = 1.001;

/// The scale as the scenario writes it, and the world there.
fn at(value: f64, without: Option<usize>, measure: &Measure) -> (String, At) {
    let text = value.to_string();
    let overrides = if value == 1.0 {
        Vec::new()
    } else {
        vec![Override { path: SCALE.to_owned(), value: text.clone() }]
    };
    (text, At { overrides, without, measured: measured(measure, value) })
}

fn line(tolerance: f64) -> Line {
    Line { is_kept_below: true, is_whole: false, tolerance }
}

/// The largest scale; `bound`: something is used up there.
///
/// # Errors
/// When a world cannot be made.
pub(super) fn largest(
    seeker: &mut Seeker<'_, '_, '_>,
    log: &mut Log,
    bound: f64,
) -> Result<Searched, WorldError> {
    let mut search = Search::new(line(seeker.tolerance));
    let end = ended(seek(seeker, log, &mut search, bound))?;
    Ok(searched(&search, log, end))
}

fn seek(
    seeker: &mut Seeker<'_, '_, '_>,
    log: &mut Log,
    search: &mut Search,
    bound: f64,
) -> Result<(), Broken> {
    let measure = seeker.measure;
    let at = |value: f64| at(value, None, &measure);
    let mut attempt = |seeker: &mut Seeker<'_, '_, '_>, search: &mut Search, value: f64| {
        let (text, point) = at(value);
        let state = seeker.attempt(log, value, text, &point)?;
        search.told(value, state);
        Ok::<State, Broken>(state)
    };
    attempt(seeker, search, 1.0)?;
    for halving in 1..=HALVINGS {
        if search.kept().is_some() {
            break;
        }
        attempt(seeker, search, rounded(0.5f64.powi(halving)))?;
    }
    if search.missed().is_none() && bound.is_finite() && bound > 0.0 {
        attempt(seeker, search, rounded(bound * BEYOND))?;
    }
    for doubling in 1..=DOUBLINGS {
        if search.missed().is_some() {
            break;
        }
        attempt(seeker, search, 2f64.powi(doubling))?;
    }
    seeker.close_in(log, search, &at)
}

/// The same without the node `place`, where `whole` was found with all; what is not decided there is not
/// looked for here.
///
/// # Errors
/// When a world cannot be made.
pub(super) fn without(
    seeker: &mut Seeker<'_, '_, '_>,
    (place, node): (usize, &str),
    whole: &Searched,
) -> Result<Without, WorldError> {
    let carries = match carries(seeker, place, whole) {
        Ok(carries) => carries,
        Err(Broken::Stopped) => Carries::Cut,
        Err(Broken::World(error)) => return Err(error),
    };
    Ok(Without { node: node.to_owned(), carries })
}

fn carries(
    seeker: &mut Seeker<'_, '_, '_>,
    place: usize,
    whole: &Searched,
) -> Result<Carries, Broken> {
    let (measure, mut log) = (seeker.measure, Log::default());
    let at = |value: f64| at(value, Some(place), &measure);
    let mut attempt = |seeker: &mut Seeker<'_, '_, '_>, value: f64| {
        let (text, point) = at(value);
        seeker.attempt(&mut log, value, text, &point)
    };
    let today = attempt(seeker, 1.0)?;
    // Where it was only just decided with all nodes, nothing would be decided without one.
    let almost = 1.0 - COARSER * seeker.tolerance;
    let most = whole.kept.filter(|most| *most > 1.0).map(|most| rounded(most * almost).max(1.0));
    match (today, most) {
        (State::Missed, _) => {
            let values = &log.tried[0].0.values;
            let broken = broken(seeker.conditions, values);
            Ok(Carries::NotToday(broken.into_iter().map(|at| (at, values[at])).collect()))
        }
        (State::Open, _) => Ok(Carries::Unknown),
        (State::Kept, None) => Ok(Carries::AsMuch(1.0)),
        (State::Kept, Some(most)) => {
            if attempt(seeker, most)? == State::Kept {
                return Ok(Carries::AsMuch(most));
            }
            let mut search = resumed(line(seeker.tolerance * COARSER), &log);
            seeker.close_in(&mut log, &mut search, &at)?;
            Ok(Carries::Less(searched(&search, &log, None)))
        }
    }
}
