//! Expands `${VAR}` in stack files like the tool that deploys them.
//!
//! `docker stack deploy` (docker/cli, `cli/compose/template`) ends a variable at the first brace and
//! takes its default literally; `docker compose` supports nesting and `+`. Both expand variables only in
//! values of the five sections, not in keys or `x-` parts.
//!
//! Values come only from the file `.env` beside the stack file: a result must not depend on the user's
//! shell. An unset variable is empty, with a warning.

use crate::source::Origin;
use crate::tree::{Item, Table, Value};
use std::collections::BTreeMap;

/// The sections of a stack file, beside `version` and `x-` keys.
const SECTIONS: [&str; 5] = ["configs", "networks", "secrets", "services", "volumes"];

/// Variables by name, and the rules of their expansion.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    values: BTreeMap<String, String>,
    /// The rules of `docker stack deploy`, not of `docker compose`.
    by_swarm: bool,
}

impl Variables {
    /// Parses a `.env`: `NAME=value`, comments, quotes, an optional `export`.
    pub(crate) fn parse(text: &str, by_swarm: bool) -> Self {
        let mut values = BTreeMap::new();
        for line in text.trim_start_matches('\u{feff}').lines().map(str::trim) {
            let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
            if line.starts_with('#') {
                continue;
            }
            if let Some((name, value)) = line.split_once('=') {
                values.insert(name.trim().to_owned(), unquoted(value.trim()).to_owned());
            }
        }
        Self { values, by_swarm }
    }

    /// The value of `name`, if set.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Expands variables in all values of the sections of a file; anomalies go to `odd`, with places.
    pub(super) fn put_into_file(&self, root: &mut Table, odd: &mut Vec<(Odd, Origin)>) {
        for section in SECTIONS {
            if let Some(entry) = root.get_mut(section) {
                self.put_into_item(&mut entry.item, odd);
            }
        }
    }

    fn put_into_item(&self, item: &mut Item, odd: &mut Vec<(Odd, Origin)>) {
        match &mut item.value {
            Value::Text(text) if text.contains('$') => {
                let mut own = Vec::new();
                *text = self.put_into(text, &mut own);
                odd.extend(own.into_iter().map(|odd| (odd, item.origin)));
            }
            Value::Array(items) => {
                for item in items {
                    self.put_into_item(item, odd);
                }
            }
            Value::Table(table) => {
                for entry in table.values_mut() {
                    self.put_into_item(&mut entry.item, odd);
                }
            }
            _ => {}
        }
    }

    /// `text` with all variables expanded; anomalies go to `odd`.
    pub(super) fn put_into(&self, text: &str, odd: &mut Vec<Odd>) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                out.push('$');
                rest = after;
            } else if let Some(inner) = rest.strip_prefix('{') {
                let end = if self.by_swarm { inner.find('}') } else { closing(inner) };
                let Some(end) = end else {
                    odd.push(Odd::Broken);
                    out.push_str("${");
                    rest = inner;
                    continue;
                };
                out.push_str(&self.expand(&inner[..end], odd));
                rest = &inner[end + 1..];
            } else {
                let end = name_length(rest);
                if end == 0 {
                    odd.push(Odd::Broken);
                    out.push('$');
                } else {
                    out.push_str(&self.value(&rest[..end], odd));
                }
                rest = &rest[end..];
            }
        }
        out.push_str(rest);
        out
    }

    fn value(&self, name: &str, odd: &mut Vec<Odd>) -> String {
        self.values.get(name).cloned().unwrap_or_else(|| {
            odd.push(Odd::Unset(name.to_owned()));
            String::new()
        })
    }

    /// Expands the text between braces: a name, optionally with a default if it is unset (`-`) or empty
    /// (`:-`), an error (`?`), or a replacement if it is set (`+`).
    fn expand(&self, inner: &str, odd: &mut Vec<Odd>) -> String {
        let (name, rest) = inner.split_at(name_length(inner));
        if name.is_empty() {
            odd.push(Odd::Broken);
            return String::new();
        }
        if rest.is_empty() {
            return self.value(name, odd);
        }
        let (colon, rest) = match rest.strip_prefix(':') {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let there = self.values.get(name).filter(|value| !(colon && value.is_empty()));
        let Some(operator) = rest.chars().next().filter(|operator| "-?+".contains(*operator))
        else {
            odd.push(Odd::Broken);
            return String::new();
        };
        let word = &rest[1..];
        if self.by_swarm && operator == '+' {
            odd.push(Odd::ComposeOnly);
            return String::new();
        }
        if self.by_swarm && word.contains("${") {
            odd.push(Odd::Nested(format!("{word}}}")));
        }
        match (operator, there) {
            ('-' | '?', Some(value)) => value.clone(),
            ('-', None) if self.by_swarm => word.to_owned(),
            ('-', None) | ('+', Some(_)) => self.put_into(word, odd),
            ('?', None) => {
                odd.push(Odd::Required(name.to_owned(), word.to_owned()));
                String::new()
            }
            _ => String::new(),
        }
    }
}

