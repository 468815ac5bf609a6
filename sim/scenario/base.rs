//! What the worlds of a scenario have in common is read once: texts, traces, and the trees that values
//! are laid over.

use crate::diagnostic::Diagnostic;
use crate::document::known::Known;
use crate::files::{Files, Location};
use crate::load::{self, Set};
use crate::source::Sources;
use crate::stack::{self, field};
use crate::trace::Rows;
use crate::tree::Table;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What the worlds of a scenario share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) files: Files,
    /// Traces by file.
    pub(crate) rows: Mutex<BTreeMap<Location, Arc<Rows>>>,
    bases: Mutex<BTreeMap<Asked, Found>>,
}

/// The file, what is set early, and the overlays of how many phases.
type Asked = (Location, Vec<Set>, usize);

/// A base, or the mistakes that leave none.
type Found = Result<Arc<Base>, Vec<Diagnostic>>;

/// A file with all that it extends and the stacks that it names, before any other value is laid over it.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) sources: Sources,
    pub(crate) merged: Table,
    pub(crate) mistakes: Vec<Diagnostic>,
    /// What its services mean, as far as they were read.
    pub(crate) known: Known,
}

impl Shared {
    /// With texts that were read before.
    pub(crate) fn of(files: Files) -> Self {
        Self { files, ..Self::default() }
    }

    /// The base of the file at `location`, once `sets` have said which stacks there are and what is in them, with
    /// the overlays of so many phases.
    pub(crate) fn base(&self, location: &Location, sets: &[&Set], phases: usize) -> Found {
        // A study of such fields would keep a base for each of its points.
        if sets.iter().any(|(set, _)| field::is_field(set)) {
            return self.read(location, sets, phases).map(Arc::new);
        }
        let named = sets.iter().map(|set| (*set).clone()).collect();
        let key = (location.clone(), named, phases);
        let mut bases = self.bases.lock().unwrap_or_else(PoisonError::into_inner);
        let read = || self.read(location, sets, phases).map(Arc::new);
        bases.entry(key).or_insert_with(read).clone()
    }

    fn read(
        &self,
        location: &Location,
        sets: &[&Set],
        phases: usize,
    ) -> Result<Base, Vec<Diagnostic>> {
        let mut sources = Sources::default();
        let mut mistakes = Vec::new();
        let Some(mut merged) = load::file(location, &self.files, &mut sources, &mut mistakes)
        else {
            return Err(mistakes);
        };
        // What could be saved of a broken file would only mislead.
        if mistakes.iter().any(|mistake| mistake.code == "syntax") {
            return Err(mistakes);
        }
        let (fields, stacks): (Vec<&Set>, Vec<&Set>) =
            sets.iter().partition(|(set, _)| field::is_field(set));
        for (set, shown) in stacks {
            load::set(&mut merged, set, shown, &mut sources, &mut mistakes);
        }
        load::overlay::phases(&mut merged, phases, &self.files, &mut sources, &mut mistakes);
        let fields = field::read(&fields, &mut sources, &mut mistakes);
        let merged = stack::expand(merged, &self.files, &fields, &mut sources, &mut mistakes);
        Ok(Base { sources, merged, mistakes, known: Known::default() })
    }
}
