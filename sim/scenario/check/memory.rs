//! Checks for impossible RAM, and for RAM exhausted at the start.

use super::GIB;
use super::checking::Checking;
use crate::calls;
use crate::diagnostic::Diagnostic;
use crate::document::memory::{DataText, MemoryText};
use crate::document::service::ServiceText;
use crate::document::step::StepKind;
use crate::places::Places;
use std::collections::BTreeMap;
use wssim_model::blueprint::Hits;

/// Bytes as people read them.
fn shown(bytes: f64) -> String {
    let units = [("GiB", GIB), ("MiB", GIB / 1024.0), ("KiB", 1024.0)];
    let (unit, size) = units.into_iter().find(|(_, size)| bytes >= *size).unwrap_or(("B", 1.0));
    let text = format!("{:.1}", bytes / size);
    format!("{} {unit}", text.strip_suffix(".0").unwrap_or(&text))
}

impl Checking<'_> {
    /// Checks a service's own RAM and files.
    pub(super) fn memory(&mut self, name: &str, service: &ServiceText) {
        self.heap(name, &service.memory);
        if let Some(limit) = service.memory.limit.filter(|most| service.memory.reservation > *most)
        {
            let (reserved, limit) = (shown(service.memory.reservation), shown(limit));
            let message = format!("`{name}` reserves {reserved} and may have {limit}");
            self.warn("reservation-above-limit", message, service.memory.origin, None);
        }
        self.reads(name, service);
        self.entries(name, &service.memory);
    }

    fn heap(&mut self, name: &str, memory: &MemoryText) {
        let Some(heap) = &memory.heap else { return };
        let (live, base, most) = (shown(heap.live), shown(memory.base), shown(heap.limit));
        if heap.live >= heap.limit {
            let message = format!("{live} alive fill the heap of `{name}`, which ends at {most}");
            self.error("contradiction", message, heap.origin);
        } else if heap.live > memory.base {
            let message =
                format!("{live} alive in the heap of `{name}` are part of its base, of {base}");
            self.error("contradiction", message, heap.origin);
        } else if let Some(limit) = memory.limit.filter(|most| memory.before_collection() > *most)
            && memory.base <= limit
        {
            let (full, limit) = (shown(memory.before_collection()), shown(limit));
            let message = format!("with its heap full `{name}` takes {full}, and may have {limit}");
            let help = "a smaller heap is collected before the limit comes".to_owned();
            self.warn("heap-above-limit", message, memory.origin, Some(help));
        }
    }

    /// Steps that read missing data, and data that no step reads.
    fn reads(&mut self, name: &str, service: &ServiceText) {
        let mut reads = Vec::new();
        for endpoint in service.endpoints.values() {
            calls::visit(&endpoint.steps, 1.0, true, &mut |step, _, _| {
                if let StepKind::Read(_, origin) = &step.kind {
                    reads.push(*origin);
                }
            });
        }
        let Some(data) = &service.data else {
            for origin in reads {
                let message = format!("service `{name}` has no data to read");
                let help = format!("give it some: `[service.{name}.data]` with `size = \"2 GB\"`");
                let diagnostic = Diagnostic::error("no-data", message).help(help);
                self.out.push(diagnostic.at(self.sources, origin));
            }
            return;
        };
        if reads.is_empty() {
            let message = format!("no step of `{name}` reads its data");
            let help = Some("such as `{ read = 20 }`".to_owned());
            self.warn("unused-data", message, data.origin, help);
        }
        self.data(name, data);
    }

    fn data(&mut self, name: &str, data: &DataText) {
        let (size, page, buffers) = (shown(data.size), shown(data.page), shown(data.buffers));
        if data.page > data.size {
            let message = format!("one page of {page} is more than all data of `{name}`, {size}");
            self.error("out-of-range", message, data.origin);
        } else if data.buffers > data.size {
            let message = format!("`{name}` has buffers of {buffers} for data of {size}");
            let help = "the rest of them stays empty".to_owned();
            self.warn("buffers-above-data", message, data.origin, Some(help));
        }
    }

    /// Entry sizes that no cache uses, and caches that hold more than they may.
    fn entries(&mut self, name: &str, memory: &MemoryText) {
        let Some(entry) = memory.entry else { return };
        let Some(stores) = self.stores(name) else { return };
        let held: f64 = stores.iter().sum();
        if held <= 0.0 {
            let message = format!("nothing is kept in `{name}`: an entry of it takes no RAM");
            let help = "what a step with `hit = \"zipf(…)\"` looks up there is kept".to_owned();
            self.warn("unused-entry", message, memory.origin, Some(help));
        } else if let Some(most) = memory.most.filter(|most| held * entry > *most && held > 1.0) {
            let (full, most) = (shown(held * entry), shown(most));
            let message = format!("the caches of `{name}` grow to {full}; `maxmemory` is {most}");
            let help = "the capacities of its key spaces, times `entry`".to_owned();
            self.warn("caches-above-maxmemory", message, memory.origin, Some(help));
        }
    }

    /// Contents of each key space of a service; `None` if one has a mistake.
    fn stores(&self, name: &str) -> Option<Vec<f64>> {
        let (mut stores, mut known) = (BTreeMap::new(), true);
        let services = self.document.services.values();
        for endpoint in services.flat_map(|service| service.endpoints.values()) {
            calls::visit(&endpoint.steps, 1.0, true, &mut |step, _, _| {
                if let StepKind::Cache(look_up, _) = &step.kind
                    && look_up.cache.text == name
                {
                    known &= look_up.is_sized();
                    let Hits::Lru { popularity, capacity, .. } = &look_up.hits else { return };
                    let most = f64::from((*capacity).min(popularity.items()));
                    stores.insert(format!("{:?}", look_up.hits), most);
                }
            });
        }
        known.then(|| stores.into_values().collect())
    }

    /// Nodes that lack RAM at rest, and containers with limits below their needs.
    pub(super) fn rooms(&mut self, places: &Places) {
        let document = self.document;
        let all = places.all();
        let mut asked = vec![(0.0, 0); document.nodes.len()];
        for (service, places) in document.services.values().zip(&all) {
            for at in places {
                asked[*at].0 += service.at_rest();
                asked[*at].1 += 1;
            }
        }
        for ((name, node), (base, containers)) in document.nodes.iter().zip(asked) {
            let system = document.memory.of_system(document.orchestrator.manages(name), containers);
            let Some(ram) = node.memory else {
                if node.swap > 0.0 {
                    let message = format!("node `{name}` never swaps: nothing bounds its RAM");
                    let help = Some("give it `memory`".to_owned());
                    self.warn("unused-swap", message, node.origin, help);
                }
                continue;
            };
            let (total, all) = (base + system, ram + node.swap);
            if total > ram {
                let who = if system > 0.0 { "system and containers" } else { "the containers" };
                let (asked, has) = (total / GIB, ram / GIB);
                let message = format!(
                    "{who} on node `{name}` ask for {asked:.1} GiB at rest, of {has:.1} GiB"
                );
                let help = if node.swap <= 0.0 {
                    "there is no swap: the kernel kills some of them".to_owned()
                } else if total > all {
                    format!("with swap there are {:.1} GiB: the kernel kills some", all / GIB)
                } else {
                    format!("{:.1} GiB of it go to swap", (total - ram) / GIB)
                };
                self.warn("memory-overcommit", message, node.origin, Some(help));
            }
        }
        for ((name, service), places) in document.services.iter().zip(&all) {
            self.limit(name, service, places);
        }
    }

    /// Checks a limit that a container exceeds from the start. It may use as much swap as RAM, Docker's
    /// default, if the node has swap.
    fn limit(&mut self, name: &str, service: &ServiceText, places: &[usize]) {
        let Some(limit) = service.memory.limit else { return };
        let nodes: Vec<_> = self.document.nodes.iter().collect();
        let is_killed = |at: &&usize| service.at_rest() > limit + nodes[**at].1.swap.min(limit);
        let Some(at) = places.iter().find(is_killed) else { return };
        let (node, swap) = (nodes[*at].0, nodes[*at].1.swap);
        let (base, limit) = (shown(service.at_rest()), shown(limit));
        let message = format!("`{name}` takes {base} at rest, and its limit is {limit}");
        let swap = if swap > 0.0 { "too little swap" } else { "no swap" };
        let help = format!("on node `{node}` is {swap}: it is killed at once, again and again");
        self.warn("memory-limit-below-base", message, service.memory.origin, Some(help));
    }
}
