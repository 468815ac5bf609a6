//! Reads files of outages: recorded faults, as CSV with a header.
//!
//! ```text
//! time,target,kind,duration
//! 3h,gmktec,crash,20min        a node
//! 11250,gmktec-wsasus,partition,90     a link; numbers are seconds
//! 1d,office,power,2h           a site
//! ```
//! `time` counts from the beginning of the measured stretch; without `duration` an outage is permanent;
//! `factor` is for slowness. Rows need not be in order. Each is equivalent to a `[[fault]]`.

use crate::check;
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::fault::{FACTOR, FaultText};
use crate::document::fields::{Fields, Name, Reader};
use crate::length::shown;
use crate::lines::{self, Lines};
use crate::lower::faults;
use crate::schema::FAULTS;
use std::collections::BTreeSet;
use wssim_kernel::Nanos;
use wssim_model::law::Law;
use wssim_text::quantity::{self, Dimension};
use wssim_text::suggest;

/// The columns; the first three are required.
const COLUMNS: [&str; 5] = ["time", "target", "kind", "duration", "factor"];

/// Reads `[faults]`, after everything that it names.
pub(crate) fn read(reader: &mut Reader<'_>, root: &mut Fields<'_>, document: &mut Document) {
    let Some(mut fields) = root.inner(reader, "faults") else { return };
    if !fields.has("file") {
        fields.missing(reader, "file", "such as `file = \"outages.csv\"`");
    }
    let file = fields.name(reader, "file");
    fields.finish(reader);
    let Some(file) = file else { return };
    let texts = reader.texts;
    let Some(rows) = lines::text_of(&texts, &file, &mut reader.mistakes) else { return };
    let lines = Lines::new(&rows, "bad-outages", &mut reader.mistakes);
    let mut reading = Reading { lines, document, file: &file, late: Vec::new() };
    let rows = reading.rows();
    reading.warn_of_late_ones();
    reading.lines.finish(&texts, &file);
    document.faults.extend(rows);
}

/// Most rows of one file.
const MOST_ROWS: usize = 100_000;

struct Reading<'a> {
    lines: Lines<'a>,
    document: &'a Document,
    file: &'a Name,
    /// Lines after the measured stretch.
    late: Vec<u64>,
}

/// The cells of one row, in the order of [`COLUMNS`].
type Cells<'r> = [&'r str; COLUMNS.len()];

