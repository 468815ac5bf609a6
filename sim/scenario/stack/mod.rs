//! Compose stack files: the deployed files are simulated.
//!
//! ```text
//! .yml ──yaml──► tree ──merge──► stack ──shape, refers──► (Docker's rules) ──translate──► tree of a scenario
//!                  ▲ variables, .env                                  laid under [service.*] of the TOML
//! ```
//! A service is stack + name. It has its plain name if no other stack has a service of that name,
//! otherwise `stack/name`.

pub(crate) mod field;
mod forms;
mod keys;
mod merge;
mod over;
mod refers;
mod shape;
mod translate;
mod types;
pub(crate) mod values;
mod variables;
mod yaml;

pub use keys::{Becomes, outcomes};

use crate::diagnostic::{Diagnostic, Severity, UNREADABLE};
use crate::files::{Files, Location};
use crate::load;
use crate::source::{Origin, SourceText, Sources};
use crate::tree::{Entry, Item, Table, Value};
use field::Field;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
pub(crate) use translate::{Translated, translate};
use variables::Odd;
pub(crate) use variables::Variables;
use wssim_model::orchestrator::{Kind, Reads};
use wssim_text::suggest;

/// Lays the scenario `merged` over the services and networks of its stacks.
pub(crate) fn expand(
    merged: Table,
    files: &Files,
    fields: &[Field],
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Table {
    let named = named(&merged, sources, mistakes);
    let names: Vec<&str> = named.iter().map(|one| one.name.as_str()).collect();
    field::refuse_strangers(fields, &names, sources, mistakes);
    if named.is_empty() {
        return merged;
    }
    let by_swarm = orchestrator(&merged).reads == Reads::Deploy;
    let how = How { by_swarm, files, fields };
    let mut stacks = BTreeMap::new();
    for Named { name, locations, origin } in named {
        if is_disabled(&merged, &name) {
            continue;
        }
        let Some(mut stack) = read(&name, &locations, origin, how, sources, mistakes) else {
            continue;
        };
        place(&mut stack, &name, &merged, by_swarm);
        if stacks.insert(name.clone(), stack).is_some() {
            let message = format!("two stacks are named `{name}`");
            let help = "write `{ file = \"…\", name = \"…\" }`";
            let diagnostic = Diagnostic::error("duplicate-stack", message).help(help);
            mistakes.push(diagnostic.at(sources, origin));
        }
    }
    let names = Names::of(&stacks);
    if by_swarm {
        refers::ports(&stacks, |stack, name| names.full(stack, name), sources, mistakes);
    }
    let mut base = Table::new();
    for (stack, content) in stacks {
        for (name, entry) in content.services {
            thing(&mut base, "service").insert(names.full(&stack, &name), entry);
        }
        for (name, entry) in content.networks {
            thing(&mut base, "network").entry(name).or_insert(entry);
        }
    }
    let mut over = merged;
    names.settle(&mut over, sources, mistakes);
    names.settle(&mut base, sources, mistakes);
    over::keep_limits(&mut over, &base);
    load::lay_over(&mut base, over);
    base
}

/// The table of named items of one kind.
fn thing<'t>(base: &'t mut Table, kind: &str) -> &'t mut Table {
    let empty = || {
        let item = Item { value: Value::Table(Table::new()), origin: Origin::default() };
        Entry { key: Origin::default(), item }
    };
    let entry = base.entry(kind.to_owned()).or_insert_with(empty);
    if entry.item.table().is_none() {
        *entry = empty();
    }
    match &mut entry.item.value {
        Value::Table(table) => table,
        _ => unreachable!("it has just been made a table"),
    }
}

/// The kind whose rules apply to stack files.
fn orchestrator(merged: &Table) -> Kind {
    let kind = merged.get("orchestrator").and_then(|entry| entry.item.table()?.get("kind"));
    kind.and_then(|entry| Kind::named(entry.item.text()?)).unwrap_or(Kind::SWARM)
}

/// A stack as `[scenario] stacks` names it.
struct Named {
    name: String,
    /// Its files, each laid over those before it.
    locations: Vec<Location>,
    origin: Origin,
}

