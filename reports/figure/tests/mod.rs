//! Figures contain their data at the right places.

use super::*;
use crate::plot::{Chart, Dot, DotSeries};
use roxmltree::{Document, Node};

fn chart(dots: &[(f64, f64)]) -> Chart {
    let dot = |&(x, y): &(f64, f64)| Dot { x, y, low: y - 1.0, high: y + 1.0, is_odd: false };
    Chart {
        title: "a".to_owned(),
        x_name: "<b>".to_owned(),
        x_unit: "1",
        x_is_log: false,
        y_unit: "1",
        series: vec![DotSeries { name: "c".to_owned(), dots: dots.iter().map(dot).collect() }],
        limit: None,
    }
}

fn all<'d>(document: &'d Document<'_>, tag: &'d str) -> Vec<Node<'d, 'd>> {
    document.descendants().filter(|node| node.tag_name().name() == tag).collect()
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap().trim_end_matches('%').parse().unwrap()
}

#[test]
fn dots_stand_where_their_numbers_are() {
    let svg = lines(&chart(&[(0.0, 10.0), (1.0, 20.0), (2.0, 30.0)]), &[]).unwrap();
    let document = Document::parse(&svg).unwrap();
    let dots: Vec<[f64; 2]> = all(&document, "circle")
        .into_iter()
        .map(|dot| ["cx", "cy"].map(|at| number(dot, at)))
        .collect();
    assert_eq!(dots.len(), 3);
    let [right, up] = [0, 1].map(|at| [dots[1][at] - dots[0][at], dots[2][at] - dots[1][at]]);
    assert!(right[0] > 50.0 && (right[0] - right[1]).abs() <= 1.0, "{dots:?}");
    assert!(up[0] < -20.0 && (up[0] - up[1]).abs() <= 1.0, "{dots:?}");
}

#[test]
fn many_numbers_are_a_line_and_what_is_not_known_a_gap() {
    let mut dots: Vec<(f64, f64)> = (0..60).map(|at| (f64::from(at), 5.0)).collect();
    dots[30].1 = f64::NAN;
    let svg = lines(&chart(&dots), &[]).unwrap();
    let document = Document::parse(&svg).unwrap();
    assert!(all(&document, "circle").is_empty());
    assert_eq!(all(&document, "polygon").len(), 2, "a band on either side of the gap");
    assert!(lines(&chart(&[]), &[]).is_none());
}

#[test]
fn names_stay_names() {
    let svg = lines(&chart(&[(0.0, 1.0), (1.0, 2.0)]), &[(0.5, "<i>".to_owned())]).unwrap();
    let document = Document::parse(&svg).unwrap();
    let texts: Vec<&str> =
        all(&document, "text").iter().map(|one| one.text().unwrap().trim()).collect();
    assert!(texts.contains(&"<b>") && texts.contains(&"<i>"), "{texts:?}");
}

#[test]
fn a_field_is_as_strong_as_its_share() {
    let counts = vec![vec![3, 1], vec![0, 0], vec![0, 4]];
    let drawn = Heat { slots: vec![0.0, 1.0, 2.0, 3.0], limits: &[0.1, 0.2, 0.4], counts: &counts };
    let svg = heat(&drawn, &[]).unwrap();
    let document = Document::parse(&svg).unwrap();
    let mut strengths: Vec<f64> =
        all(&document, "rect").into_iter().map(|field| number(field, "opacity")).collect();
    strengths.sort_by(f64::total_cmp);
    assert_eq!(strengths, [0.5, 0.75f64.sqrt(), 1.0]);
    let none = Heat { counts: &[vec![0, 0]], slots: vec![0.0, 1.0], limits: &[0.1, 0.2, 0.4] };
    assert!(heat(&none, &[]).is_none());
}

fn claim(min: Option<f64>, max: Option<f64>, mean: f64) -> Strip<'static> {
    Strip {
        min,
        max,
        mean,
        low: mean - 1.0,
        high: mean + 1.0,
        from_zero: true,
        middle: "m",
        written: &|number| number.to_string(),
        told: "\"<x>\"".to_owned(),
    }
}

/// Ends of the plan's range and of the interval, in percent of the width.
fn places(drawn: &Strip<'_>) -> [f64; 4] {
    let svg = strip(drawn).unwrap();
    let document = Document::parse(&svg).unwrap();
    let of = |class: &str| {
        let mut found = document.descendants().filter(|one| one.attribute("class") == Some(class));
        found.next().unwrap()
    };
    let (plan, interval) = (of("plan"), of("interval"));
    let from = number(plan, "x");
    [from, from + number(plan, "width"), number(interval, "x1"), number(interval, "x2")]
}

#[test]
fn an_interval_stands_beside_the_plan_as_its_numbers_do() {
    let [from, to, low, high] = places(&claim(Some(10.0), Some(20.0), 15.0));
    assert!(from < low && low < high && high < to, "inside");
    let [_, to, low, _] = places(&claim(Some(10.0), Some(20.0), 30.0));
    assert!(to < low, "above");
    let [from, to, low, high] = places(&claim(None, Some(20.0), 20.5));
    assert!(from == 0.0 && low < to && to < high, "across the limit");
    let [from, to, _, high] = places(&claim(Some(10.0), None, 5.0));
    assert!(to > 99.9 && high < from, "below");
}

#[test]
fn what_has_no_end_goes_to_the_edge() {
    let mut open = claim(None, Some(20.0), 15.0);
    open.high = f64::INFINITY;
    assert!(places(&open)[3] > 99.9);
    let same = claim(Some(0.0), Some(0.0), 0.0);
    assert!(strip(&Strip { low: 0.0, high: 0.0, ..same }).is_some(), "nothing but zeros");
}

#[test]
fn a_bar_is_as_long_as_its_share() {
    for (share, class, width) in [
        (0.25, "fill", 25.0),
        (0.75, "nearly", 75.0),
        (1.5, "full", 100.0),
        (f64::NAN, "fill", 0.0),
    ] {
        let svg = bar(share, "<x>");
        let document = Document::parse(&svg).unwrap();
        let filled = all(&document, "rect")[1];
        assert_eq!((filled.attribute("class"), number(filled, "width")), (Some(class), width));
    }
}

#[test]
fn a_bracket_has_what_was_kept_before_what_was_not() {
    let tried = [(1.0, "good", "1"), (2.0, "good", "2"), (2.5, "open", "2.5"), (4.0, "bad", "4")];
    let svg = bracket(&Bracket {
        kept: Some(2.0),
        missed: Some(4.0),
        tried: &tried,
        told: String::new(),
    });
    let document = Document::parse(&svg).unwrap();
    let of = |class: &str| {
        let mut found =
            all(&document, "rect").into_iter().filter(|one| one.attribute("class") == Some(class));
        found.next().unwrap()
    };
    assert!(number(of("kept"), "width") < number(of("missed"), "x"));
    assert_eq!(all(&document, "circle").len(), tried.len());
}
