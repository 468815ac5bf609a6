//! Lowers proxies: their lists of servers, and the guards before their calls.

use super::lowering::Lowering;
use crate::document::call::CallStep;
use crate::traefik::passage;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{BreakerPolicy, Limit, Proxy, Retry};
use wssim_model::ids::{ContainerId, LimitId, ServiceId};
use wssim_model::probe::Failure;

/// The guards before a call.
pub(super) struct Guards {
    pub(super) limits: Vec<LimitId>,
    pub(super) breaker: Option<BreakerPolicy>,
    pub(super) retry: Retry,
}

impl Lowering<'_> {
    /// The guards before `call` from `caller`: those of the step and, for a proxy, those of its labels.
    /// A step's own breaker or retries take precedence.
    pub(super) fn guards(&mut self, caller: ServiceId, callee: &str, call: &CallStep) -> Guards {
        let mut guards = Guards { limits: Vec::new(), breaker: call.breaker, retry: call.retry };
        let service = self.document.services.values().nth(caller.index());
        if !service.is_some_and(passage::is_proxy) {
            return guards;
        }
        let passage = self.document.proxy.passage(callee);
        for (policy, per_source) in passage.limits {
            guards.limits.push(self.limit(Limit { service: caller, per_source, policy }, callee));
        }
        guards.breaker = guards.breaker.or(passage.breaker);
        if let (Some(mut retry), 0) = (passage.retry, call.retry.attempts) {
            if call.timeout.is_some() {
                // A time-out may be that of an answer, which is not retried.
                retry.on &= !Failure::Timeout.bit();
            }
            guards.retry = retry;
        }
        guards
    }

    /// The limit of all calls from one service to another.
    fn limit(&mut self, limit: Limit, callee: &str) -> LimitId {
        let known = self.limits.iter().position(|(known, to)| *known == limit && to == callee);
        LimitId::from(known.unwrap_or_else(|| {
            self.limits.push((limit, callee.to_owned()));
            self.out.limits.push(limit);
            self.limits.len() - 1
        }))
    }

    /// Number among the proxies of the first container of `caller`, if it has its own list of the
    /// containers of `callee`, by polling a manager or by notifications.
    pub(super) fn own_list(&mut self, caller: ServiceId, callee: &str) -> Option<u32> {
        let service = self.document.services.values().nth(caller.index())?;
        if !passage::is_proxy(service) || !self.document.proxy.knows(callee) {
            return None;
        }
        let polls = self.document.orchestrator.kind?.lists?;
        let own = service.proxy.and_then(|proxy| proxy.refresh).filter(|_| polls > Nanos::ZERO);
        let refresh = own.unwrap_or(polls);
        let containers = self.out.services[caller.index()].containers.clone();
        let first = ContainerId(containers.start);
        let known = self.out.proxies.iter().position(|proxy| proxy.container == first);
        let number = known.unwrap_or_else(|| {
            let number = self.out.proxies.len();
            let proxy = |container| Proxy { container: ContainerId(container), refresh };
            self.out.proxies.extend(containers.clone().map(proxy));
            number
        });
        (!containers.is_empty()).then_some(number as u32)
    }
}
