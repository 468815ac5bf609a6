//! The rows of a comparison.

use super::change::{self, CHANCE};
use super::findings::{ClaimRow, Pairing, Row, Standing};
use super::limits::Limits;
use super::recorded::{Recorded, RecordedClaim, RecordedMetric};
use crate::metric::Limit;

/// Parts of a request's time that are named.
const MOST_PARTS: usize = 3;
/// Parts that grew by less than this share of the largest are not worth naming.
const LEAST_PART: f64 = 0.05;

/// A row a number that has a limit.
pub(super) fn rows(
    baseline: &Recorded,
    now: &Recorded,
    limits: &Limits,
    pairing: Pairing,
) -> Vec<Row> {
    let limited = |result: &'_ Recorded| -> Vec<(RecordedMetric, Limit)> {
        let all = result.metrics.iter();
        all.filter_map(|one| Some((one.clone(), limits.of(&one.key)?))).collect()
    };
    let old = limited(baseline);
    let pairs: Vec<_> =
        old.iter().map(|(one, limit)| (one, now.metric(&one.key), *limit)).collect();
    let is_compared = |(before, now, _): &&(&RecordedMetric, Option<&RecordedMetric>, Limit)| {
        before.estimate.is_some() && now.is_some_and(|now| now.estimate.is_some())
    };
    let compared = pairs.iter().filter(is_compared).count();
    let level = 1.0 - CHANCE / compared.max(1) as f64;
    let known = pairs.iter().filter_map(|(before, now, limit)| {
        row(before, *now, *limit, |now| change::change(before, now, pairing, level))
    });
    let added = limited(now);
    let is_new = |one: &RecordedMetric| {
        one.estimate.is_some()
            && baseline.metric(&one.key).is_none_or(|before| before.estimate.is_none())
    };
    let added =
        added.iter().filter(|(one, _)| is_new(one)).map(|(one, limit)| added_row(one, *limit));
    known.chain(added).collect()
}

/// What became of a number that the baseline has; `None`: it has none, either.
fn row(
    before: &RecordedMetric,
    now: Option<&RecordedMetric>,
    limit: Limit,
    change: impl Fn(&RecordedMetric) -> Option<wssim_stats::Estimate>,
) -> Option<Row> {
    let was = before.estimate.as_ref()?.mean;
    let allowed = change::allowed(limit, was);
    let is = now.and_then(|now| now.estimate.as_ref()).map(|estimate| estimate.mean);
    let change = now.filter(|_| is.is_some()).and_then(change);
    let standing = match (&change, is) {
        (_, None) => Standing::Missing,
        (Some(change), _) => change::standing(change, limit.worse, allowed),
        // Both are known and have no interval: there is nothing to tell chance by.
        (None, Some(_)) => Standing::Unclear { needed: None },
    };
    Some(Row {
        key: before.key.clone(),
        unit: before.unit.clone(),
        before: Some(was),
        now: is,
        change,
        limit,
        allowed,
        standing,
    })
}

fn added_row(one: &RecordedMetric, limit: Limit) -> Row {
    Row {
        key: one.key.clone(),
        unit: one.unit.clone(),
        before: None,
        now: one.estimate.as_ref().map(|estimate| estimate.mean),
        change: None,
        limit,
        allowed: limit.floor,
        standing: Standing::New,
    }
}

/// A row a claim: a verdict is as good as it was, or it is not.
pub(super) fn claims(baseline: &Recorded, now: &Recorded) -> Vec<ClaimRow> {
    let row =
        |id: &str, text: &str, before: Option<&RecordedClaim>, now: Option<&RecordedClaim>| {
            let standing = standing(before, now);
            let [before, now] = [before, now].map(|one| one.map(|one| one.verdict.clone()));
            ClaimRow { id: id.to_owned(), text: text.to_owned(), before, now, standing }
        };
    let find = |result: &'_ Recorded, id: &str| -> Option<RecordedClaim> {
        result.claims.iter().find(|one| one.id == id).cloned()
    };
    let known = baseline
        .claims
        .iter()
        .map(|before| row(&before.id, &before.text, Some(before), find(now, &before.id).as_ref()));
    let added = now.claims.iter().filter(|one| find(baseline, &one.id).is_none());
    known.chain(added.map(|one| row(&one.id, &one.text, None, Some(one)))).collect()
}

/// Only from one decided verdict to the other is a claim better or worse: chance decides which of two runs decides a
/// claim that is close to its limit.
fn standing(before: Option<&RecordedClaim>, now: Option<&RecordedClaim>) -> Standing {
    let (Some(before), Some(now)) = (before, now) else {
        return if now.is_none() { Standing::Missing } else { Standing::New };
    };
    let is_good = |claim: &RecordedClaim| matches!(claim.verdict.as_str(), "holds" | "reproduced");
    let is_bad = |claim: &RecordedClaim| claim.verdict == "refuted";
    if before.is_at_given_values != now.is_at_given_values {
        return Standing::Unclear { needed: None };
    }
    if before.verdict == now.verdict {
        Standing::Within
    } else if is_good(before) && is_bad(now) {
        Standing::Regressed
    } else if is_bad(before) && is_good(now) {
        Standing::Improved
    } else {
        Standing::Unclear { needed: None }
    }
}

/// Parts of a request's time that grew, the largest first.
pub(super) fn carried_by(baseline: &Recorded, now: &Recorded) -> Vec<(String, f64)> {
    let mean = |one: &RecordedMetric| one.estimate.as_ref().map(|estimate| estimate.mean);
    let parts = now.metrics.iter().filter(|one| one.key.name == "request_time_seconds");
    let mut grown: Vec<(String, f64)> = parts
        .filter_map(|one| {
            let before = baseline.metric(&one.key).and_then(mean).unwrap_or(0.0);
            let grown = mean(one)? - before;
            Some((one.key.label("component")?.to_owned(), grown)).filter(|_| grown > 0.0)
        })
        .collect();
    grown.sort_by(|a, b| b.1.total_cmp(&a.1));
    let most = grown.first().map_or(0.0, |(_, seconds)| *seconds);
    grown.retain(|(_, seconds)| *seconds >= LEAST_PART * most);
    grown.truncate(MOST_PARTS);
    grown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(verdict: &str, is_at_given_values: bool) -> RecordedClaim {
        let (id, text) = ("a".to_owned(), "A".to_owned());
        RecordedClaim { id, text, verdict: verdict.to_owned(), is_at_given_values }
    }

    #[test]
    fn a_claim_regresses_from_one_decided_verdict_to_the_other() {
        let of = |before: &str, now: &str| {
            standing(Some(&claim(before, false)), Some(&claim(now, false)))
        };
        assert_eq!(of("holds", "refuted"), Standing::Regressed);
        assert_eq!(of("reproduced", "refuted"), Standing::Regressed);
        assert_eq!(of("refuted", "holds"), Standing::Improved);
        assert_eq!(of("refuted", "refuted"), Standing::Within);
        assert_eq!(of("undecided", "refuted"), Standing::Unclear { needed: None });
        assert_eq!(of("holds", "undecided"), Standing::Unclear { needed: None });
        let (all, given) = (claim("holds", false), claim("refuted", true));
        assert_eq!(standing(Some(&all), Some(&given)), Standing::Unclear { needed: None });
        assert_eq!(standing(Some(&all), None), Standing::Missing);
    }
}
