//! `metrics.prom`: every metric as Prometheus reads it: the mean, and the ends of its interval as metrics of their
//! own (`…_ci_low`, `…_ci_high`), with the scenario as one more label.
//!
//! Metrics without an estimate are left out. The text is `OpenMetrics` except for counters, whose type
//! is given for the name with `_total`, as Prometheus' own format and its linter require.

use crate::number::twelve_digits;
use std::fmt::Write as _;
use wssim_experiment::findings::{Findings, Metric};
use wssim_experiment::metric::kind_of;
use wssim_stats::Estimate;
use wssim_text::printable;

/// The beginning of the file.
pub(crate) const BEGINNING: &str = "# HELP wssim_info ";

/// The ends of an interval: suffix and name.
const ENDS: [(&str, &str); 2] = [("_ci_low", "Lower"), ("_ci_high", "Upper")];

/// The file.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let mut text = format!("{BEGINNING}What was simulated.\n# TYPE wssim_info gauge\n");
    let info = [("command", findings.answer.study().name()), ("scenario", findings.name.as_str())];
    let _ = writeln!(text, "wssim_info{} 1", labels(info));
    let mut names: Vec<&'static str> = Vec::new();
    for metric in &findings.metrics {
        if !names.contains(&metric.name) {
            names.push(metric.name);
        }
    }
    for name in names {
        family(&mut text, findings, name);
    }
    text.push_str("# EOF\n");
    text
}

/// All values of one name, followed by the ends of their intervals.
fn family(text: &mut String, findings: &Findings, name: &'static str) {
    let metrics = findings.metrics.iter().filter(|metric| metric.name == name);
    let known: Vec<(&Metric, Estimate)> =
        metrics.filter_map(|metric| Some((metric, metric.estimate?))).collect();
    let meaning = kind_of(name).map_or("", |kind| kind.meaning);
    let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
    let mean = known.iter().map(|(metric, estimate)| (*metric, estimate.mean)).collect();
    samples(text, findings, (name, meaning, kind), mean);
    for (suffix, end) in ENDS {
        let value = |estimate: &Estimate| if end == "Lower" { estimate.low } else { estimate.high };
        let values = known.iter().map(|(metric, estimate)| (*metric, value(estimate))).collect();
        let meaning = format!("{end} end of the 95 % interval of {name}.");
        samples(text, findings, (&format!("{name}{suffix}"), &meaning, "gauge"), values);
    }
}

fn samples(
    text: &mut String,
    findings: &Findings,
    (name, meaning, kind): (&str, &str, &str),
    values: Vec<(&Metric, f64)>,
) {
    let values =
        values.into_iter().filter_map(|(metric, value)| Some((metric, twelve_digits(value)?)));
    let mut values = values.peekable();
    if values.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "# HELP {name} {}", help(meaning));
    let _ = writeln!(text, "# TYPE {name} {kind}");
    for (metric, value) in values {
        let own = metric.labels.iter().map(|(label, value)| (*label, value.as_str()));
        let scenario = [("scenario", findings.name.as_str())];
        // `compare` has its own label of that name.
        let scenario = scenario
            .into_iter()
            .filter(|(name, _)| metric.labels.iter().all(|(own, _)| own != name));
        let _ = writeln!(text, "{name}{} {value}", labels(scenario.chain(own)));
    }
}

fn help(meaning: &str) -> String {
    printable(meaning).replace('\\', "\\\\")
}

/// `{entry="web",stat="p95"}`.
fn labels<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pair = |(name, value): (&str, &str)| {
        let value = printable(value).replace('\\', "\\\\").replace('"', "\\\"");
        format!("{name}=\"{value}\"")
    };
    let pairs: Vec<String> = pairs.into_iter().map(pair).collect();
    format!("{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_file_is_as_golden() {
        sample::assert_golden("metrics.prom", &render(&sample::findings()));
    }

    #[test]
    fn every_estimate_is_there_three_times_and_a_name_once() {
        let findings = sample::findings();
        let text = render(&findings);
        let known = findings.metrics.iter().filter_map(|metric| metric.estimate);
        let finite = known.flat_map(|one| [one.mean, one.low, one.high]).filter(|x| x.is_finite());
        let samples = text.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(samples, finite.count() + 1);
        let mut types: Vec<&str> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
        let all = types.len();
        types.sort_unstable();
        types.dedup();
        assert_eq!(types.len(), all);
    }

    #[test]
    fn hostile_names_stay_inside_their_quotes() {
        let text = render(&sample::hostile());
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let plain = line.replace("\\\\", "").replace("\\\"", "");
            assert_eq!(plain.matches('"').count() % 2, 0, "{line}");
            assert!(!plain.contains('\\'), "{line}");
        }
    }
}
