//! The question for one plan beside the baseline: its claims about itself, and about the change from the
//! baseline.

use crate::migrate::plan::PlannedPhase;
use crate::question::{
    AtRisk, Claim, Override, Question, RangeEnd, RangedInput, Study, WorldError, Worlds,
};
use wssim_model::Blueprint;

/// The baseline's name among the arms of another scenario; no file has it.
pub(super) const BASELINE: &str = "";

/// A compared scenario.
#[derive(Clone, Copy)]
pub struct Plan<'a> {
    /// Its worlds.
    pub worlds: &'a dyn Worlds,
    /// Its own question.
    pub question: &'a Question,
    /// Its variants, for trials.
    pub variants: &'a [PlanVariant<'a>],
}

/// A variant of a compared scenario.
pub struct PlanVariant<'a> {
    /// Its name within the scenario.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its worlds.
    pub worlds: &'a dyn Worlds,
    /// Its question.
    pub question: Question,
}

/// The worlds of a plan, with the baseline among its arms.
pub(super) struct Against<'a> {
    own: &'a dyn Worlds,
    baseline: &'a dyn Worlds,
}

impl<'a> Against<'a> {
    pub(super) fn new(own: Plan<'a>, baseline: Plan<'a>) -> Self {
        Self { own: own.worlds, baseline: baseline.worlds }
    }

    /// The question for `own` beside the baseline and its observations. A change from another scenario
    /// is a separate question.
    ///
    /// # Errors
    /// When a world cannot be made.
    pub(super) fn question(
        &self,
        own: &Question,
        observed_against: Vec<Claim>,
    ) -> Result<Question, WorldError> {
        let baseline = self.blueprint(Some(BASELINE), &[])?;
        let mut claims = Vec::new();
        for claim in own.claims.iter().filter(|claim| Study::Compare.judges(claim.study)) {
            if self.is_about(claim, &baseline)? {
                claims.push(claim.clone());
            }
        }
        // Observations there narrow the inputs as in `run`.
        let observed = own.observed.iter().filter_map(|one| one.arm.clone());
        let changes = own.claims.iter().filter(|claim| claim.study == Study::Run);
        let bases: Vec<&String> = changes.filter_map(|one| one.relative_to.as_ref()).collect();
        let beside = observed.filter(|arm| bases.contains(&arm)).collect();
        Ok(Question {
            command: Study::Compare,
            claims,
            against: Some(BASELINE.to_owned()),
            observed_against,
            beside,
            ..own.clone()
        })
    }

    /// Whether a claim is about the plan itself, or about the change from the baseline.
    fn is_about(&self, claim: &Claim, baseline: &Blueprint) -> Result<bool, WorldError> {
        let Some(file) = &claim.relative_to else { return Ok(true) };
        if claim.not_simulated.is_some() {
            return Ok(false);
        }
        Ok(self.own.blueprint(Some(file), &[])? == *baseline)
    }
}

impl Worlds for Against<'_> {
    fn blueprint(
        &self,
        arm: Option<&str>,
        overrides: &[Override],
    ) -> Result<Blueprint, WorldError> {
        match arm {
            Some(BASELINE) => self.baseline.blueprint(None, overrides),
            arm => self.own.blueprint(arm, overrides),
        }
    }

    fn at_risk(&self, arm: Option<&str>, overrides: &[Override]) -> Result<AtRisk, WorldError> {
        match arm {
            Some(BASELINE) => self.baseline.at_risk(None, overrides),
            arm => self.own.at_risk(arm, overrides),
        }
    }

    fn phases(&self, arm: Option<&str>) -> Result<Vec<PlannedPhase>, WorldError> {
        match arm {
            Some(BASELINE) => self.baseline.phases(None),
            arm => self.own.phases(arm),
        }
    }

    fn between(&self, input: &RangedInput, end: RangeEnd, fraction: f64) -> Option<Override> {
        self.own.between(input, end, fraction)
    }

    fn replicas(&self, service: &str, replicas: u32) -> Override {
        self.own.replicas(service, replicas)
    }
}
