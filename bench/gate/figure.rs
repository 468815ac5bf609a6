//! What the gate measures: a figure beside the bound that it must keep.

/// A figure and its bound.
pub(crate) struct GateFigure {
    pub(crate) what: &'static str,
    pub(crate) value: f64,
    pub(crate) bound: f64,
    /// Whether the bound is a minimum, not a maximum.
    pub(crate) at_least: bool,
}

impl GateFigure {
    pub(crate) fn at_least(what: &'static str, value: f64, bound: f64) -> Self {
        Self { what, value, bound, at_least: true }
    }

    pub(crate) fn at_most(what: &'static str, value: f64, bound: f64) -> Self {
        Self { what, value, bound, at_least: false }
    }

    pub(crate) fn holds(&self) -> bool {
        if self.at_least { self.value >= self.bound } else { self.value <= self.bound }
    }
}
