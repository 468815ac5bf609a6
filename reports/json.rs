//! `results.json`: all findings, versioned, the same bytes for the same question.
//!
//! One key or one element a line, for readable diffs. Numbers are in base units, rounded to twelve
//! significant digits, so that the order of summation does not matter. Values that are not numbers are
//! `null`. Reasons and notes are the sentences of the other reports.
//!
//! Some keys depend on the command: `survival` and `sets` on `wssim failures` (`failures/json.rs`), and
//! `long_run` on random failures (`failures/years/json.rs`); `scenarios` and `comparison` on `wssim
//! compare` (`compare/json.rs`); `parameters`, `points`, `changes` and `objectives` on `wssim sweep`
//! (`sweep/json.rs`); `capacity` on `wssim capacity` (`capacity/json.rs`); `migration` on `wssim
//! migrate` (`migrate/json.rs`); `baseline` on a given one (`regression/json.rs`). Numbers with a limit
//! for comparisons have `values`, one a replication, so that two results of one seed can be compared
//! pair by pair. `rollouts` exists after `wssim run` with rollouts (`rollout/json.rs`), and `memory`,
//! the ledger of RAM, if a node has RAM given (`memory/json.rs`).

use crate::capacity::json::CapacityJson;
use crate::compare::json::{NamedJson, RowJson, TrialJson};
use crate::escape;
use crate::failures::json::{SetJson, SurvivalJson};
use crate::failures::years::json::LongRunJson;
use crate::memory::json::NodeJson;
use crate::metric_json::{EstimateJson, Labels, MetricJson};
use crate::metric_name;
use crate::migrate::json::MigrationJson;
use crate::number::Number;
use crate::reason;
use crate::regression::json::DifferenceJson;
use crate::rollout::json::RolloutJson;
use crate::shape::SCHEMA_VERSION;
use crate::sweep::{
    self,
    json::{ChangeJson, ObjectiveJson, ParameterJson},
};
use serde::Serialize;
use wssim_experiment::findings::{
    Answer, Distribution, Findings, JudgedClaim, ResponseBands, Series,
};
use wssim_stats::Estimate;

/// The file.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let (series, distributions, bands) = match &findings.answer {
        Answer::Run(run) => {
            (run.series.as_slice(), run.distributions.as_slice(), run.bands.as_slice())
        }
        _ => (&[][..], &[][..], &[][..]),
    };
    let notes: Vec<String> = findings.notes.iter().map(reason::note).collect();
    let mut keys = vec![
        ("schema_version", json(&SCHEMA_VERSION)),
        ("command", json(&findings.answer.study().name())),
        ("scenario", json(&ScenarioJson::of(findings))),
        ("seed", json(&findings.seed)),
        ("replications", json(&findings.replications)),
        ("stopped_by", json(&findings.stopped_by.name())),
        ("simulated_seconds", json(&Number(findings.simulated_seconds))),
        ("requests", json(&findings.requests)),
        ("events", json(&findings.events)),
        ("metrics", list(&findings.metrics, MetricJson::of)),
        ("series", list(series, SeriesJson::of)),
        ("claims", list(&findings.claims, ClaimJson::of)),
        ("distributions", list(distributions, DistributionJson::of)),
        ("response_bands", list(bands, BandsJson::of)),
        ("not_simulated", list(&findings.not_simulated, String::as_str)),
        ("notes", list(&notes, String::as_str)),
    ];
    keys.extend(only_here(&findings.answer));
    let regression = findings.regression.as_ref();
    keys.extend(regression.map(|difference| ("baseline", json(&DifferenceJson::of(difference)))));
    let lines: Vec<String> =
        keys.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    escape::json(&format!("{{\n{}\n}}\n", lines.join(",\n")))
}

/// The keys of one study only.
fn only_here(answer: &Answer) -> Vec<(&'static str, String)> {
    match answer {
        Answer::Run(run) => {
            let memory = || ("memory", list(&run.ledger, NodeJson::of));
            let rollouts = || ("rollouts", list(&run.rollouts, RolloutJson::of));
            let memory = (!run.ledger.is_empty()).then(memory);
            memory.into_iter().chain((!run.rollouts.is_empty()).then(rollouts)).collect()
        }
        Answer::Failures(failures) => {
            let mut keys = vec![
                ("survival", json(&SurvivalJson::of(failures))),
                ("sets", list(&failures.sets, SetJson::of)),
            ];
            let run = failures.long_run.as_ref();
            keys.extend(run.map(|run| ("long_run", json(&LongRunJson::of(run)))));
            keys
        }
        Answer::Capacity(capacity) => vec![("capacity", json(&CapacityJson::of(capacity)))],
        Answer::Migrate(migration) => {
            vec![("migration", json(&MigrationJson::of(migration)))]
        }
        Answer::Compare(comparison) => {
            let rows: Vec<RowJson<'_>> =
                comparison.rows.iter().map(|row| RowJson::of(row, comparison)).collect();
            vec![
                ("scenarios", list(&comparison.scenarios(), NamedJson::of)),
                ("comparison", list(&rows, |row| row)),
                ("survival", list(&comparison.trials, TrialJson::of)),
            ]
        }
        Answer::Sweep(sweep) => vec![
            ("parameters", list(&sweep.parameters, ParameterJson::of)),
            ("points", list(&sweep::json::points(sweep), |point| point)),
            ("changes", list(&sweep.changes, ChangeJson::of)),
            ("objectives", list(&sweep.objectives, ObjectiveJson::of)),
        ],
    }
}

