//! The report of a sweep: the headlines, then a row for each point, then pictures.

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
