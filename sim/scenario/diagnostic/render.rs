//! Diagnostics as text for a terminal, in lines of at most its width:
//!
//! ```text
//! error[unknown-service]: no service is named `gibd-postgers`
//!    ┌ scenarios/after.toml:31:13
//! 31 │   { call = "gibd-postgers.query", send = "300 B" },
//!    │             ^^^^^^^^^^^^^ did you mean `gibd-postgres`?
//! ```
//!
//! A line of the text that is too long is cut around the marked part; messages are wrapped.

use super::{Diagnostic, Severity, TextPlace};
use std::fmt::Write as _;
use wssim_text::printable;
use wssim_text::width::{self, ELLIPSIS};
use wssim_text::wrap;

/// Columns that a long help text needs below the marked part; with fewer it begins at the margin.
const HELP: usize = 40;
/// Indent of the further lines of a message.
const INDENT: &str = "  ";
/// Marks the cut beginning of a line.
const CUT: &str = "… ";

/// Diagnostics as text in lines of at most `width` columns; with escape sequences if `color`.
#[must_use]
pub fn render(items: &[Diagnostic], width: usize, color: bool) -> String {
    let mut out = String::new();
    for item in items {
        one(&mut out, item, width, color);
    }
    out
}

/// Escape sequences, or nothing.
struct Paint {
    tint: &'static str,
    bold: &'static str,
    blue: &'static str,
    plain: &'static str,
}

impl Paint {
    fn of(severity: Severity, color: bool) -> Self {
        let tint = match severity {
            Severity::Error => "\x1b[1;31m",
            Severity::Warning => "\x1b[1;33m",
        };
        if color {
            Self { tint, bold: "\x1b[1m", blue: "\x1b[34m", plain: "\x1b[0m" }
        } else {
            Self { tint: "", bold: "", blue: "", plain: "" }
        }
    }
}

fn one(out: &mut String, item: &Diagnostic, width: usize, color: bool) {
    let paint = Paint::of(item.severity, color);
    let Paint { tint, bold, plain, .. } = &paint;
    let word = match item.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let message = printable(&item.message);
    let message = format!("{tint}{word}[{}]{plain}{bold}: {message}{plain}", item.code);
    let _ = writeln!(out, "{}", wrap::hanging(&message, width, INDENT));
    let help = item.help.as_deref().map(printable).unwrap_or_default();
    match &item.span {
        Some(place) => quote(out, place, &help, width, &paint),
        None if help.is_empty() => {}
        None => {
            for line in wrap::wrapped(&help, width.saturating_sub(3), usize::MAX) {
                let _ = writeln!(out, "   {line}");
            }
        }
    }
}

/// The place, its line, and the help below the marked part.
fn quote(out: &mut String, place: &TextPlace, help: &str, width: usize, paint: &Paint) {
    let Paint { tint, blue, plain, .. } = paint;
    let number = place.line().to_string();
    let margin = " ".repeat(number.len());
    let room = width.saturating_sub(number.len() + 3);
    let file = format!("{}:{number}:{}", printable(&place.file()), place.column());
    for (at, part) in wrap::wrapped(&file, room, usize::MAX).iter().enumerate() {
        let corner = if at == 0 { '┌' } else { '│' };
        let _ = writeln!(out, "{blue}{margin} {corner}{plain} {part}");
    }
    let Window { line, before, marked } = window(place.parts(), room);
    let _ = writeln!(out, "{blue}{number} │{plain} {line}");
    let carets = format!("{}{tint}{}{plain}", " ".repeat(before), "^".repeat(marked));
    let beside = before + marked + 1 + width::of(help) <= room;
    let gap = if beside && !help.is_empty() { " " } else { "" };
    let help_beside = if beside { help } else { "" };
    let _ = writeln!(out, "{blue}{margin} │{plain} {carets}{gap}{help_beside}");
    if !beside {
        let is_wide = room.saturating_sub(before) >= HELP.min(width::of(help));
        let indent = if is_wide { before } else { 0 };
        for line in wrap::wrapped(help, room - indent, usize::MAX) {
            let _ = writeln!(out, "{blue}{margin} │{plain} {}{line}", " ".repeat(indent));
        }
    }
}

