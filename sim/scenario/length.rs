//! Lengths of time, told to the author of a scenario.

use wssim_kernel::Nanos;
use wssim_text::quantity::{Dimension, Quantity};

/// A duration as people write it.
pub(crate) fn shown(length: Nanos) -> String {
    Quantity { value: length.as_f64(), dimension: Dimension::Duration }.to_string()
}
