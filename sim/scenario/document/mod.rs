//! Reads the whole format from the tree into a [`Document`].
//!
//! Whether names exist is checked by [`crate::check`].

pub(crate) mod arrivals;
pub(crate) mod background;
pub(crate) mod cache;
pub(crate) mod call;
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
pub(crate) mod part;
pub(crate) mod profile;
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
use fields::{Fields, Name, Reader};
use group::Group;
use growth::Growth;
use header::Header;
use machine::{Lan, Machine, Network, Orchestrator};
use rollout::RolloutText;
use service::Service;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use traffic::Traffic;
use variant::Variant;
use wssim_experiment::cluster::Survival;

use crate::migration::Moving;
use crate::outages;
use crate::schema::ROOT;
use crate::source::Origin;
use crate::traefik::{self, Proxy};
use crate::tree::Table;

/// A scenario as read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Document {
    pub header: Header,
    pub nodes: BTreeMap<String, Machine>,
    pub sites: BTreeMap<String, Site>,
    pub memory: memory::Common,
    pub lan: Option<Lan>,
    pub orchestrator: Orchestrator,
    pub networks: BTreeMap<String, Network>,
    pub stacks: BTreeMap<String, Stack>,
    pub services: BTreeMap<String, Service>,
    pub traffic: BTreeMap<String, Traffic>,
    /// The factor on all traffic; `None` for one.
    pub traffic_scale: Option<f64>,
    pub growth: Option<Growth>,
    pub faults: Vec<FaultText>,
    pub rollouts: Vec<RolloutText>,
    /// Repairs of random failures at the same time; `None` for all.
    pub crews: Option<NonZeroU32>,
    pub groups: BTreeMap<String, Group>,
    /// Whether losses beyond its own faults are possible.
    pub at_risk: bool,
    pub claims: Vec<ClaimText>,
    pub survival: Survival,
    /// The steps of the migration.
    pub migration: migration::Migration,
    /// In the order of names.
    pub variants: Vec<Variant>,
    /// The phase of the migration whose world this is.
    pub moving: Option<Moving>,
    /// Traefik's configuration from labels.
    pub proxy: Proxy,
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
    pub(crate) fn containers_of(&self, service: &Service) -> u64 {
        if service.is_global() { self.nodes.len() as u64 } else { u64::from(service.replicas) }
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
pub(crate) struct Stack {
    /// The node of all its services.
    pub node: Option<Name>,
}

impl Stack {
    fn read(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> Self {
        let node = fields.name(reader, "node");
        fields.finish(reader);
        Self { node }
    }
}

/// Reads the merged tree.
pub(crate) fn read(reader: &mut Reader<'_>, table: &Table) -> Document {
    let mut root = Fields::root(table);
    let mut document = Document { header: header::read(reader, &mut root), ..Document::default() };
    for (name, fields) in root.things(reader, "node") {
        document.nodes.insert(name.text.clone(), machine::read(reader, name.origin, fields));
    }
    for (name, fields) in root.things(reader, "site") {
        document.sites.insert(name.text, fault::site(reader, name.origin, fields));
    }
    if let Some(fields) = root.inner(reader, "orchestrator") {
        document.orchestrator = machine::orchestrator(reader, fields);
    }
    let takes = document.orchestrator.kind_of_files().takes;
    document.memory = memory::common(reader, &mut root, takes);
    if let Some(fields) = root.inner(reader, "lan") {
        document.lan = Some(machine::lan(reader, fields));
    }
    for (name, fields) in root.things(reader, "network") {
        document.networks.insert(name.text.clone(), machine::network(reader, fields));
    }
    for (name, fields) in root.things(reader, "stack") {
        document.stacks.insert(name.text, Stack::read(reader, fields));
    }
    for (name, fields) in root.things(reader, "service") {
        document.services.insert(name.text.clone(), known::service(reader, &name, fields));
    }
    document.pin_stacks();
    traffic::sources(reader, &mut root, &mut document);
    cache::size(&mut document.services, reader);
    document.growth = growth::read(reader, &mut root);
    document.faults =
        root.list(reader, "fault").into_iter().map(|fields| fault::read(reader, fields)).collect();
    outages::read(reader, &mut root, &mut document);
    let rollouts = root.list(reader, "rollout");
    document.rollouts = rollouts.into_iter().map(|fields| rollout::read(reader, fields)).collect();
    document.crews = group::crews(reader, &mut root);
    for (name, fields) in root.things(reader, "group") {
        document.groups.insert(name.text, Group::read(reader, name.origin, fields));
    }
    document.claims =
        root.list(reader, "claim").into_iter().map(|fields| claim::read(reader, fields)).collect();
    document.survival = survival::read(reader, &mut root);
    document.migration = migration::read(reader, &mut root);
    let variants = root.things(reader, "variant").into_iter();
    document.variants =
        variants.map(|(name, fields)| Variant::read(reader, name, fields)).collect();
    root.finish(reader);
    document.proxy = traefik::read(&document, reader);
    document
}

impl Document {
    /// Pins all services of a stack to its node, whichever file defines them.
    fn pin_stacks(&mut self) {
        for service in self.services.values_mut() {
            let stack = service.deploy.stack.as_ref().and_then(|name| self.stacks.get(name));
            let Some(node) = stack.and_then(|stack| stack.node.as_ref()) else { continue };
            let text = format!("node.hostname == {}", node.text);
            if service.constraints.iter().all(|other| other.text != text) {
                service.constraints.push(Name { text, origin: node.origin });
            }
        }
    }
}

impl<'t> Fields<'t> {
    fn root(table: &'t Table) -> Self {
        Self::new(table, String::new(), Origin::default(), &ROOT)
    }
}
