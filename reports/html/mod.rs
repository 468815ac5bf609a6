//! `report.html`: the whole report in one self-contained file.
//!
//! ```text
//!  worth       the basis of the numbers: simulation, checks, inputs
//!  verdicts    sentence, plan, interval drawn against the plan, why; by verdict
//!  baseline    the comparison with an earlier result, if given
//!  topology    a card for each node: containers, CPU, RAM, swap
//!  times       quantiles, numbers over time, response times over time
//!  study       the findings of this command only: pictures, then its tables
//!  inputs      every input and its basis, warnings, features not simulated, the command
//! ```
//! A function of findings and the caller's data: the same bytes for the same question. Its policy
//! forbids loading and running anything: there is no script, no inline style, no external link.

mod baseline;
mod context;
mod drawn;
mod inputs;
mod markup;
mod policy;
mod standalone;
mod study;
#[cfg(test)]
mod tests;
mod times;
mod topology;
mod verdicts;
mod worth;

pub use context::{CommandContext, PlanShown};
pub(crate) use standalone::BEGINNING as FIGURE;

use crate::{figure, reason, wording};
use markup::Html;
use wssim_experiment::findings::Findings;

/// The beginning of the file, by which wssim recognizes it.
pub(crate) const BEGINNING: &str = "<!DOCTYPE html>\n<html lang=\"en\" data-wssim=\"report\" xmlns=\"http://www.w3.org/1999/xhtml\">";
/// The style of the page, without the colours of figures.
const STYLE: &str = include_str!("style.css");

/// The figures of the page as self-contained files, each with its name.
#[must_use]
pub fn figures(findings: &Findings, told: &CommandContext) -> Vec<(String, String)> {
    let verdicts = verdicts::figure(findings).into_iter();
    let others = study::figures(findings).into_iter().chain(times::figures(findings, told));
    let mut files: Vec<(String, String)> = Vec::new();
    for figure in verdicts.chain(others) {
        // Different names may become equal as file names.
        let numbers = (2..).map(|number| format!("{}-{number}.svg", figure.name));
        let mut names = std::iter::once(format!("{}.svg", figure.name)).chain(numbers);
        let name = names.find(|name| files.iter().all(|(other, _)| other != name));
        files.extend(name.map(|name| (name, standalone::render(&figure))));
    }
    files
}

/// The file.
#[must_use]
pub fn render(findings: &Findings, told: &CommandContext) -> String {
    let style = format!("{STYLE}{}", figure::sheet());
    let mut html = Html::default();
    html.element("head", &[], |html| head(html, findings, &style));
    html.element("body", &[], |html| body(html, findings, told));
    format!("{BEGINNING}\n{}</html>\n", html.into_text())
}

fn head(html: &mut Html, findings: &Findings, style: &str) {
    html.element("meta", &[("charset", "utf-8")], |_| ());
    let policy = policy::policy(style);
    let attributes = [("http-equiv", "Content-Security-Policy"), ("content", policy.as_str())];
    html.element("meta", &attributes, |_| ());
    let viewport = [("name", "viewport"), ("content", "width=device-width, initial-scale=1")];
    html.element("meta", &viewport, |_| ());
    html.element("meta", &[("name", "color-scheme"), ("content", "light dark")], |_| ());
    html.element("link", &[("rel", "icon"), ("href", "data:,")], |_| ());
    html.leaf("title", "", &format!("{} · wssim", wording::title(findings)));
    html.element("style", &[], |html| html.markup(style));
}

fn body(html: &mut Html, findings: &Findings, told: &CommandContext) {
    html.element("header", &[], |html| {
        worth::line(html, findings, told);
        html.leaf("h1", "", &wording::title(findings));
        for sentence in wording::answer(findings) {
            html.prose("p", "answer", &sentence);
        }
        worth::tally(html, findings);
        html.leaf("p", "faint", &wording::counts(findings));
        for line in reason::banner(&findings.notes) {
            html.prose("p", "banner", &line);
        }
        if let Some(ending) = wording::ending(findings) {
            html.leaf("p", "banner", &ending);
        }
    });
    html.element("main", &[], |html| {
        verdicts::section(html, findings);
        study::trials(html, findings);
        baseline::section(html, findings);
        study::section(html, findings);
        topology::section(html, findings, told);
        times::section(html, findings, told);
        study::tables(html, findings);
        inputs::section(html, findings, told);
    });
    html.leaf("footer", "faint", concat!("wssim ", env!("CARGO_PKG_VERSION")));
}
