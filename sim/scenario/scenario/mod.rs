//! A scenario: files and `--set`, merged, checked, and ready for lowering.

mod between;
mod phases;
mod traces;
mod variants;

use crate::base::Shared;
use crate::check;
use crate::cluster;
use crate::condition;
use crate::config;
use crate::diagnostic::{Diagnostic, Diagnostics, Severity, tidy};
use crate::document::fields::{Name, Reader, Texts, join};
use crate::document::{self, Document};
use crate::files::{Files, Location};
use crate::find;
use crate::inputs;
use crate::lint;
use crate::load::{self, Applied, Set};
use crate::lower;
use crate::no_effect;
use crate::places;
use crate::question;
use crate::source::Sources;
use crate::stack::field;
use crate::trace::Traces;
use crate::traefik::ProxyRoute;
use crate::tree::Table;
use crate::unsimulated::{self, NotSimulated};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use wssim_experiment::input::Input;
use wssim_experiment::migrate::plan::PlannedPhase;
use wssim_experiment::objective::Objective;
use wssim_experiment::offered::{self, OfferedLoad};
use wssim_experiment::question::{
    AtRisk, Claim, MetricRef, Observed, Override, Question, RangeEnd, RangedInput, WorldError,
    Worlds,
};
use wssim_model::Blueprint;

/// A scenario without mistakes.
#[derive(Debug)]
pub struct Scenario {
    location: Location,
    sets: Vec<String>,
    shared: Shared,
    world: World,
    /// The worlds of the arms that changes refer to.
    arms: BTreeMap<String, World>,
    question: Question,
    /// Whether it stands for the state after its last phase.
    is_migrated: bool,
}

/// The places of a service's containers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The service.
    pub service: String,
    /// The nodes of its containers, in the order of replicas; those added by growth last.
    pub nodes: Vec<String>,
    /// Containers without a node.
    pub pending: u32,
}

/// The document read with given overrides, with its mistakes.
#[derive(Clone, Debug)]
struct World {
    sources: Sources,
    merged: Table,
    document: Document,
    defaults: Vec<(String, String)>,
    ranged: Vec<RangedInput>,
    claims: Vec<Claim>,
    not_simulated: Vec<NotSimulated>,
    traces: Traces,
    /// The worlds with the overlays of the first phase, of the first two, and so on.
    phases: Vec<World>,
    /// Warnings; with mistakes there is no world.
    warnings: Vec<Diagnostic>,
}

impl Scenario {
    /// Reads and checks a scenario: a path, or the bare name of a file in `scenarios/` or of a shipped
    /// scenario; `sets` are of the form `path=value`.
    ///
    /// # Errors
    /// All mistakes in it.
    pub fn load(name_or_path: &str, sets: &[String]) -> Result<Self, Diagnostics> {
        Self::read_from(find::scenario(name_or_path)?, sets, Shared::default())
    }

    /// [`Self::load`] with `texts` instead of files that may not exist.
    pub(crate) fn of_texts(
        path: &Path,
        texts: &[(PathBuf, String)],
        sets: &[String],
    ) -> Result<Self, Diagnostics> {
        let shared = Shared::default();
        for (path, text) in texts {
            shared.files.hold(&Location::on_disk(path), text);
        }
        Self::read_from(Location::on_disk(path), sets, shared)
    }

