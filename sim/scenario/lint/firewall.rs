//! Lints of ports and protocols that Swarm needs and the firewall drops (Docker, Getting started with
//! Swarm mode: open protocols and ports between the hosts; network/overlay: encryption needs IP protocol
//! 50).

use super::found::Found;
use crate::document::firewall::PortOpening::{self, Esp, Tcp, Udp};
use crate::places;
use std::collections::{BTreeMap, BTreeSet};

/// Needed with several nodes.
const ALWAYS: [(&str, PortOpening, &str); 3] = [
    (
        "managers-blocked",
        Tcp(2377),
        "2377/tcp is closed: no node can join, and managers cannot agree",
    ),
    ("gossip-blocked", Tcp(7946), "7946/tcp is closed: nodes do not learn where containers are"),
    ("gossip-blocked", Udp(7946), "7946/udp is closed: nodes take each other for dead"),
];

pub(super) fn lints(found: &mut Found<'_>) {
    let document = found.document;
    let Some(firewall) = document.lan.as_ref().and_then(|lan| lan.firewall.as_ref()) else {
        return;
    };
    if !document.orchestrator.kind_of_files().mesh || document.nodes.len() < 2 {
        return;
    }
    for (name, opening, message) in ALWAYS {
        if !firewall.lets_in(opening) {
            found.say(name, message.to_owned(), firewall.origin);
        }
    }
    let spanning = spanning(found);
    if !firewall.lets_in(Udp(4789))
        && let Some(network) = spanning.first()
    {
        let message =
            format!("4789/udp is closed: on network `{network}` no container reaches another node");
        found.say("overlay-blocked", message, firewall.origin);
    }
    let encrypted: Vec<String> = (spanning.iter())
        .filter(|name| document.networks[**name].encrypted)
        .map(|name| format!("`{name}`"))
        .collect();
    if !firewall.lets_in(Esp) && !encrypted.is_empty() {
        let message = format!(
            "`esp` is not let in, and {} {} encrypted: nothing passes between nodes there",
            encrypted.join(", "),
            if encrypted.len() == 1 { "is" } else { "are" }
        );
        found.say("esp-blocked", message, firewall.origin);
    }
}

/// Overlay networks with containers on more than one node.
fn spanning<'a>(found: &Found<'a>) -> Vec<&'a str> {
    let document = found.document;
    let mut nodes: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (service, places) in document.services.values().zip(places::of(document).all()) {
        for network in &service.networks {
            nodes.entry(&network.text).or_default().extend(&places);
        }
    }
    let is_overlay =
        |name: &str| document.networks.get(name).is_some_and(|network| network.overlay);
    nodes
        .into_iter()
        .filter(|(name, nodes)| nodes.len() > 1 && is_overlay(name))
        .map(|(name, _)| name)
        .collect()
}
