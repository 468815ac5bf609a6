//! Baselines: results that were kept, with which later ones are compared. A baseline is written only when it is
//! asked for, and never replaced by the run that is compared with it.

use crate::exit::Failure;
use std::fs;
use std::path::{Path, PathBuf};
use wssim_experiment::findings::{Findings, StoppedBy};
use wssim_experiment::question::{MetricRef, Question};
use wssim_experiment::regression::recorded::Recorded;
use wssim_experiment::regression::{self, AskedLimit, Incomparable, Limits};
use wssim_reports::files::{self, Output};
use wssim_reports::{json, recorded, regression as report};
use wssim_text::printable;

/// The flag that says how much worse a number may be.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Held {
    /// By how much a number may get worse: `METRIC=SHARE,FLOOR`, the greater of the two, or `METRIC=none`;
    /// repeatable
    #[arg(long = "limit", value_name = "METRIC=LIMIT", value_parser = wssim_scenario::limit)]
    limits: Vec<(MetricRef, AskedLimit)>,
}

impl Held {
    pub(crate) fn limits(&self) -> Limits {
        Limits { asked: self.limits.clone() }
    }
}

/// Flags of `run` that have to do with baselines.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Against {
    /// Compare with this results.json of an earlier run
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    baseline: Option<PathBuf>,

    /// Exit with 1 where a number or a verdict is worse than in the baseline, or missing
    #[arg(long, requires = "baseline")]
    pub(crate) fail_on_regression: bool,

    /// How much worse.
    #[command(flatten)]
    held: Held,

    /// Write the results to this file, too, as the baseline of later runs
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
}

/// A baseline that was read.
pub(crate) struct Baseline {
    path: PathBuf,
    recorded: Recorded,
    limits: Limits,
}

impl Against {
    /// The baseline, and whether a run of `question` can be compared with it, before time is spent; `None`: none
    /// was asked for.
    pub(crate) fn open(&self, question: &Question, seed: u64) -> Result<Option<Baseline>, Failure> {
        if let Some(path) = &self.write_baseline {
            let (folder, name) = split(path)?;
            files::check(folder, &[name])?;
        }
        let Some(path) = &self.baseline else {
            return if self.held.limits.is_empty() {
                Ok(None)
            } else {
                Err(Failure::wrong("error: `--limit` needs `--baseline FILE`"))
            };
        };
        let recorded = read(path)?;
        let awaited = Recorded {
            command: "run".to_owned(),
            scenario: question.name.clone(),
            measured_seconds: question.measure.duration.seconds(),
            seed,
            metrics: Vec::new(),
            claims: Vec::new(),
            stopped_by: StoppedBy::Precision.name().to_owned(),
            replications: recorded.replications,
        };
        regression::check(&recorded, &awaited).map_err(|error| refused(&error))?;
        Ok(Some(Baseline { path: path.clone(), recorded, limits: self.held.limits() }))
    }

    /// Writes the baseline, if it was asked for.
    pub(crate) fn write(&self, findings: &Findings) -> Result<(), Failure> {
        let Some(path) = &self.write_baseline else { return Ok(()) };
        let text = json::render(findings);
        let itself = results(&text)?;
        // What can be compared with itself can be a baseline.
        regression::compare(&itself, &itself, &Limits::default()).map_err(|error| {
            let why = match &error {
                Incomparable::Partial { by, .. } => format!("the run was stopped by {by}"),
                other => report::refused(other),
            };
            Failure::file(&format!("error: no baseline is written: {why}"))
        })?;
        let (folder, name) = split(path)?;
        files::prepare(folder)?;
        Ok(files::write(folder, &[Output { name, text: &text }])?)
    }
}

impl Baseline {
    /// Whether the file is the one at `path`.
    pub(crate) fn is_at(&self, path: &Path) -> bool {
        let [own, other] = [&self.path, path].map(|path: &Path| fs::canonicalize(path).ok());
        own.is_some() && own == other
    }

    /// Says in the findings what became of the baseline. One that was interrupted is compared with nothing.
    pub(crate) fn compare(&self, findings: &mut Findings) -> Result<(), Failure> {
        if findings.stopped_by == StoppedBy::Interrupt {
            return Ok(());
        }
        let now = results(&json::render(findings))?;
        let difference = regression::compare(&self.recorded, &now, &self.limits);
        findings.regression = Some(difference.map_err(|error| refused(&error))?);
        Ok(())
    }
}

/// The result in the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Recorded, Failure> {
    let shown = printable(&path.display().to_string());
    let text = fs::read(path)
        .map_err(|error| Failure::file(&format!("error: cannot read `{shown}`: {error}")))?;
    let text = String::from_utf8_lossy(&text);
    recorded::read(&text).map_err(|error| Failure::wrong(&format!("error: `{shown}` {error}")))
}

/// Two results cannot be compared.
pub(crate) fn refused(error: &Incomparable) -> Failure {
    Failure::wrong(&format!("error: these results cannot be compared: {}", report::refused(error)))
}

fn results(text: &str) -> Result<Recorded, Failure> {
    recorded::read(text).map_err(|error| Failure::wrong(&format!("error: the result {error}")))
}

/// The folder and the name of a file.
fn split(path: &Path) -> Result<(&Path, &str), Failure> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| {
        let shown = printable(&path.display().to_string());
        Failure::wrong(&format!("error: `{shown}` is not the name of a file"))
    })?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok((folder.unwrap_or(Path::new(".")), name))
}
