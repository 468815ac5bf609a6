//! Parses the parameters of a sweep: `--param key=a,b,c` or `--param key=lo..hi/n`.
//!
//! ```text
//! parameter = path "=" ( value { "," value } | range )
//! range     = end ".." end "/" count [ "log" ]
//! ```
//! Values are written as the scenario writes them, sizes of stack files as Docker does (`512M`). Both ends have
//! the same dimension, and the count stands behind the last slash, so that rates keep theirs: `1/s..8/s/4`.
//! Points of a range have equal distances, with `log` equal ratios, and are written in the unit of its
//! lower end. If a key takes whole numbers, the points are whole, each once.

use crate::path::{Segment, end_of_path, segments};
use crate::schema;
use crate::stack::{field, values as docker};
use wssim_experiment::sweep::{MOST_POINTS, Numbers, Parameter, ParameterValue, WrittenUnit};
use wssim_text::quantity::{self, Dimension, Flaw, Quantity};

/// Keys of `[scenario]` about measuring, which are common to all points of a study.
const MEASURING: [&str; 5] = ["duration", "kind", "lead_in", "slot", "warmup"];

/// Default ends of a search for whole numbers.
const USUAL_ENDS: &str = "1..64";

/// The values that a key takes.
#[derive(Clone, Copy, Debug)]
struct Takes {
    /// Whole numbers only.
    whole: bool,
    /// Sizes as Docker writes them.
    docker_size: bool,
}

impl Takes {
    fn at(path: &[Segment]) -> Self {
        let whole = schema::takes_whole(path) || field::takes_whole(path);
        Self { whole, docker_size: field::takes_size(path) }
    }

    fn read(self, text: &str) -> Result<Quantity, Flaw> {
        let text = bare(text);
        if !self.docker_size {
            return quantity::parse(text);
        }
        let value = docker::size_of(text);
        value.map(|value| Quantity { value, dimension: Dimension::Size }).ok_or_else(|| {
            let flaw = Flaw::new(format!("`{text}` is no size in a stack file"), 0, text.len());
            flaw.help("such as `512M` or `1.5G`")
        })
    }
}

/// Parses one parameter.
///
/// # Errors
/// The mistake, in one line.
pub fn parameter(text: &str) -> Result<Parameter, String> {
    let expected = "`key=a,b,c` or `key=lo..hi/n` is expected";
    let equals = end_of_path(text).ok_or(expected)?;
    let (path, values) = (text[..equals].trim(), text[equals + 1..].trim());
    let segments = segments(path)?;
    refuse_measuring(&segments)?;
    refuse_objectives(&segments)?;
    let takes = Takes::at(&segments);
    let parameter = match split(values, "..")?.as_slice() {
        [_] => list(path, values, takes)?,
        [low, high] => range(path, low.trim(), high.trim(), takes)?,
        _ => return Err("a range has two ends: `lo..hi/n`".to_owned()),
    };
    refuse_doubles(&parameter)?;
    Ok(parameter)
}

/// The range of a search: `key=lo..hi`, or the key alone if it takes whole numbers.
///
/// # Errors
/// The mistake, in one line.
pub fn range_of(text: &str) -> Result<Parameter, String> {
    let Some(equals) = end_of_path(text) else {
        let segments = segments(text.trim())?;
        if Takes::at(&segments).whole {
            return parameter(&format!("{}={USUAL_ENDS}/2", text.trim()));
        }
        return Err(format!("`{0}=lo..hi` is expected: between which values?", text.trim()));
    };
    let values = text[equals + 1..].trim();
    match split(values, "..")?.as_slice() {
        [low, high] if !low.trim().is_empty() && !high.trim().is_empty() => {
            parameter(&format!("{}/2", text.trim()))
        }
        [_, _] => Err("a range has two ends: `key=lo..hi`".to_owned()),
        _ => Err("`key=lo..hi` is expected: the two ends of the search".to_owned()),
    }
}