    fn read_from(location: Location, sets: &[String], shared: Shared) -> Result<Self, Diagnostics> {
        let own: Vec<Set> = sets.iter().map(|set| (set.clone(), "--set".to_owned())).collect();
        let mut world =
            World::read(&location, &own, Missing::Refused, &shared).map_err(Diagnostics::new)?;
        let mut mistakes = Vec::new();
        world.name_arms(&location, &shared.files);
        mistakes.extend(world.read_phases(&location, &own, Missing::Refused, &shared));
        let arms: Vec<(String, Name, Vec<Name>)> = world
            .document
            .claims
            .iter()
            .filter_map(|claim| {
                claim.relative_to.clone().map(|arm| (claim.id.clone(), arm, claim.needs.clone()))
            })
            .collect();
        let mut read: BTreeMap<String, Option<World>> = BTreeMap::new();
        for (id, arm, needs) in &arms {
            let entry = read.entry(arm.text.clone()).or_insert_with(|| {
                let file = find::arm(&location, &arm.text);
                match World::read(&file, &own, Missing::LeftOut, &shared) {
                    Ok(mut world) => {
                        mistakes.extend(world.read_phases(&file, &own, Missing::LeftOut, &shared));
                        Some(world)
                    }
                    Err(more) => {
                        mistakes.extend(more);
                        None
                    }
                }
            });
            let Some(other) = entry else { continue };
            for claim in world
                .claims
                .iter_mut()
                .filter(|claim| claim.id == *id && claim.not_simulated.is_none())
            {
                claim.not_simulated = unsimulated::why_not(&claim.metric, claim.study)
                    .or_else(|| unsimulated::needed(needs, &other.not_simulated))
                    .map(|why| format!("in `{}`: {why}", arm.text));
            }
        }
        if !mistakes.is_empty() {
            return Err(Diagnostics::new(mistakes));
        }
        let arms: BTreeMap<String, World> =
            read.into_iter().filter_map(|(arm, world)| Some((arm, world?))).collect();
        let observed = observed(&world, &arms);
        world.note_what_does_nothing(&location, &own, &shared);
        let name = location
            .path()
            .file_stem()
            .map_or_else(|| "scenario".to_owned(), |stem| stem.to_string_lossy().into_owned());
        let question = Question {
            title: world.document.header.title.clone().unwrap_or_else(|| name.clone()),
            name,
            measure: question::measure(&world.document),
            claims: world.claims.clone(),
            traffic_scale: world.document.traffic_scale,
            closed_users: world.document.closed_users(),
            cluster: cluster::of(&world.document),
            ranged: world.ranged.clone(),
            observed,
            not_simulated: world.not_simulated.iter().map(ToString::to_string).collect(),
            not_simulated_at_risk: world.at_risk().iter().map(ToString::to_string).collect(),
            not_simulated_at_limits: unsimulated::at_limits(&world.document),
            not_simulated_in_phases: world.in_phases().iter().map(ToString::to_string).collect(),
            ..Question::default()
        };
        let sets = sets.to_vec();
        Ok(Self { location, sets, shared, world, arms, question, is_migrated: false })
    }

    /// The scenario after all of its phases, if it has any: for `compare` and reports.
    #[must_use]
    pub fn migrated(self) -> Self {
        Self { is_migrated: true, ..self }
    }

    /// The selected world: at the beginning, or after all phases.
    fn meant<'w>(&self, world: &'w World) -> &'w World {
        let last = world.phases.last().filter(|_| self.is_migrated);
        last.unwrap_or(world)
    }

    /// The question for the studies.
    #[must_use]
    pub fn question(&self) -> Question {
        self.question.clone()
    }

    /// Whether it is the shipped one, not a file of the user.
    #[must_use]
    pub fn is_shipped(&self) -> bool {
        self.location.is_embedded()
    }

    /// Warnings for the author.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.world.warnings
    }

    /// Lints for operators: valid for a parser, wrong in operation.
    #[must_use]
    pub fn lints(&self) -> Vec<Diagnostic> {
        tidy(lint::lints(&self.world.document, &self.world.sources))
    }

    /// Features that are not simulated yet.
    #[must_use]
    pub fn not_simulated(&self) -> &[NotSimulated] {
        &self.world.not_simulated
    }

    /// Every value in force and its origin, a line each.
    #[must_use]
    pub fn print_config(&self) -> String {
        config::print(&self.world.merged, &self.world.defaults, &self.world.sources)
    }

    /// Every input in force, and its basis.
    #[must_use]
    pub fn inputs(&self) -> Vec<Input> {
        inputs::inputs(&self.world.merged, &self.world.defaults, &self.world.sources)
    }

    /// Scripted faults and rollouts: the second of the measured stretch, and the name.
    #[must_use]
    pub fn scripted(&self) -> Vec<(f64, String)> {
        let Document { faults, rollouts, .. } = &self.world.document;
        let faults = faults.iter().filter(|fault| fault.mtbf.is_none());
        let faults = faults.map(|fault| (fault.at.seconds(), fault.id.clone()));
        let rollouts = rollouts.iter().map(|rollout| (rollout.at.seconds(), rollout.id.clone()));
        faults.chain(rollouts).collect()
    }

    /// Places of containers, by service.
    #[must_use]
    pub fn placements(&self) -> Vec<Placement> {
        let document = &self.meant(&self.world).document;
        let nodes: Vec<&String> = document.nodes.keys().collect();
        let places = places::of(document);
        document
            .services
            .iter()
            .zip(places.first.iter().zip(places.all()))
            .map(|((service, content), (first, all))| Placement {
                service: service.clone(),
                pending: content.wanted(first.len() as u32) - first.len() as u32,
                nodes: all.into_iter().map(|at| nodes[at].clone()).collect(),
            })
            .collect()
    }

    /// The routes of requests by Traefik's labels, by router.
    #[must_use]
    pub fn routes(&self) -> Vec<ProxyRoute> {
        self.world.document.proxy.routes()
    }

    /// The metric that `text` names, written as in a claim, in the flag `shown`.
    ///
    /// # Errors
    /// The mistakes in it.
    pub fn metric(&self, shown: &str, text: &str) -> Result<MetricRef, Diagnostics> {
        self.world.metric(shown, text)
    }

    /// [`Self::metric`] in the world with the override `other`.
    ///
    /// # Errors
    /// The mistakes in it, or in the world.
    pub fn metric_at(
        &self,
        other: Override,
        shown: &str,
        text: &str,
    ) -> Result<MetricRef, Diagnostics> {
        let world = self.read(None, &[other]);
        world.map_err(|_| Diagnostics::new(Vec::new()))?.metric(shown, text)
    }

    /// A condition in the flag `shown`: a metric, `<` or `>`, and a limit.
    ///
    /// # Errors
    /// The mistakes in it.
    pub fn condition(&self, shown: &str, text: &str) -> Result<Objective, Diagnostics> {
        condition::read(&self.world.document, shown, text)
    }

    /// Offered load of nodes and services, without simulation.
    #[must_use]
    pub fn offered_load(&self) -> OfferedLoad {
        self.world.offered()
    }
}

