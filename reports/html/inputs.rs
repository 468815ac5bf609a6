//! Inputs: every input with its source or the word assumption, warnings, features not simulated, and the
//! command that reproduces the numbers.

use super::context::{CommandContext, PlanShown};
use super::markup::Html;
use crate::wording;
use std::collections::BTreeMap;
use wssim_experiment::findings::Findings;
use wssim_experiment::input::{Basis, Input};

pub(super) fn section(html: &mut Html, findings: &Findings, told: &CommandContext) {
    html.section("basis", "What this rests on", |html| {
        for (place, plan) in told.plans.iter().enumerate() {
            match place.checked_sub(1).and(told.plans.first()) {
                None => inputs(
                    html,
                    &format!("Inputs of {}", plan.name),
                    &plan.inputs.iter().collect::<Vec<_>>(),
                ),
                Some(first) => others(html, plan, first),
            }
        }
        for plan in told.plans.iter().filter(|plan| !plan.warnings.is_empty()) {
            let title = format!("{}: to heed ({})", plan.name, plan.warnings.len());
            html.folded(&title, |html| html.list("", &plan.warnings));
        }
        headed(html, "Known, not simulated", &findings.not_simulated);
        headed(html, "Notes", &wording::notes(findings));
        if !told.call.is_empty() {
            html.leaf("h3", "", "The same numbers again");
            html.leaf("pre", "call", &told.call);
        }
    });
}

fn headed(html: &mut Html, title: &str, items: &[String]) {
    if !items.is_empty() {
        html.leaf("h3", "", title);
        html.list("", items);
    }
}

/// Differences of a scenario from the first.
fn others(html: &mut Html, plan: &PlanShown, first: &PlanShown) {
    let known: BTreeMap<&str, &str> =
        first.inputs.iter().map(|input| (input.path.as_str(), input.value.as_str())).collect();
    let is_other = |input: &&Input| known.get(input.path.as_str()) != Some(&input.value.as_str());
    let others: Vec<&Input> = plan.inputs.iter().filter(is_other).collect();
    inputs(html, &format!("What {} says otherwise", plan.name), &others);
}

/// Inputs by basis; decisions last.
fn inputs(html: &mut Html, title: &str, inputs: &[&Input]) {
    if inputs.is_empty() {
        return;
    }
    html.leaf("h3", "", title);
    for (name, is_of) in [
        ("With a source", (|basis| matches!(basis, Basis::Source(_))) as fn(&Basis) -> bool),
        ("Assumptions", |basis| matches!(basis, Basis::Assumption(_))),
        ("Decisions: names, choices, what stack files deploy", |basis| *basis == Basis::Decision),
    ] {
        let of: Vec<&&Input> = inputs.iter().filter(|input| is_of(&input.basis)).collect();
        if !of.is_empty() {
            html.folded(&format!("{name} ({})", of.len()), |html| table(html, &of));
        }
    }
}

fn table(html: &mut Html, inputs: &[&&Input]) {
    html.block("div", "wide", |html| {
        html.block("table", "inputs", |html| {
            html.element("tbody", &[], |html| inputs.iter().for_each(|input| row(html, input)));
        });
    });
}

fn row(html: &mut Html, input: &Input) {
    let rests = match &input.basis {
        Basis::Source(source) => source.clone(),
        Basis::Assumption(None) => "assumption".to_owned(),
        Basis::Assumption(Some(reason)) => format!("assumption: {reason}"),
        Basis::Decision => String::new(),
    };
    let value = match &input.range {
        Some(range) => format!("{} in {range}", input.value),
        None => input.value.clone(),
    };
    html.element("tr", &[], |html| {
        html.leaf("th", "", &input.path);
        html.leaf("td", "", &value);
        html.leaf("td", "", &rests);
        html.leaf("td", "faint", &input.place);
    });
}
