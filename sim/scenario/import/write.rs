//! Writes the scenario's text: every number is marked as an assumption.

use super::nodes::Nodes;
use super::survey::{Role, Stack, Survey, SurveyedService};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Values that no stack file contains.
const UNKNOWN: &str = "\
# A stack file does not say, and so these are placeholders, each an assumption with a range:
#   - how fast the servers are, how many threads and how much RAM they have, what the LAN costs;
#   - how much CPU and memory a request takes at each service, and what runs without requests;
#   - who calls whom how often: a call stands where an environment or a command names a service;
#   - what users ask for, and how often.
# Measure, replace, and say where a number comes from in its `source`.
";

/// Bytes of a container at rest: an assumption, with its range.
const BASE: [f64; 3] = [200e6, 20e6, 1e9];
/// Users' requests per second: an assumption, with its range.
pub(super) const RATE: [&str; 3] = ["5/s", "1/s", "20/s"];
/// A round trip between two nodes at one switch: an assumption.
pub(super) const RTT: &str = "0.25ms";
/// Largest CPU seconds of a request per thread of a limit: a quarter of it is busy at `RATE`, half of it
/// in the worst case; an assumption.
const OF_LIMIT: [f64; 2] = [0.05, 0.1];

/// The text of a scenario in `beside`: the file `nodes` over the file `stack`.
pub(super) fn laid_over(stack: &Path, nodes: &Path, beside: &Path) -> String {
    let [stack, nodes] = [stack, nodes].map(|file| quoted(&relative(file, beside)));
    format!("[scenario]\nextends = [{stack}, {nodes}]\n")
}

/// The text of the scenario, for the folder `beside`; `assumed` are its nodes, unless a file laid over
/// it defines them.
pub(super) fn scenario(survey: &Survey, beside: &Path, assumed: Option<&Nodes>) -> String {
    let mut out = String::new();
    let stacks: Vec<String> = survey.stacks.iter().map(|it| stack(it, beside)).collect();
    let _ = writeln!(
        out,
        "# Made from stack files; it runs as it is, and its numbers mean nothing yet.\n{UNKNOWN}"
    );
    let _ = writeln!(
        out,
        "[scenario]\ntitle = \"From stack files\"\nduration = \"5min\"\nstacks = [{}]\n",
        stacks.join(", ")
    );
    match assumed {
        Some(assumed) => nodes(&mut out, assumed),
        None => out.push_str("[orchestrator]\nkind = \"swarm\"\n\n"),
    }
    // A single node has no network to others.
    if assumed.is_none_or(|nodes| nodes.all.len() > 1) {
        lan(&mut out);
    }
    for (name, service) in &survey.services {
        behaviour(&mut out, name, service, survey);
    }
    traffic(&mut out, survey);
    out
}

fn lan(out: &mut String) {
    let _ = writeln!(
        out,
        "[lan]\nrtt = {{ value = {}, range = [\"0.1ms\", \"1ms\"], source = \"assumption: a gigabit switch\" }}\nlocal_rtt = \"0.02ms\"\n",
        quoted(RTT)
    );
}

/// A stack as `[scenario] stacks` names it.
fn stack(stack: &Stack, beside: &Path) -> String {
    let files: Vec<String> =
        stack.files.iter().map(|file| quoted(&relative(file, beside))).collect();
    let stem = stack.files.first().and_then(|file| file.file_stem()).unwrap_or_default();
    let name = if stem.to_string_lossy() == stack.name {
        String::new()
    } else {
        format!(", name = {}", quoted(&stack.name))
    };
    match files.as_slice() {
        [file] if name.is_empty() => file.clone(),
        [file] => format!("{{ file = {file}{name} }}"),
        _ => format!("{{ file = [{}]{name} }}", files.join(", ")),
    }
}