impl Scenario {
    /// Whether an override of the input at `path` applies to `arm`, too: not if only the scenario gives
    /// it a range, so that it describes the scenario alone.
    fn reaches(&self, arm: &str, path: &str) -> bool {
        let gives = |world: &World| world.ranged.iter().any(|input| input.path == path);
        !gives(&self.world) || self.arms.get(arm).is_some_and(gives)
    }

    /// The world of `arm` with `overrides`; without any it was read with the scenario.
    fn read(
        &self,
        arm: Option<&str>,
        overrides: &[Override],
    ) -> Result<Cow<'_, World>, WorldError> {
        let reaches = |one: &&Override| arm.is_none_or(|arm| self.reaches(arm, &one.path));
        let overrides: Vec<&Override> = overrides.iter().filter(reaches).collect();
        let known = arm.map_or(Some(&self.world), |arm| self.arms.get(arm));
        if let (Some(world), true) = (known, overrides.is_empty()) {
            return Ok(Cow::Borrowed(self.meant(world)));
        }
        let phases = known.filter(|_| self.is_migrated).map_or(0, |world| world.phases.len());
        let own = self.sets.iter().map(|set| (set.clone(), "--set".to_owned()));
        let more = |one: &&Override| (format!("{}={}", one.path, one.value), "override".to_owned());
        let sets: Vec<Set> = own.chain(overrides.iter().map(more)).collect();
        let (location, missing) = match arm {
            None => (self.location.clone(), Missing::Refused),
            Some(arm) => (find::arm(&self.location, arm), Missing::LeftOut),
        };
        World::read_with(&location, &sets, missing, &self.shared, phases)
            .map(Cow::Owned)
            .map_err(|mistakes| WorldError::Scenario(Diagnostics::new(mistakes).render(false)))
    }
}

impl Worlds for Scenario {
    fn blueprint(
        &self,
        arm: Option<&str>,
        overrides: &[Override],
    ) -> Result<Blueprint, WorldError> {
        let world = self.read(arm, overrides)?;
        Ok(lower::lower(&world.document, &world.traces))
    }

    fn at_risk(&self, arm: Option<&str>, overrides: &[Override]) -> Result<AtRisk, WorldError> {
        let world = self.read(arm, overrides)?;
        let document = world.document_at_risk();
        let cluster = cluster::of(&document);
        Ok(AtRisk { blueprint: lower::lower(&document, &world.traces), cluster })
    }

    fn phases(&self, arm: Option<&str>) -> Result<Vec<PlannedPhase>, WorldError> {
        Ok(self.phase_worlds(arm))
    }

    fn between(&self, input: &RangedInput, end: RangeEnd, fraction: f64) -> Option<Override> {
        let to = match end {
            RangeEnd::Low => &input.low,
            RangeEnd::High => &input.high,
        };
        let value = between::between(&input.value, to, fraction)?;
        Some(Override { path: input.path.clone(), value })
    }

