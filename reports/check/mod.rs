//! The report of `check`, without a run: mistakes, placement, offered load against capacity.

mod json;
mod known;

pub use json::render as json;
pub use known::{CheckAnswer, Mistake, PlacementShown, RouteShown};

use crate::page::{Page, Style};
use crate::table::{Cell, ColumnKind, Table, Tone};
use crate::{escape, quantity};
use wssim_experiment::offered::{NodeLoad, ServiceLoad};

/// The report for a terminal. `diagnostics` are the rendered mistakes, since quoting their lines needs
/// the texts.
#[must_use]
pub fn text(check: &CheckAnswer, diagnostics: &str, style: Style, width: usize) -> String {
    let mut page = Page::new(style, width);
    page.title(&title(check));
    if !diagnostics.is_empty() {
        page.line("");
        page.text.push_str(diagnostics);
    }
    for (heading, table) in tables(check) {
        page.heading(heading);
        page.table(&table);
    }
    page.list("Known, not simulated", &check.not_simulated);
    page.line("");
    page.items(&summary(check));
    page.text
}

/// The report for a merge request.
#[must_use]
pub fn markdown(check: &CheckAnswer) -> String {
    let mut text = format!("## {}\n\n{}\n", escape::markdown(&title(check)), summary(check));
    let mistakes: Vec<String> = check.diagnostics.iter().map(one_line).collect();
    crate::markdown_block::section(&mut text, "Mistakes", &mistakes);
    for (heading, table) in tables(check) {
        text.push_str("\n### ");
        text.push_str(heading);
        text.push_str("\n\n");
        text.push_str(&crate::markdown_block::table(&table));
    }
    crate::markdown_block::section(&mut text, "Known, not simulated", &check.not_simulated);
    text
}

fn title(check: &CheckAnswer) -> String {
    if check.title.is_empty() {
        check.name.clone()
    } else {
        format!("{} · {}", check.name, check.title)
    }
}

fn one_line(mistake: &Mistake) -> String {
    let place = match (&mistake.file, mistake.line) {
        (Some(file), Some(line)) => format!("{file}:{line}: "),
        (Some(file), None) => format!("{file}: "),
        _ => String::new(),
    };
    let help = mistake.help.as_ref().map_or_else(String::new, |help| format!(" ({help})"));
    format!("{place}{}: {}{help}", mistake.severity, mistake.message)
}

/// How many mistakes there are.
fn summary(check: &CheckAnswer) -> String {
    let count = |severity: &str, many: &str| {
        let number =
            check.diagnostics.iter().filter(|mistake| mistake.severity == severity).count();
        format!("{number} {}", if number == 1 { severity } else { many })
    };
    let known = check.not_simulated.len();
    format!(
        "{} · {} · {known} known, not simulated",
        count("error", "errors"),
        count("warning", "warnings")
    )
}

fn tables(check: &CheckAnswer) -> Vec<(&'static str, Table)> {
    let all = [
        ("Placement", placements(&check.placements)),
        ("Routes", routes(&check.routes)),
        ("Offered load: nodes, in busy threads", nodes(&check.offered_load.nodes)),
        ("Offered load: services", services(&check.offered_load.services)),
    ];
    all.into_iter().filter(|(_, table)| !table.rows.is_empty()).collect()
}

fn placements(placements: &[PlacementShown]) -> Table {
    let row = |placement: &PlacementShown| {
        vec![
            Cell::new(placement.node.as_deref().unwrap_or("no node")),
            Cell::new(placement.containers.len().to_string()),
            Cell::new(placement.containers.join(", ")),
        ]
    };
    Table {
        columns: vec![
            ("Node", ColumnKind::Fixed),
            ("Containers", ColumnKind::Numbers),
            ("", ColumnKind::Prose),
        ],
        rows: placements.iter().map(row).collect(),
    }
}

fn routes(routes: &[RouteShown]) -> Table {
    let row = |route: &RouteShown| {
        vec![
            Cell::new(route.router.clone()),
            Cell::new(route.rule.clone()),
            Cell::new(route.entry_points.join(", ")),
            Cell::new(route.target.clone()),
            Cell::new(route.middlewares.join(", ")),
        ]
    };
    let table = Table {
        columns: vec![
            ("Router", ColumnKind::Words),
            ("Rule", ColumnKind::Prose),
            ("Entry points", ColumnKind::Words),
            ("To", ColumnKind::Words),
            ("Middlewares", ColumnKind::Words),
        ],
        rows: routes.iter().map(row).collect(),
    };
    table.without_empty_columns()
}

fn nodes(nodes: &[NodeLoad]) -> Table {
    let row = |load: &NodeLoad| {
        vec![
            Cell::new(load.node.clone()),
            number(load.offered_erlangs),
            number(load.threads),
            number(load.capacity_erlangs),
            utilization(Some(load.offered_erlangs / load.capacity_erlangs)),
            load.disk.as_ref().map_or_else(Cell::default, |disk| {
                utilization(Some(disk.offered_erlangs / f64::from(disk.queues)))
            }),
        ]
    };
    let table = Table {
        columns: vec![
            ("Node", ColumnKind::Words),
            ("Offered", ColumnKind::Numbers),
            ("Threads", ColumnKind::Numbers),
            ("Capacity", ColumnKind::Numbers),
            ("Utilization", ColumnKind::Numbers),
            ("Disk", ColumnKind::Numbers),
        ],
        rows: nodes.iter().map(row).collect(),
    };
    table.without_empty_columns()
}

