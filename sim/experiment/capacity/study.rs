//! The study: today, the search, the search without each node, and the spare room.

use super::findings::{
    AskedCondition, Capacity, Carries, SearchEnd, Searched, TrafficLimits, ValueState, Without,
};
use super::options::{CapacityError, CapacityOptions};
use super::seek::{CONFIDENCE, Log, Seeker, too_much};
use super::stage::Load;
use super::traffic::Today;
use super::{fits, judge, key, room, traffic};
use crate::analytic::{FormulaGap, ResourceDemand, Twin};
use crate::arm::{Arm, Setting};
use crate::catalogue::Catalogue;
use crate::engine::{Broken, Engine, Stopped};
use crate::findings::{Answer, Findings, JudgedClaim, StoppedBy};
use crate::judge::times_needed;
use crate::note::{Note, of_load, of_rounding};
use crate::objective::{Objective, objectives, with_errors};
use crate::pilot::find_lead;
use crate::question::{Override, Question, SCALE_KEY, WorldError, Worlds};
use crate::summary;
use crate::sweep::ParameterValue;
use crate::watch::Watch;
use wssim_kernel::Nanos;
use wssim_model::Blueprint;

/// The warm-up is determined at today's traffic, and at this share of the bound.
const BUSY: f64 = 0.9;

pub(super) struct CapacityStudy<'a> {
    pub(super) worlds: &'a dyn Worlds,
    pub(super) question: &'a Question,
    pub(super) options: &'a CapacityOptions,
    pub(super) watch: &'a dyn Watch,
}

/// Results known before the simulation.
struct Known {
    world: Blueprint,
    conditions: Vec<Objective>,
    demands: Vec<ResourceDemand>,
    /// What formulas leave out.
    left_out: Vec<FormulaGap>,
    /// The multiple of today's traffic that exhausts a resource.
    bound: f64,
}

impl<'a> CapacityStudy<'a> {
    pub(super) fn answer(&self) -> Result<Findings, CapacityError> {
        let known = self.known()?;
        let (lead, notes) = self.lead(&known)?;
        let setting = Setting {
            seed: self.options.seed,
            lead: lead.unwrap_or(Nanos::ZERO),
            measure: self.question.measure,
        };
        let recovery = self.question.cluster.survival.within;
        let stage = Load { worlds: self.worlds, setting, recovery };
        let mut engine = Engine::new(&stage, self.watch);
        let mut log = Log::default();
        let is_cut = lead.is_err();
        let mut capacity = self.capacity(&mut engine, &known, &mut log, is_cut)?;
        if !self.watch.interrupted() {
            can_be_measured(&engine, &known, &log)?;
        }
        capacity.search.left_out.clone_from(&known.left_out);
        let claims = match &mut capacity.traffic {
            Some(traffic) => {
                let today = log.of(1.0).map(|(_, arm)| &engine.see(*arm).arm);
                let today = today.filter(|arm| !arm.observations.is_empty());
                self.told_of_today(&stage, today, &capacity.search, traffic)?
            }
            None => Vec::new(),
        };
        let mut findings = self.findings(&engine, &log, capacity);
        findings.claims = claims;
        findings.warm_up_seconds = setting.lead.seconds();
        findings.notes.extend(notes);
        Ok(findings)
    }

    /// The spare room today, and the claims.
    fn told_of_today(
        &self,
        stage: &Load<'a>,
        today: Option<&Arm>,
        search: &Searched,
        traffic: &mut TrafficLimits,
    ) -> Result<Vec<JudgedClaim>, WorldError> {
        let mut all = Vec::new();
        if let Some(today) = today {
            traffic.rooms = room::rooms(today, &traffic.demands);
            for template in judge::templates(&self.question.claims) {
                all.extend(fits::fits(stage, self.question, today, &template)?);
            }
            if let Some(template) = &self.options.template {
                traffic.fits = fits::fits(stage, self.question, today, template)?;
            }
        }
        let bench = judge::CapacityBench {
            search,
            traffic,
            fits: &all,
            ranges: self.question.ranged.len(),
            is_other: !self.options.conditions.is_empty(),
        };
        Ok(self.question.claims.iter().map(|claim| bench.judge(claim)).collect())
    }

    /// The ends of the searched range of another key.
    fn ends(&self) -> impl Iterator<Item = Override> {
        self.options.find.iter().flat_map(|key| {
            let of = |value: &ParameterValue| Override {
                path: key.path.clone(),
                value: value.text.clone(),
            };
            key.values.iter().map(of).collect::<Vec<_>>()
        })
    }

