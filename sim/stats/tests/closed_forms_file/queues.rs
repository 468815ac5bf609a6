//! Families of single stations.

use wssim_stats::theory::erlang_a::ErlangA;
use wssim_stats::theory::gm1::Gm1;
use wssim_stats::theory::mh2_1::Mh21;
use wssim_stats::theory::mmck::Mmck;
use wssim_stats::theory::mmpp_mc::MmppMc;
use wssim_stats::theory::{
    erlang_b as loss, md1 as constant, mg1, mginf as infinite, mm1 as single,
    mm1_transient as early, mmc as many, overload, processor_sharing as sharing, round_robin,
};

use crate::file::Row;

pub(crate) fn mm1(row: &Row) -> Option<f64> {
    let (lambda, mu) = (row.number("lam"), row.number("mu"));
    Some(match row.metric.as_str() {
        "utilization" => single::utilization(lambda, mu),
        "mean_in_system_L" => single::mean_in_system(lambda, mu),
        "mean_in_queue_Lq" => single::mean_in_queue(lambda, mu),
        "mean_response_W" | "mean_busy_period" => single::mean_response(lambda, mu),
        "mean_wait_Wq" => single::mean_wait(lambda, mu),
        "prob_no_wait" => 1.0 - single::utilization(lambda, mu),
        "var_response" => single::var_response(lambda, mu),
        "prob_in_system_ge_5" => single::prob_at_least(lambda, mu, 5),
        "response_p50" => single::response_quantile(lambda, mu, 0.5),
        "response_p95" => single::response_quantile(lambda, mu, 0.95),
        "response_p99" => single::response_quantile(lambda, mu, 0.99),
        "wait_p50" => single::wait_quantile(lambda, mu, 0.5),
        "wait_p95" => single::wait_quantile(lambda, mu, 0.95),
        "wait_p99" => single::wait_quantile(lambda, mu, 0.99),
        _ => return None,
    })
}

pub(crate) fn mmc(row: &Row) -> Option<f64> {
    let (lambda, mu, c) = (row.number("lam"), row.number("mu"), row.whole("c"));
    Some(match row.metric.as_str() {
        "prob_wait_erlang_c" => many::prob_wait(lambda, mu, c),
        "mean_wait_Wq" => many::mean_wait(lambda, mu, c),
        "mean_response_W" => many::mean_response(lambda, mu, c),
        "mean_in_system_L" => many::mean_in_system(lambda, mu, c),
        "utilization" => many::utilization(lambda, mu, c),
        "wait_p95" => many::wait_quantile(lambda, mu, c, 0.95),
        "wait_p99" => many::wait_quantile(lambda, mu, c, 0.99),
        "response_p95" => many::response_quantile(lambda, mu, c, 0.95),
        "response_p99" => many::response_quantile(lambda, mu, c, 0.99),
        _ => return None,
    })
}

pub(crate) fn mmck(row: &Row) -> Option<f64> {
    let (lambda, mu) = (row.number("lam"), row.number("mu"));
    let queue = Mmck::new(lambda, mu, row.whole("c"), row.whole("K"));
    Some(match row.metric.as_str() {
        "prob_block" => queue.prob_block(),
        "throughput" => queue.throughput(),
        "mean_in_system_L" => queue.mean_in_system(),
        "mean_response_W_accepted" => queue.mean_response(),
        "mean_wait_Wq_accepted" => queue.mean_wait(),
        "prob_wait_accepted" => queue.prob_wait(),
        _ => return None,
    })
}

pub(crate) fn mmpp_m_c(row: &Row) -> Option<f64> {
    let pair = |name: &str| <[f64; 2]>::try_from(row.numbers(name)).ok();
    let queue = MmppMc::new(pair("rates")?, pair("switch")?, row.number("mu"), row.whole("c"));
    Some(match row.metric.as_str() {
        "arrival_rate" => queue.arrival_rate(),
        "mean_in_system_L" => queue.mean_in_system(),
        "mean_response_W" => queue.mean_response(),
        "prob_wait_on_arrival" => queue.prob_wait(),
        _ => return None,
    })
}

pub(crate) fn md1(row: &Row) -> Option<f64> {
    let (lambda, service) = (row.number("lam"), row.number("D"));
    Some(match row.metric.as_str() {
        "mean_wait_Wq" => constant::mean_wait(lambda, service),
        "mean_response_W" => constant::mean_response(lambda, service),
        "mean_in_system_L" => constant::mean_in_system(lambda, service),
        "wait_p95" => constant::wait_quantile(lambda, service, 0.95),
        "wait_p99" => constant::wait_quantile(lambda, service, 0.99),
        "prob_wait_gt_2D" => constant::wait_tail(lambda, service, 2.0 * service),
        _ => return None,
    })
}

pub(crate) fn mg1_fcfs(row: &Row) -> Option<f64> {
    let (lambda, service) = (row.number("lam"), row.law("service"));
    Some(match row.metric.as_str() {
        "utilization" => mg1::utilization(lambda, &service),
        "mean_wait_Wq" => mg1::mean_wait(lambda, &service),
        "mean_response_W" => mg1::mean_response(lambda, &service),
        "mean_in_system_L" => mg1::mean_in_system(lambda, &service),
        "var_wait" => mg1::var_wait(lambda, &service),
        _ => return None,
    })
}

