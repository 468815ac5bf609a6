//! The result of an import, and the assumptions to replace first.

use super::nodes::Nodes;
use super::survey::{Role, Survey};
use super::write;

/// The contents of a scenario made from stack files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Number of stack files.
    pub files: usize,
    /// Number of services.
    pub services: usize,
    /// Number of nodes, all assumed.
    pub nodes: usize,
    /// Calls that follow from environments and commands.
    pub calls: usize,
    /// Services that users call.
    pub entries: usize,
    /// Values that are assumptions.
    pub assumptions: usize,
    /// Assumptions to replace first, most important first.
    pub first: Vec<Replace>,
}

/// An assumption to replace by a measurement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// Its path in the scenario.
    pub path: String,
    /// The assumed value.
    pub assumed: String,
    /// Where a better value comes from.
    pub from: &'static str,
}

impl Made {
    pub(super) fn of(survey: &Survey, nodes: &Nodes, text: &str) -> Self {
        let written = text.matches("source = \"assumption").count();
        let machines = text.matches("# assumption").count();
        Self {
            files: survey.stacks.iter().map(|stack| stack.files.len()).sum(),
            services: survey.services.len(),
            nodes: nodes.all.len(),
            calls: survey.services.values().map(|service| service.calls.len()).sum(),
            entries: survey.entries().len(),
            assumptions: written + machines,
            first: first(survey, nodes),
        }
    }
}

/// The arrival rate, the cost of a request at the entries, and the capacity of the nodes; without a
/// guess of traffic, the RAM of a container at rest.
fn first(survey: &Survey, nodes: &Nodes) -> Vec<Replace> {
    let mut out = Vec::new();
    let bare = |law: String| law.trim_matches('"').to_owned();
    let busiest =
        survey.entries().into_iter().max_by_key(|name| survey.services[*name].calls.len());
    if busiest.is_some() {
        let path = "traffic.users.arrivals.rate".to_owned();
        let from = "the access log, at the busiest hour";
        out.push(Replace { path, assumed: write::RATE[0].to_owned(), from });
    }
    if let Some(name) = busiest.or_else(|| survey.services.keys().next()) {
        // A proxy only forwards; the cost is that of the service behind it.
        let behind = survey.services[name].calls.iter().next();
        let is_proxy = survey.services[name].role == Role::Proxy;
        let name = behind.filter(|_| is_proxy).unwrap_or(name);
        let service = &survey.services[name];
        let endpoint = write::endpoints(service).remove(0).0;
        let path = format!("service.{name}.endpoint.{endpoint}.steps: cpu");
        let from = "CPU seconds over requests, in a quiet hour";
        out.push(Replace { path, assumed: bare(write::work(service)), from });
    }
    let node = nodes.all.first().map_or("", |node| node.name.as_str());
    out.push(Replace {
        path: format!("node.{node}: cores, threads, memory"),
        assumed: format!(
            "{} cores, {} threads, {} GB",
            nodes.threads / 2.0,
            nodes.threads,
            nodes.memory / 1e9
        ),
        from: "`lscpu` and `free -h` there",
    });
    if busiest.is_none()
        && let Some((name, service)) = survey.services.iter().find(|(_, it)| !it.has_memory)
    {
        let path = format!("service.{name}.memory.base");
        let assumed = format!("{} MB", (write::base(service)[0] / 1e6).round());
        out.push(Replace { path, assumed, from: "`docker stats` of a container at rest" });
    }
    if out.len() < FIRST && nodes.all.len() > 1 {
        let (path, assumed) = ("lan.rtt".to_owned(), write::RTT.to_owned());
        out.push(Replace { path, assumed, from: "`ping` between two of the servers" });
    }
    out
}

/// Number of assumptions that are named.
const FIRST: usize = 3;
