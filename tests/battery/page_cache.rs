//! Files: buffers and page cache together are one cache under Che's approximation, and the page cache is
//! the RAM that others leave.

use super::world::{Shown, blueprint, mean, replicate};
use wssim_stats::mean_interval;
use wssim_stats::theory::caches::{che, zipf};

/// Pages of 4 KiB of the data: 64 MiB.
const DATA: usize = 16_384;
const MIB: f64 = 1_048_576.0;
/// Reads of a query, their CPU, and the time of one from the disk.
const READS: f64 = 20.0;
const CPU: f64 = 1e-3;
const READ: f64 = 100e-6;

/// A database of 10 MiB and 8 MiB of buffers, whose one user never thinks, on a node of `ram` MiB;
/// beside it always `others` requests of 4 MiB each.
fn database(ram: f64, others: u32) -> Shown {
    let beside = if others == 0 {
        String::new()
    } else {
        format!(
            "[traffic.others]\nentry = \"other.go\"\n\
             arrivals = {{ kind = \"closed\", users = {others}, think = \"0s\" }}\n"
        )
    };
    let world = blueprint(&format!(
        r#"
[scenario]
title = "A database"
[node.host]
cores = 4
memory = "{ram} MiB"
disk = {{ read = "constant(100us)" }}
[service.database]
memory = {{ base = "10 MiB" }}
data = {{ size = "64 MiB", buffers = "8 MiB", page = "4 KiB", alpha = 0.9 }}
endpoint.query.steps = [ {{ cpu = "constant(1ms)" }}, {{ read = 20 }} ]
[service.other]
memory = {{ per_request = "4 MiB" }}
endpoint.go.steps = [ {{ sleep = "1s" }} ]
[traffic.all]
entry = "database.query"
arrivals = {{ kind = "closed", users = 1, think = "0s" }}
{beside}"#
    ));
    replicate(&world, 84, 0, 30.0, 60.0)
}

fn missed(shown: &Shown) -> f64 {
    let [reads, missed] = shown.averages.containers[0].reads.map(|n| n as f64);
    missed / reads
}

/// The miss ratio if buffers and page cache hold `held` MiB.
fn due(held: f64) -> f64 {
    1.0 - che(&zipf(DATA, 0.9), held * MIB / 4096.0).hit_ratio
}

fn query_time(shown: &Shown) -> f64 {
    let sources = shown.sources.iter().zip(&shown.requests);
    let own: Vec<f64> =
        sources.filter(|(of, _)| **of == 0).map(|(_, (_, took, _))| *took as f64 * 1e-9).collect();
    mean(&own)
}

/// Buffers and page cache have the RAM minus the base. The more there is the fewer reads miss and the
/// faster a query is: its CPU, and a visit to the disk for each read that misses. 60 s are some 12 000
/// queries at least, of 20 reads: a miss in ten is known to 0.7 %.
#[test]
fn reads_miss_what_buffers_and_page_cache_do_not_hold() {
    let mut before = f64::INFINITY;
    for ram in [18.5, 24.0, 40.0, 60.0, 70.0] {
        let shown = database(ram, 0);
        let (found, due) = (missed(&shown), due(ram - 10.0));
        assert!((found - due).abs() < 0.02 * due + 1e-3, "{ram}: {found} instead of {due}");
        let time = query_time(&shown);
        let expected = CPU + READS * due * READ;
        assert!((time / expected - 1.0).abs() < 0.02, "{ram}: {time} instead of {expected}");
        assert!(time < before, "{ram}: with more RAM it is faster");
        before = time;
    }
    let fits = database(80.0, 0);
    assert_eq!(fits.averages.containers[0].reads[1], 0, "all of it fits: nothing misses");
    assert!((query_time(&fits) - CPU).abs() < 1e-9);
}

/// The interval covers the closed form: mean = CPU + reads · m · time of a read, with m = 1 − C/n if all
/// pages are alike.
#[test]
fn a_query_takes_its_cpu_and_its_misses() {
    let world = blueprint(
        r#"
[scenario]
title = "A database"
[node.host]
cores = 1
memory = "42 MiB"
disk = { read = "exp(100us)" }
[service.database]
memory = { base = "10 MiB" }
data = { size = "64 MiB", page = "4 KiB", alpha = 0 }
endpoint.query.steps = [ { cpu = "exp(1ms)" }, { read = 20 } ]
[traffic.all]
entry = "database.query"
arrivals = { kind = "closed", users = 1, think = "0s" }
"#,
    );
    let means: Vec<f64> =
        (0..20).map(|n| mean(&replicate(&world, 84, n, 2.0, 60.0).responses())).collect();
    let estimate = mean_interval(&means, 0.999).unwrap();
    let due = CPU + READS * 0.5 * READ;
    assert!(estimate.covers(due) && estimate.half_width() < 0.01 * due, "{due}: {estimate:?}");
}

/// The page cache loses the RAM that others take, and pages are read again when they release it.
#[test]
fn the_page_cache_is_what_others_leave() {
    for others in [2, 5, 8] {
        let shown = database(60.0, others);
        let left = 50.0 - 4.0 * f64::from(others);
        let (found, due) = (missed(&shown), due(left));
        assert!((found - due).abs() < 0.02 * due + 1e-3, "{others}: {found} instead of {due}");
        let (_, _, last) = shown.memory.last().unwrap();
        assert!((last.page_cache / MIB - (left - 8.0)).abs() < 0.01, "{}", last.page_cache);
        assert!(last.swap == 0.0 && shown.kills.is_empty());
    }
}
