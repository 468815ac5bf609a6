//! Placement of containers, at deployment and when one is replaced, in the way of Docker Swarm's scheduler.
//!
//! Filters: readiness, reservations, constraints, ports of the node, replicas per node. Among the nodes that pass,
//! the first of this order: fewest tasks of the service on the nodes that share its label values (of the placement
//! preferences, one after the other); no repeated failures of the service; fewest tasks of the service; fewest
//! tasks in total; name. A global service gets one task on each node that passes the filters.
//!
//! Source: moby/swarmkit, `manager/scheduler`: filters of `pipeline.go`, order of `nodeLess` in `scheduler.go`;
//! `constraint.go` compares values without regard to case, and a missing label counts as an empty one. Only
//! reservations count, never limits or use. Swarmkit breaks ties by map order; here the name does, so that a
//! placement is a function of the scenario. A container that fits on no node stays pending.

mod order;

pub use order::Order;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A node as the scheduler sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Machine {
    /// Its host name, which breaks ties.
    pub name: String,
    /// Labels of `node.labels`.
    pub labels: BTreeMap<String, String>,
    /// Whether `node.role` is `manager` rather than `worker`.
    pub manager: bool,
    /// Architecture of its processor as Docker reports it, such as `aarch64`; empty: x86-64.
    pub architecture: String,
    /// Hardware threads that can be reserved.
    pub cpus: f64,
    /// RAM that can be reserved, in bytes.
    pub memory_bytes: f64,
}

impl Machine {
    /// The value of a label; a missing one counts as empty.
    fn label(&self, key: &str) -> &str {
        self.labels.get(key).map_or("", String::as_str)
    }
}

/// The demands of a service on its placement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The number of containers; `None`: one on each node.
    pub replicas: Option<u32>,
    /// Labels over whose values the containers are spread, the most important first.
    pub spread: Vec<String>,
    /// Constraints, all of which must hold.
    pub constraints: Vec<Constraint>,
    /// Threads that each container reserves.
    pub cpus: f64,
    /// RAM that each container reserves, in bytes.
    pub memory_bytes: f64,
    /// Most containers on one node; `None`: no limit.
    pub max_per_node: Option<u32>,
    /// Ports of the node that each container takes.
    pub host_ports: Vec<u16>,
}

/// The filters that turn a node away, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Filter {
    /// It is not ready.
    Ready,
    /// Reservations exceed its free resources.
    Room,
    /// It does not meet the constraints.
    Constraints,
    /// One of the ports is taken.
    HostPort,
    /// It runs as many containers of the service as it may.
    MaxPerNode,
}

/// The filters that turned nodes away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Why(u8);

impl Why {
    /// Whether `filter` turned a node away.
    #[must_use]
    pub fn has(self, filter: Filter) -> bool {
        self.0 & 1 << filter as u8 != 0
    }

    /// These filters and `filter`.
    #[must_use]
    pub fn and(self, filter: Filter) -> Self {
        Self(self.0 | 1 << filter as u8)
    }
}

/// What a service may do on a node that is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MachineStanding {
    /// It may get containers.
    Good,
    /// It may get containers when no other node can: the service has failed there repeatedly.
    Failing,
    /// It may get none yet: its containers of the service are still being stopped.
    Full,
}

/// The attribute of a node that a constraint compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `node.hostname`; also `node.id` and `node.ip`: here a node has no id or address but its name.
    HostName,
    /// `node.role`
    Role,
    /// `node.labels.` and a key
    Label(String),
    /// `engine.labels.` and a key; engines have no labels here.
    EngineLabel,
    /// `node.platform.os`: Linux everywhere.
    System,
    /// `node.platform.arch`
    Architecture,
}

/// A condition on nodes, such as `node.labels.tier == production`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// The attribute that it compares.
    pub attribute: Attribute,
    /// `==` rather than `!=`.
    pub equal: bool,
    /// The value.
    pub value: String,
}

