//! Linear algebra of Markov chains by elimination of states: sums, products and quotients of
//! non-negative numbers, never a difference.
//!
//! The rate of leaving a state is the sum of its transition rates, so no diagonal is needed; without
//! subtraction nothing cancels, and each result keeps nearly all of its digits, however stiff the chain.
//! Grassmann, Taksar & Heyman, Oper. Res. 33 (1985); O'Cinneide, Numer. Math. 65 (1993).

use std::ops::{Index, IndexMut};

/// A matrix, by rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Matrix {
    rows: usize,
    columns: usize,
    entries: Vec<f64>,
}

impl Matrix {
    pub(crate) fn zeros(rows: usize, columns: usize) -> Self {
        Self { rows, columns, entries: vec![0.0; rows * columns] }
    }

    pub(crate) fn identity(size: usize) -> Self {
        let mut matrix = Self::zeros(size, size);
        for i in 0..size {
            matrix[(i, i)] = 1.0;
        }
        matrix
    }

    pub(crate) fn size(&self) -> usize {
        self.rows
    }

    pub(crate) fn row(&self, row: usize) -> &[f64] {
        &self.entries[row * self.columns..(row + 1) * self.columns]
    }

    pub(crate) fn row_mut(&mut self, row: usize) -> &mut [f64] {
        &mut self.entries[row * self.columns..(row + 1) * self.columns]
    }

    /// Row times matrix.
    pub(crate) fn times(row: &[f64], matrix: &Self) -> Vec<f64> {
        let mut product = vec![0.0; matrix.columns];
        for (factor, other) in row.iter().zip(0..).filter(|(factor, _)| **factor != 0.0) {
            for (sum, entry) in product.iter_mut().zip(matrix.row(other)) {
                *sum += factor * entry;
            }
        }
        product
    }

    pub(crate) fn product(&self, other: &Self) -> Self {
        let rows = (0..self.rows).flat_map(|row| Self::times(self.row(row), other));
        Self { rows: self.rows, columns: other.columns, entries: rows.collect() }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, entry) in self.entries.iter_mut().zip(&other.entries) {
            *sum += entry;
        }
    }

    /// Each row times its factor.
    pub(crate) fn scale_rows(&mut self, factors: &[f64]) {
        for (row, factor) in factors.iter().enumerate() {
            for entry in self.row_mut(row) {
                *entry *= factor;
            }
        }
    }

    /// Each column times its factor.
    pub(crate) fn scale_columns(&mut self, factors: &[f64]) {
        for row in 0..self.rows {
            for (entry, factor) in self.row_mut(row).iter_mut().zip(factors) {
                *entry *= factor;
            }
        }
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (row, column): (usize, usize)) -> &f64 {
        &self.entries[row * self.columns + column]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut f64 {
        &mut self.entries[row * self.columns + column]
    }
}

/// Stationary probabilities of the chain with these `rates`, whose diagonal is ignored.
///
/// Every state must be reachable from every other.
pub(crate) fn stationary(mut rates: Matrix) -> Vec<f64> {
    let size = rates.size();
    for k in (1..size).rev() {
        let leaving: f64 = rates.row(k)[..k].iter().sum();
        for i in 0..k {
            rates[(i, k)] /= leaving;
        }
        let gone = rates.row(k)[..k].to_vec();
        for i in 0..k {
            let share = rates[(i, k)];
            pass_on(&mut rates.row_mut(i)[..k], share, &gone);
        }
    }
    let mut weights = vec![1.0_f64];
    for k in 1..size {
        let weight: f64 = weights.iter().enumerate().map(|(i, w)| w * rates[(i, k)]).sum();
        weights.push(weight);
        if weight > 1e200 {
            scale(&mut weights, 1.0 / weight);
        }
    }
    let sum: f64 = weights.iter().sum();
    scale(&mut weights, 1.0 / sum);
    weights
}

/// X of (diag(s) − N) X = Y: the expected reward until the chain leaves, by starting state.
///
/// N is `rates` between the states (its diagonal is ignored), `exits` are the rates of leaving them all,
/// s is the sum of both, and Y the reward per unit of time, a column for each kind. Every state must
/// have a way out.
pub(crate) fn until_exit(mut rates: Matrix, mut exits: Vec<f64>, mut earned: Matrix) -> Matrix {
    let size = rates.size();
    let mut leaving = vec![0.0; size];
    for k in (0..size).rev() {
        leaving[k] = rates.row(k)[..k].iter().sum::<f64>() + exits[k];
        let (gone, pay) = (rates.row(k)[..k].to_vec(), earned.row(k).to_vec());
        for i in 0..k {
            let share = rates[(i, k)] / leaving[k];
            pass_on(&mut rates.row_mut(i)[..k], share, &gone);
            pass_on(earned.row_mut(i), share, &pay);
            exits[i] += share * exits[k];
        }
    }
    for k in 0..size {
        for i in 0..k {
            let (rate, known) = (rates[(k, i)], earned.row(i).to_vec());
            pass_on(earned.row_mut(k), rate, &known);
        }
        scale(earned.row_mut(k), 1.0 / leaving[k]);
    }
    earned
}

fn pass_on(sums: &mut [f64], share: f64, terms: &[f64]) {
    if share != 0.0 {
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum += share * term;
        }
    }
}

pub(crate) fn scale(row: &mut [f64], factor: f64) {
    for entry in row {
        *entry *= factor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn birth_death(size: usize, birth: f64, death: f64) -> Matrix {
        let mut rates = Matrix::zeros(size, size);
        for i in 1..size {
            rates[(i - 1, i)] = birth;
            rates[(i, i - 1)] = death;
        }
        rates
    }

    /// Forwards and backwards, over 450 powers of ten.
    #[test]
    fn stiff_chains_have_geometric_probabilities() {
        for (birth, death) in [(1e-6, 1e3), (1e3, 1e-6)] {
            let p = stationary(birth_death(50, birth, death));
            let ratio = birth / death;
            let (first, second) = if ratio < 1.0 { (0, 1) } else { (49, 48) };
            let step = ratio.min(1.0 / ratio);
            assert!((p[first] / (1.0 - step) - 1.0).abs() < 1e-14);
            assert!((p[second] / (step * (1.0 - step)) - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn until_exit_solves_the_equations() {
        let mut rates = birth_death(4, 2.0, 3.0);
        rates[(3, 0)] = 0.5;
        let exits = vec![0.0, 0.1, 0.0, 0.2];
        let x = until_exit(rates.clone(), exits.clone(), Matrix::identity(4));
        for i in 0..4 {
            let out: f64 = rates.row(i).iter().sum::<f64>() + exits[i];
            for j in 0..4 {
                let inner: f64 = (0..4).map(|k| rates[(i, k)] * x[(k, j)]).sum();
                let unit = f64::from(u8::from(i == j));
                assert!((out * x[(i, j)] - inner - unit).abs() < 1e-12);
            }
        }
    }
}
