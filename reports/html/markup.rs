//! Writes HTML elements as well-formed XML. Text is escaped.

use crate::escape;
use crate::table::{ColumnKind, Table, Tone};
use std::fmt::Write as _;

/// Elements that have no end tag.
const VOID: [&str; 3] = ["br", "link", "meta"];

/// A page, or part of one, written element by element.
#[derive(Default)]
pub(super) struct Html {
    text: String,
}

/// Names and values.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Html {
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// An element with the contents that `inside` adds.
    pub(super) fn element(
        &mut self,
        tag: &str,
        attributes: Attributes<'_>,
        inside: impl FnOnce(&mut Self),
    ) {
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            let _ = write!(self.text, " {name}=\"{}\"", escape::html(value));
        }
        if VOID.contains(&tag) {
            self.text.push_str("/>\n");
            return;
        }
        self.text.push('>');
        inside(self);
        let _ = writeln!(self.text, "</{tag}>");
    }

    /// An element with a class.
    pub(super) fn block(&mut self, tag: &str, class: &str, inside: impl FnOnce(&mut Self)) {
        self.element(tag, &[("class", class)], inside);
    }

    /// An element with a text.
    pub(super) fn leaf(&mut self, tag: &str, class: &str, text: &str) {
        let attributes: Attributes<'_> = if class.is_empty() { &[] } else { &[("class", class)] };
        self.element(tag, attributes, |html| html.text(text));
    }

    /// An element with a sentence; text in backticks becomes code.
    pub(super) fn prose(&mut self, tag: &str, class: &str, text: &str) {
        let attributes: Attributes<'_> = if class.is_empty() { &[] } else { &[("class", class)] };
        self.element(tag, attributes, |html| {
            let mut rest = text;
            while let Some((before, (code, after))) = rest
                .split_once('`')
                .and_then(|(before, rest)| Some((before, rest.split_once('`')?)))
            {
                html.text(before);
                html.markup(&format!("<code>{}</code>", escape::html(code)));
                rest = after;
            }
            html.text(rest);
        });
    }

    pub(super) fn text(&mut self, text: &str) {
        self.text.push_str(&escape::html(text));
    }

    /// Adds markup as it is.
    pub(super) fn markup(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// A part of the page with a heading.
    pub(super) fn section(&mut self, id: &str, title: &str, inside: impl FnOnce(&mut Self)) {
        self.element("section", &[("id", id)], |html| {
            html.leaf("h2", "", title);
            inside(html);
        });
    }

    /// A part that opens on demand, and is printed.
    pub(super) fn folded(&mut self, title: &str, inside: impl FnOnce(&mut Self)) {
        self.element("details", &[], |html| {
            html.leaf("summary", "", title);
            inside(html);
        });
    }

    pub(super) fn list(&mut self, class: &str, items: &[String]) {
        if !items.is_empty() {
            self.block("ul", class, |html| {
                for item in items {
                    html.prose("li", "", item);
                }
            });
        }
    }

    pub(super) fn table<H: AsRef<str>>(&mut self, table: &Table<H>) {
        if table.rows.is_empty() {
            return;
        }
        let class = |column: usize| match table.columns[column].1 {
            ColumnKind::Numbers => "number",
            ColumnKind::Fixed => "fixed",
            ColumnKind::Words | ColumnKind::Prose | ColumnKind::Phrases => "words",
        };
        self.block("div", "wide", |html| {
            html.element("table", &[], |html| {
                html.element("thead", &[], |html| {
                    html.element("tr", &[], |html| {
                        for (column, (heading, _)) in table.columns.iter().enumerate() {
                            html.leaf("th", class(column), heading.as_ref());
                        }
                    });
                });
                html.element("tbody", &[], |html| {
                    for row in &table.rows {
                        html.element("tr", &[], |html| {
                            for (column, cell) in row.iter().enumerate() {
                                let class = format!("{} {}", class(column), tone(cell.tone));
                                html.leaf("td", class.trim_end(), &cell.text);
                            }
                        });
                    }
                });
            });
        });
    }
}

/// The class for the meaning of a cell.
pub(super) fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "",
        Tone::Good => "good",
        Tone::Bad => "bad",
        Tone::Open => "open",
        Tone::Faint => "faint",
    }
}
