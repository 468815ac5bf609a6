//! One tree laid over another: tables key by key, some lists by `id`.

use crate::source::Origin;
use crate::tree::{Entry, Item, Table, Value};
use std::collections::BTreeMap;

/// Lists whose items are merged by `id`.
pub(super) const BY_ID: [&str; 4] = ["claim", "fault", "phase", "rollout"];

/// Whether the items of the list `key` of a file are merged by `id`.
pub(crate) fn is_by_id(key: &str) -> bool {
    BY_ID.contains(&key)
}

/// The `id` of an item of a list merged by `id`.
pub(crate) fn id_of(item: &Item) -> Option<(&str, Origin)> {
    let entry = item.table()?.get("id")?;
    entry.item.text().map(|id| (id, entry.item.origin))
}

/// Lays `over` onto `base`.
pub(super) fn merge(base: &mut Table, over: Table, top: bool) {
    for (key, entry) in over {
        let by_id = top && BY_ID.contains(&key.as_str());
        match base.get_mut(&key) {
            None => {
                base.insert(key, entry);
            }
            Some(below) => match (&mut below.item.value, entry.item.value) {
                (Value::Table(below), Value::Table(above)) => merge(below, above, false),
                (Value::Array(below), Value::Array(above)) if by_id => merge_by_id(below, above),
                (_, value) => {
                    *below =
                        Entry { key: entry.key, item: Item { value, origin: entry.item.origin } };
                }
            },
        }
    }
}

/// Lays one tree, or one of its tables, onto another.
pub(crate) fn lay_over(base: &mut Table, over: Table) {
    merge(base, over, true);
}

/// The identity of an item of such a list: its id, or its place.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Id(String),
    Place(Origin),
}

fn mark_of(item: &Item) -> Mark {
    id_of(item).map_or(Mark::Place(item.origin), |(id, _)| Mark::Id(id.to_owned()))
}

fn merge_by_id(below: &mut Vec<Item>, above: Vec<Item>) {
    let mut places: BTreeMap<Mark, usize> = BTreeMap::new();
    for (at, item) in below.iter().enumerate() {
        places.entry(mark_of(item)).or_insert(at);
    }
    for item in above {
        let at = *places.entry(mark_of(&item)).or_insert(below.len());
        match (below.get_mut(at), item.value) {
            (Some(same), Value::Table(over)) => {
                same.origin = item.origin;
                if let Value::Table(base) = &mut same.value {
                    merge(base, over, false);
                }
            }
            // The same item, reached on another way.
            (Some(_), _) => {}
            (None, value) => below.push(Item { value, origin: item.origin }),
        }
    }
}
