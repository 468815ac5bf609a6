//! The memory of random worlds: RAM that is ample, scarce or far too little, with and without swap;
//! limits, heaps, files, growing stores, requests with memory, added containers. It uses its own draws,
//! so that the rest of a world is unchanged.

use super::random_worlds::Dice;
use std::fmt::Write as _;
use wssim_kernel::Time;
use wssim_kernel::stream::StreamKey;
use wssim_model::ids::{ContainerId, NodeId};
use wssim_model::probe::{NodeMemoryState, OutOfMemory, Probe};
use wssim_model::{Blueprint, Outcome};

/// The memory of one random world.
pub(super) struct Ram {
    dice: Dice,
    /// Whether this world has memory settings: two of three do.
    used: bool,
    /// The memory of services, in their order.
    services: Vec<Service>,
}

/// The memory of one service.
struct Service {
    text: String,
    has_files: bool,
    /// Whether the capacity of its caches follows from its memory.
    has_store: bool,
}

impl Ram {
    pub(super) fn new(seed: u64, services: u32) -> Self {
        let mut dice = Dice::of(StreamKey::new(seed, 0, "test", "random memory"));
        let used = dice.chance(0.67);
        let services = (0..services).map(|_| Service::new(&mut dice)).collect();
        Self { dice, used, services }
    }

    /// The settings of a node.
    pub(super) fn node(&mut self) -> String {
        let dice = &mut self.dice;
        let mut text = String::new();
        if dice.chance(0.8) {
            let ram = dice.pick(&["16 MB", "80 MB", "150 MB", "300 MB", "8 GB"]);
            writeln!(text, "memory = \"{ram}\"").unwrap();
            // Swappiness needs swap.
            if dice.chance(0.8) {
                let swap = dice.pick(&["20 MB", "500 MB", "2 GB"]);
                writeln!(text, "swap = \"{swap}\"").unwrap();
                writeln!(text, "swappiness = {}", dice.pick(&["0", "60", "200"])).unwrap();
            }
        }
        if self.used { text } else { String::new() }
    }

    /// The settings of the service with this number.
    pub(super) fn service(&self, n: u32) -> &str {
        if self.used { &self.services[n as usize].text } else { "" }
    }

    pub(super) fn has_files(&self, n: u32) -> bool {
        self.used && self.services[n as usize].has_files
    }

    pub(super) fn has_store(&self, n: u32) -> bool {
        self.used && self.services[n as usize].has_store
    }

    /// Common settings, and growth to this number of replicas. Without growth if replicas have weights:
    /// an added one would have none.
    pub(super) fn world(&mut self, replicas: u32, have_weights: bool) -> String {
        let dice = &mut self.dice;
        let mut text = String::new();
        let touch = dice.pick(&["10us", "1us", "10us", "100us", "none"]);
        let hot = dice.pick(&["1.0", "1.0", "0.5", "0.0"]);
        let system = dice.pick(&["0 B", "3 MB", "20 MB"]);
        writeln!(text, "[memory]\ntouch = \"{touch}\"\nhot = {hot}").unwrap();
        writeln!(text, "kernel = \"{system}\"\nshim = \"500 kB\"").unwrap();
        if dice.chance(0.3) && !have_weights {
            let to = replicas + dice.below(12);
            writeln!(text, "[growth]\nto = {to}\nevery = \"700ms\"").unwrap();
        }
        if self.used { text } else { String::new() }
    }
}

impl Service {
    fn new(dice: &mut Dice) -> Self {
        let base = dice.pick(&["1 MB", "15 MB", "40 MB", "120 MB"]);
        let mut memory = vec![format!("base = \"{base}\"")];
        if dice.chance(0.6) {
            let each = dice.pick(&["100 kB", "1 MB", "4 MB"]);
            memory.push(format!("per_request = \"{each}\""));
        }
        if dice.chance(0.5) {
            memory.push(format!("alpha = {}", dice.pick(&["0", "0.8", "1.3"])));
        }
        if dice.chance(0.25) {
            let limit = dice.pick(&["10 MB", "40 MB", "150 MB"]);
            memory.push(format!("limit = \"{limit}\""));
        }
        if dice.chance(0.3) {
            memory.push(format!("processes = {}", 2 + dice.below(4)));
        }
        if dice.chance(0.3) {
            let garbage = dice.pick(&["10 kB", "500 kB", "9 MB"]);
            memory.push(format!(
                "heap = {{ limit = \"9 MB\", live = \"1 MB\", garbage = \"{garbage}\", collection = \"exp(5ms)\" }}"
            ));
        }
        let has_store = dice.chance(0.3);
        if has_store {
            memory.push("entry = \"100 kB\", maxmemory = \"5 MB\"".to_owned());
        } else if dice.chance(0.3) {
            memory.push("entry = \"1 MB\"".to_owned());
        }
        let mut text = format!("memory = {{ {} }}\n", memory.join(", "));
        let has_files = dice.chance(0.4);
        if has_files {
            let size = dice.pick(&["2 MB", "60 MB", "1 GB"]);
            let buffers = dice.pick(&["0 B", "1 MB", "8 MB"]);
            writeln!(
                text,
                "data = {{ size = \"{size}\", buffers = \"{buffers}\", alpha = {} }}",
                dice.pick(&["0", "0.9"])
            )
            .unwrap();
        }
        Self { text, has_files, has_store }
    }
}

