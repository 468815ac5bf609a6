//! Trials of each plan and its variants: loss of nodes, years of operation, rollouts of new images.

use super::findings::{OrchestratorTakes, PlanTrial, TrialResult};
use super::plan::{Plan, PlanVariant};
use crate::failures;
use crate::findings::Answer;
use crate::question::{Question, WorldError, Worlds};
use crate::run::{Options, RunStudy, Stand};
use crate::summary;
use crate::watch::Watch;
use wssim_model::Blueprint;
use wssim_model::blueprint::Maker;

/// Years of the long run: enough to know availability to a few per cent.
const YEARS: f64 = 2000.0;
/// Replications of a rollout unless a number is given.
const ROLLOUTS: u32 = 10;

/// The trials of `plan` and its variants; those that begin after the budget ends are cut short.
///
/// # Errors
/// When a world cannot be made.
pub(super) fn of(
    plan: &Plan<'_>,
    options: &Options,
    watch: &dyn Watch,
) -> Result<Vec<PlanTrial>, WorldError> {
    let of = |variant: Option<&PlanVariant<'_>>| {
        let own = (plan.worlds, plan.question);
        let (worlds, question) = variant.map_or(own, |one| (one.worlds, &one.question));
        let world = worlds.blueprint(None, &[])?;
        let brings_out = variant.is_some() && !world.rollouts().is_empty();
        let test = if brings_out { bring_out } else { lose };
        Ok(PlanTrial {
            scenario: plan.question.name.clone(),
            variant: variant.map(|one| one.name.clone()),
            title: variant.map_or(&plan.question.title, |one| &one.title).clone(),
            orchestrator: question.cluster.orchestrator.map(|kind| kind.name),
            takes: takes(&world),
            price: world.price(),
            outcome: test(worlds, question, options, watch)?,
        })
    };
    std::iter::once(None).chain(plan.variants.iter().map(Some)).map(of).collect()
}

/// The overhead of the orchestrator and the container engine on all nodes together.
fn takes(blueprint: &Blueprint) -> OrchestratorTakes {
    let of_background = |one: &wssim_model::blueprint::Background| match one.maker {
        Maker::System(_) => f64::from(one.jobs) * one.cpu.mean() / one.every.mean(),
        Maker::Container(_) => 0.0,
    };
    OrchestratorTakes {
        bytes: blueprint.nodes.iter().map(|node| node.memory.agent + node.memory.engine).sum(),
        threads: blueprint.background.iter().map(of_background).fold(0.0, |sum, one| sum + one),
    }
}

/// The loss of every node and of every pair of nodes; then the long run.
fn lose(
    worlds: &dyn Worlds,
    question: &Question,
    options: &Options,
    watch: &dyn Watch,
) -> Result<TrialResult, WorldError> {
    let question = alone(question);
    let options = failures::FailureOptions {
        common: Options { ranges: false, ..*options },
        depth: None,
        survival: question.cluster.survival,
        years: Some(YEARS),
    };
    match failures::failures(worlds, &question, &options, watch).map(|found| found.answer) {
        Ok(Answer::Failures(failures)) => Ok(TrialResult::Failures(Box::new(failures))),
        Err(failures::FailureError::World(error)) => Err(error),
        _ => Ok(TrialResult::CutShort),
    }
}

/// The rollouts of new images in the scenario.
fn bring_out(
    worlds: &dyn Worlds,
    question: &Question,
    options: &Options,
    watch: &dyn Watch,
) -> Result<TrialResult, WorldError> {
    let question = alone(question);
    let replications = Some(options.replications.unwrap_or(ROLLOUTS));
    let options = Options { replications, ranges: false, ..*options };
    let read = |stand: &Stand<'_, '_>| {
        summary::metrics(stand.engine.see(stand.cast.own), stand.replications)
    };
    let study = RunStudy::new(worlds, &question, &options, watch);
    let (findings, metrics) = study.answer_and(read)?;
    let is_done = Some(findings.replications) == replications;
    Ok(if is_done { TrialResult::Rollouts(metrics) } else { TrialResult::CutShort })
}

/// The question without claims.
fn alone(question: &Question) -> Question {
    Question { claims: Vec::new(), observed: Vec::new(), ..question.clone() }
}
