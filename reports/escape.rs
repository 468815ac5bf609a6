//! Escapes user-made text in JSON, Markdown, HTML, CSV, labels and file names; `wssim_text::printable`
//! does so for a terminal.

use std::fmt::Write as _;
use wssim_text::{is_control, printable};

/// Longest file name made from a user's name, in bytes.
const LONGEST_FILE_NAME: usize = 120;

/// JSON text in which control characters that JSON itself allows (DEL, C1, changes of direction,
/// invisible ones) are written as `\uXXXX`: they occur only inside strings.
pub(crate) fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if is_control(character) && character != '\n' {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// `text` as one cell of a Markdown table, without markup, links or HTML.
pub(crate) fn markdown(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '&' => cell.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '$' | '!' => {
                cell.push('\\');
                cell.push(character);
            }
            _ => cell.push(character),
        }
    }
    cell
}

/// `text` inside an element or an attribute of HTML, without markup.
pub(crate) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

/// `text` as a cell of a CSV file that no spreadsheet takes for a formula.
pub(crate) fn spreadsheet(text: &str) -> String {
    let line = printable(text);
    if line.starts_with(['=', '+', '-', '@', ' ']) { format!("'{line}") } else { line }
}

/// Labels as Prometheus writes them: `entry="web",stat="p95"`.
pub(crate) fn labels<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        if !text.is_empty() {
            text.push(',');
        }
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(text, "{name}=\"{}\"", printable(&value));
    }
    text
}

/// A file name made from a user's `name`: one visible component without characters that are special to a
/// file system or a shell on any platform.
pub fn safe_file_name(name: &str) -> String {
    let mut safe = String::new();
    for character in name.chars() {
        let kept = character.is_alphanumeric() || matches!(character, '-' | '_' | '.' | '+');
        let character = if kept { character } else { '_' };
        if safe.len() + character.len_utf8() > LONGEST_FILE_NAME {
            break;
        }
        safe.push(character);
    }
    if safe.starts_with(['.', '-']) {
        safe.replace_range(..1, "_");
    }
    if safe.ends_with('.') {
        safe.replace_range(safe.len() - 1.., "_");
    }
    if safe.is_empty() {
        safe.push_str("scenario");
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_escapes_what_the_standard_lets_pass() {
        assert_eq!(json("\"\u{7f}\u{85}é\"\n"), "\"\\u007f\\u0085é\"\n");
    }

    #[test]
    fn markdown_sees_no_markup() {
        assert_eq!(markdown("a|b `c` <script>*x*\n"), "a\\|b \\`c\\` &lt;script&gt;\\*x\\* ");
    }

    #[test]
    fn html_sees_no_markup() {
        assert_eq!(html("<a href='x'>&\"\u{1b}"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\\u{1b}");
    }

    #[test]
    fn spreadsheets_see_no_formula() {
        for text in ["=cmd|' /C calc'!A0", "+1", "-1", "@sum", "\t=1"] {
            assert!(spreadsheet(text).starts_with('\''), "{text}");
        }
        assert_eq!(spreadsheet("web"), "web");
    }

    #[test]
    fn labels_quote_their_values() {
        assert_eq!(
            labels([("entry", "a\"b\\\n"), ("stat", "p50")]),
            r#"entry="a\"b\\\n",stat="p50""#
        );
    }

    #[test]
    fn file_names_stay_in_their_directory() {
        for (name, safe) in [
            ("after", "after"),
            ("../../etc/passwd", "_._.._etc_passwd"),
            ("..", "__"),
            (".", "_"),
            ("", "scenario"),
            ("a\u{0}b\\c:d", "a_b_c_d"),
            ("-rf", "_rf"),
        ] {
            assert_eq!(safe_file_name(name), safe);
        }
        assert!(safe_file_name(&"é".repeat(300)).len() <= LONGEST_FILE_NAME);
    }
}
