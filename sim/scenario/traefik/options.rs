//! Reads the labels of one router, service or middleware by name. Traefik ignores the case of option
//! names, and drops all labels of a container if one of them is wrong (traefik/paerser,
//! `parser.Decode`).

use super::label::Label;
use crate::diagnostic::Diagnostic;
use crate::document::fields::{Name, Reader};
use crate::source::Origin;
use crate::stack::values;
use std::collections::BTreeMap;
use wssim_kernel::Nanos;
use wssim_text::suggest;

/// The options after the name of an item in its labels, in lower case.
pub(super) struct LabelOptions<'a> {
    /// Its name as in its labels.
    pub name: String,
    /// Place of its first label.
    pub origin: Origin,
    left: BTreeMap<String, &'a Label>,
}

/// Traefik's reaction to a wrong label of a container.
const DROPPED: &str = "Traefik drops every label of a container that has a wrong one";

impl<'a> LabelOptions<'a> {
    pub(super) fn new(name: &str, origin: Origin) -> Self {
        Self { name: name.to_owned(), origin, left: BTreeMap::new() }
    }

    pub(super) fn put(&mut self, option: String, label: &'a Label) {
        self.left.insert(option, label);
    }

    /// Removes and returns the options below `group.`; one named `group` alone becomes `""`.
    pub(super) fn below(&mut self, group: &str) -> Self {
        let mut inner = Self::new(&self.name, self.origin);
        self.left.retain(|option, label| {
            let own = option.strip_prefix(group);
            let own = own
                .and_then(|rest| if rest.is_empty() { Some("") } else { rest.strip_prefix('.') });
            if let Some(own) = own {
                inner.left.insert(own.to_owned(), label);
            }
            own.is_none()
        });
        inner
    }

    pub(super) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The first words of the remaining options.
    pub(super) fn groups(&self) -> Vec<(String, Origin)> {
        let mut out: Vec<(String, Origin)> = Vec::new();
        for (option, label) in &self.left {
            let group = option.split(['.', '[']).next().unwrap_or(option);
            if out.last().is_none_or(|(last, _)| last != group) {
                out.push((group.to_owned(), label.key.origin));
            }
        }
        out
    }

    pub(super) fn text(&mut self, option: &str) -> Option<&'a Name> {
        self.left.remove(option).map(|label| &label.value)
    }

    /// Texts separated by commas, in order.
    pub(super) fn texts(&mut self, reader: &Reader<'_>, option: &str) -> Vec<Name> {
        let Some(whole) = self.text(option) else { return Vec::new() };
        let mut out = Vec::new();
        let mut start = 0;
        for part in whole.text.split(',') {
            let text = part.trim();
            let at = start + part.find(text).unwrap_or(0);
            let origin = reader.texts.sources.inside(whole.origin, &whole.text, at, text.len());
            if !text.is_empty() {
                out.push(Name { text: text.to_owned(), origin });
            }
            start += part.len() + 1;
        }
        out
    }

    fn read<T>(
        &mut self,
        reader: &mut Reader<'_>,
        option: &str,
        due: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.text(option)?;
        let read = parse(value.text.trim());
        if read.is_none() {
            wrong(reader, value.origin, format!("`{}` is not {due}", value.text));
        }
        read
    }

    /// True or false, as Go reads it.
    pub(super) fn flag(&mut self, reader: &mut Reader<'_>, option: &str) -> Option<bool> {
        self.read(reader, option, "true or false", |text| match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
            _ => None,
        })
    }

    pub(super) fn count(&mut self, reader: &mut Reader<'_>, option: &str) -> Option<u32> {
        self.read(reader, option, "a whole number", |text| text.parse().ok())
    }

    pub(super) fn whole(&mut self, reader: &mut Reader<'_>, option: &str) -> Option<i64> {
        self.read(reader, option, "a whole number", |text| text.parse().ok())
    }

    pub(super) fn port(&mut self, reader: &mut Reader<'_>, option: &str) -> Option<u16> {
        self.read(reader, option, "a port", |text| text.parse().ok().filter(|port| *port > 0))
    }

    /// A duration as Go writes it; a bare number is seconds (traefik/paerser, `types.Duration`).
    pub(super) fn duration(&mut self, reader: &mut Reader<'_>, option: &str) -> Option<Nanos> {
        self.read(reader, option, "a duration, such as `100ms`", |text| {
            let seconds = text.parse::<u32>().ok().map(|seconds| f64::from(seconds) * 1e9);
            seconds.or_else(|| values::duration_of(text)).map(Nanos::from_f64)
        })
    }

    /// Accepts options, and all below them, without reading them.
    pub(super) fn accept(&mut self, known: &[&str]) {
        for option in known {
            self.below(option);
        }
    }

    /// The options that were not requested.
    pub(super) fn rest(self) -> BTreeMap<String, &'a Label> {
        self.left
    }

    /// Reports options that were not requested; `known` are the options of `what`.
    pub(super) fn finish(self, reader: &mut Reader<'_>, what: &str, known: &[&str]) {
        for (option, label) in self.left {
            let hint = suggest::hint(&option, known.to_vec());
            let message = format!("Traefik knows no `{option}` of a {what}");
            unknown(reader, label, message, hint);
        }
    }
}

/// A label that Traefik cannot read.
pub(super) fn wrong(reader: &mut Reader<'_>, origin: Origin, message: String) {
    reader.mistake(origin, "bad-label", message, Some(DROPPED.to_owned()));
}

/// A label that nothing knows.
pub(super) fn unknown(
    reader: &mut Reader<'_>,
    label: &Label,
    message: String,
    hint: Option<String>,
) {
    let help = hint.map_or_else(|| DROPPED.to_owned(), |hint| format!("{hint} {DROPPED}"));
    let diagnostic = Diagnostic::warning("unknown-label", message).help(help);
    reader.mistakes.push(diagnostic.at(reader.texts.sources, label.key.origin));
}
