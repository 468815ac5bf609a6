//! The state of a source: its stream of arrivals, and how far it is. Replayed rows of a trace are dropped or repeated
//! to match a rate.

use super::mmpp::MmppPhase;
use super::profile::Cursor;
use crate::blueprint::{Arrivals, Source, Trace};
use crate::ids::TimeoutId;
use crate::law::{Law, exponential};
use crate::network::state::constant_half;
use wssim_kernel::stream::{Draw, StreamKey};
use wssim_kernel::{Nanos, Time};

/// Draws of a source's stream of arrivals.
pub(super) const DRAW_GAP: u32 = 0;
const DRAW_PHASE: u32 = 1;
const DRAW_COPIES: u32 = 2;

/// The state of a source.
#[derive(Debug)]
pub(crate) struct SourceState {
    /// Stream of its arrivals.
    pub(super) arrivals: StreamKey,
    /// The root of its requests' keys.
    pub(super) root: u64,
    /// Number of the next request; closed: see `asked`.
    pub(super) next: u64,
    /// Gap before the next request but one, drawn ahead so that the calendar need not wait for it.
    pub(super) gap: f64,
    /// Trace: the row of the next request, and how often it must still be used.
    pub(super) row: usize,
    pub(super) copies: u32,
    /// Shaped: the position of arrivals in the profile.
    pub(super) cursor: Cursor,
    /// MMPP: the state of the chain.
    pub(super) modulation: Option<MmppPhase>,
    /// Closed: how many requests each user has made.
    pub(super) asked: Vec<u64>,
    /// Whether its users give up at all.
    pub(super) gives_up: bool,
    /// The class of time-outs of a constant patience.
    pub(super) patience: Option<TimeoutId>,
    pub(super) patience_in_queue: Option<TimeoutId>,
    /// Calls sent for measured requests.
    pub(super) attempts: u64,
    /// Half the round trip to its users, if constant.
    pub(super) half_client_rtt: Option<Nanos>,
    /// Good answers to its users, since time zero.
    pub(super) answered: u64,
}

impl SourceState {
    /// The state at time zero; `class` finds or makes the class of a constant time-out.
    pub(crate) fn new(
        source: &Source,
        seed: u64,
        replication: u32,
        mut class: impl FnMut(Nanos) -> TimeoutId,
    ) -> Self {
        let users = match source.arrivals {
            Arrivals::Closed { users, .. } => users as usize,
            _ => 0,
        };
        let modulation = match &source.arrivals {
            Arrivals::Mmpp(process) => {
                Some(process.start(StreamKey::new(seed, replication, "states", &source.name)))
            }
            _ => None,
        };
        let mut constant = |law: &Option<Law>| match law {
            Some(Law::Constant(after)) => Some(class(Nanos::from_f64(*after))),
            _ => None,
        };
        Self {
            arrivals: StreamKey::new(seed, replication, "arrivals", &source.name),
            root: StreamKey::new(seed, replication, "requests", &source.name).root(),
            next: 0,
            gap: -1.0,
            row: 0,
            copies: 0,
            cursor: Cursor::default(),
            modulation,
            asked: vec![0; users],
            gives_up: source.patience.is_some(),
            patience: constant(&source.patience),
            patience_in_queue: constant(&source.patience_in_queue),
            attempts: 0,
            half_client_rtt: constant_half(&source.client_rtt),
            answered: 0,
        }
    }

    /// The gap before the next request, by `law`.
    #[inline]
    pub(super) fn next_gap(&mut self, law: &Law) -> f64 {
        self.next_gap_of(|draw| law.sample(draw))
    }

    /// The same by an exponential law, which need not be made first.
    #[inline]
    pub(super) fn next_exponential_gap(&mut self, mean: f64) -> f64 {
        self.next_gap_of(|draw| exponential(draw) * mean)
    }

    #[inline(always)]
    fn next_gap_of(&mut self, sample: impl Fn(&mut Draw<'_>) -> f64) -> f64 {
        let gap = |number| sample(&mut self.arrivals.draw(number, DRAW_GAP));
        let present = if self.gap < 0.0 { gap(self.next) } else { self.gap };
        self.gap = gap(self.next + 1);
        present
    }

    /// A phase within `period`, the source's own.
    pub(super) fn uniform_in(&self, period: f64) -> Nanos {
        Nanos::from_f64(period * self.arrivals.draw(0, DRAW_PHASE).open01())
    }

    /// Finds the next row of `trace` that is used at least once; returns its time.
    pub(super) fn find_row(&mut self, trace: &Trace) -> Option<Time> {
        while self.copies == 0 {
            let place = self.row as u64;
            let unit = self.arrivals.draw(place, DRAW_COPIES).open01();
            trace.rows.get(self.row)?;
            self.copies = (trace.rate + unit).floor() as u32;
            if self.copies == 0 {
                self.row += 1;
            }
        }
        trace.rows.get(self.row).map(|row| Time(row.at.0))
    }

    /// The row of the request that arrives now.
    #[inline]
    pub(super) fn use_row(&mut self) -> u32 {
        let row = self.row as u32;
        self.copies -= 1;
        if self.copies == 0 {
            self.row += 1;
        }
        row
    }
}