    fn replicas(&self, service: &str, replicas: u32) -> Override {
        let path = join(&join("service", service), "replicas");
        Override { path, value: replicas.to_string() }
    }
}

/// Observations in the scenario, and in the bases of its claims.
fn observed(own: &World, arms: &BTreeMap<String, World>) -> Vec<Observed> {
    let own = own.claims.iter().map(|claim| (None, claim));
    let of_arms = arms.iter().flat_map(|(file, world)| {
        world.claims.iter().map(move |claim| (Some(file.clone()), claim))
    });
    let all = own.chain(of_arms).filter(|(_, claim)| claim.observed);
    all.map(|(arm, claim)| Observed { arm, claim: claim.clone() }).collect()
}

/// How to treat a `--set` with a missing path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Missing {
    Refused,
    LeftOut,
}

impl World {
    /// The metric that `text` names, by the flag `shown`.
    fn metric(&self, shown: &str, text: &str) -> Result<MetricRef, Diagnostics> {
        let mut mistakes = Vec::new();
        match question::metric_of_flag(&self.document, shown, text, &mut mistakes) {
            Some(metric) if mistakes.is_empty() => Ok(metric),
            _ => Err(Diagnostics::new(mistakes)),
        }
    }

    /// Reads, merges and checks; `sets` are (path=value, name in messages).
    fn read(
        location: &Location,
        sets: &[Set],
        missing: Missing,
        shared: &Shared,
    ) -> Result<Self, Vec<Diagnostic>> {
        Self::read_with(location, sets, missing, shared, 0)
    }

    /// [`Self::read`] with the overlays of `phases` phases.
    fn read_with(
        location: &Location,
        sets: &[Set],
        missing: Missing,
        shared: &Shared,
        phases: usize,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut sets = sets.to_vec();
        loop {
            match Self::read_once(location, &sets, missing, shared, phases) {
                // An arm may lack a key of the scenario: retries without the missing ones.
                Err((_, unknown)) if missing == Missing::LeftOut && !unknown.is_empty() => {
                    let mut number = 0;
                    sets.retain(|_| {
                        number += 1;
                        !unknown.contains(&(number - 1))
                    });
                }
                Err((mistakes, _)) => return Err(mistakes),
                Ok(world) => return Ok(world),
            }
        }
    }

    /// The world, or the mistakes with the numbers of the sets with an unknown path.
    fn read_once(
        location: &Location,
        sets: &[Set],
        missing: Missing,
        shared: &Shared,
        phases: usize,
    ) -> Result<Self, (Vec<Diagnostic>, Vec<usize>)> {
        // A stack named by a `--set` must exist before others change it, and stack files are read with
        // their overrides.
        let is_early = |set: &str| load::is_of_stacks(set) || field::is_field(set);
        let (early, late): (Vec<_>, Vec<_>) = sets.iter().partition(|(set, _)| is_early(set));
        let base =
            shared.base(location, &early, phases).map_err(|mistakes| (mistakes, Vec::new()))?;
        let (mut sources, mut merged) = (base.sources.clone(), base.merged.clone());
        let mut mistakes = base.mistakes.clone();
        for (set, shown) in late {
            let mut own = Vec::new();
            let applied = load::set(&mut merged, set, shown, &mut sources, &mut own);
            if applied == Applied::Yes || missing == Missing::Refused {
                mistakes.extend(own);
            }
        }
        load::prune(&mut merged, &sources, &mut mistakes);
        let excess = check::size::of_tree(&merged, &sources);
        if !excess.is_empty() {
            mistakes.extend(excess);
            return Err((mistakes, Vec::new()));
        }
        let texts = Texts { sources: &sources, files: &shared.files };
        let mut reader = Reader::new(texts);
        let document = document::read(&mut reader, Some(&base.known), &merged);
        let (mut defaults, mut ranged, timers) = (reader.defaults, reader.ranged, reader.timers);
        defaults.extend(question::header_defaults(&document));
        ranged.sort_by(|a, b| a.path.cmp(&b.path));
        mistakes.extend(reader.mistakes);
        let excess = check::size::check(&document, &sources);
        if !excess.is_empty() {
            mistakes.extend(excess);
            return Err((mistakes, Vec::new()));
        }
        mistakes.extend(check::check(&document, &timers, &sources));
        let not_simulated = unsimulated::list(&document, &sources);
        let claims = question::claims(&document, &not_simulated, &sources, &mut mistakes);
        let traces = traces::read(&texts, &document, shared, &mut mistakes);
        mistakes.retain(|mistake| !lint::is_silenced(mistake, &document.header.allow));
        let (warnings, errors): (Vec<_>, Vec<_>) =
            mistakes.into_iter().partition(|item| item.severity == Severity::Warning);
        if !errors.is_empty() {
            let unknown: BTreeSet<(&str, &str)> = (errors.iter())
                .filter(|error| error.code == "unknown-path")
                .filter_map(|error| error.span.as_ref()?.flag())
                .collect();
            let is_unknown = |(set, shown): &Set| unknown.contains(&(shown, set));
            let numbers = sets.iter().enumerate().filter(|(_, set)| is_unknown(set));
            let unknown = numbers.map(|(number, _)| number).collect();
            let all = errors.into_iter().chain(warnings).collect();
            return Err((all, unknown));
        }
        Ok(Self {
            sources,
            merged,
            document,
            defaults,
            ranged,
            claims,
            not_simulated,
            traces,
            phases: Vec::new(),
            warnings,
        })
    }

