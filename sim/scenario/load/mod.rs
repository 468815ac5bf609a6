//! Merges files and `--set` into one tree: `extends`, merging, removal.
//!
//! Tables merge key by key, `[[claim]]`, `[[fault]]` and `[[rollout]]` by `id`, other values are
//! replaced. Then `enabled = false` removes a table and the word `"none"` removes an inherited value.

mod join;
pub(crate) mod merge;
pub(crate) mod overlay;
pub(crate) mod prune;

pub(crate) use join::file;
pub(crate) use merge::lay_over;
pub(crate) use prune::prune;

use crate::diagnostic::Diagnostic;
use crate::no_effect::layers;
use crate::path::{Segment, end_of_path, path_of, segments};
use crate::schema::{self, ValueKind};
use crate::source::{Origin, SourceText, Sources};
use crate::tree::{self, Entry, Item, Table, Value};
use merge::id_of;
use toml::de::DeValue;
use wssim_text::suggest;

/// Tables whose keys are chosen by the author.
const NAMED: [&str; 7] = ["network", "node", "service", "site", "stack", "traffic", "variant"];

/// The result of one `--set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It is in force.
    Yes,
    /// It names a missing key, which is reported.
    No,
}

/// `path=value`, and its name in messages.
pub(crate) type Set = (String, String);

/// One parsed `path=value`.
pub(crate) struct Assignment {
    pub path: Vec<Segment>,
    pub value: Item,
    /// Place of the path.
    pub key: Origin,
}

/// Parses one `path=value`, called `shown`; `None` after reporting a mistake.
pub(crate) fn assignment(
    text: &str,
    shown: &str,
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Assignment> {
    let number = sources.add(SourceText::of_flag(shown, text));
    let at =
        |start: usize, end: usize| Origin { source: number, start: start as u32, end: end as u32 };
    let Some(equals) = end_of_path(text) else {
        let diagnostic =
            Diagnostic::error("bad-set", format!("`{text}` is not of the form path=value"));
        mistakes.push(diagnostic.at(sources, at(0, text.len())));
        return None;
    };
    let key = at(0, equals);
    let path = segments(&text[..equals]);
    let path = path.map_err(|message| {
        mistakes.push(Diagnostic::error("unknown-path", message).at(sources, key));
    });
    let path = path.ok()?;
    let value = value_of(&text[equals + 1..], at(equals + 1, text.len()), sources);
    let value = value.map_err(|diagnostic| mistakes.push(*diagnostic)).ok()?;
    if names_bases(&path, &value) {
        let message = "`scenario.extends` cannot be set: the files are joined by then";
        let help = "write a file that extends them, with what differs";
        mistakes.push(Diagnostic::error("bad-set", message).at(sources, key).help(help));
        return None;
    }
    Some(Assignment { path, value, key })
}

/// Whether a path leads to `scenario.extends`, or its value contains it.
fn names_bases(path: &[Segment], value: &Item) -> bool {
    match path {
        [scenario] => {
            scenario.is("scenario") && value.table().is_some_and(|it| it.contains_key("extends"))
        }
        [scenario, key, ..] => scenario.is("scenario") && key.is("extends"),
        [] => false,
    }
}

/// Whether a `path=value` changes the stacks, how their files are read, or the phases: these are applied
/// before all others.
pub(crate) fn is_of_stacks(text: &str) -> bool {
    let path = path_of(text).unwrap_or_default();
    let leads_to = |names: &[&str]| {
        let mut both = path.iter().zip(names);
        both.all(|(segment, name)| segment.is(name))
    };
    let keys = [&["scenario", "stacks"][..], &["orchestrator", "kind"], &["stack"], &["phase"]];
    !path.is_empty() && keys.into_iter().any(leads_to)
}

/// Lays one `path=value` onto the tree.
pub(crate) fn set(
    table: &mut Table,
    text: &str,
    shown: &str,
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Applied {
    let Some(Assignment { path, value, key }) = assignment(text, shown, sources, mistakes) else {
        return Applied::No;
    };
    let below = value_at(table, &path);
    let same = below.and_then(|below| layers::of_set(below, &value, sources));
    match put(table, &path, value, key) {
        Ok(()) => {
            mistakes.extend(same);
            Applied::Yes
        }
        Err((message, help)) => {
            let diagnostic = Diagnostic::error("unknown-path", message).maybe_help(help);
            mistakes.push(diagnostic.at(sources, key));
            Applied::No
        }
    }
}

/// The value at `path`.
fn value_at<'t>(table: &'t Table, path: &[Segment]) -> Option<&'t Item> {
    let (Segment::Key(first), rest) = path.split_first()? else { return None };
    rest.iter().try_fold(&table.get(first)?.item, |item, step| match (step, &item.value) {
        (Segment::Key(name), Value::Table(table)) => Some(&table.get(name)?.item),
        (Segment::Index(at), Value::Array(items)) => items.get(*at),
        (Segment::Id(id) | Segment::Key(id), Value::Array(items)) => {
            items.iter().find(|item| id_of(item).is_some_and(|(other, _)| other == id))
        }
        _ => None,
    })
}

