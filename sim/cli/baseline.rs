//! Baselines: stored results that later ones are compared with. A baseline is written only on request,
//! and never replaced by the run that is compared with it.

use crate::exit::{self, CommandFailure};
use crate::options::CommonFlags;
use crate::output;
use crate::place::OutDirectory;
use std::fs;
use std::path::{Path, PathBuf};
use wssim_experiment::findings::{Findings, StoppedBy};
use wssim_experiment::question::{MetricRef, Question};
use wssim_experiment::regression::recorded::Recorded;
use wssim_experiment::regression::{self, AskedLimit, Incomparable, Limits};
use wssim_reports::files::{self, Output};
use wssim_reports::{json, recorded, regression as report};
use wssim_text::printable;

/// Default replications of a baseline: with fewer only large changes are significant.
const OF_BASELINE: u32 = 20;
/// Most bytes of a result.
const LARGEST: u64 = 1 << 30;

/// Flags that say how much worse a result may be.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct BaselineFlags {
    /// By how much a number may get worse: `METRIC=SHARE,FLOOR`, the greater of the two, or `METRIC=none`;
    /// repeatable
    #[arg(long = "limit", value_name = "METRIC=LIMIT", value_parser = wssim_scenario::limit)]
    limits: Vec<(MetricRef, AskedLimit)>,

    /// Tell of numbers and claims that are missing, and do not fail for them
    #[arg(long)]
    allow_missing: bool,
}

impl BaselineFlags {
    pub(crate) fn limits(&self) -> Limits {
        Limits { asked: self.limits.clone(), allow_missing: self.allow_missing }
    }
}

/// Flags of `run` that have to do with baselines.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct AgainstBaseline {
    /// Compare with this results.json of an earlier run
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    baseline: Option<PathBuf>,

    /// Exit with 1 where a number or a verdict is worse than in the baseline, or missing
    #[arg(long, requires = "baseline")]
    pub(crate) fail_on_regression: bool,

    /// How much worse.
    #[command(flatten)]
    held: BaselineFlags,

    /// Write the results to this file, too, as the baseline of later runs
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
}

/// A baseline as read.
pub(crate) struct Baseline {
    path: PathBuf,
    recorded: Recorded,
    limits: Limits,
}

impl AgainstBaseline {
    /// Reads the baseline and checks, before time is spent, that a run of `question` can be compared
    /// with it; `None` if none was asked for.
    pub(crate) fn open(
        &self,
        question: &Question,
        common: &CommonFlags,
        place: &OutDirectory,
        names: &[&str],
    ) -> Result<Option<Baseline>, CommandFailure> {
        self.check_call(common)?;
        self.check_place(place, names)?;
        let Some(path) = &self.baseline else { return Ok(None) };
        let (recorded, limits) = (read(path)?, self.held.limits());
        let awaited = Recorded {
            command: "run".to_owned(),
            scenario: question.name.clone(),
            measured_seconds: question.measure.duration.seconds(),
            seed: common.study.seed,
            metrics: Vec::new(),
            claims: Vec::new(),
            stopped_by: StoppedBy::Precision,
            replications: recorded.replications,
        };
        regression::check(&recorded, &awaited, &limits).map_err(|error| refused(&error))?;
        Ok(Some(Baseline { path: path.clone(), recorded, limits }))
    }

    /// Checks that the flags are compatible.
    fn check_call(&self, common: &CommonFlags) -> Result<(), CommandFailure> {
        let is_held = !self.held.limits.is_empty() || self.held.allow_missing;
        if is_held && self.baseline.is_none() {
            let message = "error: `--limit` and `--allow-missing` need `--baseline FILE`";
            return Err(CommandFailure::wrong(message));
        }
        let is_asked = self.baseline.is_some() || self.write_baseline.is_some();
        match common.replications.filter(|n| is_asked && *n < regression::FEWEST) {
            Some(n) => Err(CommandFailure::wrong(&format!(
                "error: `--replications {n}`: a comparison with a baseline takes {} at least",
                regression::FEWEST
            ))),
            None => Ok(()),
        }
    }

