//! Parses YAML into the same tree as TOML: every key and value has its place.
//!
//! Anchors, aliases and merge keys (`<<`) are resolved here; a plain scalar gets its type (YAML 1.2 core
//! schema) before variables are expanded, as with Docker. A null is an empty table, which readers treat
//! as absent. Refused with their place: keys that are not text, duplicate keys, deep nesting, aliases
//! that multiply excessively. As with go-yaml, Docker's parser, the first document is the file, and
//! indentation within brackets is free.

use crate::source::Origin;
use crate::tree::{Entry, Item, Table, Value};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput};
use std::collections::BTreeMap;

/// Deepest nesting.
const DEEPEST: usize = 48;
/// Most values, with aliases counted at each use.
const MOST: usize = 50_000;
/// Longest text, in bytes.
const LONGEST: usize = 4 << 20;
/// Most lines within brackets with less indentation than their surroundings.
const MOST_INDENTED: usize = 200;
/// Replaces their indentation: deeper than the deepest nesting with usual indentation.
const INDENT: &str = "                                                                ";
/// The parser's messages for such a line.
const OUTDENTED: [&str; 2] = ["invalid indentation", "invalid indentation in flow construct"];

/// A mistake and its place.
pub(super) struct YamlFlaw {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) origin: Origin,
}

/// What was read, or why not.
type Read<T> = Result<T, Box<YamlFlaw>>;

/// The contents of a text.
pub(super) struct Parsed {
    /// Its first document.
    pub(super) item: Item,
    /// Where another document begins.
    pub(super) more: Option<Origin>,
}

/// The first document in the text with number `source`.
pub(super) fn parse(text: &str, source: u32) -> Read<Parsed> {
    let whole = Origin { source, start: 0, end: text.len().min(u32::MAX as usize) as u32 };
    if text.len() > LONGEST {
        return flaw("syntax", format!("a stack file of more than {LONGEST} bytes"), whole);
    }
    // The parser counts characters, places are in bytes.
    let mut offsets: Vec<u32> = text.char_indices().map(|(at, _)| at as u32).collect();
    offsets.push(text.len() as u32);
    let mut indented: Option<String> = None;
    for _ in 0..MOST_INDENTED {
        let text = indented.as_deref().unwrap_or(text);
        let mut reading = Reading {
            events: Parser::new_from_str(text),
            source,
            offsets,
            anchors: BTreeMap::new(),
            values: 0,
            outdented: None,
        };
        let read = reading.document(whole);
        let Some(at) = reading.outdented else { return read };
        offsets = reading.offsets;
        indented = Some(indent(text, at, &mut offsets));
    }
    flaw("syntax", "this is not YAML: too many lines are indented too little", whole)
}

/// `text` with the line of the character `at` indented beyond the surroundings of the brackets; the new
/// characters map to the line's start.
fn indent(text: &str, at: usize, offsets: &mut Vec<u32>) -> String {
    let byte = text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
    let start = text[..byte].rfind('\n').map_or(0, |end| end + 1);
    let first = at - text[start..byte].chars().count();
    let place = offsets[first];
    offsets.splice(first..first, std::iter::repeat_n(place, INDENT.len()));
    format!("{}{INDENT}{}", &text[..start], &text[start..])
}

fn flaw<T>(code: &'static str, message: impl Into<String>, origin: Origin) -> Read<T> {
    Err(Box::new(YamlFlaw { code, message: message.into(), origin }))
}

struct Reading<'t> {
    events: Parser<'t, StrInput<'t>>,
    source: u32,
    offsets: Vec<u32>,
    /// By the parser's number: the value, and its size in values.
    anchors: BTreeMap<usize, (Item, usize)>,
    values: usize,
    /// The character with too little indentation within brackets.
    outdented: Option<usize>,
}

impl<'t> Reading<'t> {
    fn byte(&self, marker: Marker) -> u32 {
        let last = self.offsets.len() - 1;
        self.offsets[marker.index().min(last)]
    }

    fn origin(&self, span: Span) -> Origin {
        Origin { source: self.source, start: self.byte(span.start), end: self.byte(span.end) }
    }

    fn next(&mut self) -> Read<(Event<'t>, Origin)> {
        match self.events.next() {
            Some(Ok((event, span))) => Ok((event, self.origin(span))),
            Some(Err(error)) => {
                if OUTDENTED.contains(&error.info()) {
                    self.outdented = Some(error.marker().index());
                }
                let start = self.byte(*error.marker());
                let origin = Origin { source: self.source, start, end: start + 1 };
                flaw("syntax", format!("this is not YAML: {}", error.info()), origin)
            }
            None => Ok((Event::StreamEnd, Origin { source: self.source, ..Origin::default() })),
        }
    }

