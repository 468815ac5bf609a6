//! Keeps replications beside the report: writes a part of a study, joins parts, continues an interrupted
//! sweep.

use crate::exit::{self, CommandFailure};
use crate::options::{Format, ScenarioFlags, StudyFlags};
use crate::output;
use crate::place::OutDirectory;
use crate::watch::Watcher;
use crate::word::word;
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::time::Instant;
use wssim_experiment::archive::{Archive, Shard};
use wssim_experiment::findings::{Findings, StoppedBy};
use wssim_experiment::question::{Question, WorldError};
use wssim_model::Blueprint;
use wssim_reports::part::{self, Header, Kept, Opened, Parts, Writer};
use wssim_scenario::Scenario;
use wssim_text::printable;

/// The subject of a command.
pub(crate) struct CommandSubject<'a> {
    pub(crate) command: &'static str,
    /// Bare name of the scenario, or of all scenarios.
    pub(crate) scenario: &'a str,
    /// Whether replications are kept until the command is complete.
    pub(crate) is_kept: bool,
}

/// Where replications are kept, if anywhere.
pub(crate) struct Keep<'a> {
    kept: Option<Kept>,
    shard: Option<Shard>,
    asked: CommandSubject<'a>,
    /// The printed name of the part.
    shown: String,
    folder: String,
    /// The number of replications of an existing complete part.
    complete: Option<usize>,
}

impl<'a> Keep<'a> {
    /// `inputs` is everything that determines the result.
    ///
    /// # Errors
    /// When the part cannot be written, or parts to be joined belong to another study.
    pub(crate) fn open<T: Debug>(
        study: &StudyFlags,
        place: &OutDirectory,
        asked: CommandSubject<'a>,
        inputs: impl FnOnce() -> Result<T, WorldError>,
    ) -> Result<Self, CommandFailure> {
        let (shown, folder) = (String::new(), String::new());
        let nothing = Keep { kept: None, shard: None, asked, shown, folder, complete: None };
        let digest =
            || inputs().map(|inputs| part::digest(&inputs)).map_err(|e| CommandFailure::world(&e));
        if let Some(parts) = &study.merged {
            check_state(parts.header(), &digest()?, &build())?;
            return Ok(Keep { kept: Some(Kept::joined(parts.clone())), ..nothing });
        }
        let Some(share) = study.shard else {
            return if nothing.asked.is_kept {
                nothing.journal(study, place, digest()?)
            } else {
                Ok(nothing)
            };
        };
        if study.shown.look.format != Format::Text {
            return wrong(
                "`--format`: a shard has no results; `wssim merge` has them, and takes `--format`",
            );
        }
        let found = share.find(|name| std::env::var(name).ok());
        let shard = found.map_err(|why| {
            CommandFailure::wrong(&format!("error: `--shard`: {}", printable(&why)))
        })?;
        let header = nothing.header(study, shard, digest()?)?;
        nothing.part(place, &header, shard)
    }

    fn header(
        &self,
        study: &StudyFlags,
        shard: Shard,
        digest: String,
    ) -> Result<Header, CommandFailure> {
        let arguments = std::env::args_os().skip(1).map(std::ffi::OsString::into_string);
        let Ok(arguments) = arguments.collect() else {
            return wrong(
                "`--shard`: the arguments are not all UTF-8, so that `merge` could not repeat them",
            );
        };
        Ok(Header {
            build: build(),
            command: self.asked.command.to_owned(),
            scenario: self.asked.scenario.to_owned(),
            seed: study.seed,
            study: digest,
            ..Header::new(shard, arguments)
        })
    }

    /// The part of `shard`; missing replications are simulated.
    fn part(
        self,
        place: &OutDirectory,
        header: &Header,
        shard: Shard,
    ) -> Result<Self, CommandFailure> {
        let name = format!("part-{}-of-{}.wssim", shard.number, shard.of);
        place.prepare()?;
        let (kept, complete) = match Writer::open(&place.path(&name), header)? {
            Opened::Complete(part) => (None, Some(part.replications())),
            Opened::Open(writer, known) => {
                (Some(Kept::part(writer, known.map(Parts::of), shard)), None)
            }
        };
        let (shown, folder) = (place.shown(&name), place.shown(""));
        Ok(Self { kept, shard: Some(shard), complete, shown, folder, ..self })
    }

    /// A journal that keeps replications until the command is complete, and reuses those of an
    /// interrupted one.
    fn journal(
        self,
        study: &StudyFlags,
        place: &OutDirectory,
        digest: String,
    ) -> Result<Self, CommandFailure> {
        let header = self.header(study, Shard { number: 1, of: 1 }, digest)?;
        let name = part::digest(&(&header.study, &header.build));
        let name = format!("journal-{}.wssim", name.split_at(8).0);
        let (path, shown) = (place.path(&name), place.shown(&name));
        if path.symlink_metadata().is_err() {
            let place = place.clone();
            let kept = Kept::journal_to_come(Box::new(move || begun(&place, &name, &header)));
            return Ok(Self { kept: Some(kept), shown, ..self });
        }
        // Another process may be running the same study here.
        let Ok(Opened::Open(writer, known)) = Writer::open(&path, &header) else { return Ok(self) };
        let known = known.map(Parts::of);
        let replications = known.as_ref().map_or(0, Parts::replications);
        if replications > 0 && !study.shown.look.quiet {
            output::complain(&format!(
                "going on from the {replications} replications of an interrupted run\n"
            ));
        }
        Ok(Self { kept: Some(Kept::journal(writer, known)), shown, ..self })
    }

