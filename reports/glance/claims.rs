//! Claims by verdict: refuted and open ones with numbers and reasons, the others by name.

use crate::said::{is_change, sentence, short_plan, tone};
use crate::table::{Cell, ColumnKind, Table, Tone};
use crate::tally::judged_here;
use crate::{quantity, reason, wording};
use wssim_experiment::findings::{Findings, JudgedClaim, Verdict};

/// Most judged claims with which each claim that holds has its own row.
const MOST_ROWS: usize = 8;

/// All claims judged by this command.
pub(crate) struct Groups {
    /// Group by group.
    pub(crate) rows: Table,
    /// The name and number of rows of each group.
    pub(crate) names: Vec<(Cell, usize)>,
    /// Groups that list only the names of claims.
    pub(crate) lists: Vec<(String, Tone, Vec<String>)>,
}

impl Groups {
    pub(crate) fn of(findings: &Findings) -> Self {
        let judged: Vec<&JudgedClaim> =
            findings.claims.iter().filter(|judged| judged_here(findings, judged)).collect();
        let mut groups = Self { rows: table(), names: Vec::new(), lists: Vec::new() };
        let order = [Verdict::Refuted, Verdict::Undecided, Verdict::Holds, Verdict::Reproduced];
        for (verdict, is_given) in order.into_iter().flat_map(|one| [(one, false), (one, true)]) {
            let of = judged.iter().filter(|judged| {
                judged.verdict == verdict && judged.is_at_given_values() == is_given
            });
            let all: Vec<&JudgedClaim> = of.copied().collect();
            if all.is_empty() {
                continue;
            }
            let heading = heading(verdict, is_given);
            let tone = if is_given { Tone::Open } else { tone(verdict) };
            let is_good = matches!(verdict, Verdict::Holds | Verdict::Reproduced);
            if is_good && judged.len() > MOST_ROWS {
                let names = all.iter().map(|judged| sentence(judged)).collect();
                groups.lists.push((heading, tone, names));
            } else {
                groups.names.push((Cell::toned(heading, tone), all.len()));
                groups.rows.rows.extend(all.iter().map(|judged| row(judged)));
            }
        }
        groups.rows = groups.rows.without_empty_columns();
        groups
    }
}

fn heading(verdict: Verdict, is_given: bool) -> String {
    let name = match verdict {
        Verdict::Refuted => "Refuted",
        Verdict::Undecided => "Undecided",
        Verdict::Holds => "Holds",
        Verdict::Reproduced => "Reproduced",
    };
    let given = if is_given { " at the given values" } else { "" };
    format!("{name}{given}")
}

fn table() -> Table {
    let columns = vec![
        ("Claim", ColumnKind::Prose),
        ("Plan", ColumnKind::Fixed),
        ("Simulated", ColumnKind::Fixed),
        ("Why", ColumnKind::Words),
    ];
    Table { columns, rows: Vec::new() }
}

fn row(judged: &JudgedClaim) -> Vec<Cell> {
    let cells = [sentence(judged), short_plan(judged), simulated(judged), why(judged)];
    cells.into_iter().map(Cell::new).collect()
}

fn simulated(judged: &JudgedClaim) -> String {
    let Some(estimate) = &judged.simulated else { return "—".to_owned() };
    match is_change(judged) {
        _ if estimate.mean.is_infinite() => {
            quantity::with_interval(estimate, judged.unit, None, is_change(judged))
        }
        true => quantity::change(estimate, judged.unit),
        false => quantity::plus_minus(estimate, judged.unit),
    }
}

/// The distance from the limit, and the reason in a few words.
fn why(judged: &JudgedClaim) -> String {
    let distance = wording::beyond(judged);
    let clause = reason::clause(&judged.why);
    let parts = [distance, clause].into_iter().flatten().collect::<Vec<String>>();
    parts.join(": ")
}
