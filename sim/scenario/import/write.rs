//! The scenario's text: every number is an assumption, and says so.

use super::survey::{Role, Seen, Survey};
use crate::document::fields::join;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What nobody can read from a stack file.
const UNKNOWN: &str = "\
# A stack file does not say, and so these are placeholders, each an assumption with a range:
#   - how fast the servers are, how many threads and how much RAM they have, what the LAN costs;
#   - how much CPU and memory a request takes at each service, and what runs without requests;
#   - who calls whom how often: a call stands where an environment or a command names a service;
#   - what users ask for, and how often.
# Measure, replace, and say where a number comes from in its `source`.
";

const NODE: &str = "\
cores = 4
threads = 8
memory = \"16 GB\"
network = \"1 Gbit/s\"
";

/// Where the nodes are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nodes {
    /// Nowhere: they are assumed.
    Assumed,
    /// In a file that is laid over the scenario.
    Given,
}

/// The text of a scenario that lies in `beside`: the file `nodes` over the file `stack`.
pub(super) fn laid_over(stack: &Path, nodes: &Path, beside: &Path) -> String {
    let [stack, nodes] = [stack, nodes].map(|file| quoted(&relative(file, beside)));
    format!("[scenario]\nextends = [{stack}, {nodes}]\n")
}

/// The text of the scenario, which will lie in `beside`.
pub(super) fn scenario(survey: &Survey, beside: &Path, places: Nodes) -> String {
    let mut out = String::new();
    let files: Vec<String> =
        survey.files.iter().map(|file| quoted(&relative(file, beside))).collect();
    let _ = writeln!(
        out,
        "# Made from stack files; it runs as it is, and its numbers mean nothing yet.\n{UNKNOWN}"
    );
    let _ = writeln!(
        out,
        "[scenario]\ntitle = \"From stack files\"\nduration = \"5min\"\nstacks = [{}]\n",
        files.join(", ")
    );
    match places {
        Nodes::Assumed => nodes(&mut out, survey),
        Nodes::Given => out.push_str("[orchestrator]\nkind = \"swarm\"\n\n"),
    }
    out.push_str(
        "[lan]\nrtt = { value = \"0.25ms\", range = [\"0.1ms\", \"1ms\"], source = \"assumption: a gigabit switch\" }\nlocal_rtt = \"0.02ms\"\n\n",
    );
    for (name, service) in &survey.services {
        behaviour(&mut out, name, service, survey);
    }
    traffic(&mut out, survey);
    out
}

/// `file` as seen from the folder `beside`, which need not be there yet.
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

/// From the root, links followed as far as there is something.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        match (full.parent(), full.file_name()) {
            (Some(above), Some(name)) => resolved(above).join(name),
            _ => full,
        }
    })
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn nodes(out: &mut String, survey: &Survey) {
    let mut names: Vec<String> = survey.hosts.iter().cloned().collect();
    let wanted = if survey.services.values().any(|service| service.many) { 3 } else { 1 };
    for number in names.len() + 1..=wanted {
        names.push(format!("node-{number}"));
    }
    let managers: Vec<String> = names.iter().take(3).map(|name| quoted(name)).collect();
    let _ =
        writeln!(out, "[orchestrator]\nkind = \"swarm\"\nmanagers = [{}]\n", managers.join(", "));
    let labels: Vec<String> = (survey.labels.iter())
        .map(|(key, value)| format!("{} = {}", join("", key), quoted(value)))
        .collect();
    for name in names {
        let _ = write!(
            out,
            "[{}]          # assumption: an ordinary server\n{NODE}",
            join("node", &name)
        );
        if !labels.is_empty() {
            let _ = writeln!(out, "labels = {{ {} }}", labels.join(", "));
        }
        out.push('\n');
    }
}

/// What one request takes at a service of this kind: value, range, name of the endpoint.
fn cost(role: Role) -> (&'static str, [&'static str; 2], &'static str) {
    match role {
        Role::Database => (
            "lognormal(2ms, cv=1.4)",
            ["lognormal(0.5ms, cv=1.4)", "lognormal(8ms, cv=1.4)"],
            "query",
        ),
        Role::Cache => ("exp(0.1ms)", ["exp(0.02ms)", "exp(0.5ms)"], "get"),
        Role::Proxy => ("exp(0.5ms)", ["exp(0.1ms)", "exp(2ms)"], "request"),
        Role::Application => {
            ("lognormal(10ms, cv=1)", ["lognormal(2ms, cv=1)", "lognormal(50ms, cv=1)"], "request")
        }
    }
}

fn behaviour(out: &mut String, name: &str, service: &Seen, survey: &Survey) {
    if !service.has_memory {
        let _ = writeln!(
            out,
            "[{}]\nmemory.base = {{ value = \"200 MB\", range = [\"20 MB\", \"1 GB\"], source = \"assumption\" }}\n",
            join("service", name)
        );
    }
    let _ = writeln!(out, "[{}.endpoint]", join("service", name));
    for (endpoint, callees) in endpoints(service) {
        let calls = callees.iter().map(|callee| {
            let (_, _, theirs) = cost(survey.services[*callee].role);
            format!("  {{ call = {} }},\n", quoted(&format!("{callee}.{theirs}")))
        });
        let calls: String = calls.collect();
        let _ = writeln!(out, "{endpoint}.steps = [\n{}{calls}]", own_work(service.role));
    }
    out.push('\n');
}

/// A proxy passes a request on to one of those behind it; anything else calls all that it names.
fn endpoints(service: &Seen) -> Vec<(String, Vec<&String>)> {
    if service.role == Role::Proxy && !service.calls.is_empty() {
        return service.calls.iter().map(|callee| (behind(callee), vec![callee])).collect();
    }
    vec![(cost(service.role).2.to_owned(), service.calls.iter().collect())]
}

/// The name of a proxy's endpoint for a service behind it.
fn behind(callee: &str) -> String {
    callee.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect()
}

fn own_work(role: Role) -> String {
    let (value, [low, high], _) = cost(role);
    let kind = match role {
        Role::Database => "a database",
        Role::Cache => "a cache",
        Role::Proxy => "a proxy",
        Role::Application => "an application",
    };
    format!(
        "  {{ cpu = {{ value = {}, range = [{}, {}], source = \"assumption: it looks like {kind}\" }} }},\n",
        quoted(value),
        quoted(low),
        quoted(high)
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
    let _ = writeln!(
        out,
        "[traffic.users]\nentry = {{ {} }}\narrivals = {{ kind = \"poisson\", rate = {{ value = \"5/s\", range = [\"1/s\", \"20/s\"], source = \"assumption: not counted yet\" }} }}",
        weights.join(", ")
    );
}
