//! What a sweep lets vary: `--param key=a,b,c` or `--param key=lo..hi/n`.
//!
//! ```text
//! parameter = path "=" ( value { "," value } | range )
//! range     = end ".." end "/" count [ "log" ]
//! ```
//! Values are written as the scenario writes them. Both ends have the same unit, and the count stands behind
//! the last slash, so that rates keep theirs: `1/s..8/s/4`. Points of a range are equally far apart, with
//! `log` by a common ratio. Where a key takes whole numbers, so are those of its range, each once.

use crate::load::{self, Segment};
use crate::schema;
use crate::stack::field;
use wssim_experiment::sweep::{MOST_POINTS, Numbers, Parameter, Value};
use wssim_text::quantity::{self, Dimension, Quantity};

/// What `[scenario]` says of measuring, which is the same for all points of a study.
const MEASURING: [&str; 5] = ["duration", "kind", "lead_in", "slot", "warmup"];

/// Ends between which whole numbers are looked for unless told otherwise.
const USUAL_ENDS: &str = "1..64";

/// Digits that a step between two points of a range is written with.
const DIGITS: i32 = 3;

/// Reads one parameter.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn parameter(text: &str) -> Result<Parameter, String> {
    let expected = "`key=a,b,c` or `key=lo..hi/n` is expected";
    let equals = load::end_of_path(text).ok_or(expected)?;
    let (path, values) = (text[..equals].trim(), text[equals + 1..].trim());
    let segments = load::segments(path)?;
    refuse_measuring(&segments)?;
    let is_whole = schema::takes_whole(&segments) || field::takes_whole(&segments);
    let parameter = match split(values, "..")?.as_slice() {
        [_] => list(path, values, is_whole)?,
        [low, high] => range(path, low.trim(), high.trim(), is_whole)?,
        _ => return Err("a range has two ends: `lo..hi/n`".to_owned()),
    };
    refuse_doubles(&parameter)?;
    Ok(parameter)
}

