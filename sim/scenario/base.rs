//! Reads once what the worlds of a scenario share: texts, traces, and the trees under overrides.

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

/// Data shared by the worlds of a scenario.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) files: Files,
    /// Traces by file.
    pub(crate) rows: Mutex<BTreeMap<Location, Arc<Rows>>>,
    bases: Mutex<BTreeMap<Asked, Found>>,
}

/// The file, overrides applied early, and the number of phase overlays.
type Asked = (Location, Vec<Set>, usize);

/// A base, or the mistakes that prevent one.
type Found = Result<Arc<Base>, Vec<Diagnostic>>;

/// A file with all that it extends and its stacks, before other overrides.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) sources: Sources,
    pub(crate) merged: Table,
    pub(crate) mistakes: Vec<Diagnostic>,
    /// Services read so far.
    pub(crate) known: Known,
}

impl Shared {
    /// With texts read before.
    pub(crate) fn of(files: Files) -> Self {
        Self { files, ..Self::default() }
    }

    /// The base of the file at `location`, after `sets` have determined the stacks and their contents,
    /// with the overlays of `phases`.
    pub(crate) fn base(&self, location: &Location, sets: &[&Set], phases: usize) -> Found {
        // A study that varies such fields would keep a base for each point.
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
        // Parts of a broken file would only mislead.
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
