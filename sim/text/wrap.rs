//! Wraps text to a number of columns.
//!
//! Lines break at blanks, but not between a number and its unit; where a word is longer than a line, behind
//! a sign inside it (`gibd-` `postgres`), and only then within a name. Colours continue on the next line.

use crate::width::{self, of, split};

/// Narrowest line: the widest character must fit.
const NARROWEST: usize = 2;

/// `text` in lines of at most `width` columns; if it needs more than `most` lines, the last one is cut.
#[must_use]
pub fn wrapped(text: &str, width: usize, most: usize) -> Vec<String> {
    lines(text, [width; 2], most)
}

/// `text` in lines of at most `width` columns, all but the first behind `indent`.
#[must_use]
pub fn hanging(text: &str, width: usize, indent: &str) -> String {
    let others = width.saturating_sub(of(indent));
    lines(text, [width, others], usize::MAX).join(&format!("\n{indent}"))
}

/// `items` separated by `between`, filled into lines of `width` columns; items wider than a line are
/// wrapped.
#[must_use]
pub fn flowed<'a>(
    items: impl IntoIterator<Item = &'a str>,
    between: &str,
    width: usize,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if of(line) + of(between) + of(item) <= width => {
                line.push_str(between);
                line.push_str(item);
            }
            _ => lines.extend(wrapped(item, width, usize::MAX)),
        }
    }
    lines
}

/// Wraps the lines of `text` that are wider than `width`; continuation lines are indented by two more
/// columns.
#[must_use]
pub fn folded(text: &str, width: usize) -> String {
    let mut folded = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (content, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        if of(content) <= width {
            folded.push_str(content);
        } else {
            let inside = content.trim_start();
            let indent = " ".repeat((content.len() - inside.len()).min(width / 2));
            let room = width.saturating_sub(indent.len());
            folded.push_str(&indent);
            folded.push_str(&hanging(inside, room, "  ").replace('\n', &format!("\n{indent}")));
        }
        folded.push_str(end);
    }
    folded
}

/// The parts of `text` between which a line may end: words, and numbers with their units.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.match_indices(' ').map(|(at, _)| at).filter(|at| ends_word(&text[..*at]));
    let mut start = 0;
    let parts = ends.chain([text.len()]).map(move |end| {
        let part = text[start..end].trim_start();
        start = end;
        part
    });
    parts.filter(|part| !part.is_empty())
}

/// Columns of the longest part of `text` that should stay whole: a number with its unit, or a name up to
/// a sign inside it. At most `most` columns of a name are counted.
#[must_use]
pub fn longest(text: &str, most: usize) -> usize {
    let name = |part: &str| -> usize {
        let mut start = 0;
        let ends = joints(part, &JOINTS).chain([part.len()]);
        let pieces = ends.map(|end| of(&part[std::mem::replace(&mut start, end)..end]));
        pieces.max().unwrap_or(0).min(most)
    };
    parts(text).map(|part| if is_number(part) { of(part) } else { name(part) }).max().unwrap_or(0)
}

/// Whether a part of a text is a number, perhaps with its unit.
fn is_number(part: &str) -> bool {
    let signs = ['(', '+', '-', '−', '×', ' '];
    let bare = part.trim_start_matches(|first| signs.contains(&first) || COMPARES.contains(&first));
    bare.starts_with(|first: char| first.is_ascii_digit())
}

/// Splits `text` into lines of `first` and `others` columns.
fn lines(text: &str, [first, others]: [usize; 2], most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    let mut width = first.max(NARROWEST);
    while !split(rest, width).1.is_empty() && lines.len() + 1 < most {
        let (line, next) = rest.split_at(end_of_line(rest, width));
        lines.push(line.trim_end().to_owned());
        rest = next.trim_start();
        width = others.max(NARROWEST);
    }
    lines.push(width::truncated(rest, width));
    lines
}

/// Where the first line of `text`, which is wider than `width`, ends best.
fn end_of_line(text: &str, width: usize) -> usize {
    let (head, tail) = split(text, width);
    let at_end = tail.starts_with(' ').then_some(head.len());
    let blanks = || at_end.into_iter().chain(head.rmatch_indices(' ').map(|(at, _)| at));
    blanks()
        .find(|at| ends_word(&head[..*at]))
        .or_else(|| blanks().next())
        .or_else(|| inside_word(text, head.len()))
        .unwrap_or(head.len())
}

/// Signs that belong to the number behind them.
const COMPARES: [char; 5] = ['≤', '≥', '<', '>', '±'];

/// Whether a line may end after `text`: not before a number's unit.
fn ends_word(text: &str) -> bool {
    !text.ends_with(|last: char| last.is_ascii_digit() || COMPARES.contains(&last))
}

/// The last place up to `end` where a line may end inside a name: between folders if possible, otherwise
/// after any joint.
fn inside_word(text: &str, end: usize) -> Option<usize> {
    // Includes the next character, which decides whether a sign joins two parts.
    let text = text[end..].chars().next().map_or(text, |next| &text[..end + next.len_utf8()]);
    let joint = |signs: &[char]| joints(text, signs).take_while(|at| *at <= end).last();
    joint(&['/']).or_else(|| joint(&JOINTS))
}

/// Signs that join two parts of a name.
const JOINTS: [char; 7] = ['-', '_', '/', '.', ',', ':', '='];