    /// Checks that the baseline can be written, and is not one of the other files of the run.
    fn check_place(&self, place: &OutDirectory, names: &[&str]) -> Result<(), CommandFailure> {
        let Some(path) = &self.write_baseline else { return Ok(()) };
        let (folder, name) = split(path)?;
        files::check(folder, &[name])?;
        if names.iter().any(|own| is_same(path, &place.path(own))) {
            let shown = printable(&path.display().to_string());
            let message = format!("error: `--write-baseline`: the run itself writes `{shown}`");
            return Err(CommandFailure::wrong(&message));
        }
        Ok(())
    }

    /// Replications made even if every claim is decided earlier: as many as the baseline has, so that
    /// each has its pair; for a new baseline enough to distinguish small changes from chance.
    pub(crate) fn fewest(&self, baseline: Option<&Baseline>) -> u32 {
        let kept = baseline.map_or(0, |baseline| baseline.recorded.replications);
        if self.write_baseline.is_some() { OF_BASELINE } else { kept }
    }

    /// Writes the baseline, if it was asked for.
    pub(crate) fn write(&self, findings: &Findings) -> Result<(), CommandFailure> {
        let Some(path) = &self.write_baseline else { return Ok(()) };
        if findings.stopped_by.is_partial() {
            let status = match findings.stopped_by {
                StoppedBy::Interrupt => exit::INTERRUPTED,
                _ => exit::UNDECIDED,
            };
            let message = "error: no baseline is written: the run is partial\n".to_owned();
            return Err(CommandFailure { status, message });
        }
        let (folder, name) = split(path)?;
        files::prepare(folder)?;
        Ok(files::write(folder, &[Output { name, text: &json::render(findings) }])?)
    }
}

impl Baseline {
    /// Whether the file is the one at `path`.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        is_same(&self.path, path)
    }

    /// Adds the comparison with the baseline to the findings; a partial run is not compared, with a
    /// note.
    pub(crate) fn compare(&self, findings: &mut Findings) -> Result<(), CommandFailure> {
        if findings.stopped_by.is_partial() {
            output::complain("note: the run is partial, and not compared with the baseline\n");
            return Ok(());
        }
        let now = results(&json::render(findings))?;
        let difference = regression::compare(&self.recorded, &now, &self.limits);
        findings.regression = Some(difference.map_err(|error| refused(&error))?);
        Ok(())
    }
}

/// Whether two paths lead to the same file, which may not exist yet.
fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| {
        let (folder, name) = split(path).ok()?;
        let folder = || fs::canonicalize(folder).or_else(|_| std::path::absolute(folder));
        fs::canonicalize(path).or_else(|_| folder().map(|folder| folder.join(name))).ok()
    };
    whole(one).is_some_and(|one| whole(other) == Some(one))
}

/// The result in the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Recorded, CommandFailure> {
    let shown = printable(&path.display().to_string());
    let cannot = |why: &dyn std::fmt::Display| {
        CommandFailure::file(&format!("error: cannot read `{shown}`: {why}"))
    };
    let found = fs::metadata(path).map_err(|error| cannot(&error))?;
    if !found.is_file() || found.len() > LARGEST {
        return Err(cannot(&"it is no file of results"));
    }
    let text = fs::read(path).map_err(|error| cannot(&error))?;
    let text = String::from_utf8_lossy(&text);
    recorded::read(&text)
        .map_err(|error| CommandFailure::wrong(&format!("error: `{shown}` {error}")))
}

/// Two results cannot be compared.
pub(crate) fn refused(error: &Incomparable) -> CommandFailure {
    CommandFailure::wrong(&format!(
        "error: these results cannot be compared: {}",
        report::refused(error)
    ))
}

fn results(text: &str) -> Result<Recorded, CommandFailure> {
    recorded::read(text)
        .map_err(|error| CommandFailure::wrong(&format!("error: the result {error}")))
}

/// The folder and the name of a file.
fn split(path: &Path) -> Result<(&Path, &str), CommandFailure> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| {
        let shown = printable(&path.display().to_string());
        CommandFailure::wrong(&format!("error: `{shown}` is not the name of a file"))
    })?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok((folder.unwrap_or(Path::new(".")), name))
}
