//! Memory limits, and which process is killed when RAM is exhausted.
//!
//! A burst of requests arrives within 0.1 s, ten seconds after the beginning, and stays for 3 s: each adds
//! to the demand of its container. Other requests, one every 100 ms, show which containers answer.

use super::world::{Shown, replicate};
use crate::text::{Text, periodic, world};
use wssim_model::probe::Failure;

const PAGE: f64 = 4096.0;
/// When the burst begins, and the end of everything.
const BURST: f64 = 10.0;
const END: f64 = 40.0;
/// Longest time between updates of memory.
const LOOK: f64 = 1.0;

/// A service of the name, with the memory, and its traffic: `burst` requests that hold 100 pages each.
fn service(name: &str, memory: &str, burst: u32) -> Text {
    let entry = |endpoint: &str| format!("{name}.{endpoint}");
    let memory = format!("memory = {{ {memory}, per_request = '400 KiB', touch = '1us' }}");
    let text = world()
        .service(name, memory)
        .with("startup = '2s'\nrestart = { condition = 'any', delay = '5s' }")
        .endpoint("hold", "{ sleep = '3s' }")
        .cpu("go", "1ms")
        .traffic(name, &entry("go"), periodic("100ms"));
    if burst == 0 {
        return text;
    }
    let ends = BURST + f64::from(burst) * 0.01 - 0.005;
    let steps = format!("[['0s', 0], ['{BURST}s', 1], ['{ends}s', 0]]");
    let arrivals =
        format!("{{ kind = 'periodic', period = '10ms', profile = {{ steps = {steps} }} }}");
    text.traffic(&format!("{name}-burst"), &entry("hold"), arrivals)
}

fn run(node: &str, services: &[Text]) -> Shown {
    let host = world().node("host", 8).with(node).with("swappiness = 0");
    let world = services.iter().fold(host, super::super::text::Text::with);
    replicate(&world.blueprint(), 84, 0, 0.0, END)
}

/// Seconds after its first kill for which the container does not listen.
fn down(shown: &Shown, container: usize) -> f64 {
    (1.0 - shown.averages.containers[container].up) * END
}

fn killed(shown: &Shown) -> Vec<u32> {
    shown.kills.iter().map(|(_, container)| *container).collect()
}

fn lost(shown: &Shown, failure: Failure) -> usize {
    shown.failures.iter().filter(|(_, of)| *of == failure).count()
}

/// A node with far more RAM than needed.
const SWAP: &str = "memory = \"1 GiB\"\nswap = \"1 GiB\"\ndisk = { read = \"constant(10us)\" }";
const NO_SWAP: &str = "memory = \"1 GiB\"\ndisk = { read = \"constant(10us)\" }";
/// 1000 pages.
const LIMIT: &str = "limit = \"4000 KiB\"";

/// A container over its limit is its own victim, though the node has enough RAM: its pages above the
/// limit are in swap, and it faults as if the limit were all the RAM (all pages alike: 1 − C/n).
#[test]
fn who_is_over_its_limit_swaps_its_own() {
    let over = service("over", &format!("base = \"5600 KiB\", alpha = 0, {LIMIT}"), 0);
    let other = service("other", "base = \"5600 KiB\"", 0);
    let shown = run(SWAP, &[other, over]);
    let [other, over] = [0, 1].map(|n| shown.averages.containers[n]);
    assert_eq!((other.swapped, other.touches[1], other.paging), (0.0, 0, 0.0));
    assert!((over.swapped - 400.0 * PAGE).abs() < 10.0 * PAGE, "{}", over.swapped / PAGE);
    assert!((over.resident - 1_000.0 * PAGE).abs() < 1.0, "{}", over.resident / PAGE);
    let ratio = over.touches[1] as f64 / over.touches[0] as f64;
    // 400 requests of 1 000 touches.
    assert!((ratio - 400.0 / 1400.0).abs() < 0.01, "{ratio}");
    assert!(shown.kills.is_empty() && shown.failures.is_empty());
}

