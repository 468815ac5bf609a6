//! Results of formulas for a scenario, without a run: means, and the scarcest resources.

mod json;
mod report;
pub(crate) mod wording;

pub use json::render as json;
pub use report::AnalyticReport;
pub(crate) use wording::differ;

use crate::page::{Page, Style};
use crate::table::{Cell, ColumnKind, Table, Tone};
use crate::{escape, quantity};
use wssim_experiment::analytic::{
    Analytic, EntryValue, FormulaGap, NodeValue, PoolValue, ResourceDemand, ServiceValue,
};

/// Most resources that are listed.
const MOST_DEMANDS: usize = 8;

/// The report for a terminal; with `brief` only the headlines, without tables.
#[must_use]
pub fn text(told: &AnalyticReport, style: Style, width: usize, brief: bool) -> String {
    let mut page = Page::new(style, width);
    page.title(&title(told));
    for line in headlines(&told.analytic) {
        page.items(&line);
    }
    if brief {
        return page.text;
    }
    for (heading, table) in tables(&told.analytic) {
        page.heading(heading);
        page.table(&table);
    }
    page.list("Why a simulation may differ", &reasons(&told.analytic));
    page.text
}

/// The report for a merge request.
#[must_use]
pub fn markdown(told: &AnalyticReport) -> String {
    let mut text = format!("## {}\n\n", escape::markdown(&title(told)));
    for line in headlines(&told.analytic) {
        text.push_str(&escape::markdown(&line));
        text.push_str("  \n");
    }
    for (heading, table) in tables(&told.analytic) {
        text.push_str("\n### ");
        text.push_str(heading);
        text.push_str("\n\n");
        text.push_str(&crate::markdown_block::table(&table));
    }
    crate::markdown_block::section(
        &mut text,
        "Why a simulation may differ",
        &reasons(&told.analytic),
    );
    text
}

fn title(told: &AnalyticReport) -> String {
    if told.title.is_empty() {
        told.name.clone()
    } else {
        format!("{} · {}", told.name, told.title)
    }
}

/// The headlines: the scarcest resource, and response times.
fn headlines(analytic: &Analytic) -> [String; 2] {
    let first = analytic.demands.iter().find(|demand| demand.factor.is_finite());
    let scarcest = match first {
        Some(demand) if demand.factor <= 1.0 => format!(
            "no steady state: {} can carry {} × this traffic",
            wording::resource(&demand.of),
            quantity::about(demand.factor)
        ),
        _ if !analytic.is_stable => unstable(analytic),
        Some(demand) => format!(
            "first to saturate: {}, at {} × this traffic at the latest",
            wording::resource(&demand.of),
            quantity::about(demand.factor)
        ),
        None => "no open traffic: more of it uses nothing up".to_owned(),
    };
    let entries = analytic.entries.iter().map(|entry| {
        let took = seconds(entry.response_seconds);
        format!("{} {took} on average", entry.entry)
    });
    let entries: Vec<String> = entries.collect();
    [scarcest, format!("by formulas, nothing simulated · {}", entries.join(" · "))]
}

/// The headline without a steady state although open traffic overloads no resource.
fn unstable(analytic: &Analytic) -> String {
    let endless = analytic.entries.iter().filter(|entry| !entry.response_seconds.is_finite());
    let endless: Vec<String> = endless.map(|entry| format!("`{}`", entry.entry)).collect();
    if endless.is_empty() {
        return "no steady state: background alone asks for more than something can do".to_owned();
    }
    let entries = endless.join(", ");
    format!(
        "no steady state for {entries}: what waits holds what others wait for, or background is too much"
    )
}

fn seconds(value: f64) -> String {
    if value.is_finite() {
        quantity::plain(three_digits(value), "seconds", false)
    } else {
        "without end".to_owned()
    }
}

/// Rounds to the precision of formulas.
fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

