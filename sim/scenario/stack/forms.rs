//! Reads short and long forms: ports, volumes, placement preferences.

use super::values;
use crate::source::{Origin, Sources};
use crate::tree::{Entry, Item, Table, Value};
use std::collections::BTreeSet;

/// A table of a port or volume.
fn table(pairs: impl IntoIterator<Item = (&'static str, Value)>, origin: Origin) -> Item {
    let entries = pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), Entry { key: origin, item: Item { value, origin } }));
    Item { value: Value::Table(entries.collect()), origin }
}

pub(super) fn texts_of(list: Option<&Entry>) -> impl Iterator<Item = &Item> {
    let items = match list.map(|entry| &entry.item.value) {
        Some(Value::Array(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter()
}

/// The ports of a service, one table each: `target`, `published`, `protocol`, `mode`. Invalid ones are
/// left for the reader of the scenario to report.
pub(super) fn ports(service: &Table, sources: &Sources) -> Vec<Item> {
    let mut out = Vec::new();
    for item in texts_of(service.get("ports")) {
        if let Some(long) = item.table() {
            let field = |key: &str| long.get(key).map(|entry| &entry.item);
            let number =
                |key| field(key).and_then(|item| values::count(item, sources)).map(i64::from);
            let word = |key, default: &str| {
                field(key).and_then(|item| values::scalar(item, sources)).unwrap_or(default.into())
            };
            let mut pairs = vec![
                ("protocol", Value::Text(word("protocol", "tcp"))),
                ("mode", Value::Text(word("mode", "ingress"))),
            ];
            pairs.extend(number("target").map(|port| ("target", Value::Integer(port))));
            pairs.extend(number("published").map(|port| ("published", Value::Integer(port))));
            out.push(table(pairs, item.origin));
            continue;
        }
        let text = values::scalar(item, sources).unwrap_or_default();
        match short_ports(&text) {
            Some(ports) => out.extend(ports.into_iter().map(|(published, target, protocol)| {
                let mut pairs = vec![
                    ("target", Value::Integer(target)),
                    ("protocol", Value::Text(protocol)),
                    ("mode", Value::Text("ingress".to_owned())),
                ];
                pairs.extend(published.map(|port| ("published", Value::Integer(port))));
                table(pairs, item.origin)
            })),
            None => out.push(Item { value: Value::Text(text), origin: item.origin }),
        }
    }
    out
}

/// `[host:][published:]target[/protocol]`, each a port or a range: (published, target, protocol).
fn short_ports(text: &str) -> Option<Vec<(Option<i64>, i64, String)>> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let (published, target) = match ports.rsplit_once(':') {
        Some((before, target)) => (before.rsplit(':').next().unwrap_or(before), target),
        None => ("", ports),
    };
    let range = |text: &str| -> Option<(i64, i64)> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let (from, to) = (from.parse::<u16>().ok()?, to.parse::<u16>().ok()?);
        (from <= to).then_some((i64::from(from), i64::from(to)))
    };
    let (first, last) = range(target)?;
    let published = if published.is_empty() { None } else { Some(range(published)?) };
    let protocol = || protocol.to_owned();
    let ports = match published {
        None => (first..=last).map(|port| (None, port, protocol())).collect(),
        // Several ports of the mesh may lead to one of the container; otherwise both ranges have the
        // same length.
        Some((from, to)) if first == last => {
            (from..=to).map(|port| (Some(port), first, protocol())).collect()
        }
        Some((from, to)) if to - from == last - first => {
            (first..=last).map(|port| (Some(from + port - first), port, protocol())).collect()
        }
        Some(_) => return None,
    };
    Some(ports)
}

/// Named volumes on a file server: every node sees the same data.
pub(super) fn shared_volumes(root: &Table, sources: &Sources) -> BTreeSet<String> {
    let written = root.get("volumes").and_then(|entry| entry.item.table());
    let is_shared = |table: &Table| {
        let options = table.get("driver_opts").and_then(|e| values::pairs(&e.item, sources));
        options.is_some_and(|options| {
            options.iter().any(|(name, value)| name == "type" && value.starts_with("nfs"))
        })
    };
    written
        .into_iter()
        .flatten()
        .filter(|(_, entry)| entry.item.table().is_some_and(is_shared))
        .map(|(name, _)| name.clone())
        .collect()
}

/// A volume as a service mounts it.
pub(super) struct Mount {
    /// Empty without a name.
    pub(super) source: String,
    target: String,
    /// `volume`, `bind`, `tmpfs` and so on.
    pub(super) kind: String,
    pub(super) origin: Origin,
}

/// The mounts of a service, in short form or in long.
pub(super) fn mounts(service: &Table, sources: &Sources) -> Vec<Mount> {
    let read = |item: &Item| {
        let (source, target, kind) = if let Some(long) = item.table() {
            let word =
                |key: &str| long.get(key).and_then(|entry| values::scalar(&entry.item, sources));
            let kind = word("type").unwrap_or("volume".into());
            (word("source").unwrap_or_default(), word("target").unwrap_or_default(), kind)
        } else {
            short_mount(&values::scalar(item, sources).unwrap_or_default())
        };
        Mount { source, target, kind, origin: item.origin }
    };
    texts_of(service.get("volumes")).map(read).collect()
}

/// `[source:]target[:options]`; a source that is a path, also one of Windows, is bound.
pub(super) fn short_mount(text: &str) -> (String, String, String) {
    let is_drive = |text: &str| {
        text.len() > 2 && text.as_bytes()[0].is_ascii_alphabetic() && text[1..].starts_with(":\\")
    };
    let from = if is_drive(text) { 2 } else { 0 };
    let Some(colon) = text.get(from..).and_then(|rest| rest.find(':')).map(|at| at + from) else {
        return (String::new(), text.to_owned(), "volume".to_owned());
    };
    let (source, rest) = (&text[..colon], &text[colon + 1..]);
    let target = rest.split(':').next().unwrap_or(rest);
    let is_path = source.starts_with(['/', '.', '~']) || is_drive(source);
    let kind = if is_path { "bind" } else { "volume" };
    (source.to_owned(), target.to_owned(), kind.to_owned())
}

/// The volumes of a service, one table each: `name`, `target`, and `kind`: `local`, `nfs`, `bind`,
/// `tmpfs`.
pub(super) fn volumes(service: &Table, shared: &BTreeSet<String>, sources: &Sources) -> Vec<Item> {
    let of = |mount: Mount| {
        let kind = match mount.kind.as_str() {
            "volume" if shared.contains(&mount.source) => "nfs".to_owned(),
            "volume" => "local".to_owned(),
            other => other.to_owned(),
        };
        let pairs = [("name", mount.source), ("target", mount.target), ("kind", kind)];
        table(pairs.map(|(key, text)| (key, Value::Text(text))), mount.origin)
    };
    mounts(service, sources).into_iter().map(of).collect()
}

/// The secrets or configs (`key`) that a service names, with places.
pub(super) fn named(service: &Table, key: &str, sources: &Sources) -> Vec<(String, Origin)> {
    let name = |item: &Item| {
        let source = item.table().map_or(Some(item), |long| Some(&long.get("source")?.item));
        Some((values::scalar(source?, sources)?, item.origin))
    };
    texts_of(service.get(key)).filter_map(name).collect()
}

/// The labels over which containers are spread.
pub(super) fn spreads(item: &Item, sources: &Sources) -> Vec<String> {
    let Value::Array(items) = &item.value else { return Vec::new() };
    let spread = |item: &Item| values::scalar(&item.table()?.get("spread")?.item, sources);
    items.iter().filter_map(spread).collect()
}

/// Labels as a table of texts, each with its own place, from a table or a list of `name=text`.
pub(super) fn labels(item: &Item, sources: &Sources) -> Table {
    let mut out = Table::new();
    let mut put = |name: &str, key: Origin, text: String, origin: Origin| {
        if !name.is_empty() {
            let item = Item { value: Value::Text(text), origin };
            out.insert(name.to_owned(), Entry { key, item });
        }
    };
    match &item.value {
        Value::Table(table) => {
            for (name, entry) in table {
                let text = values::scalar(&entry.item, sources).unwrap_or_default();
                put(name, entry.key, text, entry.item.origin);
            }
        }
        Value::Array(items) => {
            for item in items {
                let text = values::scalar(item, sources).unwrap_or_default();
                let (name, value) = text.split_once('=').unwrap_or((&text, ""));
                let at = |start, length| sources.inside(item.origin, &text, start, length);
                let value_at = at(text.len() - value.len(), value.len());
                put(name.trim(), at(0, name.len()), value.to_owned(), value_at);
            }
        }
        _ => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ports_have_hosts_ranges_and_protocols() {
        let read = short_ports;
        let one = |from: Option<i64>, to, proto: &str| Some(vec![(from, to, proto.to_owned())]);
        assert_eq!(read("80"), one(None, 80, "tcp"));
        assert_eq!(read("8080:80"), one(Some(8080), 80, "tcp"));
        assert_eq!(read("127.0.0.1:8080:80/udp"), one(Some(8080), 80, "udp"));
        assert_eq!(read("9000-9001:90-91").map(|ports| ports.len()), Some(2));
        let four = (8000..=8003).map(|from| (Some(from), 80, "tcp".to_owned())).collect();
        assert_eq!(read("8000-8003:80"), Some(four));
        for wrong in ["", "x", "80:", "1-3:4-5", "99999", "5-3"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
