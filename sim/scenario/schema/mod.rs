//! The format as a table: every key of every table, what it takes and what it means.
//!
//! ```text
//!              ┌─► Fields (document/fields.rs): a reader may ask for no key that is not in here
//! tables here ─┤
//!              ├─► JSON Schema (json.rs): `wssim schema`, for editors
//!              └─► Markdown (markdown.rs): `wssim schema --markdown`, scenarios/format.md
//! ```
//! The readers decide what a value means and what goes with what; this table says what may stand
//! where. `Fields::finish` asserts that a key that is read is described, and the tests beside hold
//! the two together value by value: what a reader takes the schema takes, and what a reader
//! refuses for its name, type, unit or word the schema refuses.
//!
//! A file is often a piece of a scenario (`extends`), so almost nothing is required.

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
