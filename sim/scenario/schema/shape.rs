//! What a table of the format is made of.

use wssim_text::quantity::Dimension;

/// A table of the format.
pub(crate) struct Shape {
    /// Its name among the definitions of the schema.
    pub name: &'static str,
    /// What it stands for.
    pub meaning: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Keys that are there in one case only.
    pub cases: &'static [KeyCase],
    /// What other keys take, where the author chooses names.
    pub others: Option<ValueKind>,
    /// Whether a name that the author chooses may be that of a key: what stands there is then either.
    pub shares_names: bool,
    /// Keys without which it is nothing, even as a piece.
    pub required: &'static [&'static str],
}

/// Keys that go with another.
pub(crate) struct KeyCase {
    /// The key that decides.
    pub by: &'static str,
    /// The word that it has; `None`: it is enough that it is there.
    pub is: Option<&'static str>,
    /// The keys; where presence decides, the deciding one too.
    pub keys: &'static [Key],
}

/// A key of a table.
pub(crate) struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub kind: ValueKind,
    /// What it means.
    pub meaning: &'static str,
    /// What holds where it is left out, as it would be written where it can be; or that it is
    /// required. Empty where there is nothing to say.
    pub absent: &'static str,
}

/// How the text begins that says that a key is required.
pub(super) const REQUIRED: &str = "required";

/// What a key takes.
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
    /// From 0 to 1, or a percentage.
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
    /// `zipf(items=, capacity=, alpha=)`, without `capacity` too.
    Zipf,
    /// The same, or `{ value, range, source }`.
    Ranged(&'static ValueKind),
    /// A list with so many items at least.
    Array(&'static ValueKind, usize),
    /// Two values.
    Pair(&'static [ValueKind; 2]),
    /// One of several kinds.
    Either(&'static [ValueKind]),
    /// A table.
    Table(&'static Shape),
    /// A piece of a scenario: any of its keys.
    Piece,
    /// A list of steps, which may hold lists of steps: the one kind that is recursive.
    Steps(&'static Shape),
    /// Values by names that the author chooses.
    Map(&'static ValueKind),
}

// What most keys take. A reader's `value`, `duration`, `timer` and `law` take a range, too.
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
/// CPU between two touches of pages; `none`: there are none.
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
/// As many attempts are made after the first, at most.
pub(super) const ATTEMPTS: ValueKind = ValueKind::Ranged(&ValueKind::Count(0, MOST_ATTEMPTS));
/// More would be a call that is tried for ever: a request that is refused at once would never end.
pub(crate) const MOST_ATTEMPTS: u32 = 1000;

pub(super) const fn key(name: &'static str, kind: ValueKind, meaning: &'static str) -> Key {
    Key { name, kind, meaning, absent: "" }
}

impl Key {
    /// With what holds where it is left out.
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

/// A table whose keys are the author's.
static FREE: Shape = shape("free", "names of the author's own", &[]);

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Shape {
    /// All keys, those of cases too; one may come in several cases.
    pub(crate) fn all(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().chain(self.cases.iter().flat_map(|case| case.keys))
    }

    /// The table that `key` takes.
    pub(crate) fn below(&self, key: &str) -> &'static Shape {
        let mut found = self.all().filter(|known| known.name == key);
        found.find_map(|known| known.kind.table()).unwrap_or(&FREE)
    }

    /// The table of a thing whose name the author chooses.
    pub(crate) fn of_others(&self) -> &'static Shape {
        self.others.as_ref().and_then(ValueKind::table).unwrap_or(&FREE)
    }

    /// Stops whoever reads a key that is not described: the author of that reader meets this in
    /// the first test that reads such a table.
    pub(crate) fn assert_has(&self, key: &str) {
        assert!(
            self.all().any(|known| known.name == key),
            "`{key}` is read and not described: give the table `{}` in sim/scenario/schema/ a row \
             for it, with what it takes and what it means",
            self.name
        );
    }

    /// The same for the words that a key takes.
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
    /// What `key` of it takes.
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

    /// What an item of it takes.
    pub(super) fn item(&self) -> Option<Self> {
        match self {
            Self::Array(kind, _) => Some(**kind),
            Self::Steps(step) => Some(Self::Table(step)),
            Self::Either(kinds) => kinds.iter().find_map(Self::item),
            _ => None,
        }
    }

    /// Whether it takes a whole number, and no other.
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

    /// The table that it is, or holds.
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
