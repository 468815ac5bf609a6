//! Which machine a container gets: constraints, reservations, spread, and returned reservations.

use super::*;

fn machines() -> Vec<Machine> {
    ["a", "b", "c"]
        .into_iter()
        .map(|name| Machine {
            name: name.to_owned(),
            labels: BTreeMap::from([(
                "tier".to_owned(),
                if name == "c" { "edge" } else { "core" }.to_owned(),
            )]),
            manager: name == "a",
            cpus: 4.0,
            memory_bytes: 8e9,
            ..Machine::default()
        })
        .collect()
}

fn wanted(replicas: u32, constraints: &[&str]) -> Wanted {
    let constraints = constraints.iter().map(|text| Constraint::parse(text).unwrap()).collect();
    Wanted { replicas: Some(replicas), constraints, ..Wanted::default() }
}

#[test]
fn containers_spread_by_service_then_in_total_then_by_name() {
    let places =
        place(&machines(), &[wanted(1, &[]), wanted(1, &[]), wanted(4, &[])], Order::Tasks);
    assert_eq!(places, [vec![0], vec![1], vec![2, 0, 1, 2]]);
}

#[test]
fn constraints_filter() {
    let of = |text: &str| place(&machines(), &[wanted(3, &[text])], Order::Tasks).remove(0);
    assert_eq!(of("node.hostname == B"), [1, 1, 1]);
    assert_eq!(of("node.hostname != b"), [0, 2, 0]);
    assert_eq!(of("node.role==manager"), [0, 0, 0]);
    assert_eq!(of("node.labels.tier == edge"), [2, 2, 2]);
    assert_eq!(of("node.labels.missing != x"), [0, 1, 2]);
    assert_eq!(of("node.labels.missing == x"), [0; 0]);
    for text in [
        "",
        "node.hostname",
        "hostname == a",
        "node.hostname =",
        "node.labels. == x",
        "node.hostname == ",
    ] {
        assert_eq!(Constraint::parse(text), None, "{text}");
    }
}

#[test]
fn a_global_service_runs_once_on_each_node_that_fits() {
    let global = |constraints: &[&str]| Wanted { replicas: None, ..wanted(0, constraints) };
    let places =
        place(&machines(), &[global(&[]), global(&["node.labels.tier == core"])], Order::Tasks);
    assert_eq!(places, [vec![0, 1, 2], vec![0, 1]]);
}

/// Two zones of two nodes and one: the smaller zone gets as many tasks as the larger one.
#[test]
fn preferences_spread_over_values_before_nodes() {
    let spread = Wanted { spread: vec!["tier".to_owned()], ..wanted(4, &[]) };
    assert_eq!(place(&machines(), &[spread], Order::Tasks)[0], [0, 2, 1, 2]);
}

#[test]
fn platforms_are_linux_and_x86_64_unless_said() {
    let of = |text: &str| place(&machines(), &[wanted(1, &[text])], Order::Tasks)[0].len();
    assert_eq!(of("node.platform.os == linux"), 1);
    assert_eq!(of("node.platform.arch == x86_64") + of("node.platform.arch == amd64"), 2);
    assert_eq!(of("node.platform.arch == arm64"), 0);
    assert_eq!(of("engine.labels.ssd == yes"), 0);
    let mut mixed = machines();
    mixed[1].architecture = "aarch64".to_owned();
    let on = |text: &str| place(&mixed, &[wanted(3, &[text])], Order::Tasks)[0].clone();
    assert_eq!(
        (on("node.platform.arch == arm64"), on("node.platform.arch == ARM64")),
        (vec![1; 3], vec![1; 3])
    );
    assert_eq!(on("node.platform.arch != aarch64"), [0, 2, 0]);
    assert_eq!(on("node.id == b"), [1, 1, 1]);
}

#[test]
fn what_is_added_comes_in_turn_and_goes_where_there_is_room() {
    let mut tight = wanted(1, &[]);
    tight.memory_bytes = 5e9;
    let mut one_each = wanted(1, &["node.labels.tier == core"]);
    one_each.max_per_node = Some(1);
    let all = [wanted(2, &[]), tight, one_each];
    let machines = machines();
    let mut scheduler = Scheduler::new(&machines, &all, Order::Tasks);
    assert_eq!(scheduler.all(), [vec![0, 1], vec![2], vec![0]]);
    // The second service fits on two more machines, the third on one; then only the first goes on.
    let due = [(0, 2), (1, 1), (2, 1), (0, 0), (1, 0), (0, 2), (0, 1), (0, 2)];
    assert_eq!(scheduler.grow(&[0, 1, 2], 8), due);
    assert_eq!(scheduler.grow(&[1, 2], 5), []);
    let mut scheduler = Scheduler::new(&machines, &all, Order::Tasks);
    let _ = scheduler.all();
    assert_eq!(scheduler.grow(&[0, 1, 2], 4), due[..4]);
}

#[test]
fn what_is_given_back_can_be_taken_again() {
    let mut bound = wanted(1, &["node.labels.tier == core"]);
    bound.host_ports = vec![443];
    let all = [bound];
    let machines = machines();
    let mut scheduler = Scheduler::new(&machines, &all, Order::Tasks);
    assert_eq!(scheduler.all(), [vec![0]]);
    assert_eq!(scheduler.choose(0, |_| true, |_| MachineStanding::Good), Ok(1));
    let why = scheduler.choose(0, |of| of == 0, |_| MachineStanding::Good).unwrap_err();
    assert!(why.has(Filter::HostPort) && why.has(Filter::Ready));
    assert!(!why.has(Filter::Room) && !why.has(Filter::Constraints));
    scheduler.give_back(0, 0);
    assert_eq!(scheduler.choose(0, |of| of == 0, |_| MachineStanding::Good), Ok(0));
    // A machine with repeated failures comes last.
    let failing = |at| if at == 0 { MachineStanding::Failing } else { MachineStanding::Good };
    assert_eq!(scheduler.choose(0, |_| true, failing), Ok(1));
    assert_eq!([0, 1, 2].map(|at| most_on(&machines[at], &all[0])), [1, 1, 0]);
}

#[test]
fn reservations_and_replicas_per_node_leave_the_rest_pending() {
    let mut big = wanted(5, &[]);
    big.memory_bytes = 5e9;
    assert_eq!(place(&machines(), &[big], Order::Tasks)[0], [0, 1, 2]);
    let mut one_each = wanted(5, &["node.labels.tier == core"]);
    one_each.max_per_node = Some(1);
    assert_eq!(place(&machines(), &[one_each], Order::Tasks)[0], [0, 1]);
}
