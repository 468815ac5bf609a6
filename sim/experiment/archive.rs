//! Stores replications beyond one process: to resume after an interrupt, and to share a study among
//! machines.

use std::fmt::Debug;

/// The key of an arm: its world, and how it is measured.
pub type ArmKey = [u8; 16];

/// Stores the results of replications, and says which replications this process simulates.
///
/// A replication is a function of its arm and its number, so its result is the same on every machine.
/// Called from many threads.
pub trait Archive: Sync {
    /// The key of `what`; different values have different keys.
    fn key(&self, what: &dyn Debug) -> ArmKey;

    /// The stored result of replication `number` of the arm, if any.
    fn find(&self, key: &ArmKey, number: u32) -> Option<Vec<u8>>;

    /// The part of every list of jobs that this process does; `None` for all.
    fn shard(&self) -> Option<Shard>;

    /// Stores the result of replication `number` of the arm. False if that failed, and continuing is
    /// pointless.
    fn keep(&self, key: &ArmKey, number: u32, one: &[u8]) -> bool;
}

/// One of several parts of a study.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub number: u32,
    /// Number of shards, at least one.
    pub of: u32,
}

impl Shard {
    /// Whether it does the job at `place` of a list.
    ///
    /// By the sum of the digits of `place` in base `of`: each shard gets one of `of` neighbours, and if
    /// the arms, which differ in cost, repeat after a number of places, each shard gets its turn at each
    /// arm.
    pub fn has(self, place: usize) -> bool {
        let of = self.of as usize;
        if of < 2 {
            return true;
        }
        let (mut sum, mut rest) = (0, place);
        while rest > 0 {
            sum += rest % of;
            rest /= of;
        }
        sum % of + 1 == self.number as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shards(of: u32) -> Vec<Shard> {
        (1..=of).map(|number| Shard { number, of }).collect()
    }

    #[test]
    fn every_job_has_one_shard_and_shards_have_as_many_jobs() {
        for of in [1, 2, 3, 4, 7, 16] {
            for jobs in [1, of as usize, 40, 333] {
                let count = |shard: &Shard| (0..jobs).filter(|job| shard.has(*job)).count();
                let counts: Vec<usize> = shards(of).iter().map(count).collect();
                assert_eq!(counts.iter().sum::<usize>(), jobs);
                let (least, most) = (counts.iter().min(), counts.iter().max());
                assert!(most.unwrap() - least.unwrap() <= 1, "{counts:?}");
            }
        }
    }

    /// 16 replications of four arms, four shards: each has four of each arm.
    #[test]
    fn each_shard_gets_its_turn_at_each_arm() {
        for shard in shards(4) {
            for arm in 0..4 {
                let turns = (0..16).filter(|round| shard.has(round * 4 + arm)).count();
                assert_eq!(turns, 4, "{shard:?} at arm {arm}");
            }
        }
    }
}
