//! Parts of the measured stretch as text: `60s`, `fault crash`, `repair crash + 30s`, `rollout deploy`.

use super::fields::{self, Fields, Name, Reader};
use wssim_experiment::part::{Anchor, FROM, PartMoment, TO};
use wssim_experiment::question::MetricRef;
use wssim_kernel::Nanos;
use wssim_text::quantity::{self, Dimension};

/// The form of a moment, for messages.
pub(crate) const FORM: &str =
    "a time such as `60s`, `fault NAME`, `repair NAME`, `rollout NAME`, or one of these `+ 30s`";

/// Makes an anchor of a name.
type Anchored = fn(String) -> Anchor;

/// Anchors other than the beginning.
const ANCHORS: [(&str, Anchored); 3] =
    [("fault", Anchor::Fault), ("repair", Anchor::Repair), ("rollout", Anchor::Rollout)];

/// Parses a moment; `Err` is the mistake.
pub(crate) fn moment(text: &str) -> Result<PartMoment, String> {
    let text = text.trim();
    let found = ANCHORS.iter().find_map(|(word, anchor)| {
        let rest = text.strip_prefix(word)?.strip_prefix(' ')?;
        Some((rest, anchor))
    });
    let Some((rest, anchor)) = found else {
        return Ok(PartMoment { anchor: Anchor::Begin, after: duration(text)? });
    };
    let (name, after) = match rest.rsplit_once('+') {
        Some((name, after)) => (name, duration(after)?),
        None => (rest, Nanos::ZERO),
    };
    Ok(PartMoment { anchor: anchor(name.trim().to_owned()), after })
}

/// Units of moments, largest first, in nanoseconds.
const UNITS: [(u64, &str); 6] = [
    (3_600_000_000_000, "h"),
    (60_000_000_000, "min"),
    (1_000_000_000, "s"),
    (1_000_000, "ms"),
    (1_000, "us"),
    (1, "ns"),
];

/// The canonical text of a moment: durations in the largest unit of which they are a whole number.
pub(crate) fn written(moment: &PartMoment) -> String {
    let ns = moment.after.0;
    let unit = UNITS.iter().find(|(unit, _)| ns > 0 && ns.is_multiple_of(*unit));
    let after = unit.map_or_else(|| "0s".to_owned(), |(unit, name)| format!("{}{name}", ns / unit));
    let since = match &moment.anchor {
        Anchor::Begin => return after,
        Anchor::Fault(name) => format!("fault {name}"),
        Anchor::Repair(name) => format!("repair {name}"),
        Anchor::Rollout(name) => format!("rollout {name}"),
    };
    if ns == 0 { since } else { format!("{since} + {after}") }
}

fn duration(text: &str) -> Result<Nanos, String> {
    let quantity = quantity::parse(text).map_err(|flaw| flaw.message)?;
    match quantity.dimension {
        Dimension::Duration if quantity.value >= 0.0 => Ok(Nanos::from_f64(quantity.value)),
        Dimension::Duration => Err("a moment lies not before what it counts from".to_owned()),
        _ => Err(format!("`{}` is no time", text.trim())),
    }
}

/// Moves `from …`, `to …` or both, as they may follow a metric, into its labels; `None` for other text,
/// or if the labels have them already.
pub(super) fn behind(metric: &mut MetricRef, text: &str) -> Option<()> {
    let text = text.trim();
    let (from, to) = match (text.strip_prefix("from "), text.strip_prefix("to ")) {
        (Some(rest), _) => match rest.rsplit_once(" to ") {
            Some((from, to)) => (Some(from), Some(to)),
            None => (Some(rest), None),
        },
        (None, Some(rest)) => (None, Some(rest)),
        (None, None) if text.is_empty() => (None, None),
        (None, None) => return None,
    };
    for (end, moment) in [(FROM, from), (TO, to)] {
        if let Some(moment) = moment.map(str::trim) {
            let before = metric.labels.insert(end.to_owned(), moment.to_owned());
            if moment.is_empty() || before.is_some() {
                return None;
            }
        }
    }
    Some(())
}

/// Reads `from` or `to` of a claim: a text, or `{ fault = "NAME", after = "30s" }`.
pub(super) fn key(
    reader: &mut Reader<'_>,
    outer: &mut Fields<'_>,
    key: &'static str,
) -> Option<Name> {
    if outer.table.get(key)?.item.table().is_none() {
        return outer.name(reader, key);
    }
    let mut fields = outer.inner(reader, key)?;
    let origin = fields.origin;
    let mut anchors = Vec::new();
    for (word, anchor) in ANCHORS {
        anchors.extend(fields.name(reader, word).map(|name| (anchor(name.text), name.origin)));
    }
    let after = fields.item("after").and_then(|item| {
        let read = fields::quantity(Dimension::Duration)(&reader.texts, item);
        reader.keep(read)
    });
    fields.finish(reader);
    let (Some((anchor, at)), true) = (anchors.pop(), anchors.is_empty()) else {
        let message = format!("`{key}` has one of `fault`, `repair` and `rollout`");
        reader.mistake(origin, "contradiction", message, Some(format!("expected {FORM}")));
        return None;
    };
    let moment = PartMoment { anchor, after: Nanos::from_f64(after.unwrap_or(0.0)) };
    Some(Name { text: written(&moment), origin: at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_or_that_of_a_fault_or_rollout() {
        let again = |text: &str| moment(text).map(|moment| written(&moment));
        for (text, same) in [
            ("0s", "0s"),
            ("60s", "1min"),
            ("0.25s", "250ms"),
            ("7200s", "2h"),
            ("fault crash", "fault crash"),
            ("fault  two words+0.5min", "fault two words + 30s"),
            ("repair crash + 1500ms", "repair crash + 1500ms"),
            ("rollout deploy +300s", "rollout deploy + 5min"),
        ] {
            assert_eq!(again(text).as_deref(), Ok(same), "{text}");
            assert_eq!(again(same).as_deref(), Ok(same), "one moment has one text");
        }
        for text in ["", "crash", "5 MB", "-5s", "fault crash + 5", "fault crash + x", "rollouts x"]
        {
            assert!(moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_part_may_stand_behind_a_metric() {
        let of = |text: &str| {
            let mut metric = MetricRef::default();
            behind(&mut metric, text)?;
            let end = |end: &str| metric.labels.get(end).cloned().unwrap_or_default();
            Some([end(FROM), end(TO)])
        };
        let ends = |from: &str, to: &str| Some([from.to_owned(), to.to_owned()]);
        assert_eq!(of(" from 60s to fault a + 5s"), ends("60s", "fault a + 5s"));
        assert_eq!(of("from repair a"), ends("repair a", ""));
        assert_eq!(of("to 2min"), ends("", "2min"));
        assert_eq!(of(""), ends("", ""));
        assert_eq!(of("until 2min"), None);
    }
}
