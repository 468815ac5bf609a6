//! Reads the whole format from the tree into a [`Document`].
//!
//! Whether names exist is checked by [`crate::check`].

pub(crate) mod arrivals;
pub(crate) mod background;
mod bandwidth;
pub(crate) mod cache;
pub(crate) mod call;
mod capacity;
pub(crate) mod claim;
pub(crate) mod deploy;
pub(crate) mod disk;
pub(crate) mod fault;
pub(crate) mod fields;
pub(crate) mod firewall;
pub(crate) mod group;
pub(crate) mod growth;
pub(crate) mod header;
pub(crate) mod known;
pub(crate) mod machine;
pub(crate) mod memory;
pub(crate) mod migration;
pub(crate) mod moving;
pub(crate) mod part;
pub(crate) mod profile;
mod read;
pub(crate) mod rollout;
pub(crate) mod routing;
pub(crate) mod service;
mod shapes;
pub(crate) mod step;
mod survival;
pub(crate) mod traffic;
mod values;
pub(crate) mod variant;

use claim::ClaimText;
use fault::{FaultText, Site};
use fields::Name;
use group::GroupText;
use growth::Growth;
use header::HeaderText;
use machine::{Lan, MachineText, NetworkText, OrchestratorText};
use moving::Moving;
pub(crate) use read::read;
use rollout::RolloutText;
use service::ServiceText;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use traffic::Traffic;
use variant::Variant;
use wssim_experiment::cluster::Survival;

use crate::traefik::proxy::ProxyLabels;

/// A scenario as read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    pub header: HeaderText,
    pub nodes: BTreeMap<String, MachineText>,
    pub sites: BTreeMap<String, Site>,
    pub memory: memory::CommonMemory,
    pub lan: Option<Lan>,
    pub orchestrator: OrchestratorText,
    pub networks: BTreeMap<String, NetworkText>,
    pub stacks: BTreeMap<String, StackText>,
    pub services: BTreeMap<String, ServiceText>,
    pub traffic: BTreeMap<String, Traffic>,
    /// The factor on all traffic; `None` for one.
    pub traffic_scale: Option<f64>,
    pub growth: Option<Growth>,
    pub faults: Vec<FaultText>,
    pub rollouts: Vec<RolloutText>,
    /// Repairs of random failures at the same time; `None` for all.
    pub crews: Option<NonZeroU32>,
    pub groups: BTreeMap<String, GroupText>,
    /// Whether losses beyond its own faults are possible.
    pub at_risk: bool,
    pub claims: Vec<ClaimText>,
    pub survival: Survival,
    /// The steps of the migration.
    pub migration: migration::MigrationText,
    /// In the order of names.
    pub variants: Vec<Variant>,
    /// The phase of the migration whose world this is.
    pub moving: Option<Moving>,
    /// Traefik's configuration from labels.
    pub proxy: ProxyLabels,
}

impl Document {
    /// Whether anything can be lost: by a fault, randomly, or because a study asks for it.
    pub(crate) fn can_lose(&self) -> bool {
        self.at_risk || !self.faults.is_empty() || (self.draws_faults() && self.wears())
    }

    /// Whether random failures happen in this world.
    pub(crate) fn draws_faults(&self) -> bool {
        self.at_risk || !self.header.spares_runs
    }

    /// The number of wanted containers of `service`.
    pub(crate) fn containers_of(&self, service: &ServiceText) -> u64 {
        if service.is_global() { self.nodes.len() as u64 } else { u64::from(service.replicas) }
    }

    /// Closed sources by name, with their users before the factor on all traffic.
    pub(crate) fn closed_users(&self) -> Vec<(String, u32)> {
        traffic::closed_users(&self.traffic)
    }

    /// Whether anything fails randomly.
    fn wears(&self) -> bool {
        let pairs = self.lan.iter().flat_map(|lan| &lan.pairs);
        self.nodes.values().any(|node| node.fails.is_some())
            || self.services.values().any(|service| service.fails.is_some())
            || pairs.into_iter().any(|pair| pair.fails.is_some())
            || self.sites.values().any(|site| site.power.is_some() || site.switch.is_some())
    }
}

/// The scenario's settings for a stack.
#[derive(Clone, Debug)]
pub(crate) struct StackText {
    /// The node of all its services.
    pub node: Option<Name>,
}