/// Where a search may look for a value: `key=lo..hi`, or the key alone where it takes whole numbers.
///
/// # Errors
/// What is wrong with it, in one line.
pub fn range_of(text: &str) -> Result<Parameter, String> {
    let Some(equals) = load::end_of_path(text) else {
        let segments = load::segments(text.trim())?;
        if schema::takes_whole(&segments) || field::takes_whole(&segments) {
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
        _ => Err("`key=lo..hi` is expected: the ends between which it is looked for".to_owned()),
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

fn list(path: &str, values: &str, is_whole: bool) -> Result<Parameter, String> {
    let texts: Vec<&str> = split(values, ",")?.into_iter().map(str::trim).collect();
    if texts.iter().any(|text| text.is_empty()) {
        return Err("a value is missing: `key=a,b,c` is expected".to_owned());
    }
    let quantities: Option<Vec<Quantity>> =
        texts.iter().map(|text| quantity::parse(bare(text)).ok()).collect();
    let dimension = quantities.as_ref().map(|all| all[0].dimension);
    let is_one = |all: &&Vec<Quantity>| all.iter().all(|one| Some(one.dimension) == dimension);
    let numbers = quantities.as_ref().filter(is_one);
    let value = |(at, text): (usize, &&str)| Value {
        text: (*text).to_owned(),
        number: numbers.map(|all| in_base(all[at])),
    };
    let mut values: Vec<Value> = texts.iter().enumerate().map(value).collect();
    values.sort_by(|a, b| match (a.number, b.number) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => std::cmp::Ordering::Equal,
    });
    let numbers = numbers.map(|all| of_dimension(all[0].dimension, false, is_whole));
    Ok(Parameter { path: path.to_owned(), values, numbers })
}

fn range(path: &str, low: &str, rest: &str, is_whole: bool) -> Result<Parameter, String> {
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
    let ends = ends(low, high)?;
    check_ends(path, [low, high], ends, is_log, is_whole)?;
    let values = if is_whole {
        whole_values(ends, count, is_log)
    } else {
        values([low, high], ends, count, is_log)
    };
    let numbers = Some(of_dimension(ends[0].dimension, is_log, is_whole));
    Ok(Parameter { path: path.to_owned(), values, numbers })
}

fn one_end() -> String {
    "a range has two ends: `lo..hi/n`".to_owned()
}

fn ends(low: &str, high: &str) -> Result<[Quantity; 2], String> {
    let read = |text: &str| {
        quantity::parse(bare(text)).map_err(|flaw| {
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

/// The point number `at` of `count` from `from` to `to`.
fn between(from: f64, to: f64, at: usize, count: usize, is_log: bool) -> f64 {
    let part = at as f64 / (count - 1) as f64;
    match at {
        0 => from,
        _ if at + 1 == count => to,
        _ if is_log => from * (to / from).powf(part),
        _ => from + (to - from) * part,
    }
}

fn whole_values(ends: [Quantity; 2], count: usize, is_log: bool) -> Vec<Value> {
    let [from, to] = ends.map(|end| end.value);
    let numbers = (0..count).map(|at| between(from, to, at, count, is_log).round());
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.dedup();
    let value = |number: f64| Value { text: number.to_string(), number: Some(number) };
    numbers.into_iter().map(value).collect()
}

/// In the unit of the ends where both are written in one, with no more digits than the steps need.
fn values([low, high]: [&str; 2], ends: [Quantity; 2], count: usize, is_log: bool) -> Vec<Value> {
    let unit = unit_of(bare(low)).filter(|unit| unit_of(bare(high)).as_ref() == Some(unit));
    let size = unit.as_ref().and_then(|unit| quantity::parse(&format!("1{unit}")).ok());
    let size = size.map_or(1.0, |one| one.value);
    let [from, to] = ends.map(|end| end.value / size);
    let point = |at: usize| between(from, to, at, count, is_log);
    let value = |at: usize| {
        let text = match at {
            0 => low.to_owned(),
            _ if at + 1 == count => high.to_owned(),
            _ => {
                let number = rounded(point(at), point(at) - point(at - 1), DIGITS);
                match &unit {
                    Some(unit) => format!("{number}{unit}"),
                    None => Quantity { value: number * size, ..ends[0] }.to_string(),
                }
            }
        };
        let number = quantity::parse(bare(&text)).ok().map(in_base);
        Value { text, number }
    };
    (0..count).map(value).collect()
}

/// `value` with so many digits of what is about `step` large.
fn rounded(value: f64, step: f64, digits: i32) -> f64 {
    let decimals = digits - 1 - step.abs().log10().floor() as i32;
    if let Ok(decimals) = usize::try_from(decimals) {
        let decimals = decimals.min(12);
        return format!("{value:.decimals$}").parse().unwrap_or(value);
    }
    let quantum = 10f64.powi(-decimals);
    (value / quantum).round() * quantum
}

/// What stands behind the number; `None`: more than one unit.
fn unit_of(text: &str) -> Option<String> {
    let of_number = |letter: char| letter.is_ascii_digit() || "+-−.".contains(letter);
    let unit = text.trim_start_matches(of_number);
    (!unit.contains(|letter: char| letter.is_ascii_digit())).then(|| unit.to_owned())
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

/// What is known of numbers of a dimension.
fn of_dimension(dimension: Dimension, is_log: bool, is_whole: bool) -> Numbers {
    fn write(dimension: Dimension, number: f64) -> Value {
        let digits: f64 = format!("{number:.3e}").parse().unwrap_or(number);
        let inner = if dimension == Dimension::Duration { digits * 1e9 } else { digits };
        let text = Quantity { value: inner, dimension }.to_string();
        let number = quantity::parse(&text).ok().map(in_base);
        Value { text, number }
    }
    let (unit, write): (&'static str, fn(f64) -> Value) = match dimension {
        Dimension::Duration => ("seconds", |number| write(Dimension::Duration, number)),
        Dimension::Size => ("bytes", |number| write(Dimension::Size, number)),
        Dimension::Rate => ("1/s", |number| write(Dimension::Rate, number)),
        Dimension::Bandwidth => ("bytes/s", |number| write(Dimension::Bandwidth, number)),
        Dimension::Percent => ("ratio", |number| write(Dimension::Percent, number)),
        Dimension::Number => ("1", |number| write(Dimension::Number, number)),
    };
    Numbers { unit, is_log, is_whole, write }
}

/// Refuses a value that is there twice: it would be simulated once and told twice.
fn refuse_doubles(parameter: &Parameter) -> Result<(), String> {
    let is_same = |a: &Value, b: &Value| match (a.number, b.number) {
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
        assert_eq!(texts("a.b=10min..1h/3"), "10min 2100s 1h");
        assert_eq!(texts("a.b=10ms..40ms/3"), "10ms 25ms 40ms");
        assert_eq!(texts("a.b=10%..30%/3"), "10% 20% 30%");
        assert_eq!(texts("a.b=1000/s..1001/s/3"), "1000/s 1000.5/s 1001/s");
        assert_eq!(texts("a.b=100 Mbit/s..1 Gbit/s/2"), "100 Mbit/s 1 Gbit/s");
        assert_eq!(texts("traffic.scale=1..100/3log"), "1 10 100");
        assert_eq!(texts("traffic.scale=0.5..8/5 log"), "0.5 1 2 4 8");
        assert!(parameter("traffic.scale=1..100/3log").unwrap().numbers.unwrap().is_log);
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
    }
}
