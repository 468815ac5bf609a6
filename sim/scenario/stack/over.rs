//! What a scenario says of a service, laid over what its stack file says.

use crate::load;
use crate::tree::{Entry, Item, Table, Value};

/// Lays `over` onto a service's table; the short forms of `memory` and `cpus` are RAM at rest and CPU
/// limit, and leave the rest of their tables unchanged.
pub(super) fn lay_over(service: &mut Table, mut over: Table) {
    lengthen(&mut over, service);
    load::lay_over(service, over);
}

/// The same for services of a whole scenario, before they are laid over `base`.
pub(super) fn keep_limits(over: &mut Table, base: &Table) {
    let Some(below) = base.get("service").and_then(|entry| entry.item.table()) else { return };
    let Some(Value::Table(services)) = over.get_mut("service").map(|entry| &mut entry.item.value)
    else {
        return;
    };
    for (name, entry) in services {
        if let (Value::Table(service), Some(below)) =
            (&mut entry.item.value, below.get(name).and_then(|entry| entry.item.table()))
        {
            lengthen(service, below);
        }
    }
}

/// `memory = "1 GB"` over a table becomes `memory.base = "1 GB"`, `cpus = 2` `cpus.limit = 2`.
fn lengthen(over: &mut Table, below: &Table) {
    for (key, meant) in [("memory", "base"), ("cpus", "limit")] {
        let is_table = |item: &Item| item.table().is_some_and(|table| !table.contains_key("value"));
        let (Some(entry), Some(under)) = (over.get_mut(key), below.get(key)) else { continue };
        if is_table(&under.item) && !is_table(&entry.item) && entry.item.text() != Some("none") {
            let origin = entry.item.origin;
            let short = std::mem::replace(&mut entry.item.value, Value::Table(Table::new()));
            let inner = Entry { key: entry.key, item: Item { value: short, origin } };
            entry.item.value = Value::Table(Table::from([(meant.to_owned(), inner)]));
        }
    }
}
