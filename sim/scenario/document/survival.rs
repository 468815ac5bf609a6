//! `[survival]`: the definition of survival for `failures`.

use super::fields::{self, Fields, Reader};
use wssim_experiment::cluster::Survival;
use wssim_kernel::Nanos;

/// Reads it, with defaults.
pub(super) fn read(reader: &mut Reader<'_>, root: &mut Fields<'_>) -> Survival {
    let usual = Survival::default();
    let Some(mut fields) = root.inner(reader, "survival") else { return usual };
    let window = fields.duration(reader, "window").unwrap_or(usual.window);
    let share = fields.value(reader, "share", fields::share).unwrap_or(usual.share);
    let within = fields.duration(reader, "within").unwrap_or(usual.within);
    let at = |key: &str| fields.table.get(key).map_or(fields.origin, |entry| entry.item.origin);
    let survival = Survival { window, share, within };
    if let Some((key, message)) = flaw(&survival) {
        reader.mistake(at(key), "out-of-range", message, None);
    }
    fields.finish(reader);
    survival
}

/// The key with an invalid value, and why.
fn flaw(survival: &Survival) -> Option<(&'static str, String)> {
    let (shortest, longest) = Survival::LENGTHS;
    let fits = |length: Nanos| (shortest..=longest).contains(&length);
    if !fits(survival.window) {
        Some(("window", "`window` is from 1 s to 1 h".to_owned()))
    } else if !fits(survival.within) {
        Some(("within", "`within` is from 1 s to 1 h".to_owned()))
    } else if survival.share <= 0.0 {
        Some(("share", "`share` must be above zero".to_owned()))
    } else {
        None
    }
}