    /// Adds notes on settings without effect; `sets` are those of the command line.
    fn note_what_does_nothing(&mut self, location: &Location, sets: &[Set], shared: &Shared) {
        let (document, blueprint) = (&self.document, self.at_risk_blueprint());
        let phases = self.plans();
        let mut notes =
            no_effect::notes(document, &blueprint, &phases, &self.merged, &self.sources);
        for (at, (set, _)) in sets.iter().enumerate() {
            let told = [&self.warnings[..], &notes[..]].concat();
            if no_effect::sets::is_told(set, &told, &self.not_simulated) {
                continue;
            }
            let others = [&sets[..at], &sets[at + 1..]].concat();
            let without = Self::read(location, &others, Missing::Refused, shared);
            if without.is_ok_and(|without| without.says_the_same_as(self)) {
                notes.push(no_effect::sets::note(set));
            }
        }
        notes.retain(|note| !lint::is_silenced(note, &self.document.header.allow));
        self.warnings = tidy(self.warnings.drain(..).chain(notes).collect());
    }

    /// Whether no study can distinguish the two.
    fn says_the_same_as(&self, other: &Self) -> bool {
        let asked = |world: &Self| {
            let document = &world.document;
            let asked = (question::measure(document), &world.claims, &world.ranged);
            let cluster = (cluster::of(document), document.traffic_scale, document.closed_users());
            let texts = (&document.header.title, lint::lints(document, &world.sources).len());
            format!("{asked:?} {cluster:?} {texts:?} {:?}", world.not_simulated)
        };
        self.warnings.len() == other.warnings.len()
            && asked(self) == asked(other)
            && lower::lower(&self.document, &self.traces)
                == lower::lower(&other.document, &other.traces)
            && self.at_risk_blueprint() == other.at_risk_blueprint()
    }

    /// The document of the world with losses beyond its own faults.
    fn document_at_risk(&self) -> Document {
        Document { at_risk: true, ..self.document.clone() }
    }

    fn at_risk_blueprint(&self) -> Blueprint {
        lower::lower(&self.document_at_risk(), &self.traces)
    }

    /// Features not simulated in a study of losses.
    fn at_risk(&self) -> Vec<NotSimulated> {
        unsimulated::list(&self.document_at_risk(), &self.sources)
    }

    /// Features not simulated in the phases of its migration.
    fn in_phases(&self) -> Vec<NotSimulated> {
        unsimulated::in_phases(&self.document, &self.sources)
    }

    fn offered(&self) -> OfferedLoad {
        let blueprint = lower::lower(&self.document, &self.traces);
        offered::offered(&blueprint, &question::measure(&self.document))
    }

    /// Makes arms of claims from files in other folders relative to the scenario.
    fn name_arms(&mut self, location: &Location, files: &Files) {
        let folder = location.folder();
        for (claim, text) in self.claims.iter_mut().zip(&mut self.document.claims) {
            let Some(arm) = &mut text.relative_to else {
                continue;
            };
            let mut named = self.sources.beside(arm.origin, &arm.text);
            // The ending is optional, as on the command line.
            if named.path().extension().is_none() && files.read(&named).is_err() {
                named = named.with_extension("toml");
            }
            arm.text = named.within(&folder).to_string_lossy().into_owned();
            claim.relative_to = Some(arm.text.clone());
        }
    }
}
