//! Merges several files of one stack like `docker stack deploy -c base.yml -c more.yml` (docker/cli,
//! `cli/compose/loader/merge.go`): tables key by key, ports, secrets and configs by subject, volumes by
//! target, a command as a whole, other lists by concatenation.

use super::forms;
use super::values;
use crate::source::Sources;
use crate::tree::{Item, Table, Value};

/// Tables that may be written as lists of `name=text`.
const PAIRS: [&str; 5] = ["environment", "labels", "sysctls", "networks", "driver_opts"];
/// Commands, which replace the value below.
const WHOLE: [&str; 2] = ["command", "entrypoint"];

/// Lays the file `over` onto `base`.
pub(super) fn lay_over(base: &mut Table, over: Table, sources: &Sources) {
    for (key, entry) in over {
        match base.get_mut(&key) {
            Some(below) => lay_item(&key, &mut below.item, entry.item, sources),
            None => {
                base.insert(key, entry);
            }
        }
    }
}

fn lay_item(key: &str, below: &mut Item, mut above: Item, sources: &Sources) {
    if PAIRS.contains(&key) {
        for item in [&mut *below, &mut above] {
            if matches!(item.value, Value::Array(_)) {
                item.value = Value::Table(by_name(key, item, sources));
            }
        }
    }
    match (&mut below.value, above.value) {
        // An empty table replaces nothing.
        (_, Value::Table(above)) if above.is_empty() => {}
        (Value::Table(below), Value::Table(above)) => lay_over(below, above, sources),
        (Value::Array(below), Value::Array(above)) if !WHOLE.contains(&key) => {
            for item in above {
                let same = |other: &Item| about(key, other, sources) == about(key, &item, sources);
                match below.iter().position(same).filter(|_| about(key, &item, sources).is_some()) {
                    Some(at) => below[at] = item,
                    None => below.push(item),
                }
            }
        }
        (_, value) => *below = Item { value, origin: above.origin },
    }
}

/// Names with their texts; a network in a list has no settings.
fn by_name(key: &str, item: &Item, sources: &Sources) -> Table {
    let mut table = forms::labels(item, sources);
    if key == "networks" {
        for entry in table.values_mut() {
            entry.item.value = Value::Table(Table::new());
        }
    }
    table
}

/// The subject of a list's item: of two with the same subject the later one applies.
fn about(key: &str, item: &Item, sources: &Sources) -> Option<String> {
    let field = |key: &str| values::scalar(&item.table()?.get(key)?.item, sources);
    let short = values::scalar(item, sources);
    match key {
        "volumes" => field("target").or_else(|| Some(forms::short_mount(&short?).1)),
        "secrets" | "configs" => field("source").or(short),
        "ports" => short,
        _ => None,
    }
}
