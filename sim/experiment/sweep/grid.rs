//! The points of a grid, their neighbours, and its corners.

use super::options::{Parameter, ParameterValue};
use crate::question::{Override, Point};
use std::cmp::Ordering;

/// Most corners of a grid in the pilot.
const MOST_CORNERS: usize = 8;

/// A point: a value of each parameter.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) values: Vec<ParameterValue>,
    /// Whether it was added where the answer changes.
    pub(super) is_added: bool,
}

impl Spot {
    /// Its point in the engine.
    pub(super) fn point(&self, parameters: &[Parameter]) -> Point {
        Point { arm: None, overrides: self.overrides(parameters) }
    }

    pub(super) fn overrides(&self, parameters: &[Parameter]) -> Vec<Override> {
        self.values.iter().zip(parameters).map(|(value, parameter)| value.at(parameter)).collect()
    }
}

/// All combinations, the last parameter changing fastest.
pub(super) fn all(parameters: &[Parameter]) -> Vec<Spot> {
    let mut rows: Vec<Vec<ParameterValue>> = vec![Vec::new()];
    for parameter in parameters {
        let longer = |row: &Vec<ParameterValue>| {
            let row = row.clone();
            parameter.values.iter().map(move |value| {
                let mut row = row.clone();
                row.push(value.clone());
                row
            })
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    rows.into_iter().map(|values| Spot { values, is_added: false }).collect()
}

/// The parameter that defines neighbours: the first with several numbers, or else the first with several
/// values.
pub(super) fn axis(parameters: &[Parameter]) -> usize {
    let varies = |parameter: &Parameter| parameter.values.len() > 1;
    let of_numbers = parameters.iter().position(|one| varies(one) && one.numbers.is_some());
    of_numbers.or_else(|| parameters.iter().position(varies)).unwrap_or(0)
}

/// Places of the points in rows along `axis`, in the order of its values; within a row all other values
/// are equal.
pub(super) fn rows(spots: &[Spot], axis: usize) -> Vec<Vec<usize>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let is_beside = |a: usize, b: usize| {
        let pairs = spots[a].values.iter().zip(&spots[b].values).enumerate();
        pairs.into_iter().all(|(at, (a, b))| at == axis || a == b)
    };
    for place in 0..spots.len() {
        match rows.iter_mut().find(|row| is_beside(row[0], place)) {
            Some(row) => row.push(place),
            None => rows.push(vec![place]),
        }
    }
    for row in &mut rows {
        // Names keep the order in which they were given.
        row.sort_by(|a, b| ascending(&spots[*a].values[axis], &spots[*b].values[axis]));
    }
    rows
}

fn ascending(a: &ParameterValue, b: &ParameterValue) -> Ordering {
    match (a.number, b.number) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => Ordering::Equal,
    }
}

/// The points in the order of reports: row by row along `axis`, added ones in their places.
pub(super) fn in_order(spots: &[Spot], axis: usize) -> Vec<usize> {
    rows(spots, axis).into_iter().flatten().collect()
}

/// The points among `steady` nearest to the corners of the grid, each once.
pub(super) fn corners(parameters: &[Parameter], spots: &[Spot], steady: &[usize]) -> Vec<usize> {
    let ends = |parameter: &Parameter| match parameter.values.len() {
        1 => vec![0],
        // Values without an order have no ends.
        many if parameter.numbers.is_none() => (0..many).collect(),
        many => vec![0, many - 1],
    };
    let mut targets: Vec<Vec<usize>> = vec![Vec::new()];
    for parameter in parameters {
        let ends = ends(parameter);
        targets = (targets.iter())
            .flat_map(|target| ends.iter().map(move |end| [&target[..], &[*end]].concat()))
            .collect();
    }
    let place = |spot: &Spot| -> Vec<usize> {
        let at = |(value, parameter): (&ParameterValue, &Parameter)| {
            parameter.values.iter().position(|known| known == value).unwrap_or(0)
        };
        spot.values.iter().zip(parameters).map(at).collect()
    };
    let places: Vec<(usize, Vec<usize>)> =
        steady.iter().map(|at| (*at, place(&spots[*at]))).collect();
    let distance = |place: &[usize], target: &[usize]| -> usize {
        place.iter().zip(target).map(|(a, b)| a.abs_diff(*b)).sum()
    };
    let nearest = |target: &Vec<usize>| {
        places.iter().min_by_key(|(_, place)| distance(place, target)).map(|(at, _)| *at)
    };
    let mut found: Vec<usize> = targets.iter().filter_map(nearest).collect();
    found.sort_unstable();
    found.dedup();
    thinned(found, MOST_CORNERS)
}

