//! Events as words: [`events!`] makes an enum of its lines, and the calendar stores it as two machine words.
//!
//! A new event is one line there, and an arm where it is handled. Its fields are [`Word`]s, at most three.

/// A field of an event: 32 bits at most.
pub(crate) trait Word: Copy {
    /// As a word.
    fn to_word(self) -> u32;

    /// The inverse of [`Word::to_word`].
    fn from_word(word: u32) -> Self;
}

impl Word for u32 {
    #[inline(always)]
    fn to_word(self) -> u32 {
        self
    }

    #[inline(always)]
    fn from_word(word: u32) -> Self {
        word
    }
}

/// The number of an event, then its fields; too many do not compile.
#[inline(always)]
pub(crate) fn pack<const FIELDS: usize>(number: u32, fields: [u32; FIELDS]) -> [u64; 2] {
    const { assert!(FIELDS <= 3, "an event has three fields at most") };
    let field = |place| fields.get(place).copied().unwrap_or(0);
    let two = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    [two(number, field(0)), two(field(1), field(2))]
}

/// The fields of an event still to be read.
#[derive(Clone, Copy)]
pub(crate) struct Words([u32; 3]);

impl Words {
    /// The number of a packed event, and its fields.
    #[inline(always)]
    pub(crate) fn of([first, second]: [u64; 2]) -> (u32, Self) {
        (first as u32, Self([(first >> 32) as u32, second as u32, (second >> 32) as u32]))
    }

    /// The next field.
    #[inline(always)]
    pub(crate) fn next<W: Word>(&mut self) -> W {
        let [next, second, third] = self.0;
        self.0 = [second, third, 0];
        W::from_word(next)
    }
}

/// An enum of events, each with named fields, with one unnamed field, or without fields.
macro_rules! events {
    ($(#[$of_enum:meta])* $scope:vis enum $Event:ident { $(
        $(#[$doc:meta])* $Variant:ident
        $(($Only:ty))?
        $({ $($(#[$of_field:meta])* $field:ident: $Field:ty),+ $(,)? })?
    ),+ $(,)? }) => {
        $(#[$of_enum])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $scope enum $Event { $(
            $(#[$doc])* $Variant $(($Only))? $({ $($(#[$of_field])* $field: $Field),+ })?
        ),+ }

        impl wssim_kernel::Event for $Event {
            #[inline(always)]
            fn to_words(self) -> [u64; 2] {
                use $crate::words::{Word, pack};
                events!(@numbers $($Variant)+);
                match self { $(
                    events!(@bind $Variant, only $(($Only))? $({ $($field),+ })?) => pack(
                        numbers::$Variant,
                        [$(<$Only as Word>::to_word(only))? $($(<$Field as Word>::to_word($field)),+)?],
                    )
                ),+ }
            }

            #[inline(always)]
            fn from_words(words: [u64; 2]) -> Self {
                events!(@numbers $($Variant)+);
                #[allow(unused_mut)] // an enum whose events have no fields
                let (number, mut fields) = $crate::words::Words::of(words);
                match number {
                    $(numbers::$Variant => Self::$Variant
                        $((fields.next::<$Only>()))?
                        $({ $($field: fields.next::<$Field>()),+ })?,)+
                    other => unreachable!("no event has number {other}"),
                }
            }
        }
    };
    (@numbers $($Variant:ident)+) => {
        #[allow(non_upper_case_globals)]
        mod numbers {
            enum InOrder { $($Variant),+ }
            $(pub(super) const $Variant: u32 = InOrder::$Variant as u32;)+
        }
    };
    (@bind $Variant:ident, $only:ident) => { Self::$Variant };
    (@bind $Variant:ident, $only:ident ($Only:ty)) => { Self::$Variant($only) };
    (@bind $Variant:ident, $only:ident { $($field:ident),+ }) => { Self::$Variant { $($field),+ } };
}

pub(crate) use events;

#[cfg(test)]
mod tests {
    use crate::ids::{ContainerId, NodeId};
    use wssim_kernel::Event as _;

    events! {
        /// One of each form.
        enum Toy {
            /// Without fields.
            Bare,
            /// With one unnamed field.
            One(NodeId),
            /// With two.
            Two {
                /// First.
                first: u32,
            },
            /// With three.
            Three {
                /// First.
                first: ContainerId,
                /// Second.
                second: u32,
                /// Third.
                third: NodeId,
            },
        }
    }

    #[test]
    fn every_form_comes_back_from_its_words() {
        for toy in [
            Toy::Bare,
            Toy::One(NodeId(u32::MAX)),
            Toy::Two { first: 7 },
            Toy::Three { first: ContainerId(u32::MAX), second: 0, third: NodeId(9) },
        ] {
            assert_eq!(Toy::from_words(toy.to_words()), toy);
        }
    }
}
