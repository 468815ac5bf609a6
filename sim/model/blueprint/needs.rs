//! What an endpoint cannot do without.

use super::{Blueprint, Instruction};
use crate::ids::InstructionId;

impl Blueprint {
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
