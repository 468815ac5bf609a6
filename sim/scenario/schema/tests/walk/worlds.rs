//! The scenarios of the walk, and the results of studies.

use crate::scenario::Scenario;
use crate::unsimulated;
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::PathBuf;
use wssim_experiment::failures::{self, failures};
use wssim_experiment::findings::{Answer, Findings};
use wssim_experiment::migrate::migrate;
use wssim_experiment::question::{AtRisk, SCALE_KEY, Study, Worlds};
use wssim_experiment::sweep::{self, Parameter, ParameterValue, sweep};
use wssim_experiment::watch::Unwatched;
use wssim_experiment::{Options, run};
use wssim_model::Blueprint;

/// Their folder, relative to this crate.
const FOLDER: &str = "tests/walk";

/// Their studies and numbers of replications; the other files are parts of these.
const BASES: [(&str, &[Study], u32); 11] = [
    ("calls", &[Study::Run], 1),
    ("wires", &[Study::Run], 1),
    ("paths", &[Study::Run], 1),
    ("pages", &[Study::Run], 1),
    ("lives", &[Study::Run], 1),
    ("rolled", &[Study::Run], 3),
    ("day", &[Study::Run], 1),
    ("compose", &[Study::Run], 1),
    ("losing", &[Study::Failures], 5),
    ("judged", &[Study::Run, Study::Sweep], 5),
    ("moving", &[Study::Migrate], 2),
];

/// Years of the long run: long enough for a few failures.
const YEARS: f64 = 20.0;

/// A scenario of the walk, possibly changed.
pub(super) struct World {
    pub(super) name: &'static str,
    pub(super) text: String,
    studies: &'static [Study],
    replications: u32,
    pub(super) scenario: Scenario,
    variants: Vec<Scenario>,
    blueprint: Blueprint,
    at_risk: AtRisk,
    /// By study.
    told: Vec<OnceCell<String>>,
}

/// All scenarios, unchanged.
pub(super) fn bases() -> Vec<World> {
    let text = |name: &str| std::fs::read_to_string(format!("{FOLDER}/{name}.toml")).unwrap();
    let base = |(name, studies, replications): (&'static str, &'static [Study], u32)| {
        World::of(name, text(name), studies, replications, &[])
            .unwrap_or_else(|why| panic!("{name}: {why}"))
    };
    BASES.into_iter().map(base).collect()
}

/// Names that a text can refer to: those of things, and of files beside the scenarios.
pub(super) fn names(files: &[Value]) -> Vec<String> {
    let mut out = BTreeSet::new();
    for file in files {
        for kind in ["node", "service", "network", "site", "traffic", "stack", "group"] {
            let table = file.get(kind).and_then(Value::as_object);
            for (name, thing) in table.into_iter().flatten() {
                out.insert(name.clone());
                out.insert(format!("{kind}.{name}"));
                let endpoints = thing.get("endpoint").and_then(Value::as_object);
                out.extend(endpoints.into_iter().flatten().map(|(end, _)| format!("{name}.{end}")));
            }
        }
    }
    let lists = ["fault", "rollout"]
        .into_iter()
        .flat_map(|list| files.iter().filter_map(move |file| file.get(list)?.as_array()));
    let items = lists.flatten();
    out.extend(items.filter_map(|item| Some(item.get("id")?.as_str()?.to_owned())));
    let files = std::fs::read_dir(FOLDER).unwrap();
    let file = |entry: std::fs::DirEntry| entry.path().to_string_lossy().into_owned();
    out.extend(files.map(|entry| file(entry.unwrap())));
    out.into_iter().collect()
}

impl World {
    fn of(
        name: &'static str,
        text: String,
        studies: &'static [Study],
        replications: u32,
        sets: &[String],
    ) -> Result<Self, String> {
        let path = PathBuf::from(format!("{FOLDER}/{name}.toml"));
        let scenario = Scenario::of_texts(&path, &[(path.clone(), text.clone())], sets)
            .map_err(|mistakes| mistakes.render(false))?;
        let variants = scenario.variants().into_iter().map(|name| scenario.variant(name));
        let variants = variants.collect::<Result<Vec<_>, _>>();
        let variants = variants.map_err(|mistakes| mistakes.render(false))?;
        let blueprint = scenario.blueprint(None, &[]).map_err(|why| format!("{why:?}"))?;
        let at_risk = scenario.at_risk(None, &[]).map_err(|why| format!("{why:?}"))?;
        let told = studies.iter().map(|_| OnceCell::new()).collect();
        Ok(Self { name, text, studies, replications, scenario, variants, blueprint, at_risk, told })
    }

    /// The world of another text.
    pub(super) fn of_text(text: String, studies: &'static [Study]) -> Result<Self, String> {
        Self::of("text", text, studies, 1, &[])
    }

