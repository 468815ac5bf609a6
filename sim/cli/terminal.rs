//! The width of the terminal.

use std::io;
use terminal_size::{Width, terminal_size_of};
use wssim_text::width::USUAL;

/// Smallest and largest width that is used.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=400;

/// The destination of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Error,
}

/// Columns of lines to `stream`: from the variable `COLUMNS`, or else those of the terminal, or else the
/// usual number for a file.
pub(crate) fn width(stream: Stream) -> usize {
    let terminal = match stream {
        Stream::Out => terminal_size_of(io::stdout()),
        Stream::Error => terminal_size_of(io::stderr()),
    };
    let terminal = terminal.map(|(Width(columns), _)| usize::from(columns));
    believed(std::env::var("COLUMNS").ok().as_deref(), terminal)
}

fn believed(variable: Option<&str>, terminal: Option<usize>) -> usize {
    let variable = variable.and_then(|columns| columns.trim().parse().ok());
    let columns = variable.filter(|columns| *columns > 0).or(terminal).unwrap_or(USUAL);
    columns.clamp(*WIDTHS.start(), *WIDTHS.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_beats_the_terminal_and_that_the_usual_width() {
        assert_eq!(believed(Some("72"), Some(60)), 72);
        assert_eq!(believed(None, Some(60)), 60);
        assert_eq!(believed(None, None), 100);
        for nothing in ["", "0", "wide", "-3"] {
            assert_eq!(believed(Some(nothing), Some(60)), 60, "{nothing}");
        }
        assert_eq!(believed(Some("7"), None), 40);
        assert_eq!(believed(None, Some(4000)), 400);
    }
}
