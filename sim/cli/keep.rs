//! What becomes of replications beside the report: a part of a study is written, parts are joined, an interrupted
//! sweep is gone on with.

use crate::exit::{self, Failure};
use crate::options::{Format, Shown, Study};
use crate::output;
use crate::place::Place;
use crate::watch::Watcher;
use std::fmt::Debug;
use std::time::Instant;
use wssim_experiment::archive::{Archive, Shard};
use wssim_experiment::findings::StoppedBy;
use wssim_experiment::question::{Question, WorldError};
use wssim_model::Blueprint;
use wssim_reports::files::WriteError;
use wssim_reports::part::{self, Header, Kept, Parts, Writer};
use wssim_scenario::Scenario;
use wssim_text::printable;

/// What a command is about.
pub(crate) struct Asked<'a> {
    pub(crate) command: &'static str,
    /// Bare name of the scenario, or of all.
    pub(crate) scenario: &'a str,
    /// Whether what was simulated is kept until the command has come to its end.
    pub(crate) is_kept: bool,
}

/// Where replications are kept, if anywhere.
pub(crate) struct Keep<'a> {
    kept: Option<Kept>,
    shard: Option<Shard>,
    asked: Asked<'a>,
    /// The part, as it is printed.
    shown: String,
    folder: String,
}

