//! Notes for the reader, as sentences.

use super::overload::overload;
use crate::number::twelve_digits;
use crate::quantity;
use wssim_experiment::note::{FirstToGive, Killed, Note};

/// The sentence of a note.
pub(crate) fn note(note: &Note) -> String {
    match note {
        Note::Overload(what) => format!("overload: {}", overload(what)),
        Note::Unfinished { unfinished, requests } => format!(
            "{unfinished} of {requests} requests had no answer when a replication was given up: errors, \
             with the reason `unfinished`; how long theirs would have taken is not known"
        ),
        Note::UsersRounded { entry, scale, users, factors } => {
            let more = match factors {
                1 => String::new(),
                many => format!("; they are rounded at {many} values"),
            };
            format!(
                "users are whole: at `traffic.scale` {scale} `{entry}` has {}, not {}{more}",
                users.simulated,
                twelve_digits(users.exact).unwrap_or(users.exact)
            )
        }
        Note::NotSettled => {
            "no end of the warm-up was found: response times may still be growing, \
                             and there may be no steady state"
                .to_owned()
        }
        Note::OtherMeasure { baseline, scenario } => format!(
            "`{baseline}` and `{scenario}` say differently how long to measure: both are measured as \
             `{scenario}` says"
        ),
        Note::Unpaired { scenario, entries } => format!(
            "common random numbers do not help with {} of `{scenario}`: its requests have little in common \
             with those of the baseline, and changes are known less precisely than they could be",
            entries.iter().map(|entry| format!("`{entry}`")).collect::<Vec<_>>().join(", ")
        ),
        Note::RangesCut => "not every range of an input was looked at".to_owned(),
        Note::Killed(services) => killed(services),
        Note::FirstToGive(first) => first_to_give(first),
        Note::NoPressure { containers } => {
            format!("no node came under pressure up to {containers} containers")
        }
        Note::ScriptedFaults => "faults that the scenario scripts are left out".to_owned(),
        Note::TooManyNodes { most } => {
            format!("no long run: more than {most} nodes are too many for it")
        }
        Note::LongRunLost => "the long run was cut short: nothing is told of it".to_owned(),
        Note::LongRunCut { histories, planned } => {
            format!("the long run was cut short: {histories} of {planned} histories")
        }
    }
}

/// Most services named one by one.
const MOST_KILLED: usize = 3;

/// Services whose containers are killed for lack of memory: at their own limit, or because their node is
/// full.
fn killed(services: &[Killed]) -> String {
    let mut all: Vec<String> = services.iter().take(MOST_KILLED).map(killed_one).collect();
    match services.len().saturating_sub(MOST_KILLED) {
        0 => {}
        1 => all.push("so was one more service".to_owned()),
        more => all.push(format!("so were {more} more services")),
    }
    all.join("; ")
}

fn killed_one(killed: &Killed) -> String {
    let times = |kills: f64| match quantity::about(kills).as_str() {
        "1" => "once".to_owned(),
        many => format!("{many} times"),
    };
    let own = killed.limit.map_or_else(String::new, |limit| {
        format!(" of {}", quantity::plain(limit, "bytes", false))
    });
    let (service, at_limit, by_node) = (&killed.service, killed.at_limit, killed.by_node);
    if by_node == 0.0 {
        return format!(
            "`{service}` was killed {} a replication at its own limit{own}; the node was not full",
            times(at_limit)
        );
    }
    let full = "because the node had neither RAM nor swap left";
    if at_limit == 0.0 {
        return format!("`{service}` was killed {} a replication {full}", times(by_node));
    }
    format!(
        "`{service}` was killed {} a replication at its own limit{own}, and {} {full}",
        times(at_limit),
        times(by_node)
    )
}

fn first_to_give(first: &FirstToGive) -> String {
    let FirstToGive { node, containers, interval, replications, of } = first;
    let interval = interval.map_or_else(String::new, |estimate| {
        format!(" ({:.0}–{:.0})", estimate.low.max(0.0), estimate.high)
    });
    let often = if replications < of {
        format!(", in {replications} of {of} replications")
    } else {
        String::new()
    };
    format!(
        "as containers are added, `{node}` gives first, at {containers:.0} containers{interval}{often}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_stats::Estimate;

    #[test]
    fn a_containers_own_limit_is_told_from_a_full_node() {
        let of = |service: &str, at_limit, by_node| Killed {
            service: service.to_owned(),
            limit: Some(2.0e9),
            at_limit,
            by_node,
        };
        assert_eq!(
            killed(&[of("api", 5.0, 0.0), of("db", 0.0, 1.0)]),
            "`api` was killed 5 times a replication at its own limit of 2 GB; the node was not full; \
             `db` was killed once a replication because the node had neither RAM nor swap left"
        );
        let both =
            killed(&[of("api", 2.5, 0.5), of("a", 1.0, 0.0), of("b", 1.0, 0.0), of("c", 1.0, 0.0)]);
        assert!(both.starts_with(
            "`api` was killed 2.5 times a replication at its own limit of 2 GB, and 0.5 times because the node"
        ), "{both}");
        assert!(both.ends_with("; so was one more service"), "{both}");
    }

    #[test]
    fn the_first_to_give_is_told_with_its_interval() {
        let first = |interval, replications, of| FirstToGive {
            node: "hpr".to_owned(),
            containers: 83.0,
            interval,
            replications,
            of,
        };
        assert_eq!(
            first_to_give(&first(Some(Estimate::symmetric(83.0, 12.7, 2)), 2, 2)),
            "as containers are added, `hpr` gives first, at 83 containers (70–96)"
        );
        assert_eq!(
            first_to_give(&first(None, 1, 10)),
            "as containers are added, `hpr` gives first, at 83 containers, in 1 of 10 replications"
        );
    }
}
