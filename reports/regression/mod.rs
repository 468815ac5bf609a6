//! The comparison with a baseline: the report of `wssim diff`, and a part of the reports of `run`.
//!
//! Numbers within their limits are counted, not listed, unless all are asked for.

pub(crate) mod json;
mod refused;
mod table;
pub(crate) mod words;

use crate::markdown_block;
use crate::page::{Page, Style};
use crate::table::Tone;
use wssim_experiment::regression::findings::Difference;
use wssim_text::printable;

pub use json::render as json;
pub use refused::refused;
pub(crate) use table::{Listed, listed, name, told, verdicts};

/// Options of the report of `wssim diff`.
#[derive(Clone, Copy, Debug)]
pub struct DifferenceOptions {
    /// Whether it is coloured.
    pub style: Style,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether numbers within their limits are listed, too.
    pub all: bool,
    /// Only the listed rows, and the last line.
    pub brief: bool,
}

/// The report of `wssim diff` for a terminal.
#[must_use]
pub fn text(difference: &Difference, options: &DifferenceOptions) -> String {
    let mut page = Page::new(options.style, options.width);
    if !options.brief {
        page.title(&words::title(difference));
        page.items(&words::counts(difference));
    }
    part(&mut page, difference, options.all, options.brief);
    page.text
}

/// The table and the sentences around it, possibly as part of another report.
pub(crate) fn part(page: &mut Page, difference: &Difference, all: bool, brief: bool) {
    let Listed { rows, groups } = listed(difference, all);
    if !rows.rows.is_empty() {
        page.line("");
        page.groups(&rows, &groups);
    }
    if !brief {
        for (sentence, tone) in words::sentences(difference) {
            page.toned(&printable(&sentence), tone);
        }
    }
    page.toned(&printable(&words::summary(difference)), words::tone(difference));
}

/// The report of `wssim diff` for a merge request.
#[must_use]
pub fn markdown(difference: &Difference, all: bool) -> String {
    let head = format!(
        "## {}\n\n{}\n",
        crate::escape::markdown(&words::title(difference)),
        words::counts(difference)
    );
    head + "\n" + &markdown_part(difference, all)
}

/// The table and the sentences around it for a merge request.
pub(crate) fn markdown_part(difference: &Difference, all: bool) -> String {
    let escaped = crate::escape::markdown;
    let listed = listed(difference, all);
    let mut lines = Vec::new();
    if !listed.rows.rows.is_empty() {
        lines.push(markdown_block::table(&listed.in_one()));
    }
    lines.push(format!("**{}**\n", escaped(&words::summary(difference))));
    for (sentence, tone) in words::sentences(difference) {
        let sentence = escaped(&sentence);
        let sentence = if tone == Tone::Bad { format!("**{sentence}**") } else { sentence };
        lines.push(format!("- {sentence}"));
    }
    lines.join("\n").trim_end().to_owned() + "\n"
}

#[cfg(test)]
pub(crate) mod tests;
