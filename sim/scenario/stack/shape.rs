//! Checks that every key is known, and every value of its kind, in one walk over the file with [`keys`].

use super::keys::{self, Becomes, FieldShape};
use super::types::{self, Misfit};
use super::{forms, values};
use crate::diagnostic::Diagnostic;
use crate::lint::table;
use crate::source::{Origin, Sources};
use crate::tree::{Entry, Item, Table, Value};
use wssim_text::suggest;

/// Checks a whole stack file. `by_swarm`: `docker stack deploy` deploys it, which ignores keys that
/// `docker compose` uses.
pub(super) fn check(root: &Table, by_swarm: bool, sources: &Sources, out: &mut Vec<Diagnostic>) {
    Walk { by_swarm, sources, out }.table(root, "", "");
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

    /// Checks the table at `place` of the file, whose keys are those within `path`.
    fn table(&mut self, table: &Table, path: &str, place: &str) {
        let star = keys::find(&join(path, "*"));
        let may_extend = !self.by_swarm || keys::EXTENSIBLE.contains(&path);
        for (name, entry) in table {
            if name.starts_with("x-") && star.is_none() && may_extend {
                continue;
            }
            let own = join(path, name);
            match keys::find(&own).or(star) {
                Some(key) => self.known(name, &join(place, name), entry, key),
                None => self.unknown(name, path, place, entry.key),
            }
        }
    }

    fn unknown(&mut self, name: &str, path: &str, place: &str, origin: Origin) {
        let is_set = self.sources.of(origin).is_set;
        let message = format!("Docker knows no key `{name}` here and refuses the file");
        let hint = instead(name);
        let near = || suggest::hint(name, keys::within(path));
        let hint = hint.or_else(|| near().filter(|_| !name.starts_with("x-")));
        let is_network = path == "networks.*" && (name == "encrypted" || name == "encryption");
        let diagnostic = if is_set {
            Diagnostic::error("unknown-path", message).maybe_help(hint)
        } else if is_network {
            lint_of("encryption-spelling", message, hint)
        } else {
            let words = format!("{place} Additional property {name} is not allowed");
            let help = hint.map_or_else(|| words.clone(), |hint| format!("{hint} ({words})"));
            Diagnostic::warning("unknown-key", message).help(help.trim_start())
        };
        self.say(diagnostic, origin);
    }

    fn known(&mut self, name: &str, place: &str, entry: &Entry, key: &keys::StackKey) {
        let (at, item) = (entry.key, &entry.item);
        if key.becomes == Becomes::Refused {
            let message = format!("`docker stack deploy` refuses `{name}`");
            let help = instead(name);
            return self.say(Diagnostic::error("refused-key", message).maybe_help(help), at);
        }
        if key.path == "services.*" && types::is_null(item, self.sources) {
            let message = format!("this service says nothing: {place} must be a mapping");
            let diagnostic = Diagnostic::error("empty-service", message);
            return self.say(diagnostic.help("at least its `image` is due"), at);
        }
        let is_ours = self.sources.of(at).is_set;
        let misfits = if self.by_swarm && !is_ours {
            types::misfits(place, key, item, self.sources)
        } else {
            Vec::new()
        };
        if key.becomes == Becomes::Ignored && self.by_swarm && misfits.is_empty() {
            let message = format!("`docker stack deploy` ignores `{name}`");
            let code = if name == "restart" { "ignored-restart" } else { "ignored-key" };
            self.say(lint_of(code, message, instead(name)), at);
        }
        if let (Value::Table(inner), true) = (&item.value, has_inner(key.path)) {
            self.misfits(name, misfits);
            return self.table(inner, key.path, place);
        }
        if let Some(due) = flaw(key.shape, item, self.sources) {
            let help = format!("expected {due}");
            let message = format!("this is not what `{name}` takes");
            return self.say(Diagnostic::error("wrong-type", message).help(help), item.origin);
        }
        self.misfits(name, misfits);
    }

    /// The meaning is clear, but Docker refuses it.
    fn misfits(&mut self, name: &str, misfits: Vec<Misfit>) {
        for Misfit { path, due, instead: help, origin } in misfits {
            let message = format!("`docker stack deploy` refuses the file: {path} {due}");
            let help = help.or_else(|| instead(name));
            self.say(Diagnostic::warning("refused-type", message).maybe_help(help), origin);
        }
    }
}