fn named(merged: &Table, sources: &Sources, mistakes: &mut Vec<Diagnostic>) -> Vec<Named> {
    // As in the table `stack-file` of `schema/plan.rs`; `enabled` is removed later.
    const KEYS: [&str; 3] = ["file", "name", "enabled"];
    let stacks = merged.get("scenario").and_then(|entry| entry.item.table()?.get("stacks"));
    let items = match stacks.map(|entry| &entry.item) {
        Some(Item { value: Value::Array(items), .. }) => items.iter().collect(),
        Some(item) => vec![item],
        None => Vec::new(),
    };
    let mut out = Vec::new();
    for item in items {
        let field = |key: &str| item.table()?.get(key)?.item.text();
        for (key, entry) in item.table().into_iter().flatten() {
            if !KEYS.contains(&key.as_str()) {
                let message = format!("a stack has no key `{key}`");
                let diagnostic =
                    Diagnostic::error("unknown-key", message).maybe_help(suggest::hint(key, KEYS));
                mistakes.push(diagnostic.at(sources, entry.key));
            }
        }
        let files = files_of(item);
        let Some(first) = files.first() else {
            let message = "a stack is the name of a file, or `{ file = \"…\", name = \"…\" }`";
            mistakes.push(Diagnostic::error("wrong-type", message).at(sources, item.origin));
            continue;
        };
        let locations = files.iter().map(|file| sources.beside(item.origin, file)).collect();
        let stem = Path::new(first).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = field("name").map_or(stem, str::to_owned);
        out.push(Named { name, locations, origin: item.origin });
    }
    out
}

/// The files of a stack: one, or several laid over each other.
fn files_of(item: &Item) -> Vec<&str> {
    let item = item.table().map_or(Some(item), |table| table.get("file").map(|entry| &entry.item));
    match item.map(|item| &item.value) {
        Some(Value::Text(file)) => vec![file],
        Some(Value::Array(files)) => files.iter().map_while(Item::text).collect(),
        _ => Vec::new(),
    }
}

fn is_disabled(merged: &Table, stack: &str) -> bool {
    let own = of_stack(merged, stack);
    let enabled = own.and_then(|table| table.get("enabled")).map(|entry| &entry.item.value);
    matches!(enabled, Some(Value::Boolean(false)))
}

/// `[stack.NAME]`.
fn of_stack<'t>(merged: &'t Table, stack: &str) -> Option<&'t Table> {
    merged.get("stack")?.item.table()?.get(stack)?.item.table()
}

/// How stack files are read.
#[derive(Clone, Copy)]
pub(crate) struct How<'a> {
    /// Whether `docker stack deploy` deploys them.
    pub by_swarm: bool,
    pub files: &'a Files,
    /// Overrides of fields.
    pub fields: &'a [Field],
}

