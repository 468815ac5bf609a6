//! Parses limits for comparisons with a baseline: `response_time_seconds{stat="p95"}=10%,5ms`.

use crate::document::claim;
use crate::parts;
use wssim_experiment::metric::{MetricKind, STATS, kind_of, table};
use wssim_experiment::part::{FROM, TO};
use wssim_experiment::question::MetricRef;
use wssim_experiment::regression::AskedLimit;
use wssim_text::quantity::{self, Dimension, Quantity};
use wssim_text::suggest;

/// The form of a limit.
const FORM: &str = "`METRIC=SHARE`, `METRIC=SHARE,FLOOR` or `METRIC=none`, such as \
                    `response_time_seconds{stat=\"p95\"}=10%,5ms`";

/// The metric, perhaps with only some of its labels, and its limit.
///
/// # Errors
/// The message for the user if it is not a limit.
pub fn limit(text: &str) -> Result<(MetricRef, AskedLimit), String> {
    let form = || format!("{FORM} is expected");
    let after = text.rfind('}').map_or(0, |at| at + 1);
    let at = after + text[after..].find('=').ok_or_else(form)?;
    let mut metric = claim::metric(&text[..at]).ok_or_else(form)?;
    parts::write(&mut metric).map_err(|wrong| wrong.message)?;
    let kind = known(&metric)?;
    let asked = &text[at + 1..];
    if asked.trim() == "none" {
        return Ok((metric, AskedLimit::None));
    }
    let (mut share, mut floor) = (0.0, 0.0);
    for part in asked.split(',') {
        let quantity = quantity::parse(part).map_err(|flaw| {
            flaw.help.map_or(flaw.message.clone(), |help| format!("{}; {help}", flaw.message))
        })?;
        if quantity.value < 0.0 {
            return Err("a limit is never negative".to_owned());
        }
        if quantity.dimension == Dimension::Percent {
            share = quantity.value;
        } else {
            floor = in_unit(kind, &quantity)?;
        }
    }
    Ok((metric, AskedLimit::Of { share, floor }))
}

fn known(metric: &MetricRef) -> Result<&'static MetricKind, String> {
    let hint = |hint: Option<String>| hint.map_or_else(String::new, |hint| format!("; {hint}"));
    let Some(kind) = kind_of(&metric.name) else {
        let names: Vec<&str> = table().map(|row| row.kind.name).collect();
        let near = hint(suggest::hint(&metric.name, names));
        return Err(format!("no metric is named `{}`{near}", metric.name));
    };
    if kind.limit.is_none() {
        let limited = table().filter(|row| row.kind.limit.is_some()).map(|row| row.kind.name);
        let names: Vec<&str> = limited.collect();
        return Err(format!(
            "`{}` is not compared with a baseline; those that are: {}",
            kind.name,
            names.join(", ")
        ));
    }
    let is_known = |label: &str| kind.labels.contains(&label) || [FROM, TO].contains(&label);
    if let Some(label) = metric.labels.keys().find(|label| !is_known(label)) {
        let near = hint(suggest::hint(label, kind.labels.to_vec()));
        return Err(format!("`{}` has no label `{label}`{near}", kind.name));
    }
    match metric.labels.get("stat").map(String::as_str) {
        Some("max") => {
            Err("`stat=\"max\"` has no interval, so a change of it cannot be judged".to_owned())
        }
        Some(stat) if !STATS.contains(&stat) => {
            let near = hint(suggest::hint(stat, STATS.to_vec()));
            Err(format!("no statistic is named `{stat}`{near}"))
        }
        _ => Ok(kind),
    }
}

/// A smallest change in the base unit of the metric.
fn in_unit(kind: &MetricKind, quantity: &Quantity) -> Result<f64, String> {
    let (due, factor) = match kind.unit {
        "seconds" => (Dimension::Duration, 1e-9),
        "bytes" => (Dimension::Size, 1.0),
        "1/s" => (Dimension::Rate, 1.0),
        _ => (Dimension::Number, 1.0),
    };
    if quantity.dimension != due {
        return Err(format!("`{}` is in {}; {} is expected", kind.name, kind.unit, due.expected()));
    }
    Ok(quantity.value * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_share_and_a_floor() {
        let of = |text: &str| limit(text).unwrap();
        let (metric, asked) = of("response_time_seconds{entry=\"a=b\", stat=\"p95\"}=10%,5ms");
        assert_eq!(metric.labels["entry"], "a=b");
        assert_eq!(asked, AskedLimit::Of { share: 0.1, floor: 0.005 });
        assert_eq!(of("oom_kills_total=none").1, AskedLimit::None);
        assert_eq!(
            of("node_memory_used_bytes=1 GiB").1,
            AskedLimit::Of { share: 0.0, floor: 1_073_741_824.0 }
        );
    }

    #[test]
    fn what_is_no_limit_is_refused_in_words() {
        for (text, said) in [
            ("response_time_seconds", "is expected"),
            ("response_time=5%", "no metric is named `response_time`"),
            ("response_time_seconds{stats=\"p95\"}=5%", "did you mean `stat`"),
            ("node_load_average=5%", "not compared"),
            ("response_time_seconds{stat=\"p59\"}=5%", "did you mean"),
            ("response_time_seconds{stat=\"max\"}=5%", "no interval"),
            ("response_time_seconds=5 GB", "is in seconds"),
            ("response_time_seconds=-5%", "never negative"),
            ("response_time_seconds=five", "five"),
        ] {
            let message = limit(text).unwrap_err();
            assert!(message.contains(said), "{text}: {message}");
        }
    }
}
