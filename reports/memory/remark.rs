//! The sentence on a node's memory: harmless swap, or pressure.

use crate::quantity;
use wssim_experiment::findings::NodeLedger;
use wssim_stats::Estimate;

/// Stalls up to this are printed as 0.0 %.
const NO_WAIT: f64 = 0.0005;
/// Stalls from which pressure is reported: an assumption, a tenth of what counts as a node under
/// pressure.
const PRESSURE: f64 = 0.01;
/// Smallest amount of swap worth a sentence, in bytes.
const WORTH_TELLING: f64 = 1e6;

/// The sentence; empty without swap in use, waits or kills.
pub(crate) fn remark(node: &NodeLedger) -> Option<String> {
    let mean = |estimate: Option<&Estimate>| estimate.map_or(0.0, |estimate| estimate.mean);
    let (stall, kills) = (mean(node.stall.as_ref()), mean(node.kills.as_ref()));
    let (swapped, demand) = (mean(node.swapped.as_ref()), mean(node.demand.as_ref()));
    let name = &node.node;
    if stall >= PRESSURE {
        let room = (node.ram - node.system.sum()).max(0.0);
        // If it grows over the stretch, the average may fit though its end does not.
        let fits = if mean(node.hot.as_ref()) <= room { " on average" } else { "" };
        let hot = size_of(node.hot.as_ref());
        let killed = if kills > 0.0 { format!("; {}", killed(node, kills)) } else { String::new() };
        let stalls = quantity::percent(stall);
        return Some(format!(
            "`{name}` stalls {stalls} of the time: {hot} hot in {}{fits}{killed}",
            rounded(room)
        ));
    }
    if kills > 0.0 {
        let asked = size_of(node.demand.as_ref());
        let what =
            if node.kills_at_limits < kills { "kills for want of memory" } else { "is not full" };
        return Some(format!(
            "`{name}` {what}: {}; {asked} asked for of {}",
            killed(node, kills),
            quantity::plain(node.ram, "bytes", false)
        ));
    }
    if swapped < WORTH_TELLING {
        return None;
    }
    let waits = if stall < NO_WAIT { "no service waits" } else { "services hardly wait" };
    let why = if demand <= node.ram {
        "cold pages parked by swappiness, not pressure"
    } else {
        "what does not fit is cold, which is no pressure"
    };
    let swapped = size_of(node.swapped.as_ref());
    let stall = stall * 100.0;
    Some(format!("`{name}` has {swapped} in swap and {waits} for it: {why} (stall {stall:.1} %)"))
}

fn size_of(estimate: Option<&Estimate>) -> String {
    estimate.map_or_else(String::new, |estimate| rounded(estimate.mean))
}

/// Two or three digits suffice in a sentence.
fn rounded(bytes: f64) -> String {
    quantity::rough(bytes, "bytes")
}

/// The number of kills, and how many at containers' own limits.
fn killed(node: &NodeLedger, kills: f64) -> String {
    let times = quantity::about(kills);
    let all = format!("{times} {} a replication", if times == "1" { "kill" } else { "kills" });
    let at_limits = node.kills_at_limits;
    if at_limits == 0.0 {
        all
    } else if at_limits < kills {
        format!("{all}, {} of them at containers' own limits", quantity::about(at_limits))
    } else {
        format!("{all}, at containers' own limits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn node(stall: f64, kills: f64, demand: f64) -> NodeLedger {
        let estimate = |mean: f64| Some(Estimate::symmetric(mean, 0.0, 40));
        let mut node = sample::ledger().swap_remove(0);
        node.ram = 5.7e9;
        node.system = wssim_experiment::findings::SystemMemory::default();
        node.system.kernel = 0.5e9;
        (node.stall, node.kills) = (estimate(stall), estimate(kills));
        (node.demand, node.hot, node.swapped) =
            (estimate(demand), estimate(6.1e9), estimate(942e6));
        node
    }

    #[test]
    fn swap_in_use_is_not_pressure() {
        assert_eq!(
            remark(&node(0.0, 0.0, 4e9)).unwrap(),
            "`gmktec` has 942 MB in swap and no service waits for it: cold pages parked by swappiness, \
             not pressure (stall 0.0 %)"
        );
        let hardly = remark(&node(0.004, 0.0, 6e9)).unwrap();
        assert!(hardly.contains("services hardly wait for it") && hardly.contains("does not fit"));
        let mut none = node(0.0, 0.0, 4e9);
        none.swapped = None;
        assert_eq!(remark(&none), None);
    }

    #[test]
    fn pressure_says_what_does_not_fit() {
        assert_eq!(
            remark(&node(0.23, 3.2, 8e9)).unwrap(),
            "`gmktec` stalls 23 % of the time: 6.1 GB hot in 5.2 GB; 3.2 kills a replication"
        );
        assert_eq!(
            remark(&node(0.23, 0.0, 8e9)).unwrap(),
            "`gmktec` stalls 23 % of the time: 6.1 GB hot in 5.2 GB"
        );
        let mut fits = node(0.083, 0.0, 4e9);
        fits.hot = Some(Estimate::symmetric(1.2e9, 0.0, 40));
        assert_eq!(
            remark(&fits).unwrap(),
            "`gmktec` stalls 8.3 % of the time: 1.2 GB hot in 5.2 GB on average"
        );
        assert_eq!(
            remark(&node(0.0, 1.0, 5.3e9)).unwrap(),
            "`gmktec` kills for want of memory: 1 kill a replication; 5.3 GB asked for of 5.7 GB"
        );
        let mut limited = node(0.0, 5.0, 2.1e9);
        limited.kills_at_limits = 2.0;
        assert_eq!(
            remark(&limited).unwrap(),
            "`gmktec` kills for want of memory: 5 kills a replication, 2 of them at containers' own limits; \
             2.1 GB asked for of 5.7 GB"
        );
        limited.kills_at_limits = 5.0;
        assert_eq!(
            remark(&limited).unwrap(),
            "`gmktec` is not full: 5 kills a replication, at containers' own limits; 2.1 GB asked for of 5.7 GB"
        );
    }
}
