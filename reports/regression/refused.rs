//! Why two results cannot be compared, as sentences.

use crate::metric_name;
use crate::quantity::duration;
use wssim_experiment::regression::Incomparable;
use wssim_text::printable;

/// The sentence, without a full stop.
#[must_use]
pub fn refused(why: &Incomparable) -> String {
    let which = |is_baseline: &bool| if *is_baseline { "the baseline" } else { "the result" };
    let text = match why {
        Incomparable::Command(command) => format!(
            "results of `{command}` are about several scenarios or settings; those of `run` and of `failures` can be \
             compared"
        ),
        Incomparable::Commands([before, now]) => {
            format!("the baseline is of `{before}`, the result of `{now}`")
        }
        Incomparable::Scenarios([before, now]) => {
            format!("the baseline is of scenario `{before}`, the result of `{now}`")
        }
        Incomparable::Durations([before, now]) => format!(
            "a replication of the baseline measures {}, one of the result {}; give both the same `scenario.duration`",
            duration(*before),
            duration(*now)
        ),
        Incomparable::Partial { is_baseline, by } => {
            format!("{} is partial: it was stopped by {}", which(is_baseline), by.name())
        }
        Incomparable::TooFew { is_baseline, replications, needed } => format!(
            "{} has {replications} of the {needed} replications that a comparison takes",
            which(is_baseline)
        ),
        Incomparable::NoNumber(metric) => format!(
            "`--limit`: neither the baseline nor the result has a number `{}`",
            metric_name::written(metric)
        ),
        Incomparable::Nothing => {
            "neither the baseline nor the result has a number with a limit, or a claim".to_owned()
        }
    };
    printable(&text)
}