/// The shown part of a line.
struct Window {
    line: String,
    /// Columns before the marked part.
    before: usize,
    /// Columns of the marked part, at least one.
    marked: usize,
}

/// The line of three `parts`, made printable, in `room` columns: the marked part, and as much as fits of
/// the parts before and after it.
fn window(parts: [&str; 3], room: usize) -> Window {
    let [before, marked, behind] = near(parts, 4 * room).map(printable);
    let cut = width::of(CUT);
    if width::of(&before) + columns(&marked) + width::of(&behind).min(cut) <= room {
        return shown("", &before, &marked, &behind, room);
    }
    // At least a quarter for the part before, as context.
    let context = room / 4;
    let lead = if width::of(&before) > context { CUT } else { "" };
    let taken = width::of(lead) + width::of(&before).min(context);
    let (marked, rest) = width::split(&marked, room.saturating_sub(taken + cut));
    let behind = format!("{rest}{behind}");
    let left = room.saturating_sub(width::of(lead) + columns(marked) + width::of(&behind));
    let (_, before) = width::split_end(&before, context.max(left));
    let before = if lead.is_empty() { before } else { before.trim_start() };
    shown(lead, before, marked, &behind, room)
}

/// Columns to mark: at least one.
fn columns(marked: &str) -> usize {
    width::of(marked).max(1)
}

/// The visible characters of each part of a line, which may be as long as a file.
fn near([before, marked, behind]: [&str; 3], most: usize) -> [&str; 3] {
    let head = |text: &str| text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    let tail = before.char_indices().rev().take(most).last().map_or(before.len(), |(at, _)| at);
    [&before[tail..], &marked[..head(marked)], &behind[..head(behind)]]
}

/// The parts in a line of at most `room` columns; the end of the last part is cut.
fn shown(lead: &str, before: &str, marked: &str, behind: &str, room: usize) -> Window {
    let head = format!("{lead}{before}");
    let (before, columns) = (width::of(&head), columns(marked));
    let left = room.saturating_sub(before + width::of(marked));
    let behind = if width::of(behind) <= left {
        behind.to_owned()
    } else {
        let (behind, _) = width::split(behind, left.saturating_sub(width::of(CUT)));
        format!("{} {ELLIPSIS}", behind.trim_end())
    };
    Window { line: format!("{head}{marked}{behind}"), before, marked: columns }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line whose marked part is in brackets.
    #[track_caller]
    fn is(line: &str, room: usize, shown: &str, carets: &str) {
        let (before, rest) = line.split_once('[').unwrap();
        let (marked, behind) = rest.split_once(']').unwrap();
        let window = window([before, marked, behind], room);
        let marks = format!("{}{}", " ".repeat(window.before), "^".repeat(window.marked));
        assert_eq!((window.line.as_str(), marks.as_str()), (shown, carets));
    }

    #[test]
    fn a_long_line_is_cut_around_what_is_marked() {
        is("one [two] three", 13, "one two three", "    ^^^");
        is("one [two] three", 12, "one two th …", "    ^^^");
        is("some way along [two] three four", 16, "… ong two thre …", "      ^^^");
        is("some way along [two]", 16, "… way along two", "            ^^^");
        is("[all of it is wrong]", 12, "all of it  …", "^^^^^^^^^^");
        is("e [all of it is wrong] here", 12, "e all of i …", "  ^^^^^^^^");
        is("some way along []", 8, "… long ", "       ^");
        is("数据 [两] 数据", 10, "数据 两 …", "     ^^");
        is("a\t[b]\u{1b} c", 12, "a b\\u{1b} c", "  ^");
    }
}