/// `file` relative to the folder `beside`, which may not exist yet.
fn relative(file: &Path, beside: &Path) -> String {
    let (full, folder) = (resolved(file), resolved(beside));
    let common = full.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return full.display().to_string();
    }
    let up = folder.components().skip(common).map(|_| "..".into());
    let down = full.components().skip(common).map(|part| part.as_os_str().to_string_lossy());
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// The absolute path, with links of the existing part followed.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        match (full.parent(), full.file_name()) {
            (Some(above), Some(name)) => resolved(above).join(name),
            _ => full,
        }
    })
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '\\' | '"' => out.extend(['\\', character]),
            other if other.is_control() => {
                let _ = write!(out, "\\u{:04X}", other as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A key of TOML, bare if possible.
fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name) }
}

fn nodes(out: &mut String, assumed: &Nodes) {
    let managers: Vec<String> = assumed.managers().into_iter().map(quoted).collect();
    let _ =
        writeln!(out, "[orchestrator]\nkind = \"swarm\"\nmanagers = [{}]\n", managers.join(", "));
    for node in &assumed.all {
        let _ = writeln!(
            out,
            "[node.{}]          # assumption: an ordinary server\ncores = {}\nthreads = {}\nmemory = {}\nnetwork = \"1 Gbit/s\"",
            key(&node.name),
            assumed.threads / 2.0,
            assumed.threads,
            quoted(&format!("{} GB", assumed.memory / 1e9)),
        );
        if let Some(arch) = &node.arch {
            let _ = writeln!(out, "arch = {}", quoted(arch));
        }
        let labels: Vec<String> = node
            .labels
            .iter()
            .map(|(name, value)| format!("{} = {}", key(name), quoted(value)))
            .collect();
        if !labels.is_empty() {
            let _ = writeln!(out, "labels = {{ {} }}", labels.join(", "));
        }
        out.push('\n');
    }
}

/// The CPU time of one request at a kind of service.
struct Cost {
    /// Mean in milliseconds, with its range.
    means: [f64; 3],
    /// Coefficient of variation of a lognormal law; `None` for an exponential one.
    cv: Option<f64>,
    endpoint: &'static str,
}

/// By its likely role: an assumption.
fn cost(role: Role) -> Cost {
    match role {
        Role::Database => Cost { means: [2.0, 0.5, 8.0], cv: Some(1.4), endpoint: "query" },
        Role::Cache => Cost { means: [0.1, 0.02, 0.5], cv: None, endpoint: "get" },
        Role::Proxy => Cost { means: [0.5, 0.1, 2.0], cv: None, endpoint: "request" },
        Role::Application => Cost { means: [10.0, 2.0, 50.0], cv: Some(1.0), endpoint: "request" },
    }
}

impl Cost {
    /// The cost, reduced to what a limit of `threads` can carry.
    fn within(mut self, threads: Option<f64>) -> Self {
        if let Some(threads) = threads {
            let [usual, worst] = OF_LIMIT.map(|seconds| seconds * 1e3 * threads);
            let scale = (usual / self.means[0]).min(1.0);
            self.means = [self.means[0] * scale, self.means[1] * scale, self.means[2].min(worst)];
        }
        self
    }

    fn laws(&self) -> [String; 3] {
        self.means.map(|mean| {
            let mean = rounded(mean);
            quoted(&match self.cv {
                Some(cv) => format!("lognormal({mean}ms, cv={cv})"),
                None => format!("exp({mean}ms)"),
            })
        })
    }
}

/// Two significant digits suffice for a guess.
fn rounded(number: f64) -> f64 {
    let unit = 10_f64.powf(number.abs().log10().floor() - 1.0);
    let text = format!("{:.2e}", (number / unit).round() * unit);
    text.parse().unwrap_or(number)
}

/// Bytes of a container at rest, with range: at most half of its limit.
pub(super) fn base(service: &SurveyedService) -> [f64; 3] {
    let [value, low, high] = BASE;
    match service.memory_limit.filter(|limit| *limit > 0.0) {
        Some(limit) => [value.min(limit / 2.0), low.min(limit / 10.0), high.min(limit * 0.9)],
        None => [value, low, high],
    }
}

