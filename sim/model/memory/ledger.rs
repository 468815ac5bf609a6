//! The pages of one node: how many each container has where, and which container gives some up.
//!
//! Each container is a *set*: hot pages, touched by Zipf's law, and cold ones, never touched; and the pages
//! of its files in the page cache. The kernel keeps the pages touched last, whichever container touched
//! them (one LRU list): when RAM is short, pages come from the set whose oldest page in RAM is oldest. With
//! Che's age t(share) in touches and r touches per second that is t(share) / r seconds. At the balance all
//! oldest pages are equally old, which is Che's approximation of one LRU for all sets together.
//!
//! A container at its limit gives up its own. All counts are whole pages.

use super::curve::Curve;
use std::sync::Arc;

/// Pages are given up in portions of this share of what their set has in RAM, and of what is still to be
/// given up in all, so that ages meet.
const OF_SET: u64 = 64;
const OF_REST: u64 = 16;

/// Pages of one kind, in RAM and in swap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) resident: u64,
    pub(super) swapped: u64,
}

impl Pages {
    pub(super) fn all(self) -> u64 {
        self.resident + self.swapped
    }

    /// The share in RAM; 1 if there are no pages.
    pub(super) fn share(self) -> f64 {
        if self.swapped == 0 { 1.0 } else { self.resident as f64 / self.all() as f64 }
    }

    /// Changes the number of pages to `wanted`: new ones are in RAM, freed ones come from both in proportion.
    fn become_all(&mut self, wanted: u64) {
        let all = self.all();
        if wanted >= all {
            self.resident += wanted - all;
            return;
        }
        let back = all - wanted;
        let from_swap = (u128::from(back) * u128::from(self.swapped) / u128::from(all)) as u64;
        self.swapped -= from_swap;
        self.resident = wanted - self.swapped;
    }

    fn swap_out(&mut self, pages: u64) {
        self.resident -= pages;
        self.swapped += pages;
    }

    /// Brings in up to `pages` pages. Returns how many.
    fn swap_in(&mut self, pages: u64) -> u64 {
        let pages = pages.min(self.swapped);
        self.swapped -= pages;
        self.resident += pages;
        pages
    }
}

/// How many seconds ago the oldest page in RAM was touched, of `pages` touched by `curve` at `rate` per
/// second and with this share in RAM. When all are in RAM, the rarest is as old as if half of it were not.
fn age_of(rate: f64, curve: &Curve, share: f64, pages: u64) -> f64 {
    if rate > 0.0 {
        curve.age(share.min(1.0 - 0.5 / pages.max(1) as f64)) / rate
    } else {
        f64::INFINITY
    }
}

/// The RAM that a container asks for, in pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Demand {
    pub(super) hot: u64,
    pub(super) cold: u64,
}

/// Files that a container reads, and the places of their pages.
#[derive(Clone, Debug)]
pub(super) struct FilePages {
    /// All their pages.
    pub(super) pages: u64,
    /// Pages of them in the container's own buffers, part of its hot pages.
    pub(super) buffered: u64,
    /// Pages in the page cache.
    pub(super) cached: u64,
    pub(super) curve: Arc<Curve>,
    /// Reads per second when pages were last reclaimed.
    rate: f64,
}

impl FilePages {
    pub(super) fn new(pages: u64, buffered: u64, curve: Arc<Curve>) -> Self {
        Self { pages, buffered, cached: 0, curve, rate: 0.0 }
    }

    /// Pages that the buffers do not hold.
    fn beyond(&self) -> u64 {
        self.pages.saturating_sub(self.buffered)
    }

    fn share(&self) -> f64 {
        (self.buffered + self.cached) as f64 / self.pages.max(1) as f64
    }

    /// The probability that a read finds its page neither in the buffers nor in the page cache.
    pub(super) fn miss(&self) -> f64 {
        if self.cached >= self.beyond() { 0.0 } else { self.curve.miss(self.share()) }
    }

