//! Families of repairable systems.

use wssim_stats::theory::availability::{
    FailoverPair, KOfN, LongRunShares, PairTimes, TwoState, UnitGroup, minutes_down_a_year,
    parallel, series,
};
use wssim_stats::theory::breakdowns::{self, MmcBreakdowns, Rates};
use wssim_stats::theory::outage::QueueOutage;

use crate::file::Row;

fn long_run(run: &LongRunShares, metric: &str) -> Option<f64> {
    Some(match metric {
        "availability_steady" => run.availability,
        "unavailability_steady" => run.unavailability,
        "outages_per_hour" => run.outages,
        "mean_outage_h" => run.mean_outage()?,
        "downtime_min_per_year" => run.minutes_down_a_year(),
        _ => return None,
    })
}

fn unit(row: &Row) -> TwoState {
    TwoState::new(row.number("mtbf_h"), row.number("mttr_h"))
}

pub(crate) fn two_state(row: &Row) -> Option<f64> {
    let (unit, time) = (unit(row), row.number("t_h"));
    Some(match row.metric.as_str() {
        "availability_at_t" => unit.availability_at(time),
        "mean_interval_availability" => unit.mean_interval_availability(time),
        "sd_interval_availability" => unit.sd_interval_availability(time),
        "prob_no_outage" => unit.prob_no_outage(time),
        "mean_outages_in_interval" => unit.mean_outages(time),
        metric => return long_run(&unit.long_run(), metric),
    })
}

pub(crate) fn interval_availability_cdf(row: &Row) -> Option<f64> {
    let (unit, time) = (unit(row), row.number("t_h"));
    Some(match row.metric.as_str() {
        "prob_downtime_le_x" => unit.prob_down_at_most(time, row.number("x_h")),
        "prob_zero_downtime" => unit.prob_down_at_most(time, 0.0),
        _ => return None,
    })
}

pub(crate) fn alternating_renewal(row: &Row) -> Option<f64> {
    long_run(&LongRunShares::alternating(&row.law("up"), &row.law("down")), &row.metric)
}

pub(crate) fn series_parallel(row: &Row) -> Option<f64> {
    let blocks: Vec<f64> = row.matrix("blocks").iter().map(|block| parallel(block)).collect();
    let availability = series(&blocks);
    Some(match row.metric.as_str() {
        "availability_steady" => availability,
        "downtime_min_per_year" => minutes_down_a_year(availability),
        _ => return None,
    })
}

fn group(row: &Row, units: u32, needed: u32, crews: u32) -> KOfN {
    let (mtbf, mttr) = (row.number("mtbf_h"), row.number("mttr_h"));
    KOfN::new(UnitGroup { units, needed, mtbf, mttr, crews }).unwrap()
}

pub(crate) fn k_of_n(row: &Row) -> Option<f64> {
    let group = group(row, row.whole("n"), row.whole("k"), row.whole("crews"));
    match row.metric.as_str() {
        "mttf_from_all_up_h" => group.mean_time_to_loss().ok(),
        metric => long_run(&group.long_run().ok()?, metric),
    }
}

pub(crate) fn k_of_n_mission(row: &Row) -> Option<f64> {
    let group = group(row, row.whole("n"), row.whole("k"), row.whole("crews"));
    match row.metric.as_str() {
        "prob_lost_by_t" => group.prob_lost_by(row.number("t_h")).ok(),
        "availability_at_t" => group.availability_at(row.number("t_h")).ok(),
        _ => None,
    }
}

pub(crate) fn quorum3_mttf(row: &Row) -> Option<f64> {
    let crews = match row.metric.as_str() {
        "mttf_quorum_h" => 3,
        "mttf_quorum_no_repair_h" => 0,
        _ => return None,
    };
    group(row, 3, 2, crews).mean_time_to_loss().ok()
}

pub(crate) fn failover_pair(row: &Row) -> Option<f64> {
    let times = PairTimes {
        mtbf: row.number("mtbf_h"),
        standby_mtbf: row.number("standby_mtbf_h"),
        mttr: row.number("mttr_h"),
        detect: row.number("detect_h"),
        crews: row.whole("crews"),
    };
    let pair = FailoverPair::new(times).ok()?;
    match row.metric.as_str() {
        "unavailability_from_detection" => pair.unavailability_unnoticed().ok(),
        "mttf_both_down_h" => pair.mean_time_to_both_down().ok(),
        metric => long_run(&pair.long_run().ok()?, metric),
    }
}

fn rates(row: &Row) -> Rates {
    Rates {
        arrival: row.number("lam"),
        service: row.number("mu"),
        failure: row.number("fail"),
        repair: row.number("repair"),
    }
}

pub(crate) fn mm1_breakdowns(row: &Row) -> Option<f64> {
    let rates = rates(row);
    Some(match row.metric.as_str() {
        "server_availability" => rates.availability(),
        "mean_in_system_L" => breakdowns::mean_in_system(rates),
        "mean_response_W" => breakdowns::mean_response(rates),
        "mean_response_W_fail_only_when_busy" => breakdowns::mean_response_failing_when_busy(rates),
        _ => return None,
    })
}

pub(crate) fn mmc_breakdowns(row: &Row) -> Option<f64> {
    let queue = MmcBreakdowns::new(rates(row), row.whole("c"));
    Some(match row.metric.as_str() {
        "mean_in_system_L" => queue.mean_in_system(),
        "mean_response_W" => queue.mean_response(),
        "mean_servers_up" => queue.mean_servers_up(),
        "prob_wait_or_stalled_on_arrival" => queue.prob_wait(),
        _ => return None,
    })
}

pub(crate) fn deterministic_node_outage(row: &Row) -> Option<f64> {
    let nanoseconds = |name: &str| (row.number(name) * 1e9).round() as u64;
    let outage = QueueOutage {
        interarrival: nanoseconds("a"),
        service: nanoseconds("D"),
        start: nanoseconds("t0"),
        duration: nanoseconds("d"),
        jobs: u64::from(row.whole("n")),
    };
    let delays = outage.delays();
    Some(match row.metric.as_str() {
        "max_response" => delays.max_response as f64 / 1e9,
        "mean_response" => delays.mean_response / 1e9,
        "jobs_with_response_gt_D" => delays.delayed as f64,
        "last_completion" => delays.last_completion as f64 / 1e9,
        _ => return None,
    })
}
