//! Lowers cache look-ups: calls to an implicit endpoint of the cache's service.
//!
//! ```text
//! caller   Call(look-up)                     cache   Cpu(cost)
//!          SkipIfFound(key space, to)                LookUp(key space)
//!          … steps after a miss               End
//!   to:    …
//! ```
//!
//! Look-ups at one service with equal hits share a key space, and those with equal costs also an
//! endpoint. A look-up uses the network and a worker, and is measured like any call.

use super::lowering::{Addresses, Lowering, Program};
use crate::calls;
use crate::document::Document;
use crate::document::cache::CacheStep;
use crate::document::step::StepKind;
use std::collections::BTreeMap;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Cache, Call, Instruction, Retry, Tenure};
use wssim_model::ids::{CacheId, CallId, EndpointId, InstructionId, ServiceId};

/// Look-ups with equal kinds share an endpoint.
pub(super) fn kind_of(look_up: &CacheStep) -> String {
    format!("{:?} {:?}", look_up.hits, look_up.cost)
}

/// All look-ups of a document.
fn look_ups(document: &Document) -> Vec<&CacheStep> {
    let mut out = Vec::new();
    for service in document.services.values() {
        for endpoint in service.endpoints.values() {
            calls::visit(&endpoint.steps, 1.0, true, &mut |step, _, _| {
                if let StepKind::Cache(look_up, _) = &step.kind {
                    out.push(&**look_up);
                }
            });
        }
    }
    out
}

impl<'a> Lowering<'a> {
    /// The endpoints of every service, by name, and the key spaces.
    pub(super) fn endpoints(&mut self) {
        let document = self.document;
        let mut kinds: BTreeMap<ServiceId, BTreeMap<String, &CacheStep>> = BTreeMap::new();
        let mut spaces: BTreeMap<(ServiceId, String), Cache> = BTreeMap::new();
        for look_up in look_ups(document) {
            let Some(service) = self.services.get(&look_up.cache.text) else { continue };
            let service = ServiceId::from(*service);
            kinds.entry(service).or_default().insert(kind_of(look_up), look_up);
            let space = Cache { service, hits: look_up.hits.clone() };
            spaces.insert((service, format!("{:?}", look_up.hits)), space);
        }
        let mut next = 0;
        for (number, (name, service)) in document.services.iter().enumerate() {
            let written = service.endpoints.iter();
            let mut programs: BTreeMap<String, Program<'a>> =
                written.map(|(name, content)| (name.clone(), Program::Written(content))).collect();
            let service = ServiceId::from(number);
            let mut names = BTreeMap::new();
            for (kind, look_up) in kinds.remove(&service).unwrap_or_default() {
                let free = free_name(&programs);
                programs.insert(free.clone(), Program::LookUp(look_up));
                names.insert(free, kind);
            }
            for (endpoint, id) in programs.keys().zip(next..) {
                let id = EndpointId::from(id);
                match names.remove(endpoint) {
                    Some(kind) => self.look_ups.insert((service, kind), id),
                    None => self.endpoints.insert((name.clone(), endpoint.clone()), id),
                };
            }
            next += programs.len();
            self.programs.push(programs);
        }
        for (place, (key, space)) in spaces.into_iter().enumerate() {
            self.spaces.insert(key, CacheId::from(place));
            self.out.caches.push(space);
        }
    }

    /// The program of a look-up, at the cache.
    pub(super) fn answer_look_up(&mut self, service: ServiceId, look_up: &CacheStep) {
        let mut addresses = Addresses::new(format!("{}/lookup", look_up.cache.text));
        if !look_up.cost.is_zero() {
            let draw = addresses.draw("cpu", None);
            let demand = look_up.cost.clone();
            self.out.program.push(Instruction::Cpu { demand, draw, label: None });
        }
        let cache = self.spaces[&(service, format!("{:?}", look_up.hits))];
        let draw = addresses.draw("item", None);
        self.out.program.push(Instruction::LookUp { cache, draw });
    }

    /// The call of a look-up, and the jump over what is done about a miss.
    pub(super) fn look_up(
        &mut self,
        look_up: &CacheStep,
        label: Option<&str>,
        caller: ServiceId,
        addresses: &mut Addresses,
    ) -> Option<usize> {
        let name = &look_up.cache.text;
        let callee = self.services.get(name).copied().map(ServiceId::from)?;
        let cache = self.spaces[&(callee, format!("{:?}", look_up.hits))];
        let call = CallId::from(self.out.calls.len());
        self.out.calls.push(Call {
            target: self.look_ups[&(callee, kind_of(look_up))],
            site: addresses.site(&format!("lookup#{name}"), label, 1),
            send: look_up.send.clone(),
            receive: look_up.receive.clone(),
            pool: self.pools.get(&(caller, callee)).copied(),
            timeout: look_up.timeout.map(|length: Nanos| self.timeouts[&length]),
            retry: Retry::NEVER,
            breaker: None,
            limits: Vec::new(),
            deadline: None,
            cancel: false,
            query: self.queries[&(caller, callee)],
            travels: self.how_calls_travel(caller, callee),
            network: self.network(caller, callee),
            tenure: Tenure::OneCall,
            optional: true,
        });
        self.out.program.push(Instruction::Call(call));
        self.out.program.push(Instruction::SkipIfFound { cache, to: InstructionId(0) });
        Some(self.out.program.len() - 1)
    }
}

/// `lookup`, or the first of `lookup-2`, `lookup-3`, … that is free.
fn free_name(taken: &BTreeMap<String, Program<'_>>) -> String {
    let numbered = (2..).map(|number| format!("lookup-{number}"));
    let mut names = std::iter::once("lookup".to_owned()).chain(numbered);
    let free = names.find(|name| !taken.contains_key(name));
    free.unwrap_or_default()
}