/// TOML if it parses as that, otherwise text, so that quotes need no quoting in the shell.
fn value_of(text: &str, origin: Origin, sources: &Sources) -> Result<Item, Box<Diagnostic>> {
    let trimmed = text.trim();
    let start = origin.start + (text.len() - text.trim_start().len()) as u32;
    let origin = Origin { start, end: start + trimmed.len() as u32, ..origin };
    let plain = || Item { value: Value::Text(trimmed.to_owned()), origin };
    let Ok(parsed) = DeValue::parse(trimmed) else {
        return if trimmed.starts_with(['[', '{', '"', '\'']) {
            Err(Box::new(Diagnostic::error("syntax", "this value is not TOML").at(sources, origin)))
        } else {
            Ok(plain())
        };
    };
    // Dates and infinities are texts here.
    if matches!(parsed.get_ref(), DeValue::Datetime(_)) {
        return Ok(plain());
    }
    let mut mistakes = Vec::new();
    let item = tree::convert_at(parsed.get_ref(), origin, sources, &mut mistakes);
    match mistakes.pop() {
        Some(mistake) => Err(Box::new(mistake)),
        None => Ok(item),
    }
}

/// The missing key, and a suggestion.
pub(crate) type Unknown = (String, Option<String>);

/// Lays a value onto a tree of another format, whose first names are those of `segments`.
pub(crate) fn put_within(
    table: &mut Table,
    segments: &[Segment],
    value: Item,
    key: Origin,
) -> Result<(), Unknown> {
    match segments {
        [Segment::Key(name), rest @ ..] => {
            // The checks of that format verify its keys.
            put_key(table, name, rest, value, key, &mut vec![String::new()])
        }
        _ => Ok(()),
    }
}

fn put(table: &mut Table, segments: &[Segment], value: Item, key: Origin) -> Result<(), Unknown> {
    let [first, rest @ ..] = segments else {
        return Ok(());
    };
    let Segment::Key(name) = first else {
        return Err(("a path begins with a name".to_owned(), None));
    };
    put_key(table, name, rest, value, key, &mut Vec::new())
}

/// Keys of the format for the named tables of `kind`.
fn own_keys(kind: &str) -> Vec<&'static str> {
    let of_kind = schema::ROOT.all().filter(|key| key.name == kind);
    let shapes = of_kind.filter_map(|key| match key.kind {
        ValueKind::Table(shape) => Some(shape),
        _ => None,
    });
    shapes.flat_map(|shape| shape.all().map(|key| key.name)).collect()
}

fn put_key(
    table: &mut Table,
    name: &str,
    rest: &[Segment],
    value: Item,
    key: Origin,
    path: &mut Vec<String>,
) -> Result<(), Unknown> {
    if !table.contains_key(name) {
        let owner = match path.as_slice() {
            [kind] if NAMED.contains(&kind.as_str()) && !own_keys(kind).contains(&name) => {
                Some(kind.clone())
            }
            [service, _, kind]
                if service == "service" && ["endpoint", "pool"].contains(&kind.as_str()) =>
            {
                Some(kind.clone())
            }
            _ => None,
        };
        if let Some(kind) = owner {
            let own = if path.len() == 1 { own_keys(&kind) } else { Vec::new() };
            let known = table.keys().map(String::as_str).chain(own);
            let help = suggest::hint(name, known.collect::<Vec<_>>());
            return Err((format!("no {kind} is named `{name}`"), help));
        }
        let tables: Vec<&str> = schema::ROOT.all().map(|key| key.name).collect();
        if path.is_empty() && !tables.contains(&name) {
            let message = format!("nothing is named `{name}`");
            return Err((message, suggest::hint(name, tables)));
        }
    }
    path.push(name.to_owned());
    let mut place = value.origin;
    place.end = place.start;
    let [next, ..] = rest else {
        table.insert(name.to_owned(), Entry { key, item: value });
        return Ok(());
    };
    let empty = || Item { value: Value::Table(Table::new()), origin: place };
    let missing = !table.contains_key(name);
    if missing && !matches!(next, Segment::Key(_)) {
        return Err((format!("`{}` is not there", path.join(".")), None));
    }
    let entry = table.entry(name.to_owned()).or_insert_with(|| Entry { key, item: empty() });
    let result = put_item(&mut entry.item, rest, value, key, path);
    if missing && result.is_err() {
        table.remove(name);
    }
    result
}

fn put_item(
    item: &mut Item,
    segments: &[Segment],
    value: Item,
    key: Origin,
    path: &mut Vec<String>,
) -> Result<(), Unknown> {
    let [next, rest @ ..] = segments else {
        *item = value;
        return Ok(());
    };
    let shown = path.join(".");
    let is = item.kind();
    match (next, &mut item.value) {
        (Segment::Key(name), Value::Table(table)) => put_key(table, name, rest, value, key, path),
        (Segment::Index(index), Value::Array(items)) => {
            let count = items.len();
            let Some(item) = items.get_mut(*index) else {
                let message = format!("there is no `{shown}[{index}]`");
                return Err((message, Some(format!("it has {count} items, counted from 0"))));
            };
            path.push(format!("[{index}]"));
            put_item(item, rest, value, key, path)
        }
        (Segment::Id(id) | Segment::Key(id), Value::Array(items))
            if items.iter().any(|item| id_of(item).is_some()) =>
        {
            let ids: Vec<String> =
                items.iter().filter_map(id_of).map(|(id, _)| id.to_owned()).collect();
            let Some(at) =
                items.iter().position(|item| id_of(item).is_some_and(|(other, _)| other == id))
            else {
                let help = suggest::hint(id, ids.iter().map(String::as_str));
                return Err((format!("no item of `{shown}` has the id `{id}`"), help));
            };
            path.push(format!("[{id}]"));
            put_item(&mut items[at], rest, value, key, path)
        }
        _ => Err((format!("`{shown}` is {is} and has no part of that name"), None)),
    }
}
