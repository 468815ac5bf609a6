//! Reuses services read before: the worlds of a study differ in a value or two, and equal text at the
//! same place has an equal meaning.

use super::fields::{Fields, Name, Reader, Timer};
use super::service::{self, ServiceText};
use crate::diagnostic::Diagnostic;
use crate::source::Origin;
use crate::tree::Table;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use wssim_experiment::question::RangedInput;

/// The first reading of each service, by name.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<BTreeMap<String, Arc<Piece>>>);

/// A service as written, and the results of reading it.
#[derive(Debug)]
struct Piece {
    table: Table,
    origins: [Origin; 2],
    service: ServiceText,
    mistakes: Vec<Diagnostic>,
    ranged: Vec<RangedInput>,
    defaults: Vec<(String, String)>,
    timers: Vec<Timer>,
}

impl Piece {
    fn is_of(&self, origins: [Origin; 2], table: &Table) -> bool {
        self.origins == origins && self.table == *table
    }

    /// Repeats the earlier results.
    fn again(&self, reader: &mut Reader<'_>) -> ServiceText {
        reader.mistakes.extend_from_slice(&self.mistakes);
        reader.ranged.extend_from_slice(&self.ranged);
        reader.defaults.extend_from_slice(&self.defaults);
        reader.timers.extend_from_slice(&self.timers);
        self.service.clone()
    }
}

/// Reads the service `name`, unless the same is `known`.
pub(super) fn service(
    reader: &mut Reader<'_>,
    known: Option<&Known>,
    name: &Name,
    fields: Fields<'_>,
) -> ServiceText {
    let Some(known) = known else {
        return service::read(reader, name.origin, fields);
    };
    let (origins, table) = ([name.origin, fields.origin], fields.table);
    let before = known.lock().get(&name.text).map(Arc::clone);
    match before {
        Some(piece) if piece.is_of(origins, table) => piece.again(reader),
        Some(_) => service::read(reader, name.origin, fields),
        None => {
            let found = [reader.mistakes.len(), reader.ranged.len()];
            let more = [reader.defaults.len(), reader.timers.len()];
            let service = service::read(reader, name.origin, fields);
            let piece = Piece {
                table: table.clone(),
                origins,
                service: service.clone(),
                mistakes: reader.mistakes[found[0]..].to_vec(),
                ranged: reader.ranged[found[1]..].to_vec(),
                defaults: reader.defaults[more[0]..].to_vec(),
                timers: reader.timers[more[1]..].to_vec(),
            };
            known.lock().insert(name.text.clone(), Arc::new(piece));
            service
        }
    }
}

impl Known {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Arc<Piece>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
