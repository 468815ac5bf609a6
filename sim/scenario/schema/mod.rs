//! The format as a table: every key of every table with its values and meaning.
//!
//! ```text
//!              ┌─► Fields (document/fields.rs): readers may request only these keys
//! tables here ─┤
//!              ├─► JSON Schema (json.rs): `wssim schema`, for editors
//!              └─► Markdown (markdown.rs): `wssim schema --markdown`, scenarios/format.md
//! ```
//! The readers define the meaning of values and the dependencies between keys; this table defines where
//! each may be. `Fields::finish` asserts that a key that is read is described, and the tests compare
//! both value by value: the schema accepts what a reader accepts, and refuses what a reader refuses for
//! its name, type, unit or word.
//!
//! A file is often a partial scenario (`extends`), so almost nothing is required.

mod cluster;
mod json;
mod markdown;
mod migration;
mod patterns;
mod plan;
mod rollout;
mod service;
mod step;
#[cfg(test)]
mod tests;
mod traffic;

pub use json::text;
pub use markdown::text as markdown;
pub(crate) use plan::{FAULTS, ROOT};
pub(crate) use service::{BALANCES, CONNECTIONS, PORT, VOLUME};
pub(crate) use step::STEP;

use crate::load::Segment;
use wssim_text::quantity::Dimension;

/// A table of the format.
pub(crate) struct Shape {
    /// Its name among the definitions of the schema.
    pub name: &'static str,
    /// Its meaning.
    pub meaning: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Keys permitted in one case only.
    pub cases: &'static [Case],
    /// The values of keys chosen by the author.
    pub others: Option<Kind>,
    /// Whether a name chosen by the author may be that of a key: the value is then either.
    pub shares_names: bool,
    /// Required keys, even in a partial scenario.
    pub required: &'static [&'static str],
}

/// Keys that depend on another.
pub(crate) struct Case {
    /// The deciding key.
    pub by: &'static str,
    /// Its value; `None` if its presence suffices.
    pub is: Option<&'static str>,
    /// The keys; if presence decides, including the deciding one.
    pub keys: &'static [Key],
}

/// A key of a table.
pub(crate) struct Key {
    /// Its name.
    pub name: &'static str,
    /// Its values.
    pub kind: Kind,
    /// Its meaning.
    pub meaning: &'static str,
    /// Its default, as it would be written if possible; or that it is required. Empty without a default.
    pub absent: &'static str,
}

/// Beginning of the text of a required key.
const REQUIRED: &str = "required";

