//! Phases of a migration as they are studied: with their worlds, and their steps in words.

use crate::document::Document;
use crate::document::fields::Name;
use crate::document::migration::{Copy, PhaseStep, WorkText};
use crate::lower;
use crate::migration::{after, document};
use crate::trace::Traces;
use wssim_experiment::migrate::plan;
use wssim_text::quantity::{Dimension, Quantity};

/// All phases with their worlds; `worlds` are the documents with the overlays of none, of the first, of
/// the first two phases, and so on.
pub(crate) fn phases(worlds: &[(&Document, &Traces)]) -> Vec<plan::PlannedPhase> {
    let Some((base, _)) = worlds.first() else { return Vec::new() };
    let all = &base.migration.phases;
    let pairs = worlds.windows(2).zip(all).enumerate();
    pairs
        .map(|(place, (pair, phase))| {
            let document = document(pair[0].0, pair[1].0, place);
            plan::PlannedPhase {
                id: phase.id.text.clone(),
                title: phase.title.clone(),
                after: after(all, place),
                window: phase.window,
                steps: phase.steps.iter().map(step_name).collect(),
                blueprint: lower::lower(&document, pair[1].1),
            }
        })
        .collect()
}

fn step_name(step: &PhaseStep) -> plan::StepName {
    let text = step.text.clone().unwrap_or_else(|| told(&step.work));
    plan::StepName { id: step.id.clone(), text }
}

/// A short description of a step.
fn told(work: &WorkText) -> String {
    let names = |names: &[Name]| {
        let texts: Vec<&str> = names.iter().take(2).map(|name| name.text.as_str()).collect();
        let more = names.len().saturating_sub(2);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        texts.join(", ") + &more
    };
    let size = |bytes: f64| {
        let text = Quantity { value: bytes, dimension: Dimension::Size }.to_string();
        let unit = text.find(|sign: char| sign.is_alphabetic()).unwrap_or(text.len());
        format!("{} {}", &text[..unit], &text[unit..])
    };
    match work {
        WorkText::Stop(all) => format!("stop {}", names(all)),
        WorkText::Start(all) => format!("start {}", names(all)),
        WorkText::Switch(all) => format!("switch to {}", names(all)),
        WorkText::Dump(service, bytes, _) => format!("dump {}, {}", service.text, size(*bytes)),
        WorkText::Restore(service, bytes, _) => {
            format!("restore {}, {}", service.text, size(*bytes))
        }
        WorkText::Copy(Copy { bytes, from, to, .. }) => {
            format!("copy {}, {} to {}", size(*bytes), from.text, to.text)
        }
        WorkText::People(true, _) => "verify".to_owned(),
        WorkText::People(false, _) => "by hand".to_owned(),
    }
}
