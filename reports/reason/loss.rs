//! Losses and causes, as sentences.

use crate::quantity;
use wssim_experiment::failures::findings::{EntryTrouble, FailsOf, ServiceLoss, Way};
use wssim_experiment::failures::years::findings::Cause;

/// Why an entry is lost or degraded.
pub(crate) fn entry(trouble: &EntryTrouble) -> String {
    match trouble {
        EntryTrouble::Cut { ways, more } => {
            let ways: Vec<String> = ways.iter().map(way).collect();
            let more =
                if *more > 0 { format!("; and {more} more services") } else { String::new() };
            format!("{}{more}", ways.join("; "))
        }
        EntryTrouble::NotCarried { fails_of, busiest, stalled } => {
            let mut parts = vec![format!(
                "every service that it needs runs; most requests fail of: {}",
                name(*fails_of)
            )];
            parts.extend(
                busiest
                    .as_ref()
                    .map(|(node, cpu)| format!("the CPU of {node} is at {:.0} %", cpu * 100.0)),
            );
            parts.extend(stalled.as_ref().map(|(node, share)| {
                let percent = share * 100.0;
                format!(
                    "{node} has no RAM left: its services wait for pages {percent:.0} % of the time"
                )
            }));
            parts.join("; ")
        }
        EntryTrouble::Degraded { window_errors, is_slow, fails_often } => {
            let errors =
                window_errors.map(|share| format!("up to {:.1} % of a window fail", share * 100.0));
            let slow = is_slow.then(|| "slower than its objective".to_owned());
            let often = fails_often.then(|| "more errors than its objective allows".to_owned());
            [errors, slow, often].into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    }
}

fn name(of: FailsOf) -> &'static str {
    match of {
        FailsOf::Nothing => "nothing",
        FailsOf::Silence => "no answer at all",
        FailsOf::Failure(reason) => reason,
    }
}

fn way(way: &Way) -> String {
    let why = service(&way.why);
    if way.by.is_empty() {
        return format!("users come by {}: {why}", way.end);
    }
    format!("the way by {} ends at {}: {why}", way.by.join(" → "), way.end)
}

/// Why no container of a service answers.
pub(crate) fn service(loss: &ServiceLoss) -> String {
    let and_data = |has_data: bool| if has_data { ", with its data" } else { "" };
    match loss {
        ServiceLoss::Pinned { constraints, has_data } => {
            let pins = constraints.join("`, `");
            format!("pinned by `{pins}` to what is down{}", and_data(*has_data))
        }
        ServiceLoss::NowhereLeft { has_data } => {
            format!("every node that it may run on is down{}", and_data(*has_data))
        }
        ServiceLoss::DataDown { nodes } => {
            format!("its data is in a local volume on {}, which is down", nodes.join(", "))
        }
        ServiceLoss::NoQuorum => {
            "no quorum: too few managers are left to start anything anew".to_owned()
        }
        ServiceLoss::NoOrchestrator => {
            "it is not started elsewhere: there is no orchestrator".to_owned()
        }
        ServiceLoss::OwnHostOnly => "Compose starts containers on their own host only".to_owned(),
        ServiceLoss::NoRoom { reserves, nodes, most } => format!(
            "no RAM left: it reserves {:.1} GB, and {} can give {:.1} GB at most",
            reserves / 1e9,
            nodes.join(", "),
            most / 1e9
        ),
        ServiceLoss::WaitsFor(name) => {
            format!("it starts, and waits for {name}, which is lost too")
        }
        ServiceLoss::Killed { times } => {
            format!("killed for want of memory ({times:.1} times a replication)")
        }
        ServiceLoss::Stalled { node, share } => {
            format!(
                "what is left does not carry it: {node} waits for pages {} of the time",
                quantity::percent(*share)
            )
        }
        ServiceLoss::StaysOn { nodes } if nodes.is_empty() => {
            "none of its containers runs at the end".to_owned()
        }
        ServiceLoss::StaysOn { nodes } => {
            format!("its containers were on {} and start nowhere else", nodes.join(", "))
        }
    }
}

/// The cause: `node host`, `power of office`, or a fault by its name.
pub(crate) fn cause(cause: &Cause) -> String {
    match cause {
        Cause::Thing { kind, name } => format!("{kind} {name}"),
        Cause::OfSite { what, site } => format!("{what} of {site}"),
        Cause::Fault(name) => name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn losses_name_what_holds_them() {
        let room = ServiceLoss::NoRoom { reserves: 4e9, nodes: names(&["a", "b"]), most: 1.26e9 };
        let pinned = ServiceLoss::Pinned { constraints: names(&["x == 1", "y"]), has_data: true };
        for (loss, due) in [
            (pinned, "pinned by `x == 1`, `y` to what is down, with its data"),
            (ServiceLoss::NowhereLeft { has_data: false }, "every node that it may run on is down"),
            (
                ServiceLoss::DataDown { nodes: names(&["a"]) },
                "its data is in a local volume on a, which is down",
            ),
            (room, "no RAM left: it reserves 4.0 GB, and a, b can give 1.3 GB at most"),
            (
                ServiceLoss::Killed { times: 0.25 },
                "killed for want of memory (0.2 times a replication)",
            ),
            (
                ServiceLoss::Stalled { node: "a".to_owned(), share: 0.92 },
                "what is left does not carry it: a waits for pages 92 % of the time",
            ),
            (ServiceLoss::StaysOn { nodes: Vec::new() }, "none of its containers runs at the end"),
        ] {
            assert_eq!(service(&loss), due);
        }
    }

    #[test]
    fn an_entry_is_told_where_its_ways_end() {
        let way = |by: &[&str], end: &str| Way {
            by: names(by),
            end: end.to_owned(),
            why: ServiceLoss::WaitsFor("db".to_owned()),
        };
        let cut =
            EntryTrouble::Cut { ways: vec![way(&[], "proxy"), way(&["a", "b"], "c")], more: 2 };
        assert_eq!(
            entry(&cut),
            "users come by proxy: it starts, and waits for db, which is lost too; the way by a → b ends at \
             c: it starts, and waits for db, which is lost too; and 2 more services"
        );
    }

    #[test]
    fn trouble_without_a_loss_is_told_in_numbers() {
        let busy = EntryTrouble::NotCarried {
            fails_of: FailsOf::Failure("timeout"),
            busiest: Some(("a".to_owned(), 0.987)),
            stalled: Some(("b".to_owned(), 0.5)),
        };
        assert_eq!(
            entry(&busy),
            "every service that it needs runs; most requests fail of: timeout; the CPU of a is at 99 %; b \
             has no RAM left: its services wait for pages 50 % of the time"
        );
        let degraded = |window_errors, is_slow, fails_often| {
            entry(&EntryTrouble::Degraded { window_errors, is_slow, fails_often })
        };
        assert_eq!(degraded(None, true, false), "slower than its objective");
        assert_eq!(
            degraded(Some(0.123), false, true),
            "up to 12.3 % of a window fail, more errors than its objective allows"
        );
    }
}
