//! `profile`: a factor on the rate of a source that changes with time.
//!
//! Times in a profile count from its own beginning, which is midnight for the shipped ones; `[scenario]
//! start` is the time in it at which the measured stretch of a window begins (default 0:00). A profile
//! in slots repeats; for steps and ramps the first factor holds before the first point and the last one
//! after the last.

use super::fields::{self, Fields, Read, Reader, Texts};
use super::header;
use super::shapes;
use crate::diagnostic::Diagnostic;
use crate::source::Origin;
use crate::tree::{Item, Value};
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Piece, Profile};
use wssim_text::quantity::Dimension;

/// Largest factor, so that requests cannot come all at once.
const LARGEST: f64 = 1e6;

/// A profile in its own time.
#[derive(Clone, Debug)]
pub(crate) struct ProfileText {
    pub origin: Origin,
    pieces: Vec<Piece>,
    after: After,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum After {
    Repeat,
    Hold(f64),
}

impl ProfileText {
    /// The profile with the replication starting at its time `begin` (in nanoseconds, negative before
    /// its beginning).
    pub(crate) fn lower(&self, begin: i64) -> Option<Profile> {
        match self.after {
            After::Repeat => {
                let length = i64::try_from(length(&self.pieces).0).ok()?.max(1);
                let begin = begin.rem_euclid(length).unsigned_abs();
                Profile::repeated(&self.pieces, Nanos(begin))
            }
            After::Hold(last) => Some(Profile::held(&self.pieces, last, begin)),
        }
    }

    /// The constant factor from `begin` on, if there is one.
    pub(crate) fn held_from(&self, begin: i64) -> Option<f64> {
        match self.after {
            After::Hold(last) if begin >= length(&self.pieces).0.cast_signed() => Some(last),
            _ => None,
        }
    }

