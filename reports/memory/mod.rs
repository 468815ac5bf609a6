//! The use of each node's RAM: one table, and a sentence for a node with swap in use or under pressure.
//!
//! A node's first line is its total: RAM in use and swap in use. Below it are its services by demand,
//! the node's own system, and the page cache; the lines below the first add up to it, and In RAM with
//! the page cache to the node's RAM.

pub(crate) mod json;
mod remark;

pub(crate) use remark::remark;

use crate::quantity;
use crate::table::{Cell, ColumnKind, Table};
use wssim_experiment::findings::{NodeLedger, Promised, ServiceLedger, SystemMemory};
use wssim_stats::Estimate;

/// Most services of a node with a line of their own; `results.json` has all.
const MOST_SERVICES: usize = 5;

/// The table; without rows if no node has RAM given.
pub(crate) fn table(ledger: &[NodeLedger]) -> Table {
    let columns = vec![
        ("Node", ColumnKind::Fixed),
        ("Held by", ColumnKind::Words),
        ("Reserved", ColumnKind::Numbers),
        ("Limit", ColumnKind::Numbers),
        ("No limit", ColumnKind::Numbers),
        ("Demand", ColumnKind::Numbers),
        ("In RAM", ColumnKind::Numbers),
        ("In swap", ColumnKind::Numbers),
    ];
    let rows = ledger.iter().flat_map(rows).map(Line::cells).collect();
    Table { columns, rows }.without_empty_columns()
}

/// The sentences under the table.
pub(crate) fn remarks(ledger: &[NodeLedger]) -> Vec<String> {
    ledger.iter().filter_map(remark).collect()
}

/// A line before it has cells.
#[derive(Default)]
struct Line {
    node: String,
    holder: String,
    promised: Promised,
    demand: String,
    resident: String,
    swapped: String,
}

impl Line {
    fn cells(self) -> Vec<Cell> {
        let bytes = |bytes: f64| if bytes > 0.0 { size(bytes) } else { String::new() };
        let without = self.promised.without_limit;
        let cells = [
            self.node,
            self.holder,
            bytes(self.promised.reserved),
            bytes(self.promised.limits),
            if without > 0 { without.to_string() } else { String::new() },
            self.demand,
            self.resident,
            self.swapped,
        ];
        cells.into_iter().map(Cell::new).collect()
    }
}

fn size(bytes: f64) -> String {
    quantity::plain(bytes, "bytes", false)
}

fn known(estimate: Option<&Estimate>) -> String {
    estimate.map_or_else(|| "—".to_owned(), |estimate| quantity::centre(estimate, "bytes"))
}

fn rows(node: &NodeLedger) -> Vec<Line> {
    let mut lines = vec![first(node)];
    let services = &node.services;
    let own = if services.len() > MOST_SERVICES + 1 { MOST_SERVICES } else { services.len() };
    lines.extend(services[..own].iter().map(|service| of_service(node, service)));
    if services.len() > own {
        lines.push(others(node, &services[own..]));
    }
    if node.system.sum() > 0.0 {
        let taken = size(node.system.sum());
        lines.push(Line {
            holder: parts(&node.system),
            demand: taken.clone(),
            resident: taken,
            ..Line::default()
        });
    }
    lines.push(Line {
        holder: "page cache".to_owned(),
        resident: known(node.page_cache.as_ref()),
        ..Line::default()
    });
    lines
}

fn first(node: &NodeLedger) -> Line {
    let swap = match node.swap {
        swap if swap > 0.0 => format!("swap {}", size(swap)),
        _ => "no swap".to_owned(),
    };
    Line {
        node: node.node.clone(),
        holder: format!("all of {}, {swap}", size(node.ram)),
        promised: node.promised,
        demand: known(node.demand.as_ref()),
        resident: known(node.used.as_ref()),
        swapped: in_swap(node, node.swapped.as_ref()),
    }
}

fn of_service(node: &NodeLedger, service: &ServiceLedger) -> Line {
    Line {
        node: String::new(),
        holder: service.service.clone(),
        promised: service.promised,
        demand: known(service.demand.as_ref()),
        resident: known(service.resident.as_ref()),
        swapped: in_swap(node, service.swapped.as_ref()),
    }
}

/// Empty without swap.
fn in_swap(node: &NodeLedger, swapped: Option<&Estimate>) -> String {
    if node.swap > 0.0 { known(swapped) } else { String::new() }
}

fn others(node: &NodeLedger, services: &[ServiceLedger]) -> Line {
    let sum = |what: fn(&ServiceLedger) -> Option<Estimate>| -> String {
        let means: Option<Vec<f64>> =
            services.iter().map(|service| what(service).map(|estimate| estimate.mean)).collect();
        means.map_or_else(|| "—".to_owned(), |means| size(means.iter().sum()))
    };
    let mut promised = Promised::default();
    for service in services {
        promised.containers += service.promised.containers;
        promised.reserved += service.promised.reserved;
        promised.limits += service.promised.limits;
        promised.without_limit += service.promised.without_limit;
    }
    Line {
        node: String::new(),
        holder: format!("{} others", services.len()),
        promised,
        demand: sum(|service| service.demand),
        resident: sum(|service| service.resident),
        swapped: if node.swap > 0.0 { sum(|service| service.swapped) } else { String::new() },
    }
}

/// The parts of the system.
fn parts(system: &SystemMemory) -> String {
    let parts = [
        ("kernel", system.kernel),
        ("engine", system.engine),
        ("shims", system.shims),
        ("agent", system.agent),
    ];
    let there = parts.iter().filter(|(_, bytes)| *bytes > 0.0).map(|(name, _)| *name);
    there.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn texts(ledger: &[NodeLedger]) -> Vec<Vec<String>> {
        let table = table(ledger);
        let row = |row: Vec<Cell>| row.into_iter().map(|cell| cell.text).collect();
        table.rows.into_iter().map(row).collect()
    }

    #[test]
    fn the_smaller_services_share_a_line() {
        let ledger = sample::ledger();
        let node = &ledger[0];
        assert!(node.services.len() > MOST_SERVICES + 1);
        let rows = texts(&ledger);
        let others = rows.iter().find(|row| row[1].ends_with(" others")).unwrap();
        assert_eq!(others[1], format!("{} others", node.services.len() - MOST_SERVICES));
    }

    #[test]
    fn one_service_more_has_its_own_line() {
        let mut ledger = sample::ledger();
        ledger[0].services.truncate(MOST_SERVICES + 1);
        let rows = texts(&ledger);
        assert!(!rows.iter().any(|row| row[1].ends_with("others")));
    }

    #[test]
    fn what_was_not_promised_and_what_is_not_known_stay_apart() {
        let mut ledger = sample::ledger();
        ledger.truncate(1);
        ledger[0].demand = None;
        ledger[0].swap = 0.0;
        let rows = texts(&ledger);
        assert!(rows[0].iter().any(|cell| cell == "—"));
        assert!(rows[0][1].ends_with("no swap"));
        assert!(!table(&ledger).columns.iter().any(|(heading, _)| *heading == "In swap"));
    }
}
