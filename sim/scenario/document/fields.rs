//! Reads tables by hand: requested keys are known, all others are mistakes.

use crate::diagnostic::{self, Diagnostic, UNREADABLE};
use crate::distribution;
use crate::document::values;
use crate::files::Files;
use crate::schema::Shape;
use crate::source::{Origin, Sources};
use crate::tree::{Item, Table, Value};
use std::cell::Cell;
use wssim_experiment::question::RangedInput;
use wssim_kernel::Nanos;
use wssim_model::law::Law;
use wssim_text::quantity::{self, Dimension, Flaw};
use wssim_text::suggest;

/// The texts that values refer to.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'a> {
    /// The texts of the scenario.
    pub sources: &'a Sources,
    /// Where further files come from.
    pub files: &'a Files,
}

/// Collects the results of reading.
pub(crate) struct Reader<'a> {
    /// The texts.
    pub texts: Texts<'a>,
    /// Mistakes so far.
    pub mistakes: Vec<Diagnostic>,
    /// Values with a range so far.
    pub ranged: Vec<RangedInput>,
    /// Defaults of omitted values, by path.
    pub defaults: Vec<(String, String)>,
    /// Time-outs so far.
    pub timers: Vec<Timer>,
}

/// A time-out and its place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timer {
    /// Its length.
    pub length: Nanos,
    /// Its place.
    pub origin: Origin,
}

/// A text and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// The text.
    pub text: String,
    /// Its place.
    pub origin: Origin,
}

/// The result of reading one item.
pub(crate) type Read<T> = Result<T, Box<Diagnostic>>;

impl<'a> Reader<'a> {
    pub(crate) fn new(texts: Texts<'a>) -> Self {
        Self {
            texts,
            mistakes: Vec::new(),
            ranged: Vec::new(),
            defaults: Vec::new(),
            timers: Vec::new(),
        }
    }

    /// Records a mistake at a place.
    pub(crate) fn mistake(
        &mut self,
        origin: Origin,
        code: &'static str,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        self.mistakes
            .push(Diagnostic::error(code, message).at(self.texts.sources, origin).maybe_help(help));
    }

    /// Reads a value that may have a range.
    pub(crate) fn ranged<T>(
        &mut self,
        item: &Item,
        path: &str,
        read: impl Fn(&Texts<'_>, &Item) -> Read<T>,
    ) -> Option<T> {
        let Some(table) = item.table().filter(|table| table.contains_key("value")) else {
            return self.keep(read(&self.texts, item));
        };
        for (key, entry) in table {
            if !["value", "range", "source"].contains(&key.as_str()) {
                self.unknown(entry.key, key, path, &["value", "range", "source"]);
            }
        }
        let value = &table["value"].item;
        let source = table.get("source").and_then(|entry| {
            let text = text(&self.texts, &entry.item);
            self.keep(text)
        });
        if let Some(range) = table.get("range") {
            if let Value::Array(ends) = &range.item.value
                && let [low, high] = ends.as_slice()
            {
                let low_read = read(&self.texts, low);
                let high_read = read(&self.texts, high);
                if self.keep(low_read).is_some() && self.keep(high_read).is_some() {
                    self.ranged.push(RangedInput {
                        path: path.to_owned(),
                        value: self.written(value),
                        low: self.written(low),
                        high: self.written(high),
                        source,
                    });
                }
            } else {
                let help = Some("such as `range = [\"0.5/s\", \"20/s\"]`".to_owned());
                self.mistake(
                    range.item.origin,
                    "bad-range",
                    "a range is a list of two values",
                    help,
                );
            }
        }
        self.keep(read(&self.texts, value))
    }

    /// A value as its author wrote it, without quotes.
    fn written(&self, item: &Item) -> String {
        item.text().map_or_else(|| self.texts.sources.text(item.origin).to_owned(), str::to_owned)
    }

    /// Records a failed reading.
    pub(crate) fn keep<T>(&mut self, read: Read<T>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(diagnostic) => {
                self.mistakes.push(*diagnostic);
                None
            }
        }
    }

