//! Resources and reasons as sentences.

use crate::quantity;
use wssim_experiment::analytic::{FormulaDifference, FormulaGap, Resource};

/// The name of a resource.
pub(crate) fn resource(resource: &Resource) -> String {
    match resource {
        Resource::Processor(node) => format!("processor of {node}"),
        Resource::Disk(node) => format!("disk of {node}"),
        Resource::Limit(service) => format!("CPU limit of {service}"),
        Resource::Workers(service) => format!("workers of {service}"),
        Resource::Pool(service, target) => format!("connections of {service} to {target}"),
    }
}

/// The kind of a reason, in planners' terms.
pub(crate) fn kind(reason: &FormulaGap) -> &'static str {
    match reason {
        FormulaGap::Overload => "overload",
        FormulaGap::Arrivals(_) | FormulaGap::Batches(_) => "bursts",
        FormulaGap::Quota(_)
        | FormulaGap::Backlog(_)
        | FormulaGap::QueueTimeOut(_)
        | FormulaGap::PoolTimeOut(..)
        | FormulaGap::Held(..)
        | FormulaGap::Full(_)
        | FormulaGap::Patience(_)
        | FormulaGap::TimeOut(_)
        | FormulaGap::Guard(_)
        | FormulaGap::Nested(_) => "limits",
        FormulaGap::Ram(_)
        | FormulaGap::RamLimit(_)
        | FormulaGap::Reads(_)
        | FormulaGap::ColdCache(_) => "memory",
        FormulaGap::Uneven(_) | FormulaGap::Mesh(_) | FormulaGap::Connections(_) => "routing",
        FormulaGap::Faults | FormulaGap::Rollouts | FormulaGap::Starts(_) => "faults",
        FormulaGap::Contended(_) | FormulaGap::Branches(_) => "sharing",
        FormulaGap::NoVariance(_) | FormulaGap::DiskLaw(_) => "laws",
    }
}

/// The sentence of a reason.
pub(crate) fn sentence(reason: &FormulaGap) -> String {
    match reason {
        FormulaGap::Overload => "something is asked for more than it can do".to_owned(),
        FormulaGap::Arrivals(source) => {
            format!(
                "requests of `{source}` do not come at random at one rate; formulas take the mean rate"
            )
        }
        FormulaGap::Batches(node) => format!("background of `{node}` begins several jobs at once"),
        FormulaGap::Quota(service) => {
            format!(
                "containers of `{service}` have a CPU quota a period, not a share of a processor"
            )
        }
        FormulaGap::Backlog(service) => {
            format!("`{service}` refuses requests when its backlog is full")
        }
        FormulaGap::QueueTimeOut(service) => {
            format!("waiting for a worker of `{service}` can end by a time-out")
        }
        FormulaGap::PoolTimeOut(service, target) => {
            format!("waiting for a connection of `{service}` to `{target}` can end by a time-out")
        }
        FormulaGap::Held(service, target) => {
            format!("requests of `{service}` hold connections to `{target}` over several steps")
        }
        FormulaGap::Full(service) => format!("`{service}` takes a limited number of connections"),
        FormulaGap::Patience(source) => format!("users of `{source}` may give up"),
        FormulaGap::TimeOut(service) => {
            format!("calls to `{service}` can come to their time-out, and be made again")
        }
        FormulaGap::Guard(service) => {
            format!("a breaker or a limit stands before calls of `{service}`")
        }
        FormulaGap::Nested(service) => {
            format!(
                "requests that wait for workers or connections of `{service}` may hold others meanwhile"
            )
        }
        FormulaGap::Ram(node) => format!("more RAM of `{node}` is asked for than it has"),
        FormulaGap::RamLimit(service) => {
            format!("containers of `{service}` can exceed their limit of RAM")
        }
        FormulaGap::Reads(service) => {
            format!("`{service}` reads files; what RAM does not hold comes from the disk")
        }
        FormulaGap::ColdCache(service) => format!("the caches of `{service}` begin empty"),
        FormulaGap::Uneven(service) => {
            format!("requests are not spread evenly over the replicas of `{service}`")
        }
        FormulaGap::Mesh(source) => {
            format!("requests of `{source}` pass the routing mesh, which takes CPU")
        }
        FormulaGap::Connections(pairs) => {
            format!("opening connections takes time, between {pairs} pairs of services")
        }
        FormulaGap::Faults => "something is to fail".to_owned(),
        FormulaGap::Rollouts => "something is to be rolled out".to_owned(),
        FormulaGap::Starts(service) => format!("containers of `{service}` start during the run"),
        FormulaGap::Contended(node) => {
            format!("containers of `{node}` compete: each gets as much, and not each request")
        }
        FormulaGap::Branches(service) => {
            format!("parallel branches of `{service}` compute on one node at the same time")
        }
        FormulaGap::NoVariance(service) => format!(
            "times of `{service}` have no variance: waits are longer than formulas say, without a bound"
        ),
        FormulaGap::DiskLaw(node) => {
            format!("times at the disk of `{node}` are not exponential, as formulas take them")
        }
    }
}

/// Most reasons named in one sentence.
const NAMED: usize = 3;

/// The sentence that formulas and simulation differ by more than their limit, and what formulas leave
/// out; `None` if they do not differ.
pub(crate) fn differ(
    differences: impl Iterator<Item = FormulaDifference>,
    left_out: &[FormulaGap],
) -> Option<String> {
    let differences: Vec<FormulaDifference> = differences.collect();
    let finite = differences.iter().filter(|difference| difference.share.is_finite());
    let most = finite.max_by(|a, b| a.share.abs().total_cmp(&b.share.abs()));
    // The relative difference from zero or infinity is not finite.
    let odd = differences.iter().find(|difference| !difference.share.is_finite());
    let may = quantity::percent(most.or(odd)?.limit);
    let by = match (most, odd) {
        (Some(most), None) => format!("by up to {}", quantity::percent(most.share.abs())),
        _ => "by any factor (one of the two is nothing, or without end)".to_owned(),
    };
    let mut why: Vec<String> = left_out.iter().take(NAMED).map(sentence).collect();
    if why.is_empty() {
        why.push("their approximations alone".to_owned());
    }
    let why = why.join("; ");
    Some(format!("formulas differ {by}, more than the {may} that they may: {why}"))
}
