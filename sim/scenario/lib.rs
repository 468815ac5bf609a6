//! Scenarios: reads texts into a checked document, and makes a blueprint and a question of it.
//!
//! ```text
//! files, --set ──load──► tree ──document──► Document ──check──┬─lower────► Blueprint
//!                     (every value keeps its place)           └─question─► Question
//! ```
//! All mistakes are found in one pass and point at the text. Nothing here simulates or prints.

mod base;
mod calls;
mod check;
mod cluster;
mod condition;
mod config;
mod diagnostic;
mod distribution;
mod document;
mod expression;
mod files;
mod find;
mod grouped;
pub mod import;
mod inputs;
mod length;
mod limit;
mod lines;
mod lint;
mod load;
mod lower;
mod measured;
mod migration;
mod no_effect;
mod outages;
mod parameter;
mod parts;
mod path;
mod places;
mod planned;
mod question;
mod renewal;
mod scenario;
mod schema;
mod shipped;
mod source;
mod stack;
mod trace;
mod traefik;
mod tree;
mod unsimulated;

pub use diagnostic::{Diagnostic, Diagnostics, Severity, render};
pub use limit::limit;
pub use lint::{LINTS, Lint};
pub use parameter::{parameter, range_of};
pub use scenario::{Placement, Scenario};
pub use schema::{markdown as format_reference, text as schema};
pub use shipped::{SHIPPED, Shipped};
pub use source::TextPlace;
pub use stack::{Becomes, outcomes as stack_keys};
pub use traefik::ProxyRoute;
pub use unsimulated::NotSimulated;
