//! The headlines of `capacity`.

use super::names::{condition, resource, value};
use crate::quantity;
use crate::reason;
use wssim_experiment::capacity::findings::{
    Bottleneck, Capacity, Carries, FitCount, Fits, SearchEnd, Searched, Slowdown, TrafficLimits,
    ValueState, Without,
};

/// The first lines: the traffic carried, the first bottleneck, and the traffic carried without a node.
pub(crate) fn answer(capacity: &Capacity) -> Vec<String> {
    let Some(traffic) = &capacity.traffic else { return vec![of_key(capacity)] };
    let mut lines = vec![carries(&capacity.search)];
    lines.extend(traffic.first.as_ref().map(|found| first(capacity, found)));
    lines.extend(without(traffic));
    lines.extend(traffic.fits.as_ref().map(fits));
    lines
}

fn times(value: f64) -> String {
    if value == 1.0 {
        "the traffic of today".to_owned()
    } else {
        format!("{value} times the traffic of today")
    }
}

/// The traffic carried within the objectives.
fn carries(search: &Searched) -> String {
    let today = search.tried.iter().find(|tried| tried.value == 1.0).map(|tried| tried.state);
    let fails = if today == Some(ValueState::Missed) {
        "The traffic of today is already too much. "
    } else {
        ""
    };
    match (search.end, search.kept, search.missed) {
        (SearchEnd::Cut, None, None) => "Cut short: nothing is known yet.".to_owned(),
        (SearchEnd::Cut, kept, missed) => {
            let kept = kept.map(|kept| format!("carries {}", times(kept)));
            let missed = missed.map(|missed| format!("does not carry {}", times(missed)));
            let known: Vec<String> = kept.into_iter().chain(missed).collect();
            format!("Cut short: {}.", known.join(", "))
        }
        (_, Some(kept), Some(missed)) => {
            format!("{fails}Carries {}, and not {missed}.", times(kept))
        }
        (SearchEnd::Open, Some(kept), None) => {
            format!("{fails}Carries {} at least; more is not decided.", times(kept))
        }
        (SearchEnd::Open, None, Some(missed)) => {
            format!("Does not carry {}; less is not decided.", times(missed))
        }
        (SearchEnd::Open, None, None) => "Nothing is decided, whatever the traffic.".to_owned(),
        (_, Some(kept), None) => {
            format!("Carries {} at least: nothing gives up to there.", times(kept))
        }
        (_, None, _) => {
            let least = search.tried.first().map_or(1.0, |tried| tried.value);
            format!("{fails}Even {} is too much.", times(least))
        }
    }
}

/// The first bottleneck, and why.
fn first(capacity: &Capacity, first: &Bottleneck) -> String {
    let busiest = first
        .busiest
        .as_ref()
        .map(|(of, used)| format!("{} {} used", resource(of), quantity::percent(used.min(1.0))));
    let mut parts: Vec<String> = Vec::new();
    match first.broken.first() {
        None => {
            let what = first.busiest.as_ref().map_or_else(String::new, |(of, _)| resource(of));
            return format!("First to give: {what}: used up, and there is no steady state beyond.");
        }
        Some(place) => parts.push(condition(&capacity.conditions[*place])),
    }
    parts.extend(busiest);
    parts.extend(first.strains.iter().take(2).map(strain));
    let carried = first
        .carried_by
        .as_ref()
        .map(|carried| format!("; what grows most: {}", reason::most(carried)));
    format!("First to give: {}{}.", parts.join("; "), carried.unwrap_or_default())
}

fn strain(strain: &Slowdown) -> String {
    match strain {
        Slowdown::Memory(node, share) => {
            format!("{node} is short of RAM ({} of the time)", quantity::percent(*share))
        }
        Slowdown::Throttled(service, share) => {
            format!("{service} has no CPU quota left {} of the time", quantity::percent(*share))
        }
    }
}

