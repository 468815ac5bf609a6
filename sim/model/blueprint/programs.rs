//! Programs of endpoints, and what follows from them without running one.

use super::{Blueprint, Instruction};
use crate::ids::{InstructionId, ServiceId};

impl Blueprint {
    /// Whether a visit to `service` may come to a disk that costs anything.
    #[must_use]
    pub fn uses_disk(&self, service: ServiceId) -> bool {
        let has_disk = |c: u32| {
            let node = self.containers[c as usize].node;
            self.nodes[node.index()].disk.is_some()
        };
        let containers = &self.services[service.index()].containers;
        containers.clone().any(has_disk)
            && (0..self.endpoints.len()).any(|place| {
                self.endpoints[place].service == service
                    && self
                        .program_of(place)
                        .iter()
                        .any(|i| matches!(i, Instruction::Disk { .. } | Instruction::Read { .. }))
            })
    }

    /// The instructions of the endpoint at `place`.
    #[must_use]
    pub fn program_of(&self, place: usize) -> &[Instruction] {
        let first = self.endpoints[place].start.index();
        let end = self.endpoints.get(place + 1).map_or(self.program.len(), |e| e.start.index());
        &self.program[first..end]
    }

    /// Endpoints that the endpoint at `place` calls and cannot do without, by place: not those of caches,
    /// nor those of parallel branches of which not all must succeed.
    #[must_use]
    pub fn needed_calls(&self, place: usize) -> Vec<usize> {
        let first = self.endpoints[place].start.index();
        let program = self.program_of(place);
        let mut free: Vec<(InstructionId, InstructionId)> = Vec::new();
        for instruction in program {
            if let Instruction::Parallel(id) = instruction {
                let parallel = &self.parallels[id.index()];
                if (parallel.need as usize) < parallel.branches.len()
                    && let Some(begin) = parallel.branches.first()
                {
                    free.push((*begin, parallel.next));
                }
            }
        }
        let is_free = |at: usize| free.iter().any(|(a, b)| (a.index()..b.index()).contains(&at));
        let calls = program.iter().enumerate().filter(|(at, _)| !is_free(first + at));
        calls
            .filter_map(|(_, instruction)| match instruction {
                Instruction::Call(id) => Some(&self.calls[id.index()]),
                _ => None,
            })
            .filter(|call| !call.optional)
            .map(|call| call.target.index())
            .collect()
    }
}
