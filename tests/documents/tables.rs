//! Tables in documents that are copied from the program or from a folder.

use super::{files, read, root};
use std::fmt::Write as _;
use std::fs;
use wssim_experiment::metric::{self, MeasuredBy, RegressionLimit, Worse};

const REPORTS: &str = "reports/README.md";

/// Every metric, with the study that measures it, its labels and meaning, in the order of names.
fn metrics() -> String {
    let mut rows: Vec<_> = metric::table().collect();
    rows.sort_by_key(|row| row.kind.name);
    let mut out =
        "| metric | by | labels | limit | meaning |\n| --- | --- | --- | --- | --- |\n".to_owned();
    for row in rows {
        let kind = row.kind;
        let by = match row.measured_by() {
            MeasuredBy::Run => "`run`",
            MeasuredBy::Failures => "`failures`",
            MeasuredBy::Capacity => "`capacity`",
            MeasuredBy::Migrate => "`migrate`",
            MeasuredBy::LongRun => "`failures`, in the long run",
        };
        let labels = kind.labels.join(", ");
        let limit = kind.limit.map(told).unwrap_or_default();
        let _ = writeln!(out, "| `{}` | {by} | {labels} | {limit} | {} |", kind.name, kind.meaning);
    }
    out
}

fn told(limit: RegressionLimit) -> String {
    let sign = match limit.worse {
        Worse::Higher => "+",
        Worse::Lower => "−",
    };
    let share = (limit.share * 1e4).round() / 1e2;
    format!("{sign}{share} %, {}", limit.floor)
}

#[test]
fn the_table_of_metrics_is_that_of_the_program() {
    let text = read(REPORTS);
    let heading = text.find("\n## Metrics\n").unwrap();
    let (before, after) = text.split_at(heading + text[heading..].find("\n|").unwrap() + 1);
    let (table, rest) = after.split_at(after.find("\n\n").unwrap() + 1);
    let made = metrics();
    if std::env::var_os("UPDATE_GOLDEN").is_some() && table != made {
        fs::write(root().join(REPORTS), format!("{before}{made}{rest}")).unwrap();
        return;
    }
    assert!(table == made, "{REPORTS}, Metrics: renew it with UPDATE_GOLDEN=1\n{made}");
}

/// The index names every shipped scenario, and nothing else.
#[test]
fn the_index_of_scenarios_lists_what_ships() {
    let guide = read("scenarios/README.md");
    let index = guide.split("\n## Scenarios that ship\n").nth(1).unwrap();
    let rows: Vec<&str> =
        index.lines().filter_map(|line| line.strip_prefix("| [")?.split(')').next()).collect();
    let mut ships = [files("scenarios", "toml"), files("scenarios/stacks", "yml")].concat();
    // Partial scenarios are for authors.
    ships.retain(|file| !file.starts_with("scenarios/pieces/"));
    for file in &ships {
        let target = file.strip_prefix("scenarios/").unwrap();
        let count = rows.iter().filter(|row| row.ends_with(&format!("]({target}"))).count();
        assert_eq!(count, 1, "scenarios/README.md, Scenarios that ship: a row for {target}");
    }
    let folders = rows.iter().filter(|row| row.ends_with("/README.md")).count();
    assert_eq!(rows.len(), ships.len() + folders, "a row a file, and one for each guide");
}
