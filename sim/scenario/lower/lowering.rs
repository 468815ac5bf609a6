//! The state of a document on its way to a blueprint.

use crate::calls;
use crate::document::Document;
use crate::document::cache::CacheStep;
use crate::document::service;
use std::collections::{BTreeMap, BTreeSet};
use wssim_kernel::Nanos;
use wssim_kernel::stream::name_hash;
use wssim_model::blueprint::{Blueprint, Instruction, Limit};
use wssim_model::ids::{
    CacheId, EndpointId, InstructionId, LabelId, PoolId, QueryId, ServiceId, TimeoutId,
};

/// A document on its way to a blueprint.
pub(super) struct Lowering<'a> {
    pub(super) document: &'a Document,
    pub(super) services: BTreeMap<String, usize>,
    /// Endpoints written in a file.
    pub(super) endpoints: BTreeMap<calls::EndpointName, EndpointId>,
    /// Endpoints of look-ups, by kind.
    pub(super) look_ups: BTreeMap<(ServiceId, String), EndpointId>,
    /// Key spaces of caches.
    pub(super) spaces: BTreeMap<(ServiceId, String), CacheId>,
    /// By service and endpoint.
    pub(super) programs: Vec<BTreeMap<String, Program<'a>>>,
    pub(super) labels: BTreeMap<String, LabelId>,
    pub(super) timeouts: BTreeMap<Nanos, TimeoutId>,
    pub(super) queries: BTreeMap<(ServiceId, ServiceId), QueryId>,
    pub(super) pools: BTreeMap<(ServiceId, ServiceId), PoolId>,
    /// Limits so far, with the service they guard.
    pub(super) limits: Vec<(Limit, String)>,
    /// Services to which the present steps hold a connection.
    pub(super) held: Vec<ServiceId>,
    pub(super) out: Blueprint,
}

/// The program of an endpoint.
#[derive(Clone, Copy)]
pub(super) enum Program<'a> {
    /// Written in a file.
    Written(&'a service::EndpointText),
    /// A look-up.
    LookUp(&'a CacheStep),
}

/// Addresses of the draws and sites of one endpoint: hashes of a kind and a label or ordinal, changed if
/// they collide.
pub(super) struct Addresses {
    endpoint: String,
    ordinals: BTreeMap<String, u64>,
    draws: BTreeSet<u32>,
    sites: BTreeSet<u64>,
}

impl Addresses {
    pub(super) fn new(endpoint: String) -> Self {
        Self { endpoint, ordinals: BTreeMap::new(), draws: BTreeSet::new(), sites: BTreeSet::new() }
    }

    /// The label, or the ordinal among those of this kind without one.
    pub(super) fn which(&mut self, kind: &str, label: Option<&str>) -> String {
        if let Some(label) = label {
            return label.to_owned();
        }
        let ordinal = self.ordinals.entry(kind.to_owned()).or_default();
        *ordinal += 1;
        (*ordinal - 1).to_string()
    }

    pub(super) fn draw(&mut self, kind: &str, label: Option<&str>) -> u32 {
        let which = self.which(kind, label);
        let mut name = format!("{}/{kind}#{which}", self.endpoint);
        loop {
            let address = name_hash(&name) as u32;
            if self.draws.insert(address) {
                return address;
            }
            name.push('\'');
        }
    }

    /// The first of `width` neighbouring sites.
    pub(super) fn site(&mut self, kind: &str, label: Option<&str>, width: u64) -> u64 {
        let which = self.which(&format!("site {kind}"), label);
        let mut name = format!("{kind}#{which}");
        loop {
            let site = name_hash(&name);
            let all = || (0..width).map(|part| site.wrapping_add(part));
            if all().all(|site| !self.sites.contains(&site)) {
                self.sites.extend(all());
                return site;
            }
            name.push('\'');
        }
    }
}

impl Lowering<'_> {
    /// The instruction that comes next.
    pub(super) fn here(&self) -> InstructionId {
        InstructionId::from(self.out.program.len())
    }

    /// Makes the jump at `at` lead to the next instruction.
    pub(super) fn land(&mut self, at: usize) {
        let here = self.here();
        match &mut self.out.program[at] {
            Instruction::SkipUnless { to, .. }
            | Instruction::SkipIfFound { to, .. }
            | Instruction::Repeat { to, .. } => *to = here,
            _ => {}
        }
    }
}
