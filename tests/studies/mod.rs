//! A study is a design on a stage: a toy one in thirty lines, and the guarantees of the engine.

mod grids;
mod screens;

use std::fmt::Debug;
use wssim_experiment::engine::{ArmId, Broken, Design, Engine, Stage, Want};
use wssim_experiment::question::WorldError;
use wssim_experiment::watch::{Progress, StudyPhase, Unwatched, Watch};
use wssim_model::Cut;

/// Dice with a number of sides; two names of one die are one world.
struct Dice;

struct Die {
    sides: u32,
    thrown: Vec<u32>,
}

impl Stage for Dice {
    type Point = (&'static str, u32);
    type Arm = Die;
    type One = u32;

    fn open(&self, &(_, sides): &Self::Point) -> Result<Die, WorldError> {
        Ok(Die { sides, thrown: Vec::new() })
    }

    fn is_same(&self, a: &Die, b: &Die) -> bool {
        a.sides == b.sides
    }

    fn identity(&self, die: &Die) -> impl Debug {
        die.sides
    }

    fn replicate(&self, die: &Die, number: u32, stop: &dyn Fn() -> bool) -> Result<u32, Cut> {
        // The same replication of every die has the same random number.
        let luck = number * 7919 % 1000 * die.sides / 1000 + 1;
        if stop() { Err(Cut::Stopped) } else { Ok(luck) }
    }

    fn events(&self, _: &u32) -> u64 {
        1
    }

    fn keep(&self, die: &mut Die, one: u32) {
        die.thrown.push(one);
    }

    fn replications(&self, die: &Die) -> u32 {
        die.thrown.len() as u32
    }
}

/// Which die shows a six first? Four more throws each time, until one does.
struct FirstSix(Vec<ArmId>);

impl Design<Dice> for FirstSix {
    fn phase(&self) -> StudyPhase<'_> {
        StudyPhase::Replications
    }

    fn next(&mut self, dice: &mut Engine<'_, Dice>) -> Result<Vec<Want>, WorldError> {
        let shows = |arm: &ArmId| dice.see(*arm).thrown.contains(&6);
        if self.0.iter().any(shows) {
            return Ok(Vec::new());
        }
        let want = |&arm: &ArmId| Want { arm, replications: dice.replications(arm) + 4 };
        Ok(self.0.iter().map(want).collect())
    }
}

#[test]
fn a_toy_study_is_a_stage_and_a_design() {
    let mut dice = Engine::new(&Dice, &Unwatched);
    let arms = [("small", 4), ("usual", 6), ("large", 20)].map(|point| dice.arm(&point).unwrap());
    dice.pursue(&mut FirstSix(arms.to_vec())).unwrap();
    let thrown = arms.map(|arm| dice.see(arm).thrown.clone());
    assert!(!thrown[0].contains(&6) && thrown[1..].iter().any(|all| all.contains(&6)));
    assert!(thrown.iter().all(|all| all.len() == thrown[0].len() && all.len() % 4 == 0));
}

#[test]
fn equal_worlds_are_one_arm_for_all_points() {
    let mut dice = Engine::new(&Dice, &Unwatched);
    let [mine, yours] = [("mine", 6), ("yours", 6)].map(|point| dice.arm(&point).unwrap());
    let other = dice.arm(&("mine", 8)).unwrap();
    assert_eq!(mine, yours);
    assert_ne!(mine, other);
    dice.simulate(StudyPhase::Replications, &[Want { arm: mine, replications: 3 }]).unwrap();
    assert_eq!((dice.replications(yours), dice.replications(other)), (3, 0));
    // Existing replications are not simulated again.
    dice.simulate(StudyPhase::Replications, &[Want { arm: yours, replications: 2 }]).unwrap();
    assert_eq!(dice.replications(mine), 3);
}

/// Stops after a number of replications.
struct Impatient(std::sync::atomic::AtomicU32);

impl Watch for Impatient {
    fn progress(&self, _: &Progress<'_>) {
        self.0.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.0.load(std::sync::atomic::Ordering::Relaxed) == 0
    }

    fn over_budget(&self) -> bool {
        false
    }
}

#[test]
fn what_is_complete_when_it_is_stopped_has_no_gaps() {
    let watch = Impatient(7.into());
    let mut dice = Engine::new(&Dice, &watch);
    let arms = [("a", 6), ("b", 8)].map(|point| dice.arm(&point).unwrap());
    let wants = arms.map(|arm| Want { arm, replications: 50 });
    let end = dice.simulate(StudyPhase::Replications, &wants);
    assert_eq!(end, Err(Broken::Stopped));
    // The first replications come first, so that arms grow together.
    let done = arms.map(|arm| dice.see(arm).thrown.len());
    assert!(done[0] >= 2 && done[1] >= 2 && done[0].abs_diff(done[1]) <= 2, "{done:?}");
    for arm in arms {
        let whole: Vec<u32> =
            (0..50).map(|n| Dice.replicate(dice.see(arm), n, &|| false).unwrap()).collect();
        assert!(whole.starts_with(&dice.see(arm).thrown));
    }
}