    /// Records an unknown key.
    pub(crate) fn unknown(
        &mut self,
        origin: Origin,
        key: &str,
        owner: &str,
        known: &[&'static str],
    ) {
        let set = self.texts.sources.of(origin).is_set;
        let code = if set { "unknown-path" } else { "unknown-key" };
        let owner = if owner.is_empty() { "the file".to_owned() } else { format!("`{owner}`") };
        let is_read = self.mistakes.len() < diagnostic::MOST_HINTS;
        let help = is_read.then(|| suggest::hint(key, known.iter().copied())).flatten();
        self.mistake(origin, code, format!("{owner} has no key `{key}`"), help);
    }

    /// Requires an item to be a table.
    pub(crate) fn table<'t>(
        &mut self,
        item: &'t Item,
        path: &str,
        shape: &'static Shape,
    ) -> Option<Fields<'t>> {
        if let Some(table) = item.table() {
            return Some(Fields::new(table, path.to_owned(), item.origin, shape));
        }
        self.mistake(
            item.origin,
            "wrong-type",
            format!("`{path}` is a table, not {}", item.kind()),
            None,
        );
        None
    }
}

/// A diagnostic for an item that is not a `due`.
pub(crate) fn wrong<T>(texts: &Texts<'_>, item: &Item, due: &str) -> Read<T> {
    let what = match &item.value {
        Value::Text(text) => format!("`{text}`"),
        _ => item.kind().to_owned(),
    };
    Err(Box::new(
        Diagnostic::error("wrong-type", format!("{what} is not what is due here"))
            .at(texts.sources, item.origin)
            .help(format!("expected {due}")),
    ))
}

fn flawed<T>(texts: &Texts<'_>, item: &Item, value: &str, flaw: Flaw) -> Read<T> {
    let origin = texts.sources.inside(item.origin, value, flaw.start, flaw.length);
    Err(Box::new(
        Diagnostic::error("bad-value", flaw.message)
            .at(texts.sources, origin)
            .maybe_help(flaw.help),
    ))
}

/// A text.
pub(crate) fn text(texts: &Texts<'_>, item: &Item) -> Read<String> {
    match item.text() {
        Some(text) => Ok(text.to_owned()),
        None => wrong(texts, item, "a text in quotes"),
    }
}

/// A nonnegative quantity of one dimension.
pub(crate) fn quantity(dimension: Dimension) -> impl Fn(&Texts<'_>, &Item) -> Read<f64> {
    move |texts, item| {
        let value = signed(dimension)(texts, item)?;
        if value < 0.0 {
            return Err(Box::new(
                Diagnostic::error("negative", "this cannot be negative")
                    .at(texts.sources, item.origin),
            ));
        }
        Ok(value)
    }
}

/// A quantity of one dimension.
pub(crate) fn signed(dimension: Dimension) -> impl Fn(&Texts<'_>, &Item) -> Read<f64> {
    move |texts, item| {
        let quantity = match &item.value {
            Value::Text(text) => match quantity::parse(text) {
                Ok(quantity) => quantity,
                Err(mut flaw) => {
                    flaw.help.get_or_insert_with(|| format!("expected {}", dimension.expected()));
                    return flawed(texts, item, text, flaw);
                }
            },
            Value::Integer(number) => number_of(*number as f64),
            Value::Float(number) => number_of(*number),
            _ => return wrong(texts, item, dimension.expected()),
        };
        if quantity.dimension == dimension {
            return Ok(quantity.value);
        }
        let (code, message) = if quantity.dimension == Dimension::Number {
            ("missing-unit", "a unit is missing here")
        } else {
            ("wrong-unit", "this has the wrong unit")
        };
        Err(Box::new(
            Diagnostic::error(code, message)
                .at(texts.sources, item.origin)
                .help(format!("expected {}", dimension.expected())),
        ))
    }
}

fn number_of(value: f64) -> quantity::Quantity {
    quantity::Quantity { value, dimension: Dimension::Number }
}

/// A number from 0 to 1, or a percentage.
pub(crate) fn share(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    let value = match &item.value {
        Value::Text(text) if text.contains('%') => signed(Dimension::Percent)(texts, item)?,
        _ => signed(Dimension::Number)(texts, item)?,
    };
    if (0.0..=1.0).contains(&value) {
        return Ok(value);
    }
    Err(Box::new(
        Diagnostic::error("out-of-range", "this lies outside [0, 1]")
            .at(texts.sources, item.origin),
    ))
}

/// A number above zero.
pub(crate) fn positive(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    let value = quantity(Dimension::Number)(texts, item)?;
    if value > 0.0 {
        return Ok(value);
    }
    Err(Box::new(
        Diagnostic::error("out-of-range", "this must be above zero").at(texts.sources, item.origin),
    ))
}

