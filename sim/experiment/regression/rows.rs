//! Makes the rows of a comparison.

use super::change::{self, CHANCE};
use super::findings::{ChangeStatus, ClaimRow, ComparedNumber, Pairing};
use super::limits::Limits;
use super::recorded::{Recorded, RecordedClaim, RecordedMetric};
use crate::metric::RegressionLimit;
use crate::verdict::Verdict;

/// Most components of a request's time that are named.
const MOST_PARTS: usize = 3;
/// Least growth of a named component, as a share of the largest.
const LEAST_PART: f64 = 0.05;

/// A row for each number with a limit: those of the baseline, then new ones.
pub(super) fn rows(
    baseline: &Recorded,
    now: &Recorded,
    limits: &Limits,
    pairing: Pairing,
) -> Vec<ComparedNumber> {
    let known = baseline.metrics.iter().filter(|before| change::is_known(before));
    let pairs: Vec<Pair<'_>> = known
        .filter_map(|before| {
            let limit = limits.of(&before.key)?;
            Some(Pair { before, now: now.metric(&before.key), limit })
        })
        .collect();
    let compared = pairs.iter().filter(|pair| pair.now.is_some_and(change::is_known)).count();
    let level = 1.0 - CHANCE / compared.max(1) as f64;
    let limited = now.metrics.iter().filter_map(|one| Some((one, limits.of(&one.key)?)));
    let is_new =
        |one: &RecordedMetric| change::is_known(one) && baseline.metric(&one.key).is_none();
    let added = limited.filter(|(one, _)| is_new(one));
    let added = added.map(|(one, limit)| added_row(one, limit));
    pairs.iter().map(|pair| pair.row(pairing, level)).chain(added).collect()
}

/// A number of the baseline and its counterpart in the later result.
struct Pair<'r> {
    before: &'r RecordedMetric,
    now: Option<&'r RecordedMetric>,
    limit: RegressionLimit,
}

impl Pair<'_> {
    fn row(&self, pairing: Pairing, level: f64) -> ComparedNumber {
        let known = self.now.filter(|now| change::is_known(now));
        let compared = known.and_then(|now| change::compared(self.before, now, pairing, level));
        let before = compared.map(|both| both.before).or_else(|| mean(self.before));
        let allowed = change::allowed(self.limit, before.unwrap_or(0.0));
        let change = compared.and_then(|both| both.change);
        let standing = match (self.now, &change) {
            (None, _) => ChangeStatus::Missing,
            (Some(_), Some(change)) => change::standing(change, self.limit.worse, allowed),
            // No estimate of chance.
            (Some(_), None) => ChangeStatus::Unclear { needed: None },
        };
        ComparedNumber {
            key: self.before.key.clone(),
            unit: self.before.unit.clone(),
            before,
            now: compared.map(|both| both.now),
            change,
            limit: self.limit,
            allowed,
            standing,
        }
    }
}

fn added_row(one: &RecordedMetric, limit: RegressionLimit) -> ComparedNumber {
    ComparedNumber {
        key: one.key.clone(),
        unit: one.unit.clone(),
        before: None,
        now: mean(one),
        change: None,
        limit,
        allowed: limit.floor,
        standing: ChangeStatus::New,
    }
}

fn mean(one: &RecordedMetric) -> Option<f64> {
    one.estimate.as_ref().map(|estimate| estimate.mean)
}

/// A row for each claim.
pub(super) fn claims(baseline: &Recorded, now: &Recorded) -> Vec<ClaimRow> {
    let of = |result: &'_ Recorded, id: &str| result.claims.iter().position(|one| one.id == id);
    let known = baseline.claims.iter();
    let known = known.map(|one| (Some(one), of(now, &one.id).map(|place| &now.claims[place])));
    let added = now.claims.iter().filter(|one| of(baseline, &one.id).is_none());
    known.chain(added.map(|one| (None, Some(one)))).filter_map(claim_row).collect()
}

/// `None` if neither has it.
fn claim_row(pair: (Option<&RecordedClaim>, Option<&RecordedClaim>)) -> Option<ClaimRow> {
    let (before, now) = pair;
    let one = before.or(now)?;
    Some(ClaimRow {
        id: one.id.clone(),
        text: one.text.clone(),
        before: before.map(|one| one.verdict),
        now: now.map(|one| one.verdict),
        standing: standing(before, now),
    })
}

/// A claim is better or worse only from one decided verdict to another: chance decides in which of two
/// runs a claim close to its limit is decided.
fn standing(before: Option<&RecordedClaim>, now: Option<&RecordedClaim>) -> ChangeStatus {
    let (Some(before), Some(now)) = (before, now) else {
        return if now.is_none() { ChangeStatus::Missing } else { ChangeStatus::New };
    };
    if before.is_at_given_values != now.is_at_given_values {
        return ChangeStatus::Unclear { needed: None };
    }
    match (before.verdict, now.verdict) {
        (before, now) if before == now => ChangeStatus::Within,
        (Verdict::Holds | Verdict::Reproduced, Verdict::Refuted) => ChangeStatus::Regressed,
        (Verdict::Refuted, Verdict::Holds | Verdict::Reproduced) => ChangeStatus::Improved,
        _ => ChangeStatus::Unclear { needed: None },
    }
}

/// Components of a request's time that grew, largest first.
pub(super) fn carried_by(baseline: &Recorded, now: &Recorded) -> Vec<(String, f64)> {
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

    fn claim(verdict: Verdict, is_at_given_values: bool) -> RecordedClaim {
        let (id, text) = ("a".to_owned(), "A".to_owned());
        RecordedClaim { id, text, verdict, is_at_given_values }
    }

    #[test]
    fn a_claim_regresses_from_one_decided_verdict_to_the_other() {
        let of = |before: Verdict, now: Verdict| {
            standing(Some(&claim(before, false)), Some(&claim(now, false)))
        };
        assert_eq!(of(Verdict::Holds, Verdict::Refuted), ChangeStatus::Regressed);
        assert_eq!(of(Verdict::Reproduced, Verdict::Refuted), ChangeStatus::Regressed);
        assert_eq!(of(Verdict::Refuted, Verdict::Holds), ChangeStatus::Improved);
        assert_eq!(of(Verdict::Refuted, Verdict::Refuted), ChangeStatus::Within);
        assert_eq!(
            of(Verdict::Undecided, Verdict::Refuted),
            ChangeStatus::Unclear { needed: None }
        );
        assert_eq!(of(Verdict::Holds, Verdict::Undecided), ChangeStatus::Unclear { needed: None });
        let (all, given) = (claim(Verdict::Holds, false), claim(Verdict::Refuted, true));
        assert_eq!(standing(Some(&all), Some(&given)), ChangeStatus::Unclear { needed: None });
        assert_eq!(standing(Some(&all), None), ChangeStatus::Missing);
    }
}
