//! Errors of chains and of questions about them.

use std::fmt::{self, Debug};

/// Most states of a chain: the long run then takes milliseconds, and a long time, which squares the
/// matrix, half a minute.
pub const MOST_STATES: usize = 1_000;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum ChainError {
    /// No transition was given, so there is no state.
    NoStates,
    /// More than [`MOST_STATES`] states.
    TooManyStates,
    /// A rate that is negative, infinite or not a number.
    Rate {
        /// The state before the transition.
        from: String,
        /// The state after it.
        to: String,
        /// The given rate.
        rate: f64,
    },
    /// A state that the chain does not have.
    UnknownState(String),
    /// The chain ends in one of several closed sets of states, so the long run depends on the start and
    /// on chance.
    SeveralEnds(String, String),
    /// A time that is negative, infinite or not a number.
    Time(f64),
}

impl ChainError {
    pub(super) fn rate<S: Debug>(from: &S, to: &S, rate: f64) -> Self {
        Self::Rate { from: format!("{from:?}"), to: format!("{to:?}"), rate }
    }

    pub(super) fn unknown<S: Debug>(state: &S) -> Self {
        Self::UnknownState(format!("{state:?}"))
    }
}

impl fmt::Display for ChainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStates => write!(f, "a chain without states"),
            Self::TooManyStates => write!(f, "a chain of more than {MOST_STATES} states"),
            Self::Rate { from, to, rate } => {
                write!(f, "the rate from {from} to {to} is {rate}, not a number from 0 up")
            }
            Self::UnknownState(state) => write!(f, "the chain has no state {state}"),
            Self::SeveralEnds(one, other) => {
                write!(f, "no long run: the chain may end at {one} or at {other}")
            }
            Self::Time(time) => write!(f, "the time is {time}, not a number from 0 up"),
        }
    }
}

impl std::error::Error for ChainError {}