/// A list of numbers above zero.
pub(crate) fn positives(texts: &Texts<'_>, item: &Item) -> Read<Vec<f64>> {
    match &item.value {
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(|item| positive(texts, item)).collect()
        }
        _ => wrong(texts, item, "a list of numbers such as `[3, 2, 1]`"),
    }
}

/// A whole number of at least `least`.
pub(crate) fn count(least: u32) -> impl Fn(&Texts<'_>, &Item) -> Read<u32> {
    count_to(least, 1_000_000_000)
}

/// A whole number within limits.
pub(crate) fn count_to(least: u32, most: u32) -> impl Fn(&Texts<'_>, &Item) -> Read<u32> {
    move |texts, item| match item.value {
        Value::Integer(number) if number >= i64::from(least) && number <= i64::from(most) => {
            Ok(number as u32)
        }
        Value::Integer(_) => Err(Box::new(
            Diagnostic::error(
                "out-of-range",
                format!("a whole number from {least} to {most} is due here"),
            )
            .at(texts.sources, item.origin),
        )),
        _ => wrong(texts, item, "a whole number"),
    }
}

/// True or false.
pub(crate) fn truth(texts: &Texts<'_>, item: &Item) -> Read<bool> {
    match item.value {
        Value::Boolean(truth) => Ok(truth),
        _ => wrong(texts, item, "true or false"),
    }
}

/// Longest mean CPU time of any step, in nanoseconds: a year.
const LONGEST_WORK: f64 = 366.0 * 86_400e9;

/// A distribution of CPU times.
pub(crate) fn work(texts: &Texts<'_>, item: &Item) -> Read<Law> {
    let law = law(Dimension::Duration)(texts, item)?;
    if law.mean() <= LONGEST_WORK {
        return Ok(law);
    }
    let message = "this takes more than 366 d of a CPU, on average: at most so much is simulated";
    Err(Box::new(Diagnostic::error("too-large", message).at(texts.sources, item.origin)))
}

/// A distribution, or a constant.
pub(crate) fn law(dimension: Dimension) -> impl Fn(&Texts<'_>, &Item) -> Read<Law> {
    move |texts, item| match &item.value {
        Value::Text(text) => {
            let unreadable = Cell::new(false);
            let read = |file: &str, dimension: Dimension| {
                let path = texts.sources.beside(item.origin, file);
                values::of_file(texts.files, &path, file, dimension).map_err(|why| {
                    unreadable.set(why.is_unreadable);
                    why.message
                })
            };
            let law = distribution::parse(text, dimension, &read);
            law.or_else(|flaw| flawed(texts, item, text, flaw)).map_err(|mut diagnostic| {
                if unreadable.get() {
                    diagnostic.code = UNREADABLE;
                }
                diagnostic
            })
        }
        _ => quantity(dimension)(texts, item).map(Law::Constant),
    }
}

/// Most texts in a list: no list of names needs more.
const MOST_NAMES: usize = 2000;

/// A table that is being read.
pub(crate) struct Fields<'t> {
    /// Its keys.
    pub table: &'t Table,
    /// Its path.
    pub path: String,
    /// Its place.
    pub origin: Origin,
    /// Its permitted keys.
    pub shape: &'static Shape,
    known: Vec<&'static str>,
}

impl<'t> Fields<'t> {
    /// A table at a path.
    pub(crate) fn new(
        table: &'t Table,
        path: String,
        origin: Origin,
        shape: &'static Shape,
    ) -> Self {
        Self { table, path, origin, shape, known: Vec::new() }
    }

