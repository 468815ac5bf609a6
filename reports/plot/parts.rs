//! What a picture is made of.

/// Numbers against a number.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    /// What the numbers are.
    pub(crate) title: String,
    /// What they are drawn against.
    pub(crate) x_name: String,
    pub(crate) x_unit: &'static str,
    /// Whether equal ratios are equally far apart.
    pub(crate) x_is_log: bool,
    pub(crate) y_unit: &'static str,
    /// What is drawn with one mark.
    pub(crate) series: Vec<DotSeries>,
    /// A level that means something, and what.
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
