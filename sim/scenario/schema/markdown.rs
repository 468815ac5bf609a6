//! The table as a page to read: `wssim schema --markdown`, and `scenarios/format.md`.
//!
//! A heading for each table, in the order in which the root and then each table name them; a table used
//! at several places is at the first one, and the others link to it.

use super::ROOT;
use super::shape::{Key, KeyCase, Shape, ValueKind};
use crate::distribution::FORMS;
use std::collections::VecDeque;
use std::fmt::Write as _;
use wssim_text::quantity::{Dimension, units};

/// The beginning of the page.
const HEAD: &str = "\
# Every key of a scenario

<!-- Made by `wssim schema --markdown`; a test holds this file to the program. -->

[The guide](README.md) says what to write first; this page is for looking up. A scenario is a TOML file. A key in a
table can be written in any of TOML's ways: `[service.shop.memory]` with `base = \"1 GB\"` below it, `memory = { base =
\"1 GB\" }` below `[service.shop]`, or `memory.base = \"1 GB\"` there. NAME stands for a name of yours.
`wssim check` finds keys that do not exist, and says what was probably meant.
";

/// Rules for all keys.
const COMMON: &str = "\
## What every table and value can have

- A number, share, quantity, distribution or time of day can have a **range**: `{ value = \"2ms\", range = [\"1ms\",
  \"5ms\"], source = \"a guess\" }`. wssim simulates `value`; a verdict stands only if it does for all values in
  `range`, together with the ranges of other keys. `source` says where the number comes from.
- `enabled = false` in a table switches it off, as if it were not written.
- The word `\"none\"` in place of a value takes back what a file below (`extends`) says.
- `--set path=value` changes a key for one run: `--set traffic.web.arrivals.rate=8/s`. Items of a list have their number,
  counted from 0, in brackets, or their `id`: `--set 'fault[0].at=2min'`, `--set fault.server-81.at=2min`.
";

/// The whole page.
#[must_use]
pub fn text() -> String {
    let mut page = Page { out: HEAD.to_owned(), ..Page::default() };
    page.contents();
    page.values();
    page.out.push('\n');
    page.out.push_str(COMMON);
    page.root();
    page.out
}

/// Describes a table whose keys the author chooses.
const BY_NAME: &str = "by name: ";

/// A page being written.
#[derive(Default)]
struct Page {
    out: String,
    /// Tables with their headings.
    placed: Vec<(&'static Shape, String)>,
    /// Tables whose keys are still to be written.
    open: VecDeque<&'static Shape>,
}

impl Page {
    /// The tables of a file with links.
    fn contents(&mut self) {
        self.out.push_str("\n| table | is |\n| --- | --- |\n");
        for key in ROOT.keys {
            let heading = shown(&path_of("", key));
            let _ = writeln!(self.out, "| [{heading}](#{}) | {} |", anchor(&heading), key.meaning);
        }
    }

    /// The forms of values.
    fn values(&mut self) {
        let all = [
            ("text", "any text in quotes".to_owned()),
            ("whole number", "a number without fraction, such as `8`".to_owned()),
            ("number", "from 0, such as `0.8`".to_owned()),
            ("share", "from 0 to 1, or a percentage: `0.1`, `\"10%\"`".to_owned()),
            ("duration", told(Dimension::Duration) + "; `m` and `min` are minutes"),
            ("size", told(Dimension::Size) + "; with an `i` powers of 1024, otherwise of 1000"),
            ("rate", told(Dimension::Rate)),
            ("bandwidth", told(Dimension::Bandwidth)),
            ("time of day", "such as `\"10:00\"` or `\"02:30:15\"`".to_owned()),
            ("bound", "a number or quantity of any sign: `\"55ms\"`, `\"-50%\"`, `\"18 GB\"`".to_owned()),
            ("metric", "`'response_time_seconds{entry=\"web\", stat=\"p95\"}'`; [all metrics](../reports/README.md#metrics)".to_owned()),
        ];
        self.out
            .push_str("\n## How values are written\n\n| written here as | is |\n| --- | --- |\n");
        for (name, meaning) in all {
            let _ = writeln!(self.out, "| {name} | {meaning} |");
        }
        self.out.push_str(
            "\nA **distribution** of durations, sizes or numbers is a quantity, which is then constant, or one of these. \
             `mean`,\n`median`, `p99`, `min`, `a` and `b` are quantities; `cv` is the coefficient of variation, \
             standard deviation over mean.\n\n",
        );
        for (_, usage) in FORMS {
            let _ = writeln!(self.out, "- `{}`", usage.replace(" or ", "` or `"));
        }
    }

    /// A section for each key of a file, and below it one for each table in it.
    fn root(&mut self) {
        for key in ROOT.keys {
            let Some(shape) = key.kind.table() else { continue };
            let path = path_of("", key);
            self.section(2, shape, &path);
            if shape.others.is_some() {
                let _ = self.link(shape.of_others(), &format!("{path}.NAME"));
            }
            while let Some(next) = self.open.pop_front() {
                let path = self.placed_at(next).unwrap_or_default();
                self.section(3, next, &path);
            }
        }
    }

    fn placed_at(&self, shape: &'static Shape) -> Option<String> {
        let place = self.placed.iter().find(|(placed, _)| *placed == shape);
        place.map(|(_, path)| path.clone())
    }

    /// A table of the format: its meaning, its keys, and those of its cases.
    fn section(&mut self, level: usize, shape: &'static Shape, path: &str) {
        if self.placed_at(shape).is_none() {
            self.placed.push((shape, path.to_owned()));
        }
        let marks = "#".repeat(level);
        let _ = writeln!(self.out, "\n{marks} {}\n\n{}.", shown(path), shape.meaning);
        let commons: Vec<&Key> = shape.keys.iter().collect();
        self.keys(&commons, path);
        for case in shape.cases {
            let _ = writeln!(self.out, "\n{}", condition(case));
            self.keys(&case.keys.iter().collect::<Vec<_>>(), path);
        }
    }