/// The places behind `signs` that join two parts of a name; never inside a number.
fn joints<'a>(text: &'a str, signs: &'a [char]) -> impl Iterator<Item = usize> + 'a {
    let places = text.match_indices(signs).map(|(at, sign)| (at, at + sign.len()));
    let joins = |&(from, to): &(usize, usize)| {
        text[..from].ends_with(char::is_alphanumeric) && text[to..].starts_with(char::is_alphabetic)
    };
    places.filter(joins).map(|(_, to)| to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_end_with_an_ellipsis() {
        assert_eq!(wrapped("one two three", 8, 9), ["one two", "three"]);
        assert_eq!(wrapped("one two three four", 8, 2), ["one two", "three f…"]);
        assert_eq!(wrapped("unbreakable", 4, 9), ["unbr", "eaka", "ble"]);
        assert_eq!(wrapped("", 4, 9), [""]);
        assert_eq!(wrapped("about 10 % of it", 8, 9), ["about", "10 % of", "it"]);
        assert_eq!(wrapped("10 percent", 9, 9), ["10", "percent"]);
        assert_eq!(wrapped("数据库", 5, 9), ["数据", "库"]);
        assert_eq!(wrapped("数据", 1, 9), ["数", "据"]);
    }

    #[test]
    fn names_break_at_their_joints_and_numbers_never() {
        assert_eq!(wrapped("gibd-postgres", 12, 9), ["gibd-", "postgres"]);
        assert_eq!(wrapped("stacks/shop.yml:3:5", 12, 9), ["stacks/", "shop.yml:3:5"]);
        assert_eq!(wrapped("see docs.example.com", 12, 9), ["see", "docs.", "example.com"]);
        assert_eq!(wrapped("--a-long-flag", 8, 9), ["--a-", "long-", "flag"]);
        assert_eq!(wrapped("18.00 GB (17.98–18.02)", 16, 9), ["18.00 GB", "(17.98–18.02)"]);
        assert_eq!(wrapped("35.1 ±0.2 % busy", 12, 9), ["35.1 ±0.2 %", "busy"]);
    }

    #[test]
    fn parts_are_words_and_numbers_with_units() {
        let of = |text| parts(text).collect::<Vec<&str>>();
        assert_eq!(
            of("−55 % to −45 % (±10 % of −50 %)"),
            ["−55 %", "to", "−45 %", "(±10 %", "of", "−50 %)"]
        );
        assert_eq!(of("71.3 ±0.3 ms  (71.0–71.6)"), ["71.3 ±0.3 ms", "(71.0–71.6)"]);
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of("stays at ≤ 18 GB"), ["stays", "at", "≤ 18 GB"]);
        assert!(["(±10 %", "≤ 18 GB", "×2", "0.3"].into_iter().all(is_number));
        assert!(!["ms", "—", "p95", "-a", ""].into_iter().any(is_number));
    }

    #[test]
    fn the_longest_part_is_what_a_column_needs() {
        assert_eq!(longest("gibd-postgres is up", 99), "postgres".len());
        assert_eq!(longest("elasticsearch", 99), 13);
        assert_eq!(longest("elasticsearch", 9), 9);
        assert_eq!(longest("18.00 ±0.02 GB of RAM", 9), 14);
        assert_eq!(longest("", 9), 0);
    }

    #[test]
    fn what_follows_the_first_line_is_indented() {
        assert_eq!(hanging("error: no such thing", 14, "  "), "error: no such\n  thing");
        assert_eq!(hanging("short", 14, "  "), "short");
        let painted = "\u{1b}[31merror\u{1b}[0m: no such thing";
        assert_eq!(hanging(painted, 14, "  "), "\u{1b}[31merror\u{1b}[0m: no such\n  thing");
    }

    #[test]
    fn items_stay_whole_where_they_can() {
        let items = ["seed 84", "40 replications of 10 min", "9.6 M requests"];
        assert_eq!(
            flowed(items, " · ", 40),
            ["seed 84 · 40 replications of 10 min", "9.6 M requests"]
        );
        assert_eq!(
            flowed(items, " · ", 20),
            ["seed 84", "40 replications of", "10 min", "9.6 M requests"]
        );
    }

    #[test]
    fn long_lines_of_a_text_go_on_in_the_next_one() {
        let text = "Usage: wssim run SCENARIO\n\n  --seed <N>  of all randomness\n";
        assert_eq!(
            folded(text, 18),
            "Usage: wssim run\n  SCENARIO\n\n  --seed <N>  of\n    all randomness\n"
        );
        assert_eq!(folded(text, 80), text);
        assert_eq!(folded("no end", 80), "no end");
    }

    /// For any text, no line is too wide and only blanks are lost.
    #[test]
    fn no_line_is_wider_than_asked_for() {
        let words = [
            "数据库",
            "a",
            "e\u{301}e\u{301}",
            "12.5 %",
            "gibd-postgres",
            "—",
            "x".repeat(70).leak(),
        ];
        let mut state = 7_u64;
        for width in 2..60 {
            let text: Vec<&str> = (0..20)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    words[(state >> 33) as usize % words.len()]
                })
                .collect();
            let text = text.join(" ");
            let lines = wrapped(&text, width, usize::MAX);
            assert!(lines.iter().all(|line| of(line) <= width), "{width}: {lines:?}");
            let letters = |text: &str| text.replace(' ', "");
            assert_eq!(letters(&lines.concat()), letters(&text));
            let folded = folded(&text, width.max(6));
            assert!(folded.lines().all(|line| of(line) <= width.max(6)), "{width}: {folded}");
        }
    }
}