/// Records the memory of a world, and checks its invariants.
pub(super) struct Watch<'a> {
    blueprint: &'a Blueprint,
    /// By node: the end of the reported memory.
    told: Vec<Time>,
    /// Totals: kills, pages brought back, nanoseconds of stalls, pages in swap.
    pub(super) seen: [u64; 4],
}

/// Tolerance in bytes between sums of whole pages and of bytes rounded to pages.
const ROUNDING: f64 = 4.0 * 4096.0;

impl<'a> Watch<'a> {
    pub(super) fn new(blueprint: &'a Blueprint) -> Self {
        Self { blueprint, told: vec![Time::ZERO; blueprint.nodes.len()], seen: [0; 4] }
    }

    /// Asserts the laws of the averages.
    pub(super) fn assert_laws(&self, outcome: &Outcome) {
        for (place, container) in outcome.averages.containers.iter().enumerate() {
            let held = container.resident + container.swapped;
            let demand = container.demand;
            assert!((held - demand).abs() <= 1.0 + 1e-9 * demand, "{held} held, {demand} due");
            let [touches, faults] = container.touches;
            // A step touches up to one page more or less than its CPU implies.
            assert!(
                faults <= touches + container.arrivals * 8 + 100,
                "{place}: {faults} {touches}"
            );
            assert!(container.reads[1] <= container.reads[0], "{place}: {:?}", container.reads);
        }
        for (node, of) in self.blueprint.nodes.iter().enumerate() {
            let containers = self.blueprint.containers.iter().zip(&outcome.averages.containers);
            let here = containers.filter(|(container, _)| container.node.index() == node);
            let [resident, swapped] = here.fold([0.0, 0.0], |[r, s], (_, averages)| {
                [r + averages.resident, s + averages.swapped]
            });
            assert!(resident <= of.memory.ram + ROUNDING, "{resident} of {}", of.memory.ram);
            assert!(swapped <= of.memory.swap + ROUNDING, "{swapped} of {}", of.memory.swap);
        }
    }
}

impl Probe for Watch<'_> {
    fn node_memory(&mut self, node: NodeId, from: Time, to: Time, state: &NodeMemoryState) {
        let memory = &self.blueprint.nodes[node.index()].memory;
        assert_eq!(std::mem::replace(&mut self.told[node.index()], to), from, "no gap, no overlap");
        assert!(from < to && state.stalled <= to.since(from), "{state:?}");
        let system = state.used - state.resident;
        let system_due = memory.kernel + memory.engine + memory.agent;
        assert!(system >= system_due - ROUNDING, "{state:?}");
        if memory.ram.is_finite() {
            // A system larger than the RAM leaves containers nothing.
            let used = state.used.min(memory.ram);
            assert!(state.used <= memory.ram.max(system) + ROUNDING, "{state:?}");
            assert!((used + state.page_cache - memory.ram).abs() <= ROUNDING, "{state:?}");
        }
        assert!(state.swap <= memory.swap + ROUNDING, "{state:?}");
        assert!(state.hot <= state.resident + state.swap + ROUNDING, "{state:?}");
        self.seen[1] += state.swapped_in;
        self.seen[2] += state.stalled.0;
        self.seen[3] += (state.swap / 4096.0) as u64;
    }

    fn oom_kill(&mut self, _: Time, container: ContainerId, _: OutOfMemory) {
        assert!(container.index() < self.blueprint.containers.len());
        self.seen[0] += 1;
    }
}
