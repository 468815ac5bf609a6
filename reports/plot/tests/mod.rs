//! Pictures as golden files for narrow, usual and wide terminals, and properties at any width.

use super::{Bar, Chart, Dot, DotSeries, bars, chart};
use crate::sample::{assert_fits, assert_golden};
use std::fmt::Write as _;

fn dot(x: f64, y: f64, half_width: f64) -> Dot {
    Dot { x, y, low: y - half_width, high: y + half_width, is_odd: false }
}

fn series(name: &str, dots: &[Dot]) -> DotSeries {
    DotSeries { name: name.to_owned(), dots: dots.to_vec() }
}

fn one() -> Chart {
    let late = Dot { is_odd: true, ..dot(4.0, 0.4, 0.08) };
    let dots = [dot(1.0, 0.02, 0.001), dot(2.0, 0.05, 0.004), dot(3.0, 0.12, 0.02), late];
    Chart {
        title: "Response time of web, p95".to_owned(),
        x_name: "traffic.scale".to_owned(),
        x_unit: "1",
        x_is_log: false,
        y_unit: "seconds",
        series: vec![series("", &dots)],
        limit: Some((0.25, "objective 250 ms".to_owned())),
    }
}

/// Three replicas over a logarithmic axis, and numbers that differ by a factor above a hundred.
fn several() -> Chart {
    let row = |name: &str, factor: f64| {
        let at = |x: &f64| dot(*x, factor * x * x * 1e-3, factor * x * 1e-4);
        series(name, &[0.5, 1.0, 2.0, 4.0, 8.0, 16.0].iter().map(at).collect::<Vec<_>>())
    };
    Chart {
        series: vec![row("replicas 1", 4.0), row("replicas 2", 2.0), row("replicas 3", 1.0)],
        x_is_log: true,
        x_unit: "1/s",
        x_name: "traffic.web.arrivals.rate".to_owned(),
        limit: None,
        ..one()
    }
}

fn disks() -> Vec<Bar> {
    let bar = |name: &str, length: f64, text: &str| Bar {
        name: name.to_owned(),
        length: Some(length),
        text: text.to_owned(),
    };
    let unknown = Bar { name: "sd".to_owned(), length: None, text: "—".to_owned() };
    vec![bar("nvme", 0.0123, "12.3 ±0.2 ms"), bar("hdd", 0.0713, "71.3 ±0.3 ms"), unknown]
}

fn all(width: usize) -> String {
    let mut text = String::new();
    for picture in [
        chart(&one(), width, "no steady state"),
        chart(&several(), width, ""),
        bars("Response time of web, p95", &disks(), width),
    ] {
        for line in picture {
            writeln!(text, "{line}").unwrap();
        }
        text.push('\n');
    }
    text
}

#[test]
fn pictures_are_as_golden() {
    for width in [60, 80, 120] {
        assert_golden(&format!("plot-{width}.txt"), &all(width));
    }
}

#[test]
fn pictures_fit() {
    assert_fits(all);
}

/// Each mark is in the column of its number and in the row of its value, unless covered by another.
#[test]
fn every_point_is_drawn() {
    for width in 40..=120 {
        let text = chart(&one(), width, "no steady state").join("\n");
        assert_eq!(text.matches('●').count(), 3, "{text}");
        assert_eq!(text.matches('×').count(), 2, "one drawn, one told: {text}");
        let rows: Vec<usize> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.contains('●'))
            .map(|row| row.0)
            .collect();
        assert!(rows.is_sorted(), "greater values stand higher");
    }
}

#[test]
fn nothing_known_is_no_picture() {
    let empty = Chart { series: vec![series("", &[])], ..one() };
    assert!(chart(&empty, 80, "").is_empty());
    assert!(chart(&one(), 20, "").is_empty(), "no room");
    let single = Chart { series: vec![series("", &[dot(1.0, 0.0, 0.0)])], limit: None, ..one() };
    assert!(chart(&single, 60, "").join("\n").contains('●'));
}