pub(crate) fn mg1_ps(row: &Row) -> Option<f64> {
    let (lambda, mean) = (row.number("lam"), row.law("service").mean());
    Some(match row.metric.as_str() {
        "mean_response_W" => sharing::mean_response(lambda, mean, 1),
        "mean_in_system_L" => sharing::mean_in_system(lambda, mean, 1),
        "prob_in_system_ge_4" => sharing::prob_at_least_on_one_core(lambda, mean, 4),
        "mean_response_given_size_x" => {
            sharing::mean_response_of_size(lambda, mean, row.number("x"))
        }
        _ => return None,
    })
}

pub(crate) fn mgc_ps(row: &Row) -> Option<f64> {
    let (lambda, mean, c) = (row.number("lam"), row.law("service").mean(), row.whole("c"));
    Some(match row.metric.as_str() {
        "mean_response_W" => sharing::mean_response(lambda, mean, c),
        "mean_in_system_L" => sharing::mean_in_system(lambda, mean, c),
        "prob_all_cores_busy" => sharing::prob_all_busy(lambda, mean, c),
        _ => return None,
    })
}

pub(crate) fn mginf(row: &Row) -> Option<f64> {
    let (lambda, mean) = (row.number("lam"), row.law("service").mean());
    Some(match row.metric.as_str() {
        "mean_in_system_L" | "var_in_system" => infinite::mean_in_system(lambda, mean),
        "prob_in_system_gt_14" => infinite::prob_more_than(lambda, mean, row.whole("k")),
        _ => return None,
    })
}

pub(crate) fn erlang_b(row: &Row) -> Option<f64> {
    let (load, c) = (row.number("lam") * row.law("service").mean(), row.whole("c"));
    Some(match row.metric.as_str() {
        "prob_block" => loss::prob_block(load, c),
        "carried_load" => loss::carried_load(load, c),
        "utilization_per_server" => loss::utilization(load, c),
        _ => return None,
    })
}

pub(crate) fn erlang_a(row: &Row) -> Option<f64> {
    let (lambda, mu) = (row.number("lam"), row.number("mu"));
    let queue = ErlangA::new(lambda, mu, row.whole("c"), row.number("theta"));
    Some(match row.metric.as_str() {
        "prob_abandon" => queue.prob_abandon(),
        "prob_wait" => queue.prob_wait(),
        "mean_in_queue_Lq" => queue.mean_in_queue(),
        "mean_wait_all_jobs" => queue.mean_wait(),
        "throughput_served" => queue.throughput(),
        "utilization" => queue.utilization(),
        _ => return None,
    })
}

pub(crate) fn gm1(row: &Row) -> Option<f64> {
    let arrival = row.law("arrival");
    let laplace = |s| arrival.laplace(s).unwrap();
    let queue = Gm1::new(1.0 / arrival.mean(), row.number("mu"), laplace);
    renewal_queue(row, &queue)
}

pub(crate) fn lb_round_robin(row: &Row) -> Option<f64> {
    let (lambda, mu) = (row.number("lam"), row.number("mu"));
    renewal_queue(row, &round_robin::one_server(lambda, mu, row.whole("c")))
}

fn renewal_queue(row: &Row, queue: &Gm1) -> Option<f64> {
    Some(match row.metric.as_str() {
        "sigma_prob_wait" => queue.prob_wait(),
        "mean_wait_Wq" => queue.mean_wait(),
        "mean_response_W" => queue.mean_response(),
        "mean_in_system_L" => queue.mean_in_system(),
        "response_p95" => queue.response_quantile(0.95),
        "wait_p99" => queue.wait_quantile(0.99),
        _ => return None,
    })
}

pub(crate) fn mh2_1_quantiles(row: &Row) -> Option<f64> {
    let p = row.numbers("p").try_into().unwrap();
    let means = row.numbers("means").try_into().unwrap();
    let queue = Mh21::new(row.number("lam"), p, means);
    Some(match row.metric.as_str() {
        "mean_wait_Wq" => queue.mean_wait(),
        "wait_p95" => queue.wait_quantile(0.95),
        "wait_p99" => queue.wait_quantile(0.99),
        "response_p50" => queue.response_quantile(0.5),
        "response_p95" => queue.response_quantile(0.95),
        "response_p99" => queue.response_quantile(0.99),
        _ => return None,
    })
}

pub(crate) fn mm1_transient(row: &Row) -> Option<f64> {
    let state = early::after(row.number("lam"), row.number("mu"), row.number("t"));
    Some(match row.metric.as_str() {
        "mean_in_system_at_t" => state.mean_in_system,
        "prob_empty_at_t" => state.prob_empty,
        "time_average_in_system_0_t" => state.time_average,
        _ => return None,
    })
}

pub(crate) fn drain_backlog(row: &Row) -> Option<f64> {
    let (n, c, mu) = (row.whole("n"), row.whole("c"), row.number("mu"));
    Some(match row.metric.as_str() {
        "mean_makespan" => overload::mean_drain(n, c, mu),
        "var_makespan" => overload::var_drain(n, c, mu),
        _ => return None,
    })
}

pub(crate) fn dd1_overload(row: &Row) -> Option<f64> {
    let (between, service, n) = (row.number("a"), row.number("D"), row.whole("n"));
    Some(match row.metric.as_str() {
        "wait_of_last_job" => overload::last_wait(between, service, n),
        "mean_wait" => overload::mean_wait(between, service, n),
        "makespan" => overload::makespan(between, service, n),
        _ => return None,
    })
}
