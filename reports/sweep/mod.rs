//! A sweep: what a planner should do first, then a row a point, then pictures.

mod answer;
pub mod csv;
pub(crate) mod json;
mod limits;
mod pictures;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod wording;

pub(crate) use answer::answer;
pub(crate) use pictures::{barred, charted, differs, pictures};
pub(crate) use table::{changes, points};
pub(crate) use wording::{remarks, title};
