//! A card for each node: its containers, and the fill levels of its processor, RAM and swap.

use super::context::{CommandContext, PlanShown};
use super::markup::Html;
use crate::figure::bar;
use crate::quantity;
use wssim_experiment::findings::{Answer, Findings};
use wssim_experiment::part::is_of_part;
use wssim_stats::Estimate;

pub(super) fn section(html: &mut Html, findings: &Findings, told: &CommandContext) {
    if told.plans.iter().all(|plan| plan.placements.is_empty()) {
        return;
    }
    html.section("topology", "Topology", |html| {
        for (place, plan) in told.plans.iter().enumerate() {
            if told.plans.len() > 1 {
                html.leaf("h3", "", &plan.name);
            }
            html.block("div", "cards", |html| nodes(html, findings, (place, plan)));
        }
    });
}

fn nodes(html: &mut Html, findings: &Findings, (place, plan): (usize, &PlanShown)) {
    let known = |node: &str, metric: &str| number(findings, place, (metric, node));
    for (node, [ram, swap]) in &plan.memory {
        let placement = plan.placements.iter().find(|one| one.node.as_ref() == Some(node));
        let containers = placement.map_or(&[][..], |one| one.containers.as_slice());
        html.block("div", "card", |html| {
            html.leaf("h4", "", node);
            if let Some(cpu) = known(node, "node_cpu_utilization_ratio") {
                gauge(html, "CPU", cpu.mean, &quantity::plus_minus(&cpu, "ratio"));
            }
            for (name, metric, whole) in
                [("RAM", "node_memory_used_bytes", *ram), ("swap", "node_swap_used_bytes", *swap)]
            {
                let used = known(node, metric).filter(|_| whole.is_finite() && whole > 0.0);
                if let Some(used) = used {
                    let text = format!(
                        "{} of {}",
                        quantity::centre(&used, "bytes"),
                        quantity::plain(whole, "bytes", false)
                    );
                    gauge(html, name, used.mean / whole, &text);
                }
            }
            listed(html, containers);
        });
    }
    let nowhere = plan.placements.iter().find(|one| one.node.is_none());
    if let Some(pending) = nowhere {
        html.block("div", "card bad", |html| {
            html.leaf("h4", "", "no node");
            listed(html, &pending.containers);
        });
    }
}

fn gauge(html: &mut Html, name: &str, share: f64, text: &str) {
    html.block("p", "gauge", |html| {
        html.leaf("span", "", name);
        html.leaf("span", "number", text);
        html.markup(&bar(share, &format!("{name} {text}")));
    });
}

fn listed(html: &mut Html, containers: &[String]) {
    let title = match containers.len() {
        1 => "1 container".to_owned(),
        many => format!("{many} containers"),
    };
    html.folded(&title, |html| html.leaf("p", "containers", &containers.join(", ")));
}

/// The number of a node in the plan at `place`.
fn number(findings: &Findings, place: usize, (name, node): (&str, &str)) -> Option<Estimate> {
    let is_of = |labels: &[(&'static str, String)]| {
        !is_of_part(labels) && labels.iter().any(|(label, value)| *label == "node" && value == node)
    };
    if let Answer::Compare(comparison) = &findings.answer {
        let row = comparison.rows.iter().find(|row| row.name == name && is_of(&row.labels))?;
        return match place.checked_sub(1) {
            None => row.before,
            Some(other) => row.others.get(other)?.after,
        };
    }
    let mut metrics = findings.metrics.iter();
    metrics.find(|metric| metric.name == name && is_of(&metric.labels))?.estimate
}
