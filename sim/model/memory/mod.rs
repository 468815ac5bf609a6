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
//! `ledger.rs` counts a node's pages and decides who gives some up; `curve.rs` says how often a touch
//! then misses. `look.rs` brings the ledger up to date now and then, `account.rs` keeps what happens until
//! then and `fade.rs` how often it happened lately, `fetch.rs` lets CPU steps wait for
//! what they miss, `read.rs` does so with files, `demand.rs` says what a container asks for, `kill.rs`
//! who dies when nothing is left.
//!
//! Assumptions: every page of a working set is as good as another of its rank (no sharing between
//! containers, no huge pages, no readahead but of a heap's collection); a dirty page goes to swap at
//! no cost beyond that of the fault that needs its frame, which is how faults were measured; code and
//! other files that a container maps are page cache and cost nothing to read again.
//!
//! Closed form: Che's approximation of LRU (`curve.rs`), for one container and for several under one
//! LRU list; conservation: resident + swapped = demand, resident ≤ RAM, asserted at each look.

mod account;
pub mod curve;
mod demand;
mod fade;
mod fetch;
mod kill;
mod ledger;
mod look;
mod read;

#[cfg(test)]
mod twin;

pub(crate) use account::MemoryAccounts;
