//! What a table of the format is made of.

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
    pub cases: &'static [KeyCase],
    /// The values of keys chosen by the author.
    pub others: Option<ValueKind>,
    /// Whether a name chosen by the author may be that of a key: the value is then either.
    pub shares_names: bool,
    /// Required keys, even in a partial scenario.
    pub required: &'static [&'static str],
}

/// Keys that depend on another.
pub(crate) struct KeyCase {
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
    pub kind: ValueKind,
    /// Its meaning.
    pub meaning: &'static str,
    /// Its default, as it would be written if possible; or that it is required. Empty without a default.
    pub absent: &'static str,
}

/// Beginning of the text of a required key.
pub(super) const REQUIRED: &str = "required";

/// The values that a key takes.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum ValueKind {
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
    Ranged(&'static ValueKind),
    /// A list with at least this number of items.
    Array(&'static ValueKind, usize),
    /// Two values.
    Pair(&'static [ValueKind; 2]),
    /// One of several kinds.
    Either(&'static [ValueKind]),
    /// A table.
    Table(&'static Shape),
    /// A partial scenario: any of its keys.
    Piece,
    /// A list of steps, which may contain lists of steps: the only recursive kind.
    Steps(&'static Shape),
    /// Values by names chosen by the author.
    Map(&'static ValueKind),
}

// Common kinds. A reader's `value`, `duration`, `timer` and `law` take a range, too.
pub(super) const TEXT: ValueKind = ValueKind::Text;
pub(super) const NAMES: ValueKind =
    ValueKind::Either(&[ValueKind::Text, ValueKind::Array(&ValueKind::Text, 0)]);
pub(super) const TRUTH: ValueKind = ValueKind::Ranged(&ValueKind::Truth);
pub(super) const NUMBER: ValueKind = ValueKind::Ranged(&ValueKind::Number);
pub(super) const POSITIVE: ValueKind = ValueKind::Ranged(&ValueKind::Positive);
pub(super) const SHARE: ValueKind = ValueKind::Ranged(&ValueKind::Share);
pub(super) const DURATION: ValueKind = ValueKind::Ranged(&ValueKind::Quantity(Dimension::Duration));
pub(super) const SIZE: ValueKind = ValueKind::Ranged(&ValueKind::Quantity(Dimension::Size));
pub(super) const RATE: ValueKind = ValueKind::Ranged(&ValueKind::Quantity(Dimension::Rate));
/// A distribution of bandwidths.
pub(super) const RATES: ValueKind = ValueKind::Ranged(&ValueKind::Law(Dimension::Bandwidth));
pub(super) const BANDWIDTH: ValueKind =
    ValueKind::Ranged(&ValueKind::Quantity(Dimension::Bandwidth));
pub(super) const CLOCK: ValueKind = ValueKind::Ranged(&ValueKind::Clock);
/// CPU time between two touches of pages, or `none`.
pub(super) const TOUCH: ValueKind = ValueKind::Either(&[ValueKind::Word(&["none"]), DURATION]);
/// A distribution of durations.
pub(super) const TIMES: ValueKind = ValueKind::Ranged(&ValueKind::Law(Dimension::Duration));
/// A distribution of sizes.
pub(super) const SIZES: ValueKind = ValueKind::Ranged(&ValueKind::Law(Dimension::Size));
/// A distribution of numbers.
pub(super) const NUMBERS: ValueKind = ValueKind::Ranged(&ValueKind::Law(Dimension::Number));
/// A whole number from zero, and from one.
pub(super) const FROM_ZERO: ValueKind = ValueKind::Ranged(&ValueKind::Count(0, 1_000_000_000));
pub(super) const FROM_ONE: ValueKind = ValueKind::Ranged(&ValueKind::Count(1, 1_000_000_000));
/// Most attempts after the first.
pub(super) const ATTEMPTS: ValueKind = ValueKind::Ranged(&ValueKind::Count(0, MOST_ATTEMPTS));
/// Most attempts: with more, a call that is refused at once would practically never end.
pub(crate) const MOST_ATTEMPTS: u32 = 1000;

pub(super) const fn key(name: &'static str, kind: ValueKind, meaning: &'static str) -> Key {
    Key { name, kind, meaning, absent: "" }
}

impl Key {
    /// The key with a default.
    pub(super) const fn or(self, absent: &'static str) -> Self {
        Self { absent, ..self }
    }
}

pub(super) const fn shape(
    name: &'static str,
    meaning: &'static str,
    keys: &'static [Key],
) -> Shape {
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
        self.others.as_ref().and_then(ValueKind::table).unwrap_or(&FREE)
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

impl ValueKind {
    /// The kind of its `key`.
    pub(super) fn within(&self, key: &str) -> Option<Self> {
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
    pub(super) fn item(&self) -> Option<Self> {
        match self {
            Self::Array(kind, _) => Some(**kind),
            Self::Steps(step) => Some(Self::Table(step)),
            Self::Either(kinds) => kinds.iter().find_map(Self::item),
            _ => None,
        }
    }

    /// Whether it takes only whole numbers.
    pub(super) fn counts(&self) -> bool {
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
    pub(super) fn table(&self) -> Option<&'static Shape> {
        match self {
            Self::Table(shape) | Self::Steps(shape) => Some(shape),
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