    /// The answer if the part is complete already, so that nothing is simulated.
    fn complete(&self, study: &StudyFlags) -> Option<Result<u8, CommandFailure>> {
        let replications = self.complete?;
        let text = self.is_there(replications, "there already");
        Some(if study.shown.look.quiet { Ok(()) } else { study.shown.print(&text) })
            .map(|told| told.map(|()| exit::HOLDS))
    }

    fn is_there(&self, replications: usize, how: &str) -> String {
        let Some(Shard { number, of }) = self.shard else { return String::new() };
        let CommandSubject { command, scenario, .. } = &self.asked;
        let (shown, folder, scenario) = (&self.shown, &self.folder, printable(scenario));
        format!(
            "shard {number} of {of} of {command} {scenario}: {replications} replications, the warm-up's included, \
             in {shown} · {how}\nWhen all {of} are there: wssim merge {}\n",
            word(folder)
        )
    }

    /// The findings of `simulate`, with replications kept as requested; for a shard, whose part is
    /// reported here, the exit status.
    ///
    /// # Errors
    /// When the study fails, or its part cannot be written.
    pub(crate) fn simulate(
        self,
        study: &StudyFlags,
        started: Instant,
        simulate: impl FnOnce(&Watcher<'_>) -> Result<Findings, CommandFailure>,
    ) -> Result<ControlFlow<u8, Findings>, CommandFailure> {
        if let Some(told) = self.complete(study) {
            return told.map(ControlFlow::Break);
        }
        let archive = self.kept.as_ref().map(|kept| kept as &dyn Archive);
        let watcher = Watcher::start(study.work.budget, study.shown.look.quiet, archive);
        let findings = simulate(&watcher)?;
        let cut = watcher.finish();
        if self.shard.is_some() {
            return self.deliver(cut, study, started).map(ControlFlow::Break);
        }
        self.close(findings.stopped_by, &study.shown);
        Ok(ControlFlow::Continue(findings))
    }

    /// Finishes the part of a shard and reports it; `cut` is the reason of an early end.
    fn deliver(
        mut self,
        cut: Option<StoppedBy>,
        study: &StudyFlags,
        started: Instant,
    ) -> Result<u8, CommandFailure> {
        let Some(writer) = self.kept.take().and_then(Kept::into_writer) else {
            return Ok(exit::HOLDS);
        };
        let replications = writer.replications();
        if let (Some(cut), Some(Shard { number, of })) = (cut, self.shard) {
            writer.close()?;
            output::complain(&format!(
                "shard {number} of {of} is not finished: {} holds {replications} replications; the same command \
                 goes on from there\n",
                self.shown
            ));
            let is_interrupt = cut == StoppedBy::Interrupt;
            return Ok(if is_interrupt { exit::INTERRUPTED } else { exit::UNDECIDED });
        }
        writer.finish()?;
        if !study.shown.look.quiet {
            let seconds = format!("{:.1} s", started.elapsed().as_secs_f64());
            study.shown.print(&self.is_there(replications, &seconds))?;
        }
        Ok(exit::HOLDS)
    }

    /// Removes the journal after the command, unless it was cut short.
    ///
    /// Called before the results are written, which may need the disk space.
    fn close(self, stopped_by: StoppedBy, shown: &ScenarioFlags) {
        let Some(writer) = self.kept.and_then(Kept::into_writer) else { return };
        if !matches!(stopped_by, StoppedBy::Interrupt | StoppedBy::Budget) {
            writer.remove();
            return;
        }
        let Ok(replications) = writer.close() else { return };
        if !shown.look.quiet {
            output::complain(&format!(
                "{} keeps the {replications} replications so far: the same command goes on from there\n",
                self.shown
            ));
        }
    }
}

fn wrong<T>(message: &str) -> Result<T, CommandFailure> {
    Err(CommandFailure::wrong(&format!("error: {message}")))
}

/// A new journal; `None` if there is no place for one, which does not prevent the results.
fn begun(place: &OutDirectory, name: &str, header: &Header) -> Option<Writer> {
    place.prepare().ok()?;
    match Writer::open(&place.path(name), header) {
        Ok(Opened::Open(writer, _)) => Some(writer),
        _ => None,
    }
}

/// Checks that the parts belong to the scenario in its present state, and to this program.
fn check_state(header: &Header, now: &str, build: &str) -> Result<(), CommandFailure> {
    if header.build != build {
        return wrong(
            "the parts are of another build of wssim: join them with the program that made them",
        );
    }
    if header.study == now {
        return Ok(());
    }
    wrong(&format!(
        "the parts are of another state of `{}`: its files, or those that it names, are not what they were, or \
         another scenario of that name lies here",
        printable(&header.scenario)
    ))
}

/// The name of this program, by the contents of its file.
fn build() -> String {
    let file = std::env::current_exe().and_then(|path| part::of_file(&path));
    file.unwrap_or_else(|_| env!("CARGO_PKG_VERSION").to_owned())
}

/// The worlds of a scenario, and of the bases of its claims.
pub(crate) fn worlds(
    scenario: &Scenario,
    question: &Question,
) -> Result<Vec<Blueprint>, WorldError> {
    use wssim_experiment::question::Worlds as _;
    let files = question.base_files();
    let arms = std::iter::once(None).chain(files.iter().map(|file| Some(file.as_str())));
    arms.map(|arm| scenario.blueprint(arm, &[])).collect()
}