fn refuse_measuring(path: &[Segment]) -> Result<(), String> {
    match path {
        [Segment::Key(table), Segment::Key(key)]
            if table == "scenario" && MEASURING.contains(&key.as_str()) =>
        {
            Err(format!("`scenario.{key}` says how points are measured, all alike: use --set"))
        }
        _ => Ok(()),
    }
}

/// Objectives are read once for all points, so they cannot vary.
fn refuse_objectives(path: &[Segment]) -> Result<(), String> {
    match path {
        [Segment::Key(table), Segment::Key(entry), Segment::Key(key), ..]
            if table == "traffic" && key == "objective" =>
        {
            Err(format!(
                "`traffic.{entry}.objective` changes nothing that happens, and all points are held to \
                 the same: use --set"
            ))
        }
        _ => Ok(()),
    }
}

/// Splits at every `mark` outside quotes, brackets, braces and parentheses.
fn split<'t>(text: &'t str, mark: &str) -> Result<Vec<&'t str>, String> {
    let (mut depth, mut quote, mut begin) = (0i32, None, 0);
    let mut pieces = Vec::new();
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, _) if depth == 0 && at >= begin && text[at..].starts_with(mark) => {
                pieces.push(&text[begin..at]);
                begin = at + mark.len();
            }
            _ => {}
        }
    }
    pieces.push(&text[begin..]);
    if depth == 0 && quote.is_none() {
        Ok(pieces)
    } else {
        Err("quotes or brackets do not match".to_owned())
    }
}

fn list(path: &str, values: &str, takes: Takes) -> Result<Parameter, String> {
    let texts: Vec<&str> = split(values, ",")?.into_iter().map(str::trim).collect();
    if texts.iter().any(|text| text.is_empty()) {
        return Err("a value is missing: `key=a,b,c` is expected".to_owned());
    }
    let quantities: Option<Vec<Quantity>> =
        texts.iter().map(|text| takes.read(text).ok()).collect();
    let dimension = quantities.as_ref().map(|all| all[0].dimension);
    let is_one = |all: &&Vec<Quantity>| all.iter().all(|one| Some(one.dimension) == dimension);
    let numbers = quantities.as_ref().filter(is_one);
    let value = |(at, text): (usize, &&str)| ParameterValue {
        text: (*text).to_owned(),
        number: numbers.map(|all| in_base(all[at])),
    };
    let mut values: Vec<ParameterValue> = texts.iter().enumerate().map(value).collect();
    values.sort_by(|a, b| match (a.number, b.number) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => std::cmp::Ordering::Equal,
    });
    let numbers = numbers.map(|all| numbers_of(all[0].dimension, &values[0].text, false, takes));
    Ok(Parameter { path: path.to_owned(), values, numbers })
}

fn range(path: &str, low: &str, rest: &str, takes: Takes) -> Result<Parameter, String> {
    let (rest, is_log) = match rest.strip_suffix("log") {
        Some(rest) => (rest.trim_end(), true),
        None => (rest, false),
    };
    let counted = rest.rsplit_once('/').map(|(high, count)| (high.trim(), count.trim()));
    let (high, count) = match counted {
        Some((high, count)) if count.bytes().all(|byte| byte.is_ascii_digit()) => (high, count),
        _ if low.is_empty() || rest.is_empty() => return Err(one_end()),
        _ => return Err(format!("how many points? `{low}..{rest}/5` has five")),
    };
    if low.is_empty() || high.is_empty() {
        return Err(one_end());
    }
    let count: usize = count.parse().map_err(|_| format!("`{count}` is no number of points"))?;
    if !(2..=MOST_POINTS).contains(&count) {
        return Err(format!("a range has from 2 to {MOST_POINTS} points, not {count}"));
    }
    let ends = ends([low, high], takes)?;
    check_ends(path, [low, high], ends, is_log, takes.whole)?;
    let numbers = numbers_of(ends[0].dimension, low, is_log, takes);
    let values = if takes.whole {
        whole_values(ends, count, numbers)
    } else {
        values([low, high], ends, count, numbers)
    };
    Ok(Parameter { path: path.to_owned(), values, numbers: Some(numbers) })
}

