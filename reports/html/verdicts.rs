//! Claims by verdict: the plan's sentence, its range, the simulated interval drawn against it, and why.

use super::drawn::{Body, DrawnRow, Figure};
use super::markup::{Html, tone};
use crate::figure::{Strip, strip};
use crate::number::written;
use crate::said::{is_change, plan, sentence};
use crate::tally::judged_here;
use crate::{quantity, reason, wording};
use wssim_experiment::findings::{Findings, JudgedClaim, Verdict};
use wssim_experiment::reason::{Needed, Reason};
use wssim_text::capital;

/// Headings, most important first.
const GROUPS: [(&str, Verdict); 4] = [
    ("Refuted", Verdict::Refuted),
    ("Undecided", Verdict::Undecided),
    ("Holds", Verdict::Holds),
    ("Reproduced", Verdict::Reproduced),
];

pub(super) fn section(html: &mut Html, findings: &Findings) {
    let listed: Vec<&JudgedClaim> =
        findings.claims.iter().filter(|judged| wording::is_listed(findings, judged)).collect();
    if listed.is_empty() {
        return;
    }
    let (here, elsewhere): (Vec<&JudgedClaim>, Vec<&JudgedClaim>) =
        listed.into_iter().partition(|judged| judged_here(findings, judged));
    html.section("verdicts", "Verdicts", |html| {
        if !here.is_empty() {
            html.leaf("p", "faint", LEGEND);
        }
        for (title, verdict) in GROUPS {
            let group: Vec<&&JudgedClaim> =
                here.iter().filter(|judged| judged.verdict == verdict).collect();
            if group.is_empty() {
                continue;
            }
            html.leaf("h3", "", &format!("{title} ({})", group.len()));
            for judged in group {
                claim(html, judged);
            }
        }
        others(html, &elsewhere);
    });
}

/// The meaning of the strips.
const LEGEND: &str =
    "Blue: what the plan says. Black: what was simulated, with its simultaneous 95 % interval.";

fn claim(html: &mut Html, judged: &JudgedClaim) {
    let verdict = wording::verdict(judged);
    let class = format!("claim {}", tone(verdict.tone));
    let number = |part: fn(&wssim_stats::Estimate) -> f64| {
        judged.simulated.as_ref().map_or_else(String::new, |estimate| written(part(estimate)))
    };
    let [mean, low, high] = [
        number(|estimate| estimate.mean),
        number(|estimate| estimate.low),
        number(|estimate| estimate.high),
    ];
    let attributes = [
        ("class", class.as_str()),
        ("data-claim", judged.claim.id.as_str()),
        ("data-verdict", judged.verdict.name()),
        ("data-mean", mean.as_str()),
        ("data-low", low.as_str()),
        ("data-high", high.as_str()),
    ];
    html.element("article", &attributes, |html| {
        html.element("div", &[], |html| {
            html.leaf("p", "verdict", &verdict.text);
            html.leaf("h4", "", &sentence(judged));
            html.leaf("p", "faint", &judged.claim.source);
            html.list("why", &why(judged));
        });
        html.element("div", &[], |html| {
            html.block("p", "numbers", |html| {
                html.leaf("span", "planned", &format!("plan {}", plan(judged)));
                html.text(" ");
                html.leaf(
                    "span",
                    "simulated",
                    &format!("simulated {}", wording::simulated(judged)),
                );
            });
            html.markup(&drawn(judged).unwrap_or_default());
        });
    });
}

/// The reasons, and what would decide the claim.
fn why(judged: &JudgedClaim) -> Vec<String> {
    let reason = reason::why(&judged.why);
    let told = (!reason.is_empty()).then(|| capital(&reason));
    told.into_iter().chain(judged.why.iter().filter_map(to_do)).collect()
}

/// Most inputs that are repeated.
const MOST_NAMED: usize = 4;

fn to_do(reason: &Reason) -> Option<String> {
    match reason {
        Reason::Flips(flip) => {
            let paths: Vec<&str> = flip.inputs.iter().map(|input| input.path.as_str()).collect();
            let what = if paths.len() > MOST_NAMED {
                "these inputs".to_owned()
            } else {
                paths.iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
            };
            Some(format!("To decide it, measure {what}."))
        }
        Reason::Straddles { needed: Some(Needed::Replications(count)) } => {
            Some(format!("To decide it, ask for `--replications {count}`."))
        }
        _ => None,
    }
}

/// Every claim that this command judges, as one figure.
pub(super) fn figure(findings: &Findings) -> Option<Figure> {
    let listed = findings
        .claims
        .iter()
        .filter(|judged| wording::is_listed(findings, judged) && judged_here(findings, judged));
    let of = |verdict: Verdict| listed.clone().filter(move |judged| judged.verdict == verdict);
    let row = |judged: &JudgedClaim| {
        let verdict = wording::verdict(judged).text;
        let simulated = wording::simulated(judged);
        Some(DrawnRow {
            name: sentence(judged),
            svg: drawn(judged)?,
            text: format!("{verdict}: plan {}, simulated {simulated}", plan(judged)),
        })
    };
    let rows: Vec<DrawnRow> =
        GROUPS.iter().flat_map(|(_, verdict)| of(*verdict)).filter_map(row).collect();
    let title = wording::title(findings);
    let figure = Figure::of_rows("verdicts", title, rows);
    let is_empty = matches!(&figure.body, Body::Rows(rows) if rows.is_empty());
    (!is_empty).then(|| Figure { note: Some(LEGEND.to_owned()), ..figure })
}

fn drawn(judged: &JudgedClaim) -> Option<String> {
    let estimate = judged.simulated.as_ref().filter(|estimate| estimate.mean.is_finite())?;
    let (unit, change) = (judged.unit, is_change(judged));
    let simulated = wording::simulated(judged);
    strip(&Strip {
        middle: simulated.split(" (").next().unwrap_or_default(),
        min: judged.claim.expected.min,
        max: judged.claim.expected.max,
        mean: estimate.mean,
        low: estimate.low,
        high: estimate.high,
        from_zero: !change,
        written: &|number| quantity::plain(number, unit, change),
        told: format!("plan {}, simulated {simulated}", plan(judged)),
    })
}

/// Claims that this command does not judge.
fn others(html: &mut Html, elsewhere: &[&JudgedClaim]) {
    if elsewhere.is_empty() {
        return;
    }
    html.leaf("h3", "", &format!("Judged by other commands ({})", elsewhere.len()));
    let line = |judged: &&JudgedClaim| {
        format!(
            "{} · plan {} · wssim {}",
            sentence(judged),
            plan(judged),
            judged.claim.study.name()
        )
    };
    html.list("others", &elsewhere.iter().map(line).collect::<Vec<_>>());
}
