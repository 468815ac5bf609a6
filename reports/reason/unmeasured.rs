//! The reasons for missing numbers, as sentences.

use wssim_experiment::question::Study;
use wssim_experiment::reason::{Few, NoEstimate, NoYears, Runs, Unmeasured};

/// Why there is no number to judge.
pub(super) fn unmeasured(why: &Unmeasured) -> String {
    match why {
        Unmeasured::NoMetric(metric) => format!("there is no metric `{metric}` here"),
        Unmeasured::NoPart => {
            "there is no such part of the measured stretch: no such fault, or one that comes at another time"
                .to_owned()
        }
        Unmeasured::NotObserved(metric) => format!("`{metric}` was not observed"),
        Unmeasured::OtherConditions => {
            "it is about the objectives, and `--until` asks for something else".to_owned()
        }
        Unmeasured::NobodyAsked(metric) => {
            format!("`{metric}` was not observed: there were no requests")
        }
        Unmeasured::TooFewRequests { times } => format!(
            "too few requests for this quantile: {} times the duration would do",
            tenths_up(*times)
        ),
        Unmeasured::TooFew(runs) => few(*runs),
        Unmeasured::NeedsLabel { metric, labels } => format!("`{metric}` needs {}", one_of(labels)),
        Unmeasured::NoChanges { study, metric } => {
            format!("`wssim {}` judges no changes of `{metric}`", study.name())
        }
        Unmeasured::TooDeep { nodes } => {
            format!("it speaks of {nodes} nodes: `--depth {nodes}` judges it")
        }
        Unmeasured::OfOtherStudies(study) => of_other_studies(*study),
        Unmeasured::NoYears(why) => no_years(*why).to_owned(),
        Unmeasured::NothingFailsIn(file) => format!("nothing fails by itself in `{file}`"),
        Unmeasured::UnlikeRuns => "the two long runs are not of one length".to_owned(),
        Unmeasured::ZeroBefore => "it was zero before: no change is a share of that".to_owned(),
        Unmeasured::NoContainers(name) => format!("`{name}` has no containers that could work"),
    }
}

/// Why a metric has no estimate.
pub(crate) fn missing(why: &NoEstimate) -> String {
    match why {
        NoEstimate::Nothing => "nothing was observed".to_owned(),
        NoEstimate::TooFewRequests { times } => {
            format!("{:.1} times the duration would do", tenths_up(*times))
        }
        NoEstimate::TooFew(runs) => few(*runs),
        NoEstimate::NobodyAsked(runs) => format!("no requests, or {}", few(*runs)),
        NoEstimate::NotBack(nodes) => format!("does not come back without {}", nodes.join(" and ")),
        NoEstimate::NoOutage => "no outage was seen".to_owned(),
    }
}

/// `fewer than two replications`.
pub(super) fn few(Few { of, needed }: Few) -> String {
    let runs = match of {
        Runs::Replications => "replications",
        Runs::Histories => "histories",
    };
    match needed {
        2 => format!("fewer than two {runs}"),
        many => format!("fewer than {many} {runs}"),
    }
}

/// Rounded up, since less would not suffice.
fn tenths_up(times: f64) -> f64 {
    (times * 10.0).ceil() / 10.0
}

/// Labels as a choice, each with its article.
fn one_of(labels: &[&str]) -> String {
    let article = |label: &&str| {
        let is_open = label.starts_with(['a', 'e', 'i', 'o', 'u']);
        format!("{} `{label}`", if is_open { "an" } else { "a" })
    };
    let named: Vec<String> = labels.iter().map(article).collect();
    match named.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn of_other_studies(study: Study) -> String {
    let judges = match study {
        Study::Failures => {
            "judges `recovery_seconds`, `survival_ratio` and the metrics of the long run"
        }
        _ => "does not measure that",
    };
    format!("`wssim {}` {judges}", study.name())
}

fn no_years(why: NoYears) -> &'static str {
    match why {
        NoYears::Cut => "the long run was cut short",
        NoYears::NotAsked => "no years are simulated: `--years 0`",
        NoYears::TooManyNodes => "no long run: too many nodes for it",
        NoYears::NothingFails => "nothing fails by itself: no `mtbf` is given",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_needed_is_rounded_up() {
        let of_metric = missing(&NoEstimate::TooFewRequests { times: 2.000_1 });
        assert_eq!(of_metric, "2.1 times the duration would do");
        assert_eq!(
            missing(&NoEstimate::TooFewRequests { times: 3.0 }),
            "3.0 times the duration would do"
        );
        assert_eq!(
            unmeasured(&Unmeasured::TooFewRequests { times: 3.0 }),
            "too few requests for this quantile: 3 times the duration would do"
        );
    }

    #[test]
    fn labels_are_told_as_a_choice() {
        assert_eq!(one_of(&["entry", "service"]), "an `entry` or a `service`");
        assert_eq!(one_of(&["entry", "service", "group"]), "an `entry`, a `service` or a `group`");
        let few = Few { of: Runs::Replications, needed: 2 };
        assert_eq!(
            missing(&NoEstimate::NobodyAsked(few)),
            "no requests, or fewer than two replications"
        );
    }
}
