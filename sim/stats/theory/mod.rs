//! Closed forms of queueing theory, which simulations are tested against.
//!
//! One file a model, plain functions of `f64`; each names its source. Unless a file says otherwise:
//! arrivals are Poisson at `arrival_rate` λ, service is first come first served, exponential at
//! `service_rate` μ per server, steady state. Times are in seconds and rates in 1/s, though any
//! consistent unit works. Waiting time is before service, response time includes it; quantiles of the
//! waiting time are over all requests, including those that do not wait. A model without a steady state
//! for its arguments (ρ ≥ 1) panics: a wrong number is worse than none.

pub mod availability;
mod birth_death;
pub mod breakdowns;
pub mod caches;
pub mod closed_network;
pub mod erlang_a;
pub mod erlang_b;
pub mod finite_source;
pub mod gm1;
pub mod impatient;
pub mod law;
pub mod limited;
pub mod markov;
pub mod md1;
pub mod mg1;
pub mod mginf;
pub mod mh2_1;
pub mod mixed_network;
pub mod mm1;
pub mod mm1_transient;
pub mod mmc;
pub mod mmck;
pub mod mmpp_mc;
pub mod open_jackson;
pub mod outage;
pub mod overload;
pub mod parallel;
mod poisson;
pub mod processor_sharing;
mod qbd;
mod reduction;
pub mod retry;
mod root;
pub mod round_robin;
pub mod run_length;
pub mod shared;
pub mod tandem;

pub use law::DurationLaw;

/// Returns `utilization`; panics without a steady state.
pub(crate) fn stable(utilization: f64) -> f64 {
    assert!((0.0..1.0).contains(&utilization), "no steady state at utilization {utilization}");
    utilization
}
