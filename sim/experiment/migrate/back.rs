//! Rollback: undoes the steps that are done.
//!
//! Steps are undone one after the other, the last first: stopped containers start again, started ones
//! stop, callers return to the previous service. People repeat their steps, except preparations before
//! the first change. Data is copied back only if the new place may have been written to: from the first
//! switch on, or from the first start in a phase without a switch. Otherwise the old place has all data.

use super::course::{after, order, prepares};
use wssim_model::blueprint::{Procedure, Step, Work};
use wssim_model::law::Law;

/// A procedure forward and back.
pub(super) struct Back {
    pub(super) procedure: Procedure,
    /// Place of the first step of the way back.
    pub(super) first: usize,
}

/// `procedure` up to its step `last` in the order of execution, then back. On the way forward people
/// take no time.
pub(super) fn back(procedure: &Procedure, last: usize) -> Back {
    let order = order(&after(procedure));
    let to = order.iter().position(|place| *place == last).map_or(0, |at| at + 1);
    let done: Vec<&Step> = order[..to].iter().map(|place| &procedure.steps[*place]).collect();
    let prepares = prepares(procedure);
    let is_prepared: Vec<bool> = order[..to].iter().map(|place| prepares[*place]).collect();
    let has_new_data = is_written_anew(procedure, &done);
    let mut steps: Vec<Step> = done.iter().map(|step| forth(step)).collect();
    let first = steps.len();
    let undone = done.iter().zip(is_prepared).rev();
    let undone =
        undone.filter(|(step, is_prepared)| !is_prepared && (has_new_data || !is_carried(step)));
    steps.extend(undone.map(|(step, _)| undo(step)));
    for (place, step) in steps.iter_mut().enumerate() {
        step.after = place.checked_sub(1).into_iter().collect();
    }
    Back { procedure: Procedure { steps, ..procedure.clone() }, first }
}

fn is_carried(step: &Step) -> bool {
    matches!(step.work, Work::Carry { .. })
}

fn is_written_anew(procedure: &Procedure, done: &[&Step]) -> bool {
    let switches = |step: &Step| matches!(step.work, Work::Switch { .. });
    if procedure.steps.iter().any(switches) {
        return done.iter().any(|step| switches(step));
    }
    done.iter().any(|step| matches!(step.work, Work::Start(_)))
}

fn forth(step: &Step) -> Step {
    let mut step = step.clone();
    if let Work::People(law) = &mut step.work {
        *law = Law::ZERO;
    }
    step
}

fn undo(step: &Step) -> Step {
    let work = match &step.work {
        Work::Stop(ids) => Work::Start(ids.clone()),
        Work::Start(ids) => Work::Stop(ids.clone()),
        Work::Switch { from, to } => Work::Switch { from: to.clone(), to: from.clone() },
        Work::Carry { there, back } => Work::Carry { there: back.clone(), back: there.clone() },
        Work::People(law) => Work::People(law.clone()),
    };
    Step { name: [&step.name, "-undone"].concat(), work, after: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wssim_model::ids::ContainerId;

    fn procedure() -> Procedure {
        let (old, new) = (vec![ContainerId(0)], vec![ContainerId(1)]);
        let carry = |bytes: f64| wssim_model::blueprint::Carry {
            bytes,
            network: None,
            cpu: None,
            read: None,
            write: None,
        };
        let works = [
            Work::Stop(old.clone()),
            Work::Carry { there: carry(1.0), back: carry(2.0) },
            Work::Start(new.clone()),
            Work::Switch { from: old, to: new },
            Work::People(Law::Constant(1e9)),
        ];
        let step = |(at, work): (usize, Work)| Step {
            name: at.to_string(),
            work,
            after: at.checked_sub(1).into_iter().collect(),
        };
        let steps = works.into_iter().enumerate().map(step).collect();
        Procedure { steps, ..Procedure::default() }
    }

    fn undoing(last: usize) -> Vec<Work> {
        let Back { procedure, first } = back(&procedure(), last);
        assert_eq!(first, last + 1);
        procedure.steps[first..].iter().map(|step| step.work.clone()).collect()
    }

    #[test]
    fn the_way_back_of_a_stop_is_a_start() {
        assert_eq!(undoing(0), [Work::Start(vec![ContainerId(0)])]);
    }

    #[test]
    fn data_goes_back_once_it_may_have_been_written_anew() {
        let carried = |last: usize| {
            undoing(last)
                .iter()
                .any(|work| matches!(work, Work::Carry { there, .. } if there.bytes == 2.0))
        };
        assert_eq!([0, 1, 2, 3, 4].map(carried), [false, false, false, true, true]);
        let all = undoing(4);
        assert!(matches!(all[0], Work::People(_)), "people first");
        assert!(matches!(all[1], Work::Switch { .. }) && matches!(all[2], Work::Stop(_)));
        assert!(matches!(all[4], Work::Start(_)));
    }
}