impl Constraint {
    /// Parses a constraint; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (key, value, equal) = match (text.split_once("=="), text.split_once("!=")) {
            (Some((key, value)), None) => (key, value, true),
            (None, Some((key, value))) => (key, value, false),
            _ => return None,
        };
        let attribute = match key.trim() {
            "node.hostname" | "node.id" | "node.ip" => Attribute::HostName,
            "node.role" => Attribute::Role,
            "node.platform.os" => Attribute::System,
            "node.platform.arch" => Attribute::Architecture,
            other if other.starts_with("engine.labels.") => Attribute::EngineLabel,
            other => Attribute::Label(
                other.strip_prefix("node.labels.").filter(|label| !label.is_empty())?.to_owned(),
            ),
        };
        let value = value.trim();
        (!value.is_empty()).then(|| Self { attribute, equal, value: value.to_owned() })
    }

    /// Whether it compares the host's name.
    #[must_use]
    pub fn is_of_host(&self) -> bool {
        self.attribute == Attribute::HostName
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
            Attribute::Label(key) => machine.label(key),
            Attribute::EngineLabel => "",
            Attribute::System => "linux",
            Attribute::Architecture => {
                let own = processor(&machine.architecture);
                return own.eq_ignore_ascii_case(processor(&self.value)) == self.equal;
            }
        };
        actual.eq_ignore_ascii_case(&self.value) == self.equal
    }
}

/// One name for an architecture that images and kernels name differently.
fn processor(name: &str) -> &str {
    const NAMES: [(&str, &str); 3] = [("", "x86_64"), ("amd64", "x86_64"), ("arm64", "aarch64")];
    let other = NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    other.map_or(name, |(_, own)| own)
}

/// Places `wanted`, one service after the other, on `machines` (both in the order of names): for each service the
/// machines of its containers; fewer than its replicas when the rest fits on no machine.
#[must_use]
pub fn place(machines: &[Machine], wanted: &[Wanted], order: Order) -> Vec<Vec<usize>> {
    Scheduler::new(machines, wanted, order).all()
}

/// The free resources of a machine.
#[derive(Debug)]
struct Left {
    tasks: u32,
    cpus: f64,
    memory: f64,
    ports: Vec<u16>,
    /// Reservations for the order: threads, and bytes.
    counted: [f64; 2],
}

/// Places containers one by one and keeps the place of each.
#[derive(Debug)]
pub struct Scheduler<'a> {
    machines: &'a [Machine],
    wanted: &'a [Wanted],
    order: Order,
    left: Vec<Left>,
    /// Containers by service and machine.
    own: Vec<Vec<u32>>,
    /// By service and machine: whether it meets the constraints.
    meets: Vec<Vec<bool>>,
    /// By service, label over which it is spread, and machine: the first machine that shares the values of this
    /// label and of the labels before it.
    branches: Vec<Vec<Vec<usize>>>,
    /// By service, such a label, and first machine: containers of the service on all machines that share the
    /// values.
    shared: Vec<Vec<Vec<u32>>>,
}

impl<'a> Scheduler<'a> {
    /// A scheduler with no container placed; both slices in the order of names.
    #[must_use]
    pub fn new(machines: &'a [Machine], wanted: &'a [Wanted], order: Order) -> Self {
        let left = (machines.iter())
            .map(|machine| Left {
                tasks: 0,
                cpus: machine.cpus,
                memory: machine.memory_bytes,
                ports: Vec::new(),
                counted: [0.0; 2],
            })
            .collect();
        let meets = |wanted: &Wanted| {
            let all = |machine: &Machine| wanted.constraints.iter().all(|one| one.holds(machine));
            machines.iter().map(all).collect()
        };
        let spread = |wanted: &Wanted| vec![vec![0; machines.len()]; wanted.spread.len()];
        Self {
            machines,
            wanted,
            order,
            left,
            shared: wanted.iter().map(spread).collect(),
            own: vec![vec![0; machines.len()]; wanted.len()],
            meets: wanted.iter().map(meets).collect(),
            branches: wanted.iter().map(|wanted| branches(machines, &wanted.spread)).collect(),
        }
    }

    /// Places all services, one after the other: for each the machines of its containers.
    pub fn all(&mut self) -> Vec<Vec<usize>> {
        let wanted = self.wanted.iter().enumerate();
        wanted
            .map(|(service, wanted)| {
                let replicas = wanted.replicas.unwrap_or(self.machines.len() as u32);
                (0..replicas).map_while(|_| self.one_more(service)).collect()
            })
            .collect()
    }

