//! The comparison with the baseline, if there is one.

use super::markup::Html;
use crate::regression::{listed, words};
use wssim_experiment::findings::Findings;

pub(super) fn section(html: &mut Html, findings: &Findings) {
    let Some(difference) = &findings.regression else { return };
    html.section("baseline", "Beside the baseline", |html| {
        html.leaf("p", "", &words::summary(difference));
        html.leaf("p", "faint", &words::counts(difference));
        for (sentence, _) in words::sentences(difference) {
            html.prose("p", "", &sentence);
        }
        let short = listed(difference, false);
        if !short.rows.rows.is_empty() {
            html.table(&short.in_one());
        }
        html.folded("Every number with a limit", |html| {
            html.table(&listed(difference, true).in_one());
        });
    });
}
