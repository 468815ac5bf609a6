//! The parts of a picture.

/// Numbers against a number.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    /// The name of the numbers.
    pub(crate) title: String,
    /// The name of the horizontal axis.
    pub(crate) x_name: String,
    pub(crate) x_unit: &'static str,
    /// Whether the horizontal axis is logarithmic.
    pub(crate) x_is_log: bool,
    pub(crate) y_unit: &'static str,
    /// The series, each with one mark.
    pub(crate) series: Vec<DotSeries>,
    /// A limit, and its meaning.
    pub(crate) limit: Option<(f64, String)>,
}

/// Numbers that belong together, ascending.
#[derive(Clone, Debug)]
pub(crate) struct DotSeries {
    pub(crate) name: String,
    pub(crate) dots: Vec<Dot>,
}

/// A number with its interval.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dot {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
    /// Whether it is to be taken with care, and has another mark.
    pub(crate) is_odd: bool,
}
