//! Overloads as sentences, and the banner at the beginning of a report.

use wssim_experiment::note::Note;
use wssim_experiment::offered::{Overload, Overloaded};

/// Most overloads in a banner.
const MOST: usize = 4;

/// The sentence of an overload: the resource, its load, and the effect.
#[must_use]
pub fn overload(overload: &Overload) -> String {
    let asked = asked(overload);
    if overload.on_average {
        format!("{asked}: there is no steady state")
    } else {
        format!("{asked}: at the peak of its traffic a queue builds up")
    }
}

/// The lines of the banner: warnings before all numbers. Empty without an overload.
pub(crate) fn banner(notes: &[Note]) -> Vec<String> {
    let line = |note: &Note| match note {
        Note::Overload(what) => Some(format!("Overload: {}", overload(what))),
        _ => None,
    };
    let mut lines: Vec<String> = notes.iter().filter_map(line).collect();
    let more = lines.len().saturating_sub(MOST);
    if more > 1 {
        lines.truncate(MOST);
        lines.push(format!("Overload: and {more} more, which `wssim check` lists"));
    }
    lines
}

fn asked(overload: &Overload) -> String {
    let offered = |decimals: usize| {
        let most = if overload.on_average { "" } else { "up to " };
        format!("{most}{:.decimals$}", overload.offered)
    };
    match &overload.of {
        Overloaded::Node { node, threads, capacity } => {
            let limit = threads_of(*threads, *capacity);
            format!("node `{node}` is offered {} erlangs for {limit}", offered(1))
        }
        Overloaded::Disk { node, queues } => format!(
            "the disk of node `{node}` is offered {} erlangs for {queues} at once",
            offered(2)
        ),
        Overloaded::Limit { service, cpus } => format!(
            "a container of service `{service}` is offered {} CPUs for a limit of {cpus}",
            offered(2)
        ),
        Overloaded::Workers { service, workers } => {
            let workers =
                if *workers == 1 { "1 worker".to_owned() } else { format!("{workers} workers") };
            format!("service `{service}` is offered {} requests at once for {workers}", offered(1))
        }
    }
}

fn threads_of(threads: f64, capacity: f64) -> String {
    let (counted, do_it) = if (threads - 1.0).abs() < 1e-9 {
        ("1 thread".to_owned(), "does")
    } else {
        (format!("{threads} threads"), "do")
    };
    if (capacity - threads).abs() < 1e-9 {
        counted
    } else {
        format!("{counted}, which {do_it} the work of {capacity:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(threads: f64, capacity: f64, offered: f64, on_average: bool) -> Overload {
        let of = Overloaded::Node { node: "a".to_owned(), threads, capacity };
        Overload { of, offered, on_average }
    }

    #[test]
    fn overloads_are_told_with_what_they_lead_to() {
        let service = || "web".to_owned();
        let of = |of, offered| overload(&Overload { of, offered, on_average: true });
        assert_eq!(
            overload(&node(2.0, 1.2, 8.0, true)),
            "node `a` is offered 8.0 erlangs for 2 threads, which do the work of 1.2: there is no \
             steady state"
        );
        assert_eq!(
            overload(&node(1.0, 1.0, 1.5, false)),
            "node `a` is offered up to 1.5 erlangs for 1 thread: at the peak of its traffic a queue \
             builds up"
        );
        assert_eq!(
            of(Overloaded::Disk { node: "a".to_owned(), queues: 1 }, 1.08),
            "the disk of node `a` is offered 1.08 erlangs for 1 at once: there is no steady state"
        );
        assert_eq!(
            of(Overloaded::Limit { service: service(), cpus: 0.5 }, 4.0),
            "a container of service `web` is offered 4.00 CPUs for a limit of 0.5: there is no steady \
             state"
        );
        assert_eq!(
            of(Overloaded::Workers { service: service(), workers: 1 }, 16.0),
            "service `web` is offered 16.0 requests at once for 1 worker: there is no steady state"
        );
    }

    #[test]
    fn a_banner_is_short() {
        let lines = |count: usize| {
            let mut notes = vec![Note::Overload(node(1.0, 1.0, 1.5, true)); count];
            notes.push(Note::NotSettled);
            banner(&notes)
        };
        assert_eq!(lines(0).len(), 0);
        assert_eq!(lines(5).len(), 5, "one more is no shorter");
        assert_eq!(lines(9).len(), 5);
        assert_eq!(lines(9)[4], "Overload: and 5 more, which `wssim check` lists");
    }
}
