//! The order and duration of chains of dependent steps, and which steps of a phase need no world.

use wssim_model::Blueprint;
use wssim_model::blueprint::{Procedure, Work};
use wssim_model::ids::ContainerId;

/// Places in an order in which each comes after those that it waits for; ties by place. Cycles are left
/// out.
pub(super) fn order(after: &[Vec<usize>]) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(after.len());
    let mut is_in = vec![false; after.len()];
    let ready = |place: usize, is_in: &[bool]| {
        !is_in[place] && after[place].iter().all(|before| is_in[*before])
    };
    while let Some(next) = (0..after.len()).find(|place| ready(*place, &is_in)) {
        is_in[next] = true;
        order.push(next);
    }
    order
}

/// Start and end of each, given their durations, from the beginning of the first.
pub(super) fn times(after: &[Vec<usize>], takes: &[f64]) -> Vec<[f64; 2]> {
    let mut times = vec![[0.0, 0.0]; after.len()];
    for place in order(after) {
        let begins = after[place].iter().map(|before| times[*before][1]).fold(0.0, f64::max);
        times[place] = [begins, begins + takes[place]];
    }
    times
}

/// When the last of `times` ends.
pub(super) fn end(times: &[[f64; 2]]) -> f64 {
    times.iter().map(|[_, end]| *end).fold(0.0, f64::max)
}

/// Mean duration of each step of `procedure` in an otherwise idle world, in seconds.
pub(super) fn alone(procedure: &Procedure, world: &Blueprint) -> Vec<f64> {
    let start = |id: &ContainerId| {
        let node = world.containers[id.index()].node;
        world.service_of(*id).startup.mean() / 1e9 / world.nodes[node.index()].speed
    };
    let of = |work: &Work| match work {
        Work::People(law) => law.mean() / 1e9,
        Work::Carry { there, .. } => there.seconds_alone(world),
        Work::Start(ids) => ids.iter().map(start).fold(0.0, f64::max),
        // A container first leaves all lists.
        Work::Stop(_) => world.leaving().seconds(),
        Work::Switch { .. } => 0.0,
    };
    procedure.steps.iter().map(|step| of(&step.work)).collect()
}

/// The predecessors of each step of `procedure`.
pub(super) fn after(procedure: &Procedure) -> Vec<Vec<usize>> {
    procedure.steps.iter().map(|step| step.after.clone()).collect()
}

/// Steps that need no simulation: those of people before every step that changes something, and those
/// after all such steps. The world does not change meanwhile.
pub(super) fn only_counts(procedure: &Procedure) -> Vec<bool> {
    let before = reach(&after(procedure));
    let trails = |at: usize| {
        changing(procedure).all(|other| before[at][other]) && is_of_people(procedure, at)
    };
    prepares(procedure).into_iter().enumerate().map(|(at, leads)| leads || trails(at)).collect()
}

/// Steps of people before every step that changes something: preparations, which stay done.
pub(super) fn prepares(procedure: &Procedure) -> Vec<bool> {
    let before = reach(&after(procedure));
    let leads = |at: usize| changing(procedure).all(|other| before[other][at]);
    (0..procedure.steps.len()).map(|at| is_of_people(procedure, at) && leads(at)).collect()
}

fn is_of_people(procedure: &Procedure, at: usize) -> bool {
    procedure.steps[at].is_of_people()
}

fn changing(procedure: &Procedure) -> impl Iterator<Item = usize> {
    (0..procedure.steps.len()).filter(|at| !is_of_people(procedure, *at))
}

/// For each, all its direct and indirect predecessors.
fn reach(after: &[Vec<usize>]) -> Vec<Vec<bool>> {
    let mut before = vec![vec![false; after.len()]; after.len()];
    for place in order(after) {
        for &direct in &after[place] {
            let earlier = before[direct].clone();
            before[place][direct] = true;
            before[place].iter_mut().zip(earlier).for_each(|(all, more)| *all |= more);
        }
    }
    before
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_model::blueprint::Step;
    use wssim_model::law::Law;

    #[test]
    fn a_chain_takes_the_longest_way() {
        // 0 → 1 → 3, 0 → 2 → 3: the way by 2 is longer.
        let after = [vec![], vec![0], vec![0], vec![1, 2]];
        let times = times(&after, &[1.0, 2.0, 5.0, 1.0]);
        assert_eq!(times, [[0.0, 1.0], [1.0, 3.0], [1.0, 6.0], [6.0, 7.0]]);
        assert_eq!(end(&times), 7.0);
    }

    #[test]
    fn what_waits_for_itself_is_in_no_order() {
        assert_eq!(order(&[vec![1], vec![0], vec![]]), [2]);
    }

    #[test]
    fn people_before_and_after_all_changes_only_count() {
        let people = || Work::People(Law::Constant(1.0));
        let works = [people(), Work::Stop(Vec::new()), people(), Work::Start(Vec::new()), people()];
        let step = |(at, work): (usize, Work)| Step {
            name: at.to_string(),
            work,
            after: at.checked_sub(1).into_iter().collect(),
        };
        let mut steps: Vec<Step> = works.into_iter().enumerate().map(step).collect();
        // A person works beside the first change.
        steps.push(Step { name: "beside".to_owned(), work: people(), after: vec![0] });
        let procedure = Procedure { steps, ..Procedure::default() };
        assert_eq!(only_counts(&procedure), [true, false, false, false, true, false]);
    }
}
