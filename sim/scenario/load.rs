//! From files and `--set` to one tree: `extends`, merging, removal.
//!
//! Tables merge key by key, `[[claim]]` and `[[fault]]` by `id`, other values are replaced. Then
//! `enabled = false` removes a thing and the word `"none"` removes an inherited value.

use crate::diagnostic::{Diagnostic, UNREADABLE};
use crate::files::{Files, Location};
use crate::schema::{self, Kind};
use crate::source::{Origin, Source, Sources};
use crate::tree::{self, Entry, Item, Table, Value};
use std::collections::BTreeMap;
use toml::de::DeValue;
use wssim_text::suggest;

/// Lists whose items are merged by `id`.
const BY_ID: [&str; 2] = ["claim", "fault"];
/// Tables whose keys are names that the author chose.
const NAMED: [&str; 6] = ["network", "node", "service", "site", "stack", "traffic"];

/// Reads a file with everything that it extends.
pub(crate) fn file(
    location: &Location,
    files: &Files,
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Table> {
    let (open, read) = (Vec::new(), BTreeMap::new());
    let mut joining = Joining { files, sources, mistakes, open, read, named: 0, laid: 0 };
    joining.with_bases(location, None)
}

/// Files that extend each other at most, one the next: each is read within the one that names it.
const DEEPEST_BASE: usize = 64;

/// Files that a scenario is joined from at most, each counted as often as it is named: so often a tree is
/// laid over another.
const MOST_BASES: usize = 256;

/// Values that are laid over others so at most, those of each file counted as often as it is named.
const MOST_LAID: usize = 1_000_000;

/// A scenario that is joined from files.
struct Joining<'a> {
    files: &'a Files,
    sources: &'a mut Sources,
    mistakes: &'a mut Vec<Diagnostic>,
    /// The files that are being read, each named by the one before.
    open: Vec<Location>,
    /// What became of those that are read, so that each is once.
    read: BTreeMap<Location, Option<Table>>,
    /// How many files were named so far.
    named: usize,
    /// How many values were laid over others so far.
    laid: usize,
}

impl Joining<'_> {
    fn complain(&mut self, diagnostic: Diagnostic, named_at: Option<Origin>) {
        self.mistakes.push(match named_at {
            Some(origin) => diagnostic.at(self.sources, origin),
            None => diagnostic,
        });
    }

    fn with_bases(&mut self, location: &Location, named_at: Option<Origin>) -> Option<Table> {
        if let Some(read) = self.read.get(location) {
            return read.clone();
        }
        let shown = location.shown();
        let text = match self.files.read(location) {
            Ok(text) => text,
            Err(reason) => {
                let message = format!("`{shown}` cannot be read: {reason}");
                self.complain(Diagnostic::error(UNREADABLE, message), named_at);
                return None;
            }
        };
        let identity = location.identity();
        if self.open.contains(&identity) {
            let message = format!("`{shown}` extends itself");
            self.complain(Diagnostic::error("extends-cycle", message), named_at);
            return None;
        }
        self.open.push(identity);
        let joined = self.joined(Source::of_file(location, text));
        self.open.pop();
        self.read.insert(location.clone(), joined.clone());
        joined
    }

    /// What a file says, laid over what it extends.
    fn joined(&mut self, source: Source) -> Option<Table> {
        let Value::Table(mut own) = tree::parse(self.sources, source, self.mistakes).value else {
            return None;
        };
        check_ids(&own, self.sources, self.mistakes);
        let mut merged = Table::new();
        for (base, origin) in bases(&mut own, self.sources, self.mistakes) {
            if !self.may_name_one_more(origin) {
                break;
            }
            let base = self.sources.beside(origin, &base);
            if let Some(base) = self.with_bases(&base, Some(origin)) {
                self.laid += tree::count(&base);
                merge(&mut merged, base, true);
            }
        }
        merge(&mut merged, own, true);
        Some(merged)
    }

    /// Whether one more base may be read, which is named at `origin`.
    fn may_name_one_more(&mut self, origin: Origin) -> bool {
        self.named += 1;
        let message = if self.open.len() > DEEPEST_BASE {
            format!("more than {DEEPEST_BASE} files extend each other, one the next")
        } else if self.named > MOST_BASES {
            format!("`extends` names more than {MOST_BASES} files, in all")
        } else if self.laid > MOST_LAID {
            format!("files that are extended have more than {MOST_LAID} values, in all")
        } else {
            return true;
        };
        self.complain(Diagnostic::error("too-many-bases", message), Some(origin));
        false
    }
}

