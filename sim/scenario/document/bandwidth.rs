//! Bandwidths: of a machine's network, of its disk, of the way between machines.

use super::fields::{self, Read, Texts};
use crate::diagnostic::Diagnostic;
use crate::tree::Item;
use wssim_text::quantity::Dimension;

/// A bandwidth above zero.
pub(super) fn read(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    let value = fields::quantity(Dimension::Bandwidth)(texts, item)?;
    if value > 0.0 {
        return Ok(value);
    }
    Err(Box::new(
        Diagnostic::error("out-of-range", "this must be above zero")
            .at(texts.sources, item.origin)
            .help("leave it out, or write \"none\", for infinite bandwidth"),
    ))
}
