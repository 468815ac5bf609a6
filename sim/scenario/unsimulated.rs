//! Lists the features that are not simulated yet, and the claims that cannot be judged for that reason.

use crate::calls;
use crate::document::Document;
use crate::document::fields::Name;
use crate::document::step::{StepKind, StepText};
use crate::measured;
use crate::migration;
use crate::places;
use crate::renewal;
use crate::source::Sources;
use crate::traefik::passage;
use std::collections::{BTreeMap, BTreeSet};
use wssim_experiment::question::{MetricRef, Study};

/// A feature in a scenario that the model does not simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotSimulated {
    /// Its path, such as `service.ws-company.startup`.
    pub path: String,
    /// The behaviour instead.
    pub reason: String,
}

impl std::fmt::Display for NotSimulated {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", wssim_text::printable(&self.path), self.reason)
    }
}

/// Why studies of a cluster as it stands have no rollouts.
const WITHOUT_ROLLOUTS: &str = "`run` brings it out; here the cluster is as it stands";

/// Features that a search for limits leaves out.
pub(crate) fn at_limits(document: &Document) -> Vec<String> {
    let reason = WITHOUT_ROLLOUTS.to_owned();
    let of = |path| NotSimulated { path, reason: reason.clone() }.to_string();
    document.rollouts.iter().map(|rollout| of(format!("rollout.{}", rollout.id))).collect()
}

/// Everything in a document that is not simulated, in the order of paths.
pub(crate) fn list(document: &Document, sources: &Sources) -> Vec<NotSimulated> {
    let mut out = Vec::new();
    let mut add = |path: String, reason: &str| {
        out.push(NotSimulated { path, reason: reason.to_owned() });
    };
    let orchestrator = &document.orchestrator;
    if orchestrator.detection.is_some() && !orchestrator.replaces() {
        let reason = "nothing marks nodes down here; containers come back where they were";
        add("orchestrator.detection".to_owned(), reason);
    }
    for rollout in document.rollouts.iter().filter(|_| document.at_risk) {
        add(format!("rollout.{}", rollout.id), WITHOUT_ROLLOUTS);
    }
    let passed = passed(document);
    let rest = document.proxy.middlewares.iter().filter(|it| !passed.contains(&it.name));
    for middleware in rest {
        let path = format!("service.{}.labels.middlewares.{}", middleware.owner, middleware.name);
        let (kind, instead) = (&middleware.kind, middleware.kind.instead());
        let place = sources.shortest(middleware.origin);
        let why = if passage::is_simulated(kind) {
            "no call of a proxy passes it"
        } else {
            "not simulated yet"
        };
        let reason = format!("{kind}: {why}; {instead} ({place})");
        add(path, &reason);
    }
    traffic_reasons(document, &mut add);
    service_reasons(document, &mut add);
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

/// [`list`] for the phases of a migration, which also leave out scripted events.
pub(crate) fn in_phases(document: &Document, sources: &Sources) -> Vec<NotSimulated> {
    let mut out = list(&migration::calm(document), sources);
    let faults = document.faults.iter().map(|fault| &fault.id);
    let rollouts = document.rollouts.iter().map(|rollout| &rollout.id);
    out.extend(left_out("fault", faults));
    out.extend(left_out("rollout", rollouts));
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

/// Features of one kind that phases leave out.
fn left_out<'n>(kind: &str, ids: impl ExactSizeIterator<Item = &'n String>) -> Vec<NotSimulated> {
    let reason = format!("phases of a migration know no {kind}s; `run` does");
    if ids.len() > TOLD_APART {
        let reason = format!("{reason} ({} {kind}s)", ids.len());
        return vec![NotSimulated { path: format!("{kind}.*"), reason }];
    }
    ids.map(|id| NotSimulated { path: format!("{kind}.{id}"), reason: reason.clone() }).collect()
}

/// Names of the middlewares in proxies' calls.
fn passed(document: &Document) -> BTreeSet<String> {
    let proxied = passage::proxied(document);
    proxied.into_iter().flat_map(|name| document.proxy.passage(&name).names).collect()
}

fn traffic_reasons(document: &Document, add: &mut impl FnMut(String, &str)) {
    for (name, traffic) in &document.traffic {
        for key in &traffic.unsimulated {
            add(
                format!("traffic.{name}.{key}"),
                "connections are not simulated yet; they are open and cost nothing",
            );
        }
    }
}

/// Most items with the same reason and separate entries.
const TOLD_APART: usize = 3;

fn service_reasons(document: &Document, add: &mut impl FnMut(String, &str)) {
    let mut by_key: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let (moves, renewed) = (places::can_be_replaced(document), renewal::all(document));
    for (at, (name, service)) in document.services.iter().enumerate() {
        let starts = moves || renewed.contains(&at);
        let simulated = |key: &&String| starts && ["image", "volumes"].contains(&key.as_str());
        for key in service.unsimulated.iter().filter(|key| !simulated(key)) {
            by_key.entry(key).or_default().push(name);
        }
        for content in service.endpoints.values() {
            calls::visit(&content.steps, 1.0, true, &mut |step, _, _| step_reasons(step, add));
        }
    }
    for (key, names) in by_key {
        let reason = service_reason(key);
        if names.len() > TOLD_APART {
            let reason = format!("{reason} ({} services)", names.len());
            add(format!("service.*.{key}"), &reason);
            continue;
        }
        for name in names {
            add(format!("service.{name}.{key}"), reason);
        }
    }
}

fn service_reason(key: &str) -> &'static str {
    match key {
        "image" | "volumes" => {
            "nothing is lost or rolled out here: containers are there from the start"
        }
        "mode" => "jobs do not end yet; their containers are there all the time",
        "aliases" | "ports" => {
            "callers name services and users the endpoint that they enter by; ports and aliases are not simulated yet"
        }
        "labels" => {
            "a proxy's rules are not matched; traffic and calls name the endpoint that they go to"
        }
        _ => "connections are not simulated yet; they are open and cost nothing",
    }
}

