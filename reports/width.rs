//! How many columns of a terminal a text takes, and how it is broken into lines.
//!
//! Approximation: combining marks take none, East Asian wide characters and emoji two, all others
//! one. Enough for aligned tables of names; it is no full implementation of UAX 11.

/// Columns that `character` takes.
fn columns(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x20D0..=0x20FF | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F => {
            0
        }
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F680..=0x1F6FF
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// Columns that `text` takes.
pub(crate) fn of(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// The longest beginning of `text` that takes at most `width` columns, and the rest.
fn split(text: &str, width: usize) -> (&str, &str) {
    let mut taken = 0;
    for (at, character) in text.char_indices() {
        taken += columns(character);
        if taken > width {
            return text.split_at(at);
        }
    }
    (text, "")
}

/// `text` in at most `width` columns; what does not fit is replaced by `…`.
pub(crate) fn truncated(text: &str, width: usize) -> String {
    if of(text) <= width {
        return text.to_owned();
    }
    let (head, _) = split(text, width.saturating_sub(1));
    format!("{}…", head.trim_end())
}

/// `text` in lines of at most `width` columns, broken at blanks where there are any; longer texts
/// than `most` lines are cut.
pub(crate) fn wrapped(text: &str, width: usize, most: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while of(rest) > width {
        if lines.len() + 1 == most {
            break;
        }
        let (head, tail) = split(rest, width);
        let word_ends = tail.starts_with(' ');
        let cut = if word_ends && !head.ends_with(|last: char| last.is_ascii_digit()) {
            head.len()
        } else {
            best_break(head)
        };
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    lines.push(truncated(rest, width));
    lines
}

/// Where to break a line: at its last blank, but not between a number and its unit if that can be
/// helped.
fn best_break(head: &str) -> usize {
    let blanks = head.rmatch_indices(' ').map(|(at, _)| at);
    let after_words = |at: &usize| !head[..*at].ends_with(|last: char| last.is_ascii_digit());
    blanks.clone().find(after_words).or_else(|| blanks.clone().next()).unwrap_or(head.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_a_terminal() {
        assert_eq!(of("−55 % ± µs…"), 11);
        assert_eq!(of("数据"), 4);
        assert_eq!(of("e\u{301}"), 1);
    }

    #[test]
    fn lines_break_at_blanks_and_end_with_an_ellipsis() {
        assert_eq!(wrapped("one two three", 8, 9), ["one two", "three"]);
        assert_eq!(wrapped("one two three four", 8, 2), ["one two", "three f…"]);
        assert_eq!(wrapped("unbreakable", 4, 9), ["unbr", "eaka", "ble"]);
        assert_eq!(wrapped("", 4, 9), [""]);
        assert_eq!(wrapped("about 10 % of it", 8, 9), ["about", "10 % of", "it"]);
        assert_eq!(wrapped("10 percent", 9, 9), ["10", "percent"]);
    }
}
