//! Reads the traces of a scenario's sources, each file once for all worlds.

use crate::base::Shared;
use crate::check;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::arrivals::ArrivalsText;
use crate::document::fields::Texts;
use crate::trace;
use crate::trace::Traces;
use std::sync::{Arc, PoisonError};

pub(super) fn read(
    texts: &Texts<'_>,
    document: &Document,
    shared: &Shared,
    mistakes: &mut Vec<Diagnostic>,
) -> Traces {
    let mut traces = Traces::new();
    for (name, traffic) in &document.traffic {
        let Some(ArrivalsText::Trace { file, rate, .. }) = &traffic.arrivals else {
            continue;
        };
        let location = texts.sources.beside(file.origin, &file.text);
        let mut known = shared.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let read = if let Some(read) = known.get(&location) {
            Arc::clone(read)
        } else {
            let before = mistakes.len();
            let read = Arc::new(trace::read(texts, document, file, mistakes));
            if mistakes.len() == before {
                known.insert(location, Arc::clone(&read));
            }
            read
        };
        let times = rate * document.traffic_scale.unwrap_or(1.0);
        mistakes.extend(check::arrivals::of_trace(name, file, &read, times, texts.sources));
        traces.insert(name.clone(), read);
    }
    traces
}
