//! A figure: a drawing with its title, and a legend if colours need one. The page and the separate files
//! share it.

use super::markup::Html;
use crate::escape::safe_file_name;
use crate::plot::{Chart, DotSeries, MOST_SERIES};

/// A figure.
pub(super) struct Figure {
    /// Name of its file, without the ending.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) body: Body,
    /// How to read it, if that is not obvious.
    pub(super) note: Option<String>,
}

pub(super) enum Body {
    /// One drawing, and the legend of its colours.
    Drawing { svg: String, legend: Vec<LegendKey> },
    /// Drawings below each other, each with name and number.
    Rows(Vec<DrawnRow>),
}

/// An item of a legend: a series, by its number, or a remark.
pub(super) struct LegendKey {
    pub(super) series: Option<usize>,
    pub(super) name: String,
}

pub(super) struct DrawnRow {
    pub(super) name: String,
    pub(super) svg: String,
    pub(super) text: String,
}

impl Figure {
    /// A chart that is drawn as `svg`.
    pub(super) fn of_chart(name: &str, chart: &Chart, svg: String) -> Self {
        let body = Body::Drawing { svg, legend: legend(&chart.series) };
        Self { name: safe_file_name(name), title: chart.title.clone(), body, note: None }
    }

    pub(super) fn of_rows(name: &str, title: String, rows: Vec<DrawnRow>) -> Self {
        Self { name: safe_file_name(name), title, body: Body::Rows(rows), note: None }
    }

    /// The figure of one of several scenarios.
    pub(super) fn of_scenario(self, name: &str) -> Self {
        let title = format!("{name}: {}", self.title);
        Self { name: format!("{}_{}", safe_file_name(name), self.name), title, ..self }
    }

    /// The figure as part of the page, with its title.
    pub(super) fn show(&self, html: &mut Html) {
        html.element("figure", &[], |html| {
            html.leaf("figcaption", "", &self.title);
            match &self.body {
                Body::Drawing { svg, legend } => {
                    html.markup(svg);
                    keys(html, legend);
                }
                Body::Rows(_) => self.show_rows(html),
            }
            if let Some(note) = &self.note {
                html.leaf("p", "faint", note);
            }
        });
    }

    /// Only its rows, where no frame is needed.
    pub(super) fn show_rows(&self, html: &mut Html) {
        let Body::Rows(rows) = &self.body else { return };
        html.block("div", "bars", |html| {
            for row in rows {
                html.leaf("span", "name", &row.name);
                html.markup(&row.svg);
                html.leaf("span", "number", &row.text);
            }
        });
    }
}

fn keys(html: &mut Html, legend: &[LegendKey]) {
    if legend.is_empty() {
        return;
    }
    html.block("ul", "legend", |html| {
        for key in legend {
            let class =
                key.series.map_or_else(|| "faint".to_owned(), |number| format!("series-{number}"));
            html.leaf("li", &class, &key.name);
        }
    });
}

/// Names of several series.
fn legend(series: &[DotSeries]) -> Vec<LegendKey> {
    if series.len() < 2 {
        return Vec::new();
    }
    let drawn = series.iter().enumerate().take(MOST_SERIES);
    let mut keys: Vec<LegendKey> = drawn
        .map(|(number, one)| LegendKey { series: Some(number), name: one.name.clone() })
        .collect();
    let mut remark = |name: String| keys.push(LegendKey { series: None, name });
    if is_hidden(series) {
        remark("of equal ones the first is seen".to_owned());
    }
    let more = series.len().saturating_sub(MOST_SERIES);
    if more > 0 {
        remark(format!("and {more} more, not drawn"));
    }
    keys
}

/// Whether two series are the same.
fn is_hidden(series: &[DotSeries]) -> bool {
    let places = |one: &DotSeries| one.dots.iter().map(|dot| (dot.x, dot.y)).collect::<Vec<_>>();
    let all: Vec<Vec<(f64, f64)>> = series.iter().map(places).collect();
    (1..all.len()).any(|at| !all[at].is_empty() && all[..at].contains(&all[at]))
}