    /// Multiplies the factor by `factor` from `from` to `until`.
    fn spike(&mut self, from: Nanos, until: Nanos, factor: f64) {
        let end = length(&self.pieces);
        if let (After::Hold(last), true) = (self.after, until > end) {
            self.pieces.push(Piece { length: Nanos(until.0 - end.0), factors: (last, last) });
        }
        let mut begin = 0;
        let mut out = Vec::new();
        for piece in &self.pieces {
            let cuts = [from, until].map(|at| at.0.saturating_sub(begin).min(piece.length.0));
            for (a, b, times) in
                [(0, cuts[0], 1.0), (cuts[0], cuts[1], factor), (cuts[1], piece.length.0, 1.0)]
            {
                if b > a {
                    out.push(part(piece, a, b, times));
                }
            }
            begin += piece.length.0;
        }
        self.pieces = out;
    }
}

fn length(pieces: &[Piece]) -> Nanos {
    pieces.iter().fold(Nanos::ZERO, |sum, piece| sum + piece.length)
}

/// The part of a piece from `a` to `b` nanoseconds, its factors multiplied.
fn part(piece: &Piece, a: u64, b: u64, times: f64) -> Piece {
    let (from, to) = piece.factors;
    let at = |ns: u64| times * (from + (to - from) * (ns as f64 / piece.length.as_f64()));
    Piece { length: Nanos(b - a), factors: (at(a), at(b)) }
}

/// The profile, if there is one.
pub(super) fn read(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<ProfileText> {
    let origin = fields.table.get("profile").map(|entry| entry.item.origin);
    let Some(origin) = origin else {
        fields.accept(&["profile"]);
        return None;
    };
    // Even with a mistake, there is a profile.
    let mut profile = ProfileText { origin, pieces: Vec::new(), after: After::Hold(1.0) };
    if fields.table["profile"].item.table().is_none() {
        if let Some(name) = fields.word(reader, "profile", &shapes::NAMES) {
            profile.pieces = shapes::day(name);
            profile.after = After::Repeat;
        }
        return Some(profile);
    }
    if let Some(inner) = fields.inner(reader, "profile") {
        table(reader, inner, &mut profile);
    }
    Some(profile)
}

fn table(reader: &mut Reader<'_>, mut fields: Fields<'_>, profile: &mut ProfileText) {
    const FORMS: [&str; 4] = ["shape", "values", "steps", "ramp"];
    let before = reader.mistakes.len();
    let forms = FORMS.into_iter().filter(|form| fields.has(form)).count();
    if forms > 1 || forms == 0 && !fields.has("spike") {
        let message = format!(
            "`{}` has one of `shape`, `values`, `steps` and `ramp`, or a `spike` alone",
            fields.path
        );
        reader.mistake(fields.origin, "bad-value", message, None);
    }
    if let Some(name) = fields.word(reader, "shape", &shapes::NAMES) {
        profile.pieces = shapes::day(name);
        profile.after = After::Repeat;
    }
    slots(reader, &mut fields, profile);
    for (key, is_ramp) in [("steps", false), ("ramp", true)] {
        let path = fields.at(key);
        if let Some(item) = fields.item(key)
            && let Some(points) = points(reader, item, &path)
        {
            (profile.pieces, profile.after) = between(&points, is_ramp);
        }
    }
    spike(reader, &mut fields, profile);
    let origin = fields.origin;
    fields.finish(reader);
    let held = if let After::Hold(last) = profile.after { last } else { 0.0 };
    let comes = profile.pieces.iter().any(|piece| piece.factors.0 + piece.factors.1 > 0.0);
    if reader.mistakes.len() == before && !comes && held <= 0.0 {
        reader.mistake(origin, "out-of-range", "with this profile no request ever comes", None);
    }
}

/// `slot` and `values`: constant within a slot, repeated.
fn slots(reader: &mut Reader<'_>, fields: &mut Fields<'_>, profile: &mut ProfileText) {
    if !fields.has("values") {
        fields.accept(&["values"]);
        if !["shape", "steps", "ramp", "spike"].iter().any(|form| fields.has(form)) {
            fields.accept(&["slot"]);
        }
        return;
    }
    if !fields.has("slot") {
        fields.missing(reader, "slot", "such as `slot = \"1h\"`");
    }
    let slot = fields.duration(reader, "slot");
    if slot == Some(Nanos::ZERO) {
        let origin = fields.table["slot"].item.origin;
        reader.mistake(origin, "out-of-range", "a slot must be above zero", None);
    }
    let path = fields.at("values");
    let Some(item) = fields.item("values") else { return };
    let Value::Array(items) = &item.value else {
        reader.mistake(item.origin, "wrong-type", "a list of numbers is due here", None);
        return;
    };
    if items.is_empty() {
        reader.mistake(item.origin, "bad-value", "a profile has at least one slot", None);
    }
    let length = slot.unwrap_or(Nanos(1));
    let slot = |(at, item)| {
        let factor = reader.ranged(item, &format!("{path}[{at}]"), factor)?;
        Some(Piece { length, factors: (factor, factor) })
    };
    profile.pieces = items.iter().enumerate().filter_map(slot).collect();
    profile.after = After::Repeat;
}

/// A factor on a rate.
fn factor(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    let factor = fields::quantity(Dimension::Number)(texts, item)?;
    if factor <= LARGEST {
        return Ok(factor);
    }
    Err(Box::new(
        Diagnostic::error("out-of-range", "a factor is a million at most")
            .at(texts.sources, item.origin),
    ))
}

/// Times and factors, in order.
fn points(reader: &mut Reader<'_>, item: &Item, path: &str) -> Option<Vec<(Nanos, f64)>> {
    let help = || Some("such as `[[\"0s\", 1.0], [\"30s\", 1.7]]`".to_owned());
    let Value::Array(items) = &item.value else {
        reader.mistake(item.origin, "wrong-type", "a list of points is due here", help());
        return None;
    };
    if items.is_empty() {
        reader.mistake(item.origin, "bad-value", "a profile has at least one point", help());
        return None;
    }
    let mut points: Vec<(Nanos, f64)> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let pair = if let Value::Array(pair) = &item.value { pair.as_slice() } else { &[] };
        let [at, height] = pair else {
            reader.mistake(item.origin, "wrong-type", "a point is a time and a factor", help());
            continue;
        };
        let path = format!("{path}[{number}]");
        let time = reader.ranged(at, &format!("{path}[0]"), instant);
        let height = reader.ranged(height, &format!("{path}[1]"), factor);
        if let (Some(time), Some(height)) = (time, height) {
            if points.last().is_some_and(|(last, _)| time < *last) {
                reader.mistake(at.origin, "bad-value", "times must not decrease", None);
                continue;
            }
            points.push((time, height));
        }
    }
    (!points.is_empty()).then_some(points)
}

/// A time in a profile: since its beginning, or a time of day.
fn instant(texts: &Texts<'_>, item: &Item) -> Read<Nanos> {
    if item.text().is_some_and(|text| text.contains(':')) {
        return header::time_of_day(texts, item);
    }
    fields::quantity(Dimension::Duration)(texts, item).map(Nanos::from_f64)
}

/// The pieces between points, and the value after the last one.
fn between(points: &[(Nanos, f64)], is_ramp: bool) -> (Vec<Piece>, After) {
    let (mut pieces, mut last) =
        (Vec::new(), points.first().copied().unwrap_or((Nanos::ZERO, 1.0)));
    pieces.push(Piece { length: last.0, factors: (last.1, last.1) });
    for (at, height) in points.iter().skip(1) {
        let end = if is_ramp { *height } else { last.1 };
        pieces.push(Piece { length: Nanos(at.0 - last.0.0), factors: (last.1, end) });
        last = (*at, *height);
    }
    pieces.retain(|piece| piece.length > Nanos::ZERO);
    (pieces, After::Hold(last.1))
}

/// `spike = { at, for, factor }`: multiplies the rate for a while. It belongs to the profile, so a
/// repeating one repeats it.
fn spike(reader: &mut Reader<'_>, outer: &mut Fields<'_>, profile: &mut ProfileText) {
    let Some(mut fields) = outer.inner(reader, "spike") else {
        return;
    };
    for key in ["at", "for", "factor"] {
        if !fields.has(key) {
            let help = "such as `spike = { at = \"30s\", for = \"10s\", factor = 5.0 }`";
            fields.missing(reader, key, help);
        }
    }
    let at = fields.value(reader, "at", instant);
    let width = fields.duration(reader, "for");
    let times = fields.value(reader, "factor", factor);
    if let (Some(at), Some(width), Some(times)) = (at, width, times) {
        let until = at + width;
        if profile.after == After::Repeat && until > length(&profile.pieces) {
            let message = "this spike ends after the profile, which repeats";
            reader.mistake(fields.origin, "out-of-range", message, None);
        } else {
            profile.spike(at, until, times);
        }
    }
    fields.finish(reader);
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_kernel::Time;

    fn seconds(value: f64) -> Nanos {
        Nanos::from_seconds(value)
    }

    fn area(profile: &ProfileText, begin: f64, until: f64) -> f64 {
        let profile = profile.lower((begin * 1e9) as i64).expect("requests come");
        profile.integral(Time::ZERO + seconds(until)) / 1e9
    }

    #[test]
    fn steps_hold_and_ramps_rise() {
        let points = [(seconds(10.0), 1.0), (seconds(20.0), 3.0)];
        for (is_ramp, expected) in [(false, 10.0), (true, 20.0)] {
            let (pieces, after) = between(&points, is_ramp);
            let text = ProfileText { origin: Origin::default(), pieces, after };
            assert!((area(&text, 10.0, 10.0) - expected).abs() < 1e-9);
            assert!((area(&text, 20.0, 10.0) - 30.0).abs() < 1e-9);
            // A lead-in before the beginning, and the time before the first point.
            assert!((area(&text, -5.0, 15.0) - 15.0).abs() < 1e-9);
            assert_eq!(text.held_from(20_000_000_000), Some(3.0));
            assert_eq!(text.held_from(19_000_000_000), None);
        }
    }

    #[test]
    fn a_spike_multiplies_what_is_there() {
        let mut alone =
            ProfileText { origin: Origin::default(), pieces: Vec::new(), after: After::Hold(1.0) };
        alone.spike(seconds(30.0), seconds(40.0), 5.0);
        assert!((area(&alone, 0.0, 60.0) - 100.0).abs() < 1e-9);
        assert!((area(&alone, 35.0, 60.0) - 80.0).abs() < 1e-9);
        let (pieces, after) = between(&[(seconds(0.0), 0.0), (seconds(10.0), 2.0)], true);
        let mut ramp = ProfileText { origin: Origin::default(), pieces, after };
        ramp.spike(seconds(5.0), seconds(15.0), 3.0);
        // 2.5 before it, 3 · 7.5 on the slope, 3 · 10 on the plateau, 10 after it.
        assert!((area(&ramp, 0.0, 20.0) - 65.0).abs() < 1e-9);
        let mut day = ProfileText {
            origin: Origin::default(),
            pieces: shapes::day("diurnal"),
            after: After::Repeat,
        };
        day.spike(seconds(36_000.0), seconds(39_600.0), 2.0);
        assert!((area(&day, 0.0, 86_400.0) - 86_400.0 - 1.31 * 3600.0).abs() < 1e-6);
        assert!((area(&day, 36_000.0 + 86_400.0, 3600.0) - 2.62 * 3600.0).abs() < 1e-6);
    }
}
