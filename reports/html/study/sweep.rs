//! What if: a picture of each number, with intervals.

use crate::figure::{self, Length, pair};
use crate::html::markup::Html;
use crate::html::times;
use crate::metric_name;
use crate::sweep::{barred, charted, differs};
use wssim_experiment::sweep::findings::{Sweep, Told};

pub(super) fn section(html: &mut Html, sweep: &Sweep) {
    let told = sweep.changes.iter().enumerate();
    let told = told.filter_map(|(at, change)| Some((at, change.column.as_ref()?)));
    let drawn: Vec<(usize, &Told)> = told.filter(|(at, _)| differs(sweep, *at)).collect();
    if drawn.is_empty() {
        return;
    }
    html.section("sweep", "What each number does", |html| {
        html.block("div", "figures", |html| {
            for (at, told) in &drawn {
                picture(html, sweep, *at, told);
            }
        });
        if sweep.points.iter().any(|point| !point.is_steady()) {
            html.leaf(
                "p",
                "faint",
                "A hollow dot, or ×: no steady state; the number grows for as long as one looks.",
            );
        }
    });
}

fn picture(html: &mut Html, sweep: &Sweep, at: usize, told: &Told) {
    let title = if told.is_busiest {
        "CPU of the busiest node".to_owned()
    } else {
        metric_name::of(told.name, &told.labels)
    };
    if sweep.parameters[sweep.axis].numbers.is_none() {
        return bars(html, sweep, (at, told), &title);
    }
    let chart = charted(sweep, at, told, title);
    if let Some(svg) = figure::lines(&chart, &[]) {
        times::figure(html, &chart, &svg);
    }
}

/// Of values that are no numbers.
fn bars(html: &mut Html, sweep: &Sweep, (at, told): (usize, &Told), title: &str) {
    let bars = barred(sweep, at, told);
    let longest = bars.iter().filter_map(|bar| bar.length).fold(0.0, f64::max);
    html.element("figure", &[], |html| {
        html.leaf("figcaption", "", title);
        html.block("div", "bars", |html| {
            for bar in &bars {
                let mean = bar.length.unwrap_or(0.0);
                let length = Length { mean, ends: [mean; 2], class: "fill" };
                html.leaf("span", "name", &bar.name);
                html.markup(&pair(&[length], longest, &format!("{}: {}", bar.name, bar.text)));
                html.leaf("span", "number", &bar.text);
            }
        });
    });
}
