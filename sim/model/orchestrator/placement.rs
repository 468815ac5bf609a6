//! Where containers land when everything is deployed at once, as Docker Swarm's scheduler places
//! its tasks: filter by constraints, reservations and replicas per node, then take the node with
//! the fewest tasks of this service, then the fewest tasks in total, then the first by name.
//!
//! Source: moby/swarmkit, `manager/scheduler`: filters of `pipeline.go`, order of `nodeLess` in
//! `scheduler.go`; `constraint.go` compares values without regard to case, and a label that is
//! missing counts as an empty one. Only reservations count, never limits or use. Ties fall by map
//! order there; here by name, so that a placement is a function of the scenario. What fits nowhere
//! stays pending.

use std::collections::BTreeMap;

/// A machine as the scheduler sees it.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// Its host name; ties fall by it.
    pub name: String,
    /// Labels of `node.labels`.
    pub labels: BTreeMap<String, String>,
    /// Whether `node.role` is `manager` rather than `worker`.
    pub manager: bool,
    /// Hardware threads that can be reserved.
    pub cpus: f64,
    /// RAM that can be reserved, in bytes.
    pub memory_bytes: f64,
}

/// What is to be placed.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// How many containers.
    pub replicas: u32,
    /// All of these must hold.
    pub constraints: Vec<Constraint>,
    /// Reserved threads of each.
    pub cpus: f64,
    /// Reserved RAM of each, in bytes.
    pub memory_bytes: f64,
    /// At most so many on one node; `None`: any number.
    pub max_per_node: Option<u32>,
}

/// What a constraint speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `node.hostname`
    HostName,
    /// `node.role`
    Role,
    /// `node.labels.` and a key
    Label(String),
}

/// A condition on nodes, such as `node.labels.tier == production`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// What it speaks of.
    pub attribute: Attribute,
    /// `==` rather than `!=`.
    pub equal: bool,
    /// The value.
    pub value: String,
}

impl Constraint {
    /// Parses a constraint; `None` when it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (key, value, equal) = match (text.split_once("=="), text.split_once("!=")) {
            (Some((key, value)), None) => (key, value, true),
            (None, Some((key, value))) => (key, value, false),
            _ => return None,
        };
        let attribute = match key.trim() {
            "node.hostname" => Attribute::HostName,
            "node.role" => Attribute::Role,
            other => Attribute::Label(
                other.strip_prefix("node.labels.").filter(|label| !label.is_empty())?.to_owned(),
            ),
        };
        let value = value.trim();
        (!value.is_empty()).then(|| Self { attribute, equal, value: value.to_owned() })
    }

    /// Whether `machine` meets it.
    #[must_use]
    pub fn holds(&self, machine: &Machine) -> bool {
        let actual = match &self.attribute {
            Attribute::HostName => machine.name.as_str(),
            Attribute::Role => {
                if machine.manager {
                    "manager"
                } else {
                    "worker"
                }
            }
            Attribute::Label(key) => machine.labels.get(key).map_or("", String::as_str),
        };
        actual.eq_ignore_ascii_case(&self.value) == self.equal
    }
}

/// Places `wanted`, one service after the other, on `machines` (both in the order of names):
/// for each service the machines of its containers; fewer than its replicas when the rest fits
/// nowhere.
#[must_use]
pub fn place(machines: &[Machine], wanted: &[Wanted]) -> Vec<Vec<usize>> {
    let mut state: Vec<(u32, f64, f64)> =
        machines.iter().map(|machine| (0, machine.cpus, machine.memory_bytes)).collect();
    wanted
        .iter()
        .map(|service| {
            let mut own = vec![0u32; machines.len()];
            let mut places = Vec::new();
            for _ in 0..service.replicas {
                let best = (0..machines.len())
                    .filter(|&at| service.constraints.iter().all(|each| each.holds(&machines[at])))
                    .filter(|&at| {
                        fits(service.cpus, state[at].1) && fits(service.memory_bytes, state[at].2)
                    })
                    .filter(|&at| service.max_per_node.is_none_or(|most| own[at] < most))
                    .min_by_key(|&at| (own[at], state[at].0, at));
                let Some(at) = best else { break };
                own[at] += 1;
                state[at].0 += 1;
                state[at].1 -= service.cpus;
                state[at].2 -= service.memory_bytes;
                places.push(at);
            }
            places
        })
        .collect()
}

/// Whether a reservation fits; one of nothing always does.
fn fits(reserved: f64, left: f64) -> bool {
    reserved <= 0.0 || reserved <= left * (1.0 + 1e-12)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machines() -> Vec<Machine> {
        ["a", "b", "c"]
            .into_iter()
            .map(|name| Machine {
                name: name.to_owned(),
                labels: BTreeMap::from([(
                    "tier".to_owned(),
                    if name == "c" { "edge" } else { "core" }.to_owned(),
                )]),
                manager: name == "a",
                cpus: 4.0,
                memory_bytes: 8e9,
            })
            .collect()
    }

    fn wanted(replicas: u32, constraints: &[&str]) -> Wanted {
        let constraints = constraints.iter().map(|text| Constraint::parse(text).unwrap()).collect();
        Wanted { replicas, constraints, ..Wanted::default() }
    }

    #[test]
    fn containers_spread_by_service_then_in_total_then_by_name() {
        let places = place(&machines(), &[wanted(1, &[]), wanted(1, &[]), wanted(4, &[])]);
        assert_eq!(places, [vec![0], vec![1], vec![2, 0, 1, 2]]);
    }

    #[test]
    fn constraints_filter() {
        let of = |text: &str| place(&machines(), &[wanted(3, &[text])]).remove(0);
        assert_eq!(of("node.hostname == B"), [1, 1, 1]);
        assert_eq!(of("node.hostname != b"), [0, 2, 0]);
        assert_eq!(of("node.role==manager"), [0, 0, 0]);
        assert_eq!(of("node.labels.tier == edge"), [2, 2, 2]);
        assert_eq!(of("node.labels.missing != x"), [0, 1, 2]);
        assert_eq!(of("node.labels.missing == x"), [0; 0]);
        for text in [
            "",
            "node.hostname",
            "hostname == a",
            "node.hostname =",
            "node.labels. == x",
            "node.hostname == ",
        ] {
            assert_eq!(Constraint::parse(text), None, "{text}");
        }
    }

    #[test]
    fn reservations_and_replicas_per_node_leave_the_rest_pending() {
        let mut big = wanted(5, &[]);
        big.memory_bytes = 5e9;
        assert_eq!(place(&machines(), &[big])[0], [0, 1, 2]);
        let mut one_each = wanted(5, &["node.labels.tier == core"]);
        one_each.max_per_node = Some(1);
        assert_eq!(place(&machines(), &[one_each])[0], [0, 1]);
    }
}