fn one_end() -> String {
    "a range has two ends: `lo..hi/n`".to_owned()
}

fn ends([low, high]: [&str; 2], takes: Takes) -> Result<[Quantity; 2], String> {
    let read = |text: &str| {
        takes.read(text).map_err(|flaw| {
            let help = flaw.help.map_or_else(String::new, |help| format!("; {help}"));
            format!("{}{help}: a range goes from one number to another", flaw.message)
        })
    };
    let ends = [read(low)?, read(high)?];
    if ends[0].dimension == ends[1].dimension {
        return Ok(ends);
    }
    let [a, b] = ends.map(|end| end.dimension.name());
    Err(format!("`{low}` and `{high}` have different units: a {a} and a {b}"))
}

fn check_ends(
    path: &str,
    [low, high]: [&str; 2],
    ends: [Quantity; 2],
    is_log: bool,
    is_whole: bool,
) -> Result<(), String> {
    let [from, to] = ends.map(|end| end.value);
    if from >= to {
        return Err(format!("a range goes upwards, and `{low}` is not below `{high}`"));
    }
    if is_log && from <= 0.0 {
        return Err(format!("a range by ratios begins above zero, not at `{low}`"));
    }
    if is_whole && [from, to].iter().any(|end| end.fract() != 0.0) {
        return Err(format!("`{path}` takes whole numbers"));
    }
    Ok(())
}

/// Point number `at` of `count` from `from` to `to`.
fn between(from: f64, to: f64, at: usize, count: usize, is_log: bool) -> f64 {
    let part = at as f64 / (count - 1) as f64;
    match at {
        0 => from,
        _ if at + 1 == count => to,
        _ if is_log => from * (to / from).powf(part),
        _ => from + (to - from) * part,
    }
}

fn whole_values(ends: [Quantity; 2], count: usize, numbers: Numbers) -> Vec<ParameterValue> {
    let [from, to] = ends.map(in_base);
    let value = |at: usize| numbers.write(between(from, to, at, count, numbers.is_log), 1.0);
    let mut values: Vec<ParameterValue> = (0..count).map(value).collect();
    values.dedup();
    values
}

/// The ends as given, and numbers between them with only the digits that the steps need.
fn values(
    [low, high]: [&str; 2],
    ends: [Quantity; 2],
    count: usize,
    numbers: Numbers,
) -> Vec<ParameterValue> {
    let [from, to] = ends.map(in_base);
    let point = |at: usize| between(from, to, at, count, numbers.is_log);
    let value = |at: usize| match at {
        0 => ParameterValue { text: low.to_owned(), number: Some(from) },
        _ if at + 1 == count => ParameterValue { text: high.to_owned(), number: Some(to) },
        _ => numbers.write(point(at), point(at) - point(at - 1)),
    };
    (0..count).map(value).collect()
}

