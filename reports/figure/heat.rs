//! Response times by time of arrival: the opacity is the share of a slot's requests.

use super::canvas::{Around, framed};
use super::lines::time_ticks;
use super::theme::{MARK, SERIES};
use crate::plot::{Axis, label};

/// Most numbers along the vertical axis.
const UP: usize = 6;
/// Opacity of the palest visible field.
const PALEST: f64 = 0.06;

/// Shares by slot and band.
pub(crate) struct Heat<'a> {
    /// Start of each slot in seconds, and the end of the last.
    pub(crate) slots: Vec<f64>,
    /// Limits of the bands in seconds, ascending; one more than there are bands.
    pub(crate) limits: &'a [f64],
    /// By slot: requests in each band.
    pub(crate) counts: &'a [Vec<u64>],
}

/// The figure, with events; `None` without requests.
pub(crate) fn heat(heat: &Heat<'_>, strikes: &[(f64, String)]) -> Option<String> {
    let used = |band: &usize| heat.counts.iter().any(|slot| slot[*band] > 0);
    let bands = 0..heat.limits.len() - 1;
    let (first, last) = (bands.clone().find(used)?, bands.clone().rfind(used)?);
    let x = Axis { low: heat.slots[0], high: *heat.slots.last()?, is_log: false };
    let y = Axis { low: heat.limits[first], high: heat.limits[last + 1], is_log: true };
    let around = Around {
        x,
        y,
        x_ticks: time_ticks(x),
        y_ticks: y.ticks(UP).into_iter().map(|at| (at, label(at, "seconds"))).collect(),
        x_name: "time of arrival".to_owned(),
    };
    Some(framed(&around, |canvas| {
        for (slot, counts) in heat.counts.iter().enumerate() {
            let all: u64 = counts.iter().sum();
            for band in (first..=last).filter(|band| counts[*band] > 0) {
                let from = (heat.slots[slot], heat.limits[band]);
                let to = (heat.slots[slot + 1], heat.limits[band + 1]);
                let share = counts[band] as f64 / all as f64;
                canvas.field(from, to, share.sqrt().max(PALEST), SERIES[0]);
            }
        }
        for (at, name) in strikes.iter().filter(|(at, _)| (x.low..=x.high).contains(at)) {
            canvas.strike(*at, name, MARK);
        }
    }))
}
