//! Reads the battery: rows grouped into models.

use serde_json::Value;

/// One model: a family with its parameters, and all its numbers in the file.
pub(super) struct Model {
    pub(super) family: String,
    pub(super) parameters: Value,
    pub(super) rows: Vec<Row>,
}

/// One number.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) metric: String,
    pub(super) exact: f64,
}

impl Model {
    /// A number among the parameters.
    pub(super) fn number(&self, name: &str) -> f64 {
        self.parameters[name].as_f64().unwrap_or_else(|| panic!("{} has {name}", self.family))
    }

    /// A list of numbers among the parameters.
    pub(super) fn numbers(&self, name: &str) -> Vec<f64> {
        numbers(&self.parameters[name])
    }

    /// The law among the parameters, in the scenario's notation.
    pub(super) fn law(&self, name: &str) -> String {
        law(&self.parameters[name])
    }
}

pub(super) fn numbers(list: &Value) -> Vec<f64> {
    list.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

/// Seconds in the scenario's notation.
pub(super) fn seconds(value: f64) -> String {
    format!("{:.6}us", value * 1e6)
}

pub(super) fn exp(mean: f64) -> String {
    format!("exp({})", seconds(mean))
}

/// Two exponential branches.
pub(super) fn hyperexp(p: &[f64], means: &[f64]) -> String {
    format!("mixture({}: {}, {}: {})", p[0], exp(means[0]), p[1], exp(means[1]))
}

fn law(law: &Value) -> String {
    let number = |name: &str| law[name].as_f64().unwrap();
    match law["dist"].as_str().unwrap() {
        "exp" => exp(number("mean")),
        "det" => format!("constant({})", seconds(number("value"))),
        "erlang" => format!("erlang({}, k={})", seconds(number("mean")), number("k")),
        "uniform" => format!("uniform({}, {})", seconds(number("lo")), seconds(number("hi"))),
        "lognormal" => format!("lognormal({}, cv={})", seconds(number("mean")), number("cv")),
        "hyperexp" => hyperexp(&numbers(&law["p"]), &numbers(&law["means"])),
        "pareto" => {
            let (alpha, least) = (number("alpha"), number("xm"));
            format!("pareto({}, alpha={alpha})", seconds(least * alpha / (alpha - 1.0)))
        }
        "weibull" => {
            let (shape, scale) = (number("shape"), number("scale"));
            let mean = wssim_stats::theory::DurationLaw::Weibull { shape, scale }.mean();
            format!("weibull({}, shape={shape})", seconds(mean))
        }
        other => panic!("no law is called {other}"),
    }
}

/// The mean of a law among the parameters.
pub(super) fn mean_of(law: &Value) -> f64 {
    let number = |name: &str| law[name].as_f64().unwrap();
    match law["dist"].as_str().unwrap() {
        "det" => number("value"),
        "uniform" => f64::midpoint(number("lo"), number("hi")),
        "hyperexp" => {
            numbers(&law["p"]).iter().zip(numbers(&law["means"])).map(|(p, mean)| p * mean).sum()
        }
        "pareto" => number("xm") * number("alpha") / (number("alpha") - 1.0),
        _ => number("mean"),
    }
}

/// All models of the file, in its order.
pub(super) fn models() -> Vec<Model> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/validation/closed-forms.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let mut models: Vec<Model> = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        let family = record[1].to_owned();
        if family == "family" {
            // A heading repeated by the file.
            continue;
        }
        let parameters: Value = serde_json::from_str(&record[2]).unwrap();
        let row = Row {
            id: record[0].to_owned(),
            metric: record[3].to_owned(),
            exact: record[4].parse().unwrap(),
        };
        match models.iter_mut().find(|m| m.family == family && m.parameters == parameters) {
            Some(model) => model.rows.push(row),
            None => models.push(Model { family, parameters, rows: vec![row] }),
        }
    }
    models
}
