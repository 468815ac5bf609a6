//! Who watches a study: progress on standard error, Ctrl-C, and the budget of wall time.
//!
//! On a terminal there is one line that is written over; elsewhere, as in CI, a plain line now and
//! then. The first Ctrl-C asks for what is there so far, the second one ends at once.

use crate::exit;
use crate::output::{complain, complain_as_is};
use crate::terminal::{self, Stream};
use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use wssim_experiment::archive::Archive;
use wssim_experiment::findings::StoppedBy;
use wssim_experiment::watch::{Phase, Progress, Watch};
use wssim_text::width;

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
    /// When a line was last written.
    last: Mutex<Instant>,
    archive: Option<&'a dyn Archive>,
    /// Whether the study was told that the budget is spent.
    is_over: AtomicBool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    OneLine,
    Lines,
}

impl<'a> Watcher<'a> {
    /// Begins to watch, and to take Ctrl-C.
    pub(crate) fn start(
        budget: Option<Duration>,
        quiet: bool,
        archive: Option<&'a dyn Archive>,
    ) -> Self {
        let interrupted = Arc::new(AtomicBool::new(false));
        let pressed = Arc::clone(&interrupted);
        // Without a handler Ctrl-C ends the program as ever; nothing else depends on it.
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
        let (last, is_over) = (Mutex::new(now), AtomicBool::new(false));
        Self { started: now, budget, interrupted, shown, last, archive, is_over }
    }

    /// Leaves a clean line behind; tells what cut the study short, if anything did.
    pub(crate) fn finish(self) -> Option<StoppedBy> {
        let is_over = self.is_over.load(Ordering::Relaxed);
        let budget = is_over.then_some(StoppedBy::Budget);
        if self.interrupted() { Some(StoppedBy::Interrupt) } else { budget }
    }

    /// Whether a line is due; then the next one is due an interval later.
    fn is_due(&self) -> bool {
        let interval = match self.shown {
            Shown::Nothing => return false,
            Shown::OneLine => ON_TERMINAL,
            Shown::Lines => IN_FILE,
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.elapsed() >= interval;
        if due {
            *last = Instant::now();
        }
        due
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
    fn progress(&self, progress: &Progress) {
        if !self.is_due() {
            return;
        }
        let line = line(progress, self.started.elapsed());
        match self.shown {
            Shown::OneLine => {
                // A line that is longer than the terminal would not be written over.
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

fn doing(phase: Phase) -> &'static str {
    match phase {
        Phase::Pilot => "pilot",
        Phase::Replications => "replications",
        Phase::Ranges => "input ranges",
        Phase::Search => "search",
        Phase::Sets => "replications of all sets",
        Phase::Histories => "histories of the long run",
        Phase::Points => "replications of all points",
        Phase::Trace => "trace",
    }
}

fn line(progress: &Progress, elapsed: Duration) -> String {
    let seconds = elapsed.as_secs_f64();
    format!(
        "{}: {} of {} · {:.1} M events · {:.1} M events/s · {seconds:.0} s",
        doing(progress.phase),
        progress.replications_done,
        progress.replications_planned,
        progress.events as f64 / 1e6,
        progress.events as f64 / 1e6 / seconds.max(1e-3),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is() {
        let progress = Progress {
            phase: Phase::Replications,
            replications_done: 12,
            replications_planned: 40,
            events: 35_000_000,
        };
        assert_eq!(
            line(&progress, Duration::from_secs(10)),
            "replications: 12 of 40 · 35.0 M events · 3.5 M events/s · 10 s"
        );
    }
}