    /// Places `count` further containers, one of each of `services` in turn, regardless of their replicas: the
    /// service and the machine of each. Skips a service that fits on no machine, so the result is shorter when none
    /// fits any more.
    pub fn grow(&mut self, services: &[usize], count: usize) -> Vec<(usize, usize)> {
        let (mut growing, mut added) = (services.to_vec(), Vec::new());
        while added.len() < count && !growing.is_empty() {
            growing.retain(|&service| {
                let place = if added.len() < count { self.one_more(service) } else { None };
                added.extend(place.map(|at| (service, at)));
                place.is_some()
            });
        }
        added
    }

    /// Places one more container of `service`; `None` when it fits on no machine.
    fn one_more(&mut self, service: usize) -> Option<usize> {
        let at = self.choose(service, |_| true, |_| MachineStanding::Good).ok()?;
        self.take(service, at);
        Some(at)
    }

    /// The machine for one more container of `service`, where `standing` gives the standing of each machine.
    ///
    /// # Errors
    /// The filters, when no machine passes them.
    pub fn choose(
        &self,
        service: usize,
        is_ready: impl Fn(usize) -> bool,
        standing: impl Fn(usize) -> MachineStanding,
    ) -> Result<usize, Why> {
        // Most services are bound to few machines; the filters of the others are run only for an error.
        let bound = &self.meets[service];
        let looked_at = |at: usize| self.filter(service, at, is_ready(at), || standing(at));
        let (mut chosen, mut why) = (None, Why::default());
        for at in (0..self.machines.len()).filter(|at| bound[*at]) {
            match looked_at(at) {
                Ok(standing)
                    if chosen.is_none_or(|best| self.precedes(service, (at, standing), best)) =>
                {
                    chosen = Some((at, standing));
                }
                Ok(_) => {}
                Err(filter) => why = why.and(filter),
            }
        }
        let Some((at, _)) = chosen else {
            let others = (0..self.machines.len()).filter(|at| !bound[*at]);
            return Err(others.filter_map(|at| looked_at(at).err()).fold(why, Why::and));
        };
        Ok(at)
    }

    /// Whether one more container of `service` lands on `a` rather than on `b`, the first by name.
    fn precedes(
        &self,
        service: usize,
        a: (usize, MachineStanding),
        b: (usize, MachineStanding),
    ) -> bool {
        let order = self.by_branches(service, a.0, b.0);
        order.then_with(|| self.by_order(service, a, b)).is_lt()
    }

