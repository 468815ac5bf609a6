//! A connection that is held over several steps, as by a transaction.
//!
//! ```text
//! Repeat once ── Take ── steps; calls to that service use it ── CPU of reading what came last ── GiveBack
//! ```
//! The part of the program runs as a frame of its own, which has the connection: so however it ends, the
//! connection goes back. It goes back to the pool when the caller's thread has had the CPU to read the last
//! answer, not when that arrives. One that leaks stays open, and away, until its container ends.
//!
//! Closed form: with n connections that are each held for h no more than n/h a second go through.

use super::frame::{Frame, FrameId, NONE, Waits};
use super::ties::Held;
use crate::blueprint::{Call, Tenure};
use crate::event::Event;
use crate::ids::CallId;
use crate::network::connection::{ConnectionId, NO_CONNECTION};
use crate::probe::Probe;
use crate::world::World;
use wssim_kernel::{Calendar, Time};

impl<P: Probe> World<'_, P> {
    /// `id` has got a place in the pool of `call`, and keeps it for the calls that follow. It goes on when
    /// what happens at present is over.
    pub(super) fn take_hold(&mut self, id: FrameId, call: CallId) {
        let frame = &mut self.frames[id];
        frame.waits = Waits::Nothing;
        let pool = std::mem::replace(&mut frame.connection, NONE);
        self.ties[id].held = Some(Held { call, pool, link: NO_CONNECTION });
        self.ready.push_back(id);
    }

    /// Who has the connection that `call` of `id` uses: itself, or who waits for it as for its part.
    fn holder(&self, mut id: FrameId, call: &Call) -> Option<FrameId> {
        loop {
            let of_this = |held: Held| self.blueprint.calls[held.call.index()].query == call.query;
            if self.ties[id].held.is_some_and(of_this) {
                return Some(id);
            }
            if !self.frames[id].kind.is_part() || !self.is_heard(id) {
                return None;
            }
            id = self.frames[id].parent;
        }
    }

    /// The connection that `call` of `id` finds held and open for it.
    pub(super) fn use_held(&mut self, id: FrameId, call: &Call) -> Option<ConnectionId> {
        let holder = self.holder(id, call)?;
        let held = self.ties[holder].held.as_mut()?;
        let link = std::mem::replace(&mut held.link, NO_CONNECTION);
        Some(link).filter(|link| *link != NO_CONNECTION)
    }

    /// `link`, on which `call` of `id` was answered, is held on. Returns whether a frame does.
    pub(super) fn hold_on(
        &mut self,
        now: Time,
        id: FrameId,
        call: &Call,
        link: ConnectionId,
    ) -> bool {
        let Some(holder) = self.holder(id, call) else { return false };
        let Some(held) = &mut self.ties[holder].held else { return false };
        held.link = link;
        self.connections.touch(now, link);
        true
    }

    /// `id` gives back the connection that it holds, if any; now and then it forgets to.
    pub(crate) fn give_back(&mut self, now: Time, id: FrameId, calendar: &mut Calendar<Event>) {
        let Some(held) = self.ties[id].held.take() else { return };
        let Frame { key, container, .. } = self.frames[id];
        let call = &self.blueprint.calls[held.call.index()];
        let leaks = match call.tenure {
            Tenure::Takes { leak, draw } if leak > 0.0 => {
                self.draws.draw(key, draw).open01() < leak
            }
            _ => false,
        };
        let channel = self.channel_of(call.query.index(), container);
        if held.link != NO_CONNECTION {
            if leaks {
                self.connections.leak(channel, held.link);
            } else {
                self.connections.keep(now, channel, held.link);
            }
        }
        if leaks {
            self.pools[held.pool].leaked += 1;
        } else {
            self.free_place(now, held.pool, calendar);
        }
    }

    /// The container of `id` ends, and with it what `id` holds; pools are as new already.
    pub(crate) fn drop_held(&mut self, id: FrameId) {
        let Some(held) = self.ties[id].held.take() else { return };
        let query = self.blueprint.calls[held.call.index()].query.index();
        let channel = self.channel_of(query, self.frames[id].container);
        if held.link != NO_CONNECTION {
            self.connections.close(channel, held.link);
        }
    }
}