impl<'a> Keep<'a> {
    /// `inputs` is everything that decides the result.
    ///
    /// # Errors
    /// When the part cannot be written, or parts that are to be joined are of something else.
    pub(crate) fn open<T: Debug>(
        study: &Study,
        place: &Place,
        asked: Asked<'a>,
        inputs: impl FnOnce() -> Result<T, WorldError>,
    ) -> Result<Self, Failure> {
        let nothing =
            Keep { kept: None, shard: None, asked, shown: String::new(), folder: String::new() };
        let digest =
            || inputs().map(|inputs| part::digest(&inputs)).map_err(|e| Failure::world(&e));
        if let Some(parts) = &study.merged {
            check_state(parts.header(), &digest()?)?;
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
        let shard = found
            .map_err(|why| Failure::wrong(&format!("error: `--shard`: {}", printable(&why))))?;
        let header = nothing.header(study, shard, digest()?)?;
        nothing.part(place, &header, shard)
    }

    fn header(&self, study: &Study, shard: Shard, digest: String) -> Result<Header, Failure> {
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

    /// The part of `shard`: what it lacks is simulated.
    fn part(self, place: &Place, header: &Header, shard: Shard) -> Result<Self, Failure> {
        let name = format!("part-{}-of-{}.wssim", shard.number, shard.of);
        let (writer, known) = written(place, &name, header)?;
        let kept = Some(Kept::written(writer, known, shard));
        Ok(Self {
            kept,
            shard: Some(shard),
            shown: place.shown(&name),
            folder: place.shown(""),
            ..self
        })
    }

    /// What is simulated is kept until the command comes to its end, and what an interrupted one kept is used.
    fn journal(self, study: &Study, place: &Place, digest: String) -> Result<Self, Failure> {
        let whole = Shard { number: 1, of: 1 };
        let header = self.header(study, whole, digest)?;
        let name = format!("journal-{}.wssim", &header.study[..8]);
        // What cannot be kept is simulated all the same: files that cannot be written are told of at the end.
        let Ok((writer, known)) = written(place, &name, &header) else { return Ok(self) };
        let replications = known.as_ref().map_or(0, Parts::replications);
        if replications > 0 && !study.shown.look.quiet {
            output::complain(&format!(
                "going on from the {replications} replications of an interrupted run\n"
            ));
        }
        Ok(Self {
            kept: Some(Kept::written(writer, known, whole)),
            shown: place.shown(&name),
            ..self
        })
    }

    /// Begins to watch the study.
    pub(crate) fn watch(&self, study: &Study) -> Watcher<'_> {
        let archive = self.kept.as_ref().map(|kept| kept as &dyn Archive);
        Watcher::start(study.work.budget, study.shown.look.quiet, archive)
    }

    /// Whether the replications of one shard are all that there is to be told.
    pub(crate) fn is_shard(&self) -> bool {
        self.shard.is_some()
    }

    /// Finishes the part of a shard and tells of it; `cut`: why it ended before it was done.
    pub(crate) fn deliver(
        self,
        cut: Option<StoppedBy>,
        study: &Study,
        started: Instant,
    ) -> Result<u8, Failure> {
        let (Some(shard), Some(writer)) = (self.shard, self.kept.and_then(Kept::into_writer))
        else {
            return Ok(exit::HOLDS);
        };
        let Asked { command, scenario, .. } = self.asked;
        let (Shard { number, of }, shown, folder) = (shard, self.shown, self.folder);
        let replications = writer.replications();
        if let Some(cut) = cut {
            writer.close()?;
            output::complain(&format!(
                "shard {number} of {of} is not finished: {shown} holds {replications} replications; the same \
                 command goes on from there\n"
            ));
            return Ok(match cut {
                StoppedBy::Interrupt => exit::INTERRUPTED,
                _ if study.work.no_fail => exit::HOLDS,
                _ => exit::UNDECIDED,
            });
        }
        writer.finish()?;
        if !study.shown.look.quiet {
            let (seconds, scenario) = (started.elapsed().as_secs_f64(), printable(scenario));
            let text = format!(
                "shard {number} of {of} of {command} {scenario}: {replications} replications in {shown} · \
                 {seconds:.1} s\nWhen all {of} are there: wssim merge {folder}\n"
            );
            output::print(&text, &study.shown)?;
        }
        Ok(exit::HOLDS)
    }

    /// The command has come to its end, with its files written: what was kept is not needed any more, unless it
    /// was cut short.
    pub(crate) fn close(self, stopped_by: StoppedBy, shown: &Shown) -> Result<(), Failure> {
        let Some(writer) = self.kept.and_then(Kept::into_writer) else { return Ok(()) };
        if matches!(stopped_by, StoppedBy::Interrupt | StoppedBy::Budget) {
            let replications = writer.close()?;
            if !shown.look.quiet {
                output::complain(&format!(
                    "{} keeps the {replications} replications so far: the same command goes on from there\n",
                    self.shown
                ));
            }
            return Ok(());
        }
        Ok(writer.remove()?)
    }
}

fn wrong<T>(message: &str) -> Result<T, Failure> {
    Err(Failure::wrong(&format!("error: {message}")))
}

/// Whether the parts are of the state in which the scenario is now.
fn check_state(header: &Header, now: &str) -> Result<(), Failure> {
    if header.study == now {
        return Ok(());
    }
    wrong(&format!(
        "the parts are of another state of `{}`: its files, or those that it names, have changed since they were \
         made",
        printable(&header.scenario)
    ))
}

/// The writer of the part `name`, and what lies there of it already.
fn written(
    place: &Place,
    name: &str,
    header: &Header,
) -> Result<(Writer, Option<Parts>), WriteError> {
    place.prepare()?;
    let path = place.path(name);
    let known = part::known(&path, header)?;
    let writer = Writer::open(&path, header, known.as_ref())?;
    Ok((writer, known.map(Parts::of)))
}

/// The name of this program: its file's size and time of change tell builds of one version apart.
fn build() -> String {
    let file = std::env::current_exe().and_then(|path| path.metadata());
    part::digest(&file.map(|file| (file.len(), file.modified().ok())).ok())
}

/// The worlds of a scenario, and of those that its claims are changes from.
pub(crate) fn worlds(
    scenario: &Scenario,
    question: &Question,
) -> Result<Vec<Blueprint>, WorldError> {
    use wssim_experiment::question::Worlds as _;
    let files = question.base_files();
    let arms = std::iter::once(None).chain(files.iter().map(|file| Some(file.as_str())));
    arms.map(|arm| scenario.blueprint(arm, &[])).collect()
}