    /// Which of two machines shares the first label's value with fewer tasks of `service`; on a tie the first two
    /// labels' values, and so on.
    fn by_branches(&self, service: usize, a: usize, b: usize) -> Ordering {
        let levels = self.branches[service].iter().zip(&self.shared[service]);
        let mut orders = levels.map(|(first, tasks)| tasks[first[a]].cmp(&tasks[first[b]]));
        orders.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    /// Which of two machines with known standings comes first in the order of the orchestrator's kind.
    fn by_order(
        &self,
        service: usize,
        a: (usize, MachineStanding),
        b: (usize, MachineStanding),
    ) -> Ordering {
        let tasks = |(at, standing): (usize, MachineStanding)| (standing, self.own[service][at]);
        let shares = || self.reserved(a.0).total_cmp(&self.reserved(b.0));
        let by_kind = match self.order {
            Order::Tasks => self.left[a.0].tasks.cmp(&self.left[b.0].tasks),
            Order::LeastReserved => shares(),
            Order::MostReserved => shares().reverse(),
        };
        tasks(a).cmp(&tasks(b)).then(by_kind).then(a.0.cmp(&b.0))
    }

    /// The reserved share of a machine's resources: the mean of CPU and RAM.
    fn reserved(&self, at: usize) -> f64 {
        let [cpus, bytes] = self.left[at].counted;
        let machine = &self.machines[at];
        f64::midpoint(cpus / machine.cpus, bytes / machine.memory_bytes)
    }

    /// The reservation of one container of `service` in the order.
    fn counted(&self, service: usize) -> [f64; 2] {
        let wanted = &self.wanted[service];
        let [cpus, bytes] = self.order.least();
        let or = |reserved: f64, least: f64| if reserved > 0.0 { reserved } else { least };
        [or(wanted.cpus, cpus), or(wanted.memory_bytes, bytes)]
    }

    /// The standing of machine `at`, or the filter that turns it away.
    fn filter(
        &self,
        service: usize,
        at: usize,
        is_ready: bool,
        standing: impl FnOnce() -> MachineStanding,
    ) -> Result<MachineStanding, Filter> {
        let left = &self.left[at];
        let wanted = &self.wanted[service];
        let most = if wanted.replicas.is_none() { Some(1) } else { wanted.max_per_node };
        if !is_ready {
            return Err(Filter::Ready);
        }
        if !fits(wanted.cpus, left.cpus) || !fits(wanted.memory_bytes, left.memory) {
            return Err(Filter::Room);
        }
        if !self.meets[service][at] {
            return Err(Filter::Constraints);
        }
        if wanted.host_ports.iter().any(|port| left.ports.contains(port)) {
            return Err(Filter::HostPort);
        }
        let has_room = most.is_none_or(|most| self.own[service][at] < most);
        let standing =
            has_room.then(standing).filter(|standing| *standing != MachineStanding::Full);
        standing.ok_or(Filter::MaxPerNode)
    }

    /// Puts a container of `service` on machine `at`.
    pub fn take(&mut self, service: usize, at: usize) {
        let [cpus, bytes] = self.counted(service);
        let (wanted, left) = (&self.wanted[service], &mut self.left[at]);
        left.counted = [left.counted[0] + cpus, left.counted[1] + bytes];
        self.own[service][at] += 1;
        for (first, tasks) in self.branches[service].iter().zip(&mut self.shared[service]) {
            tasks[first[at]] += 1;
        }
        left.tasks += 1;
        left.cpus -= wanted.cpus;
        left.memory -= wanted.memory_bytes;
        left.ports.extend(&wanted.host_ports);
    }

    /// Removes a container of `service`, which is to end, from the count of machine `at`. It keeps its reservation
    /// until [`Self::release`].
    pub fn retire(&mut self, service: usize, at: usize) {
        self.own[service][at] -= 1;
        for (first, tasks) in self.branches[service].iter().zip(&mut self.shared[service]) {
            tasks[first[at]] -= 1;
        }
        self.left[at].tasks -= 1;
    }

    /// Frees the reservation of a container of `service` on machine `at`.
    pub fn release(&mut self, service: usize, at: usize) {
        let [cpus, bytes] = self.counted(service);
        let (wanted, left) = (&self.wanted[service], &mut self.left[at]);
        left.counted = [left.counted[0] - cpus, left.counted[1] - bytes];
        left.cpus += wanted.cpus;
        left.memory += wanted.memory_bytes;
        for port in &wanted.host_ports {
            if let Some(place) = left.ports.iter().position(|taken| taken == port) {
                left.ports.swap_remove(place);
            }
        }
    }

    /// Removes a container of `service` from machine `at`.
    pub fn give_back(&mut self, service: usize, at: usize) {
        self.retire(service, at);
        self.release(service, at);
    }
}

/// Most containers of a service that wants `wanted` on an otherwise empty `machine`.
#[must_use]
pub fn most_on(machine: &Machine, wanted: &Wanted) -> u32 {
    let Some(replicas) = wanted.replicas else { return 0 };
    if !wanted.constraints.iter().all(|each| each.holds(machine)) {
        return 0;
    }
    let room = |each: f64, of: f64| {
        if each > 0.0 { (of * (1.0 + 1e-12) / each).floor() as u32 } else { u32::MAX }
    };
    let ports = if wanted.host_ports.is_empty() { u32::MAX } else { 1 };
    replicas
        .min(wanted.max_per_node.unwrap_or(u32::MAX))
        .min(room(wanted.cpus, machine.cpus))
        .min(room(wanted.memory_bytes, machine.memory_bytes))
        .min(ports)
}

/// By label of `spread` and machine: the first machine that shares the values of this label and of those before it.
fn branches(machines: &[Machine], spread: &[String]) -> Vec<Vec<usize>> {
    let first = |labels: &[String], machine: &Machine| {
        let shares =
            |other: &Machine| labels.iter().all(|label| other.label(label) == machine.label(label));
        machines.iter().position(shares).unwrap_or_default()
    };
    let level = |depth: usize| machines.iter().map(|one| first(&spread[..depth], one)).collect();
    (1..=spread.len()).map(level).collect()
}

/// Whether a reservation fits; a reservation of zero always does.
fn fits(reserved: f64, left: f64) -> bool {
    reserved <= 0.0 || reserved <= left * (1.0 + 1e-12)
}

#[cfg(test)]
mod twin;

#[cfg(test)]
mod tests;
