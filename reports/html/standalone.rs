//! A figure as a file: SVG with title, legend and style inside, on white paper, for a document or a
//! slide.

use super::drawn::{Body, DrawnRow, Figure, LegendKey};
use crate::{escape, figure};
use std::fmt::Write as _;
use wssim_text::printable;
use wssim_text::wrap::wrapped;

/// The beginning of the file, by which wssim recognizes it.
pub(crate) const BEGINNING: &str =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" data-wssim=\"figure\"";

/// The style of the page; figures use their part of it.
const STYLE: &str = include_str!("style.css");
/// Beginnings of the rules that figures need.
const RULES: [&str; 10] = [
    ".good", ".bad", ".open", ".strip ", ".track", ".fill", ".nearly", ".full", ".before",
    ".whisker",
];

/// Width in pixels.
const WIDTH: usize = 484;
const MARGIN: usize = 12;
/// Height of a line of text.
const LINE: usize = 18;
/// Texts: their class, and columns of a line.
const TITLE: (&str, usize) = ("title", 46);
const NAME: (&str, usize) = ("name", 54);
const NOTE: (&str, usize) = ("note", 66);
/// Most lines of one text.
const MOST_LINES: usize = 6;
/// Space for the numbers above and below a strip.
const INSET: usize = 8;

/// A file that grows downward.
struct Sheet {
    text: String,
    /// Top of the next element.
    top: usize,
}

/// The file.
pub(super) fn render(figure: &Figure) -> String {
    let mut sheet = Sheet { text: String::new(), top: MARGIN };
    sheet.write(&figure.title, TITLE);
    sheet.top += 6;
    match &figure.body {
        Body::Drawing { svg, legend } => {
            sheet.draw(svg);
            sheet.top += 6;
            for key in legend {
                sheet.key(key);
            }
        }
        Body::Rows(rows) => {
            for row in rows {
                sheet.row(row);
            }
        }
    }
    if let Some(note) = &figure.note {
        sheet.write(note, NOTE);
    }
    let height = sheet.top + MARGIN;
    format!(
        "{BEGINNING} width=\"{WIDTH}\" height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>{}</title>\n<style>\n{}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{}</svg>\n",
        escape::html(&printable(&figure.title)),
        style(),
        sheet.text
    )
}

impl Sheet {
    /// A text, wrapped.
    fn write(&mut self, text: &str, (class, columns): (&str, usize)) {
        for line in wrapped(&printable(text), columns, MOST_LINES) {
            let line = escape::html(&line);
            self.top += LINE;
            let _ = writeln!(
                self.text,
                "<text class=\"{class}\" x=\"{MARGIN}\" y=\"{}\">{line}</text>",
                self.top - 5
            );
        }
    }

    /// A drawing of the page.
    fn draw(&mut self, svg: &str) {
        let height = height_of(svg);
        let width = WIDTH - 2 * MARGIN;
        let _ = writeln!(
            self.text,
            "<svg x=\"{MARGIN}\" y=\"{}\" width=\"{width}\" height=\"{height}\">{svg}</svg>",
            self.top
        );
        self.top += height;
    }

    fn row(&mut self, row: &DrawnRow) {
        self.write(&row.name, NAME);
        self.top += if row.svg.contains("class=\"strip\"") { INSET } else { 0 };
        self.draw(&row.svg);
        self.write(&row.text, NOTE);
        self.top += 10;
    }

    fn key(&mut self, key: &LegendKey) {
        if let Some(number) = key.series {
            let _ = writeln!(
                self.text,
                "<rect class=\"series-{number}\" fill=\"currentColor\" x=\"{MARGIN}\" y=\"{}\" width=\"14\" height=\"4\"/>",
                self.top + LINE - 11
            );
        }
        let name = wrapped(&printable(&key.name), NOTE.1, 1).concat();
        self.top += LINE;
        let _ = writeln!(
            self.text,
            "<text class=\"note\" x=\"{}\" y=\"{}\">{}</text>",
            MARGIN + 22,
            self.top - 5,
            escape::html(&name)
        );
    }
}

/// Height of a drawing in pixels, as it states.
fn height_of(svg: &str) -> usize {
    let said = svg.split("height=\"").nth(1).and_then(|rest| rest.split('"').next());
    said.and_then(|height| height.parse().ok()).unwrap_or_default()
}

/// The light style of figures from the page's style; and that of texts, which are HTML in the page.
fn style() -> String {
    let colours = STYLE.lines().next().unwrap_or_default().replace("color-scheme:light dark;", "");
    let is_ours = |line: &&str| RULES.iter().any(|rule| line.starts_with(rule));
    let texts = "text{font-family:sans-serif}\n\
                 .title{font-size:15px;font-weight:700;fill:var(--ink)}\n\
                 .name{font-size:13px;font-weight:600;fill:var(--ink)}\n\
                 .note{font-size:12px;fill:var(--faint)}";
    let rules: Vec<&str> = STYLE.lines().filter(is_ours).collect();
    format!("{colours}\n{texts}\n{}\n{}", rules.join("\n"), figure::light())
}