/// Takes `scenario.extends` out of a file's table.
fn bases(
    own: &mut Table,
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<(String, Origin)> {
    let Some(Value::Table(scenario)) = own.get_mut("scenario").map(|entry| &mut entry.item.value)
    else {
        return Vec::new();
    };
    let Some(entry) = scenario.remove("extends") else {
        return Vec::new();
    };
    let items = match entry.item.value {
        Value::Array(items) => items,
        _ => vec![entry.item],
    };
    let mut out = Vec::new();
    for item in items {
        match item.value {
            Value::Text(name) => out.push((name, item.origin)),
            _ => mistakes.push(
                Diagnostic::error(
                    "wrong-type",
                    format!("a file name is due here, not {}", item.kind()),
                )
                .at(sources, item.origin),
            ),
        }
    }
    out
}

fn id_of(item: &Item) -> Option<(&str, Origin)> {
    let entry = item.table()?.get("id")?;
    entry.item.text().map(|id| (id, entry.item.origin))
}

fn check_ids(own: &Table, sources: &Sources, mistakes: &mut Vec<Diagnostic>) {
    for list in BY_ID {
        let Some(Value::Array(items)) = own.get(list).map(|entry| &entry.item.value) else {
            continue;
        };
        let mut seen: BTreeMap<&str, Origin> = BTreeMap::new();
        for (id, origin) in items.iter().filter_map(id_of) {
            if let Some(first) = seen.insert(id, origin) {
                let place = sources.short(first);
                mistakes.push(
                    Diagnostic::error(
                        "duplicate-id",
                        format!("a {list} with id `{id}` was there before"),
                    )
                    .at(sources, origin)
                    .help(format!("the first is at {place}")),
                );
            }
        }
    }
}

/// Lays `over` onto `base`.
fn merge(base: &mut Table, over: Table, top: bool) {
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

/// Lays the whole of one tree, or one thing of it, onto another.
pub(crate) fn lay_over(base: &mut Table, over: Table) {
    merge(base, over, true);
}

/// By what an item of such a list is known: its id, or the place where it stands.
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
            // The same item, met on another way.
            (Some(_), _) => {}
            (None, value) => below.push(Item { value, origin: item.origin }),
        }
    }
}

/// Texts in which the word "none" is only a word.
const FREE_TEXT: [&str; 6] = ["description", "id", "label", "source", "text", "title"];

/// Removes what is switched off, and the switches.
pub(crate) fn prune(table: &mut Table, sources: &Sources, mistakes: &mut Vec<Diagnostic>) {
    prune_table(table, "", sources, mistakes);
}

/// Prunes the table that is called `owner`.
fn prune_table(table: &mut Table, owner: &str, sources: &Sources, mistakes: &mut Vec<Diagnostic>) {
    table.retain(|key, entry| {
        if !prune_item(&mut entry.item, key, sources, mistakes) {
            return false;
        }
        // A cluster without an orchestrator is one, too, some containers are never restarted, and some
        // processes touch no pages.
        let place = (owner, key.as_str());
        let word = FREE_TEXT.contains(&key.as_str())
            || matches!(
                place,
                ("orchestrator", "kind") | ("restart", "condition") | ("memory", "touch")
            )
            || owner == "labels";
        word || entry.item.text() != Some("none")
    });
}

/// Whether the item stays.
fn prune_item(
    item: &mut Item,
    key: &str,
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> bool {
    match &mut item.value {
        Value::Table(table) => {
            match table.remove("enabled").map(|entry| entry.item) {
                None | Some(Item { value: Value::Boolean(true), .. }) => {}
                Some(Item { value: Value::Boolean(false), .. }) => return false,
                Some(other) => mistakes.push(
                    Diagnostic::error("wrong-type", "`enabled` is true or false")
                        .at(sources, other.origin),
                ),
            }
            prune_table(table, key, sources, mistakes);
        }
        Value::Array(items) => items.retain_mut(|item| prune_item(item, key, sources, mistakes)),
        _ => {}
    }
    true
}

/// One step of a path such as `traffic.web.arrivals.rate` or `fault[0].at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Key(String),
    Index(usize),
    Id(String),
}

