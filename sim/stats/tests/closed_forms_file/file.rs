//! Reads the file: one number a row.

use serde_json::Value;
use wssim_stats::theory::DurationLaw;

/// A row of the file.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) family: String,
    pub(crate) metric: String,
    pub(crate) exact: f64,
    parameters: Value,
}

/// All rows, in the order of the file.
pub(crate) fn rows() -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/validation/closed-forms.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let records = reader.records().map(|record| {
        let record = record.unwrap();
        Row {
            id: record[0].to_owned(),
            family: record[1].to_owned(),
            metric: record[3].to_owned(),
            exact: record[4].parse().unwrap(),
            parameters: serde_json::from_str(&record[2]).unwrap(),
        }
    });
    records.collect()
}

impl Row {
    pub(crate) fn number(&self, name: &str) -> f64 {
        self.parameters[name].as_f64().unwrap()
    }

    pub(crate) fn whole(&self, name: &str) -> u32 {
        let number = self.parameters[name].as_u64().unwrap();
        u32::try_from(number).unwrap()
    }

    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        numbers(&self.parameters[name])
    }

    pub(crate) fn wholes(&self, name: &str) -> Vec<u32> {
        self.numbers(name).into_iter().map(|x| x as u32).collect()
    }

    pub(crate) fn matrix(&self, name: &str) -> Vec<Vec<f64>> {
        self.parameters[name].as_array().unwrap().iter().map(numbers).collect()
    }

    pub(crate) fn law(&self, name: &str) -> DurationLaw {
        let law = &self.parameters[name];
        let number = |field: &str| law[field].as_f64().unwrap();
        match law["dist"].as_str().unwrap() {
            "exp" => DurationLaw::Exponential { mean: number("mean") },
            "det" => DurationLaw::Constant { value: number("value") },
            "erlang" => DurationLaw::Erlang { k: number("k") as u32, mean: number("mean") },
            "hyperexp" => DurationLaw::Hyperexponential {
                p: numbers(&law["p"]),
                means: numbers(&law["means"]),
            },
            "uniform" => DurationLaw::Uniform { lo: number("lo"), hi: number("hi") },
            "lognormal" => DurationLaw::Lognormal { mean: number("mean"), cv: number("cv") },
            "pareto" => DurationLaw::Pareto { alpha: number("alpha"), xm: number("xm") },
            "weibull" => DurationLaw::Weibull { shape: number("shape"), scale: number("scale") },
            other => panic!("{}: unknown law {other}", self.id),
        }
    }

    /// The metric without the 1-based index at its end, and that index minus one.
    pub(crate) fn indexed_metric(&self) -> (&str, usize) {
        let name = self.metric.trim_end_matches(|c: char| c.is_ascii_digit());
        let index: usize = self.metric[name.len()..].parse().unwrap_or(1);
        (name, index - 1)
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}
