//! Joins parts: checks that they belong together and are complete.

use super::header::Header;
use super::read::Part;
use super::record::ReplicationName;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use wssim_text::printable;

/// Most shards named in one message.
const MOST_NAMED: usize = 10;

/// All parts of one study.
#[derive(Clone, Debug)]
pub struct Parts {
    all: Arc<Vec<Part>>,
    /// The part of each replication.
    places: Arc<BTreeMap<ReplicationName, usize>>,
}

/// An error in a set of parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// A part of another study: its path, and the difference.
    Foreign(String, Other),
    /// Shards without a part.
    Lost {
        /// Their numbers.
        shards: Vec<u32>,
        /// Number of shards.
        of: u32,
    },
    /// An incomplete part.
    Unfinished {
        /// Where it lies.
        path: String,
        /// Its number.
        shard: u32,
        /// Its number of replications.
        replications: usize,
    },
    /// Two parts of one shard, which can be joined anyway.
    Doubled {
        /// Its number.
        shard: u32,
        /// Where they lie.
        paths: Vec<String>,
    },
}

/// A difference of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Other {
    /// The command, or the scenario: of the part, and of the others.
    Study([String; 2]),
    /// The seed: of the part, and of the others.
    Seed([u64; 2]),
    /// The number of shards: of the part, and of the others.
    Of([u32; 2]),
    /// A flag, or a file of the scenario.
    Inputs,
    /// The program: another build of the same version.
    Build,
}

impl Other {
    /// The difference of `own` from `usual`.
    pub(super) fn of(own: &Header, usual: &Header) -> Self {
        Self::between(own, usual).unwrap_or(Self::Inputs)
    }

    fn between(own: &Header, usual: &Header) -> Option<Self> {
        let study = |header: &Header| format!("{} {}", header.command, header.scenario);
        Some(match () {
            () if study(own) != study(usual) => Self::Study([study(own), study(usual)]),
            () if own.seed != usual.seed => Self::Seed([own.seed, usual.seed]),
            () if own.study != usual.study => Self::Inputs,
            () if own.of != usual.of => Self::Of([own.of, usual.of]),
            () if own.build != usual.build => Self::Build,
            () => return None,
        })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Foreign(path, other) => write!(f, "`{}` {other}", printable(path)),
            Self::Lost { shards, of } => {
                let (s, are) = if shards.len() == 1 { ("", "is") } else { ("s", "are") };
                write!(f, "shard{s} {} of {of} {are} missing", few(shards))
            }
            Self::Unfinished { path, shard, replications } => write!(
                f,
                "shard {shard} is not finished: `{}` holds {replications} replications; start it again, it \
                 goes on from there",
                printable(path)
            ),
            Self::Doubled { shard, paths } => {
                let paths: Vec<String> = paths.iter().map(|path| printable(path)).collect();
                write!(f, "shard {shard} is there twice: {}", paths.join(", "))
            }
        }
    }
}

/// Up to ten numbers.
fn few(shards: &[u32]) -> String {
    let mut names: Vec<String> = shards.iter().take(MOST_NAMED).map(u32::to_string).collect();
    if let more @ 1.. = shards.len().saturating_sub(MOST_NAMED) {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Study([own, others]) => {
                write!(f, "is of `{}`, not of `{}`", printable(own), printable(others))
            }
            Self::Seed([own, others]) => write!(f, "is of seed {own}, not of seed {others}"),
            Self::Of([own, others]) => write!(f, "is one of {own} parts, not of {others}"),
            Self::Inputs => write!(f, "is of another state of the scenario, or of other flags"),
            Self::Build => write!(f, "is of another build of wssim"),
        }
    }
}

/// Joins `parts`, at least one. Also returns harmless anomalies.
///
/// # Errors
/// All errors in the parts.
pub fn joined(parts: Vec<Part>) -> Result<(Parts, Vec<Trouble>), Vec<Trouble>> {
    let usual = usual(&parts);
    let mut troubles: Vec<Trouble> =
        parts.iter().filter_map(|part| foreign(part, &usual)).collect();
    if !troubles.is_empty() {
        return Err(troubles);
    }
    let mut shards: BTreeMap<u32, Vec<&Part>> = BTreeMap::new();
    for part in &parts {
        shards.entry(part.header.shard).or_default().push(part);
    }
    let lost: Vec<u32> = (1..=usual.of).filter(|shard| !shards.contains_key(shard)).collect();
    if !lost.is_empty() {
        troubles.push(Trouble::Lost { shards: lost, of: usual.of });
    }
    for (shard, parts) in &shards {
        if let Some(part) = parts.iter().max_by_key(|part| (part.is_complete, part.replications()))
            && !part.is_complete
        {
            let (path, replications) = (shown(part), part.replications());
            troubles.push(Trouble::Unfinished { path, shard: *shard, replications });
        }
    }
    if !troubles.is_empty() {
        return Err(troubles);
    }
    let doubled = shards.iter().filter(|(_, parts)| parts.len() > 1);
    let doubled = doubled.map(|(shard, parts)| Trouble::Doubled {
        shard: *shard,
        paths: parts.iter().map(|part| shown(part)).collect(),
    });
    let doubled = doubled.collect();
    Ok((Parts::all(parts), doubled))
}

/// The most frequent header of the parts; of equally frequent ones the first.
fn usual(parts: &[Part]) -> Header {
    let study = |part: &Part| {
        let Header { command, scenario, seed, study, of, build, .. } = part.header.clone();
        (command, scenario, seed, study, of, build)
    };
    let mut counts: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for (at, part) in parts.iter().enumerate() {
        counts.entry(study(part)).or_insert((0, at)).0 += 1;
    }
    let most = counts.values().max_by_key(|(count, first)| (*count, std::cmp::Reverse(*first)));
    parts[most.expect("there is a part at least").1].header.clone()
}

/// Why `part` does not belong to the study of `usual`.
fn foreign(part: &Part, usual: &Header) -> Option<Trouble> {
    let other = Other::between(&part.header, usual)?;
    Some(Trouble::Foreign(shown(part), other))
}

fn shown(part: &Part) -> String {
    part.path.display().to_string()
}

impl Parts {
    /// A single part, complete or not.
    pub fn of(part: Part) -> Self {
        Self::all(vec![part])
    }

    fn all(parts: Vec<Part>) -> Self {
        let places = parts.iter().enumerate();
        let places =
            places.flat_map(|(at, part)| part.replications.keys().map(move |name| (*name, at)));
        Self { places: Arc::new(places.collect()), all: Arc::new(parts) }
    }

    /// Their header.
    pub fn header(&self) -> &Header {
        &self.all[0].header
    }

    /// Their number of replications.
    pub fn replications(&self) -> usize {
        self.places.len()
    }

    /// The stored replication.
    pub(super) fn find(&self, name: &ReplicationName) -> Option<Vec<u8>> {
        self.all[*self.places.get(name)?].find(name)
    }
}
