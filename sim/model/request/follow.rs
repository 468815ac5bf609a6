//! Reports what frames do to a probe that follows them; for any other probe this compiles to nothing.

use super::frame::{FrameId, FrameKind};
use crate::ids::ContainerId;
use crate::maybe::Maybe;
use crate::network::travel::{AttemptLink, Fate};
use crate::probe::{Doing, Failure, FrameFact, Opening, Probe};
use crate::world::World;
use wssim_kernel::{Nanos, Time};

impl<P: Probe> World<'_, P> {
    #[inline(always)]
    fn tell(&mut self, now: Time, id: FrameId, fact: FrameFact) {
        self.probe.frame(now, id.0, fact);
    }

    /// `id` has been opened and filled in.
    #[inline(always)]
    pub(crate) fn opens(&mut self, now: Time, id: FrameId) {
        if P::FOLLOWS
            && let Some(opening) = self.opening(id)
        {
            self.tell(now, id, FrameFact::Opens(opening));
        }
    }

    /// `first` and its siblings have been opened.
    #[inline(always)]
    pub(crate) fn all_open(&mut self, now: Time, first: Maybe<FrameId>) {
        if P::FOLLOWS {
            let mut next = first;
            while let Some(id) = next.get() {
                self.opens(now, id);
                next = self.frames[id].next;
            }
        }
    }

    fn opening(&self, id: FrameId) -> Option<Opening> {
        let frame = &self.frames[id];
        Some(match frame.kind {
            FrameKind::Root { .. } => {
                Opening::Request { source: frame.source(), measured: frame.measured }
            }
            FrameKind::Visit => Opening::Visit {
                caller: frame.parent().0,
                container: frame.container(),
                endpoint: frame.endpoint(),
                call: frame.incoming.get(),
                attempt: self.frames[frame.parent()].attempt,
            },
            FrameKind::Branch | FrameKind::Loop { .. } => {
                Opening::Part { of: frame.parent().0, parallel: frame.kind == FrameKind::Branch }
            }
            FrameKind::Burst | FrameKind::Startup | FrameKind::Chore(_) => return None,
        })
    }

    /// `id` does something else from now on.
    #[inline(always)]
    pub(crate) fn does(&mut self, now: Time, id: FrameId, doing: Doing) {
        if P::FOLLOWS {
            self.tell(now, id, FrameFact::Does(doing));
        }
    }

    /// `id` is about to get a connection and to send its request, answered or not: all steps are known now and
    /// reported with the times at which they will happen.
    #[inline(always)]
    pub(super) fn sets_up(&mut self, now: Time, id: FrameId, link: &AttemptLink) {
        if P::FOLLOWS {
            let mut at = now;
            let setup = &link.setup;
            for (doing, takes) in [
                (Doing::Tries, setup.trial),
                (Doing::LooksUp, setup.dns),
                (Doing::ShakesHands, setup.handshake),
            ] {
                if takes > Nanos::ZERO {
                    self.tell(at, id, FrameFact::Does(doing));
                }
                at = at + takes;
            }
            if !matches!(link.fate, Fate::Sent) {
                self.tell(at, id, FrameFact::Does(Doing::AwaitsNobody));
            }
        }
    }

    /// `id` is about to compute, for `work` nanoseconds of the reference CPU, `networking` among them.
    #[inline(always)]
    pub(crate) fn computes(
        &mut self,
        now: Time,
        id: FrameId,
        container: ContainerId,
        [work, networking]: [f64; 2],
    ) {
        if P::FOLLOWS {
            let (node, local) = self.containers[container].place();
            let processor = self.nodes[node].processor();
            let (alone, throttled) = (processor.alone(work), processor.throttled(local, now));
            let networking = processor.alone(networking);
            self.tell(now, id, FrameFact::Does(Doing::Computes { alone, networking, throttled }));
        }
    }

    /// `id` has computed.
    #[inline(always)]
    pub(crate) fn has_computed(&mut self, now: Time, id: FrameId) {
        if P::FOLLOWS {
            let (node, local) = self.containers[self.frames[id].container()].place();
            let throttled = self.nodes[node].processor().throttled(local, now);
            self.tell(now, id, FrameFact::Computed(throttled));
        }
    }

    /// An attempt of `id` has failed.
    #[inline(always)]
    pub(crate) fn fails(&mut self, now: Time, id: FrameId, failure: Failure) {
        if P::FOLLOWS {
            self.tell(now, id, FrameFact::Fails(failure));
        }
    }

    /// `id` ends; reported before its place is free.
    #[inline(always)]
    pub(crate) fn closes(&mut self, now: Time, id: FrameId, failure: Option<Failure>) {
        if P::FOLLOWS {
            self.tell(now, id, FrameFact::Closes(failure));
        }
    }
}
