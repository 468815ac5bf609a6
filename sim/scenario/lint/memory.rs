//! Limits that promise more RAM than a node has.

use super::found::Found;
use crate::check::GIB;
use crate::places;

pub(super) fn lints(found: &mut Found<'_>) {
    let document = found.document;
    let mut limits = vec![0.0; document.nodes.len()];
    for (service, places) in document.services.values().zip(places::of(document).all()) {
        for at in places {
            limits[at] += service.memory.limit.unwrap_or(0.0);
        }
    }
    for ((name, node), limits) in document.nodes.iter().zip(limits) {
        let Some(ram) = node.memory.filter(|ram| limits > *ram) else { continue };
        let (limits, has) = (limits / GIB, ram / GIB);
        let message =
            format!("containers on node `{name}` may take {limits:.1} GiB, of {has:.1} GiB");
        found.say("limits-above-node", message, node.origin);
    }
}