impl Segment {
    fn is(&self, key: &str) -> bool {
        matches!(self, Self::Key(own) if own == key)
    }
}

/// No path of the format is longer.
const DEEPEST: usize = 64;

/// What became of one `--set`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It is in force.
    Yes,
    /// It names something that is not there; said in the diagnostics.
    No,
}

/// One `path=value`, read.
pub(crate) struct Assignment {
    pub path: Vec<Segment>,
    pub value: Item,
    /// Where the path stands.
    pub key: Origin,
}

/// The path of `path=value`, if it is one.
pub(crate) fn path_of(text: &str) -> Option<Vec<Segment>> {
    segments(&text[..end_of_path(text)?]).ok()
}

/// Reads one `path=value`, called `shown`; `None`: what is wrong with it is said.
pub(crate) fn assignment(
    text: &str,
    shown: &str,
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Assignment> {
    let number = sources.add(Source::of_flag(shown, text));
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

/// Whether a path leads to `scenario.extends`, or its value brings one along.
fn names_bases(path: &[Segment], value: &Item) -> bool {
    match path {
        [scenario] => {
            scenario.is("scenario") && value.table().is_some_and(|it| it.contains_key("extends"))
        }
        [scenario, key, ..] => scenario.is("scenario") && key.is("extends"),
        [] => false,
    }
}

/// Whether a `path=value` says which stacks there are, or how their files are read: both happens before
/// anything else is laid over them.
pub(crate) fn is_of_stacks(text: &str) -> bool {
    let path = path_of(text).unwrap_or_default();
    let leads_to = |names: &[&str]| {
        let mut both = path.iter().zip(names);
        both.all(|(segment, name)| segment.is(name))
    };
    let keys = [&["scenario", "stacks"][..], &["orchestrator", "kind"], &["stack"]];
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
    match put(table, &path, value, key) {
        Ok(()) => Applied::Yes,
        Err((message, help)) => {
            let diagnostic = Diagnostic::error("unknown-path", message).maybe_help(help);
            mistakes.push(diagnostic.at(sources, key));
            Applied::No
        }
    }
}

/// The first `=` outside quotes and brackets.
pub(crate) fn end_of_path(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '=') => return Some(at),
            _ => {}
        }
    }
    None
}

/// The steps of a path.
pub(crate) fn segments(path: &str) -> Result<Vec<Segment>, String> {
    let bad = || format!("`{}` is not a path such as `traffic.web.arrivals.rate`", path.trim());
    let mut out = Vec::new();
    let mut rest = path.trim();
    loop {
        if out.len() > DEEPEST {
            return Err(bad());
        }
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let (key, after) = if let Some(quote) = quote {
            rest[1..].split_once(quote).ok_or_else(bad)?
        } else {
            rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()))
        };
        let key = key.trim();
        if key.is_empty() {
            return Err(bad());
        }
        out.push(Segment::Key(key.to_owned()));
        rest = after;
        while let Some(inside) = rest.strip_prefix('[') {
            let (index, after) = inside.split_once(']').ok_or_else(bad)?;
            let index = index.trim().trim_matches(['"', '\'']);
            out.push(index.parse().map_or_else(|_| Segment::Id(index.to_owned()), Segment::Index));
            rest = after;
        }
        if rest.is_empty() {
            return Ok(out);
        }
        rest = rest.strip_prefix('.').ok_or_else(bad)?;
    }
}

/// As TOML where it is that, otherwise as text, so that quotes need not be quoted for the shell.
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
    // Dates and infinities are words here.
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

/// What is not there, and what would be.
pub(crate) type Unknown = (String, Option<String>);

/// Lays a value onto a tree of another format than ours, whose first names are those of `segments`.
pub(crate) fn put_within(
    table: &mut Table,
    segments: &[Segment],
    value: Item,
    key: Origin,
) -> Result<(), Unknown> {
    match segments {
        [Segment::Key(name), rest @ ..] => {
            // Keys of that format are told apart by whoever checks it.
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

/// Keys of the format within a table of things with names.
fn own_keys(kind: &str) -> Vec<&'static str> {
    let of_kind = schema::ROOT.all().filter(|key| key.name == kind);
    let shapes = of_kind.filter_map(|key| match key.kind {
        Kind::Table(shape) => Some(shape),
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
