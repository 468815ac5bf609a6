//! RAM: what containers ask for, what a node has, and what happens when that is less.
//!
//! ```text
//!  RAM of a node                                            swap
//!  ┌ kernel, engine, shims, agent ┐
//!  │ hot pages of containers      │ ── least recently touched ──► ┌ hot pages ┐ ── fault: one visit to
//!  │ cold pages of containers     │ ── parked by swappiness ────► │ cold pages│    the disk's queue a CPU
//!  │ page cache: files, what is   │                               └───────────┘    step, off the CPU
//!  └ left ────────────────────────┘ ── dropped ─► the disk has them
//! ```
//! `ledger.rs` counts a node's pages and decides which container gives some up; `curve.rs` gives the
//! probability of a miss. `look.rs` updates the ledger now and then, `account.rs` counts between looks and
//! `fade.rs` averages; `fetch.rs` makes CPU steps wait for pages in swap, `read.rs` visits for pages of
//! files. `demand.rs` says what a container asks for, `kill.rs` which process is killed when no page is
//! left.
//!
//! Assumptions: all pages of a rank are alike (no sharing between containers, no huge pages, no readahead
//! but of a heap's collection); a dirty page goes to swap at no cost beyond that of the fault that needs its
//! frame, which is how faults were measured; code and other files that a container maps are page cache and
//! cost nothing to read again.
//!
//! Closed form: Che's approximation of LRU (`curve.rs`), for one container and for several under one
//! LRU list; conservation: resident + swapped = demand, resident ≤ RAM, asserted at each look.

mod account;
pub mod curve;
mod demand;
mod fade;
mod fetch;
mod heap;
mod kill;
mod ledger;
mod look;
mod read;

#[cfg(test)]
mod twin;

pub(crate) use account::MemoryAccounts;