    fn age(&self) -> f64 {
        age_of(self.rate, &self.curve, self.share(), self.pages)
    }
}

/// One container's pages.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) hot: Pages,
    pub(super) cold: Pages,
    pub(super) files: Option<FilePages>,
    /// What it may have in RAM; beyond that it gives up its own pages.
    pub(super) limit: Option<u64>,
    pub(super) curve: Arc<Curve>,
    /// Touches per second when pages were last reclaimed.
    rate: f64,
}

impl Set {
    pub(super) fn new(limit: Option<u64>, curve: Arc<Curve>, files: Option<FilePages>) -> Self {
        let (hot, cold) = (Pages::default(), Pages::default());
        Self { hot, cold, files, limit, curve, rate: 0.0 }
    }

    pub(super) fn resident(&self) -> u64 {
        self.hot.resident + self.cold.resident
    }

    pub(super) fn swapped(&self) -> u64 {
        self.hot.swapped + self.cold.swapped
    }

    pub(super) fn all(&self) -> u64 {
        self.resident() + self.swapped()
    }

    /// The probability that a touch finds its page in swap.
    pub(super) fn miss(&self) -> f64 {
        if self.hot.swapped == 0 { 0.0 } else { self.curve.miss(self.hot.share()) }
    }

    /// The age of the oldest page of each of its parts.
    fn ages(&self) -> [Age; 3] {
        let hot = || {
            let share = self.hot.share();
            [age_of(self.rate, &self.curve, share, self.hot.all()), share]
        };
        let files = self.files.as_ref().filter(|files| files.cached > 0);
        [
            // Never touched: they are older than everything that is touched.
            (self.cold.resident > 0).then(|| [f64::INFINITY, 1.0 + self.cold.share()]),
            (self.hot.resident > 0).then(hot),
            files.map(|files| [files.age(), files.share()]),
        ]
    }

    /// Gives up a portion of the `over` pages to reclaim, with room for `most` of them in swap. Returns how
    /// many.
    fn give_up(&mut self, part: usize, over: u64, most: u64) -> u64 {
        let portion = |pages: u64| (pages / OF_SET).min(over / OF_REST).max(1);
        let pages = match part {
            COLD => &mut self.cold,
            HOT => &mut self.hot,
            _ => {
                return self.files.as_mut().map_or(0, |files| {
                    let portion = portion(files.cached);
                    files.cached -= portion;
                    portion
                });
            }
        };
        let portion = portion(pages.resident).min(most);
        pages.swap_out(portion);
        portion
    }
}

/// Counts of a set since the last look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Since {
    pub(super) demand: Demand,
    /// Touches of its hot pages that found them in swap.
    pub(super) faults: u64,
    /// Pages of its files that came from the disk.
    pub(super) missed: u64,
}

/// Sums over all sets of a node.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PageSurvey {
    pub(super) resident: u64,
    pub(super) swapped: u64,
    pub(super) cached: u64,
    pub(super) hot: u64,
    /// Whether any set has more in RAM than it may.
    beyond_limit: bool,
    /// Whether any touch or read misses.
    pub(super) misses: bool,
    /// Whether any set has hot pages in swap, or nearly as much as it may have in RAM.
    pub(super) near: bool,
}

/// Why no page can be reclaimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Short {
    /// The set at this place is at its limit and cannot swap.
    Limit(usize),
    /// The node has neither RAM nor swap left.
    Node,
}

/// The age of the oldest page of a part of a set, in seconds, then the part's share in RAM; `None`: it has
/// no page to give up.
type Age = Option<[f64; 2]>;

/// Parts of a set: cold pages, hot ones, files.
const COLD: usize = 0;
const HOT: usize = 1;
const FILES: usize = 2;

