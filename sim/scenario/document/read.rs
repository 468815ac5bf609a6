//! From the tree to the document: each table by its reader.

use super::claim;
use super::fault;
use super::fields::{Fields, Name, Reader};
use super::group::{self, GroupText};
use super::known::{self, Known};
use super::variant::Variant;
use super::{
    Document, StackText, capacity, growth, header, machine, memory, migration, rollout, survival,
    traffic,
};
use crate::outages;
use crate::schema::ROOT;
use crate::source::Origin;
use crate::traefik;
use crate::tree::Table;

/// Reads the merged tree; what is `known` of its services was read before.
pub(crate) fn read(reader: &mut Reader<'_>, known: Option<&Known>, table: &Table) -> Document {
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
        document.stacks.insert(name.text, stack(reader, fields));
    }
    for (name, fields) in root.things(reader, "service") {
        document.services.insert(name.text.clone(), known::service(reader, known, &name, fields));
    }
    document.pin_stacks();
    (document.traffic, document.traffic_scale) = traffic::sources(reader, &mut root);
    capacity::size(&mut document.services, reader);
    document.growth = growth::read(reader, &mut root);
    document.faults =
        root.list(reader, "fault").into_iter().map(|fields| fault::read(reader, fields)).collect();
    outages::read(reader, &mut root, &mut document);
    let rollouts = root.list(reader, "rollout");
    document.rollouts = rollouts.into_iter().map(|fields| rollout::read(reader, fields)).collect();
    document.crews = group::crews(reader, &mut root);
    for (name, fields) in root.things(reader, "group") {
        document.groups.insert(name.text, GroupText::read(reader, name.origin, fields));
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

fn stack(reader: &mut Reader<'_>, mut fields: Fields<'_>) -> StackText {
    let node = fields.name(reader, "node");
    fields.finish(reader);
    StackText { node }
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
