//! Searches for the largest traffic within the objectives: with all nodes, and without each.

use super::findings::{Carries, Searched, Without};
use super::room::broken;
use super::search::{Line, Search, ValueState, rounded};
use super::seek::{Log, Seeker, ended, resumed, searched};
use super::stage::{At, measured};
use crate::engine::Broken;
use crate::question::{Measure, Override, SCALE_KEY, WorldError};
/// The factor on the width of brackets without a node.
const COARSER: f64 = 5.0;
/// Without a bound, how often the traffic is doubled and halved.
const DOUBLINGS: i32 = 10;
const HALVINGS: i32 = 6;
/// The bound is at a utilization of one, where there is no steady state.
const BEYOND: f64 = 1.001;

/// Today's traffic: the base of all factors, and how it is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Today {
    /// The traffic scale in force today.
    pub(super) scale: f64,
    pub(super) measure: Measure,
}

impl Today {
    /// The overrides for `value` times today's traffic; none for one.
    pub(super) fn times(self, value: f64) -> Vec<Override> {
        if value == 1.0 {
            return Vec::new();
        }
        vec![Override { path: SCALE_KEY.to_owned(), value: (self.scale * value).to_string() }]
    }

    /// The factor as written, and its world.
    fn at(self, value: f64, without: Option<usize>) -> (String, At) {
        let measured = measured(&self.measure, value);
        (value.to_string(), At { overrides: self.times(value), without, measured })
    }
}

fn line(tolerance: f64) -> Line {
    Line { is_kept_below: true, is_whole: false, tolerance }
}

/// The largest scale; at `bound` a resource is exhausted.
///
/// # Errors
/// When a world cannot be made.
pub(super) fn largest(
    seeker: &mut Seeker<'_, '_, '_>,
    log: &mut Log,
    (today, bound): (Today, f64),
) -> Result<Searched, WorldError> {
    let mut search = Search::new(line(seeker.tolerance));
    let end = ended(seek(seeker, log, &mut search, (today, bound)))?;
    Ok(searched(&search, log, end))
}

fn seek(
    seeker: &mut Seeker<'_, '_, '_>,
    log: &mut Log,
    search: &mut Search,
    (today, bound): (Today, f64),
) -> Result<(), Broken> {
    let at = |value: f64| today.at(value, None);
    let mut attempt = |seeker: &mut Seeker<'_, '_, '_>, search: &mut Search, value: f64| {
        let (text, point) = at(value);
        let state = seeker.attempt(log, value, text, &point)?;
        search.told(value, state);
        Ok::<ValueState, Broken>(state)
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

/// The largest scale without the node `place`, given `whole` for all nodes; values undecided there are
/// not searched here.
///
/// # Errors
/// When a world cannot be made.
pub(super) fn without(
    seeker: &mut Seeker<'_, '_, '_>,
    today: Today,
    (place, node): (usize, &str),
    whole: &Searched,
) -> Result<Without, WorldError> {
    let carries = match carries(seeker, today, place, whole) {
        Ok(carries) => carries,
        Err(Broken::Stopped) => Carries::Cut,
        Err(Broken::World(error)) => return Err(error),
    };
    Ok(Without { node: node.to_owned(), carries })
}

fn carries(
    seeker: &mut Seeker<'_, '_, '_>,
    today: Today,
    place: usize,
    whole: &Searched,
) -> Result<Carries, Broken> {
    let mut log = Log::default();
    let at = |value: f64| today.at(value, Some(place));
    let mut attempt = |seeker: &mut Seeker<'_, '_, '_>, value: f64| {
        let (text, point) = at(value);
        seeker.attempt(&mut log, value, text, &point)
    };
    let state = attempt(seeker, 1.0)?;
    // Values that were only just decided with all nodes would not be decided without one.
    let almost = 1.0 - COARSER * seeker.tolerance;
    let most = whole.kept.filter(|most| *most > 1.0).map(|most| rounded(most * almost).max(1.0));
    match (state, most) {
        (ValueState::Missed, _) => {
            let values = &log.tried[0].0.values;
            let broken = broken(seeker.conditions, values);
            Ok(Carries::NotToday(broken.into_iter().map(|at| (at, values[at])).collect()))
        }
        (ValueState::Open, _) => Ok(Carries::Unknown),
        (ValueState::Kept, None) => Ok(Carries::AsMuch(1.0)),
        (ValueState::Kept, Some(most)) => {
            if attempt(seeker, most)? == ValueState::Kept {
                return Ok(Carries::AsMuch(most));
            }
            let mut search = resumed(line(seeker.tolerance * COARSER), &log);
            seeker.close_in(&mut log, &mut search, &at)?;
            let found = searched(&search, &log, None);
            Ok(match (found.kept, found.missed) {
                (Some(kept), None) => Carries::AtLeast(kept),
                _ => Carries::Less(found),
            })
        }
    }
}
