//! Bars of phases and steps on one time axis: all phases, and the steps of each.
//!
//! ```text
//!                      0                              1 h 20 min
//! stop gibd-postgres   █                                     2 s
//! copy 2 GB             ██                                  18 s
//! verify                  ░░░░░░░░░░░░░░░░░░░░░           4 min
//! ```
//! The axis of a phase begins with its first step that changes something: preparations before it have a
//! time and no bar. A name that is too long for its share of the line is above its bar.

use crate::quantity;
use wssim_experiment::migrate::findings::{Migration, PhaseFinding};
use wssim_text::printable;
use wssim_text::width;

/// Work of the cluster.
const WORK: char = '█';
/// Work of people.
const PEOPLE: char = '░';
/// Columns of the time after a bar.
const TIME: usize = 10;

/// One bar.
struct Bar {
    name: String,
    from: f64,
    to: f64,
    fill: char,
}

/// A chart of all phases, and one of the steps of each phase with steps: title and lines of `columns`
/// columns.
pub(crate) fn charts(migration: &Migration, columns: usize) -> Vec<(String, Vec<String>)> {
    let mut charts = Vec::new();
    if migration.phases.len() > 1 {
        let bar = |phase: &PhaseFinding| {
            let (from, to) = (phase.begins, phase.begins + phase.mean_seconds);
            Bar { name: phase.id.clone(), from, to, fill: WORK }
        };
        let bars: Vec<Bar> = migration.phases.iter().map(bar).collect();
        charts.push(("When each phase is".to_owned(), chart(&bars, columns)));
    }
    for phase in migration.phases.iter().filter(|phase| !phase.steps.is_empty()) {
        let first = first_change(phase);
        let known = phase.steps.iter().filter_map(|step| {
            let (from, seconds) = (step.begins? - first, step.seconds?);
            let fill = if step.is_of_people { PEOPLE } else { WORK };
            Some(Bar { name: step.text.clone(), from, to: from + seconds, fill })
        });
        let bars: Vec<Bar> = known.collect();
        charts.push((format!("Phase {}", phase.id), chart(&bars, columns)));
    }
    charts
}

/// Start of the first step that changes something, in seconds from the beginning of the phase; zero
/// without one.
pub(crate) fn first_change(phase: &PhaseFinding) -> f64 {
    let changing = phase.steps.iter().filter(|step| !step.is_of_people);
    let first = changing.filter_map(|step| step.begins).fold(f64::INFINITY, f64::min);
    if first.is_finite() { first } else { 0.0 }
}

fn chart(bars: &[Bar], columns: usize) -> Vec<String> {
    let names: Vec<String> = bars.iter().map(|bar| cut(&printable(&bar.name), columns)).collect();
    let beside = |name: &str| width::of(name) <= columns * 2 / 5;
    let name = names.iter().filter(|name| beside(name)).map(|name| width::of(name)).max();
    let name = name.unwrap_or(0);
    let whole = bars.iter().map(|bar| bar.to).fold(0.0, f64::max);
    let room = columns.saturating_sub(name + TIME + 4).max(1);
    let mut lines = vec![axis(name, room, whole)];
    for (bar, label) in bars.iter().zip(&names) {
        let place = |at: f64| ((at / whole.max(f64::MIN_POSITIVE)) * room as f64) as usize;
        let from = place(bar.from).min(room - 1);
        // A very short step is visible; one that ends before the axis begins is not.
        let least = if is_before(bar) { from } else { from + 1 };
        let to = place(bar.to).clamp(least, room);
        let fill: String = std::iter::repeat_n(bar.fill, to - from).collect();
        let time = quantity::three_digits(bar.to - bar.from, "seconds", false);
        let label = if beside(label) {
            label.as_str()
        } else {
            lines.push(label.clone());
            ""
        };
        let blanks = " ".repeat(name - width::of(label));
        let (before, after) = (" ".repeat(from), " ".repeat(room - to));
        lines.push(format!("{label}{blanks}  {before}{fill}{after}  {time:>TIME$}"));
    }
    lines
}

/// Whether it ends before the axis begins.
fn is_before(bar: &Bar) -> bool {
    bar.from < 0.0 && bar.to <= 0.0
}

fn axis(name: usize, room: usize, whole: f64) -> String {
    let end = quantity::three_digits(whole, "seconds", false);
    let gap = room.saturating_sub(1 + width::of(&end));
    if gap == 0 {
        return String::new();
    }
    format!("{}  0{}{end}", " ".repeat(name), " ".repeat(gap))
}

/// The beginning of `text` that fits into `columns`.
fn cut(text: &str, columns: usize) -> String {
    if width::of(text) <= columns {
        return text.to_owned();
    }
    let mut out = String::new();
    for character in text.chars() {
        if width::of(&out) + width::of(&character.to_string()) + 1 > columns {
            break;
        }
        out.push(character);
    }
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_prepared_has_no_bar() {
        let prepared = Bar { name: "by hand".to_owned(), from: -40.0, to: 0.0, fill: PEOPLE };
        let copied = Bar { name: "copy".to_owned(), from: 0.0, to: 9.0, fill: WORK };
        let lines = chart(&[prepared, copied], 60);
        assert_eq!(lines[1].trim_end(), format!("by hand  {}        40 s", " ".repeat(60 - 21)));
        assert_eq!(lines[2].matches(WORK).count(), 60 - 21);
        assert!(lines[0].ends_with("9 s"), "{}", lines[0]);
    }

    #[test]
    fn bars_fill_the_line_and_no_more() {
        let bar =
            |name: &str, from: f64, to: f64, fill| Bar { name: name.to_owned(), from, to, fill };
        let bars = [
            bar("stop", 0.0, 2.0, WORK),
            bar(
                "a step with a name that is longer than a share of even the widest line",
                2.0,
                100.0,
                WORK,
            ),
            bar("verify", 100.0, 400.0, PEOPLE),
        ];
        for columns in [40, 60, 80, 120] {
            let lines = chart(&bars, columns);
            assert!(lines.iter().all(|line| width::of(line) <= columns), "{lines:#?}");
            assert_eq!(lines[1].matches(WORK).count(), 1, "{}", lines[1]);
            let [copied, verified] = [(3, WORK), (4, PEOPLE)]
                .map(|(at, fill): (usize, char)| lines[at].matches(fill).count());
            assert!((verified as f64 / copied as f64 - 3.0).abs() < 0.8, "{lines:#?}");
        }
    }
}
