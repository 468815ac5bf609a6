//! Where containers stand when a phase of a migration begins.

use std::collections::{BTreeMap, BTreeSet};

/// What a phase does to where containers stand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moving {
    /// The nodes where containers of a service stand before it, by service.
    pub from: BTreeMap<String, Vec<String>>,
    /// The services that its steps name.
    pub named: BTreeSet<String>,
    /// Which phase it is, from zero.
    pub phase: usize,
}
