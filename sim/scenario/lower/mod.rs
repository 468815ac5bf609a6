//! Lowers a checked document to a [`Blueprint`]: ids resolved, programs flat, defaults filled in.
//!
//! All tables are in the order of names. Draws and call sites are addressed by hashes of names and of
//! ordinals within their kind, so that adding a step elsewhere moves no other draw.
//!
//! ```text
//! cpu      Cpu                         parallel  Parallel(branches, next)
//! call     Call                                  branch … EndBranch
//! disk     Disk
//! read     Read
//! sleep    Sleep                                 branch … EndBranch
//! step with probability p              step repeated
//!          SkipUnless(p, to)                     Repeat(count, to)
//!          step                                  step … EndBranch
//!   to:    …                             to:     …
//! ```

mod caches;
mod control;
pub(crate) mod faults;
mod held;
mod lowering;
mod memory;
mod procedure;
mod proxy;
mod rollouts;
mod routing;
mod traffic;
mod ways;

use crate::calls;
use crate::document::Document;
use crate::document::call::CallStep;
use crate::document::disk::DiskStep;
use crate::document::fields::Name;
use crate::document::machine::{Pair, Path};
use crate::document::step::{StepKind, StepText};
use crate::places;
use crate::trace::Traces;
use lowering::{Addresses, Lowering, Program};
use std::collections::{BTreeMap, BTreeSet};
use wssim_kernel::Nanos;
use wssim_model::blueprint::{
    Blueprint, Breaker, BreakerPolicy, Call, Container, Endpoint, HealthCheck, Instruction, Link,
    Needs, Node, Parallel, Pool, Query, Service, Tenure,
};
use wssim_model::ids::{
    BreakerId, CallId, ContainerId, InstructionId, LabelId, NodeId, ParallelId, PoolId, QueryId,
    ServiceId, TimeoutId,
};
use wssim_model::law::Law;
use wssim_model::orchestrator::RestartPolicy;

/// Makes the blueprint of a document without mistakes.
pub(crate) fn lower(document: &Document, traces: &Traces) -> Blueprint {
    let mut lowering = Lowering {
        document,
        services: numbers(document.services.keys()),
        endpoints: BTreeMap::new(),
        look_ups: BTreeMap::new(),
        spaces: BTreeMap::new(),
        programs: Vec::new(),
        labels: BTreeMap::new(),
        timeouts: BTreeMap::new(),
        queries: BTreeMap::new(),
        pools: BTreeMap::new(),
        limits: Vec::new(),
        held: Vec::new(),
        out: Blueprint::default(),
    };
    lowering.endpoints();
    lowering.tables();
    lowering.cluster();
    lowering.services();
    lowering.agents();
    lowering.control();
    lowering.procedure();
    lowering.programs();
    lowering.routes();
    lowering.sources(traces);
    lowering.faults();
    lowering.out
}

fn numbers<'n>(names: impl Iterator<Item = &'n String>) -> BTreeMap<String, usize> {
    names.enumerate().map(|(number, name)| (name.clone(), number)).collect()
}