/// The set and part with the oldest page; among equals the one with the greatest share in RAM.
fn oldest(ages: &[[Age; 3]], may_swap: bool) -> Option<(usize, usize)> {
    let mut oldest = None;
    for (place, parts) in ages.iter().enumerate() {
        for (part, age) in parts.iter().enumerate().filter(|(part, _)| may_swap || *part == FILES) {
            let Some(age) = age else { continue };
            if oldest.is_none_or(|(than, _, _)| *age > than) {
                oldest = Some((*age, place, part));
            }
        }
    }
    oldest.map(|(_, place, part)| (place, part))
}

/// One node's pages.
#[derive(Clone, Debug)]
pub(super) struct PageLedger {
    /// Pages of RAM.
    pub(super) ram: u64,
    /// Pages of swap.
    pub(super) swap: u64,
    /// RAM of kernel, engine, shims and agent.
    pub(super) system: u64,
    /// Its containers.
    pub(super) sets: Vec<Set>,
    /// Pages brought in from swap since the last look.
    pub(super) swapped_in: u64,
    /// Buffer for the ages of all sets.
    ages: Vec<[Age; 3]>,
}

impl PageLedger {
    pub(super) fn new(ram: u64, swap: u64, sets: Vec<Set>) -> Self {
        Self { ram, swap, system: 0, sets, swapped_in: 0, ages: Vec::new() }
    }

    pub(super) fn resident(&self) -> u64 {
        self.sets.iter().map(Set::resident).sum()
    }

    pub(super) fn swapped(&self) -> u64 {
        self.sets.iter().map(Set::swapped).sum()
    }

    /// Goes through all sets once; `near` is the share of a limit from which on a set is near it.
    pub(super) fn survey(&self, near: f64) -> PageSurvey {
        let mut all = PageSurvey::default();
        for set in &self.sets {
            let resident = set.resident();
            all.resident += resident;
            all.swapped += set.swapped();
            all.hot += set.hot.all();
            all.near |= set.hot.swapped > 0;
            all.misses |= set.hot.swapped > 0;
            if let Some(files) = &set.files {
                all.cached += files.cached;
                all.misses |= files.cached < files.beyond();
            }
            if let Some(limit) = set.limit {
                all.beyond_limit |= resident > limit;
                all.near |= resident as f64 > limit as f64 * near;
            }
        }
        all
    }

    /// RAM that neither the system nor containers hold: the page cache has it.
    pub(super) fn left(&self) -> u64 {
        self.left_beside(self.resident())
    }

    /// The same beside containers that hold `resident` pages.
    pub(super) fn left_beside(&self, resident: u64) -> u64 {
        self.ram.saturating_sub(self.system + resident)
    }

    fn swap_left(&self) -> u64 {
        self.swap.saturating_sub(self.swapped())
    }

    /// Parks a share of the cold pages, as far as swap allows, and fills the rest of the RAM with files: the
    /// state of a node that has run for long.
    pub(super) fn settle_in(&mut self, parked: f64) {
        for place in 0..self.sets.len() {
            let left = self.swap_left();
            let cold = &mut self.sets[place].cold;
            cold.swap_out(((cold.resident as f64 * parked) as u64).min(left));
            // Giving up what is above a limit leaves room for files. A set that cannot give up enough is handled
            // when room is made.
            let _ = self.keep_limit(place);
        }
        let mut left = self.left();
        for files in self.sets.iter_mut().filter_map(|set| set.files.as_mut()) {
            files.cached = files.beyond().min(left);
            left -= files.cached;
        }
    }

    /// Takes in the counts of the set at `place`.
    pub(super) fn take_in(&mut self, place: usize, since: &Since) {
        let set = &mut self.sets[place];
        set.hot.become_all(since.demand.hot);
        set.cold.become_all(since.demand.cold);
        self.swapped_in += set.hot.swap_in(since.faults);
        if let Some(files) = &mut set.files {
            files.cached = (files.cached + since.missed).min(files.beyond());
        }
    }

    /// Pages of RAM for system, containers and files. A system larger than its RAM leaves containers none.
    fn most(&self) -> u64 {
        self.ram.max(self.system)
    }

