//! Families of several stations, of parallel calls and of repeated attempts.

use wssim_stats::theory::closed_network::{self as closed, ClosedNetwork};
use wssim_stats::theory::finite_source::FiniteSource;
use wssim_stats::theory::open_jackson::{self as open, OpenJackson};
use wssim_stats::theory::{mm1, mmc, parallel, retry as repeat, tandem};

use crate::file::Row;

pub(crate) fn finite_source(row: &Row) -> Option<f64> {
    let (users, think) = (row.whole("N"), row.number("think_mean"));
    let loop_ = FiniteSource::new(users, think, row.number("mu"), row.whole("c"));
    Some(match row.metric.as_str() {
        "throughput_X" => loop_.throughput(),
        "mean_response_R" => loop_.mean_response(),
        "utilization" => loop_.utilization(),
        "mean_thinking" => loop_.mean_thinking(),
        "check_N_over_X_minus_Z" => loop_.response_by_law(),
        "prob_all_servers_busy" => loop_.prob_all_busy(),
        _ => return None,
    })
}

pub(crate) fn closed_network(row: &Row) -> Option<f64> {
    let stations: Vec<closed::ClosedStation> = row
        .numbers("demands")
        .into_iter()
        .zip(row.wholes("servers"))
        .map(|(demand_seconds, servers)| closed::ClosedStation { demand_seconds, servers })
        .collect();
    let network = ClosedNetwork::new(row.whole("N"), row.number("think_mean"), &stations);
    let (metric, station) = row.indexed_metric();
    Some(match metric {
        "throughput_X" => network.throughput,
        "mean_response_R" => network.mean_response,
        "mean_in_station" => network.mean_in_station[station],
        "utilization_station" => network.utilization[station],
        _ => return None,
    })
}

pub(crate) fn open_jackson(row: &Row) -> Option<f64> {
    let rates = row.numbers("mu").into_iter().zip(row.wholes("servers"));
    let stations: Vec<open::JacksonStation> = row
        .numbers("ext")
        .into_iter()
        .zip(rates)
        .map(|(external_rate, (service_rate, servers))| open::JacksonStation {
            external_rate,
            service_rate,
            servers,
        })
        .collect();
    let network = OpenJackson::new(&stations, &row.matrix("routing"));
    let (metric, station) = row.indexed_metric();
    Some(match metric {
        "arrival_rate_node" => network.arrival_rate[station],
        "mean_in_node" => network.mean_in_station[station],
        "utilization_node" => network.utilization[station],
        "mean_response_network" => network.mean_response,
        "mean_in_network" => network.mean_in_network,
        _ => return None,
    })
}

pub(crate) fn pool_tandem(row: &Row) -> Option<f64> {
    let lambda = row.number("lam");
    let stations: Vec<tandem::TandemStation> =
        row.numbers("mus").into_iter().zip(row.wholes("servers")).collect();
    let (metric, stage) = row.indexed_metric();
    let (mu, c) = stations[stage];
    Some(match metric {
        "mean_wait_stage" => mmc::mean_wait(lambda, mu, c),
        "prob_wait_stage" => mmc::prob_wait(lambda, mu, c),
        "mean_response_total" => tandem::mean_response(lambda, &stations),
        _ => return None,
    })
}

pub(crate) fn fork_join_2(row: &Row) -> Option<f64> {
    let (lambda, mu) = (row.number("lam"), row.number("mu"));
    Some(match row.metric.as_str() {
        "mean_response_join" => parallel::mean_join_of_two(lambda, mu),
        "mean_response_one_branch" => mm1::mean_response(lambda, mu),
        _ => return None,
    })
}

pub(crate) fn parallel_k_of_n(row: &Row) -> Option<f64> {
    let (n, k, mean) = (row.whole("n"), row.whole("k"), row.number("mean"));
    Some(match row.metric.as_str() {
        "mean_response" => parallel::mean_kth_of_n(n, k, mean),
        "var_response" => parallel::var_kth_of_n(n, k, mean),
        "response_p95" => parallel::kth_of_n_quantile(n, k, mean, 0.95),
        _ => return None,
    })
}

pub(crate) fn retry(row: &Row) -> Option<f64> {
    let lambda = row.number("lam");
    let (q, k) = (row.number("fail_prob"), row.whole("max_retries"));
    Some(match row.metric.as_str() {
        "effective_attempt_rate" => lambda * repeat::mean_attempts(q, k),
        "mean_attempts_per_request" => repeat::mean_attempts(q, k),
        "prob_request_success" => repeat::prob_success(q, k),
        "goodput" => lambda * repeat::prob_success(q, k),
        _ => return None,
    })
}

pub(crate) fn mm1_bernoulli_feedback(row: &Row) -> Option<f64> {
    let (lambda, mu, q) = (row.number("lam"), row.number("mu"), row.number("q"));
    Some(match row.metric.as_str() {
        "utilization" => repeat::feedback_utilization(lambda, mu, q),
        "effective_attempt_rate" => repeat::feedback_attempt_rate(lambda, q),
        "mean_response_W" => repeat::feedback_mean_response(lambda, mu, q),
        "mean_in_system_L" => repeat::feedback_mean_in_system(lambda, mu, q),
        _ => return None,
    })
}
