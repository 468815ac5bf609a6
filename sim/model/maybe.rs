//! An id or none, and a demand or none, in the room of one: frames keep them by the million.

use crate::words::Word;
use std::fmt;
use std::marker::PhantomData;

/// No table has a place with this number.
const NONE: u32 = u32::MAX;

/// An id or none, in four bytes; [`Maybe::get`] gives it as an [`Option`].
pub(crate) struct Maybe<Id>(u32, PhantomData<Id>);

impl<Id: Word> Maybe<Id> {
    /// No id.
    pub(crate) const NONE: Self = Self(NONE, PhantomData);

    /// `id`.
    #[inline(always)]
    pub(crate) fn some(id: Id) -> Self {
        Self(id.to_word(), PhantomData)
    }

    /// The id, if there is one.
    #[inline(always)]
    pub(crate) fn get(self) -> Option<Id> {
        self.is_some().then(|| Id::from_word(self.0))
    }

    /// The id, which is there: without one its use panics, as no table has such a place.
    #[inline(always)]
    pub(crate) fn known(self) -> Id {
        debug_assert!(self.is_some(), "an id is there");
        Id::from_word(self.0)
    }

    /// Takes the id out, if there is one.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<Id> {
        std::mem::replace(self, Self::NONE).get()
    }

    /// Whether there is one.
    #[inline(always)]
    pub(crate) fn is_some(self) -> bool {
        self.0 != NONE
    }

    /// Whether there is none.
    #[inline(always)]
    pub(crate) fn is_none(self) -> bool {
        self.0 == NONE
    }

    /// Whether it is `id`.
    #[inline(always)]
    pub(crate) fn is(self, id: Id) -> bool {
        self.0 == id.to_word()
    }
}

impl<Id> Clone for Maybe<Id> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<Id> Copy for Maybe<Id> {}

impl<Id: Word + fmt::Debug> fmt::Debug for Maybe<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// A CPU demand in nanoseconds of the reference CPU, or none, in the room of a demand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaybeDemand(f64);

impl MaybeDemand {
    /// No demand: demands are not negative.
    pub(crate) const NONE: Self = Self(-1.0);

    /// `demand`, which is not negative.
    #[inline(always)]
    pub(crate) fn some(demand: f64) -> Self {
        debug_assert!(demand >= 0.0, "a demand of {demand}");
        Self(demand)
    }

    /// Takes the demand out, if there is one.
    #[inline(always)]
    pub(crate) fn take(&mut self) -> Option<f64> {
        let Self(demand) = std::mem::replace(self, Self::NONE);
        (demand >= 0.0).then_some(demand)
    }

    /// Whether there is none.
    #[inline(always)]
    pub(crate) fn is_none(self) -> bool {
        self.0 < 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::FrameId;

    #[test]
    fn it_is_an_option_in_four_bytes() {
        assert_eq!(size_of::<Maybe<FrameId>>(), 4);
        let mut maybe = Maybe::some(FrameId(7));
        assert!(maybe.is_some() && maybe.is(FrameId(7)) && !maybe.is(FrameId(8)));
        assert_eq!((maybe.known(), maybe.take()), (FrameId(7), Some(FrameId(7))));
        assert!(maybe.is_none() && maybe.get().is_none() && maybe.take().is_none());
        let mut demand = MaybeDemand::some(0.0);
        assert!(!demand.is_none() && demand.take() == Some(0.0));
        assert!(demand.is_none() && demand.take().is_none());
    }
}
