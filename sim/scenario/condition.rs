//! Parses conditions of flags: `METRIC < LIMIT`.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::Document;
use crate::question;
use wssim_experiment::objective::Objective;
use wssim_experiment::question::Expected;

/// Signs, longer ones first, and whether the limit is an upper one.
const SIGNS: [(&str, bool); 6] =
    [("<=", true), (">=", false), ("≤", true), ("≥", false), ("<", true), (">", false)];

/// Parses a condition.
///
/// # Errors
/// The mistake in it.
pub(crate) fn read(document: &Document, shown: &str, text: &str) -> Result<Objective, Diagnostics> {
    let Some((metric, is_most, limit)) = parts(text) else {
        let message = format!("`{}` is not a condition", wssim_text::printable(text));
        let help = "expected a metric, `<` or `>`, and a limit, such as \
                    `response_time_seconds{entry=\"web\", stat=\"p95\"} < 250ms`";
        let diagnostic = Diagnostic::error("bad-condition", message).help(help);
        return Err(Diagnostics::new(vec![diagnostic]));
    };
    let mut mistakes = Vec::new();
    let metric = question::metric_of_flag(document, shown, metric, &mut mistakes);
    if metric.as_ref().is_some_and(|metric| metric.part.is_some()) {
        let message = "a condition is about the whole measured stretch: how long that is follows from the traffic";
        mistakes.push(Diagnostic::error("no-part", message));
    }
    let limit = metric
        .as_ref()
        .and_then(|metric| question::limit_of_flag(document, shown, limit, metric, &mut mistakes));
    let (Some(metric), Some(limit), true) = (metric, limit, mistakes.is_empty()) else {
        return Err(Diagnostics::new(mistakes));
    };
    let (min, max) = if is_most { (None, Some(limit)) } else { (Some(limit), None) };
    let expected = Expected { min, max, relative: false, point: false };
    Ok(Objective { metric, expected, is_assumed: false })
}

/// The metric, whether the limit is an upper one, and the limit; signs within quotes are ignored.
fn parts(text: &str) -> Option<(&str, bool, &str)> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, _) => {
                let sign = SIGNS.iter().find(|(sign, _)| text[at..].starts_with(sign));
                if let Some((sign, is_most)) = sign {
                    let limit = text[at + sign.len()..].trim();
                    return Some((text[..at].trim(), *is_most, limit));
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_has_three_parts() {
        assert_eq!(parts("a < 5ms"), Some(("a", true, "5ms")));
        assert_eq!(parts(r#"a{b="<"} >= 2"#), Some((r#"a{b="<"}"#, false, "2")));
        assert_eq!(parts("a≤1 GB"), Some(("a", true, "1 GB")));
        assert_eq!(parts("a = 5"), None);
    }
}