fn step_reasons(step: &StepText, add: &mut impl FnMut(String, &str)) {
    if let StepKind::Call(call) = &step.kind {
        for key in &call.unsimulated {
            add(format!("{}.{key}", step.path), "not simulated yet; the call is made without it");
        }
    }
}

/// Why `study` cannot judge a claim about `metric`; `None` if it can.
pub(crate) fn why_not(metric: &MetricRef, study: Study) -> Option<String> {
    if let Some((kind, false)) = measured::metric(metric) {
        return Some(format!("`{}` is not measured yet", kind.name));
    }
    let only = measured::only_study(metric).filter(|only| *only != study)?;
    Some(format!("`{}` is measured by `wssim {}` only", metric.name, only.name()))
}

/// Why a claim that needs the paths `needs` cannot be judged; `None` if all of them are simulated, or
/// absent.
pub(crate) fn needed(needs: &[Name], items: &[NotSimulated]) -> Option<String> {
    let is_needed = |item: &&NotSimulated| needs.iter().any(|path| matches(&path.text, &item.path));
    items.iter().find(is_needed).map(ToString::to_string)
}

/// Whether an item is about the value at `path`, or about a table that contains it.
pub(crate) fn lists(items: &[NotSimulated], path: &str) -> bool {
    let plain = |path: &str| path.chars().filter(|c| !"[]\"".contains(*c)).collect::<String>();
    let path = plain(path);
    let ends = path.match_indices('.').map(|(end, _)| end).chain([path.len()]);
    let tables: Vec<&str> = ends.map(|end| &path[..end]).collect();
    items.iter().any(|item| tables.iter().any(|table| matches(&plain(&item.path), table)))
}

/// Whether two paths can be equal, part by part; `*` is any name.
fn matches(a: &str, b: &str) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split('.').collect(), b.split('.').collect());
    let same = |(a, b): (&&str, &&str)| a == b || *a == "*" || *b == "*";
    a.len() == b.len() && a.iter().zip(&b).all(same)
}
