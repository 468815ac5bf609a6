//! End-to-end and validation tests of wssim: one binary, with a module for each concern.

#![allow(clippy::unwrap_used)] // a test may panic

mod analytic;
mod battery;
mod circles;
mod cli;
mod control;
mod documents;
mod history;
mod literals;
mod migrating;
mod names;
mod parts;
mod plan;
mod recipes;
mod rollouts;
mod routing;
mod starting;
mod studies;
mod text;
mod tidy;
mod trust;
mod words;
