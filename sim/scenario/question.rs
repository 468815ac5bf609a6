//! Makes the [`Question`](wssim_experiment::question::Question) of a document: measurement, claims in
//! base units, uncertain inputs.

use crate::check;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::claim::{self, Bound, ClaimText, Expect};
use crate::length::shown;
use crate::measured;
use crate::parts;
use crate::places;
use crate::renewal;
use crate::source::{Origin, SourceText, Sources};
use crate::unsimulated::{self, NotSimulated};
use wssim_experiment::failures::years::MANAGERS;
use wssim_experiment::metric::{self, MetricKind, PLANNED, STATS, reasons, table};
use wssim_experiment::part::{FROM, TO};
use wssim_experiment::question::{Claim, Expected, Measure, MeasureKind, MetricRef, Study};
use wssim_kernel::Nanos;
use wssim_model::probe::OutOfMemory;
use wssim_text::quantity::{self, Dimension};
use wssim_text::suggest;

/// How a replication is measured.
pub(crate) fn measure(document: &Document) -> Measure {
    let header = &document.header;
    let duration = header.duration.unwrap_or(check::DURATION);
    let kind = if check::is_window(document) {
        MeasureKind::Window { lead_in: header.lead_in.unwrap_or(Nanos::ZERO) }
    } else {
        MeasureKind::Steady { warm_up: header.warm_up }
    };
    let slot = header.slot.unwrap_or(Nanos((duration.0 / 100).max(1)));
    Measure { kind, duration, slot }
}

/// Defaults of `[scenario]`.
pub(crate) fn header_defaults(document: &Document) -> Vec<(String, String)> {
    let header = &document.header;
    let measure = measure(document);
    let kind = if check::is_window(document) { "window" } else { "steady" };
    [
        ("scenario.kind", header.kind.is_none(), kind.to_owned()),
        ("scenario.duration", header.duration.is_none(), shown(measure.duration)),
        ("scenario.slot", header.slot.is_none(), shown(measure.slot)),
        ("scenario.warmup", kind == "steady" && header.warm_up_origin.is_none(), "auto".to_owned()),
        ("scenario.lead_in", kind == "window" && header.lead_in.is_none(), "0s".to_owned()),
    ]
    .into_iter()
    .filter(|(_, left_out, _)| *left_out)
    .map(|(path, _, value)| (path.to_owned(), value))
    .collect()
}

