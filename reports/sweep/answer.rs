//! The headlines of a sweep.

use super::limits::of_objectives;
use super::wording::{along, capital, difference, long, place, with};
use crate::quantity;
use crate::reason;
use wssim_experiment::sweep::findings::{GridChange, Jump, PointFinding, Sweep};

/// The headlines, most important first; at most two sentences.
pub(crate) fn answer(sweep: &Sweep) -> Vec<String> {
    let mut sentences = Vec::new();
    if sweep.worlds == 1 && sweep.points.len() > 1 {
        let paths: Vec<&str> = sweep.parameters.iter().map(|one| one.path.as_str()).collect();
        sentences.push(format!(
            "Nothing changes: every point is the same world, {} has no effect here.",
            paths.join(" with ")
        ));
        return sentences;
    }
    let is_told = |point: &PointFinding| point.replications > 0 || point.overfull.is_some();
    if !sweep.points.iter().any(is_told) {
        return sentences;
    }
    sentences.extend(of_objectives(sweep));
    sentences.extend(no_steady_state(sweep));
    if sentences.is_empty() || sweep.objectives.is_empty() {
        sentences.extend(leading(sweep));
    }
    sentences
}

/// The first point of a row without a steady state, and the overloaded resource.
fn no_steady_state(sweep: &Sweep) -> Option<String> {
    let is_lost = |point: &usize| !sweep.points[*point].is_steady();
    let lost = sweep.points.iter().filter(|point| !point.is_steady()).count();
    let first = sweep.rows.iter().find_map(|row| row.iter().copied().find(is_lost))?;
    let point = &sweep.points[first];
    let overload = point.overloads.first().map(reason::overload);
    let why = overload.or_else(|| point.overfull.map(reason::at_point))?;
    let many = match lost {
        1 => String::new(),
        all if all == sweep.points.len() => " as at every point".to_owned(),
        all => format!(" (as at {all} of {} points)", sweep.points.len()),
    };
    Some(format!("At {}{many} {why}.", place(sweep, first)))
}

/// The course of the first number.
fn leading(sweep: &Sweep) -> Option<String> {
    let (at, change) = sweep.changes.iter().enumerate().find(|(_, one)| one.extremes.is_some())?;
    let told = change.column.as_ref()?;
    let [least, most] = change.extremes?;
    let number = |point: usize| {
        let metric = sweep.points[point].metrics[at].as_ref();
        let estimate = metric.and_then(|metric| metric.estimate.as_ref());
        estimate.map_or_else(String::new, |estimate| quantity::centre(estimate, told.unit))
    };
    let what = capital(&long(told));
    if change.pairs == 0 {
        // Nothing to compare, or numbers without meaning.
        let is_steady = sweep.points.iter().all(PointFinding::is_steady);
        return is_steady.then(|| format!("{what}: {} at {}.", number(least), place(sweep, least)));
    }
    if sweep.changes.iter().all(|change| change.differ == 0) {
        return Some(format!(
            "No number differs between neighbours by more than chance. {what}: {} at every point.",
            number(least)
        ));
    }
    let step = change.jump.as_ref().map_or_else(String::new, |jump| step(sweep, change, jump));
    Some(format!(
        "{what}: least at {} ({}), greatest at {} ({}){step}.",
        place(sweep, least),
        number(least),
        place(sweep, most),
        number(most)
    ))
}

fn step(sweep: &Sweep, change: &GridChange, jump: &Jump) -> String {
    let unit = change.column.as_ref().map_or("", |told| told.unit);
    let by = jump.difference.as_ref();
    let by = by.map_or_else(String::new, |by| format!(" ({})", difference(by.mean, unit)));
    let [from, to] = [jump.from, jump.to].map(|point| along(sweep, point));
    format!("; the largest step{by} between {from} and {to}{}", with(sweep, jump.from))
}
