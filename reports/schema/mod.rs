//! The published shape of `results.json`: JSON Schema, draft 2020-12, of every command that writes one.
//!
//! Every key says what it means, and every number its unit (`x-unit`, an annotation). No shape is open: what is not
//! described is refused, so that a key comes into `json.rs` and into the schema at once, or tests fail.

#[cfg(test)]
mod tests;

/// The schema, as it lies in the repository.
pub const RESULTS: &str = include_str!("../results.schema.json");