    fn document(&mut self, whole: Origin) -> Read<Parsed> {
        let empty = Item { value: Value::Table(Table::new()), origin: whole };
        loop {
            let (event, origin) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(Parsed { item: empty, more: None }),
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                other => {
                    let item = self.node(other, origin, 0)?;
                    let item = Item { origin: whole, ..item };
                    return Ok(Parsed { item, more: self.more() });
                }
            }
        }
    }

    /// Where another document begins; mistakes in it are ignored.
    fn more(&mut self) -> Option<Origin> {
        loop {
            match self.events.next()? {
                Ok((Event::DocumentEnd | Event::Nothing, _)) => {}
                Ok((Event::StreamEnd, _)) | Err(_) => return None,
                Ok((_, span)) => return Some(self.origin(span)),
            }
        }
    }

    fn count(&mut self, more: usize, origin: Origin) -> Read<()> {
        self.values += more;
        if self.values > MOST {
            let message = format!("more than {MOST} values, aliases included");
            return flaw("too-large", message, origin);
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'t>, origin: Origin, depth: usize) -> Read<Item> {
        if depth > DEEPEST {
            return flaw("too-deep", format!("nested deeper than {DEEPEST} levels"), origin);
        }
        if let Event::Alias(anchor) = event {
            let known = self.anchors.get(&anchor).cloned();
            let Some((item, size)) = known else {
                return flaw("syntax", "this alias is part of what it names", origin);
            };
            self.count(size, origin)?;
            return Ok(item);
        }
        let before = self.values;
        self.count(1, origin)?;
        let (item, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_text = style != ScalarStyle::Plain
                    || tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                let value = if is_text { Value::Text(text.into_owned()) } else { plain(&text) };
                (Item { value, origin }, anchor)
            }
            Event::SequenceStart(anchor, _) => (self.sequence(origin, depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.mapping(origin, depth)?, anchor),
            _ => return flaw("syntax", "a value is due here", origin),
        };
        if anchor > 0 {
            self.anchors.insert(anchor, (item.clone(), self.values - before));
        }
        Ok(item)
    }

    fn sequence(&mut self, origin: Origin, depth: usize) -> Read<Item> {
        let mut items = Vec::new();
        loop {
            let (event, at) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Item { value: Value::Array(items), origin });
            }
            items.push(self.node(event, at, depth + 1)?);
        }
    }

    fn mapping(&mut self, origin: Origin, depth: usize) -> Read<Item> {
        let (mut own, mut merged) = (Table::new(), Table::new());
        loop {
            let (event, at) = self.next()?;
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(key, ..) => key.into_owned(),
                _ => return flaw("bad-name", "a key is a text", at),
            };
            let (event, value_at) = self.next()?;
            let item = self.node(event, value_at, depth + 1)?;
            if key == "<<" {
                merge_keys(&mut merged, item)?;
                continue;
            }
            if key.is_empty() || key.chars().any(char::is_control) {
                let message = "a name is not empty and has no control characters";
                return flaw("bad-name", message, at);
            }
            if own.insert(key.clone(), Entry { key: at, item }).is_some() {
                return flaw("duplicate-key", format!("`{key}` was there before"), at);
            }
        }
        for (key, entry) in merged {
            own.entry(key).or_insert(entry);
        }
        Ok(Item { value: Value::Table(own), origin })
    }
}

/// Adds the contents of `<<`: a table, or several, of which the first with a key applies.
fn merge_keys(merged: &mut Table, item: Item) -> Read<()> {
    match item.value {
        Value::Table(table) => {
            for (key, entry) in table {
                merged.entry(key).or_insert(entry);
            }
            Ok(())
        }
        Value::Array(items) => items.into_iter().try_for_each(|item| match item.value {
            Value::Table(_) => merge_keys(merged, item),
            _ => flaw("wrong-type", "`<<` merges tables", item.origin),
        }),
        _ => flaw("wrong-type", "`<<` merges tables", item.origin),
    }
}