    fn today(&self) -> Today {
        let Question { traffic_scale, measure, .. } = *self.question;
        Today { scale: traffic_scale.unwrap_or(1.0), measure }
    }

    fn known(&self) -> Result<Known, CapacityError> {
        let world = self.worlds.blueprint(None, &[])?;
        if world.sources.is_empty() {
            return Err(CapacityError::NoTraffic);
        }
        let services = &world.services;
        let is_there = |name: &&String| !services.iter().any(|service| service.name == **name);
        if let Some(template) = self.options.template.as_ref().filter(is_there) {
            return Err(CapacityError::NoTemplate(template.clone()));
        }
        for template in judge::templates(&self.question.claims).iter().chain(&self.options.template)
        {
            fits::check(self.worlds, &world, template)?;
        }
        // Errors at an end are reported before the simulation.
        for end in self.ends() {
            self.worlds.blueprint(None, &[end])?;
        }
        let conditions = if self.options.conditions.is_empty() {
            objectives(&world, &self.question.cluster)
        } else {
            with_errors(&self.options.conditions)
        };
        let catalogue = Catalogue::of(&world);
        let asks_for_more = |one: &&Objective| one.expected.min.is_some();
        if let Some(condition) = conditions.iter().find(asks_for_more)
            && self.options.find.is_none()
        {
            return Err(CapacityError::AtLeast(condition.metric.name.clone()));
        }
        for condition in &conditions {
            if catalogue.find(&condition.metric).is_none() {
                return Err(CapacityError::NoMetric(condition.metric.name.clone()));
            }
        }
        let twin = Twin::new(&world, &self.question.measure).at(1.0);
        let (demands, left_out) = (twin.demands, twin.reasons);
        let bound = demands.first().map_or(f64::INFINITY, |demand| demand.factor);
        Ok(Known { world, conditions, demands, left_out, bound })
    }

    /// The time simulated before each measured stretch.
    #[allow(clippy::type_complexity, reason = "what was found, and what is said of it")]
    fn lead(&self, known: &Known) -> Result<(Result<Nanos, Stopped>, Vec<Note>), WorldError> {
        let mut worlds = vec![known.world.clone()];
        let busy = known.bound * BUSY;
        if self.options.find.is_none() && busy.is_finite() && busy > 1.0 {
            worlds.push(self.worlds.blueprint(None, &self.today().times(busy))?);
        }
        for end in self.ends() {
            worlds.push(self.worlds.blueprint(None, &[end])?);
        }
        worlds.retain(|world| too_much(world, &self.question.measure).is_empty());
        let worlds: Vec<&Blueprint> = worlds.iter().collect();
        let seed = self.options.seed;
        let found = find_lead(&worlds, seed, self.question.measure, self.watch);
        Ok(match Broken::or_stopped(found)? {
            Ok(found) => {
                // Without a steady state there is no warm-up to find.
                let is_settled = found.settled && !worlds.is_empty();
                let notes = (!is_settled).then_some(Note::NotSettled);
                (Ok(found.lead), notes.into_iter().collect())
            }
            Err(stopped) => (Err(stopped), Vec::new()),
        })
    }

    fn capacity(
        &self,
        engine: &mut Engine<'_, Load<'a>>,
        known: &Known,
        log: &mut Log,
        is_cut: bool,
    ) -> Result<Capacity, CapacityError> {
        let conditions = &known.conditions;
        let mut seeker = Seeker {
            engine,
            conditions,
            measure: self.question.measure,
            exactly: self.options.replications,
            tolerance: self.options.precision,
        };
        let mut capacity = Capacity {
            key: SCALE_KEY.to_owned(),
            conditions: asked(conditions, &Catalogue::of(&known.world)),
            search: nothing(),
            traffic: None,
        };
        if let Some(find) = &self.options.find {
            capacity.key.clone_from(&find.path);
            if let Some(numbers) = find.numbers.filter(|_| !is_cut) {
                capacity.search = key::seek(&mut seeker, log, find, numbers)?;
            }
            return Ok(capacity);
        }
        let mut found =
            TrafficLimits { demands: known.demands.clone(), ..TrafficLimits::default() };
        if !is_cut {
            capacity.search = traffic::largest(&mut seeker, log, (self.today(), known.bound))?;
            found.first =
                room::first(seeker.engine, conditions, log, &capacity.search, &known.demands);
            if capacity.search.end != SearchEnd::Cut && known.world.nodes.len() > 1 {
                let nodes = known.world.nodes.iter().enumerate();
                found.without = nodes
                    .map(|(at, node)| {
                        traffic::without(
                            &mut seeker,
                            self.today(),
                            (at, &node.name),
                            &capacity.search,
                        )
                    })
                    .collect::<Result<_, _>>()?;
            }
        }
        capacity.traffic = Some(Box::new(found));
        Ok(capacity)
    }

