//! The shape of `results.json`.

/// The version of the shape; it is incremented when a reader of the old shape would be misled.
pub const SCHEMA_VERSION: u32 = 1;