    /// Whether everything fits.
    pub(super) fn fits(&self, all: &PageSurvey) -> bool {
        !all.beyond_limit && self.system + all.resident + all.cached <= self.most()
    }

    /// Makes room until everything fits, or says what is short. `rates` gives the touches and the reads per
    /// second of the set at a place.
    pub(super) fn make_room(&mut self, rates: impl Fn(usize) -> [f64; 2]) -> Result<(), Short> {
        for place in 0..self.sets.len() {
            self.keep_limit(place)?;
        }
        let all = self.survey(1.0);
        let held = self.system + all.resident + all.cached;
        let Some(over) = held.checked_sub(self.most()).filter(|over| *over > 0) else {
            return Ok(());
        };
        for (place, set) in self.sets.iter_mut().enumerate() {
            let [touches, reads] = rates(place);
            set.rate = touches;
            if let Some(files) = &mut set.files {
                files.rate = reads;
            }
        }
        self.reclaim(over)
    }

    /// Takes `over` pages from the sets with the oldest, portion by portion.
    fn reclaim(&mut self, mut over: u64) -> Result<(), Short> {
        let mut swap_left = self.swap_left();
        let mut ages = std::mem::take(&mut self.ages);
        ages.clear();
        ages.extend(self.sets.iter().map(Set::ages));
        while over > 0 {
            let Some((place, part)) = oldest(&ages, swap_left > 0) else {
                self.ages = ages;
                return Err(Short::Node);
            };
            let set = &mut self.sets[place];
            let taken = set.give_up(part, over, swap_left);
            over -= taken;
            if part != FILES {
                swap_left -= taken;
            }
            ages[place][part] = set.ages()[part];
        }
        self.ages = ages;
        Ok(())
    }

    /// The set at `place` gives up what it has above its limit: cold pages first. It may have as much in swap
    /// as in RAM (Docker's default of `memory-swap`, twice the limit in all).
    fn keep_limit(&mut self, place: usize) -> Result<(), Short> {
        let set = &self.sets[place];
        let over = set.limit.and_then(|limit| Some((limit, set.resident().checked_sub(limit)?)));
        let Some((limit, over)) = over else { return Ok(()) };
        let left = self.swap_left();
        let set = &mut self.sets[place];
        if over > left.min(limit.saturating_sub(set.swapped())) {
            return Err(Short::Limit(place));
        }
        let cold = over.min(set.cold.resident);
        set.cold.swap_out(cold);
        set.hot.swap_out(over - cold);
        Ok(())
    }

    /// The set at `place` frees all its pages; those of its files stay in the page cache.
    pub(super) fn release(&mut self, place: usize) {
        let set = &mut self.sets[place];
        (set.hot, set.cold) = (Pages::default(), Pages::default());
    }

    /// The page cache is lost, as when a node starts anew.
    pub(super) fn drop_files(&mut self) {
        for files in self.sets.iter_mut().filter_map(|set| set.files.as_mut()) {
            files.cached = 0;
        }
    }

    /// Resident + swapped = demand, and all pages fit RAM and swap.
    ///
    /// # Panics
    /// When a law is broken: a bug.
    pub(super) fn assert_laws(&self, demands: impl Iterator<Item = Demand>) {
        for (set, demand) in self.sets.iter().zip(demands) {
            let has = Demand { hot: set.hot.all(), cold: set.cold.all() };
            assert_eq!(has, demand, "memory: resident + swapped = demand");
        }
        self.assert_fits(&self.survey(1.0));
    }

    /// All pages fit RAM and swap.
    ///
    /// # Panics
    /// When they do not: a bug.
    pub(super) fn assert_fits(&self, all: &PageSurvey) {
        let (held, most) = (self.system + all.resident + all.cached, self.most());
        assert!(held <= most, "memory: {held} pages are resident where {most} are");
        assert!(all.swapped <= self.swap, "memory: more swapped than there is swap");
    }
}