/// An anomaly in a text with variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Odd {
    /// An unset variable is empty.
    Unset(String),
    /// A required variable is unset; with the author's message.
    Required(String, String),
    /// A `$` that starts no variable.
    Broken,
    /// A default with a variable in it, which is taken literally.
    Nested(String),
    /// `+`, which only `docker compose` supports.
    ComposeOnly,
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote)
            && let Some(end) = inner.find(quote)
        {
            return &inner[..end];
        }
    }
    value.split(" #").next().unwrap_or("").trim_end()
}

fn name_length(text: &str) -> usize {
    let is_part = |(at, byte): (usize, u8)| {
        byte == b'_' || byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit())
    };
    text.bytes().enumerate().take_while(|part| is_part(*part)).count()
}

/// The position of the brace that closes the one before `text`.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, character) in text.char_indices() {
        match character {
            '{' if before == '$' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
        before = character;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENV: &str = "# note\nTAG=1.2\nEMPTY=\nexport Q=\"a b\" # c\nR= x # y\n";

    #[track_caller]
    fn puts(by_swarm: bool, cases: &[(&str, &str)]) {
        let env = Variables::parse(ENV, by_swarm);
        for (text, expected) in cases {
            let mut odd = Vec::new();
            assert_eq!(env.put_into(text, &mut odd), *expected, "{text}");
            assert_eq!(odd, [], "{text}");
        }
    }

    #[test]
    fn variables_are_put_in_as_docker_does() {
        for by_swarm in [true, false] {
            puts(
                by_swarm,
                &[
                    ("plain", "plain"),
                    ("${TAG}", "1.2"),
                    ("$TAG.x", "1.2.x"),
                    ("a${TAG}b${Q}", "a1.2ba b"),
                    ("${R}", "x"),
                    ("$$TAG", "$TAG"),
                    ("${EMPTY:-d}", "d"),
                    ("${EMPTY-d}", ""),
                    ("${NO:-d}", "d"),
                    ("${TAG:?must}", "1.2"),
                ],
            );
        }
        puts(false, &[("${NO-${TAG}}", "1.2"), ("${NO:-${ALSO:-z}}", "z")]);
        puts(false, &[("${TAG:+set}", "set"), ("${NO:+set}", "")]);
        puts(true, &[("${NO:-$2y$05$ab/c.d}:${TAG}", "$2y$05$ab/c.d:1.2")]);
    }

    #[test]
    fn what_is_odd_is_told() {
        let told = |by_swarm: bool, text: &str| {
            let mut odd = Vec::new();
            let put = Variables::parse("", by_swarm).put_into(text, &mut odd);
            (put, odd)
        };
        for by_swarm in [true, false] {
            let told = |text| told(by_swarm, text).1;
            assert_eq!(told("${NO}"), [Odd::Unset("NO".into())]);
            assert_eq!(told("${NO:?say it}"), [Odd::Required("NO".into(), "say it".into())]);
            for broken in ["${", "${}", "a $ b", "${NO%x}", "${NO"] {
                assert_eq!(told(broken), [Odd::Broken], "{broken}");
            }
        }
        let nested = Odd::Nested("${ALSO:-z}".into());
        assert_eq!(told(true, "${NO:-${ALSO:-z}}"), ("${ALSO:-z}".to_owned(), vec![nested]));
        assert_eq!(told(true, "${NO:+x}").1, [Odd::ComposeOnly]);
    }
}
