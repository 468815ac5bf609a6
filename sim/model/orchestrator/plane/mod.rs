//! A control plane of managers that elect a leader: Swarm's, K3s's and Nomad's.
//!
//! The kinds differ by a table of [`Rules`]. Three parts, one after the other: `managers.rs` says which manager can
//! decide (with `election.rs`), `agents.rs` what it knows of each node, `tasks.rs` what happens to each lost
//! container. Work that falls due while no manager can decide waits for the next leader; reports of a dead node
//! wait for its return. Gossip between the nodes, which removes endpoints, is not part of it.
//!
//! Closed forms: `agents.rs` for detection; a replacement is told to start 0.2 to 0.5 s after both its restart
//! delay is over and its image is there.

mod agenda;
pub(super) mod agents;
mod draws;
mod election;
mod failures;
mod managers;
mod reach;
mod replica;
pub(super) mod rules;
mod tasks;
#[cfg(test)]
mod tests;
mod update;
mod updates;

use super::{Cluster, Ending, Fact, Orchestrator, Renewal, Told};
use crate::ids::{ContainerId, NodeId};
use agents::{Agent, AgentState, DetectionLaw};
use draws::PlaneDraws;
use managers::{Leadership, Managers};
use reach::PlaneReach;
use rules::{LossRule, Rules};
use tasks::{Round, Tasks};
use wssim_kernel::Time;
use wssim_kernel::stream::{StreamKey, mix, name_hash};

#[derive(Debug)]
pub(super) struct Plane<'a> {
    cluster: &'a Cluster,
    rules: &'static Rules,
    draws: PlaneDraws,
    reach: PlaneReach,
    managers: Managers,
    agents: Vec<Agent>,
    tasks: Tasks<'a>,
    /// When the next event is due, once that is known; never if there is none.
    due: Option<Time>,
}

impl<'a> Plane<'a> {
    pub(super) fn new(cluster: &'a Cluster, rules: &'static Rules, stream: StreamKey) -> Self {
        let names = cluster.machines.iter().map(|machine| name_hash(&machine.name)).collect();
        let draws = PlaneDraws::new(stream, names);
        let nodes = cluster.machines.len();
        let managers = (0..nodes).filter(|&node| cluster.machines[node].manager).collect();
        Self {
            cluster,
            rules,
            reach: PlaneReach::open(nodes),
            managers: Managers::new(managers, rules, &draws),
            agents: vec![Agent::READY; nodes],
            tasks: Tasks::new(cluster, rules),
            due: None,
            draws,
        }
    }

    fn node_of(&self, id: ContainerId) -> usize {
        self.cluster.places[id.index()].node.index()
    }

    /// When the next event is due. While no manager decides this is the election of a leader.
    fn first_due(&mut self) -> Option<Time> {
        if self.managers.decides().is_none() {
            return self.managers.due();
        }
        let Self { agents, tasks, .. } = self;
        let first = agents.iter().filter_map(Agent::due).min();
        first.into_iter().chain(tasks.due(&|node| agents[node].takes_part())).min()
    }

    /// Takes in a changed reach: first whether a manager decides, then which nodes it hears.
    fn look(&mut self, now: Time, facts: &mut Vec<Fact>) {
        match self.managers.look(now, &self.reach, &self.draws) {
            Leadership::Same => {}
            Leadership::Lost => facts.push(Fact::Leaderless),
            Leadership::Back => {
                let leader = self.managers.decides();
                facts.extend(leader.map(|leader| Fact::Leads(NodeId::from(leader))));
                self.catch_up(now, facts);
            }
        }
        self.hear(now);
    }

    /// Takes in the reports that nodes had while the same leader could not decide.
    fn catch_up(&mut self, now: Time, facts: &mut Vec<Fact>) {
        for node in 0..self.agents.len() {
            if self.agents[node].takes_part() {
                self.of_tasks(now, facts, |tasks, round| tasks.node_registers(node, round));
            }
        }
    }

    /// Notes whose beats reach the leader now.
    fn hear(&mut self, now: Time) {
        let law = DetectionLaw {
            draws: &self.draws,
            beats: &self.rules.beats,
            law: self.cluster.detection.as_ref(),
        };
        let led = self.managers.is_led(&self.reach);
        for (node, agent) in self.agents.iter_mut().enumerate() {
            let hears = led && self.managers.hear(node, &self.reach);
            match (agent.heard, hears) {
                (true, false) => agent.is_lost(now, node, led, &law),
                (false, true) => agent.is_back(now, node, &law),
                _ => {}
            }
        }
    }

    /// Whether [`Self::run`] may have work: most inputs are only noted.
    fn has_to_run(&mut self, now: Time) -> bool {
        let is_late = self.due().is_some_and(|due| due <= now);
        is_late || self.managers.decides().is_some() && self.tasks.has_to_try()
    }

