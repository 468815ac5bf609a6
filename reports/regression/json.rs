//! A comparison as JSON: `baseline` of `results.json`, and the output of `wssim diff --format json`.

use crate::escape;
use crate::metric_json::EstimateJson;
use crate::number::Number;
use crate::shape::SCHEMA_VERSION;
use serde::Serialize;
use std::collections::BTreeMap;
use wssim_experiment::findings::Verdict;
use wssim_experiment::regression::findings::{ChangeStatus, ClaimRow, ComparedNumber, Difference};

/// The output of `wssim diff --format json`.
#[must_use]
pub fn render(difference: &Difference) -> String {
    #[derive(Serialize)]
    struct Whole<'a> {
        schema_version: u32,
        command: &'a str,
        scenario: &'a str,
        baseline: DifferenceJson<'a>,
    }
    let whole = Whole {
        schema_version: SCHEMA_VERSION,
        command: "diff",
        scenario: &difference.scenario,
        baseline: DifferenceJson::of(difference),
    };
    let text = serde_json::to_string_pretty(&whole).expect("keys are strings");
    escape::json(&(text + "\n"))
}

/// The comparison with a baseline.
#[derive(Serialize)]
pub(crate) struct DifferenceJson<'a> {
    /// Of the baseline and of the later result.
    seeds: [u64; 2],
    replications: [u32; 2],
    pairing: &'a str,
    /// Upper bound of the probability that any number is reported as regressed though nothing has
    /// changed.
    chance: Number,
    /// Numbers and claims that got worse or are missing.
    regressions: usize,
    rows: Vec<RowJson<'a>>,
    claims: Vec<ClaimJson<'a>>,
    /// The components of a request's time that grew most.
    carried_by: Vec<PartJson<'a>>,
}

#[derive(Serialize)]
struct RowJson<'a> {
    name: &'a str,
    labels: BTreeMap<&'a str, &'a str>,
    unit: &'a str,
    before: Option<Number>,
    now: Option<Number>,
    change: Option<EstimateJson>,
    limit: LimitJson<'a>,
    standing: &'a str,
    /// Replications that would decide a close call.
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<u32>,
}

#[derive(Serialize)]
struct LimitJson<'a> {
    worse: &'a str,
    share: Number,
    floor: Number,
    /// The greater of the share of the old value and the floor.
    allowed: Number,
}

#[derive(Serialize)]
struct ClaimJson<'a> {
    id: &'a str,
    text: &'a str,
    before: Option<&'a str>,
    now: Option<&'a str>,
    standing: &'a str,
}

#[derive(Serialize)]
struct PartJson<'a> {
    component: &'a str,
    seconds: Number,
}

impl<'a> DifferenceJson<'a> {
    pub(crate) fn of(difference: &'a Difference) -> Self {
        let parts = difference.carried_by.iter();
        let parts =
            parts.map(|(component, seconds)| PartJson { component, seconds: Number(*seconds) });
        Self {
            seeds: difference.seeds,
            replications: difference.replications,
            pairing: difference.pairing.name(),
            chance: Number(difference.chance),
            regressions: difference.regressions(),
            rows: difference.rows.iter().map(RowJson::of).collect(),
            claims: difference.claims.iter().map(ClaimJson::of).collect(),
            carried_by: parts.collect(),
        }
    }
}

impl<'a> RowJson<'a> {
    fn of(row: &'a ComparedNumber) -> Self {
        let labels = row.key.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let needed = match row.standing {
            ChangeStatus::Unclear { needed } => needed,
            _ => None,
        };
        Self {
            name: &row.key.name,
            labels: labels.collect(),
            unit: &row.unit,
            before: row.before.map(Number),
            now: row.now.map(Number),
            change: row.change.as_ref().map(EstimateJson::of),
            limit: LimitJson {
                worse: row.limit.worse.name(),
                share: Number(row.limit.share),
                floor: Number(row.limit.floor),
                allowed: Number(row.allowed),
            },
            standing: row.standing.name(),
            needed,
        }
    }
}

impl<'a> ClaimJson<'a> {
    fn of(row: &'a ClaimRow) -> Self {
        Self {
            id: &row.id,
            text: &row.text,
            before: row.before.map(Verdict::name),
            now: row.now.map(Verdict::name),
            standing: row.standing.name(),
        }
    }
}
