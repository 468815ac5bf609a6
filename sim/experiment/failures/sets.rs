//! Enumerates the sets of nodes that fail together, up to a size.

/// Most sets that are tried.
pub(super) const MOST_SETS: u64 = 100_000;

/// All sets of one to `depth` of `nodes` nodes: small ones first, each size in order.
pub(super) fn sets(nodes: usize, depth: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut last = vec![Vec::new()];
    for _ in 0..depth {
        let longer = |set: &Vec<usize>| {
            let first = set.last().map_or(0, |last| last + 1);
            let set = set.clone();
            (first..nodes).map(move |node| {
                let mut longer = set.clone();
                longer.push(node);
                longer
            })
        };
        last = last.iter().flat_map(longer).collect();
        all.extend(last.iter().cloned());
    }
    all
}

/// The number of those sets.
pub(super) fn count_sets(nodes: u64, depth: u64) -> u64 {
    let mut of_size: u64 = 1;
    (1..=depth).fold(0, |sum: u64, size| {
        of_size = of_size.saturating_mul(nodes - size + 1) / size;
        sum.saturating_add(of_size)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_all_of_each_size_once() {
        assert_eq!(sets(3, 2), [vec![0], vec![1], vec![2], vec![0, 1], vec![0, 2], vec![1, 2]]);
        for (nodes, depth) in [(1, 1), (4, 2), (5, 3), (6, 6)] {
            let all = sets(nodes, depth);
            assert_eq!(all.len() as u64, count_sets(nodes as u64, depth as u64));
            let distinct: std::collections::BTreeSet<_> = all.iter().collect();
            assert_eq!(distinct.len(), all.len());
        }
        assert_eq!(count_sets(4, 2), 10);
        assert!(count_sets(200, 8) > MOST_SETS);
    }
}
