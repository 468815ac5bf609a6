//! What the rows of the table look at.

use crate::document::Document;
use crate::tree::{Item, Table};
use std::collections::BTreeSet;
use wssim_model::Blueprint;

/// A world, as seen by the rows.
pub(crate) struct Seen<'a> {
    pub(super) document: &'a Document,
    pub(super) blueprint: &'a Blueprint,
    /// Names of the renewed services.
    pub(super) renewed: BTreeSet<&'a str>,
    /// Names of the nodes whose disks steps of phases read or write.
    pub(super) carried: BTreeSet<&'a str>,
    /// Names of the services that steps of phases stop.
    pub(super) stopped: BTreeSet<&'a str>,
}

/// A key that is present.
pub(crate) struct WrittenKey<'a> {
    /// Its table.
    pub(super) table: &'a Table,
    /// Its value.
    pub(super) item: &'a Item,
    /// The names for the `*` of the row.
    pub(super) names: Vec<&'a str>,
}