fn bytes(number: f64) -> String {
    let units = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let unit = units.into_iter().find(|(unit, _)| number >= *unit);
    let (unit, name) = unit.unwrap_or((1.0, "B"));
    quoted(&format!("{} {name}", rounded(number / unit)))
}

fn behaviour(out: &mut String, name: &str, service: &SurveyedService, survey: &Survey) {
    if !service.has_memory {
        let [value, low, high] = base(service).map(bytes);
        let limited = service.memory_limit.is_some_and(|limit| limit < 2.0 * BASE[0]);
        let why = if limited { ": half of its limit" } else { "" };
        let _ = writeln!(
            out,
            "[service.{}]\nmemory.base = {{ value = {value}, range = [{low}, {high}], source = \"assumption{why}\" }}\n",
            key(name)
        );
    }
    let _ = writeln!(out, "[service.{}.endpoint]", key(name));
    for (endpoint, callees) in endpoints(service) {
        let calls = callees.iter().map(|callee| {
            let theirs = endpoints(&survey.services[*callee]);
            let first = theirs.first().map_or("request", |(endpoint, _)| endpoint);
            format!("  {{ call = {} }},\n", quoted(&format!("{callee}.{first}")))
        });
        let calls: String = calls.collect();
        let _ = writeln!(out, "{endpoint}.steps = [\n{}{calls}]", own_work(service));
    }
    out.push('\n');
}

/// A proxy forwards a request to one service behind it; any other service calls all that it names.
pub(super) fn endpoints(service: &SurveyedService) -> Vec<(String, Vec<&String>)> {
    if service.role != Role::Proxy || service.calls.is_empty() {
        return vec![(cost(service.role).endpoint.to_owned(), service.calls.iter().collect())];
    }
    let mut taken = BTreeSet::new();
    let mut out = Vec::new();
    for callee in &service.calls {
        let plain = behind(callee);
        let numbered = (2..).map(|number| format!("{plain}-{number}"));
        let mut names = std::iter::once(plain.clone()).chain(numbered);
        let name = names.find(|name| taken.insert(name.clone())).unwrap_or(plain.clone());
        out.push((name, vec![callee]));
    }
    out
}

/// The name of a proxy's endpoint for a service behind it.
fn behind(callee: &str) -> String {
    callee.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

/// The CPU time of a request at a service, as a law.
pub(super) fn work(service: &SurveyedService) -> String {
    let [value, ..] = cost(service.role).within(service.cpu_limit).laws();
    value
}

fn own_work(service: &SurveyedService) -> String {
    let [value, low, high] = cost(service.role).within(service.cpu_limit).laws();
    let kind = match service.role {
        Role::Database => "a database",
        Role::Cache => "a cache",
        Role::Proxy => "a proxy",
        Role::Application => "an application",
    };
    format!(
        "  {{ cpu = {{ value = {value}, range = [{low}, {high}], source = \"assumption: it looks like {kind}\" }} }},\n"
    )
}

fn traffic(out: &mut String, survey: &Survey) {
    let entries = survey.entries();
    if entries.is_empty() {
        out.push_str("# Nothing is published or routed: no traffic could be guessed.\n");
        return;
    }
    let weights: Vec<String> = (entries.iter())
        .flat_map(|name| {
            let endpoints = endpoints(&survey.services[*name]);
            endpoints.into_iter().map(move |(endpoint, _)| format!("{name}.{endpoint}"))
        })
        .map(|entry| format!("{} = 1", quoted(&entry)))
        .collect();
    let [rate, low, high] = RATE.map(quoted);
    let _ = writeln!(
        out,
        "[traffic.users]\nentry = {{ {} }}\narrivals = {{ kind = \"poisson\", rate = {{ value = {rate}, range = [{low}, {high}], source = \"assumption: not counted yet\" }} }}",
        weights.join(", ")
    );
}
