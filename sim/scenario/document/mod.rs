//! What may be written: the whole format, read from the tree into named things.
//!
//! Nothing here asks whether a name exists; that is the business of [`crate::check`].

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

/// A scenario as it was read.
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
    /// How many times as much of all traffic; `None`: once.
    pub traffic_scale: Option<f64>,
    pub growth: Option<Growth>,
    pub faults: Vec<FaultText>,
    pub rollouts: Vec<RolloutText>,
    /// How many repairs of what fails of itself go on at once; `None`: all.
    pub crews: Option<NonZeroU32>,
    pub groups: BTreeMap<String, GroupText>,
    /// Whether something may be lost that no fault in it says.
    pub at_risk: bool,
    pub claims: Vec<ClaimText>,
    pub survival: Survival,
    /// What is done to get elsewhere.
    pub migration: migration::MigrationText,
    /// In the order of names.
    pub variants: Vec<Variant>,
    /// The phase of it whose world this is.
    pub moving: Option<Moving>,
    /// What labels tell Traefik.
    pub proxy: ProxyLabels,
}

impl Document {
    /// Whether anything can be lost: by a fault, of itself, or because that is asked.
    pub(crate) fn can_lose(&self) -> bool {
        self.at_risk || !self.faults.is_empty() || (self.draws_faults() && self.wears())
    }

    /// Whether what fails of itself does so in the world that is asked for.
    pub(crate) fn draws_faults(&self) -> bool {
        self.at_risk || !self.header.spares_runs
    }

    /// How many containers of `service` are wanted.
    pub(crate) fn containers_of(&self, service: &ServiceText) -> u64 {
        if service.is_global() { self.nodes.len() as u64 } else { u64::from(service.replicas) }
    }

    /// Closed sources by name, with their users before the factor on all traffic.
    pub(crate) fn closed_users(&self) -> Vec<(String, u32)> {
        traffic::closed_users(&self.traffic)
    }

    /// Whether anything fails of itself.
    fn wears(&self) -> bool {
        let pairs = self.lan.iter().flat_map(|lan| &lan.pairs);
        self.nodes.values().any(|node| node.fails.is_some())
            || self.services.values().any(|service| service.fails.is_some())
            || pairs.into_iter().any(|pair| pair.fails.is_some())
            || self.sites.values().any(|site| site.power.is_some() || site.switch.is_some())
    }
}

/// What a scenario says of a stack as a whole.
#[derive(Clone, Debug)]
pub(crate) struct StackText {
    /// Where all of it runs.
    pub node: Option<Name>,
}
