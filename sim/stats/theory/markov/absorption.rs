//! First passage: when a set of states is first reached.

use std::fmt::Debug;

use super::{Chain, ChainError, closure, rates_between, sources};
use crate::theory::reduction::{Matrix, until_exit};

impl<S: Ord + Clone + Debug> Chain<S> {
    /// Mean time from `from` until a state of the set is reached: 0 from within it, infinite if
    /// the set may never be reached.
    ///
    /// # Errors
    /// When the chain has no state `from`.
    pub fn mean_time_to(&self, from: &S, set: impl Fn(&S) -> bool) -> Result<f64, ChainError> {
        let (start, set) = (self.number(from)?, self.members(set));
        if set[start] {
            return Ok(0.0);
        }
        let on_the_way = self.on_the_way(start, &set);
        let sources = sources(&self.leaving);
        let reaching = closure(set.clone(), |i| sources[i].clone());
        if on_the_way.iter().any(|i| !reaching[*i]) {
            return Ok(f64::INFINITY);
        }
        let exit = |i: &usize| {
            let into = self.leaving[*i].iter().filter(|(to, _)| set[*to]);
            into.map(|(_, rate)| rate).sum()
        };
        let exits = on_the_way.iter().map(exit).collect();
        let mut clock = Matrix::zeros(on_the_way.len(), 1);
        for row in 0..on_the_way.len() {
            clock[(row, 0)] = 1.0;
        }
        let times = until_exit(rates_between(&self.leaving, &on_the_way), exits, clock);
        Ok(times[(0, 0)])
    }

    /// P(a state of the set was reached by `time` ≥ 0), from `from`.
    ///
    /// # Errors
    /// As [`Chain::after`].
    pub fn reached_by(
        &self,
        from: &S,
        set: impl Fn(&S) -> bool,
        time: f64,
    ) -> Result<f64, ChainError> {
        let ending = Self {
            leaving: self
                .leaving
                .iter()
                .zip(self.members(&set))
                .map(|(transitions, last)| if last { Vec::new() } else { transitions.clone() })
                .collect(),
            ..self.clone()
        };
        Ok(ending.after(from, time)?.probabilities.within(set))
    }

    /// `start`, then the other states met before the set is reached.
    fn on_the_way(&self, start: usize, set: &[bool]) -> Vec<usize> {
        let only = (0..set.len()).map(|i| i == start).collect();
        let met = closure(only, |i| if set[i] { Vec::new() } else { self.targets(i) });
        let others = (0..set.len()).filter(|i| *i != start && met[*i] && !set[*i]);
        std::iter::once(start).chain(others).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Birth and death at rates b and d from 0 to n: Σ_{k<n} Σ_{j≤k} (d / b)^j / b.
    #[test]
    fn mean_times_of_a_stiff_walk() {
        let (up, down) = (1e-6, 1e3);
        let steps = (0..5_u32).flat_map(|n| [(n, n + 1, up), (n + 1, n, down)]);
        let chain = Chain::from_transitions(steps).unwrap();
        let ratio: f64 = down / up;
        let exact: f64 = (0..5).map(|k| (0..=k).map(|j| ratio.powi(j) / up).sum::<f64>()).sum();
        let ours = chain.mean_time_to(&0, |n| *n == 5).unwrap();
        assert!((ours / exact - 1.0).abs() < 1e-13, "{ours} for {exact}");
    }

    #[test]
    fn what_is_not_certain_takes_for_ever() {
        let chain =
            Chain::from_transitions([("a", "b", 1.0), ("a", "c", 1.0), ("b", "a", 1.0)]).unwrap();
        assert_eq!(chain.mean_time_to(&"a", |s| *s == "b").unwrap(), f64::INFINITY);
        assert_eq!(chain.mean_time_to(&"a", |s| *s == "c").unwrap(), 2.0);
        assert_eq!(chain.mean_time_to(&"c", |s| *s == "c").unwrap(), 0.0);
        assert_eq!(chain.mean_time_to(&"a", |_| false).unwrap(), f64::INFINITY);
        let unknown = chain.mean_time_to(&"d", |_| true);
        assert_eq!(unknown, Err(ChainError::UnknownState("\"d\"".to_owned())));
    }

    /// Two units without repair: (1 − e^(−t))².
    #[test]
    fn all_are_gone_by_the_product() {
        let chain = Chain::from_transitions([(2, 1, 2.0), (1, 0, 1.0), (0, 2, 5.0)]).unwrap();
        for time in [1e-6_f64, 0.1, 1.0, 10.0] {
            let exact = (-time).exp_m1().powi(2);
            let ours = chain.reached_by(&2, |left| *left == 0, time).unwrap();
            assert!((ours / exact - 1.0).abs() < 1e-13, "{time}: {ours} for {exact}");
        }
    }
}