fn tables(analytic: &Analytic) -> Vec<(&'static str, Table)> {
    let visited = |service: &&ServiceValue| service.visits_per_second > 0.0;
    let services: Vec<&ServiceValue> = analytic.services.iter().filter(visited).collect();
    let pools: Vec<&PoolValue> = analytic.pools.iter().filter(|p| p.utilization > 0.0).collect();
    let all = [
        ("Entries: means", entries(&analytic.entries)),
        ("Nodes", nodes(&analytic.nodes)),
        ("Used up first", demands(&analytic.demands)),
        ("Services: means", service_rows(&services)),
        ("Pools of connections", pool_rows(&pools)),
    ];
    all.into_iter().filter(|(_, table)| !table.rows.is_empty()).collect()
}

fn time(value: f64) -> Cell {
    let tone = if value.is_finite() { Tone::Plain } else { Tone::Bad };
    Cell::toned(seconds(value), tone)
}

fn number(value: f64) -> Cell {
    if value.is_finite() {
        Cell::new(quantity::about(value))
    } else {
        Cell::toned("without end", Tone::Bad)
    }
}

fn share(value: f64) -> Cell {
    Cell::toned(quantity::percent(value), if value >= 1.0 { Tone::Bad } else { Tone::Plain })
}

fn entries(entries: &[EntryValue]) -> Table {
    let row = |entry: &EntryValue| {
        let rate = Cell::new(format!("{}/s", quantity::about(entry.throughput_per_second)));
        vec![Cell::new(entry.entry.clone()), time(entry.response_seconds), rate]
    };
    Table {
        columns: vec![
            ("Entry", ColumnKind::Words),
            ("Response", ColumnKind::Numbers),
            ("Throughput", ColumnKind::Numbers),
        ],
        rows: entries.iter().map(row).collect(),
    }
}

fn nodes(nodes: &[NodeValue]) -> Table {
    let row = |node: &NodeValue| {
        let disk = node.disk.as_ref();
        vec![
            Cell::new(node.node.clone()),
            share(node.cpu_utilization),
            number(node.load_average),
            disk.map_or_else(Cell::default, |disk| share(disk.utilization)),
            disk.map_or_else(Cell::default, |disk| time(disk.wait_seconds)),
        ]
    };
    let table = Table {
        columns: vec![
            ("Node", ColumnKind::Words),
            ("CPU", ColumnKind::Numbers),
            ("Load average", ColumnKind::Numbers),
            ("Disk", ColumnKind::Numbers),
            ("Wait for it", ColumnKind::Numbers),
        ],
        rows: nodes.iter().map(row).collect(),
    };
    table.without_empty_columns()
}

fn demands(demands: &[ResourceDemand]) -> Table {
    let row = |demand: &ResourceDemand| {
        vec![
            Cell::new(wording::resource(&demand.of)),
            number(demand.open + demand.fixed),
            number(demand.capacity),
            share((demand.open + demand.fixed) / demand.capacity),
            Cell::new(format!("{} ×", quantity::about(demand.factor))),
        ]
    };
    Table {
        columns: vec![
            ("What", ColumnKind::Words),
            ("Asked", ColumnKind::Numbers),
            ("Can do", ColumnKind::Numbers),
            ("Share", ColumnKind::Numbers),
            ("Saturates at", ColumnKind::Numbers),
        ],
        rows: demands.iter().take(MOST_DEMANDS).map(row).collect(),
    }
}

fn service_rows(services: &[&ServiceValue]) -> Table {
    let row = |service: &&ServiceValue| {
        vec![
            Cell::new(service.service.clone()),
            number(service.visits_per_second),
            service.response_seconds.map_or_else(Cell::default, time),
            service.utilization.map_or_else(Cell::default, share),
            service.wait_seconds.map_or_else(Cell::default, time),
        ]
    };
    let table = Table {
        columns: vec![
            ("Service", ColumnKind::Words),
            ("Visits/s", ColumnKind::Numbers),
            ("Response", ColumnKind::Numbers),
            ("Workers busy", ColumnKind::Numbers),
            ("Waiting", ColumnKind::Numbers),
        ],
        rows: services.iter().map(row).collect(),
    };
    table.without_empty_columns()
}