/// The values of a key.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// True or false.
    Truth,
    /// A whole number within limits.
    Count(u32, u32),
    /// A number from zero.
    Number,
    /// A number above zero.
    Positive,
    /// A number from 0 to 1, or a percentage.
    Share,
    /// A quantity from zero.
    Quantity(Dimension),
    /// A distribution, or a quantity, which is a constant.
    Law(Dimension),
    /// A time of day.
    Clock,
    /// A number or quantity of any dimension and sign.
    Value,
    /// A metric with its labels.
    Metric,
    /// `zipf(items=, capacity=, alpha=)`, optionally without `capacity`.
    Zipf,
    /// A value, or `{ value, range, source }`.
    Ranged(&'static Kind),
    /// A list with at least this number of items.
    Array(&'static Kind, usize),
    /// Two values.
    Pair(&'static [Kind; 2]),
    /// One of several kinds.
    Either(&'static [Kind]),
    /// A table.
    Table(&'static Shape),
    /// A partial scenario: any of its keys.
    Piece,
    /// A list of steps, which may contain lists of steps: the only recursive kind.
    Steps,
    /// Values by names chosen by the author.
    Map(&'static Kind),
}

// Common kinds. A reader's `value`, `duration`, `timer` and `law` take a range, too.
const TEXT: Kind = Kind::Text;
const NAMES: Kind = Kind::Either(&[Kind::Text, Kind::Array(&Kind::Text, 0)]);
const TRUTH: Kind = Kind::Ranged(&Kind::Truth);
const NUMBER: Kind = Kind::Ranged(&Kind::Number);
const POSITIVE: Kind = Kind::Ranged(&Kind::Positive);
const SHARE: Kind = Kind::Ranged(&Kind::Share);
const DURATION: Kind = Kind::Ranged(&Kind::Quantity(Dimension::Duration));
const SIZE: Kind = Kind::Ranged(&Kind::Quantity(Dimension::Size));
const RATE: Kind = Kind::Ranged(&Kind::Quantity(Dimension::Rate));
/// A distribution of bandwidths.
const RATES: Kind = Kind::Ranged(&Kind::Law(Dimension::Bandwidth));
const BANDWIDTH: Kind = Kind::Ranged(&Kind::Quantity(Dimension::Bandwidth));
const CLOCK: Kind = Kind::Ranged(&Kind::Clock);
/// CPU time between two touches of pages, or `none`.
const TOUCH: Kind = Kind::Either(&[Kind::Word(&["none"]), DURATION]);
/// A distribution of durations.
const TIMES: Kind = Kind::Ranged(&Kind::Law(Dimension::Duration));
/// A distribution of sizes.
const SIZES: Kind = Kind::Ranged(&Kind::Law(Dimension::Size));
/// A distribution of numbers.
const NUMBERS: Kind = Kind::Ranged(&Kind::Law(Dimension::Number));
/// A whole number from zero, and from one.
const FROM_ZERO: Kind = Kind::Ranged(&Kind::Count(0, 1_000_000_000));
const FROM_ONE: Kind = Kind::Ranged(&Kind::Count(1, 1_000_000_000));
/// Most attempts after the first.
const ATTEMPTS: Kind = Kind::Ranged(&Kind::Count(0, MOST_ATTEMPTS));
/// Most attempts: with more, a call that is refused at once would practically never end.
pub(crate) const MOST_ATTEMPTS: u32 = 1000;

const fn key(name: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { name, kind, meaning, absent: "" }
}

impl Key {
    /// The key with a default.
    const fn or(self, absent: &'static str) -> Self {
        Self { absent, ..self }
    }
}

const fn shape(name: &'static str, meaning: &'static str, keys: &'static [Key]) -> Shape {
    Shape { name, meaning, keys, cases: &[], others: None, shares_names: false, required: &[] }
}

/// A table with keys chosen by the author.
static FREE: Shape = shape("free", "names of the author's own", &[]);

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Shape {
    /// All keys, including those of cases; one may be in several cases.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().chain(self.cases.iter().flat_map(|case| case.keys))
    }

    /// The table that is the value of `key`.
    pub(crate) fn below(&self, key: &str) -> &'static Shape {
        let mut found = self.all().filter(|known| known.name == key);
        found.find_map(|known| known.kind.table()).unwrap_or(&FREE)
    }

    /// The table of items named by the author.
    pub(crate) fn of_others(&self) -> &'static Shape {
        self.others.as_ref().and_then(Kind::table).unwrap_or(&FREE)
    }

    /// Panics for a key that is not described: the first test that reads such a table fails.
    pub(crate) fn assert_has(&self, key: &str) {
        assert!(
            self.all().any(|known| known.name == key),
            "`{key}` is read and not described: give the table `{}` in sim/scenario/schema/ a row \
             for it, with what it takes and what it means",
            self.name
        );
    }

    /// [`Self::assert_has`] for the words that a key takes.
    pub(crate) fn assert_words(&self, key: &str, words: &[&str]) {
        let offers = |word: &&str| {
            self.all().filter(|known| known.name == key).any(|known| known.kind.offers(word))
        };
        let missing = words.iter().find(|word| !offers(word));
        assert!(
            missing.is_none(),
            "`{key}` takes the word {missing:?}, which is not described: add it to the row of \
             `{key}` in the table `{}` in sim/scenario/schema/",
            self.name
        );
    }
}

/// Whether the value at `path` is a whole number, or not a number.
pub(crate) fn takes_whole(path: &[Segment]) -> bool {
    let mut kind = Kind::Table(&ROOT);
    for step in path {
        let next = match step {
            Segment::Key(key) => kind.within(key).or_else(|| kind.item()),
            Segment::Index(_) | Segment::Id(_) => kind.item(),
        };
        let Some(next) = next else { return false };
        kind = next;
    }
    kind.counts()
}

impl Kind {
    /// The kind of its `key`.
    fn within(&self, key: &str) -> Option<Self> {
        match self {
            Self::Table(shape) => {
                let own = shape.all().find(|known| known.name == key).map(|known| known.kind);
                own.or(shape.others)
            }
            Self::Map(kind) => Some(**kind),
            Self::Ranged(kind) => kind.within(key),
            Self::Either(kinds) => kinds.iter().find_map(|kind| kind.within(key)),
            _ => None,
        }
    }

    /// The kind of its items.
    fn item(&self) -> Option<Self> {
        match self {
            Self::Array(kind, _) => Some(**kind),
            Self::Steps => Some(Self::Table(&STEP)),
            Self::Either(kinds) => kinds.iter().find_map(Self::item),
            _ => None,
        }
    }

    /// Whether it takes only whole numbers.
    fn counts(&self) -> bool {
        match self {
            Self::Count(..) => true,
            Self::Ranged(kind) => kind.counts(),
            Self::Either(kinds) => {
                let is_number = |kind: &&Self| matches!(kind, Self::Number | Self::Positive);
                kinds.iter().any(Self::counts) && !kinds.iter().any(|kind| is_number(&kind))
            }
            _ => false,
        }
    }

    /// The table that it is, or contains.
    fn table(&self) -> Option<&'static Shape> {
        match self {
            Self::Table(shape) => Some(shape),
            Self::Steps => Some(&STEP),
            Self::Ranged(kind) | Self::Array(kind, _) | Self::Map(kind) => kind.table(),
            Self::Either(kinds) => kinds.iter().find_map(Self::table),
            _ => None,
        }
    }

    fn offers(&self, word: &str) -> bool {
        match self {
            Self::Word(words) => words.contains(&word),
            Self::Either(kinds) => kinds.iter().any(|kind| kind.offers(word)),
            _ => false,
        }
    }
}
