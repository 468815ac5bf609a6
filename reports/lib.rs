//! Reports: [`Findings`](wssim_experiment::findings::Findings) in, text and files out.
//!
//! ```text
//!                ┌─► text          verdicts and tables for a terminal
//!                ├─► markdown      the same, for a merge request
//!  Findings ─────┼─► json          results.json: everything, versioned, byte-identical
//!                ├─► metrics_csv   metrics.csv: a row for each metric
//!                ├─► hdr_log       response_times.hlog: for tools of HdrHistogram
//!                ├─► failures      what survives: tables, and failures.csv
//!                ├─► sweep         the what-if grid: tables, pictures (plot), and sweep.csv
//!                ├─► compare       changes between plans: the table, and compare.csv
//!                ├─► capacity      the traffic carried: brackets, room, and capacity.csv
//!                └─► html          report.html: all of it, drawn (figure), with every input; figures/*.svg
//!  Difference ─────► regression    a comparison with a baseline: a table, JSON, a part of the other reports
//!  Check    ───────► check         the checks of a scenario without a run
//!  Analytic ───────► analytic      the results of formulas
//!  Trace    ───────► trace         the waterfall of one request, and a file for Perfetto
//!                        │
//!                        └─► files   each written whole or not at all
//! ```
//!
//! Reasons and notes are values: `reason` makes the same sentences of them for every report. A report is
//! a function of the findings only: no clock, no path, no host name. The caller's data (wall time,
//! terminal width, where files went) are arguments and appear only on the terminal. User-made names are
//! data: `escape` makes them harmless.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may fail"))]

pub mod analytic;
pub mod capacity;
pub mod check;
pub mod compare;
mod escape;
pub mod failures;
mod figure;
pub mod files;
mod gantt;
pub mod glance;
#[cfg(test)]
#[path = "grafana/tests/mod.rs"]
mod grafana;
pub mod hdr_log;
pub mod html;
pub mod json;
pub mod junit;
mod layout;
pub mod lock;
pub mod markdown;
mod markdown_block;
mod memory;
mod metric_json;
mod metric_name;
pub mod metrics_csv;
pub mod metrics_prom;
mod migrate;
mod number;
mod page;
pub mod part;
mod plot;
mod quantity;
mod reason;
pub mod recorded;
pub mod regression;
mod rollout;
mod said;
#[cfg(test)]
mod sample;
pub mod schema;
mod sections;
pub mod shape;
pub mod sweep;
mod table;
pub mod tally;
pub mod text;
pub mod trace;
mod wording;

pub use escape::safe_file_name;
pub use page::Style;
pub use reason::{overfull, overload};
pub use tally::VerdictTally;