    /// Does one thing that is due. Returns whether there was one.
    fn run(&mut self, now: Time, facts: &mut Vec<Fact>) -> bool {
        self.due = None;
        if self.managers.decides().is_none() {
            return self.elect(now, facts);
        }
        let is_due = |at: Option<Time>| at.is_some_and(|at| at <= now);
        for node in 0..self.agents.len() {
            let agent = &mut self.agents[node];
            if is_due(agent.registers_at) {
                let news = agent.state != AgentState::Ready;
                *agent = Agent { lost: agent.lost, ..Agent::READY };
                agents::tolerate(&mut self.agents, now, self.rules.lost);
                facts.extend(news.then_some(Fact::Ready(NodeId::from(node))));
                self.of_tasks(now, facts, |tasks, round| tasks.node_registers(node, round));
                return true;
            }
            if is_due(agent.down_at) {
                (agent.state, agent.down_at) = (AgentState::Down, None);
                facts.push(Fact::Down(NodeId::from(node), agent.lost));
                match self.rules.lost {
                    LossRule::AsEnded | LossRule::AtOnce => {
                        self.of_tasks(now, facts, |tasks, round| tasks.node_down(node, round));
                    }
                    LossRule::Tolerated { .. } => {
                        agents::tolerate(&mut self.agents, now, self.rules.lost);
                    }
                }
                return true;
            }
            if is_due(agent.replaced_at) {
                (agent.replaced_at, agent.is_replaced) = (None, true);
                self.of_tasks(now, facts, |tasks, round| tasks.node_down(node, round));
                return true;
            }
        }
        self.of_tasks(now, facts, tasks::Tasks::run)
    }

    fn elect(&mut self, now: Time, facts: &mut Vec<Fact>) -> bool {
        let since = self.managers.since();
        let Some(leader) = self.managers.elect(now) else { return false };
        facts.push(Fact::Leads(NodeId::from(leader)));
        let law = DetectionLaw {
            draws: &self.draws,
            beats: &self.rules.beats,
            law: self.cluster.detection.as_ref(),
        };
        for (node, agent) in self.agents.iter_mut().enumerate() {
            agent.heard = self.managers.hear(node, &self.reach);
            agent.led_anew(now, node, since, &law);
        }
        true
    }

    fn of_tasks<R>(
        &mut self,
        now: Time,
        facts: &mut Vec<Fact>,
        act: impl FnOnce(&mut Tasks<'a>, &mut Round<'_>) -> R,
    ) -> R {
        let Self { draws, reach, agents, tasks, managers, .. } = self;
        let decides = managers.decides().is_some();
        let ready = |node: usize| decides && agents[node].takes_part();
        let joined = |a: usize, b: usize| reach.joined(a, b);
        let unit = |key: u64, draw: u32| draws.unit(mix(key, now.0), draw);
        let mut round = Round { now, ready: &ready, joined: &joined, unit: &unit, facts };
        act(tasks, &mut round)
    }
}

impl<'a> Orchestrator for Plane<'a> {
    fn told(&mut self, now: Time, told: Told<'_>, facts: &mut Vec<Fact>) {
        match told {
            Told::Reach(joined) => {
                self.due = None;
                self.reach.set(joined);
                self.look(now, facts);
            }
            Told::Rebooted(node) => {
                self.due = None;
                self.managers.rebooted(now, node.index());
                self.agents[node.index()].rebooted = true;
                self.of_tasks(now, facts, |tasks, round| tasks.rebooted(node.index(), round));
            }
            Told::Begins(id, alive) => {
                self.due = None;
                let down = self.agents[self.node_of(id)].state == AgentState::Down;
                self.of_tasks(now, facts, |tasks, round| {
                    tasks.begins(id.index(), alive, down, round);
                });
            }
            Told::Serves(id) => self.tasks.serves(id.index()),
            Told::GivesUp(id) => {
                self.due = None;
                self.of_tasks(now, facts, |tasks, round| tasks.gives_up(id.index(), round));
            }
            Told::Ended(id, exit) => {
                let end = |tasks: &mut Tasks<'a>, round: &mut Round<'_>| {
                    tasks.ended(id.index(), exit, round)
                };
                if self.of_tasks(now, facts, end) {
                    self.due = None;
                }
            }
            Told::Runs(id) => {
                self.due = None;
                self.of_tasks(now, facts, |tasks, round| tasks.runs(id.index(), round));
            }
            Told::Pulled(node, image) => {
                self.due = None;
                self.of_tasks(now, facts, |tasks, round| {
                    tasks.pulled(node.index(), image, round);
                });
            }
            Told::Deploys(rollout) if self.managers.decides().is_some() => {
                self.due = None;
                self.of_tasks(now, facts, |tasks, round| tasks.deploy(rollout, round));
            }
            // No manager takes the command: nothing changes.
            Told::Deploys(rollout) => {
                let renewals = &self.cluster.rollouts[rollout.index()].renewals;
                let paused = |one: &Renewal| Fact::Updated(rollout, one.service, Ending::NotBegun);
                facts.extend(renewals.iter().map(paused));
            }
            Told::Alarm => {}
        }
        while self.has_to_run(now) && self.run(now, facts) {}
    }

    fn due(&mut self) -> Option<Time> {
        let due = match self.due {
            Some(due) => due,
            None => self.first_due().unwrap_or(Time::NEVER),
        };
        self.due = Some(due);
        (due < Time::NEVER).then_some(due)
    }

    fn leader(&self) -> Option<NodeId> {
        self.managers.decides().map(NodeId::from)
    }

    fn is_led(&self) -> bool {
        self.managers.decides().is_some()
    }

    fn answers(&self, node: NodeId) -> bool {
        self.managers.decides().is_some() && self.managers.hear(node.index(), &self.reach)
    }

    fn wants(&self, id: ContainerId) -> bool {
        self.tasks.wants(id.index()) && self.agents[self.node_of(id)].state != AgentState::Down
    }

    fn place_of(&self, first: ContainerId) -> Option<ContainerId> {
        self.tasks.place_of(first.index()).map(ContainerId::from)
    }

    fn image_at(&self, id: ContainerId) -> Option<usize> {
        self.tasks.image_at(id.index())
    }

    fn restarts(&self, id: ContainerId) -> bool {
        self.tasks.decides_on(id.index())
    }
}
