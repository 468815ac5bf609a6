//! The choice of a process to kill when no page is left.
//!
//! A container over its limit that may not swap more is killed by its own limit. When the node has neither
//! RAM nor swap left, the kernel kills the process with the most pages in either (its badness; Linux,
//! `oom_badness` of its OOM killer; the engine itself is exempt by its score of −500). If that is the
//! container's first process, the container ends with status 137 and its orchestrator restarts it. If it is
//! another of several, the first starts it anew at once, unnoticed outside; the container's requests are
//! lost all the same, as `PostgreSQL` resets all its backends when one is killed.

use super::ledger::Short;
use crate::event::Event;
use crate::ids::{ContainerId, NodeId};
use crate::life::{End, Lives};
use crate::probe::{OutOfMemory, Probe};
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// Kills a process on `node` to free pages.
    pub(super) fn kill_for_memory(
        &mut self,
        now: Time,
        node: NodeId,
        short: Short,
        calendar: &mut Calendar<Event>,
    ) {
        let (id, short) = match short {
            Short::Limit(place) => {
                (self.memory.nodes[node.index()].members[place], OutOfMemory::Limit)
            }
            Short::Node => (self.worst(node), OutOfMemory::Node),
        };
        let is_first = self.blueprint.service_of(id).memory.processes <= 1;
        self.probe.oom_kill(now, id, short);
        let end = if is_first { End::Killed } else { End::LostWorker };
        self.end_container(now, id, end, calendar);
    }

    /// The container on `node` with the largest process; among equals the first by name.
    fn worst(&self, node: NodeId) -> ContainerId {
        let account = &self.memory.nodes[node.index()];
        let badness = |place: usize| {
            let processes = self.blueprint.service_of(account.members[place]).memory.processes;
            account.ledger.sets[place].all() / u64::from(processes.max(1))
        };
        let worst =
            (0..account.members.len()).max_by_key(|&place| (badness(place), usize::MAX - place));
        account.members[worst.unwrap_or(0)]
    }
}
