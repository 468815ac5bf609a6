//! Converts events to two machine words, the form in which the calendar stores them.
//!
//! An enum is written field by field and copied whole; the copy then has to wait until the fields
//! have left the processor's store buffer. Two words go from register to register: measured on the
//! chain of the benches, 8 % of the event loop.

/// An event that can be scheduled.
pub trait Event: Copy {
    /// The event as two words.
    fn to_words(self) -> [u64; 2];

    /// The event that [`Event::to_words`] encoded.
    fn from_words(words: [u64; 2]) -> Self;
}

impl Event for u32 {
    #[inline(always)]
    fn to_words(self) -> [u64; 2] {
        [u64::from(self), 0]
    }

    #[inline(always)]
    fn from_words([word, _]: [u64; 2]) -> Self {
        word as u32
    }
}

impl Event for u64 {
    #[inline(always)]
    fn to_words(self) -> [u64; 2] {
        [self, 0]
    }

    #[inline(always)]
    fn from_words([word, _]: [u64; 2]) -> Self {
        word
    }
}
