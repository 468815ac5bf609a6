//! Checks whether two results can be compared, and how.

use super::findings::Pairing;
use super::recorded::Recorded;
use crate::judge::FEWEST;
use crate::question::MetricRef;
use crate::stopped::StoppedBy;

/// Commands whose numbers belong to one scenario at one traffic.
const COMMANDS: [&str; 2] = ["run", "failures"];

/// Relative difference below which times are equal, after rounding in files.
const SAME: f64 = 1e-9;

/// Why two results cannot be compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Incomparable {
    /// The numbers of this command do not belong to one scenario.
    Command(String),
    /// Different commands, the baseline's first.
    Commands([String; 2]),
    /// Different scenarios.
    Scenarios([String; 2]),
    /// Different measured times, in seconds.
    Durations([f64; 2]),
    /// The baseline, or the later result, is incomplete.
    Partial {
        /// Whether it is the baseline.
        is_baseline: bool,
        /// The reason.
        by: StoppedBy,
    },
    /// Too few replications for a verdict.
    TooFew {
        /// Whether it is the baseline.
        is_baseline: bool,
        /// Its number of replications.
        replications: u32,
        /// The number needed.
        needed: u32,
    },
    /// A limit is for a number that neither result has.
    NoNumber(MetricRef),
    /// The results have no number to compare.
    Nothing,
}

/// How two results are compared.
pub(super) fn pairing(baseline: &Recorded, now: &Recorded) -> Result<Pairing, Incomparable> {
    let both = |part: fn(&Recorded) -> &String| [part(baseline).clone(), part(now).clone()];
    let differ = |[before, now]: &[String; 2]| before != now;
    let commands = both(|one| &one.command);
    if differ(&commands) {
        return Err(Incomparable::Commands(commands));
    }
    if !COMMANDS.contains(&now.command.as_str()) {
        return Err(Incomparable::Command(now.command.clone()));
    }
    let scenarios = both(|one| &one.scenario);
    if differ(&scenarios) {
        return Err(Incomparable::Scenarios(scenarios));
    }
    whole(baseline, true)?;
    whole(now, false)?;
    let durations = [baseline.measured_seconds, now.measured_seconds];
    if (durations[0] - durations[1]).abs() > SAME * durations[0] {
        return Err(Incomparable::Durations(durations));
    }
    // Only `run` stores the values of each replication.
    let is_paired = baseline.seed == now.seed && now.command == "run";
    Ok(if is_paired { Pairing::Paired } else { Pairing::Independent })
}

/// Whether a result is complete, and has enough replications.
fn whole(one: &Recorded, is_baseline: bool) -> Result<(), Incomparable> {
    if one.stopped_by.is_partial() {
        return Err(Incomparable::Partial { is_baseline, by: one.stopped_by });
    }
    if one.command == "run" && (one.replications as usize) < FEWEST {
        let (replications, needed) = (one.replications, FEWEST as u32);
        return Err(Incomparable::TooFew { is_baseline, replications, needed });
    }
    Ok(())
}
