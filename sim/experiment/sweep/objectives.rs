//! Judges which points keep the limits of the entries, and where they are crossed.

use super::columns::{JudgedObjective, PointColumn, told};
use super::findings::{Crossing, LimitState, ObjectiveFinding, PointFinding};
use crate::arm::Arm;

/// The findings on `objective` at the points of `arms`, each after `replications`; `None` if no point
/// has such a metric.
pub(super) fn judge(
    objective: &JudgedObjective,
    points: &[PointFinding],
    arms: &[(&Arm, usize)],
    rows: &[Vec<usize>],
) -> Option<ObjectiveFinding> {
    let column = PointColumn::Metric(objective.metric.clone());
    let metrics = arms.iter().map(|(arm, replications)| told(&column, arm, *replications));
    let metrics: Vec<_> = metrics.collect();
    let state = |place: usize| {
        let Some(metric) = &metrics[place] else { return LimitState::Absent };
        if !points[place].is_steady() {
            return LimitState::Missed;
        }
        match &metric.estimate {
            Some(estimate) if estimate.high <= objective.limit => LimitState::Kept,
            Some(estimate) if estimate.low > objective.limit => LimitState::Missed,
            _ => LimitState::Open,
        }
    };
    let states: Vec<LimitState> = (0..points.len()).map(state).collect();
    let metric = metrics.iter().flatten().next()?;
    Some(ObjectiveFinding {
        entry: objective.entry.clone(),
        is_critical: objective.is_critical,
        name: metric.name,
        labels: metric.labels.clone(),
        unit: metric.unit,
        limit: objective.limit,
        crossings: rows.iter().filter_map(|row| crossing(row, &states)).collect(),
        states,
        missing: metrics.iter().map(|metric| metric.as_ref()?.missing.clone()).collect(),
    })
}

/// The first crossing in a row; open points, and points without the entry, lie between its ends.
fn crossing(row: &[usize], states: &[LimitState]) -> Option<Crossing> {
    let is_known = |place: &usize| matches!(states[*place], LimitState::Kept | LimitState::Missed);
    let known: Vec<usize> = row.iter().copied().filter(is_known).collect();
    let pair = known.windows(2).find(|pair| states[pair[0]] != states[pair[1]])?;
    let (kept, missed) = match states[pair[0]] {
        LimitState::Kept => (pair[0], pair[1]),
        _ => (pair[1], pair[0]),
    };
    Some(Crossing { kept, missed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use LimitState::{Absent, Kept, Missed, Open};

    #[test]
    fn a_limit_is_crossed_between_what_is_known() {
        let found = |states: &[LimitState]| {
            let row: Vec<usize> = (0..states.len()).collect();
            crossing(&row, states).map(|crossing| (crossing.kept, crossing.missed))
        };
        assert_eq!(found(&[Kept, Kept, Open, Missed, Missed]), Some((1, 3)));
        assert_eq!(found(&[Missed, Open, Kept]), Some((2, 0)), "more of it helps");
        assert_eq!(found(&[Kept, Open, Kept]), None);
        assert_eq!(found(&[Missed, Missed]), None);
        assert_eq!(found(&[Open]), None);
        assert_eq!(
            found(&[Absent, Kept, Absent, Missed]),
            Some((1, 3)),
            "nothing is there to miss"
        );
    }
}