/// Which nodes can be missed.
fn without(traffic: &TrafficLimits) -> Option<String> {
    let names = |is_meant: fn(&Carries) -> bool| {
        let nodes = traffic.without.iter().filter(|one| is_meant(&one.carries));
        nodes.map(|one| one.node.as_str()).collect::<Vec<_>>()
    };
    let missed = names(|carries| matches!(carries, Carries::NotToday(_)));
    let spared = names(|carries| matches!(carries, Carries::AsMuch(_)));
    let mut parts = Vec::new();
    if !missed.is_empty() {
        parts.push(format!("without {} not even that of today", or(&missed)));
    }
    for one in &traffic.without {
        match &one.carries {
            Carries::Less(search) => {
                let most = search.kept.map_or_else(String::new, |kept| format!(" {kept} times"));
                parts.push(format!("without {} it carries{most}", one.node));
            }
            Carries::AtLeast(most) => {
                parts.push(format!("without {} it carries {most} times at least", one.node));
            }
            _ => {}
        }
    }
    if !spared.is_empty() {
        parts.push(format!("without {} as much", or(&spared)));
    }
    let text = parts.join("; ");
    let mut letters = text.chars();
    letters.next().map(|letter| format!("{}{}.", letter.to_uppercase(), letters.as_str()))
}

fn or(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [others @ .., last] => format!("{} or {last}", others.join(", ")),
    }
}

/// How many containers fit.
fn fits(fits: &Fits) -> String {
    let more = |fit: &FitCount| match fit {
        FitCount::Most(more, _) => format!("{more} more"),
        FitCount::Unlimited => "any number".to_owned(),
    };
    let full = match &fits.by_scheduler {
        FitCount::Most(_, Some(node)) => format!(", then {node} is full"),
        FitCount::Most(_, None) => ", then one stays pending".to_owned(),
        FitCount::Unlimited => String::new(),
    };
    format!(
        "Containers of {}: by RAM {}, by CPU {}, as the scheduler spreads them {}{full}; {} run today.",
        fits.template,
        more(&fits.by_ram),
        more(&fits.by_cpu),
        more(&fits.by_scheduler),
        fits.today,
    )
}

/// The smallest, or the largest, value of a key that satisfies the conditions.
fn of_key(capacity: &Capacity) -> String {
    let (key, search) = (&capacity.key, &capacity.search);
    let text = |at: f64| value(search, at);
    let ends = || {
        let [first, .., last] = search.tried.as_slice() else { return String::new() };
        format!("from {} to {}", first.text, last.text)
    };
    match (search.end, search.kept, search.missed) {
        (SearchEnd::Cut, ..) => format!("{key}: cut short."),
        (SearchEnd::Turns, ..) => format!(
            "{key}: there is no single limit {}: the metric rises and falls between; \
             `wssim sweep --param` shows where.",
            ends()
        ),
        (SearchEnd::AlwaysKept, ..) => format!("{key}: every value {} will do.", ends()),
        (SearchEnd::NeverKept, ..) => format!("{key}: no value {} will do.", ends()),
        (_, Some(kept), Some(missed)) => {
            let which = if kept > missed { "least" } else { "largest" };
            let open =
                if search.end == SearchEnd::Open { "; between nothing is decided" } else { "" };
            format!(
                "{key} = {} is the {which} that will do, {} will not{open}.",
                text(kept),
                text(missed)
            )
        }
        (..) => format!("{key}: nothing is decided {}.", ends()),
    }
}

/// The traffic that a cluster carries without one node, for a table.
pub(super) fn carried(capacity: &Capacity, without: &Without) -> String {
    match &without.carries {
        Carries::AsMuch(most) => format!("{most} times at least, as with it"),
        Carries::Less(search) => match (search.kept, search.missed) {
            (Some(kept), Some(missed)) => format!("{kept} times, and not {missed}"),
            (Some(kept), None) => format!("{kept} times"),
            _ => "less".to_owned(),
        },
        Carries::AtLeast(most) => format!("{most} times at least"),
        Carries::NotToday(broken) => {
            let tell = |(place, estimate): &(usize, Option<wssim_stats::Estimate>)| {
                let asked = &capacity.conditions[*place];
                let is = estimate.as_ref().map(|estimate| quantity::centre(estimate, asked.unit));
                format!("{} {}", super::names::metric(asked), is.unwrap_or_default())
            };
            let told: Vec<String> = broken.iter().take(2).map(tell).collect();
            format!("not today's: {}", told.join("; "))
        }
        Carries::Unknown => "undecided at today's traffic".to_owned(),
        Carries::Cut => "cut short".to_owned(),
    }
}
