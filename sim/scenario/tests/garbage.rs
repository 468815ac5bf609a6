//! Fuzz test of files and flags: diagnostics within a bounded time, never a panic. Valid inputs are
//! mutated by a seeded generator; those still valid are built and simulated for a moment, with all laws
//! asserted. A failure prints its input.
//!
//! `WSSIM_GARBAGE=200000` tests that number of other inputs.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use wssim_experiment::question::Worlds;
use wssim_kernel::Nanos;
use wssim_kernel::stream::scatter;
use wssim_model::{Run, simulate};
use wssim_scenario::Scenario;

/// Pieces that may matter.
const PIECES: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    "\"",
    "=",
    "[[",
    "]]",
    ".",
    ",",
    "\n",
    "\0",
    "é",
    "\u{202e}",
    "\"\\u001b\"",
    "-1",
    "0",
    "1",
    "1e400",
    "1e300",
    "1e-300",
    "1000000000",
    "4294967296",
    "nan",
    "true",
    "9e99",
    "\"none\"",
    "\"\"",
    "\"0s\"",
    "\"1ns\"",
    "\"1e6 d\"",
    "\"9e18ns\"",
    "\"1e12/s\"",
    "\"0/s\"",
    "\"1e-12/s\"",
    "\"0 B\"",
    "\"9e18 B\"",
    "\"exp(1ms)\"",
    "\"exp(0s)\"",
    "\"zipf(\"",
    "\"weibull(1s, shape=0.01)\"",
    "\"gamma(1s, cv=1e6)\"",
    "\"lognormal(1ms, cv=1e9)\"",
    "\"pareto(min=1ms, alpha=0.01)\"",
    "\"mixture(0.5: 1ms)\"",
    "\"normal(1ms, 9e18ns)\"",
    "\"empirical(\\\"values.csv\\\")\"",
    "\"empirical(\\\".\\\")\"",
    "\"exp(1)\"",
    "\"4\"",
    "enabled = false\n",
    "[service.web]\n",
    "replicas = 0\n",
    "mtbf = \"1ms\"\n",
    "= {}",
    "= []",
    "= [[]]",
    "= [{}]",
    "value",
    "range",
    "extends = [\"all.toml\"]\n",
    "cores = 1e9\n",
];

struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        (scatter(self.0) % limit.max(1) as u64) as usize
    }
}

fn mutate(text: &str, numbers: &mut Numbers) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(letters.len());
        match numbers.below(6) {
            0 => {
                let end = (at + 1 + numbers.below(12)).min(letters.len());
                letters.drain(at..end);
            }
            1 => {
                let piece = PIECES[numbers.below(PIECES.len())];
                letters.splice(at..at, piece.chars());
            }
            2 => {
                let from = numbers.below(letters.len());
                let to = (from + numbers.below(60)).min(letters.len());
                let copy = letters[from..to].to_vec();
                letters.splice(at..at, copy);
            }
            3 | 4 => another_value(&mut letters, at, numbers),
            _ => {
                if let Some(letter) = letters.get_mut(at) {
                    *letter = char::from(32 + numbers.below(95) as u8);
                }
            }
        }
    }
    letters.into_iter().collect()
}

/// Replaces the next value after `at`, possibly by one of another kind.
fn another_value(letters: &mut Vec<char>, at: usize, numbers: &mut Numbers) {
    let equals = letters[at.min(letters.len())..].iter().position(|letter| *letter == '=');
    let Some(start) = equals.map(|offset| at + offset) else { return };
    let length = letters[start..].iter().position(|letter| matches!(letter, ',' | '\n' | '}'));
    let end = start + length.unwrap_or(1);
    let piece = format!("= {}", PIECES[numbers.below(PIECES.len())]);
    letters.splice(start..end, piece.chars());
}

/// A folder with the files of one scenario, removed after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = format!("wssim-scenario-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), content).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The present input, and its start.
static LOOKING: Mutex<Option<(Instant, String)>> = Mutex::new(None);

/// Ends the test with the input that takes too long, even for a busy machine.
fn watch() {
    const LONGEST: Duration = Duration::from_secs(60);
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let looking = LOOKING.lock().unwrap();
            if let Some((_, input)) =
                looking.as_ref().filter(|(since, _)| since.elapsed() > LONGEST)
            {
                eprintln!("this input takes longer than {LONGEST:?}:\n{input}");
                std::process::exit(1);
            }
        }
    });
}

/// Runs a scenario through all that a command does before the simulation, and a moment of that. Returns
/// whether it is valid.
fn look_at(path: &str, sets: &[String]) -> bool {
    let scenario = match Scenario::load(path, sets) {
        Ok(scenario) => scenario,
        Err(diagnostics) => {
            assert!(!diagnostics.items.is_empty());
            assert!(diagnostics.items.len() <= 101, "{}", diagnostics.items.len());
            let _ = diagnostics.render(true);
            return false;
        }
    };
    let _ = (scenario.question(), scenario.print_config(), scenario.placements());
    let _ = (scenario.inputs(), scenario.lints(), scenario.routes(), scenario.scripted());
    let _ = (scenario.offered_load(), scenario.at_risk(None, &[]));
    if let Ok(blueprint) = scenario.blueprint(None, &[])
        && blueprint.containers.len() < 1000
    {
        let measured = scenario.question().measure.duration.min(Nanos(300_000_000));
        let run = Run { seed: 1, replication: 0, lead: Nanos::ZERO, measured };
        let began = Instant::now();
        // Longer simulation is slow, but no failure.
        let stop = || began.elapsed() > Duration::from_millis(20);
        let _ = simulate(&blueprint, run, (), &stop);
    }
    true
}

