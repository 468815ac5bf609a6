//! The watcher of a study: progress on standard error, Ctrl-C, and the budget of wall time.
//!
//! On a terminal one line is overwritten; elsewhere, as in CI, plain lines appear from time to time. The
//! first Ctrl-C asks for the results so far, the second one ends the program at once.

use crate::exit;
use crate::output::{complain, complain_as_is};
use crate::terminal::{self, Stream};
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use wssim_experiment::archive::Archive;
use wssim_experiment::findings::StoppedBy;
use wssim_experiment::watch::{Progress, StudyPhase, Watch};
use wssim_text::{printable, width};

/// Time between two lines on a terminal.
const ON_TERMINAL: Duration = Duration::from_millis(100);
/// Time between two lines in a file.
const IN_FILE: Duration = Duration::from_secs(10);
/// Returns to the beginning of the line and clears it.
const OVERWRITE: &str = "\r\u{1b}[2K";

/// Watches one study.
pub(crate) struct Watcher<'a> {
    started: Instant,
    budget: Option<Duration>,
    interrupted: Arc<AtomicBool>,
    shown: Shown,
    /// The last line, and the start of its phase.
    told: Mutex<Told>,
    archive: Option<&'a dyn Archive>,
    /// Whether the study was stopped by the budget.
    is_over: AtomicBool,
}

/// The last line of progress.
#[derive(Debug)]
struct Told {
    /// When it was written.
    last: Instant,
    /// When the first replication of its phase was complete.
    since: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    OneLine,
    Lines,
}

impl<'a> Watcher<'a> {
    /// Starts watching, and handles Ctrl-C.
    pub(crate) fn start(
        budget: Option<Duration>,
        quiet: bool,
        archive: Option<&'a dyn Archive>,
    ) -> Self {
        let interrupted = Arc::new(AtomicBool::new(false));
        let pressed = Arc::clone(&interrupted);
        // Without a handler Ctrl-C ends the program as usual; nothing else depends on it.
        let _ = ctrlc::set_handler(move || {
            if pressed.swap(true, Ordering::Relaxed) {
                std::process::exit(exit::INTERRUPTED.into());
            }
            complain("\ninterrupted: reporting what is complete; once more ends at once\n");
        });
        let dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
        let shown = match std::io::stderr().is_terminal() {
            _ if quiet => Shown::Nothing,
            true if !dumb => Shown::OneLine,
            _ => Shown::Lines,
        };
        let now = Instant::now();
        let told = Mutex::new(Told { last: now, since: now });
        let is_over = AtomicBool::new(false);
        Self { started: now, budget, interrupted, shown, told, archive, is_over }
    }

    /// Clears the line; returns the reason if the study was cut short.
    pub(crate) fn finish(self) -> Option<StoppedBy> {
        let is_over = self.is_over.load(Ordering::Relaxed);
        let budget = is_over.then_some(StoppedBy::Budget);
        if self.interrupted() { Some(StoppedBy::Interrupt) } else { budget }
    }

    /// When the first replication of the phase was complete, if a line is due; the next one is due an
    /// interval later.
    fn due(&self, progress: &Progress<'_>) -> Option<Instant> {
        let interval = match self.shown {
            Shown::Nothing => return None,
            Shown::OneLine => ON_TERMINAL,
            Shown::Lines => IN_FILE,
        };
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if progress.replications_done == 1 {
            told.since = now;
        }
        let is_due = now.duration_since(told.last) >= interval;
        if is_due {
            told.last = now;
        }
        is_due.then_some(told.since)
    }
}

impl Drop for Watcher<'_> {
    fn drop(&mut self) {
        if self.shown == Shown::OneLine {
            complain_as_is(OVERWRITE);
        }
    }
}

impl Watch for Watcher<'_> {
    fn progress(&self, progress: &Progress<'_>) {
        let Some(since) = self.due(progress) else { return };
        let line = line(progress, since.elapsed(), self.started.elapsed());
        match self.shown {
            Shown::OneLine => {
                // A line longer than the terminal would not be overwritten.
                let line = width::truncated(&line, terminal::width(Stream::Error));
                complain_as_is(&format!("{OVERWRITE}{line}"));
            }
            Shown::Nothing | Shown::Lines => complain(&format!("{line}\n")),
        }
    }

    fn interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    fn over_budget(&self) -> bool {
        let is_over = self.budget.is_some_and(|budget| self.started.elapsed() >= budget);
        if is_over {
            self.is_over.store(true, Ordering::Relaxed);
        }
        is_over
    }

    fn archive(&self) -> Option<&dyn Archive> {
        self.archive
    }
}

fn doing(phase: StudyPhase<'_>) -> String {
    match phase {
        StudyPhase::Pilot => "warm-up".to_owned(),
        StudyPhase::Replications => "replications".to_owned(),
        StudyPhase::Ranges => "input ranges".to_owned(),
        StudyPhase::Screening { inputs, claims } => {
            format!("{claims} verdicts held to the ranges of {inputs} inputs, one by one")
        }
        StudyPhase::Worst { open } => {
            format!("the worst values of all inputs together, {open} searches open")
        }
        StudyPhase::Turning(input) => {
            format!("the value of `{}` at which a verdict turns", printable(input))
        }
        StudyPhase::Search => "search".to_owned(),
        StudyPhase::Sets => "replications of all sets".to_owned(),
        StudyPhase::Histories => "histories of the long run".to_owned(),
        StudyPhase::Points => "replications of all points".to_owned(),
        StudyPhase::Aside => "rollbacks and losses of nodes".to_owned(),
        StudyPhase::Trace => "trace".to_owned(),
    }
}

/// The phase, its progress, and the time to the next look, where the need for more is decided;
/// `since_first` is the time since its first replication was complete.
fn line(progress: &Progress<'_>, since_first: Duration, elapsed: Duration) -> String {
    let Progress { replications_done: done, replications_planned: planned, .. } = *progress;
    let left = match done {
        0 | 1 => String::new(),
        _ => {
            let rate = f64::from(planned.saturating_sub(done)) / f64::from(done - 1);
            format!(" · about {:.0} s to the next step", since_first.as_secs_f64() * rate)
        }
    };
    format!(
        "{}: {done} of {planned}{left} · {:.1} M events · {:.0} s so far",
        doing(progress.phase),
        progress.events as f64 / 1e6,
        elapsed.as_secs_f64(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(phase: StudyPhase<'_>, done: u32) -> String {
        let (replications_done, replications_planned) = (done, 41);
        let progress =
            Progress { phase, replications_done, replications_planned, events: 35_000_000 };
        line(&progress, Duration::from_secs(5), Duration::from_secs(10))
    }

    #[test]
    fn a_line_says_what_is_done_and_how_long_it_takes() {
        assert_eq!(
            told(StudyPhase::Replications, 11),
            "replications: 11 of 41 · about 15 s to the next step · 35.0 M events · 10 s so far"
        );
        assert_eq!(
            told(StudyPhase::Screening { inputs: 15, claims: 4 }, 1),
            "4 verdicts held to the ranges of 15 inputs, one by one: 1 of 41 · 35.0 M events · 10 s so far"
        );
        assert!(
            told(StudyPhase::Turning("service.db.cpu"), 2)
                .starts_with("the value of `service.db.cpu`")
        );
    }
}
