//! Counts the terminal columns that a text takes, and cuts texts to a width.
//!
//! Columns are those of UAX 11, of each character separately: combining marks take none, East Asian wide
//! characters and emoji two. So the columns of two texts add up, and a sequence that some terminals draw as one
//! character (a face with its colour) counts as many, never as fewer. Colours (`ESC [ … m`) take none.
//! Texts are expected to be [`printable`](crate::printable()) but for those.

use unicode_width::UnicodeWidthChar as _;

/// Columns of a text when the width of the terminal is unknown.
pub const USUAL: usize = 100;

/// Replaces what was cut.
pub const ELLIPSIS: &str = "…";

/// The characters of `text`: where each begins, and the columns that it takes.
fn cells(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut colour = false;
    text.char_indices().map(move |(at, character)| {
        let begins = character == '\u{1b}';
        let takes = if colour || begins { 0 } else { character.width().unwrap_or(0) };
        colour = begins || (colour && !character.is_ascii_alphabetic());
        (at, takes)
    })
}

/// Columns that `text` takes.
#[must_use]
pub fn of(text: &str) -> usize {
    cells(text).map(|(_, columns)| columns).sum()
}

/// The longest beginning of `text` that takes at most `width` columns, and the rest.
#[must_use]
pub fn split(text: &str, width: usize) -> (&str, &str) {
    let mut taken = 0;
    for (at, columns) in cells(text) {
        taken += columns;
        if taken > width {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// The longest end of `text` that takes at most `width` columns, and what comes before it. Combining
/// marks stay with their character.
#[must_use]
pub fn split_end(text: &str, width: usize) -> (&str, &str) {
    let mut left = of(text);
    let fits = cells(text).find(|(_, columns)| {
        let fits = left <= width && *columns > 0;
        left -= columns;
        fits
    });
    text.split_at(fits.map_or(text.len(), |(at, _)| at))
}

/// `text` in at most `width` columns; what does not fit is replaced by `…`.
#[must_use]
pub fn truncated(text: &str, width: usize) -> String {
    if of(text) <= width {
        return text.to_owned();
    }
    let (head, _) = split(text, width.saturating_sub(of(ELLIPSIS)));
    format!("{}{ELLIPSIS}", head.trim_end())
}

/// Blanks after `text` up to `width` columns.
#[must_use]
pub fn blanks(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(of(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_a_terminal() {
        assert_eq!(of("−55 % ± µs…"), 11);
        assert_eq!(of("数据"), 4);
        assert_eq!(of("e\u{301}"), 1);
        assert_eq!(of("█░─·»∥"), 6);
        assert_eq!(of("\u{1b}[1;31merror\u{1b}[0m: no"), 9);
    }

    /// A string is never wider than the sum of its characters, so a line that fits by them fits.
    #[test]
    fn no_sequence_is_wider_than_its_characters() {
        use unicode_width::UnicodeWidthStr;
        for text in ["👩🏽", "🇩🇪", "\u{1100}\u{1161}\u{11a8}", "لا", "นี้", "ကြ", "数据 data", "1⃣"]
        {
            assert!(of(text) >= UnicodeWidthStr::width(text), "{text}");
        }
    }

    #[test]
    fn ends_are_cut_between_characters() {
        assert_eq!(split("数据x", 3), ("数", "据x"));
        assert_eq!(split("ab", 9), ("ab", ""));
        assert_eq!(split("\u{1b}[1mab\u{1b}[0m", 2), ("\u{1b}[1mab\u{1b}[0m", ""));
        assert_eq!(split_end("x数据", 3), ("x数", "据"));
        assert_eq!(split_end("ae\u{301}o", 2), ("a", "e\u{301}o"));
        assert_eq!(split_end("ae\u{301}o", 1), ("ae\u{301}", "o"));
        assert_eq!(split_end("ab", 9), ("", "ab"));
        assert_eq!(split_end("ab", 0), ("ab", ""));
    }

    #[test]
    fn what_is_cut_ends_with_an_ellipsis() {
        assert_eq!(truncated("one two", 7), "one two");
        assert_eq!(truncated("one two", 6), "one t…");
        assert_eq!(truncated("one two", 5), "one…");
        assert_eq!(truncated("数据库", 4), "数…");
    }
}
