//! A reason in a few words, for a row of a table.

use crate::quantity;
use wssim_experiment::reason::{Needed, Reason};

/// The reason; `None` if it has no shorter form than its sentence.
pub(super) fn short(reason: &Reason) -> Option<String> {
    Some(match reason {
        Reason::Straddles { needed: Some(Needed::Replications(needed)) } => {
            format!("needs {} replications", quantity::count(u64::from(*needed)))
        }
        Reason::OnTheLimit { .. } => "on the limit".to_owned(),
        Reason::Flips(flip) => match flip.inputs.len() {
            1 => "turns on 1 input".to_owned(),
            inputs => format!("turns on {inputs} inputs"),
        },
        // Only the largest.
        Reason::MadeUp(of) => of.parts.first()?.name.clone(),
        Reason::NotLookedAt { looked, ranges } => {
            format!("{} ranges not looked at", ranges.saturating_sub(*looked))
        }
        _ => return None,
    })
}