/// The claims, and the mistakes in them.
pub(crate) fn claims(
    document: &Document,
    items: &[NotSimulated],
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Claim> {
    let mut judge = Claims { document, sources, mistakes };
    document
        .claims
        .iter()
        .filter_map(|text| {
            let (mut metric, origin) = text.metric.clone()?;
            let lost = text.nodes_lost.map(|nodes| ("nodes_lost".to_owned(), nodes.to_string()));
            let kind = judge.metric(&metric, origin);
            judge.part(&mut metric, text.study, origin, text.ends)?;
            let expected = judge.expected(text, kind.map(|(kind, _)| kind));
            if text.nodes_lost.is_some_and(|lost| lost as usize > document.nodes.len()) {
                let message = format!("there are {} nodes to lose", document.nodes.len());
                judge.mistake(text.origin, "out-of-range", message, None);
            }
            let _ = kind?;
            metric.labels.extend(lost);
            Some(Claim {
                id: text.id.clone(),
                text: text.text.clone(),
                source: text.source.clone(),
                not_simulated: unsimulated::why_not(&metric, text.study)
                    .or_else(|| unsimulated::needed(&text.needs, items)),
                metric,
                expected: expected?,
                relative_to: text.relative_to.as_ref().map(|name| name.text.clone()),
                study: text.study,
                observed: text.observed,
            })
        })
        .collect()
}

/// The metric that the flag `shown` names, and the mistakes in it.
pub(crate) fn metric_of_flag(
    document: &Document,
    shown: &str,
    text: &str,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<MetricRef> {
    let (sources, origin) = flag(shown, text);
    let Some(mut metric) = claim::metric(text) else {
        let message = format!("`{text}` is not a metric");
        let help = "expected a metric such as `response_time_seconds{entry=\"web\", stat=\"p95\"}`";
        let diagnostic = Diagnostic::error("bad-metric", message).help(help);
        mistakes.push(diagnostic.at(&sources, origin));
        return None;
    };
    let mut judge = Claims { document, sources: &sources, mistakes };
    judge.metric(&metric, origin)?;
    judge.part(&mut metric, Study::Run, origin, [None; 2])?;
    if let Some(why) = unsimulated::why_not(&metric, Study::Run) {
        judge.mistake(origin, "not-measured", why, None);
        return None;
    }
    Some(metric)
}

/// A limit of `metric` given by the flag `shown` as `text`, in the base unit.
pub(crate) fn limit_of_flag(
    document: &Document,
    shown: &str,
    text: &str,
    metric: &MetricRef,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<f64> {
    let (sources, origin) = flag(shown, text);
    let quantity = match quantity::parse(text) {
        Ok(quantity) => quantity,
        Err(flaw) => {
            let diagnostic = Diagnostic::error("bad-quantity", flaw.message).maybe_help(flaw.help);
            mistakes.push(diagnostic.at(&sources, origin));
            return None;
        }
    };
    let bound = Bound { value: quantity.value, dimension: quantity.dimension, origin };
    let kind = metric::kind_of(&metric.name)?;
    let mut judge = Claims { document, sources: &sources, mistakes };
    judge.bound(bound, kind, false).map(|(value, _)| value)
}

/// The text of a flag as a source.
fn flag(shown: &str, text: &str) -> (Sources, Origin) {
    let mut sources = Sources::default();
    let number = sources.add(SourceText::of_flag(shown, text));
    let origin = Origin { source: number, start: 0, end: text.len() as u32 };
    (sources, origin)
}

struct Claims<'a> {
    document: &'a Document,
    sources: &'a Sources,
    mistakes: &'a mut Vec<Diagnostic>,
}

impl Claims<'_> {
    fn mistake(
        &mut self,
        origin: Origin,
        code: &'static str,
        message: String,
        help: Option<String>,
    ) {
        self.mistakes
            .push(Diagnostic::error(code, message).at(self.sources, origin).maybe_help(help));
    }

    /// The kind of metric, if it exists; also checks its labels.
    fn metric(
        &mut self,
        metric: &MetricRef,
        origin: Origin,
    ) -> Option<(&'static MetricKind, bool)> {
        let text = self.sources.text(origin).trim_matches(['"', '\'']).to_owned();
        let place = |part: &str| match text.find(part) {
            Some(at) => self.sources.inside(origin, &text, at, part.len()),
            None => origin,
        };
        let Some((kind, measured)) = measured::metric(metric) else {
            let all = table().map(|row| &row.kind).chain(PLANNED).map(|kind| kind.name);
            let hint = suggest::hint(&metric.name, all.collect::<Vec<_>>());
            let at = place(&metric.name);
            self.mistake(
                at,
                "unknown-metric",
                format!("no metric is named `{}`", metric.name),
                hint,
            );
            return None;
        };
        let places: Vec<(Origin, Origin)> = metric
            .labels
            .iter()
            .map(|(key, value)| (place(key), place(&format!("\"{value}\""))))
            .collect();
        for ((key, value), (key_at, value_at)) in metric.labels.iter().zip(places) {
            if [FROM, TO].contains(&key.as_str()) {
                continue;
            }
            if !kind.labels.contains(&key.as_str()) {
                let message = format!("`{}` has no label `{key}`", kind.name);
                self.mistake(
                    key_at,
                    "unknown-label",
                    message,
                    suggest::hint(key, kind.labels.to_vec()),
                );
                continue;
            }
            self.label(metric, key, value, value_at);
        }
        Some((kind, measured))
    }

    /// Resolves the part named by the labels of `metric` at `origin`, and writes the labels in canonical
    /// form; `None` for a mistake. `ends` are the places of its ends, if not in the metric.
    fn part(
        &mut self,
        metric: &mut MetricRef,
        study: Study,
        origin: Origin,
        ends: [Option<Origin>; 2],
    ) -> Option<()> {
        let as_written = metric.labels.clone();
        let Err(parts::Wrong { end, code, message, help }) =
            parts::read(self.document, metric, study)
        else {
            return Some(());
        };
        let text = self.sources.text(origin).trim_matches(['"', '\'']).to_owned();
        let within = as_written.get([FROM, TO][end]).and_then(|moment| {
            let at = text.rfind(moment.as_str())?;
            Some(self.sources.inside(origin, &text, at, moment.len()))
        });
        self.mistake(ends[end].or(within).unwrap_or(origin), code, message, help);
        None
    }

    fn label(&mut self, metric: &MetricRef, key: &str, value: &str, at: Origin) {
        let document = self.document;
        let service = metric.labels.get("service").and_then(|name| document.services.get(name));
        let owned = |text: &&str| (*text).to_owned();
        let known: Vec<String> = match key {
            "entry" => document.traffic.keys().cloned().chain(["all".to_owned()]).collect(),
            // Nodes and services may be added by a phase.
            "node" if measured::only_study(metric) == Some(Study::Migrate) => return,
            "phase" => {
                let phases = document.migration.phases.iter().map(|phase| phase.id.text.clone());
                phases.chain([metric::ALL.to_owned()]).collect()
            }
            "step" => {
                let phases = document.migration.phases.iter();
                phases.flat_map(|phase| &phase.steps).map(|step| step.id.clone()).collect()
            }
            "service" => document.services.keys().cloned().collect(),
            "caller" => document.services.keys().cloned().chain(["all".to_owned()]).collect(),
            "node" => {
                let kind = metric::kind_of(&metric.name);
                let has_all = kind.is_some_and(|kind| kind.of_all_nodes)
                    || measured::only_study(metric) == Some(Study::Capacity);
                let all = has_all.then(|| metric::ALL.to_owned());
                document.nodes.keys().cloned().chain(all).collect()
            }
            "stat" => STATS.iter().map(owned).collect(),
            "reason" => reasons().map(str::to_owned).collect(),
            "group" => {
                let mut groups: Vec<String> = document.groups.keys().cloned().collect();
                groups
                    .extend((!document.groups.contains_key(MANAGERS)).then(|| MANAGERS.to_owned()));
                groups
            }
            "nodes_lost" => (1..=document.nodes.len()).map(|nodes| nodes.to_string()).collect(),
            "by" if metric.name == "oom_kills_total" => {
                let short = OutOfMemory::ALL.map(OutOfMemory::name).into_iter();
                short.chain([metric::ALL]).map(str::to_owned).collect()
            }
            "by" => ["cpu", "ram", "scheduler"].iter().map(owned).collect(),
            "direction" => ["rx", "tx"].iter().map(owned).collect(),
            "endpoint" => match service {
                Some(service) => {
                    service.endpoints.keys().cloned().chain(["all".to_owned()]).collect()
                }
                None => return,
            },
            "queue" => match service {
                Some(service) => {
                    service.pools.keys().cloned().chain(["workers".to_owned()]).collect()
                }
                None => return,
            },
            "stack" => document.rollouts.iter().map(renewal::deployed).collect(),
            "replica" => match service {
                Some(service) => {
                    let place = document.services.keys().position(|name| {
                        metric.labels.get("service").is_some_and(|asked| asked == name)
                    });
                    let added = place.map_or(0, |at| places::of(document).added_to(at));
                    (1..=service.replicas + added as u32)
                        .map(|replica| replica.to_string())
                        .collect()
                }
                None => return,
            },
            _ => return,
        };
        if !known.iter().any(|name| name == value) {
            let hint = suggest::hint(value, known.iter().map(String::as_str).collect::<Vec<_>>());
            self.mistake(at, "unknown-label-value", format!("no {key} is named `{value}`"), hint);
        }
    }

    fn expected(
        &mut self,
        text: &ClaimText,
        kind: Option<&'static MetricKind>,
    ) -> Option<Expected> {
        let change = text.relative_to.is_some();
        let expect = text.expect.as_ref()?;
        let kind = kind?;
        match expect {
            Expect::Point(point) => {
                let (value, relative) = self.bound(*point, kind, change)?;
                let width = 0.1 * value.abs();
                Some(Expected {
                    min: Some(value - width),
                    max: Some(value + width),
                    relative,
                    point: true,
                })
            }
            Expect::Range(min, max) => {
                let low = min.map(|bound| self.bound(bound, kind, change));
                let high = max.map(|bound| self.bound(bound, kind, change));
                if low == Some(None) || high == Some(None) {
                    return None;
                }
                let (low, high) = (low.flatten(), high.flatten());
                let origin = min.or(*max).map_or(text.origin, |bound| bound.origin);
                if let (Some((a, a_relative)), Some((b, b_relative))) = (low, high) {
                    if a_relative != b_relative {
                        let message = "one bound is a share and the other is not".to_owned();
                        self.mistake(origin, "contradiction", message, None);
                        return None;
                    }
                    if a > b {
                        let message = "`min` is above `max`".to_owned();
                        let help =
                            (a < 0.0).then(|| "of two reductions the greater is `min`".to_owned());
                        self.mistake(origin, "contradiction", message, help);
                        return None;
                    }
                }
                let relative = low.or(high).is_some_and(|(_, relative)| relative);
                let (min, max) = (low.map(|(value, _)| value), high.map(|(value, _)| value));
                Some(Expected { min, max, relative, point: false })
            }
        }
    }

    /// A bound in the metric's base unit, and whether it is a share of the other arm's value.
    fn bound(&mut self, bound: Bound, kind: &MetricKind, change: bool) -> Option<(f64, bool)> {
        let value = bound.value;
        if change && bound.dimension == Dimension::Percent {
            return Some((value, true));
        }
        let (converted, due) = match kind.unit {
            "seconds" => (
                (bound.dimension == Dimension::Duration).then_some(value / 1e9),
                Dimension::Duration.expected(),
            ),
            "bytes" => {
                ((bound.dimension == Dimension::Size).then_some(value), Dimension::Size.expected())
            }
            "1/s" => {
                ((bound.dimension == Dimension::Rate).then_some(value), Dimension::Rate.expected())
            }
            "ratio" => (
                matches!(bound.dimension, Dimension::Number | Dimension::Percent).then_some(value),
                "a share such as 0.15 or `\"15%\"`",
            ),
            _ => {
                ((bound.dimension == Dimension::Number).then_some(value), "a number without a unit")
            }
        };
        if converted.is_none() {
            let message = format!("`{}` is in {}", kind.name, kind.unit);
            self.mistake(bound.origin, "wrong-unit", message, Some(format!("expected {due}")));
        } else if value < 0.0 && !change {
            let message = format!("`{}` is never negative", kind.name);
            self.mistake(
                bound.origin,
                "out-of-range",
                message,
                Some("a change has `relative_to`".to_owned()),
            );
            return None;
        }
        converted.map(|value| (value, false))
    }
}