/// The type of a plain scalar, by the core schema of YAML 1.2.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Table(Table::new()),
        "true" | "True" | "TRUE" => return Value::Boolean(true),
        "false" | "False" | "FALSE" => return Value::Boolean(false),
        _ => {}
    }
    if let Some(octal) = text.strip_prefix("0o")
        && let Ok(number) = i64::from_str_radix(octal, 8)
    {
        return Value::Integer(number);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(number) = text.parse()
    {
        return Value::Integer(number);
    }
    let numeric = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && digits.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte));
    match text.parse::<f64>() {
        Ok(number) if numeric && number.is_finite() => Value::Float(number),
        _ => Value::Text(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Item, String> {
        parse(text, 0).map(|parsed| parsed.item).map_err(|flaw| flaw.message)
    }

    fn at<'t>(item: &'t Item, path: &str) -> &'t Item {
        path.split('.').fold(item, |item, key| &item.table().unwrap()[key].item)
    }

    #[test]
    fn scalars_have_the_types_of_the_core_schema() {
        let text = "a: 1\nb: 1.5\nc: yes\nd: true\ne: '1'\nf: 80:80\ng: 1e3\nh: 0o17\ni:\nj: .\nl: !!str 5\n";
        let item = read(text).unwrap();
        assert!(matches!(at(&item, "a").value, Value::Integer(1)));
        assert!(matches!(at(&item, "b").value, Value::Float(1.5)));
        assert_eq!(at(&item, "c").text(), Some("yes"));
        assert!(matches!(at(&item, "d").value, Value::Boolean(true)));
        assert_eq!(at(&item, "e").text(), Some("1"));
        assert_eq!(at(&item, "f").text(), Some("80:80"));
        assert!(matches!(at(&item, "g").value, Value::Float(1000.0)));
        assert!(matches!(at(&item, "h").value, Value::Integer(15)));
        assert!(at(&item, "i").table().is_some_and(Table::is_empty));
        assert_eq!(at(&item, "j").text(), Some("."));
        assert_eq!(at(&item, "l").text(), Some("5"));
    }

    #[test]
    fn anchors_and_merge_keys_bring_what_is_not_there() {
        let text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 9\nw: *x\n";
        let item = read(text).unwrap();
        for (path, value) in [("z.a", 9), ("z.b", 2), ("z.c", 4), ("w.b", 2)] {
            assert!(matches!(at(&item, path).value, Value::Integer(n) if n == value), "{path}");
        }
    }

    #[test]
    fn places_are_in_bytes_even_behind_other_letters() {
        let text = "ä: \"ü\"\nb: word\n";
        let item = read(text).unwrap();
        let Origin { start, end, .. } = at(&item, "b").origin;
        assert_eq!(&text[start as usize..end as usize], "word");
    }

    /// `PyYAML` and go-yaml read all of these as the same lists; places are those of the file.
    #[test]
    fn within_brackets_lines_are_indented_as_their_author_likes() {
        for text in [
            "a:\n  b: [\n    x,\n    y\n  ]\n",
            "a:\n  b: [\n  x,\n  y\n]\n",
            "a:\n  b: [ # why\n\"x\", # not\n'y'\n ]\nc: word\n",
            "a:\n  b: [x,\n\"y\"]\nc: word\n",
        ] {
            let item = read(text).unwrap_or_else(|flaw| panic!("{text}: {flaw}"));
            let Value::Array(items) = &at(&item, "a.b").value else { panic!("{text}") };
            let texts: Vec<&str> = items.iter().filter_map(Item::text).collect();
            assert_eq!(texts, ["x", "y"], "{text}");
            let written = |item: &Item| &text[item.origin.start as usize..item.origin.end as usize];
            assert!(items.iter().all(|item| written(item).contains(item.text().unwrap())));
        }
        let told = parse("a:\n  b: 1\n c: 2\n", 0).err().map(|flaw| flaw.origin.start);
        assert_eq!(told, Some(11));
    }

    #[test]
    fn the_first_document_is_the_file() {
        let parsed =
            parse("a: 1\n---\nb: [\n", 0).unwrap_or_else(|flaw| panic!("{}", flaw.message));
        assert!(parsed.item.table().unwrap().contains_key("a"));
        assert_eq!(parsed.more.map(|origin| origin.start), Some(5));
        assert!(parse("---\na: 1\n...\n", 0).is_ok_and(|parsed| parsed.more.is_none()));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let bomb = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| {
            format!("{text}a{n}: &a{n} [*a{p}, *a{p}]\n", p = n - 1)
        });
        let deep = format!("a: {}{}", "[".repeat(5_000), "]".repeat(5_000));
        for (text, why) in [
            (bomb.as_str(), "more than"),
            (deep.as_str(), ""),
            ("a: 1\na: 2\n", "was there before"),
            ("a: &a [*a]\n", ""),
            ("? [a]\n: 1\n", "a key is a text"),
            ("a: [1\n", "not YAML"),
            ("a: {<<: 1}\n", "merges tables"),
        ] {
            let told = read(text).err().unwrap_or_default();
            assert!(!told.is_empty() && told.contains(why), "{told}");
        }
        assert!(read("").unwrap().table().is_some_and(Table::is_empty));
    }
}
