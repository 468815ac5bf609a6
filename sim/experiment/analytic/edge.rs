//! The way of users to the cluster and back, without the network of the users.

use wssim_model::Blueprint;
use wssim_model::blueprint::{Network, Source};
use wssim_model::ids::EndpointId;

/// Nanoseconds of a request and its answer on the interface of the entry node, and through the routing
/// mesh.
pub(super) fn edge(blueprint: &Blueprint, source: &Source) -> f64 {
    let bytes = [&source.send, &source.receive].map(|law| Network::HOST.wire(law.mean()).bytes);
    let bytes: f64 = bytes.iter().sum();
    let way = |(_, endpoint): &(f64, EndpointId)| {
        let service = &blueprint.services[blueprint.endpoints[endpoint.index()].service.index()];
        let nodes = service.wanted().map(|c| blueprint.containers[c as usize].node.index());
        let nodes: Vec<usize> = nodes.collect();
        let through = |entry: usize, node: usize| {
            let link = blueprint.links.get(entry * blueprint.nodes.len() + node);
            let mesh =
                if source.ingress.is_empty() { 0.0 } else { link.map_or(0.0, |l| l.rtt.mean()) };
            mesh + bytes / blueprint.nodes[entry].bandwidth * 1e9
        };
        let pairs: Vec<f64> = if source.ingress.is_empty() {
            nodes.iter().map(|node| through(*node, *node)).collect()
        } else {
            let each = |node: &usize| {
                source.ingress.iter().map(|entry| through(entry.index(), *node)).collect::<Vec<_>>()
            };
            nodes.iter().flat_map(each).collect()
        };
        pairs.iter().sum::<f64>() / pairs.len().max(1) as f64
    };
    source.entries.iter().map(|entry| entry.0 * way(entry)).sum()
}
