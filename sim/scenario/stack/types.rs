//! The types required by the schema of `docker stack deploy` (docker/cli, `cli/compose/schema`, version
//! 3.13) for values with a clear meaning: `cpus: 0.5` has to be a text there.

use super::keys::{FieldShape, NULLABLE, StackKey};
use crate::source::{Origin, Sources};
use crate::tree::{Item, Table, Value};

/// A value that Docker refuses.
pub(super) struct Misfit {
    /// Its path in the file, such as `services.web.environment.DEBUG`.
    pub(super) path: String,
    /// Docker's message.
    pub(super) due: &'static str,
    /// The correct form.
    pub(super) instead: Option<String>,
    pub(super) origin: Origin,
}

/// Parts of the value of `key` at `path` that Docker refuses.
pub(super) fn misfits(path: &str, key: &StackKey, item: &Item, sources: &Sources) -> Vec<Misfit> {
    let mut look = Look { sources, out: Vec::new() };
    if !is_null(item, sources) || !NULLABLE.contains(&key.path) {
        look.value(path, key.shape, item);
        if let Some((_, fields)) = FORMS.iter().find(|(list, _)| *list == key.path) {
            look.forms(path, fields, item);
        }
    }
    look.out
}

/// Whether the value is null: `key:` alone, or `~`.
pub(super) fn is_null(item: &Item, sources: &Sources) -> bool {
    item.table().is_some_and(Table::is_empty) && !sources.text(item.origin).starts_with('{')
}

/// Whether it contained a variable: Docker converts such a text to the required type.
fn is_put(item: &Item, sources: &Sources) -> bool {
    sources.text(item.origin).contains('$')
}

/// Fields of the long forms of lists' items.
const FORMS: [(&str, &[(&str, FieldShape)]); 4] = [
    (
        "services.*.ports",
        &[
            ("mode", FieldShape::Text),
            ("protocol", FieldShape::Text),
            ("published", FieldShape::Count),
            ("target", FieldShape::Count),
        ],
    ),
    (
        "services.*.volumes",
        &[
            ("bind", FieldShape::Table),
            ("consistency", FieldShape::Text),
            ("read_only", FieldShape::Flag),
            ("source", FieldShape::Text),
            ("target", FieldShape::Text),
            ("tmpfs", FieldShape::Table),
            ("type", FieldShape::Text),
            ("volume", FieldShape::Table),
        ],
    ),
    ("services.*.configs", &SECRET),
    ("services.*.secrets", &SECRET),
];
const SECRET: [(&str, FieldShape); 5] = [
    ("gid", FieldShape::Text),
    ("mode", FieldShape::Number),
    ("source", FieldShape::Text),
    ("target", FieldShape::Text),
    ("uid", FieldShape::Text),
];

struct Look<'a> {
    sources: &'a Sources,
    out: Vec<Misfit>,
}

impl Look<'_> {
    fn need(&mut self, right: bool, path: &str, due: &'static str, item: &Item) {
        if right {
            return;
        }
        let written = self.sources.text(item.origin).trim();
        let is_scalar = !matches!(item.value, Value::Array(_) | Value::Table(_));
        let instead = match &item.value {
            _ if is_null(item, self.sources) => Some("leave the key out".to_owned()),
            Value::Text(text) if !due.contains("string") => Some(format!("write {text}")),
            _ if is_scalar && due.contains("string") => Some(format!("write \"{written}\"")),
            _ => None,
        };
        self.out.push(Misfit { path: path.to_owned(), due, instead, origin: item.origin });
    }

    fn value(&mut self, path: &str, shape: FieldShape, item: &Item) {
        let is_text = matches!(item.value, Value::Text(_));
        let is_whole = matches!(item.value, Value::Integer(_));
        let is_number = is_whole || matches!(item.value, Value::Float(_));
        let is_truth = matches!(item.value, Value::Boolean(_));
        let is_list = matches!(item.value, Value::Array(_));
        let is_put = is_put(item, self.sources);
        match shape {
            FieldShape::Any => {}
            FieldShape::Text
            | FieldShape::Size
            | FieldShape::Duration
            | FieldShape::Words(_)
            | FieldShape::Cpus => {
                self.need(is_text, path, "must be a string", item);
            }
            FieldShape::Flag => self.need(is_truth || is_put, path, "must be a boolean", item),
            FieldShape::Count => self.need(is_whole || is_put, path, "must be a integer", item),
            FieldShape::Number => self.need(is_number || is_put, path, "must be a number", item),
            FieldShape::Texts | FieldShape::List | FieldShape::Names | FieldShape::Pairs
                if is_list =>
            {
                self.texts(path, item);
            }
            FieldShape::Texts => self.need(is_text, path, "must be a string or list", item),
            FieldShape::List | FieldShape::Names | FieldShape::Forms => {
                self.need(is_list, path, "must be a list", item);
            }
            FieldShape::Pairs => self.pairs(path, item, "must be a string, number or null"),
            FieldShape::Options => self.pairs(path, item, "must be a string or number"),
            FieldShape::Table => {
                let is_table = item.table().is_some() && !is_null(item, self.sources);
                self.need(is_table, path, "must be a mapping", item);
            }
        }
    }

    /// Checks the items of a list in their long form.
    fn forms(&mut self, path: &str, fields: &[(&str, FieldShape)], item: &Item) {
        let Value::Array(items) = &item.value else { return };
        for (at, item) in items.iter().enumerate() {
            for (name, entry) in item.table().into_iter().flatten() {
                if let Some((_, shape)) = fields.iter().find(|(known, _)| known == name) {
                    self.value(&format!("{path}.{at}.{name}"), *shape, &entry.item);
                }
            }
        }
    }

    fn texts(&mut self, path: &str, item: &Item) {
        let Value::Array(items) = &item.value else { return };
        for (at, item) in items.iter().enumerate() {
            let is_text = matches!(item.value, Value::Text(_));
            self.need(is_text, &format!("{path}.{at}"), "must be a string", item);
        }
    }

    fn pairs(&mut self, path: &str, item: &Item, due: &'static str) {
        let Value::Table(table) = &item.value else {
            return self.need(false, path, "must be a mapping", item);
        };
        self.need(!is_null(item, self.sources), path, "must be a mapping", item);
        for (name, entry) in table {
            let item = &entry.item;
            let may_be_null = due.contains("null") && is_null(item, self.sources);
            let right = matches!(item.value, Value::Text(_) | Value::Integer(_) | Value::Float(_));
            self.need(right || may_be_null, &format!("{path}.{name}"), due, item);
        }
    }
}