/// Twice its limit in RAM and swap is the most: with base 100 pages, 18 requests fit and 25 do not. A
/// killed container loses its work, returns after its delay and its start-up, and no other container is
/// affected.
#[test]
fn limit_and_as_much_swap_again_is_the_most() {
    let other = service("other", "base = \"5600 KiB\"", 0);
    let with = |burst| {
        let over = service("over", &format!("base = \"400 KiB\", {LIMIT}"), burst);
        run(SWAP, &[other.clone(), over])
    };
    let fits = with(18);
    assert!(fits.kills.is_empty() && fits.failures.is_empty(), "{:?}", fits.kills);
    let shown = with(25);
    assert_eq!(killed(&shown), [1]);
    let at = shown.kills[0].0 as f64 * 1e-9;
    assert!((BURST..BURST + 0.25 + LOOK).contains(&at), "killed at {at}");
    assert!(lost(&shown, Failure::Oom) >= 19, "{:?}", shown.failures);
    assert!((down(&shown, 1) - 7.0).abs() < 1e-6, "down for {}", down(&shown, 1));
    assert!((down(&shown, 0)).abs() < 1e-9);
    // Its own requests of seven seconds are lost as well, ten a second; no others.
    let failed = shown.failures.len() as f64;
    let due = 25.0 + 70.0;
    assert!((failed - due).abs() <= 8.0, "{failed} failed, not {due}");
    let late = (END - 10.0) * 1e9;
    assert!(shown.failures.iter().all(|(at, _)| (*at as f64) < late), "{:?}", shown.failures);
}

/// Without swap on the node a container cannot exceed its limit: 9 requests fit beside 100 pages, and 12
/// do not.
#[test]
fn without_swap_the_limit_is_the_most() {
    let with =
        |burst| run(NO_SWAP, &[service("over", &format!("base = \"400 KiB\", {LIMIT}"), burst)]);
    let fits = with(8);
    assert!(fits.kills.is_empty() && fits.failures.is_empty());
    let shown = with(12);
    assert_eq!(killed(&shown), [0]);
    assert!((down(&shown, 0) - 7.0).abs() < 1e-6, "{}", down(&shown, 0));
}

/// Of several processes the kernel kills one: its work is lost, but the container continues, so no
/// orchestrator waits before a restart.
#[test]
fn of_several_processes_one_dies() {
    let memory = format!("base = \"400 KiB\", processes = 5, {LIMIT}");
    let shown = run(NO_SWAP, &[service("over", &memory, 12)]);
    assert_eq!(killed(&shown), [0]);
    assert!(lost(&shown, Failure::Oom) >= 10);
    assert!((down(&shown, 0) - 2.0).abs() < 1e-6, "{}", down(&shown, 0));
}

/// Killed containers start again with their start-up CPU: 2 s each, on one core.
#[test]
fn who_is_killed_starts_with_its_cpu() {
    let memory = format!("base = '400 KiB', {LIMIT}");
    let host = world().node("host", 1).with(NO_SWAP);
    let world = (0..4).fold(host, |world, n| world.with(service(&format!("s{n}"), &memory, 12)));
    let shown = replicate(&world.blueprint(), 84, 0, 0.0, END);
    let mut victims = killed(&shown);
    victims.sort_unstable();
    assert_eq!(victims, [0, 1, 2, 3]);
    // All four share the core: each has started after 8 s.
    for container in 0..4 {
        let down = down(&shown, container);
        assert!((down - 13.0).abs() < 0.3, "{container} was down for {down}");
    }
}

/// A node without free RAM and swap kills the largest process, whichever asks for more.
#[test]
fn the_largest_process_dies_first() {
    // 2 500 pages of RAM, 2 300 in use until the smallest asks for 500 more.
    let node = "memory = \"10000 KiB\"";
    let small = service("a-small", "base = \"400 KiB\"", 5);
    let middle = service("middle", "base = \"2800 KiB\"", 0);
    let large = |processes: u32| {
        service("large", &format!("base = \"6000 KiB\", processes = {processes}"), 0)
    };
    // Places of containers are by name.
    let [a_small, of_large, of_middle] = [0, 1, 2];
    for (processes, victim) in [(1, of_large), (2, of_large), (3, of_middle), (10, of_middle)] {
        let shown = run(node, &[small.clone(), middle.clone(), large(processes)]);
        // With several processes one returns at once, and asks for the same again: it is killed again.
        let killed = killed(&shown);
        assert!(!killed.is_empty() && (processes > 1 || killed.len() == 1), "{killed:?}");
        assert!(killed.iter().all(|one| *one == victim), "{processes} processes: {killed:?}");
        assert!(down(&shown, a_small as usize) < 1e-9);
        assert_eq!(shown.memory.iter().filter(|(_, _, state)| state.swap > 0.0).count(), 0);
    }
}

/// Swap delays it: all RAM and all swap must be full before a process is killed.
#[test]
fn swap_is_full_before_the_node_kills() {
    let with = |swap: u32| {
        let node = format!(
            "memory = \"4000 KiB\"\nswap = \"{swap} KiB\"\ndisk = {{ read = \"constant(10us)\" }}"
        );
        // 100 pages, and 100 more for each of 20 requests: 2 100, without those of the other traffic.
        run(&node, &[service("app", "base = \"400 KiB\"", 20)])
    };
    assert!(with(5200).kills.is_empty(), "2 300 pages are there");
    let shown = with(3600);
    assert_eq!(killed(&shown), [0], "1 900 pages are there");
}
