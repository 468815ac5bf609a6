//! Capacity: the bracket on one line, and the spare room of each node.

use crate::figure::{Bracket, bar, bracket};
use crate::html::drawn::{Body, Figure};
use crate::html::markup::Html;
use crate::quantity;
use wssim_experiment::capacity::findings::{Capacity, Room, TrafficLimits, ValueState};
use wssim_stats::Estimate;

/// The class of a value by its state.
fn class(state: ValueState) -> &'static str {
    match state {
        ValueState::Kept => "good",
        ValueState::Missed => "bad",
        ValueState::Open => "open",
    }
}

pub(super) fn section(html: &mut Html, capacity: &Capacity) {
    html.section("capacity", "How much is carried", |html| {
        figure(capacity).show(html);
        if let Some(traffic) = &capacity.traffic {
            rooms(html, traffic);
        }
    });
}

pub(super) fn figure(capacity: &Capacity) -> Figure {
    let search = &capacity.search;
    let tried: Vec<(f64, &str, &str)> = (search.tried.iter())
        .map(|tried| (tried.value, class(tried.state), tried.text.as_str()))
        .collect();
    let told = format!("{}: what was tried, and where it stops", capacity.key);
    let drawn = Bracket { kept: search.kept, missed: search.missed, tried: &tried, told };
    let note = "Green: everything that must hold does. Red: it does not. Between: not known.";
    Figure {
        name: "capacity".to_owned(),
        title: format!("{}: each value that was tried", capacity.key),
        body: Body::Drawing { svg: bracket(&drawn), legend: Vec::new() },
        note: Some(note.to_owned()),
    }
}

/// The fill level of each node at today's traffic.
fn rooms(html: &mut Html, traffic: &TrafficLimits) {
    if traffic.rooms.is_empty() {
        return;
    }
    html.leaf("h3", "", "Room on each node at the traffic of today");
    html.block("div", "cards", |html| {
        for room in &traffic.rooms {
            html.block("div", "card", |html| {
                html.leaf("h4", "", &room.node);
                levels(html, room);
            });
        }
    });
}

fn levels(html: &mut Html, room: &Room) {
    let share = |estimate: &Option<Estimate>| {
        estimate.as_ref().map(|one| (one.mean, quantity::plus_minus(one, "ratio")))
    };
    let used = room.used.as_ref().filter(|_| room.ram.is_finite() && room.ram > 0.0);
    let ram = used.map(|used| {
        let whole = quantity::plain(room.ram, "bytes", false);
        (used.mean / room.ram, format!("{} of {whole}", quantity::centre(used, "bytes")))
    });
    for (name, level) in
        [("CPU", share(&room.cpu)), ("RAM", ram), ("network", share(&room.network))]
    {
        let Some((share, text)) = level else { continue };
        html.block("p", "gauge", |html| {
            html.leaf("span", "", name);
            html.leaf("span", "number", &text);
            html.markup(&bar(share, &format!("{name} {text}")));
        });
    }
}