/// Without the quotes that a scenario writes around quantities.
fn bare(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

fn in_base(quantity: Quantity) -> f64 {
    match quantity.dimension {
        Dimension::Duration => quantity.value * 1e-9,
        _ => quantity.value,
    }
}

/// Facts about numbers of a dimension, one of which is `text`: further ones have its unit.
fn numbers_of(dimension: Dimension, text: &str, is_log: bool, takes: Takes) -> Numbers {
    let unit = match dimension {
        Dimension::Duration => "seconds",
        Dimension::Size => "bytes",
        Dimension::Rate => "1/s",
        Dimension::Bandwidth => "bytes/s",
        Dimension::Percent => "ratio",
        Dimension::Number => "1",
    };
    let written = match docker::size_unit(bare(text)) {
        Some((unit, size)) if takes.docker_size => WrittenUnit { unit, size },
        _ => unit_of(dimension, bare(text)),
    };
    Numbers { unit, is_log, is_whole: takes.whole, written }
}

/// The unit at the end of `text`.
fn unit_of(dimension: Dimension, text: &str) -> WrittenUnit {
    let none = WrittenUnit { unit: "", size: 1.0 };
    let fits = |unit: &&str| {
        let number = text.strip_suffix(*unit);
        number.is_some_and(|rest| rest.trim_end().ends_with(|end: char| end.is_ascii_digit()))
    };
    let unit = quantity::units(dimension).find(fits);
    let one = unit.and_then(|unit| Some((unit, quantity::parse(&format!("1{unit}")).ok()?)));
    one.map_or(none, |(unit, one)| WrittenUnit { unit, size: in_base(one) })
}

/// Refuses a duplicate value, which would be simulated once and reported twice.
fn refuse_doubles(parameter: &Parameter) -> Result<(), String> {
    let is_same = |a: &ParameterValue, b: &ParameterValue| match (a.number, b.number) {
        (Some(a), Some(b)) => a == b,
        _ => a.text == b.text,
    };
    for (at, value) in parameter.values.iter().enumerate() {
        if parameter.values[..at].iter().any(|other| is_same(other, value)) {
            return Err(format!("`{}` is there twice", value.text));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[track_caller]
    fn texts(text: &str) -> String {
        let parameter = parameter(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        let values = parameter.values.iter().map(|value| value.text.as_str());
        values.collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn refused(text: &str, part: &str) {
        let why = parameter(text).expect_err(text);
        assert!(why.contains(part), "{text}: {why}");
    }

    #[test]
    fn lists_are_written_as_the_scenario_writes_them() {
        assert_eq!(texts("node.a.disk=nvme, hdd"), "nvme hdd");
        assert_eq!(texts("traffic.scale=4,1,2.5"), "1 2.5 4", "numbers ascend");
        assert_eq!(texts("a.b=\"2ms\",500us"), "500us \"2ms\"");
        assert_eq!(texts("a.b=lognormal(2ms, cv=1),exp(2ms)"), "lognormal(2ms, cv=1) exp(2ms)");
        assert_eq!(texts("a.b=[1, 2],[3]"), "[1, 2] [3]");
        assert_eq!(texts("a.b=none,2s"), "none 2s");
        let rates = parameter("traffic.web.arrivals.rate=30/min,4/s").unwrap();
        assert_eq!(rates.numbers.unwrap().unit, "1/s");
        assert_eq!(rates.values[0].number, Some(0.5));
        assert!(parameter("a.b=2s,4").unwrap().numbers.is_none(), "no common unit");
    }

    #[test]
    fn ranges_have_a_count_behind_the_last_slash() {
        assert_eq!(texts("traffic.web.arrivals.rate=1/s..8/s/4"), "1/s 3.33/s 5.67/s 8/s");
        assert_eq!(texts("traffic.scale=0.5..2/4"), "0.5 1 1.5 2");
        assert_eq!(texts("a.b=10min..1h/3"), "10min 35min 1h");
        assert_eq!(texts("a.b=10ms..40ms/3"), "10ms 25ms 40ms");
        assert_eq!(texts("a.b=10%..30%/3"), "10% 20% 30%");
        assert_eq!(texts("a.b=1000/s..1001/s/3"), "1000/s 1000.5/s 1001/s");
        assert_eq!(texts("a.b=100 Mbit/s..1 Gbit/s/2"), "100 Mbit/s 1 Gbit/s");
        assert_eq!(texts("traffic.scale=1..100/3log"), "1 10 100");
        assert_eq!(texts("traffic.scale=0.5..8/5 log"), "0.5 1 2 4 8");
        assert!(parameter("traffic.scale=1..100/3log").unwrap().numbers.unwrap().is_log);
    }

    /// As Docker reads them: powers of 1024 in any spelling.
    #[test]
    fn sizes_of_stack_files_are_numbers() {
        let limit = "stack.shop.services.web.deploy.resources.limits.memory";
        let sizes = parameter(&format!("{limit}=1g,512M,768MB")).unwrap();
        let bytes: Vec<f64> = sizes.values.iter().filter_map(|value| value.number).collect();
        assert_eq!(bytes, [512.0, 768.0, 1024.0].map(|mib| mib * 1024.0 * 1024.0));
        assert_eq!(sizes.numbers.unwrap().unit, "bytes");
        assert_eq!(texts(&format!("{limit}=512M..2G/4")), "512M 1024M 1536M 2G");
        refused(&format!("{limit}=1G,1024M"), "is there twice");
        let elsewhere = parameter("node.a.ram=1 GB,2 GiB").unwrap();
        assert_eq!(elsewhere.values[0].number, Some(1e9));
    }

    /// Between any two values there are further ones, in the unit of the smallest.
    #[test]
    fn added_values_are_written_as_the_ends_are() {
        for (text, expected) in [
            ("a.b=30/min,1/s", "45/min"),
            ("a.b=100 Mbit/s..1 Gbit/s/2", "550Mbit/s"),
            ("a.b=1m30s..2m30s/2", "120s"),
            ("a.b=\"2ms\",4ms", "3ms"),
            ("a.b=10%,20%", "15%"),
            ("a.b=1000.2,1000.4", "1000.3"),
            ("a.b=1 GiB,2 GiB", "1.5GiB"),
        ] {
            let parameter = parameter(text).unwrap();
            let [from, to] = [0, 1].map(|at| parameter.values[at].number.unwrap());
            let middle = f64::midpoint(from, to);
            let added = parameter.numbers.unwrap().write(middle, middle - from);
            assert_eq!(added.text, expected, "{text}");
            let read = in_base(quantity::parse(&added.text).unwrap());
            assert!((read - added.number.unwrap()).abs() <= 1e-12 * read, "{text}");
            assert!(from < read && read < to, "{text}");
        }
    }

    #[test]
    fn whole_numbers_come_once() {
        for path in ["service.ws-company.replicas", "stack.shop.services.web.deploy.replicas"] {
            assert_eq!(texts(&format!("{path}=1..3/9")), "1 2 3");
            assert_eq!(texts(&format!("{path}=1..64/4log")), "1 4 16 64");
            refused(&format!("{path}=1..2.5/3"), "takes whole numbers");
        }
        assert_eq!(texts("service.a.workers=10..20/3"), "10 15 20");
        assert_eq!(texts("traffic.scale=1..2/3"), "1 1.5 2", "a factor need not be whole");
        assert_eq!(texts("node.a.cores=1..4/2"), "1 4");
    }

    #[test]
    fn each_mistake_has_its_message() {
        refused("traffic.scale", "`key=a,b,c` or `key=lo..hi/n`");
        refused("=1,2", "is not a path");
        refused("traffic.scale=", "a value is missing");
        refused("traffic.scale=1,,2", "a value is missing");
        refused("traffic.scale=1..", "two ends");
        refused("traffic.scale=..2/4", "two ends");
        refused("traffic.scale=1../4", "two ends");
        refused("traffic.scale=1..2..3/4", "two ends");
        refused("traffic.scale=1..2", "how many points? `1..2/5` has five");
        refused("a.rate=1/s..8/s", "how many points?");
        refused("traffic.scale=1..2/1", "from 2 to 10000 points, not 1");
        refused("traffic.scale=1..2/99999999999999999999", "no number of points");
        refused("traffic.scale=2..1/4", "goes upwards");
        refused("traffic.scale=1..1/4", "goes upwards");
        refused("a.b=1s..4/s/4", "different units: a duration and a rate");
        refused("traffic.scale=0..2/4log", "begins above zero");
        refused("a.b=low..high/4", "from one number to another");
        refused("a.b=1 sec..2s/4", "did you mean `s`?");
        refused("traffic.scale=1,2,1.0", "`1.0` is there twice");
        refused("a.b=x,y,x", "`x` is there twice");
        refused("a.b=[1,2", "do not match");
        refused("scenario.duration=1min,2min", "use --set");
        refused("traffic.web.objective.p95=1s,2s", "all points are held to the same: use --set");
        refused("stack.a.services.b.deploy.resources.limits.memory=1X..2X/2", "such as `512M`");
    }
}
