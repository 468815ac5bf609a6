//! A frame with axes and its contents, by plotters: whole pixels, no font of its own.

use super::theme::{GRID, Ink, TEXT};
use crate::plot::Axis;
use plotters::coord::Shift;
use plotters::element::{Drawable, PointCollection};
use plotters::prelude::{
    Circle, DrawingArea, IntoDrawingArea as _, PathElement, Polygon, Rectangle, SVGBackend, Text,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, IntoFont as _, TextStyle};
use wssim_text::{printable, width};

/// Size of a figure in pixels; on a telephone it is scaled to two thirds.
const SIZE: (i32, i32) = (460, 250);
/// Approximate width of a character of a label, in pixels.
const CHARACTER: i32 = 8;
/// Space above the frame.
const TOP: i32 = 18;
/// Space to its right.
const RIGHT: i32 = 16;
/// Space below it.
const BELOW: i32 = 42;
/// plotters writes 1/1.24 of this as font size.
const LETTERS: f64 = 16.0;

/// A place in pixels.
type Place = (i32, i32);

/// A number along an axis, and its label.
pub(super) type Tick = (f64, String);

/// The texts around a frame.
pub(super) struct Around {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) x_ticks: Vec<Tick>,
    pub(super) y_ticks: Vec<Tick>,
    /// Name of the horizontal axis.
    pub(super) x_name: String,
}

/// A figure while it is drawn.
pub(super) struct Canvas<'s> {
    area: DrawingArea<SVGBackend<'s>, Shift>,
    x: Axis,
    y: Axis,
    left: i32,
}

/// Draws `inside` a frame.
pub(super) fn framed(around: &Around, inside: impl FnOnce(&Canvas<'_>)) -> String {
    let mut text = String::new();
    let backend = SVGBackend::with_string(&mut text, (SIZE.0 as u32, SIZE.1 as u32));
    let labels = around.y_ticks.iter().map(|(_, label)| width::of(label) as i32);
    let left = 10 + CHARACTER * labels.max().unwrap_or(0);
    let area = backend.into_drawing_area();
    let canvas = Canvas { area, x: around.x, y: around.y, left };
    canvas.axes(around);
    inside(&canvas);
    canvas.area.present().expect(TAKES_ALL);
    drop(canvas);
    text
}

/// Why drawing cannot fail.
const TAKES_ALL: &str = "a figure is drawn into a text, which takes everything";

impl Canvas<'_> {
    fn draw<'e, E>(&'e self, element: &'e E)
    where
        &'e E: PointCollection<'e, Place>,
        E: for<'s> Drawable<SVGBackend<'s>>,
    {
        self.area.draw(element).expect(TAKES_ALL);
    }

    fn at(&self, x: f64, y: f64) -> Place {
        let along = |part: f64, from: i32, to: i32| {
            (f64::from(from) + part.clamp(0.0, 1.0) * f64::from(to - from)).round() as i32
        };
        let across = along(self.x.part(x), self.left, SIZE.0 - RIGHT);
        (across, along(self.y.part(y), SIZE.1 - BELOW, TOP))
    }

    fn axes(&self, around: &Around) {
        let (right, bottom) = (SIZE.0 - RIGHT, SIZE.1 - BELOW);
        for (number, label) in &around.y_ticks {
            let (_, y) = self.at(self.x.low, *number);
            self.path(&[(self.left, y), (right, y)], GRID, 1);
            self.write(label, (self.left - 6, y), HPos::Right, VPos::Center, TEXT);
        }
        let mut free = 0;
        for (number, label) in &around.x_ticks {
            let (x, _) = self.at(*number, self.y.low);
            let half = CHARACTER * width::of(label) as i32 / 2;
            if x - half < free {
                continue;
            }
            free = x + half + CHARACTER;
            let middle = x.clamp(half, (SIZE.0 - half).max(half));
            self.path(&[(x, bottom), (x, bottom + 4)], TEXT, 1);
            self.write(label, (middle, bottom + 6), HPos::Center, VPos::Top, TEXT);
        }
        self.path(&[(self.left, bottom), (right, bottom)], TEXT, 1);
        let middle = i32::midpoint(self.left, right);
        self.write(&around.x_name, (middle, SIZE.1 - 16), HPos::Center, VPos::Top, TEXT);
    }

    fn path(&self, places: &[Place], ink: Ink, width: u32) {
        self.draw(&PathElement::new(places.to_vec(), ink.light.stroke_width(width)));
    }

    fn write(&self, text: &str, place: Place, h: HPos, v: VPos, ink: Ink) {
        let font = ("sans-serif", LETTERS).into_font();
        let style = TextStyle::from(font).color(&ink.light).pos(Pos::new(h, v));
        self.draw(&Text::new(printable(text), place, style));
    }

    /// A line through numbers.
    pub(super) fn line(&self, points: &[(f64, f64)], ink: Ink) {
        let places: Vec<Place> = points.iter().map(|(x, y)| self.at(*x, *y)).collect();
        self.path(&places, ink, 2);
    }

    /// The area between two lines.
    pub(super) fn band(&self, points: &[(f64, [f64; 2])], ink: Ink) {
        let upper = points.iter().map(|(x, [_, high])| self.at(*x, *high));
        let lower = points.iter().rev().map(|(x, [low, _])| self.at(*x, *low));
        let outline: Vec<Place> = upper.chain(lower).collect();
        self.draw(&Polygon::new(outline, ink.light.mix(0.18).filled()));
    }

    /// A number; hollow for one to be taken with care.
    pub(super) fn dot(&self, x: f64, y: f64, ink: Ink, is_hollow: bool) {
        let place = self.at(x, y);
        let style = if is_hollow { ink.light.stroke_width(2) } else { ink.light.filled() };
        self.draw(&Circle::new(place, 4, style));
    }

    /// An interval of one number.
    pub(super) fn whisker(&self, x: f64, ends: [f64; 2], ink: Ink) {
        let [low, high] = ends.map(|end| self.at(x, end));
        self.path(&[low, high], ink, 1);
    }

    /// A level across, with its name above it.
    pub(super) fn level(&self, y: f64, name: &str, ink: Ink) {
        let (_, y) = self.at(self.x.low, y);
        let right = SIZE.0 - RIGHT;
        self.path(&[(self.left, y), (right, y)], ink, 1);
        self.write(name, (right, y - 1), HPos::Right, VPos::Bottom, ink);
    }

    /// The time of an event, with its name at the top.
    pub(super) fn strike(&self, x: f64, name: &str, ink: Ink) {
        let (x, bottom) = self.at(x, self.y.low);
        self.path(&[(x, TOP), (x, bottom)], ink, 1);
        let is_right = x > SIZE.0 / 2;
        let (h, at) = if is_right { (HPos::Right, x + 4) } else { (HPos::Left, x - 4) };
        self.write(name, (at, TOP - 3), h, VPos::Bottom, ink);
    }

    /// A field between two corners, with opacity by `share`.
    pub(super) fn field(&self, from: (f64, f64), to: (f64, f64), share: f64, ink: Ink) {
        let ([x0, y0], [x1, y1]) =
            (<[i32; 2]>::from(self.at(from.0, from.1)), self.at(to.0, to.1).into());
        let corners = [(x0, y1), (x1.max(x0 + 1), y0)];
        self.draw(&Rectangle::new(corners, ink.light.mix(share).filled()));
    }
}