    fn keys(&mut self, keys: &[&Key], path: &str) {
        if keys.is_empty() {
            return;
        }
        self.out.push_str("\n| key | takes | left out | meaning |\n| --- | --- | --- | --- |\n");
        for key in keys {
            let takes = self.takes(&key.kind, &path_of(path, key)).replace('|', "\\|");
            let (absent, meaning) = (literal(key.absent), key.meaning.replace('|', "\\|"));
            let _ = writeln!(self.out, "| `{}` | {takes} | {absent} | {meaning} |", key.name);
        }
    }

    /// The values of a key, in words; queues its tables.
    fn takes(&mut self, kind: &ValueKind, path: &str) -> String {
        match kind {
            ValueKind::Text => "text".to_owned(),
            ValueKind::Word(words) => {
                let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
                words.join(", ")
            }
            ValueKind::Truth => "`true`, `false`".to_owned(),
            ValueKind::Count(least, most) if *most < 1_000_000_000 => {
                format!("whole number, {least} to {most}")
            }
            ValueKind::Count(least, _) => format!("whole number from {least}"),
            ValueKind::Number => "number".to_owned(),
            ValueKind::Positive => "number above 0".to_owned(),
            ValueKind::Share => "share".to_owned(),
            ValueKind::Quantity(dimension) => dimension.name().to_owned(),
            ValueKind::Law(dimension) => format!("distribution of {}s", dimension.name()),
            ValueKind::Clock => "time of day".to_owned(),
            ValueKind::Value => "bound".to_owned(),
            ValueKind::Metric => "metric".to_owned(),
            ValueKind::Zipf => "`\"zipf(…)\"`".to_owned(),
            ValueKind::Ranged(inner) => self.takes(inner, path),
            ValueKind::Array(inner, _) => format!("list of: {}", self.takes(inner, path)),
            ValueKind::Pair([first, second]) => {
                let (first, second) = (self.takes(first, path), self.takes(second, path));
                format!("`[a, b]`, a: {first}, b: {second}")
            }
            ValueKind::Either(kinds) => self.either(kinds, path),
            ValueKind::Table(shape) => self.link(shape, path),
            ValueKind::Piece => "table of any keys of a scenario".to_owned(),
            ValueKind::Steps(step) => self.link(step, "step").replace("[table]", "list of [steps]"),
            ValueKind::Map(inner) => format!("{BY_NAME}{}", self.takes(inner, path)),
        }
    }

    /// One of several; a kind that occurs both alone and in a list is written once.
    fn either(&mut self, kinds: &[ValueKind], path: &str) -> String {
        if let [alone @ .., ValueKind::Array(inner, _)] = kinds
            && (matches!(inner, ValueKind::Either(all) if *all == alone) || alone == [**inner])
        {
            return format!("{}, or a list of such", self.takes(inner, path));
        }
        let mut all: Vec<String> = Vec::new();
        for kind in kinds {
            let one = self.takes(kind, path);
            // For TOML, names with a dot are nested tables: the same for a reader.
            let is_said = all.iter().any(|other| one == format!("{BY_NAME}{other}"));
            if !is_said {
                all.push(one);
            }
        }
        all.join(" or ")
    }

    /// A link to the section of a table.
    fn link(&mut self, shape: &'static Shape, path: &str) -> String {
        let heading = self.placed_at(shape).unwrap_or_else(|| {
            self.placed.push((shape, path.to_owned()));
            self.open.push_back(shape);
            path.to_owned()
        });
        format!("[table](#{})", anchor(&shown(&heading)))
    }
}

/// The path of `key`: names chosen by the author are NAME.
fn path_of(table: &str, key: &Key) -> String {
    let above = table.trim_matches(['[', ']']);
    let path = if table.is_empty() { key.name.to_owned() } else { format!("{above}.{}", key.name) };
    match key.kind {
        ValueKind::Map(_) => format!("{path}.NAME"),
        ValueKind::Array(ValueKind::Table(_), _) if table.is_empty() => format!("[{path}]"),
        _ => path,
    }
}

/// A heading: the header of a table in TOML; steps have none.
fn shown(path: &str) -> String {
    match path.strip_prefix("step.") {
        Some(key) => format!("`{key}` of a step"),
        None if path == "step" => "A step".to_owned(),
        None => format!("`[{path}]`"),
    }
}

/// The anchor of a heading on GitLab and GitHub.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// When the keys of a case are permitted.
fn condition(case: &KeyCase) -> String {
    match case.is {
        Some(word) => format!("With `{} = \"{word}\"`:", case.by),
        None => format!("With `{}`:", case.by),
    }
}

/// A default, as code if it can be written.
fn literal(absent: &str) -> String {
    let is_word = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let is_value =
        is_word(absent) && absent.split(' ').count() <= 2 && !absent.contains([',', ';']);
    let is_truth = ["true", "false"].contains(&absent);
    if is_value || is_truth { format!("`{absent}`") } else { absent.to_owned() }
}

fn told(dimension: Dimension) -> String {
    let all: Vec<String> = units(dimension)
        .filter(|unit| unit.is_ascii() && *unit != "KB")
        .map(|unit| format!("`{unit}`"))
        .collect();
    let example = dimension.expected().split_once(" such as ").map_or("", |(_, example)| example);
    format!("such as {example}, in quotes; units {}", all.join(" "))
}
