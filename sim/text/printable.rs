//! Makes text safe to print: no character in it controls a terminal, is invisible, or changes the order
//! in which the rest is read.
//!
//! Three kinds of characters are written out, as `\u{1b}`, instead of printed:
//!
//! - control characters, which a terminal obeys;
//! - invisible characters, Unicode's `Default_Ignorable_Code_Point` (Unicode 17,
//!   DerivedCoreProperties.txt): joiners, soft hyphens, fillers, tags, variation selectors, and among
//!   them all that change direction. Two names that differ by one of them look alike, and terminals
//!   disagree on the columns that they take (U+00AD), or that the character before them takes
//!   (U+FE0F). The price: an emoji that asks for its colours is followed by `\u{fe0f}`;
//! - other layout characters without a shape: separators of lines and paragraphs,
//!   annotations between lines (U+FFF9 to U+FFFB), Egyptian joiners (U+13430 to U+1343F).
//!
//! Printed as they are: the signs of Arabic and other scripts that Unicode counts as formats but that
//! have a shape (U+0600), blanks of any width, and letters that are written from right to left.

use std::fmt::Write as _;

/// The characters that are written out, beside control characters.
const HIDDEN: [(u32, u32); 18] = [
    (0x00AD, 0x00AD),   // soft hyphen
    (0x034F, 0x034F),   // combining grapheme joiner
    (0x061C, 0x061C),   // Arabic letter mark: direction
    (0x115F, 0x1160),   // Hangul fillers
    (0x17B4, 0x17B5),   // Khmer inherent vowels
    (0x180B, 0x180F),   // Mongolian variation selectors and vowel separator
    (0x200B, 0x200F),   // blanks and joiners of no width, marks of direction
    (0x2028, 0x202E),   // separators of lines and paragraphs, direction
    (0x2060, 0x206F),   // word joiner, invisible operators, direction, deprecated formats
    (0x3164, 0x3164),   // Hangul filler
    (0xFE00, 0xFE0F),   // variation selectors
    (0xFEFF, 0xFEFF),   // byte order mark
    (0xFFA0, 0xFFA0),   // halfwidth Hangul filler
    (0xFFF0, 0xFFFB),   // not assigned but ignorable; annotations between lines
    (0x13430, 0x1343F), // Egyptian joiners
    (0x1BCA0, 0x1BCA3), // shorthand formats
    (0x1D173, 0x1D17A), // musical beams and slurs
    (0xE0000, 0xE0FFF), // tags, variation selectors, and what is not assigned among them
];

/// Whether `character` controls a terminal, is invisible, or changes the direction of what follows.
#[must_use]
pub fn is_control(character: char) -> bool {
    let code = u32::from(character);
    let hides = |&(first, last): &(u32, u32)| (first..=last).contains(&code);
    character.is_control() || (!character.is_ascii() && HIDDEN.iter().any(hides))
}

/// `text` on one line: line feeds and tabs become blanks, other control characters are escaped
/// (`\u{1b}`), so that the terminal executes no part of it.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\n' | '\r' | '\t') {
            line.push(' ');
        } else if is_control(character) {
            let _ = write!(line, "{}", character.escape_unicode());
        } else {
            line.push(character);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_general_category::{GeneralCategory, get_general_category};

    #[test]
    fn no_control_character_reaches_a_terminal() {
        let hostile = "a\u{1b}[31mred\u{9b}0m\u{202e}txt\nnext\u{7f}\u{61c}\u{2065}";
        let line = printable(hostile);
        assert_eq!(line, "a\\u{1b}[31mred\\u{9b}0m\\u{202e}txt next\\u{7f}\\u{61c}\\u{2065}");
        assert!(!line.chars().any(is_control));
    }

    /// Format characters that have a shape: Unicode's `Prepended_Concatenation_Mark`.
    const SHOWN: [(u32, u32); 7] = [
        (0x600, 0x605),
        (0x6DD, 0x6DD),
        (0x70F, 0x70F),
        (0x890, 0x891),
        (0x8E2, 0x8E2),
        (0x110BD, 0x110BD),
        (0x110CD, 0x110CD),
    ];

    /// Checked against another table, Unicode's general categories: every control, format character and
    /// line separator without a shape is escaped.
    #[test]
    fn what_has_no_shape_is_written_out() {
        use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
        for character in '\0'..=char::MAX {
            let category = get_general_category(character);
            let code = u32::from(character);
            if SHOWN.iter().any(|(first, last)| (*first..=*last).contains(&code)) {
                assert!(category == Format && !is_control(character), "{code:x}");
            } else if matches!(category, Control | Format | LineSeparator | ParagraphSeparator) {
                assert!(is_control(character), "{code:x}");
            }
        }
    }

    /// Other escaped characters are only unassigned ones, and marks and fillers that Unicode lets
    /// programs ignore.
    #[test]
    fn what_has_a_shape_is_printed() {
        use GeneralCategory::{
            Control, Format, LineSeparator, NonspacingMark, OtherLetter, ParagraphSeparator,
            Unassigned,
        };
        let (mut marks, mut letters) = (0, 0);
        for character in ('\0'..=char::MAX).filter(|character| is_control(*character)) {
            match get_general_category(character) {
                Control | Format | LineSeparator | ParagraphSeparator | Unassigned => {}
                NonspacingMark => marks += 1,
                OtherLetter => letters += 1,
                category => panic!("{:x} is {category:?}", u32::from(character)),
            }
        }
        // One joiner, two vowels, 4 + 16 + 240 variation selectors; four fillers.
        assert_eq!((marks, letters), (263, 4));
    }
}
