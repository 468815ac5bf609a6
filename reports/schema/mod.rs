//! The published shape of `results.json`: JSON Schema, draft 2020-12, of every command that writes one.
//!
//! Every key has a description, and every number a unit (`x-unit`, an annotation). All shapes are
//! closed: unknown keys are refused, so that a new key must be added to `json.rs` and to the schema
//! together, or tests fail.

#[cfg(test)]
mod tests;

/// The schema, as in the repository.
pub const RESULTS: &str = include_str!("../results.schema.json");
