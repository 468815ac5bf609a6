//! Checks parts of the measured stretch in claims and flags against the scenario: its length, faults,
//! rollouts.

use crate::check;
use crate::document::Document;
use crate::document::fault::FaultText;
use crate::document::part::{FORM, moment, written};
use crate::measured;
use wssim_experiment::part::{Anchor, FROM, MeasuredPart, NoMoment, PartMoment, Struck, TO};
use wssim_experiment::question::{MetricRef, Study};
use wssim_kernel::Nanos;
use wssim_text::quantity::{self, Dimension};
use wssim_text::suggest;

/// A mistake in a part.
pub(crate) struct Wrong {
    /// The end with the mistake: 0 for the start, or 1.
    pub end: usize,
    pub code: &'static str,
    pub message: String,
    pub help: Option<String>,
}

impl Wrong {
    fn of(end: usize, code: &'static str, message: impl Into<String>) -> Self {
        Self { end, code, message: message.into(), help: None }
    }
}

/// Resolves the part named by the labels of `metric`, and writes the labels in canonical form.
///
/// # Errors
/// The mistake, or why the metric has no parts.
pub(crate) fn read(document: &Document, metric: &mut MetricRef, study: Study) -> Result<(), Wrong> {
    write(metric)?;
    let Some(part) = &metric.part else { return Ok(()) };
    let first = usize::from(part.from.is_none());
    let only = measured::only_study(metric);
    if let Some(study) = only.or_else(|| (!Study::Compare.judges(study)).then_some(study)) {
        let message = format!(
            "`{}` is taken of no part of a stretch: `wssim {}` measures it",
            metric.name,
            study.name()
        );
        let help = "`from` and `to` are about what `wssim run` measures".to_owned();
        return Err(Wrong { help: Some(help), ..Wrong::of(first, "no-part", message) });
    }
    let duration = document.header.duration.unwrap_or(check::DURATION);
    let at = |end: usize, moment: &Option<PartMoment>, otherwise: Nanos| match moment {
        Some(moment) => instant(document, moment, end),
        None => Ok(otherwise),
    };
    let from = at(0, &part.from, Nanos::ZERO)?;
    let to = at(1, &part.to, duration)?;
    let is_over = [from >= duration, to > duration];
    if let Some(end) = is_over.iter().position(|is_over| *is_over) {
        let over = written(&PartMoment { anchor: Anchor::Begin, after: duration });
        let message = format!("the measured stretch is over after {over}");
        return Err(Wrong::of(end, "out-of-range", message));
    }
    if from >= to {
        return Err(Wrong::of(first, "contradiction", "the part begins no earlier than it ends"));
    }
    Ok(())
}

/// Parses the labels `from` and `to` of `metric` as its part, and writes them in canonical form.
///
/// # Errors
/// When one of them is not a moment.
pub(crate) fn write(metric: &mut MetricRef) -> Result<(), Wrong> {
    let mut found = [None, None];
    for (end, label) in [FROM, TO].into_iter().enumerate() {
        let Some(text) = metric.labels.get_mut(label) else { continue };
        let moment = moment(text).map_err(|why| {
            let message = format!("`{text}` is no moment of the measured stretch: {why}");
            Wrong {
                help: Some(format!("expected {FORM}")),
                ..Wrong::of(end, "bad-moment", message)
            }
        })?;
        *text = written(&moment);
        found[end] = Some(moment);
    }
    let [from, to] = found;
    metric.part = (from.is_some() || to.is_some()).then(|| Box::new(MeasuredPart { from, to }));
    Ok(())
}

/// The fault of `name - 5s`, which is parsed as an unknown name.
fn before(name: &str) -> Option<&str> {
    let (fault, ago) = name.rsplit_once('-')?;
    let is_time = quantity::parse(ago).is_ok_and(|it| it.dimension == Dimension::Duration);
    is_time.then(|| fault.trim_end())
}

fn instant(document: &Document, moment: &PartMoment, end: usize) -> Result<Nanos, Wrong> {
    let struck = |fault: &'_ FaultText| (fault.mtbf.is_none()).then_some(fault.at);
    let find = |name: &str| {
        let fault = document.faults.iter().find(|fault| fault.id == name)?;
        Some(Struck { at: struck(fault), repair: fault.repair.as_ref() })
    };
    let begin = |name: &str| {
        let rollout = document.rollouts.iter().find(|rollout| rollout.id == name)?;
        Some(rollout.at)
    };
    let (kind, name) = match &moment.anchor {
        Anchor::Begin => return Ok(moment.after),
        Anchor::Fault(name) | Anchor::Repair(name) => ("fault", name),
        Anchor::Rollout(name) => ("rollout", name),
    };
    moment.instant(find, begin).map_err(|why| {
        let known: Vec<&str> = match kind {
            "fault" => document.faults.iter().map(|fault| fault.id.as_str()).collect(),
            _ => document.rollouts.iter().map(|rollout| rollout.id.as_str()).collect(),
        };
        let is_before =
            why == NoMoment::Unknown && before(name).is_some_and(|of| known.contains(&of));
        if is_before {
            let message = "a moment lies not before what it counts from";
            return Wrong {
                help: Some(format!("expected {FORM}")),
                ..Wrong::of(end, "bad-moment", message)
            };
        }
        let message = match why {
            NoMoment::Unknown => format!("no {kind} is named `{name}`"),
            NoMoment::Drawn => format!("the fault `{name}` comes at times that are drawn"),
            NoMoment::NotRepaired => format!("the fault `{name}` is not repaired"),
            NoMoment::RepairDrawn => format!("how long the repair of `{name}` takes is drawn"),
        };
        let is_unknown = why == NoMoment::Unknown;
        let code = match (is_unknown, kind) {
            (false, _) => "no-moment",
            (true, "fault") => "unknown-fault",
            (true, _) => "unknown-rollout",
        };
        let hint = || suggest::hint(name, known);
        Wrong { help: is_unknown.then(hint).flatten(), ..Wrong::of(end, code, message) }
    })
}