fn pool_rows(pools: &[&PoolValue]) -> Table {
    let row = |pool: &&PoolValue| {
        vec![
            Cell::new(pool.service.clone()),
            Cell::new(pool.target.clone()),
            share(pool.utilization),
            time(pool.wait_seconds),
        ]
    };
    Table {
        columns: vec![
            ("Service", ColumnKind::Words),
            ("To", ColumnKind::Words),
            ("In use", ColumnKind::Numbers),
            ("Waiting", ColumnKind::Numbers),
        ],
        rows: pools.iter().map(row).collect(),
    }
}

fn reasons(analytic: &Analytic) -> Vec<String> {
    let told =
        |reason: &FormulaGap| format!("{}: {}", wording::kind(reason), wording::sentence(reason));
    analytic.reasons.iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use wssim_experiment::analytic::{DiskValue, Resource};

    fn told() -> AnalyticReport {
        let demand = |of: Resource, open: f64, fixed: f64, capacity: f64| ResourceDemand {
            of,
            capacity,
            open,
            fixed,
            factor: (capacity - fixed) / open,
        };
        let service = |name: &str, workers: bool| ServiceValue {
            service: name.to_owned(),
            visits_per_second: 2.1,
            response_seconds: Some(0.127_369_6),
            utilization: workers.then_some(0.024),
            wait_seconds: workers.then_some(217e-6),
        };
        AnalyticReport {
            name: "after".to_owned(),
            title: "Recommended distribution".to_owned(),
            analytic: Analytic {
                is_stable: true,
                entries: vec![
                    EntryValue {
                        entry: "web".to_owned(),
                        throughput_per_second: 2.1,
                        response_seconds: 0.127_369_6,
                    },
                    EntryValue {
                        entry: "batch".to_owned(),
                        throughput_per_second: 0.02,
                        response_seconds: f64::INFINITY,
                    },
                ],
                nodes: vec![NodeValue {
                    node: "hppavilion".to_owned(),
                    cpu_utilization: 0.0495,
                    load_average: 0.403,
                    disk: Some(DiskValue { utilization: 0.2, wait_seconds: 0.003_1 }),
                }],
                services: vec![service("ws|company", true), service("traefik", false)],
                pools: vec![PoolValue {
                    service: "ws-company".to_owned(),
                    target: "gibd-postgres".to_owned(),
                    utilization: 0.014,
                    wait_seconds: 0.0,
                }],
                demands: vec![
                    demand(Resource::Processor("hppavilion".to_owned()), 0.19, 0.19, 2.9),
                    demand(
                        Resource::Pool("ws-company".to_owned(), "gibd-postgres".to_owned()),
                        0.138,
                        0.0,
                        10.0,
                    ),
                ],
                reasons: vec![
                    FormulaGap::Arrivals("batch".to_owned()),
                    FormulaGap::Ram("gmktec".to_owned()),
                    FormulaGap::Connections(19),
                ],
            },
        }
    }

    #[test]
    fn the_reports_are_as_golden() {
        let told = told();
        sample::assert_golden("analytic.txt", &text(&told, Style::Plain, 100, false));
        sample::assert_golden("analytic.md", &markdown(&told));
        sample::assert_golden("analytic.json", &json(&told));
    }

    #[test]
    fn every_terminal_is_wide_enough() {
        let told = |width| text(&told(), Style::Plain, width, false);
        sample::assert_fits(told);
        sample::assert_numbers_stay_whole(told);
    }

    #[test]
    fn the_first_lines_say_what_gives_way() {
        let mut told = told();
        let lines = |told: &AnalyticReport| text(told, Style::Plain, 100, true);
        assert!(
            lines(&told).contains("first to saturate: processor of hppavilion, at 14.3 × this")
        );
        told.analytic.demands[0].factor = 0.5;
        assert!(lines(&told).contains("no steady state: processor of hppavilion can carry 0.5 ×"));
        told.analytic.demands[0].factor = 14.3;
        told.analytic.is_stable = false;
        assert!(lines(&told).contains("no steady state for `batch`"), "{}", lines(&told));
        assert!(!lines(&told).contains("first to saturate"), "{}", lines(&told));
        told.analytic.entries.pop();
        assert!(lines(&told).contains("no steady state: background alone"), "{}", lines(&told));
        told.analytic.is_stable = true;
        told.analytic.demands.clear();
        assert!(lines(&told).contains("no open traffic"));
    }
}
