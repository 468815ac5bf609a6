//! Lowers steps with a held connection: a part of the program that runs once, as a separate frame,
//! between taking and returning the connection.

use super::lowering::{Addresses, Lowering};
use crate::calls;
use crate::document::step::{StepKind, StepText, WithStep};
use wssim_model::blueprint::{Call, Instruction, Retry, Tenure};
use wssim_model::ids::{CallId, EndpointId, InstructionId, ServiceId};
use wssim_model::law::Law;

impl Lowering<'_> {
    /// Takes the connection; gives what is done once while it is held.
    pub(super) fn hold(
        &mut self,
        with: &WithStep,
        label: Option<&str>,
        caller: ServiceId,
        addresses: &mut Addresses,
    ) -> Option<usize> {
        let callee = self.services.get(&with.service.text).copied().map(ServiceId::from)?;
        let target = self.first_called(&with.steps, &with.service.text)?;
        let (draw, site) = (addresses.draw("with", label), addresses.site("with", label, 1));
        let once = self.out.program.len();
        let (count, to) = (Law::Constant(1.0), InstructionId(0));
        self.out.program.push(Instruction::Repeat { count, draw, site, to });
        let draw = addresses.draw("leak", label);
        self.take(target, [caller, callee], Tenure::Takes { leak: with.leak, draw }, addresses);
        self.held.push(callee);
        Some(once)
    }

    /// Gives it back: nothing is left to do but to read the last answer.
    pub(super) fn give_back(
        &mut self,
        once: usize,
        label: Option<&str>,
        addresses: &mut Addresses,
    ) {
        self.held.pop();
        let draw = addresses.draw("give back", label);
        self.out.program.push(Instruction::Cpu { demand: Law::ZERO, draw, label: None });
        self.out.program.push(Instruction::GiveBack);
        self.out.program.push(Instruction::EndBranch);
        self.land(once);
    }

    /// Takes a connection, as a call that sends no bytes.
    fn take(
        &mut self,
        target: EndpointId,
        [caller, callee]: [ServiceId; 2],
        tenure: Tenure,
        addresses: &mut Addresses,
    ) {
        let id = CallId::from(self.out.calls.len());
        self.out.calls.push(Call {
            target,
            site: addresses.site("with#take", None, 1),
            send: Law::ZERO,
            receive: Law::ZERO,
            pool: self.pools.get(&(caller, callee)).copied(),
            timeout: None,
            retry: Retry::NEVER,
            breaker: None,
            limits: Vec::new(),
            deadline: None,
            cancel: false,
            query: self.queries[&(caller, callee)],
            travels: self.how_calls_travel(caller, callee),
            network: self.network(caller, callee),
            tenure,
            optional: false,
        });
        self.out.program.push(Instruction::Take(id));
    }

    /// The endpoint of the first call to `service` in `steps`.
    fn first_called(&self, steps: &[StepText], service: &str) -> Option<EndpointId> {
        let mut first = None;
        calls::visit(steps, 1.0, true, &mut |step, _, _| {
            if let StepKind::Call(call) = &step.kind
                && let Some(place) = calls::split(&call.target.text)
                && place.0 == service
                && first.is_none()
            {
                first = self.endpoints.get(&place).copied();
            }
        });
        first
    }
}