/// A list with one element in each line.
fn list<'a, T, J: Serialize>(items: &'a [T], form: fn(&'a T) -> J) -> String {
    if items.is_empty() {
        return "[]".to_owned();
    }
    let lines: Vec<String> = items.iter().map(|item| json(&form(item))).collect();
    format!("[\n{}\n]", lines.join(",\n"))
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("keys are strings and nothing else can fail")
}

#[derive(Serialize)]
struct ScenarioJson<'a> {
    name: &'a str,
    title: &'a str,
    measured_seconds: Number,
    warm_up_seconds: Number,
}

impl<'a> ScenarioJson<'a> {
    fn of(findings: &'a Findings) -> Self {
        Self {
            name: &findings.name,
            title: &findings.title,
            measured_seconds: Number(findings.measured_seconds),
            warm_up_seconds: Number(findings.warm_up_seconds),
        }
    }
}

#[derive(Serialize)]
struct SeriesJson<'a> {
    name: &'a str,
    labels: Labels<'a>,
    unit: &'a str,
    t_seconds: Vec<Number>,
    mean: Vec<Option<Number>>,
    ci_low: Vec<Option<Number>>,
    ci_high: Vec<Option<Number>>,
}

impl<'a> SeriesJson<'a> {
    fn of(series: &'a Series) -> Self {
        let column = |part: fn(&Estimate) -> f64| {
            let slots = series.estimates.iter();
            slots.map(|slot| slot.as_ref().map(|estimate| Number(part(estimate)))).collect()
        };
        Self {
            name: series.name,
            labels: Labels::of(&series.labels),
            unit: series.unit,
            t_seconds: series.t_seconds.iter().map(|t| Number(*t)).collect(),
            mean: column(|estimate| estimate.mean),
            ci_low: column(|estimate| estimate.low),
            ci_high: column(|estimate| estimate.high),
        }
    }
}

#[derive(Serialize)]
struct DistributionJson<'a> {
    name: &'a str,
    labels: Labels<'a>,
    unit: &'a str,
    count: u64,
    /// Pairs of probability and quantile.
    quantiles: Vec<(Number, Number)>,
}

impl<'a> DistributionJson<'a> {
    fn of(distribution: &'a Distribution) -> Self {
        let pairs = distribution.quantiles.iter();
        Self {
            name: distribution.name,
            labels: Labels::of(&distribution.labels),
            unit: distribution.unit,
            count: distribution.count,
            quantiles: pairs
                .map(|(probability, quantile)| (Number(*probability), Number(*quantile)))
                .collect(),
        }
    }
}

/// Requests by time of arrival and response time.
#[derive(Serialize)]
struct BandsJson<'a> {
    entry: &'a str,
    t_seconds: Vec<Number>,
    limits_seconds: Vec<Number>,
    counts: &'a [Vec<u64>],
}

impl<'a> BandsJson<'a> {
    fn of(bands: &'a ResponseBands) -> Self {
        let numbers = |all: &[f64]| all.iter().map(|one| Number(*one)).collect();
        Self {
            entry: &bands.entry,
            t_seconds: numbers(&bands.t_seconds),
            limits_seconds: numbers(&bands.limits),
            counts: &bands.counts,
        }
    }
}

#[derive(Serialize)]
struct ExpectedJson {
    min: Option<Number>,
    max: Option<Number>,
    /// Whether the change is a share of the other arm's value.
    relative: bool,
    /// Whether the plan gave one value, extended by ±10 %.
    point: bool,
}

#[derive(Serialize)]
struct ClaimJson<'a> {
    id: &'a str,
    text: &'a str,
    source: &'a str,
    metric: String,
    unit: &'a str,
    expected: ExpectedJson,
    relative_to: Option<&'a str>,
    observed: bool,
    simulated: Option<EstimateJson>,
    verdict: &'a str,
    why: String,
    /// Ranges of inputs that were not checked for the verdict; absent in most files.
    #[serde(skip_serializing_if = "is_none")]
    ranges_not_looked_at: usize,
    judged_by: &'a str,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde wants it")]
fn is_none(count: &usize) -> bool {
    *count == 0
}

impl<'a> ClaimJson<'a> {
    fn of(judged: &'a JudgedClaim) -> Self {
        let claim = &judged.claim;
        let expected = claim.expected;
        Self {
            id: &claim.id,
            text: &claim.text,
            source: &claim.source,
            metric: metric_name::written(&claim.metric),
            unit: judged.unit,
            expected: ExpectedJson {
                min: expected.min.map(Number),
                max: expected.max.map(Number),
                relative: expected.relative,
                point: expected.point,
            },
            relative_to: claim.relative_to.as_deref(),
            observed: claim.observed,
            simulated: judged.simulated.as_ref().map(EstimateJson::of),
            verdict: judged.verdict.name(),
            why: reason::why(&judged.why),
            ranges_not_looked_at: judged.ranges_not_looked_at(),
            judged_by: claim.study.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_file_is_as_golden() {
        sample::assert_golden("results.json", &render(&sample::findings()));
    }

    #[test]
    fn hostile_names_come_back_as_they_were() {
        let findings = sample::hostile();
        let text = render(&findings);
        assert!(
            !text.chars().any(|character| character != '\n' && wssim_text::is_control(character))
        );
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["claims"][0]["text"], findings.claims[0].claim.text.as_str());
        assert_eq!(value["scenario"]["name"], findings.name.as_str());
        assert_eq!(
            value["metrics"][0]["labels"]["entry"],
            findings.metrics[0].labels[0].1.as_str()
        );
    }
}
