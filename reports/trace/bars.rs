//! Bars on one axis: each character shows the kind that took most of its cell's time.

use super::clock::Clock;
use super::rows::Stroke;
use crate::page::Style;
use anstyle::{AnsiColor, Effects};
use wssim_experiment::trace::Paint;
use wssim_text::width;

/// The character, legend and colour of each paint.
const PAINTS: [(Paint, char, &str, Option<AnsiColor>); 7] = [
    (Paint::Working, '█', "CPU", Some(AnsiColor::Green)),
    (Paint::Slowed, '▓', "CPU slowed or stopped by others", Some(AnsiColor::Yellow)),
    (Paint::Fetching, '▒', "pages from swap", Some(AnsiColor::Cyan)),
    (Paint::Waiting, '░', "queueing", Some(AnsiColor::Red)),
    (Paint::Travelling, '─', "network", Some(AnsiColor::Blue)),
    (Paint::Pausing, '~', "pause", Some(AnsiColor::Magenta)),
    (Paint::Elsewhere, '·', "in calls", None),
];
/// Marks a bar that extends beyond the axis.
const BEYOND: char = '»';
/// Columns of an axis between two labels.
const TICK: usize = 9;
/// Weight in a cell of waiting for another stay: own time is visible even if it is a third.
const ELSEWHERE: f64 = 0.5;

/// The axis of all bars.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeAxis {
    pub(super) whole_ns: u64,
    pub(super) columns: usize,
}

impl TimeAxis {
    fn column(self, ns: u64) -> f64 {
        ns as f64 / self.whole_ns.max(1) as f64 * self.columns as f64
    }

    /// The labels above the bars.
    pub(super) fn labels(self, clock: Clock) -> String {
        let mut line = String::new();
        let ticks = clock.ticks(self.whole_ns, (self.columns / TICK).max(1));
        for (at, label) in ticks {
            let column = self.column(at) as usize;
            let taken = width::of(&line);
            if column + width::of(&label) > self.columns || (taken > 0 && column <= taken) {
                continue;
            }
            line.extend(std::iter::repeat_n(' ', column - taken));
            line.push_str(&label);
        }
        line
    }

    /// The bar of `strokes`: the paint of each cell, if any.
    fn cells(self, strokes: &[Stroke]) -> Vec<Option<usize>> {
        let mut weights = vec![[0.0_f64; PAINTS.len()]; self.columns];
        for stroke in strokes {
            let (from, to) = (self.column(stroke.start_ns), self.column(stroke.end_ns));
            let last = (to.ceil() as usize).min(self.columns);
            for (cell, weights) in weights.iter_mut().enumerate().take(last).skip(from as usize) {
                let covered = to.min(cell as f64 + 1.0) - from.max(cell as f64);
                let weight = if stroke.paint == Paint::Elsewhere { ELSEWHERE } else { 1.0 };
                weights[stroke.paint as usize] += covered * weight;
            }
        }
        weights.iter().map(heaviest).collect()
    }

    /// The bar of `strokes` as printed, at most as wide as the axis.
    pub(super) fn bar(self, strokes: &[Stroke], style: Style) -> String {
        let cells = self.cells(strokes);
        let beyond = strokes.iter().any(|stroke| stroke.end_ns > self.whole_ns);
        let mut bar = String::new();
        let mut at = 0;
        let end = if beyond { cells.len().saturating_sub(1) } else { cells.len() };
        while at < end {
            let same = cells[at..end].iter().take_while(|cell| **cell == cells[at]).count();
            bar.push_str(&match cells[at] {
                Some(paint) => painted(PAINTS[paint], same, style),
                None => " ".repeat(same),
            });
            at += same;
        }
        if beyond {
            bar.push(BEYOND);
        }
        bar
    }
}

/// The paint with the most weight; of equal ones the first.
fn heaviest(weights: &[f64; PAINTS.len()]) -> Option<usize> {
    let mut best = None;
    for (paint, &weight) in weights.iter().enumerate() {
        if weight > 0.0 && best.is_none_or(|best: usize| weight > weights[best]) {
            best = Some(paint);
        }
    }
    best
}

fn painted(
    (_, character, _, colour): (Paint, char, &str, Option<AnsiColor>),
    cells: usize,
    style: Style,
) -> String {
    let look = match colour {
        Some(colour) => colour.on_default(),
        None => anstyle::Style::new().effects(Effects::DIMMED),
    };
    style.paint(&character.to_string().repeat(cells), look)
}

/// The meaning of each character in `strokes`, one painted text each.
pub(super) fn legend<'a>(
    strokes: &(impl Iterator<Item = &'a Stroke> + Clone),
    style: Style,
) -> Vec<String> {
    let occurs = |paint: Paint| strokes.clone().any(|stroke| stroke.paint == paint);
    let told = PAINTS.into_iter().filter(|(paint, ..)| occurs(*paint));
    told.map(|row| format!("{} {}", painted(row, 1, style), row.2)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stroke(paint: Paint, start_ns: u64, end_ns: u64) -> Stroke {
        Stroke { paint, start_ns, end_ns }
    }

    #[test]
    fn each_cell_shows_what_took_most_of_it() {
        let axis = TimeAxis { whole_ns: 100, columns: 10 };
        let strokes = [
            stroke(Paint::Travelling, 0, 10),
            stroke(Paint::Waiting, 10, 34),
            stroke(Paint::Working, 34, 60),
            stroke(Paint::Elsewhere, 60, 90),
        ];
        assert_eq!(axis.bar(&strokes, Style::Plain), "─░░███··· ");
        let faults = [stroke(Paint::Waiting, 0, 20), stroke(Paint::Fetching, 20, 50)];
        assert_eq!(axis.bar(&faults, Style::Plain), "░░▒▒▒     ");
        assert_eq!(axis.bar(&[stroke(Paint::Working, 55, 56)], Style::Plain), "     █    ");
        assert_eq!(axis.bar(&[stroke(Paint::Working, 80, 130)], Style::Plain), "        █»");
        assert_eq!(axis.bar(&[stroke(Paint::Working, 130, 140)], Style::Plain), "         »");
    }

    #[test]
    fn paints_stand_in_their_order() {
        for (place, (paint, ..)) in PAINTS.iter().enumerate() {
            assert_eq!(*paint as usize, place);
        }
    }

    #[test]
    fn labels_do_not_touch() {
        let axis = TimeAxis { whole_ns: 98_300_000, columns: 40 };
        assert_eq!(axis.labels(Clock::of(98_300_000)), "0                   50");
    }
}
