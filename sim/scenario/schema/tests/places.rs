//! Every place of the format for a value, with the minimal file around it.

use super::{Key, KeyCase, ROOT, Shape, ValueKind};
use crate::distribution::FORMS;
use serde_json::{Map, Value, json};
use wssim_text::quantity::Dimension;

/// A key of some table.
pub(super) struct Place {
    pub(super) key: &'static str,
    pub(super) kind: ValueKind,
    /// Its row.
    pub(super) row: &'static Key,
    /// The JSON pointer of its table.
    pub(super) table: String,
    /// Whether it decides the kind of a step.
    pub(super) decides: bool,
    /// Keys of other cases of its table.
    pub(super) strangers: Vec<(&'static str, &'static ValueKind)>,
    file: Value,
}

impl Place {
    /// The minimal file around it, without it.
    pub(super) fn without(&self) -> &Value {
        &self.file
    }

    /// The minimal file with `value` here.
    pub(super) fn with(&self, value: Value) -> Value {
        let mut file = self.file.clone();
        let table = file.pointer_mut(&self.table).and_then(Value::as_object_mut);
        table.expect("it was made with one").insert(self.key.to_owned(), value);
        file
    }
}

/// All places; a table used at several is visited at each, nested steps once.
pub(super) fn places() -> Vec<Place> {
    let mut out = Vec::new();
    walk(&ROOT, &json!({}), "", &mut Vec::new(), &mut out);
    out
}

/// `file` holds an empty table at `table`.
fn walk(
    shape: &'static Shape,
    file: &Value,
    table: &str,
    open: &mut Vec<&'static str>,
    out: &mut Vec<Place>,
) {
    if open.contains(&shape.name) {
        return;
    }
    open.push(shape.name);
    let own = shape.keys.iter().map(|key| (None, key));
    let cases =
        shape.cases.iter().flat_map(|case| case.keys.iter().map(move |key| (Some(case), key)));
    for (case, key) in own.chain(cases) {
        let file = at(file, table, Value::Object(least(shape, case, key.name)));
        let pointer = format!("{table}/{}", key.name);
        let known = |name: &str| {
            let here = case.map_or(&[][..], |case| case.keys);
            shape.keys.iter().chain(here).any(|key| key.name == name)
        };
        let strangers = case.map_or_else(Vec::new, |_| {
            let all = shape.all().filter(|other| !known(other.name));
            all.map(|other| (other.name, &other.kind)).collect()
        });
        out.push(Place {
            key: key.name,
            kind: key.kind,
            row: key,
            table: table.to_owned(),
            decides: case.is_some_and(|case| case.is.is_none() && case.by == key.name),
            strangers,
            file: file.clone(),
        });
        descend(&key.kind, &file, &pointer, open, out);
    }
    if let Some(kind) = &shape.others {
        descend(kind, file, &format!("{table}/some-name"), open, out);
    }
    open.pop();
}

/// The required keys of a table beside `key`.
fn least(shape: &Shape, case: Option<&KeyCase>, key: &str) -> Map<String, Value> {
    let mut table: Map<String, Value> = Map::new();
    for required in shape.required {
        table.insert((*required).to_owned(), json!("some-text"));
    }
    let by_presence = shape.cases.iter().find(|case| case.is.is_none());
    match case.or(by_presence) {
        Some(KeyCase { by, is: Some(word), .. }) => {
            table.insert((*by).to_owned(), json!(word));
        }
        Some(KeyCase { by, is: None, keys }) if *by != key => {
            let kind = &keys.iter().find(|other| other.name == *by).expect("it is there").kind;
            table.insert((*by).to_owned(), samples(kind).remove(0));
        }
        _ => {}
    }
    table
}

fn at(file: &Value, pointer: &str, value: Value) -> Value {
    let mut file = file.clone();
    if let Some(place) = file.pointer_mut(pointer) {
        *place = value;
        return file;
    }
    let (above, name) = pointer.rsplit_once('/').expect("a pointer has a slash");
    let above = file.pointer_mut(above).and_then(Value::as_object_mut);
    above.expect("what is above is a table").insert(name.to_owned(), value);
    file
}

fn descend(
    kind: &ValueKind,
    file: &Value,
    pointer: &str,
    open: &mut Vec<&'static str>,
    out: &mut Vec<Place>,
) {
    match kind {
        ValueKind::Table(shape) => walk(shape, &at(file, pointer, json!({})), pointer, open, out),
        ValueKind::Steps(_) => {
            let inner = format!("{pointer}/0");
            walk(&super::super::STEP, &at(file, pointer, json!([{}])), &inner, open, out);
        }
        ValueKind::Array(inner, _) => {
            descend(inner, &at(file, pointer, json!([{}])), &format!("{pointer}/0"), open, out);
        }
        ValueKind::Map(inner) => {
            let file = at(file, pointer, json!({}));
            descend(inner, &file, &format!("{pointer}/some-name"), open, out);
        }
        ValueKind::Either(kinds) => {
            kinds.iter().for_each(|kind| descend(kind, file, pointer, open, out));
        }
        _ => {}
    }
}