/// A warning that is a lint, with a reason, and can be disabled.
pub(super) fn lint_of(name: &'static str, message: String, instead: Option<String>) -> Diagnostic {
    Diagnostic::warning(name, message).maybe_help(table::reason(name, instead))
}

/// Network options that seem to encrypt and do not, or the reverse.
pub(super) fn encryption(root: &Table, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let networks = root.get("networks").and_then(|entry| entry.item.table());
    for (network, entry) in networks.into_iter().flatten() {
        let Some(written) = entry.item.table() else { continue };
        let driver = written.get("driver").and_then(|entry| entry.item.text());
        let is_overlay = driver.is_none_or(|driver| driver == "overlay");
        let options = written.get("driver_opts").map(|entry| &entry.item);
        let options = options.map(|item| forms::labels(item, sources)).unwrap_or_default();
        for (name, entry) in options {
            let is_on = entry.item.text().is_some_and(|text| text.is_empty() || text == "true");
            let message = match name.as_str() {
                "encrypted" if !is_overlay => {
                    format!("`{network}` is no overlay and stays in clear")
                }
                "encrypted" if is_on => continue,
                "encrypted" => {
                    format!("`{network}` is encrypted: that the option is there is enough")
                }
                other if other.to_lowercase().contains("encr") || other == "secure" => {
                    format!("`{other}` does not encrypt `{network}`: write `encrypted`")
                }
                _ => continue,
            };
            out.push(lint_of("encryption-spelling", message, None).at(sources, entry.key));
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

/// The alternative to a key without effect here.
fn instead(name: &str) -> Option<String> {
    let help = match name {
        "restart" => "write `deploy.restart_policy`",
        "mem_limit" | "memswap_limit" => "write `deploy.resources.limits.memory`",
        "cpu_quota" | "cpu_shares" | "cpuset" => "write `deploy.resources.limits.cpus`",
        "depends_on" => {
            "nothing orders the start of a stack: let the service retry, and name what it waits for \
             in `start_needs` of its `x-wssim`"
        }
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

/// The correct form, if the value is of the wrong kind. Null is always valid.
fn flaw(shape: FieldShape, item: &Item, sources: &Sources) -> Option<String> {
    if item.table().is_some_and(Table::is_empty) {
        return None;
    }
    let scalar = values::scalar(item, sources);
    let is = |right: bool, due: &str| (!right).then(|| due.to_owned());
    match shape {
        FieldShape::Any => None,
        FieldShape::Text => is(scalar.is_some(), "a text"),
        FieldShape::Flag => is(values::flag(item, sources).is_some(), "true or false"),
        FieldShape::Count => is(values::count(item, sources).is_some(), "a whole number"),
        FieldShape::Number => {
            is(values::number(item, sources).is_some(), "a number, such as `0.50`")
        }
        FieldShape::Size => is(values::size(item, sources).is_some(), "a size, such as `512M`"),
        FieldShape::Duration => {
            is(values::duration(item, sources).is_some(), "a duration, such as `1m30s`")
        }
        FieldShape::Words(words) => {
            is(scalar.is_some_and(|text| words.contains(&text.as_str())), &words.join(" or "))
        }
        FieldShape::Cpus if scalar.as_deref() == Some("") => None,
        FieldShape::Cpus => {
            is(values::number(item, sources).is_some(), "a number, such as \"0.50\"")
        }
        FieldShape::Names if item.table().is_some() => None,
        FieldShape::Texts | FieldShape::List | FieldShape::Names => {
            is(values::texts(item, sources).is_some(), "a text or a list of texts")
        }
        FieldShape::Pairs | FieldShape::Options => {
            is(values::pairs(item, sources).is_some(), "a table of texts, or a list of `name=text`")
        }
        FieldShape::Forms => is(matches!(item.value, Value::Array(_)), "a list"),
        FieldShape::Table => is(item.table().is_some(), "a table"),
    }
}
