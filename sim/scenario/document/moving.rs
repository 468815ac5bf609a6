//! Where containers stand when a phase of a migration begins.

use std::collections::{BTreeMap, BTreeSet};

/// The changes of placement in a phase.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moving {
    /// The nodes of a service's containers before it, by service.
    pub from: BTreeMap<String, Vec<String>>,
    /// The services that its steps name.
    pub named: BTreeSet<String>,
    /// Number of the phase, from zero.
    pub phase: usize,
}