    fn findings(&self, engine: &Engine<'_, Load<'a>>, log: &Log, capacity: Capacity) -> Findings {
        let arms = || engine.all().iter().map(|one| &one.arm.observations);
        let outcomes = || arms().flatten().map(|one| &one.outcome);
        let today = log.of(1.0).filter(|_| capacity.traffic.is_some());
        let metrics = today.map_or_else(Vec::new, |(tried, arm)| {
            summary::metrics(&engine.see(*arm).arm, tried.replications as usize)
        });
        let is_lost = |one: &Without| matches!(one.carries, Carries::Cut);
        let mut without = capacity.traffic.iter().flat_map(|traffic| &traffic.without);
        let is_cut = capacity.search.end == SearchEnd::Cut
            || log.tried.is_empty()
            || self.watch.interrupted()
            || without.any(is_lost);
        Findings {
            name: self.question.name.clone(),
            title: self.question.title.clone(),
            seed: self.options.seed,
            replications: arms().map(|all| all.len() as u32).sum(),
            stopped_by: match () {
                () if !is_cut && self.options.replications.is_some() => StoppedBy::Replications,
                () if !is_cut => StoppedBy::Decided,
                () if self.watch.interrupted() => StoppedBy::Interrupt,
                () => StoppedBy::Budget,
            },
            measured_seconds: self.question.measure.duration.seconds(),
            warm_up_seconds: 0.0,
            simulated_seconds: outcomes().map(|outcome| outcome.simulated.seconds()).sum(),
            requests: outcomes().map(|outcome| outcome.requests).sum(),
            events: outcomes().map(|outcome| outcome.events).sum(),
            metrics,
            claims: Vec::new(),
            not_simulated: self.not_simulated(),
            notes: self.notes(&capacity),
            regression: None,
            answer: Answer::Capacity(capacity),
        }
    }

    fn not_simulated(&self) -> Vec<String> {
        let Question { not_simulated, not_simulated_at_limits, .. } = self.question;
        not_simulated.iter().chain(not_simulated_at_limits).cloned().collect()
    }

    fn notes(&self, capacity: &Capacity) -> Vec<Note> {
        let world = self.worlds.blueprint(None, &[]);
        let mut notes =
            world.map_or_else(|_| Vec::new(), |world| of_load(&world, &self.question.measure));
        if capacity.traffic.is_some() {
            let tried = capacity.search.tried.iter().filter(|one| one.replications > 0);
            let scales: Vec<f64> = tried.map(|one| self.today().scale * one.value).collect();
            notes.extend(of_rounding(self.question, &scales));
        }
        notes
    }
}

/// Whether replications are long enough for every condition.
fn can_be_measured(
    engine: &Engine<'_, Load<'_>>,
    known: &Known,
    log: &Log,
) -> Result<(), CapacityError> {
    // With less traffic a quantile may need a longer run than today.
    let open = log.tried.first().filter(|(tried, _)| tried.state == ValueState::Open);
    let Some((tried, arm)) = open else { return Ok(()) };
    let arm = &engine.see(*arm).arm;
    for condition in &known.conditions {
        let place = arm.catalogue.find(&condition.metric);
        let samples = place.map(|place| arm.samples(place, tried.replications as usize));
        if let Some(times) = samples.and_then(|samples| times_needed(&samples)) {
            let metric = condition.metric.name.clone();
            return Err(CapacityError::TooFewRequests { metric, times });
        }
    }
    Ok(())
}

fn nothing() -> Searched {
    Searched {
        tried: Vec::new(),
        kept: None,
        missed: None,
        end: SearchEnd::Cut,
        left_out: Vec::new(),
        confidence: CONFIDENCE,
    }
}

/// Conditions with their names in the table of metrics.
fn asked(conditions: &[Objective], catalogue: &Catalogue) -> Vec<AskedCondition> {
    let of = |condition: &Objective| {
        let key = &catalogue.keys[catalogue.find(&condition.metric)?];
        Some(AskedCondition {
            condition: condition.clone(),
            name: key.kind.name,
            labels: key.labels.clone(),
            unit: key.kind.unit,
        })
    };
    conditions.iter().filter_map(of).collect()
}