impl Lowering<'_> {
    /// The tables that programs refer to.
    fn tables(&mut self) {
        let (mut labels, mut timeouts, mut queries) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (name, service) in &self.document.services {
            let caller = ServiceId::from(self.services[name]);
            timeouts.extend(service.queue_timeout);
            timeouts.extend(service.pools.values().filter_map(|pool| pool.timeout));
            for content in service.endpoints.values() {
                calls::visit(&content.steps, 1.0, true, &mut |step, _, _| match &step.kind {
                    StepKind::Cpu(_) => {
                        labels.extend(step.label.as_ref().map(|label| label.text.clone()));
                    }
                    StepKind::Call(call) => {
                        timeouts.extend(call.timeout);
                        let callee =
                            calls::split(&call.target.text).and_then(|to| self.services.get(&to.0));
                        queries.extend(callee.map(|callee| (caller, ServiceId::from(*callee))));
                    }
                    StepKind::Cache(look_up, _) => {
                        timeouts.extend(look_up.timeout);
                        let callee = self.services.get(&look_up.cache.text);
                        queries.extend(callee.map(|callee| (caller, ServiceId::from(*callee))));
                    }
                    _ => {}
                });
            }
        }
        self.labels = labels
            .iter()
            .cloned()
            .enumerate()
            .map(|(at, label)| (label, LabelId::from(at)))
            .collect();
        self.timeouts = timeouts
            .iter()
            .enumerate()
            .map(|(at, length)| (*length, TimeoutId::from(at)))
            .collect();
        self.queries =
            queries.iter().enumerate().map(|(at, pair)| (*pair, QueryId::from(at))).collect();
        self.out.labels = labels.into_iter().collect();
        self.out.timeouts = timeouts.into_iter().collect();
        self.out.queries =
            queries.into_iter().map(|(caller, service)| Query { caller, service }).collect();
    }

    fn cluster(&mut self) {
        let document = self.document;
        let lan = document.lan.as_ref();
        let cpu = lan.filter(|lan| !lan.is_free()).map(|lan| lan.cpu).unwrap_or_default();
        self.out.nodes = document
            .nodes
            .iter()
            .map(|(name, node)| Node {
                name: name.clone(),
                speed: node.speed,
                threads: node.threads,
                capacity: node.capacity.clone(),
                memory: self.node_memory(name, node),
                bandwidth: node.network.unwrap_or(f64::INFINITY),
                disk: node.disk.clone(),
                price: node.price,
                cipher_ns_per_byte: if node.aes { cpu.aes } else { cpu.aes_software },
            })
            .collect();
        self.out.packet_cpu = lan.map_or(Nanos::ZERO, |lan| lan.packet_cpu);
        self.out.vxlan_cpu_ns = cpu.vxlan;
        self.out.ipvs_cpu_ns = cpu.ipvs;
        self.out.esp_cpu_ns = cpu.esp;
        let mut pairs: BTreeMap<[&str; 2], Vec<&Pair>> = BTreeMap::new();
        for pair in lan.iter().flat_map(|lan| &lan.pairs) {
            if let [a, b] = pair.between.as_slice() {
                for ends in [[a.text.as_str(), &b.text], [&b.text, &a.text]] {
                    pairs.entry(ends).or_default().push(pair);
                }
            }
        }
        for from in document.nodes.keys() {
            for to in document.nodes.keys() {
                let own = pairs.get(&[from.as_str(), to]).map_or(&[][..], Vec::as_slice);
                self.out.links.push(self.link(from, to, own));
            }
        }
    }

    /// The link from one node to another: each property from the last of its `pairs` that gives it,
    /// otherwise from the LAN.
    fn link(&self, from: &str, to: &str, pairs: &[&Pair]) -> Link {
        let lan = self.document.lan.as_ref();
        let own = || pairs.iter().rev();
        let rtt = match lan {
            Some(lan) if from == to => lan.local_rtt.clone(),
            Some(lan) => own().find_map(|pair| pair.rtt.as_ref()).unwrap_or(&lan.rtt).clone(),
            None => Law::ZERO,
        };
        let path = own().map(|pair| pair.path).chain(lan.map(|lan| lan.path));
        let path = path.fold(Path::default(), Path::or);
        let of = |node: &str| self.document.nodes.get(node).and_then(|node| node.mtu);
        let known_mtu = [from, to].into_iter().filter_map(of).fold(f64::INFINITY, f64::min);
        Link {
            rtt,
            mtu: path.mtu.unwrap_or(f64::INFINITY).min(known_mtu),
            known_mtu,
            goodput: path.goodput.unwrap_or(f64::INFINITY),
            loss: path.loss.unwrap_or(0.0),
        }
    }

    fn services(&mut self) {
        let document = self.document;
        let places = places::of(document);
        let all = places.with_begins(document.growth.as_ref().map(|growth| growth.every));
        let homes = places.all();
        for (at, (name, service)) in document.services.iter().enumerate() {
            let id = ServiceId::from(at);
            let first = self.out.containers.len() as u32;
            for (replica, &(node, begins)) in all[at].iter().enumerate() {
                let container = ContainerId::from(self.out.containers.len());
                let data = self.data_at(service, node, &homes[at]);
                let (node, spare) = (NodeId::from(node), replica >= homes[at].len());
                self.out.containers.push(Container { service: id, node, begins, spare, data });
                self.background(name, service, replica, container);
            }
            for (target, pool) in &service.pools {
                let Some(callee) = self.services.get(target) else {
                    continue;
                };
                let callee = ServiceId::from(*callee);
                self.pools.insert((id, callee), PoolId::from(self.out.pools.len()));
                self.out.pools.push(Pool {
                    service: id,
                    target: callee,
                    name: target.clone(),
                    size: pool.size,
                    timeout: pool.timeout.map(|length| self.timeouts[&length]),
                    outwaits: pool.hikari,
                });
            }
            self.bounded_clients(id, service);
            self.out.services.push(Service {
                name: name.clone(),
                workers: service.workers,
                hold: service.hold,
                backlog: service.backlog,
                queue_timeout: service.queue_timeout.map(|length| self.timeouts[&length]),
                cpu_limit: service.cpu_limit,
                memory: self.memory(service),
                containers: first..self.out.containers.len() as u32,
                spares: places.spare[at].len() as u32,
                startup: service.startup.clone().unwrap_or(Law::ZERO),
                needs: self.needs(service),
                restart: self.restart(service.deploy.restart),
                health: self.health(service),
                stop_grace: service.deploy.stop_grace,
                on_stop: service.deploy.on_stop,
                cold: service.deploy.cold,
                keep_alive: service.keep_alive,
                max_connections: service.max_connections.map(|limit| limit.most),
                check: document.proxy.check(name),
            });
        }
    }

    fn needs(&self, service: &crate::document::service::ServiceText) -> Needs {
        let number = |name: &Name| self.services.get(&name.text).map(|id| ServiceId::from(*id));
        let services = service.start_needs.iter().filter_map(number).collect();
        Needs { services, retry: service.start_retry }
    }

    /// Orchestrators that replace lost containers register a container only after a good health check,
    /// and stop an unhealthy one; others only report it.
    fn health(&self, service: &crate::document::service::ServiceText) -> Option<HealthCheck> {
        let acts = self.document.orchestrator.replaces();
        let health = service.deploy.health.as_ref().filter(|health| acts && !health.disabled)?;
        Some(health.check)
    }

    /// When an ended container is restarted on its node.
    fn restart(&self, written: RestartPolicy) -> RestartPolicy {
        self.document.orchestrator.kind.map_or(written, |kind| (kind.restart)(written))
    }

    /// A client with a limit on connections and without a pool makes further calls wait.
    fn bounded_clients(
        &mut self,
        caller: ServiceId,
        service: &crate::document::service::ServiceText,
    ) {
        let callees: Vec<ServiceId> = (self.queries.keys())
            .filter(|(of, _)| *of == caller)
            .map(|(_, callee)| *callee)
            .collect();
        for target in callees {
            let name = self.document.services.keys().nth(target.index()).cloned();
            let Some(name) = name.filter(|name| !service.pools.contains_key(name)) else {
                continue;
            };
            let client = service.clients.towards(&name).filter(|client| !client.multiplex);
            let Some(size) = client.and_then(|client| client.max) else { continue };
            self.pools.insert((caller, target), PoolId::from(self.out.pools.len()));
            let (service, timeout, outwaits) = (caller, None, false);
            self.out.pools.push(Pool { service, target, name, size, timeout, outwaits });
        }
    }

    /// Routes in the order of queries.
    fn routes(&mut self) {
        let services: Vec<(&String, &crate::document::service::ServiceText)> =
            self.document.services.iter().collect();
        for place in 0..self.out.queries.len() {
            let query = self.out.queries[place];
            let (_, caller) = services[query.caller.index()];
            let (name, callee) = services[query.service.index()];
            let proxy = self.own_list(query.caller, name);
            self.out.routes.push(self.route(query, (caller, callee), name, proxy));
        }
        self.out.detection = self.detection();
    }

    fn programs(&mut self) {
        let programs = std::mem::take(&mut self.programs);
        for (id, (service, programs)) in self.document.services.keys().zip(programs).enumerate() {
            let id = ServiceId::from(id);
            for (endpoint, program) in programs {
                let start = self.here();
                let mut addresses = Addresses::new(format!("{service}/{endpoint}"));
                self.out.endpoints.push(Endpoint { service: id, name: endpoint, start });
                match program {
                    Program::Written(content) => self.steps(&content.steps, id, &mut addresses),
                    Program::LookUp(look_up) => self.answer_look_up(id, look_up),
                }
                self.out.program.push(Instruction::End);
            }
        }
    }

    fn steps(&mut self, steps: &[StepText], service: ServiceId, addresses: &mut Addresses) {
        for step in steps {
            self.step(step, service, addresses);
        }
    }

    fn step(&mut self, step: &StepText, service: ServiceId, addresses: &mut Addresses) {
        let label = step.label.as_ref().map(|label| label.text.as_str());
        let skip = (step.probability < 1.0).then(|| {
            let draw = addresses.draw("coin", label);
            self.begin_skip(step.probability, draw)
        });
        let repeat = step.repeat.as_ref().map(|count| {
            let draw = addresses.draw("repeat", label);
            let site = addresses.site("repeat", label, 1);
            let to = InstructionId(0);
            self.out.program.push(Instruction::Repeat { count: count.clone(), draw, site, to });
            self.out.program.len() - 1
        });
        self.body(step, label, service, addresses);
        if let Some(at) = repeat {
            self.out.program.push(Instruction::EndBranch);
            self.land(at);
        }
        if let Some(at) = skip {
            self.land(at);
        }
    }

    fn begin_skip(&mut self, probability: f64, draw: u32) -> usize {
        self.out.program.push(Instruction::SkipUnless { probability, draw, to: InstructionId(0) });
        self.out.program.len() - 1
    }

    fn body(
        &mut self,
        step: &StepText,
        label: Option<&str>,
        service: ServiceId,
        addresses: &mut Addresses,
    ) {
        match &step.kind {
            StepKind::Cpu(demand) => {
                let draw = addresses.draw("cpu", label);
                let label = label.map(|label| self.labels[label]);
                self.out.program.push(Instruction::Cpu { demand: demand.clone(), draw, label });
            }
            StepKind::Sleep(duration) => {
                let draw = addresses.draw("sleep", label);
                self.out.program.push(Instruction::Sleep { duration: duration.clone(), draw });
            }
            StepKind::Disk(DiskStep { access, bytes }) => {
                let draws = [addresses.draw("disk", label), addresses.draw("disk bytes", label)];
                let (access, bytes) = (*access, bytes.clone());
                self.out.program.push(Instruction::Disk { access, bytes, draws });
            }
            StepKind::Read(pages, _) => {
                let draws =
                    ["read", "read misses", "read disk"].map(|kind| addresses.draw(kind, label));
                self.out.program.push(Instruction::Read { pages: pages.clone(), draws });
            }
            StepKind::Call(call) => self.call(call, label, service, addresses),
            StepKind::Parallel { branches, need } => {
                let id = ParallelId::from(self.out.parallels.len());
                let site = addresses.site("parallel", label, branches.len() as u64);
                self.out.parallels.push(Parallel {
                    branches: Vec::new(),
                    need: *need,
                    next: InstructionId(0),
                    site,
                });
                self.out.program.push(Instruction::Parallel(id));
                for branch in branches {
                    let start = self.here();
                    self.out.parallels[id.index()].branches.push(start);
                    self.steps(branch, service, addresses);
                    self.out.program.push(Instruction::EndBranch);
                }
                self.out.parallels[id.index()].next = self.here();
            }
            StepKind::Cache(look_up, miss) => {
                if let Some(skip) = self.look_up(look_up, label, service, addresses) {
                    self.steps(miss, service, addresses);
                    self.land(skip);
                }
            }
            StepKind::Group(steps) => self.steps(steps, service, addresses),
            StepKind::With(with) => {
                if let Some(once) = self.hold(with, label, service, addresses) {
                    self.steps(&with.steps, service, addresses);
                    self.give_back(once, label, addresses);
                }
            }
        }
    }

    fn call(
        &mut self,
        call: &CallStep,
        label: Option<&str>,
        service: ServiceId,
        addresses: &mut Addresses,
    ) {
        let Some(place) = calls::split(&call.target.text) else {
            return;
        };
        let Some(target) = self.endpoints.get(&place).copied() else {
            return;
        };
        let callee = ServiceId::from(self.services[&place.0]);
        let id = CallId::from(self.out.calls.len());
        let query = self.queries[&(service, callee)];
        let guards = self.guards(service, &place.0, call);
        let breaker = guards.breaker.map(|policy| self.breaker(service, query, policy));
        self.out.calls.push(Call {
            target,
            site: addresses.site(&format!("call#{}", call.target.text), label, 1),
            travels: self.how_calls_travel(service, callee),
            network: self.network(service, callee),
            send: call.send.clone(),
            receive: call.receive.clone(),
            pool: self
                .pools
                .get(&(service, callee))
                .copied()
                .filter(|_| !self.held.contains(&callee)),
            timeout: call.timeout.map(|length| self.timeouts[&length]),
            retry: guards.retry,
            breaker,
            limits: guards.limits,
            deadline: call.deadline,
            cancel: call.cancel,
            query,
            tenure: if self.held.contains(&callee) { Tenure::Uses } else { Tenure::OneCall },
            optional: false,
        });
        self.out.program.push(Instruction::Call(id));
    }

    /// The breaker shared by the calls of one pair with the same policy.
    fn breaker(&mut self, service: ServiceId, query: QueryId, policy: BreakerPolicy) -> BreakerId {
        let known = |breaker: &Breaker| breaker.query == query && breaker.policy == policy;
        let place = self.out.breakers.iter().position(known).unwrap_or_else(|| {
            self.out.breakers.push(Breaker { service, query, policy });
            self.out.breakers.len() - 1
        });
        BreakerId::from(place)
    }
}

impl Lowering<'_> {}