/// [`look_at`], reporting a panic with the input.
fn survives(input: &str, path: &str, sets: &[String]) -> bool {
    *LOOKING.lock().unwrap() = Some((Instant::now(), input.to_owned()));
    let outcome = std::panic::catch_unwind(|| look_at(path, sets));
    *LOOKING.lock().unwrap() = None;
    outcome.unwrap_or_else(|why| panic!("panicked: {why:?}\n{input}"))
}

/// The number of inputs, and the first of them.
fn cases(usual: u64) -> std::ops::Range<u64> {
    let asked = std::env::var("WSSIM_GARBAGE").ok().map(|text| text.parse::<u64>().unwrap());
    asked.map_or(0..usual, |count| usual..usual + count)
}

#[test]
fn garbage_in_files_is_told_of() {
    watch();
    let folder = Folder::new("garbage");
    let plan = ["estate", "after", "growing"]
        .map(|name| std::fs::read_to_string(format!("tests/scenarios/{name}.toml")).unwrap());
    folder.write("estate.toml", &plan[0]);
    let all = FILES.iter().map(|(name, text)| (*name, *text));
    all.clone().for_each(|(name, text)| folder.write(name, text));
    let (mut good, mut bad) = (0, 0);
    let cases = cases(4_000);
    let count = cases.end - cases.start;
    for case in cases {
        let mut numbers = Numbers(case << 32);
        let (name, text) = match case % 8 {
            0 => ("after.toml", plan[1].as_str()),
            1 => ("growing.toml", plan[2].as_str()),
            2 => ("whole.toml", plan[0].as_str()),
            3..6 => FILES[0],
            _ => FILES[1 + numbers.below(FILES.len() - 1)],
        };
        let mutated = mutate(text, &mut numbers);
        let mut bytes = mutated.clone().into_bytes();
        if numbers.below(50) == 0 {
            let at = numbers.below(bytes.len());
            bytes.insert(at, 0xff);
        }
        folder.write(name, &bytes);
        let whole = if case % 8 < 3 { name } else { FILES[0].0 };
        let input = format!("case {case}, {name}:\n{mutated}");
        if survives(&input, &folder.path(whole), &[]) {
            good += 1;
        } else {
            bad += 1;
        }
        folder.write(name, text);
    }
    // Both outcomes occur.
    assert!(good > count / 20 && bad > count / 2, "{good} good, {bad} bad");
}

#[test]
fn garbage_in_overrides_is_told_of() {
    watch();
    let folder = Folder::new("overrides");
    for (name, text) in FILES {
        folder.write(name, text);
    }
    let path = folder.path(FILES[0].0);
    for case in cases(1_000) {
        let mut numbers = Numbers(case << 32 | 7);
        let valid = SETS[numbers.below(SETS.len())];
        let set = mutate(valid, &mut numbers);
        survives(&set, &path, std::slice::from_ref(&set));
        if let Ok(scenario) = Scenario::load(&path, &[]) {
            let text = set.split_once('=').map_or("", |(_, text)| text);
            let _ = scenario.metric("--metric", text);
            let _ = scenario.condition("--until", text);
        }
        let _ = (wssim_scenario::limit(&set), wssim_scenario::parameter(&set));
    }
}

/// Values that can be set.
const SETS: [&str; 9] = [
    "service.web.endpoint.page.steps[0].cpu=exp(3ms)",
    "service.web.replicas=3",
    "traffic.users.arrivals.rate=8/s",
    "traffic.scale=1.5",
    "fault[crash].at=\"200ms\"",
    "scenario.duration=1s",
    "scenario.slot=20ms",
    "stack.all.services.store.deploy.replicas=2",
    "claim.fast.metric='response_time_seconds{entry=\"users\", stat=\"p95\"}'",
];

/// A small world with something of every kind, the scenario first.
const FILES: [(&str, &str); 6] = [
    ("all.toml", include_str!("garbage/all.toml")),
    ("all.yml", include_str!("garbage/all.yml")),
    (".env", "TAG=1.2\nexport NAME=\"store\" # a remark\n"),
    ("trace.csv", "time,entry,work,send\n0.01,web.page,0.001,300\n0.02,,0.002,\n0.1,web.page,,\n"),
    ("outages.csv", "time,target,kind,duration\n0.1,b,crash,0.05\n150ms,a-b,partition,20ms\n"),
    ("values.csv", "seconds\n0.001\n2ms\n0.0005\n"),
];

/// The unmutated world is valid.
#[test]
fn the_world_that_is_mutated_is_sound() {
    let folder = Folder::new("sound");
    for (name, text) in FILES {
        folder.write(name, text);
    }
    assert!(Path::new(&folder.path("all.toml")).is_file());
    let scenario = Scenario::load(&folder.path("all.toml"), &[]);
    let scenario = scenario.unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let told: Vec<&str> = scenario.warnings().iter().map(|warning| warning.code).collect();
    assert_eq!(told, [""; 0]);
    for set in SETS {
        let read = Scenario::load(&folder.path("all.toml"), &[set.to_owned()]);
        assert!(read.is_ok(), "{set}: {}", read.unwrap_err());
    }
}