/// Valid values, at least one.
pub(super) fn samples(kind: &ValueKind) -> Vec<Value> {
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    match kind {
        ValueKind::Text => texts(&["some-text"]),
        ValueKind::Word(words) => texts(words),
        ValueKind::Truth => vec![json!(true), json!(false)],
        ValueKind::Count(least, most) => vec![json!(least), json!(most)],
        ValueKind::Number => vec![json!(1), json!(0), json!(0.5), json!("0.5")],
        ValueKind::Positive => vec![json!(1), json!(0.5), json!("2")],
        ValueKind::Share => vec![json!(0), json!(0.5), json!(1), json!("10 %"), json!("0.5")],
        ValueKind::Quantity(dimension) => texts(quantities(*dimension)),
        ValueKind::Law(dimension) => {
            let mut all = texts(quantities(*dimension));
            all.extend(forms(quantities(*dimension)[0]).map(Value::from));
            all
        }
        ValueKind::Clock => texts(&["10:00", "2:30:15"]),
        ValueKind::Value => {
            vec![json!(5), json!(-0.5), json!("55ms"), json!("-50%"), json!("18 GB"), json!("-1us")]
        }
        ValueKind::Metric => texts(&[
            "m",
            "m{}",
            "error_ratio{entry=\"web\", reason=\"all\"}",
            "error_ratio from 60s",
            "error_ratio{entry=\"web\"} from fault crash to fault crash + 30s",
        ]),
        ValueKind::Zipf => texts(&[
            "zipf(items=100000, capacity=20000, alpha=0.9)",
            "zipf(items=100000, alpha=0.9)",
        ]),
        ValueKind::Ranged(inner) => {
            let mut all = samples(inner);
            let (first, last) = (all[0].clone(), all[all.len() - 1].clone());
            all.push(json!({ "value": first }));
            all.push(json!({ "value": last, "range": [first, last], "source": "a log" }));
            all
        }
        ValueKind::Array(inner, _) => vec![json!(samples(inner)), json!([samples(inner)[0]])],
        ValueKind::Pair([first, second]) => vec![json!([samples(first)[0], samples(second)[0]])],
        ValueKind::Either(kinds) => kinds.iter().flat_map(samples).collect(),
        ValueKind::Table(shape) => vec![Value::Object(least(shape, None, ""))],
        ValueKind::Piece => vec![json!({}), json!({ "lan": {} })],
        ValueKind::Steps(_) => vec![json!([]), json!([{ "cpu": "1ms" }])],
        ValueKind::Map(inner) => {
            samples(inner).into_iter().map(|one| json!({ "some-name": one })).collect()
        }
    }
}

fn quantities(dimension: Dimension) -> &'static [&'static str] {
    match dimension {
        Dimension::Duration => {
            &["2ms", "1m30s", "1 h 30 min", "7us", "7µs", "1e3ns", "0s", "1.5 d"]
        }
        Dimension::Size => &["300 B", "1.5 GB", "28GiB", "8 kB"],
        Dimension::Rate => &["4/s", "200 /min", "1/h", "2/d"],
        Dimension::Bandwidth => &["1 Gbit/s", "110 MB/s"],
        Dimension::Percent => &["10%"],
        Dimension::Number => &["1", "0.5"],
    }
}

/// Every form of a distribution, except `empirical`, whose file would have to exist.
fn forms(x: &str) -> impl Iterator<Item = String> {
    let form = move |(name, usage): &(&str, &str)| match *name {
        "constant" | "exp" => vec![format!("{name}({x})"), format!("{name} ( {x} )")],
        "uniform" => vec![format!("uniform({x}, {x})"), format!("uniform(max={x},min={x})")],
        "triangular" => vec![format!("triangular({x}, {x}, {x})")],
        "normal" => vec![format!("normal({x}, {x})"), format!("normal(mean={x}, sd={x})")],
        "lognormal" => vec![
            format!("lognormal({x}, cv=1.4)"),
            format!("lognormal(cv = 20%, {x})"),
            format!("lognormal(median={x}, p99={x})"),
        ],
        "gamma" => vec![format!("gamma({x}, cv=2)")],
        "erlang" => vec![format!("erlang({x}, k=2)")],
        "hyperexp" => vec![format!("hyperexp({x}, cv=2)"), format!("hyperexp(p=10%, {x}, {x})")],
        "weibull" => vec![format!("weibull({x}, shape=0.8)")],
        "pareto" => vec![format!("pareto({x}, alpha=2)"), format!("pareto(min={x}, alpha=2)")],
        "mixture" => vec![format!("mixture(0.9: exp({x}), 10%: constant({x}))")],
        "empirical" => Vec::new(),
        _ => panic!("{usage} needs an example here"),
    };
    FORMS.iter().flat_map(form).collect::<Vec<_>>().into_iter()
}