    /// The world with `sets`, and other text; `None` if that is no valid scenario.
    pub(super) fn with(&self, sets: &[String], texts: &[(&str, &str)]) -> Option<Self> {
        let text = texts.iter().fold(self.text.clone(), |text, (from, to)| text.replace(from, to));
        Self::of(self.name, text, self.studies, self.replications, sets).ok()
    }

    /// Whether the value at `path` is listed as not simulated.
    pub(super) fn lists(&self, path: &str) -> bool {
        unsimulated::lists(self.scenario.not_simulated(), path)
    }

    /// Whether some study finds another number than in `base`.
    pub(super) fn tells_other(&self, base: &Self) -> bool {
        // Worlds that are equal for every study are not simulated again.
        !self.is_same(base)
            && (0..self.studies.len()).any(|study| self.numbers(study) != base.numbers(study))
    }

    fn is_same(&self, base: &Self) -> bool {
        let asked = |world: &Self| {
            let mut question = world.scenario.question();
            question.title.clear();
            question.not_simulated.clear();
            question.not_simulated_at_risk.clear();
            question.not_simulated_in_phases.clear();
            let phases = world.scenario.phases(None);
            format!("{question:?} {:?} {phases:?}", world.at_risk.cluster)
        };
        self.blueprint == base.blueprint
            && self.at_risk.blueprint == base.at_risk.blueprint
            && asked(self) == asked(base)
            && self.variant_blueprints() == base.variant_blueprints()
    }

    fn variant_blueprints(&self) -> Vec<Blueprint> {
        let variants = self.variants.iter();
        variants.filter_map(|variant| variant.blueprint(None, &[]).ok()).collect()
    }

    /// Every number of the study.
    fn numbers(&self, study: usize) -> &str {
        self.told[study].get_or_init(|| {
            let all = std::iter::once(&self.scenario).chain(&self.variants);
            let told = all.map(|scenario| match self.found(scenario, self.studies[study]) {
                Ok(findings) => numbers(&findings),
                Err(why) => why,
            });
            told.collect()
        })
    }

    fn found(&self, worlds: &Scenario, study: Study) -> Result<Findings, String> {
        let mut question = worlds.question();
        question.command = study;
        let common = Options {
            seed: 1,
            threads: Some(1),
            replications: Some(self.replications),
            precision: 0.05,
            ranges: false,
        };
        match study {
            Study::Failures => {
                let survival = question.cluster.survival;
                let options = failures::FailureOptions {
                    common,
                    depth: Some(2),
                    survival,
                    years: Some(YEARS),
                };
                failures(worlds, &question, &options, &Unwatched).map_err(|why| format!("{why:?}"))
            }
            Study::Sweep => {
                let asked = ParameterValue { text: "1".to_owned(), number: Some(1.0) };
                let options = sweep::SweepOptions {
                    seed: 1,
                    threads: Some(1),
                    replications: self.replications,
                    parameters: vec![Parameter {
                        path: SCALE_KEY.to_owned(),
                        values: vec![asked],
                        numbers: None,
                    }],
                    metrics: Vec::new(),
                    refine: 0,
                };
                sweep(worlds, &question, &options, &Unwatched).map_err(|why| format!("{why:?}"))
            }
            Study::Migrate => {
                migrate(worlds, &question, &common, &Unwatched).map_err(|why| format!("{why:?}"))
            }
            _ => run(worlds, &question, &common, &Unwatched).map_err(|why| format!("{why:?}")),
        }
    }
}

/// Measured and judged numbers, without repetitions of the scenario's text.
fn numbers(findings: &Findings) -> String {
    let judged = findings.claims.iter().map(|one| (&one.simulated, one.verdict));
    let judged: Vec<_> = judged.collect();
    let answer = match &findings.answer {
        Answer::Run(run) => {
            let ended: Vec<_> =
                run.rollouts.iter().map(|one| (one.ended, one.end_seconds)).collect();
            format!("{:?} {:?} {:?} {ended:?}", run.series, run.distributions, run.bands)
        }
        Answer::Failures(found) => {
            let years = found.long_run.as_ref().map(|run| (run.faults, run.events, &run.subjects));
            format!("{:?} {:?} {years:?}", found.calm, found.sets)
        }
        Answer::Sweep(found) => {
            let states: Vec<_> = found.objectives.iter().map(|one| &one.states).collect();
            let metrics: Vec<_> = found.points.iter().map(|one| &one.metrics).collect();
            format!("{states:?} {metrics:?}")
        }
        Answer::Migrate(found) => {
            let steps = found.phases.iter().flat_map(|phase| &phase.steps);
            let times: Vec<_> = steps.map(|step| (step.begins, step.seconds)).collect();
            let begins: Vec<f64> = found.phases.iter().map(|phase| phase.begins).collect();
            format!("{times:?} {begins:?}")
        }
        Answer::Compare(_) | Answer::Capacity(_) => String::new(),
    };
    format!("{:?}\n{judged:?}\n{answer}", findings.metrics)
}