/// At most `most` of them, the ends included.
fn thinned(all: Vec<usize>, most: usize) -> Vec<usize> {
    if all.len() <= most {
        return all;
    }
    (0..most).map(|at| all[at * (all.len() - 1) / (most - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(path: &str, values: &[f64]) -> Parameter {
        let value =
            |number: &f64| ParameterValue { text: number.to_string(), number: Some(*number) };
        Parameter {
            path: path.to_owned(),
            values: values.iter().map(value).collect(),
            numbers: Some(crate::sweep::options::tests::plain(false, false)),
        }
    }

    fn names(path: &str, values: &[&str]) -> Parameter {
        let value = |name: &&str| ParameterValue { text: (*name).to_owned(), number: None };
        Parameter {
            path: path.to_owned(),
            values: values.iter().map(value).collect(),
            numbers: None,
        }
    }

    fn texts(spots: &[Spot], places: &[usize]) -> Vec<String> {
        let text = |at: &usize| {
            let values = spots[*at].values.iter().map(|value| value.text.as_str());
            values.collect::<Vec<_>>().join(" ")
        };
        places.iter().map(text).collect()
    }

    #[test]
    fn the_last_parameter_changes_fastest() {
        let spots = all(&[names("a", &["x", "y"]), numbers("b", &[1.0, 2.0, 3.0])]);
        let order: Vec<usize> = (0..6).collect();
        assert_eq!(texts(&spots, &order), ["x 1", "x 2", "x 3", "y 1", "y 2", "y 3"]);
    }

    #[test]
    fn rows_run_along_the_first_numbers() {
        let parameters = [names("a", &["x", "y"]), numbers("b", &[1.0, 2.0])];
        let mut spots = all(&parameters);
        assert_eq!(axis(&parameters), 1);
        assert_eq!(
            axis(&[numbers("b", &[1.0]), names("a", &["x", "y"])]),
            1,
            "one value is no axis"
        );
        assert_eq!(rows(&spots, 1), [[0, 1], [2, 3]]);
        let mut between = spots[2].clone();
        between.is_added = true;
        between.values[1] = ParameterValue { text: "1.5".to_owned(), number: Some(1.5) };
        spots.push(between);
        let order = in_order(&spots, 1);
        assert_eq!(texts(&spots, &order), ["x 1", "x 2", "y 1", "y 1.5", "y 2"]);
    }

    #[test]
    fn corners_are_steady_and_near_the_ends() {
        let parameters = [numbers("a", &[1.0, 2.0, 3.0, 4.0]), numbers("b", &[5.0, 6.0])];
        let spots = all(&parameters);
        let every: Vec<usize> = (0..8).collect();
        let found = corners(&parameters, &spots, &every);
        assert_eq!(texts(&spots, &found), ["1 5", "1 6", "4 5", "4 6"]);
        // From a = 3 on with b = 6 there is no steady state.
        let steady = [0, 1, 2, 3, 4, 6];
        let found = corners(&parameters, &spots, &steady);
        assert_eq!(texts(&spots, &found), ["1 5", "1 6", "4 5"]);
        assert!(corners(&parameters, &spots, &[]).is_empty());
    }
}
