//! Scenarios from texts, for tests that write their own, and the frame that most of them have.

use std::fmt::{self, Display, Formatter};
use wssim_experiment::question::Worlds;
use wssim_model::Blueprint;
use wssim_scenario::Scenario;

/// What becomes of the text of a scenario: that, or what is wrong with it.
pub(crate) fn load(text: &str) -> Result<Scenario, String> {
    load_with(text, &[])
}

/// The same with the overrides `sets`.
pub(crate) fn load_with(text: &str, sets: &[String]) -> Result<Scenario, String> {
    load_beside(text, &[], sets)
}

/// The same beside files that the text names.
fn load_beside(text: &str, files: &[(&str, &str)], sets: &[String]) -> Result<Scenario, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("world.toml");
    std::fs::write(&path, text).unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let loaded = Scenario::load(path.to_str().unwrap(), sets);
    loaded.map_err(|mistakes| mistakes.render(false))
}

/// The scenario of a valid text.
pub(crate) fn scenario(text: &str) -> Scenario {
    scenario_beside(text, &[])
}

/// The same beside files that the text names.
pub(crate) fn scenario_beside(text: &str, files: &[(&str, &str)]) -> Scenario {
    load_beside(text, files, &[]).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

/// Its world.
pub(crate) fn blueprint(text: &str) -> Blueprint {
    scenario(text).blueprint(None, &[]).unwrap()
}

/// The text of a scenario, table by table. What a test says of a table is lines of the format, in which
/// `'…'` spares the signs before quotes.
#[derive(Clone, Default)]
pub(crate) struct Text(String);

impl Display for Text {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A scenario that says nothing yet.
pub(crate) fn world() -> Text {
    Text::default()
}

/// One service `station` on one node, that is visited: the frame of every queue.
pub(crate) fn station(
    cores: u32,
    lines: impl AsRef<str>,
    law: impl Display,
    arrivals: impl AsRef<str>,
) -> Text {
    let text = world().node("host", cores).service("station", lines).cpu("visit", law);
    text.traffic("all", "station.visit", arrivals)
}

impl Text {
    /// Lines of the table that was begun last, or whole tables.
    pub(crate) fn with(mut self, lines: impl AsRef<str>) -> Self {
        self.0.push_str(lines.as_ref());
        self.0.push('\n');
        self
    }

    /// Measured from its very beginning, for so long.
    pub(crate) fn window(self, duration: &str) -> Self {
        self.with(format!("[scenario]\nkind = 'window'\nduration = '{duration}'"))
    }

    /// Measured in its steady state, for so long after a warm-up.
    pub(crate) fn steady(self, duration: &str, warmup: &str) -> Self {
        self.with(format!("[scenario]\nduration = '{duration}'\nwarmup = '{warmup}'"))
    }

    pub(crate) fn node(self, name: &str, cores: u32) -> Self {
        self.with(format!("[node.{name}]\ncores = {cores}"))
    }

    /// Nodes that are alike, with the same lines each.
    pub(crate) fn nodes(self, names: &[&str], cores: u32, lines: &str) -> Self {
        names.iter().fold(self, |text, name| text.node(name, cores).with(lines))
    }

    pub(crate) fn swarm(self, managers: &str) -> Self {
        self.with(format!("[orchestrator]\nkind = 'swarm'\nmanagers = [{managers}]"))
    }

    pub(crate) fn service(self, name: &str, lines: impl AsRef<str>) -> Self {
        self.with(format!("[service.{name}]")).with(lines)
    }

    /// Where the containers of the last service run.
    pub(crate) fn on(self, node: &str) -> Self {
        self.with(format!("constraints = ['node.hostname == {node}']"))
    }

    /// An endpoint of the last service.
    pub(crate) fn endpoint(self, name: &str, steps: impl AsRef<str>) -> Self {
        self.with(format!("endpoint.{name}.steps = [ {} ]", steps.as_ref()))
    }

    /// An endpoint of the last service that computes, and does nothing else.
    pub(crate) fn cpu(self, endpoint: &str, law: impl Display) -> Self {
        self.endpoint(endpoint, format!("{{ cpu = '{law}' }}"))
    }

    pub(crate) fn traffic(self, name: &str, entry: &str, arrivals: impl AsRef<str>) -> Self {
        let arrivals = arrivals.as_ref();
        self.with(format!("[traffic.{name}]\nentry = '{entry}'\narrivals = {arrivals}"))
    }

    /// A fault; `lines` say of what, when and how long.
    pub(crate) fn fault(self, id: &str, kind: &str, lines: impl AsRef<str>) -> Self {
        self.with(format!("[[fault]]\nid = '{id}'\nkind = '{kind}'")).with(lines)
    }

    /// A claim; `expect` says between what.
    pub(crate) fn claim(self, id: &str, metric: &str, expect: &str) -> Self {
        self.with(format!("[[claim]]\nid = '{id}'\nmetric = '{metric}'\nexpect = {{ {expect} }}"))
    }

    pub(crate) fn scenario(&self) -> Scenario {
        scenario(&self.0)
    }

    pub(crate) fn blueprint(&self) -> Blueprint {
        blueprint(&self.0)
    }

    /// Its world beside files that it names.
    pub(crate) fn blueprint_beside(&self, files: &[(&str, &str)]) -> Blueprint {
        scenario_beside(&self.0, files).blueprint(None, &[]).unwrap()
    }
}

/// Independent arrivals, at `rate` a second.
pub(crate) fn poisson(rate: impl Display) -> String {
    format!("{{ kind = 'poisson', rate = '{rate}/s' }}")
}

/// One arrival a period.
pub(crate) fn periodic(period: &str) -> String {
    format!("{{ kind = 'periodic', period = '{period}' }}")
}

/// The same from a time on.
pub(crate) fn periodic_from(period: &str, phase: &str) -> String {
    format!("{{ kind = 'periodic', period = '{period}', phase = '{phase}' }}")
}

/// Users who never think.
pub(crate) fn closed(users: u32) -> String {
    format!("{{ kind = 'closed', users = {users}, think = '0s' }}")
}
