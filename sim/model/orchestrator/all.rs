//! All kinds of orchestrators.

use super::cluster::{Kind, KindProfile};

/// All kinds, in the order in which messages list them.
const ALL: [&KindProfile; 5] = [
    &super::swarm::PROFILE,
    &super::k3s::PROFILE,
    &super::nomad::PROFILE,
    &super::compose::PROFILE,
    &super::none::PROFILE,
];

impl Kind {
    /// The number of kinds.
    pub const COUNT: usize = ALL.len();

    /// Their names.
    pub const NAMES: [&str; Self::COUNT] = {
        let mut names = [""; Self::COUNT];
        let mut at = 0;
        while at < Self::COUNT {
            names[at] = ALL[at].name;
            at += 1;
        }
        names
    };

    /// Docker Swarm.
    pub const SWARM: Self = Self::of(&super::swarm::PROFILE);

    /// Docker Compose.
    pub const COMPOSE: Self = Self::of(&super::compose::PROFILE);

    /// The kind with this name in scenarios.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|profile| profile.name == name).map(Self::of)
    }
}