impl Reading<'_> {
    fn rows(&mut self) -> Vec<FaultText> {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(self.lines.text().as_bytes());
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                self.lines.wrong(1, format!("this is not CSV: {error}"), None);
                return Vec::new();
            }
        };
        if !self.has_columns(&header) {
            return Vec::new();
        }
        let places = COLUMNS.map(|column| header.iter().position(|name| name == column));
        let mut rows = Vec::new();
        for record in reader.records() {
            if rows.len() == MOST_ROWS {
                let line = record.map_or(1, |row| row.position().map_or(1, csv::Position::line));
                let message = format!("a file of outages has at most {MOST_ROWS} rows");
                self.lines.wrong(line, message, None);
                break;
            }
            match record {
                Ok(record) => {
                    let line = record.position().map_or(1, csv::Position::line);
                    let cell = |place: Option<usize>| place.and_then(|at| record.get(at));
                    rows.extend(self.row(line, places.map(|at| cell(at).unwrap_or(""))));
                }
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    self.lines.wrong(line, "this row is not like the header".to_owned(), None);
                }
            }
        }
        rows
    }

    fn has_columns(&mut self, header: &csv::StringRecord) -> bool {
        let (mut seen, mut good) = (BTreeSet::new(), true);
        for name in header {
            if !seen.insert(name) {
                self.lines.wrong(1, format!("the column `{name}` is there twice"), None);
                good = false;
            } else if !COLUMNS.contains(&name) {
                let hint = suggest::hint(name, COLUMNS);
                self.lines.wrong(1, format!("no column is named `{name}`"), hint);
                good = false;
            }
        }
        for name in COLUMNS.iter().take(3).filter(|name| !seen.contains(*name)) {
            let help = Some("the first line names the columns".to_owned());
            self.lines.wrong(1, format!("there is no column `{name}`"), help);
            good = false;
        }
        good
    }

    /// Parses one row; reports all mistakes in it.
    fn row(&mut self, line: u64, cells: Cells<'_>) -> Option<FaultText> {
        let [time, target, kind, duration, factor] = cells;
        let at = self.duration(line, "time", time);
        let lasts = (!duration.is_empty()).then(|| self.duration(line, "duration", duration));
        let factor = self.factor(line, kind, factor);
        let known = FAULTS.iter().copied().find(|known| *known == kind);
        if known.is_none() {
            let hint = suggest::hint(kind, FAULTS.iter().copied());
            self.lines.wrong(line, format!("no fault is of the kind `{kind}`"), hint);
        }
        let stretch = self.document.header.duration.unwrap_or(check::DURATION);
        if at.is_some_and(|at| at >= stretch) && stretch > Nanos::ZERO {
            self.late.push(line);
        }
        let fault = FaultText {
            // The id depends on the contents, not on the place, of a row.
            id: format!("outage {:020} {target} {kind}", at.unwrap_or(Nanos::ZERO).0),
            target: None,
            at: at.unwrap_or(Nanos::ZERO),
            mtbf: None,
            kind: known,
            repair: lasts.flatten().map(|lasts| Law::Constant(lasts.as_f64())),
            replica: None,
            graceful: false,
            factor: factor.unwrap_or(FACTOR),
            is_replayed: true,
            origin: self.file.origin,
        };
        let target = self.target(line, target, &fault)?;
        let is_good = at.is_some() && known.is_some() && factor.is_some();
        let is_good = is_good && lasts != Some(None);
        is_good.then_some(FaultText { target, ..fault })
    }

    /// Seconds, or a duration with its unit.
    fn duration(&mut self, line: u64, column: &str, cell: &str) -> Option<Nanos> {
        let parsed = quantity::parse(cell).ok().filter(|parsed| parsed.value >= 0.0);
        let nanos = parsed.and_then(|parsed| match parsed.dimension {
            Dimension::Number => Some(parsed.value * 1e9),
            Dimension::Duration => Some(parsed.value),
            _ => None,
        });
        if nanos.is_none() {
            let help = Some("a number of seconds, or a duration such as `20min`".to_owned());
            self.lines.wrong(line, format!("`{cell}` is not a {column}"), help);
        }
        nanos.map(Nanos::from_f64)
    }

    fn factor(&mut self, line: u64, kind: &str, cell: &str) -> Option<f64> {
        if cell.is_empty() {
            return Some(FACTOR);
        }
        if !kind.starts_with("slow-") {
            let message = format!("`factor` has no meaning for `{kind}`");
            self.lines.wrong(line, message, None);
            return None;
        }
        let factor = cell.parse::<f64>().ok().filter(|factor| *factor > 0.0 && factor.is_finite());
        if factor.is_none() {
            self.lines.wrong(line, format!("`{cell}` is not a number above zero"), None);
        }
        factor
    }

    /// The target of the row: the first thing of that name that such a fault can strike. Inside, `None`
    /// is the whole cluster.
    #[allow(clippy::option_option)]
    fn target(
        &mut self,
        line: u64,
        target: &str,
        fault: &FaultText,
    ) -> Option<Option<(&'static str, Vec<Name>)>> {
        let fits = |target| faults::kind_of(&FaultText { target, ..fault.clone() }).is_some();
        if target.is_empty() && fits(None) {
            return Some(None);
        }
        let found = self.things(target);
        if let Some(thing) = found.iter().find(|thing| fits(Some((*thing).clone()))) {
            return Some(Some(thing.clone()));
        }
        if let Some((thing, _)) = found.first() {
            // An unknown kind has been reported.
            let kind = fault.kind?;
            let help = Some(format!("it strikes {}", faults::strikes(kind)));
            self.lines.wrong(line, format!("`{kind}` strikes no {thing}"), help);
        } else {
            let known = self.document.nodes.keys().chain(self.document.services.keys());
            let sites = self.document.nodes.values().filter_map(|node| node.site.as_ref());
            let hint = suggest::hint(target, known.chain(sites).map(String::as_str));
            let message = format!("no node, service, site or link is named `{target}`");
            self.lines.wrong(line, message, hint);
        }
        None
    }

    /// All things named `target`.
    fn things(&self, target: &str) -> Vec<(&'static str, Vec<Name>)> {
        let document = self.document;
        let name = |text: &str| Name { text: text.to_owned(), origin: self.file.origin };
        let mut found = Vec::new();
        if document.nodes.contains_key(target) {
            found.push(("node", vec![name(target)]));
        }
        if document.services.contains_key(target) {
            found.push(("service", vec![name(target)]));
        }
        if document.nodes.values().any(|node| node.site.as_deref() == Some(target)) {
            found.push(("site", vec![name(target)]));
        }
        // Names may contain a dash.
        for (at, _) in target.match_indices('-') {
            let (a, b) = (&target[..at], &target[at + 1..]);
            if a != b && [a, b].iter().all(|end| document.nodes.contains_key(*end)) {
                found.push(("link", vec![name(a), name(b)]));
            }
        }
        found
    }

    fn warn_of_late_ones(&mut self) {
        let Some(first) = self.late.first() else { return };
        let stretch = shown(self.document.header.duration.unwrap_or(check::DURATION));
        let others = match self.late.len() {
            1 => String::new(),
            2 => ", as is another of the file".to_owned(),
            n => format!(", as are {} others of the file", n - 1),
        };
        let message = format!("this is later than the measured stretch of {stretch}{others}");
        let mut diagnostic = Diagnostic::warning("late-fault", message);
        diagnostic.span = Some(self.lines.place(*first));
        self.lines.mistakes.push(diagnostic);
    }
}