fn services(services: &[ServiceLoad]) -> Table {
    let row = |load: &ServiceLoad| {
        vec![
            Cell::new(load.service.clone()),
            number(load.containers as f64),
            number(load.visits_per_second),
            number(load.offered_concurrency),
            load.workers.map_or_else(Cell::default, |workers| number(f64::from(workers))),
            number(load.cpus_per_container),
            load.cpu_limit.map_or_else(Cell::default, number),
            utilization(load.utilization()),
        ]
    };
    let table = Table {
        columns: vec![
            ("Service", ColumnKind::Words),
            ("Containers", ColumnKind::Numbers),
            ("Visits/s", ColumnKind::Numbers),
            ("In service", ColumnKind::Numbers),
            ("Workers", ColumnKind::Numbers),
            ("CPU each", ColumnKind::Numbers),
            ("Limit", ColumnKind::Numbers),
            ("Utilization", ColumnKind::Numbers),
        ],
        rows: services.iter().map(row).collect(),
    };
    table.without_empty_columns()
}

/// An expected value, to three digits.
fn number(value: f64) -> Cell {
    Cell::new(quantity::about(value))
}

/// A share; overload has the colour of a refuted claim.
fn utilization(share: Option<f64>) -> Cell {
    let Some(share) = share.filter(|share| share.is_finite()) else {
        return Cell::default();
    };
    let tone = if share >= 1.0 { Tone::Bad } else { Tone::Plain };
    Cell::toned(quantity::percent(share), tone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use wssim_experiment::offered::DiskLoad;
    use wssim_experiment::offered::OfferedLoad;

    fn node(name: &str, offered_erlangs: f64, threads: f64, capacity_erlangs: f64) -> NodeLoad {
        let disk =
            DiskLoad { offered_erlangs: 1.2, open_erlangs: 1.1, peak_erlangs: 1.4, queues: 1 };
        NodeLoad {
            node: name.to_owned(),
            offered_erlangs,
            open_erlangs: offered_erlangs / 2.0,
            peak_erlangs: offered_erlangs * 2.0,
            threads,
            capacity_erlangs,
            disk: (name == "hpr").then_some(disk),
        }
    }

    fn service(name: &str, load: f64, workers: Option<u32>, cpu_limit: Option<f64>) -> ServiceLoad {
        ServiceLoad {
            service: name.to_owned(),
            containers: 2,
            visits_per_second: load * 100.0,
            offered_concurrency: load,
            open_concurrency: load / 2.0,
            peak_concurrency: load * 2.0,
            workers,
            cpus_per_container: load / 50.0,
            open_cpus_per_container: load / 100.0,
            peak_cpus_per_container: load / 25.0,
            cpu_limit,
        }
    }

    fn check() -> CheckAnswer {
        CheckAnswer {
            name: "after".to_owned(),
            title: "Recommended distribution".to_owned(),
            diagnostics: vec![Mistake {
                severity: "warning",
                code: "overload".to_owned(),
                message: "node `gmktec` is offered 18.2 erlangs for 16 threads".to_owned(),
                file: Some("scenarios/after.toml".to_owned()),
                line: Some(31),
                column: Some(13),
                help: None,
            }],
            routes: vec![RouteShown {
                router: "shop".to_owned(),
                rule: "Host(`shop.example.com`)".to_owned(),
                entry_points: vec!["web".to_owned(), "websecure (TLS)".to_owned()],
                target: "shop:8080".to_owned(),
                middlewares: vec!["limit".to_owned(), "again@swarm".to_owned()],
            }],
            placements: vec![
                PlacementShown {
                    node: Some("gmktec".to_owned()),
                    containers: (1..30).map(|number| format!("service-{number}.1")).collect(),
                },
                PlacementShown { node: None, containers: Vec::new() },
            ],
            offered_load: OfferedLoad {
                nodes: vec![node("gmktec", 18.234_567, 16.0, 10.2), node("hpr", 0.0, 8.0, 8.0)],
                services: vec![
                    service("gibd-postgres", 0.0123, None, None),
                    service("ws|company", 1.5, Some(200), Some(0.02)),
                ],
            },
            not_simulated: vec!["swap of `gmktec`".to_owned()],
        }
    }

    #[test]
    fn the_reports_are_as_golden() {
        let check = check();
        sample::assert_golden(
            "check.txt",
            &text(&check, "warning[overload]: …\n", Style::Plain, 100),
        );
        let narrow = text(&check, "", Style::Plain, 60);
        sample::assert_golden("check-narrow.txt", &narrow);
        sample::assert_golden("check.md", &markdown(&check));
        sample::assert_golden("check.json", &json(&check));
    }

    #[test]
    fn every_terminal_is_wide_enough() {
        let told = |width| text(&check(), "", Style::Plain, width);
        sample::assert_fits(told);
        sample::assert_numbers_stay_whole(told);
    }
}
