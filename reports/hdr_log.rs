//! `response_times.hlog`: the response times of every entry, all replications pooled, as an interval log of
//! `HdrHistogram` (format 1.3, histograms V2, compressed, base64), which its plotters and processors read.
//!
//! A line for each entry, tagged with its name: the answered requests, in nanoseconds. Requests
//! unanswered at the end have a line of their own, tagged `NAME/unfinished`: their ages, which are lower
//! bounds of their response times; leaving them out would make a slow world look fast. Characters that
//! would end a tag, and `%` and `/`, are percent-encoded in a name (`%2C`). The third number of a line
//! is the largest value in milliseconds.
//!
//! An interval is the measured stretch, from time 0: without a clock, so that the bytes are the same for
//! the same question. Values are known to 0.1 %. Tene, `HdrHistogram` (2013).

use hdrhistogram::Histogram as Buckets;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};
use wssim_experiment::findings::{Answer, Findings};
use wssim_stats::Histogram;
use wssim_text::is_control;

/// The file's name.
pub const NAME: &str = "response_times.hlog";

/// The beginning of the file, by which wssim recognizes it.
pub(crate) const BEGINNING: &str = "#[Logged with wssim]";

/// Nanoseconds of a millisecond, the unit of the largest value.
const MILLISECOND_NS: f64 = 1e6;

/// Why writing cannot fail.
const TAKES_ALL: &str = "memory takes everything, and a tag has nothing that parts it";

/// The file; without lines if requests are not simulated.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let distributions = match &findings.answer {
        Answer::Run(run) => run.distributions.as_slice(),
        _ => &[],
    };
    let mut bytes = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let mut log = IntervalLogWriterBuilder::new()
        .add_comment(&BEGINNING[1..])
        .add_comment("[Histogram log format version 1.3]")
        .add_comment("[Values are nanoseconds; no wall time: it begins at 0]")
        .with_start_time(UNIX_EPOCH)
        .with_max_value_divisor(MILLISECOND_NS)
        .begin_log_with(&mut bytes, &mut serializer)
        .expect(TAKES_ALL);
    let stretch = Duration::try_from_secs_f64(findings.measured_seconds).unwrap_or_default();
    for one in distributions {
        let entry = one.labels.iter().find(|(name, _)| *name == "entry").map(|(_, entry)| entry);
        let name = tag(entry.map_or("", String::as_str));
        for (histogram, end) in [(&one.answered, ""), (&one.unfinished, "/unfinished")] {
            if histogram.count() == 0 {
                continue;
            }
            let tag = format!("{name}{end}");
            log.write_histogram(&buckets(histogram), Duration::ZERO, stretch, Tag::new(&tag))
                .expect(TAKES_ALL);
        }
    }
    String::from_utf8(bytes).expect("base64, numbers and names are text")
}

/// The counts, including those of zero.
fn buckets(histogram: &Histogram) -> Buckets<u64> {
    let counts = histogram.counts();
    let mut buckets = Buckets::new(3).expect("three digits are allowed");
    let zeros = std::iter::once((0, counts.zeros));
    let others = counts.buckets.iter().map(|(value, count)| (*value, u64::from(*count)));
    for (value, count) in zeros.chain(others) {
        buckets.record_n(value, count).expect("the buckets grow up to the limit");
    }
    buckets
}

/// A name as a tag.
fn tag(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_whitespace() || is_control(character) || ",%/".contains(character) {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                let _ = write!(text, "%{byte:02X}");
            }
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};
    use std::collections::BTreeMap;

    /// Histograms by tag, as read by the crate's own reader.
    fn read(log: &str) -> BTreeMap<String, Buckets<u64>> {
        let mut all = BTreeMap::new();
        for entry in IntervalLogIterator::new(log.as_bytes()) {
            match entry.unwrap() {
                LogEntry::StartTime(at) | LogEntry::BaseTime(at) => assert_eq!(at, Duration::ZERO),
                LogEntry::Interval(interval) => {
                    assert_eq!(interval.start_timestamp(), Duration::ZERO);
                    assert_eq!(interval.duration(), Duration::from_secs(600));
                    let bytes = STANDARD.decode(interval.encoded_histogram()).unwrap();
                    let tag = interval.tag().unwrap().as_str().to_owned();
                    let histogram: Buckets<u64> =
                        Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
                    let largest = histogram.max() as f64 / MILLISECOND_NS;
                    assert!((interval.max() - largest).abs() < 0.001 * largest + 1e-9);
                    assert!(all.insert(tag, histogram).is_none());
                }
            }
        }
        all
    }

    /// Response times, each a thousandth longer than the one before, and a zero.
    fn times() -> Vec<u64> {
        let grown = (0..9_000).map(|at| (1e6 * 1.001_f64.powi(at)) as u64);
        std::iter::once(0).chain(grown).collect()
    }

    fn findings(entry: &str) -> Findings {
        let mut findings = sample::findings();
        let Answer::Run(run) = &mut findings.answer else { unreachable!() };
        let one = &mut run.distributions[0];
        (one.answered, one.unfinished) = (Histogram::new(), Histogram::new());
        for ns in times() {
            one.answered.record(ns);
        }
        for s in 1..=3 {
            one.unfinished.record(s * 1_000_000_000);
        }
        entry.clone_into(&mut one.labels[0].1);
        findings
    }

    #[test]
    fn what_is_read_has_the_quantiles_of_what_was_recorded() {
        let log = render(&findings("web"));
        let read = read(&log);
        assert_eq!(read.keys().collect::<Vec<_>>(), ["web", "web/unfinished"]);
        let (answered, times) = (&read["web"], times());
        assert_eq!(answered.len(), times.len() as u64);
        for p in [0.0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0] {
            let rank = ((p * times.len() as f64).ceil() as usize).max(1);
            let (exact, value) = (times[rank - 1] as f64, answered.value_at_quantile(p) as f64);
            assert!((value - exact).abs() <= 0.001 * exact, "p {p}: {value} for {exact}");
        }
        assert_eq!(read["web/unfinished"].len(), 3);
    }

    #[test]
    fn the_file_says_what_it_is() {
        let log = render(&findings("web"));
        let first: Vec<&str> = log.lines().take(4).collect();
        assert_eq!(first[..2], [BEGINNING, "#[Histogram log format version 1.3]"]);
        assert_eq!(first[3], "#[StartTime: 0.000 (seconds since epoch)]");
        assert_eq!(log, render(&findings("web")));
    }

    #[test]
    fn a_name_stays_one_tag() {
        let name = "a, b/c %\n\u{202e}é";
        let log = render(&findings(name));
        let tag = "a%2C%20b%2Fc%20%25%0A%E2%80%AEé".to_owned();
        assert!(read(&log).contains_key(&tag), "{log}");
        assert!(!read(&render(&sample::hostile())).is_empty());
    }
}