/// Reads the files of one stack; `None` if they are unusable.
fn read(
    name: &str,
    locations: &[Location],
    named_at: Origin,
    how: How<'_>,
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Translated> {
    let mut files = Vec::new();
    for location in locations {
        match how.files.read(location) {
            Ok(text) => files.push(file(&text, location, how, sources, mistakes)?),
            Err(reason) => {
                let message = format!("`{}` cannot be read: {reason}", location.shown());
                mistakes.push(Diagnostic::error(UNREADABLE, message).at(sources, named_at));
                return None;
            }
        }
    }
    let root = whole(name, files, how, sources, mistakes)?;
    Some(translate(name, &root, sources))
}

/// The contents of one stack file, with variables expanded; `None` if it cannot be read.
pub(crate) fn file(
    text: &str,
    location: &Location,
    how: How<'_>,
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Table> {
    let number = sources.add(SourceText::of_file(location, text));
    let yaml::Parsed { item, more } = match yaml::parse(text, number) {
        Ok(parsed) => parsed,
        Err(flaw) => {
            mistakes.push(Diagnostic::error(flaw.code, flaw.message).at(sources, flaw.origin));
            return None;
        }
    };
    if let Some(origin) = more {
        let message = "Docker reads the first document of a file, and nothing behind this line";
        mistakes.push(Diagnostic::warning("more-documents", message).at(sources, origin));
    }
    let mut root = match item.value {
        Value::Table(root) if !root.is_empty() => root,
        value => {
            let message = if matches!(value, Value::Table(_)) {
                "the file says nothing: top-level object must be a mapping"
            } else {
                "a stack file is a table with `services`: top-level object must be a mapping"
            };
            mistakes.push(Diagnostic::error("wrong-type", message).at(sources, item.origin));
            return None;
        }
    };
    let mut odd = Vec::new();
    match variables(location, how) {
        Ok(variables) => variables.put_into_file(&mut root, &mut odd),
        Err(unreadable) => {
            mistakes.push(unreadable);
            return None;
        }
    }
    mistakes.extend(odd.into_iter().map(|(odd, origin)| told(odd).at(sources, origin)));
    Some(root)
}

/// The variables of the stack file at `location`: those of the `.env` beside it, if any.
///
/// # Errors
/// When it exists but cannot be read.
pub(crate) fn variables(location: &Location, how: How<'_>) -> Result<Variables, Diagnostic> {
    let beside = location.folder().join(".env");
    let env = match how.files.read(&beside) {
        Ok(text) => text,
        Err(unread) if unread.is_missing => Arc::default(),
        Err(unread) => {
            let message = format!("`{}` cannot be read: {unread}", beside.shown());
            return Err(Diagnostic::error(UNREADABLE, message));
        }
    };
    Ok(Variables::parse(&env, how.by_swarm))
}

/// The stack `name` made of `files`, with keys, shapes and names checked; `None` after a mistake.
pub(crate) fn whole(
    name: &str,
    files: Vec<Table>,
    how: How<'_>,
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Table> {
    let mut files = files.into_iter();
    let mut root = files.next()?;
    for over in files {
        merge::lay_over(&mut root, over, sources);
    }
    let mut own = Vec::new();
    field::lay(how.fields, name, &mut root, sources, &mut own);
    shape::check(&root, how.by_swarm, sources, &mut own);
    shape::encryption(&root, sources, &mut own);
    jobs_of_global(&root, sources, &mut own);
    refers::check(&root, how.by_swarm, sources, &mut own);
    let failed = own.iter().any(|item| item.severity == Severity::Error);
    mistakes.extend(own);
    (!failed).then_some(root)
}

fn told(odd: Odd) -> Diagnostic {
    match odd {
        Odd::Unset(name) => {
            let message = format!("`{name}` is not set in `.env`: it is taken as empty");
            let help = "a line in `.env` gives it a value, and so does `${NAME:-…}` in the file";
            Diagnostic::warning("unset-variable", message).help(help)
        }
        Odd::Required(name, message) => {
            let diagnostic =
                Diagnostic::error("unset-variable", format!("`{name}` must be set in `.env`"));
            diagnostic.maybe_help((!message.is_empty()).then_some(message))
        }
        Odd::Broken => Diagnostic::error("bad-variable", "this `$` begins no variable")
            .help("`$$` is a dollar sign"),
        Odd::Nested(text) => {
            let message = format!(
                "`docker stack deploy` knows no default within a default: it takes this as the text `{text}`"
            );
            let help = "`docker compose` nests; name one variable, and set it in `.env`";
            Diagnostic::warning("nested-default", message).help(help)
        }
        Odd::ComposeOnly => {
            let message = "`docker stack deploy` knows no `+` in a variable and refuses the file";
            Diagnostic::error("bad-variable", message).help("`docker compose` alone does")
        }
    }
}

/// `replicas` with `mode: global` is a mistake for Docker, too.
fn jobs_of_global(root: &Table, sources: &Sources, mistakes: &mut Vec<Diagnostic>) {
    let services = root.get("services").and_then(|entry| entry.item.table());
    for (_, entry) in services.into_iter().flatten() {
        let deploy = entry.item.table().and_then(|service| service.get("deploy")?.item.table());
        let Some(deploy) = deploy else { continue };
        let global = deploy
            .get("mode")
            .and_then(|entry| entry.item.text())
            .is_some_and(|mode| mode.starts_with("global"));
        if let (true, Some(replicas)) = (global, deploy.get("replicas")) {
            let message = "a global service runs once on each node: it has no `replicas`";
            mistakes.push(Diagnostic::error("contradiction", message).at(sources, replicas.key));
        }
    }
}

/// `docker compose` has one host: `[stack.NAME] node`, or the only one. Swarm's placement settings have
/// no effect.
fn place(stack: &mut Translated, name: &str, merged: &Table, by_swarm: bool) {
    let node = of_stack(merged, name).and_then(|table| table.get("node"));
    if !by_swarm {
        stack.networks_are_bridges();
    }
    if by_swarm && node.is_none() {
        return;
    }
    for entry in stack.services.values_mut() {
        let Value::Table(service) = &mut entry.item.value else { continue };
        for key in ["constraints", "preferences", "max_replicas_per_node"] {
            service.remove(key);
        }
        if service.get("mode").and_then(|mode| mode.item.text()) == Some("global") {
            service.remove("mode");
        }
        if let Some(node) = node
            && let Some(host) = node.item.text()
        {
            let origin = node.item.origin;
            let text = Value::Text(format!("node.hostname == {host}"));
            let list = Value::Array(vec![Item { value: text, origin }]);
            let item = Item { value: list, origin };
            service.insert("constraints".to_owned(), Entry { key: node.key, item });
        }
    }
}

/// The stacks that have a service of each name.
struct Names(BTreeMap<String, Vec<String>>);

/// Keys whose values name a service, possibly followed by more.
const NAMING: [&str; 6] = ["cache", "call", "entries", "entry", "metric", "service"];
/// Tables whose keys name services.
const KEYED: [&str; 5] = ["client", "entries", "entry", "pool", "service"];

impl Names {
    fn of(stacks: &BTreeMap<String, Translated>) -> Self {
        let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (stack, content) in stacks {
            for name in content.services.keys() {
                out.entry(name.clone()).or_default().push(stack.clone());
            }
        }
        Self(out)
    }

    /// The full name of `name` in `stack`.
    fn full(&self, stack: &str, name: &str) -> String {
        let alone = self.0.get(name).is_none_or(|stacks| stacks.len() < 2);
        if alone { name.to_owned() } else { format!("{stack}/{name}") }
    }

    /// `stack/name`, with or without a suffix, if the plain name suffices.
    fn short(&self, text: &str) -> Option<String> {
        let (stack, rest) = text.split_once('/')?;
        let service = rest.split('.').next()?;
        let stacks = self.0.get(service).filter(|stacks| stacks.len() == 1)?;
        (stacks[0] == stack).then(|| rest.to_owned())
    }

    /// [`Self::short`] within a metric: `…{service="stack/name"}`.
    fn in_metric(&self, text: &str) -> String {
        let parts = text.split('"').map(|part| self.short(part).unwrap_or_else(|| part.to_owned()));
        parts.collect::<Vec<_>>().join("\"")
    }

    /// Gives every service its final name; refuses an ambiguous plain name.
    fn settle(&self, table: &mut Table, sources: &Sources, mistakes: &mut Vec<Diagnostic>) {
        let old = std::mem::take(table);
        for (key, mut entry) in old {
            self.settle_item(&key, &mut entry.item, sources, mistakes);
            table.insert(key, entry);
        }
    }

    fn settle_item(
        &self,
        key: &str,
        item: &mut Item,
        sources: &Sources,
        mistakes: &mut Vec<Diagnostic>,
    ) {
        match &mut item.value {
            Value::Text(text) if key == "metric" => *text = self.in_metric(text),
            Value::Text(text) if NAMING.contains(&key) => {
                if let Some(short) = self.short(text) {
                    *text = short;
                } else {
                    self.refuse_ambiguous(text, item.origin, sources, mistakes);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.settle_item(key, item, sources, mistakes);
                }
            }
            Value::Table(table) => {
                if KEYED.contains(&key) {
                    for (name, entry) in std::mem::take(table) {
                        self.refuse_ambiguous(&name, entry.key, sources, mistakes);
                        table.insert(self.short(&name).unwrap_or(name), entry);
                    }
                }
                self.settle(table, sources, mistakes);
            }
            _ => {}
        }
    }

    fn refuse_ambiguous(
        &self,
        text: &str,
        origin: Origin,
        sources: &Sources,
        mistakes: &mut Vec<Diagnostic>,
    ) {
        let service = text.split('.').next().unwrap_or(text);
        if let Some(stacks) = self.0.get(service).filter(|stacks| stacks.len() > 1) {
            let names: Vec<String> =
                stacks.iter().map(|stack| format!("`{stack}/{service}`")).collect();
            let message = format!("more than one stack has a service `{service}`");
            let help = format!("say which: {}", names.join(" or "));
            let diagnostic = Diagnostic::error("ambiguous-service", message).help(help);
            mistakes.push(diagnostic.at(sources, origin));
        }
    }
}
