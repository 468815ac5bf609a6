//! The colours of figures by meaning: light and dark.

use plotters::style::RGBColor;
use std::fmt::Write as _;

/// A colour, and its replacement in the dark.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub(super) light: RGBColor,
    dark: RGBColor,
}

const fn ink(light: [u8; 3], dark: [u8; 3]) -> Ink {
    let [light, dark] = [light, dark];
    Ink { light: RGBColor(light[0], light[1], light[2]), dark: RGBColor(dark[0], dark[1], dark[2]) }
}

/// Colour of numbers and names.
pub(super) const TEXT: Ink = ink([59, 65, 75], [199, 206, 216]);
/// Colour of lines between numbers.
pub(super) const GRID: Ink = ink([226, 229, 234], [52, 58, 68]);
/// Colour of events and limits.
pub(super) const MARK: Ink = ink([190, 24, 44], [255, 128, 138]);
/// Colours of series in turn.
pub(super) const SERIES: [Ink; 8] = [
    ink([11, 98, 196], [94, 168, 255]),
    ink([178, 78, 8], [255, 166, 87]),
    ink([20, 122, 72], [84, 206, 140]),
    ink([123, 57, 201], [190, 150, 255]),
    ink([14, 116, 130], [80, 204, 220]),
    ink([176, 32, 110], [255, 130, 190]),
    ink([102, 96, 8], [214, 204, 80]),
    ink([88, 92, 100], [160, 168, 180]),
];

/// As plotters writes it.
fn written(color: RGBColor) -> String {
    format!("#{:02X}{:02X}{:02X}", color.0, color.1, color.2)
}

/// Classes `series-0`… for legends.
pub(crate) fn light() -> String {
    let mut rules = String::new();
    for (number, ink) in SERIES.iter().enumerate() {
        let _ = writeln!(rules, ".series-{number}{{color:{}}}", written(ink.light));
    }
    rules
}

/// The classes, and style rules for the dark.
pub(crate) fn sheet() -> String {
    let mut dark = String::new();
    for (number, ink) in SERIES.iter().enumerate() {
        let _ = writeln!(dark, ".series-{number}{{color:{}}}", written(ink.dark));
    }
    for ink in [TEXT, GRID, MARK].iter().chain(&SERIES) {
        let [from, to] = [ink.light, ink.dark].map(written);
        for attribute in ["fill", "stroke"] {
            let _ = writeln!(dark, "figure svg [{attribute}=\"{from}\"]{{{attribute}:{to}}}");
        }
    }
    format!("{}@media screen and (prefers-color-scheme:dark){{\n{dark}}}\n", light())
}
