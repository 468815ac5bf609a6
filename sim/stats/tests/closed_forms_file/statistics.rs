//! Families of estimators, and of planning how long to run.

use wssim_stats::paired::{KnownMean, welch_degrees_of_freedom};
use wssim_stats::theory::run_length;
use wssim_stats::{
    holm_adjusted, mean_interval, paired_difference, quantile_rank_interval, student_t_quantile,
    welch_difference,
};

use crate::file::Row;

/// Quantile 0.975 of the standard normal distribution.
const Z95: f64 = 1.959_963_984_540_054;

pub(crate) fn mm1_run_length(row: &Row) -> Option<f64> {
    let (lambda, mu) = (row.number("lam"), row.number("mu"));
    Some(match row.metric.as_str() {
        "asymptotic_var_time_avg_L" => run_length::var_time_average_in_system(lambda, mu),
        "asymptotic_var_customer_avg_Wq" => run_length::var_customer_average_wait(lambda, mu),
        "run_time_for_5pct_halfwidth_L_95" => {
            run_length::seconds_for_precision(lambda, mu, 0.05, Z95)
        }
        _ => return None,
    })
}

pub(crate) fn t_quantile(row: &Row) -> Option<f64> {
    let p = f64::midpoint(1.0, row.number("conf"));
    (row.metric == "two_sided_critical_value").then(|| student_t_quantile(row.number("df"), p))
}

pub(crate) fn quantile_ci_ranks(row: &Row) -> Option<f64> {
    let n = u64::from(row.whole("n"));
    let ranks = quantile_rank_interval(n, row.number("p"), row.number("conf"));
    Some(match row.metric.as_str() {
        "lower_rank" => ranks.lower as f64,
        "upper_rank" => ranks.upper as f64,
        "coverage" => ranks.coverage,
        _ => return None,
    })
}

pub(crate) fn holm(row: &Row) -> Option<f64> {
    let (metric, index) = row.indexed_metric();
    (metric == "adjusted_p").then(|| holm_adjusted(&row.numbers("p"))[index])
}

pub(crate) fn replication_ci(row: &Row) -> Option<f64> {
    let (a, b, level) = (row.numbers("a"), row.numbers("b"), row.number("conf"));
    Some(match row.metric.as_str() {
        "mean_a" => mean_interval(&a, level)?.mean,
        "halfwidth_a" => mean_interval(&a, level)?.half_width(),
        "paired_halfwidth" => paired_difference(&a, &b, level)?.half_width(),
        "welch_df" => {
            let known = |values: &[f64]| KnownMean::of(values).unwrap();
            welch_degrees_of_freedom(known(&a), known(&b))
        }
        "welch_halfwidth" => welch_difference(&a, &b, level)?.half_width(),
        _ => return None,
    })
}

pub(crate) fn mser5(row: &Row) -> Option<f64> {
    let (n, offset, decay) = (row.whole("n"), row.number("c"), row.number("g"));
    let series: Vec<f64> = (0..n)
        .map(|i| {
            let noise = f64::from(i * 7919 % 101) / 101.0 - 0.5;
            offset * decay.powi(i as i32) + noise
        })
        .collect();
    let truncation = wssim_stats::mser5(&series)?;
    let left = &series[truncation.observations_deleted..];
    Some(match row.metric.as_str() {
        "truncate_observations" => truncation.observations_deleted as f64,
        "mser_statistic" => truncation.statistic,
        "truncated_mean" => left.iter().sum::<f64>() / left.len() as f64,
        _ => return None,
    })
}
