//! Networks with packets too large for the way between nodes.

use super::found::Found;
use wssim_model::blueprint::Network;

pub(super) fn lints(found: &mut Found<'_>) {
    let document = found.document;
    let lan = document.lan.as_ref();
    let pairs = lan.into_iter().flat_map(|lan| lan.pairs.iter().filter_map(|pair| pair.path.mtu));
    let nodes = document.nodes.values().filter_map(|node| node.mtu);
    let narrow: Vec<f64> = pairs.chain(nodes).collect();
    let usual = lan.and_then(|lan| lan.path.mtu).unwrap_or(Network::HOST.mtu);
    let carried = narrow.into_iter().fold(usual, f64::min);
    if document.nodes.len() < 2 {
        return;
    }
    for (name, network) in document.networks.iter().filter(|(_, network)| network.overlay) {
        let largest = network.seen_by_packets().largest_packet(f64::MAX);
        if largest > carried {
            let message = format!(
                "packets of network `{name}` are {largest} bytes with what is around them, and the way between nodes carries {carried}"
            );
            found.say("large-packets", message, network.origin);
        }
    }
}
