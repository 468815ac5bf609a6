//! The format as a table: every key of every table with its values and meaning.
//!
//! ```text
//!              ┌─► Fields (document/fields.rs): readers may request only these keys
//! tables here ─┤
//!              ├─► JSON Schema (json.rs): `wssim schema`, for editors
//!              └─► Markdown (markdown.rs): `wssim schema --markdown`, scenarios/format.md
//! ```
//! The readers define the meaning of values and the dependencies between keys; this table defines where
//! each may be. `Fields::finish` asserts that a key that is read is described, and the tests compare
//! both value by value: the schema accepts what a reader accepts, and refuses what a reader refuses for
//! its name, type, unit or word.
//!
//! A file is often a partial scenario (`extends`), so almost nothing is required.

mod cluster;
mod json;
mod markdown;
mod migration;
mod patterns;
mod plan;
mod rollout;
mod service;
mod shape;
mod step;
#[cfg(test)]
mod tests;
mod traffic;
mod whole;

pub use json::text;
pub use markdown::text as markdown;
pub(crate) use plan::{FAULTS, ROOT};
pub(crate) use rollout::MOST_AT_ONCE;
pub(crate) use service::{BALANCES, CONNECTIONS, PORT, VOLUME};
pub(crate) use shape::{MOST_ATTEMPTS, Shape, ValueKind};
pub(crate) use step::STEP;
pub(crate) use traffic::MOST_USERS;
pub(crate) use whole::takes_whole;
