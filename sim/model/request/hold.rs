//! A connection held over several steps, for example by a transaction.
//!
//! ```text
//! Repeat once ── Take ── steps; calls to that service use it ── CPU of reading the last answer ── GiveBack
//! ```
//! The part of the program runs as a frame of its own that holds the connection, so that the connection goes
//! back however the part ends. It goes back to the pool after the CPU step that reads the last answer, not
//! when that answer arrives. A leaked connection stays open and taken until its container ends.
//!
//! Closed form: n connections, each held for h, let at most n/h calls per second pass.

use super::frame::{FrameId, Waits};
use super::ties::Held;
use crate::blueprint::{Call, Tenure};
use crate::event::Event;
use crate::ids::CallId;
use crate::maybe::Maybe;
use crate::network::connection::ConnectionId;
use crate::network::parting::HeldEnd;
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// `id` has got a place in the pool of `call`, and keeps it for later calls. It continues after the present
    /// event.
    pub(super) fn take_hold(&mut self, id: FrameId, call: CallId) {
        let frame = &mut self.frames[id];
        frame.waits = Waits::Nothing;
        let pool = frame.connection.known();
        frame.connection = Maybe::NONE;
        self.requests.ties[id].held = Some(Held { call, pool, link: Maybe::NONE });
        self.requests.ready.push_back(id);
    }

    /// The frame with the connection for `call` of `id`: itself, or a frame of which it is a part.
    fn holder(&self, mut id: FrameId, call: &Call) -> Option<FrameId> {
        loop {
            let of_this = |held: Held| self.blueprint.calls[held.call.index()].query == call.query;
            if self.requests.ties[id].held.is_some_and(of_this) {
                return Some(id);
            }
            if !self.frames[id].kind.is_part() || !self.is_heard(id) {
                return None;
            }
            id = self.frames[id].parent();
        }
    }

    /// The held and open connection that `call` of `id` uses, if any.
    pub(crate) fn use_held(&mut self, id: FrameId, call: &Call) -> Option<ConnectionId> {
        let holder = self.holder(id, call)?;
        let held = self.requests.ties[holder].held.as_mut()?;
        held.link.take()
    }

    /// Keeps holding `link`, on which `call` of `id` was answered. Returns whether a frame holds it.
    pub(crate) fn hold_on(
        &mut self,
        now: Time,
        id: FrameId,
        call: &Call,
        link: ConnectionId,
    ) -> bool {
        let Some(holder) = self.holder(id, call) else { return false };
        let Some(held) = &mut self.requests.ties[holder].held else { return false };
        held.link = Maybe::some(link);
        self.keep_holding(now, link);
        true
    }

    /// `id` gives back the connection that it holds, if any, or leaks it.
    pub(crate) fn give_back(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let Some(held) = self.requests.ties[id].held.take() else { return };
        let (key, container) = (self.frames[id].key, self.frames[id].container());
        let call = &self.blueprint.calls[held.call.index()];
        let leaks = match call.tenure {
            Tenure::Takes { leak, draw } if leak > 0.0 => {
                self.draws.draw(key, draw).open01() < leak
            }
            _ => false,
        };
        if let Some(link) = held.link.get() {
            let end = if leaks { HeldEnd::Leaked } else { HeldEnd::Back };
            self.part_with_held(now, (call.query.index(), container), link, end);
        }
        if leaks {
            self.requests.pools[held.pool].leaked += 1;
        } else {
            self.free_place(now, held.pool, calendar);
        }
    }

    /// The container of `id` ends, and with it what `id` holds; pools have been reset already.
    pub(super) fn drop_held(&mut self, now: Time, id: FrameId) {
        let Some(held) = self.requests.ties[id].held.take() else { return };
        let query = self.blueprint.calls[held.call.index()].query.index();
        if let Some(link) = held.link.get() {
            let of = (query, self.frames[id].container());
            self.part_with_held(now, of, link, HeldEnd::Closed);
        }
    }
}
