//! Reads trace files: arrivals as CSV with a header.
//!
//! `time` in seconds; optional `entry`, `send` and `receive`; every other column gives the demand of the
//! step with its name as a label, in seconds. Rows need not be in order.

use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::document::fields::{Name, Texts};
use crate::document::step::StepKind;
use crate::lines::{self, Lines};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{Trace, TraceRow};
use wssim_model::ids::{EndpointId, LabelId};
use wssim_text::suggest;

/// Traces by source, read before.
pub(crate) type Traces = BTreeMap<String, Arc<Rows>>;

/// A trace file as read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows {
    /// Columns of demands.
    labels: Vec<String>,
    /// In order of time.
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    seconds: f64,
    entry: Option<String>,
    send: f64,
    receive: f64,
    /// In nanoseconds; negative if not given.
    demands: Vec<f64>,
}

/// Most rows of a trace: each takes some hundred bytes.
const MOST_ROWS: usize = 5_000_000;

impl Rows {
    /// Number of rows.
    pub(crate) fn count(&self) -> usize {
        self.rows.len()
    }

    /// The rows with ids, at another speed.
    pub(crate) fn lower(
        &self,
        rate: f64,
        speed: f64,
        endpoint: impl Fn(&str) -> Option<EndpointId>,
        label: impl Fn(&str) -> Option<LabelId>,
    ) -> Trace {
        let columns: Vec<(usize, LabelId)> = self
            .labels
            .iter()
            .enumerate()
            .filter_map(|(at, name)| Some((at, label(name)?)))
            .collect();
        Trace {
            rows: self
                .rows
                .iter()
                .map(|row| TraceRow {
                    at: Nanos::from_seconds(row.seconds / speed),
                    entry: row.entry.as_deref().and_then(&endpoint),
                    send: row.send,
                    receive: row.receive,
                })
                .collect(),
            demands: self
                .rows
                .iter()
                .flat_map(|row| columns.iter().map(|(at, _)| row.demands[*at]))
                .collect(),
            demand_columns: columns.iter().map(|(_, label)| *label).collect(),
            rate,
        }
    }
}

/// Reads the file that `file` names; adds its mistakes to `mistakes`.
pub(crate) fn read(
    texts: &Texts<'_>,
    document: &Document,
    file: &Name,
    mistakes: &mut Vec<Diagnostic>,
) -> Rows {
    let Some(rows) = lines::text_of(texts, file, mistakes) else {
        return Rows::default();
    };
    let mut reading = Reading { lines: Lines::new(&rows, "bad-trace", mistakes), document };
    let rows = reading.rows();
    reading.lines.finish(texts, file);
    rows
}

struct Reading<'a> {
    lines: Lines<'a>,
    document: &'a Document,
}

/// The meaning of a column.
enum Column {
    Time,
    Entry,
    Send,
    Receive,
    Demand,
}

impl Reading<'_> {
    fn rows(&mut self) -> Rows {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .from_reader(self.lines.text().as_bytes());
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                self.lines.wrong(1, format!("this is not CSV: {error}"), None);
                return Rows::default();
            }
        };
        let Some((columns, labels)) = self.columns(&header) else {
            return Rows::default();
        };
        let mut rows = Rows { labels, rows: Vec::new() };
        for record in reader.records() {
            if rows.rows.len() == MOST_ROWS {
                let line = record.map_or(1, |row| row.position().map_or(1, csv::Position::line));
                self.lines.wrong(line, format!("a trace has at most {MOST_ROWS} rows"), None);
                break;
            }
            match record {
                Ok(record) => rows.rows.extend(self.row(&columns, &record)),
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    self.lines.wrong(line, "this row is not like the header".to_owned(), None);
                }
            }
        }
        rows.rows.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        rows
    }

    fn columns(&mut self, header: &csv::StringRecord) -> Option<(Vec<Column>, Vec<String>)> {
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for endpoint in
            self.document.services.values().flat_map(|service| service.endpoints.values())
        {
            crate::calls::visit(&endpoint.steps, 1.0, true, &mut |step, _, _| {
                if let (StepKind::Cpu(_), Some(label)) = (&step.kind, &step.label) {
                    known.insert(&label.text);
                }
            });
        }
        let (mut columns, mut labels) = (Vec::new(), Vec::new());
        let mut seen = BTreeSet::new();
        let mut good = true;
        for name in header {
            if !seen.insert(name.to_owned()) {
                self.lines.wrong(1, format!("the column `{name}` is there twice"), None);
                good = false;
            }
            columns.push(match name {
                "time" => Column::Time,
                "entry" => Column::Entry,
                "send" => Column::Send,
                "receive" => Column::Receive,
                _ => {
                    if !known.contains(name) {
                        let all = ["time", "entry", "send", "receive"]
                            .into_iter()
                            .chain(known.iter().copied());
                        let hint = suggest::hint(name, all.collect::<Vec<_>>());
                        self.lines.wrong(1, format!("no `cpu` step has the label `{name}`"), hint);
                        good = false;
                    }
                    labels.push(name.to_owned());
                    Column::Demand
                }
            });
        }
        if !seen.contains("time") {
            self.lines.wrong(
                1,
                "there is no column `time`".to_owned(),
                Some("the first line names the columns".to_owned()),
            );
            good = false;
        }
        good.then_some((columns, labels))
    }

    fn row(&mut self, columns: &[Column], record: &csv::StringRecord) -> Option<Row> {
        let line = record.position().map_or(1, csv::Position::line);
        let mut row =
            Row { seconds: 0.0, entry: None, send: -1.0, receive: -1.0, demands: Vec::new() };
        for (column, cell) in columns.iter().zip(record) {
            if let Column::Entry = column {
                if cell.is_empty() {
                    continue;
                }
                let place = crate::calls::split(cell);
                let exists = place.as_ref().is_some_and(|(service, endpoint)| {
                    self.document
                        .services
                        .get(service)
                        .is_some_and(|service| service.endpoints.contains_key(endpoint))
                });
                if !exists {
                    self.lines.wrong(line, format!("no endpoint is named `{cell}`"), None);
                    return None;
                }
                row.entry = Some(cell.to_owned());
                continue;
            }
            let must = matches!(column, Column::Time);
            let value = if cell.is_empty() && !must {
                -1.0
            } else {
                let number = cell.parse::<f64>().ok().filter(|number| (0.0..1e9).contains(number));
                let Some(number) = number else {
                    self.lines.wrong(line, format!("`{cell}` is not a number from zero"), None);
                    return None;
                };
                number
            };
            match column {
                Column::Time => row.seconds = value,
                Column::Send => row.send = value,
                Column::Receive => row.receive = value,
                Column::Demand => row.demands.push(if value < 0.0 { -1.0 } else { value * 1e9 }),
                Column::Entry => {}
            }
        }
        Some(row)
    }
}
