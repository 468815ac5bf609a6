//! Whether two results can be compared, and how.

use super::findings::Pairing;
use super::recorded::Recorded;
use crate::judge::FEWEST;
use crate::question::MetricRef;
use crate::stopped::StoppedBy;

/// Commands whose numbers are those of one scenario, at one traffic.
const COMMANDS: [&str; 2] = ["run", "failures"];

/// Times that differ by less of themselves are the same, written down.
const SAME: f64 = 1e-9;

/// Why two results cannot be compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Incomparable {
    /// Numbers of this command are not those of one scenario.
    Command(String),
    /// Different commands, the baseline's first.
    Commands([String; 2]),
    /// Different scenarios.
    Scenarios([String; 2]),
    /// Different measured times, in seconds.
    Durations([f64; 2]),
    /// The baseline, or the later result, was cut off.
    Partial {
        /// Whether it is the baseline.
        is_baseline: bool,
        /// By what.
        by: StoppedBy,
    },
    /// Too few replications for a verdict.
    TooFew {
        /// Whether it is the baseline.
        is_baseline: bool,
        /// How many it has.
        replications: u32,
        /// How many it takes.
        needed: u32,
    },
    /// A limit was given to a number that neither has.
    NoNumber(MetricRef),
    /// There is nothing to compare.
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
    // Only `run` writes down what each replication shows.
    let is_paired = baseline.seed == now.seed && now.command == "run";
    Ok(if is_paired { Pairing::Paired } else { Pairing::Independent })
}

/// Whether a result is all of what was asked for, and enough.
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