    /// The path of one of its keys; names with dots are quoted.
    pub(crate) fn at(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// The item of `key`, which is then known.
    pub(crate) fn item(&mut self, key: &'static str) -> Option<&'t Item> {
        self.known.push(key);
        self.table.get(key).map(|entry| &entry.item)
    }

    /// Whether `key` is present.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Whether `key` has been requested or accepted.
    pub(crate) fn knows(&self, key: &str) -> bool {
        self.known.contains(&key)
    }

    /// Reads a value that may have a range.
    pub(crate) fn value<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        read: impl Fn(&Texts<'_>, &Item) -> Read<T>,
    ) -> Option<T> {
        let path = self.at(key);
        let item = self.item(key)?;
        reader.ranged(item, &path, read)
    }

    /// Reads a value, or uses its default; `shown` is how that is written.
    pub(crate) fn value_or<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        read: impl Fn(&Texts<'_>, &Item) -> Read<T>,
        default: T,
        shown: &str,
    ) -> T {
        if !self.has(key) {
            reader.defaults.push((self.at(key), shown.to_owned()));
        }
        self.value(reader, key, read).unwrap_or(default)
    }

    /// A duration.
    pub(crate) fn duration(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Nanos> {
        self.value(reader, key, quantity(Dimension::Duration)).map(Nanos::from_f64)
    }

    /// A time-out, which is recorded as one.
    pub(crate) fn timer(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Nanos> {
        let length = self.duration(reader, key)?;
        let origin = self.table.get(key).map_or(self.origin, |entry| entry.item.origin);
        reader.timers.push(Timer { length, origin });
        Some(length)
    }

    /// A law.
    pub(crate) fn law(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        dimension: Dimension,
    ) -> Option<Law> {
        self.value(reader, key, law(dimension))
    }

    /// A law of CPU times.
    pub(crate) fn work(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Law> {
        self.value(reader, key, work)
    }

    /// A name.
    pub(crate) fn name(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Name> {
        let item = self.item(key)?;
        let read = text(&reader.texts, item);
        reader.keep(read).map(|text| Name { text, origin: item.origin })
    }

    /// One of a few words.
    pub(crate) fn word(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        self.shape.assert_words(key, words);
        let name = self.name(reader, key)?;
        let found = words.iter().copied().find(|word| *word == name.text);
        if found.is_none() {
            let message = format!("`{}` is not one of the values of `{key}`", name.text);
            let help = suggest::hint(&name.text, words.iter().copied());
            reader.mistake(name.origin, "unknown-value", message, help);
        }
        found
    }

    /// A list of texts; a single text is a list of one.
    pub(crate) fn names(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Option<Vec<Name>> {
        let item = self.item(key)?;
        let items = match &item.value {
            Value::Array(items) => items.as_slice(),
            _ => std::slice::from_ref(item),
        };
        if items.len() > MOST_NAMES {
            let message = format!("`{}` has more than {MOST_NAMES} items", self.at(key));
            reader.mistake(item.origin, "too-large", message, None);
            return None;
        }
        let mut out = Vec::new();
        for item in items {
            let read = text(&reader.texts, item);
            if let Some(text) = reader.keep(read) {
                out.push(Name { text, origin: item.origin });
            }
        }
        Some(out)
    }

    /// A table within this one.
    pub(crate) fn inner(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Option<Fields<'t>> {
        let path = self.at(key);
        let item = self.item(key)?;
        reader.table(item, &path, self.shape.below(key))
    }

    /// The named tables within `key`.
    pub(crate) fn things(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
    ) -> Vec<(Name, Fields<'t>)> {
        let Some(outer) = self.inner(reader, key) else {
            return Vec::new();
        };
        let mut out = Vec::new();
        for (name, entry) in outer.table {
            if let Some(fields) = reader.table(&entry.item, &outer.at(name), outer.shape) {
                out.push((Name { text: name.clone(), origin: entry.key }, fields));
            }
        }
        out
    }

    /// A list of tables.
    pub(crate) fn list(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Vec<Fields<'t>> {
        let path = self.at(key);
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        let Value::Array(items) = &item.value else {
            let message = format!("`{path}` is a list of tables, not {}", item.kind());
            reader.mistake(item.origin, "wrong-type", message, Some(format!("write `[[{path}]]`")));
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .filter_map(|(number, item)| {
                reader.table(item, &format!("{path}[{number}]"), self.shape.below(key))
            })
            .collect()
    }

    /// Accepts keys without reading them.
    pub(crate) fn accept(&mut self, keys: &[&'static str]) {
        self.known.extend(keys);
    }

    /// Records that `key` is missing.
    pub(crate) fn missing(&self, reader: &mut Reader<'_>, key: &str, help: &str) {
        let message = format!("`{}` lacks `{key}`", self.path);
        reader.mistake(self.origin, "missing-key", message, Some(help.to_owned()));
    }

    /// Records every key that was not requested.
    pub(crate) fn finish(self, reader: &mut Reader<'_>) {
        self.known.iter().for_each(|key| self.shape.assert_has(key));
        for (key, entry) in self.table {
            if !self.known.contains(&key.as_str()) {
                reader.unknown(entry.key, key, &self.path, &self.known);
            }
        }
    }
}

/// A path extended by one key.
pub(crate) fn join(path: &str, key: &str) -> String {
    let plain =
        |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '/');
    let quoted = if key.chars().all(plain) { key.to_owned() } else { format!("\"{key}\"") };
    if path.is_empty() { quoted } else { format!("{path}.{quoted}") }
}
