//! Is every key known, and every value of its kind? One walk over the file against [`keys`].

use super::keys::{self, Becomes, Shape};
use super::values;
use crate::diagnostic::Diagnostic;
use crate::source::{Origin, Sources};
use crate::suggest;
use crate::tree::{Item, Table, Value};

/// Looks at a whole stack file. `by_swarm`: deployed by `docker stack deploy`, which ignores keys
/// that `docker compose` honours.
pub(super) fn check(root: &Table, by_swarm: bool, sources: &Sources, out: &mut Vec<Diagnostic>) {
    Walk { by_swarm, sources, out }.table(root, "");
}

struct Walk<'a> {
    by_swarm: bool,
    sources: &'a Sources,
    out: &'a mut Vec<Diagnostic>,
}

impl Walk<'_> {
    fn say(&mut self, diagnostic: Diagnostic, origin: Origin) {
        self.out.push(diagnostic.at(self.sources, origin));
    }

    fn table(&mut self, table: &Table, path: &str) {
        let star = keys::find(&join(path, "*"));
        for (name, entry) in table {
            if name.starts_with("x-") && star.is_none_or(|_| path == "services.*") {
                continue;
            }
            let own = join(path, name);
            match keys::find(&own).or(star) {
                Some(key) => self.known(name, entry.key, &entry.item, key),
                None => self.unknown(name, path, entry.key),
            }
        }
    }

    fn unknown(&mut self, name: &str, path: &str, origin: Origin) {
        let message = format!("Docker knows no key `{name}` here and refuses the file");
        let hint = instead(name).or_else(|| suggest::hint(name, keys::within(path)));
        self.say(Diagnostic::warning("unknown-key", message).maybe_help(hint), origin);
    }

    fn known(&mut self, name: &str, at: Origin, item: &Item, key: &keys::Key) {
        match key.becomes {
            Becomes::Refused => {
                let message = format!("`docker stack deploy` refuses `{name}`");
                let help = instead(name);
                return self.say(Diagnostic::error("refused-key", message).maybe_help(help), at);
            }
            Becomes::Ignored if self.by_swarm => {
                let message = format!("`docker stack deploy` ignores `{name}`");
                let help = instead(name);
                self.say(Diagnostic::warning("ignored-key", message).maybe_help(help), at);
            }
            _ => {}
        }
        if let (Value::Table(inner), true) = (&item.value, has_inner(key.path)) {
            return self.table(inner, key.path);
        }
        if let Some(due) = flaw(key.shape, item, self.sources) {
            let help = format!("expected {due}");
            let message = format!("this is not what `{name}` takes");
            self.say(Diagnostic::error("wrong-type", message).help(help), item.origin);
        }
    }
}

fn has_inner(path: &str) -> bool {
    keys::KEYS
        .iter()
        .any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// What to write instead of a key that does nothing here.
fn instead(name: &str) -> Option<String> {
    let help = match name {
        "restart" => "write `deploy.restart_policy`",
        "mem_limit" | "memswap_limit" => "write `deploy.resources.limits.memory`",
        "cpu_quota" | "cpu_shares" | "cpuset" => "write `deploy.resources.limits.cpus`",
        "depends_on" => "nothing orders the start of a stack: let the service retry",
        "build" => "build and push the image first",
        "container_name" => "a service's containers are named by the orchestrator",
        "encrypted" => {
            "write `driver_opts: { encrypted: \"true\" }`: a bare `encrypted` encrypts nothing"
        }
        "network_mode" => "write `networks`, or a port with `mode: host`",
        _ => return None,
    };
    Some(help.to_owned())
}

/// What would be right, when the value is of the wrong kind. Nothing said is never wrong.
fn flaw(shape: Shape, item: &Item, sources: &Sources) -> Option<String> {
    if item.table().is_some_and(Table::is_empty) {
        return None;
    }
    let scalar = values::scalar(item, sources);
    let is = |right: bool, due: &str| (!right).then(|| due.to_owned());
    match shape {
        Shape::Any => None,
        Shape::Text => is(scalar.is_some(), "a text"),
        Shape::Flag => is(values::flag(item, sources).is_some(), "true or false"),
        Shape::Count => is(values::count(item, sources).is_some(), "a whole number"),
        Shape::Number => is(values::number(item, sources).is_some(), "a number, such as \"0.50\""),
        Shape::Size => is(values::size(item, sources).is_some(), "a size, such as `512M`"),
        Shape::Duration => {
            is(values::duration(item, sources).is_some(), "a duration, such as `1m30s`")
        }
        Shape::Words(words) => {
            is(scalar.is_some_and(|text| words.contains(&text.as_str())), &words.join(" or "))
        }
        Shape::Texts => is(values::texts(item, sources).is_some(), "a text or a list of texts"),
        Shape::Pairs => {
            is(values::pairs(item, sources).is_some(), "a table of texts, or a list of `name=text`")
        }
        Shape::Forms => is(matches!(item.value, Value::Array(_)), "a list"),
        Shape::Table => is(item.table().is_some(), "a table"),
    }
}
