//! The scheduler against a direct transcription of the order of swarmkit's `nodeLess`.

use super::*;
use wssim_kernel::stream::{Draw, StreamKey};

const LABELS: [&str; 3] = ["zone", "rack", "disk"];

fn below(random: &mut Draw<'_>, limit: usize) -> usize {
    (random.open01() * limit as f64) as usize
}

/// Machines with random values of some labels.
fn machines(random: &mut Draw<'_>) -> Vec<Machine> {
    let mut machine = |n: usize| {
        let mut labels = BTreeMap::new();
        for label in LABELS {
            let value = below(random, 3);
            if value > 0 {
                labels.insert(label.to_owned(), format!("v{value}"));
            }
        }
        Machine { name: format!("n{n}"), labels, ..Machine::default() }
    };
    (0..6).map(&mut machine).collect()
}

/// The number of `own` that share the first label's value with machine `at`, the first two labels' values, and so
/// on.
fn in_branches(machines: &[Machine], spread: &[String], at: usize, own: &[u32]) -> Vec<u32> {
    let same = |other: &Machine, labels: &[String]| {
        labels.iter().all(|label| other.label(label) == machines[at].label(label))
    };
    let branch = |depth: usize| {
        let with = machines.iter().zip(own);
        with.filter(|(other, _)| same(other, &spread[..depth])).map(|(_, own)| own).sum()
    };
    (1..=spread.len()).map(branch).collect()
}

#[test]
fn the_least_loaded_branch_wins() {
    for case in 0..200 {
        let stream = StreamKey::new(84, 0, "test", "placement");
        let mut random = stream.draw(case, 0);
        let machines = machines(&mut random);
        let spread = |depth: usize| LABELS[..depth].iter().map(ToString::to_string).collect();
        let wanted: Vec<Wanted> =
            (0..4).map(|depth| Wanted { spread: spread(depth), ..wanted_once() }).collect();
        let mut scheduler = Scheduler::new(&machines, &wanted, Order::Tasks);
        let mut placed: Vec<(usize, usize)> = Vec::new();
        for _ in 0..100 {
            let service = below(&mut random, wanted.len());
            let kinds = [Some(MachineStanding::Good), Some(MachineStanding::Failing), None];
            let standings: Vec<Option<MachineStanding>> =
                (0..machines.len()).map(|_| kinds[below(&mut random, 3)]).collect();
            let count =
                |of: &dyn Fn(&(usize, usize)) -> bool| placed.iter().filter(|one| of(one)).count();
            let own: Vec<u32> =
                (0..machines.len()).map(|at| count(&|one| *one == (service, at)) as u32).collect();
            let due = (0..machines.len()).filter(|at| standings[*at].is_some()).min_by_key(|&at| {
                let branches = in_branches(&machines, &wanted[service].spread, at, &own);
                (branches, standings[at], own[at], count(&|one| one.1 == at), at)
            });
            let standing = |at: usize| standings[at].unwrap();
            let chosen = scheduler.choose(service, |at| standings[at].is_some(), standing);
            assert_eq!(chosen.ok(), due, "case {case}");
            if let Some(at) = due {
                scheduler.take(service, at);
                placed.push((service, at));
            }
            if below(&mut random, 3) == 0 && !placed.is_empty() {
                let (service, at) = placed.swap_remove(below(&mut random, placed.len()));
                scheduler.give_back(service, at);
            }
        }
    }
}

fn wanted_once() -> Wanted {
    Wanted { replicas: Some(1), ..Wanted::default() }
}
