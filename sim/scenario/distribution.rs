//! Parses distributions to a [`Law`] in nanoseconds, bytes or plain numbers.
//!
//! Parameters are means and coefficients of variation, because people measure those; the conversions
//! below are the textbook's. Logarithms and similar functions come from `libm`, so that a law is the
//! same on every machine.

use crate::expression::{self, Argument, Expression};
use std::sync::Arc;
use wssim_model::law::Law;
use wssim_text::quantity::{Dimension, Flaw, Quantity};
use wssim_text::suggest;

/// 99 % quantile of the standard normal distribution.
const Z_99: f64 = 2.326_347_874_040_840_8;

/// Most stages of an Erlang law: each draw is a sum of as many. With more it is almost a constant, and
/// `gamma(mean, cv=)` has the same shape.
const MOST_STAGES: f64 = 1000.0;

/// Every form, with its parameters.
pub(crate) const FORMS: &[(&str, &str)] = &[
    ("constant", "constant(x)"),
    ("exp", "exp(mean)"),
    ("uniform", "uniform(a, b)"),
    ("triangular", "triangular(min, mode, max)"),
    ("normal", "normal(mean, sd)"),
    ("lognormal", "lognormal(mean, cv=) or lognormal(median=, p99=)"),
    ("gamma", "gamma(mean, cv=)"),
    ("erlang", "erlang(mean, k=)"),
    ("hyperexp", "hyperexp(mean, cv=) or hyperexp(p=, mean1, mean2)"),
    ("weibull", "weibull(mean, shape=)"),
    ("pareto", "pareto(mean, alpha=) or pareto(min=, alpha=)"),
    ("mixture", "mixture(0.9: exp(2ms), 0.1: constant(40ms))"),
    ("empirical", "empirical(\"file.csv\")"),
];

/// Reads the values of an `empirical` file, in the unit of the dimension.
pub(crate) type ReadValues<'a> = &'a dyn Fn(&str, Dimension) -> Result<Arc<[f64]>, String>;

/// Parses a distribution, or a bare quantity, which is a constant.
pub(crate) fn parse(text: &str, dimension: Dimension, read: ReadValues<'_>) -> Result<Law, Flaw> {
    let value = expression::parse(text).map_err(|mut flaw| {
        flaw.help
            .get_or_insert_with(|| format!("expected {}, or a distribution", dimension.expected()));
        flaw
    })?;
    Reading { dimension, read }.law(&value, 0, text.len())
}

struct Reading<'a> {
    dimension: Dimension,
    read: ReadValues<'a>,
}

impl Reading<'_> {
    fn law(&self, value: &Expression, start: usize, length: usize) -> Result<Law, Flaw> {
        match value {
            Expression::Quantity(quantity) => {
                self.quantity(*quantity, start, length).map(Law::Constant)
            }
            Expression::Text(_) => {
                Err(Flaw::new("a quoted text is no distribution", start, length)
                    .help(format!("expected {}, or a distribution", self.dimension.expected())))
            }
            Expression::Call { name, arguments } => self.form(name, arguments, start, length),
        }
    }

    /// A nonnegative value of the right dimension.
    fn quantity(&self, quantity: Quantity, start: usize, length: usize) -> Result<f64, Flaw> {
        if quantity.dimension != self.dimension {
            let message = match quantity.dimension {
                Dimension::Number => "a unit is missing here".to_owned(),
                _ => "this has the wrong unit".to_owned(),
            };
            return Err(Flaw::new(message, start, length)
                .help(format!("expected {}", self.dimension.expected())));
        }
        if quantity.value < 0.0 {
            return Err(Flaw::new("this cannot be negative", start, length));
        }
        Ok(quantity.value)
    }

    fn form(
        &self,
        name: &str,
        given: &[Argument],
        start: usize,
        length: usize,
    ) -> Result<Law, Flaw> {
        let Some((_, usage)) = FORMS.iter().find(|(form, _)| *form == name) else {
            let mut flaw =
                Flaw::new(format!("no distribution is named `{name}`"), start, name.len());
            flaw.help = suggest::nearest(name, FORMS.iter().map(|(form, _)| *form))
                .map(|form| format!("did you mean `{form}`?"))
                .or_else(|| {
                    let all: Vec<&str> = FORMS.iter().map(|(form, _)| *form).collect();
                    Some(format!("known: {}", all.join(", ")))
                });
            return Err(flaw);
        };
        let whole = Flaw::new(String::new(), start, length);
        let arguments = Arguments { reading: self, given, usage, whole };
        match name {
            "mixture" => self.mixture(&arguments),
            "empirical" => self.empirical(&arguments),
            _ => arguments.simple(name),
        }
    }

    fn mixture(&self, arguments: &Arguments<'_>) -> Result<Law, Flaw> {
        let mut parts = Vec::new();
        for argument in arguments.given {
            let weight = argument.weight.filter(|_| argument.key.is_none());
            let Some(weight) = weight.filter(|weight| *weight > 0.0) else {
                return Err(Flaw::new(
                    "a part of a mixture has a weight above zero",
                    argument.start,
                    argument.length,
                )
                .help(format!("expected {}", arguments.usage)));
            };
            parts.push((weight, self.law(&argument.value, argument.start, argument.length)?));
        }
        let sum: f64 = parts.iter().map(|(weight, _)| weight).sum();
        if (sum - 1.0).abs() > 1e-9 {
            return Err(arguments.wrong(format!("the weights sum to {sum}, not to 1")));
        }
        for (weight, _) in &mut parts {
            *weight /= sum;
        }
        Ok(Law::Mixture(parts.into()))
    }

    fn empirical(&self, arguments: &Arguments<'_>) -> Result<Law, Flaw> {
        let [Argument { key: None, weight: None, value: Expression::Text(file), .. }] =
            arguments.given
        else {
            return Err(arguments.wrong("one file name in quotes is due".to_owned()));
        };
        let values =
            (self.read)(file, self.dimension).map_err(|message| arguments.wrong(message))?;
        Ok(Law::Empirical(values))
    }
}

/// The arguments of one form.
struct Arguments<'a> {
    reading: &'a Reading<'a>,
    given: &'a [Argument],
    usage: &'static str,
    whole: Flaw,
}

/// A parameter of a law.
#[derive(Clone, Copy)]
enum Parameter {
    /// Given by position or by name, of the law's dimension.
    Value(&'static str),
    /// Given by name, a plain number.
    Number(&'static str),
    /// Given by name, of the law's dimension.
    Named(&'static str),
}

impl Arguments<'_> {
    fn wrong(&self, message: String) -> Flaw {
        Flaw { message, help: Some(format!("expected {}", self.usage)), ..self.whole }
    }

    fn has(&self, key: &str) -> bool {
        self.given.iter().any(|argument| argument.key.as_deref() == Some(key))
    }

    /// The values of `parameters`; refuses further arguments.
    fn take<const N: usize>(&self, parameters: [Parameter; N]) -> Result<[f64; N], Flaw> {
        let mut taken = vec![false; self.given.len()];
        let mut out = [0.0; N];
        for (slot, parameter) in out.iter_mut().zip(parameters) {
            let (name, positional) = match parameter {
                Parameter::Value(name) => (name, true),
                Parameter::Number(name) | Parameter::Named(name) => (name, false),
            };
            let by_name =
                self.given.iter().position(|argument| argument.key.as_deref() == Some(name));
            let free = |(at, argument): (usize, &Argument)| {
                (argument.key.is_none() && !taken[at]).then_some(at)
            };
            let by_place = || self.given.iter().enumerate().find_map(free);
            let Some(at) = by_name.or_else(|| if positional { by_place() } else { None }) else {
                return Err(self.wrong(format!("`{name}` is missing")));
            };
            taken[at] = true;
            let argument = &self.given[at];
            let (start, length) = (argument.start, argument.length);
            let Expression::Quantity(quantity) = argument.value else {
                return Err(Flaw::new(format!("`{name}` is a number here"), start, length));
            };
            *slot = if let Parameter::Number(_) = parameter {
                if !matches!(quantity.dimension, Dimension::Number | Dimension::Percent) {
                    return Err(Flaw::new(
                        format!("`{name}` is a number without a unit"),
                        start,
                        length,
                    ));
                }
                quantity.value
            } else {
                self.reading.quantity(quantity, start, length)?
            };
        }
        let extra = self
            .given
            .iter()
            .zip(&taken)
            .find(|(argument, taken)| !**taken || argument.weight.is_some());
        match extra {
            Some((extra, _)) => {
                let flaw = Flaw::new("this argument is one too many", extra.start, extra.length);
                Err(flaw.help(format!("expected {}", self.usage)))
            }
            None => Ok(out),
        }
    }

    fn positive(&self, name: &str, value: f64) -> Result<f64, Flaw> {
        if value > 0.0 {
            Ok(value)
        } else {
            Err(self.wrong(format!("`{name}` must be above zero")))
        }
    }

    fn simple(&self, name: &str) -> Result<Law, Flaw> {
        use Parameter::{Number, Value};
        match name {
            "constant" => self.take([Value("x")]).map(|[x]| Law::Constant(x)),
            "exp" => self
                .take([Value("mean")])
                .map(|[mean]| if mean == 0.0 { Law::ZERO } else { Law::Exponential { mean } }),
            "uniform" => {
                let [low, high] = self.take([Value("min"), Value("max")])?;
                self.ordered(&[low, high])?;
                Ok(Law::Uniform { low, high })
            }
            "triangular" => {
                let [low, mode, high] = self.take([Value("min"), Value("mode"), Value("max")])?;
                self.ordered(&[low, mode, high])?;
                Ok(Law::Triangular { low, mode, high })
            }
            "normal" => {
                let [mean, deviation] = self.take([Value("mean"), Value("sd")])?;
                Ok(Law::Normal { mean, deviation })
            }
            "lognormal" => self.lognormal(),
            "gamma" => {
                let [mean, cv] = self.take([Value("mean"), Number("cv")])?;
                let (mean, cv) = (self.positive("mean", mean)?, self.positive("cv", cv)?);
                Ok(Law::Gamma { shape: 1.0 / (cv * cv), scale: mean * cv * cv })
            }
            "erlang" => {
                let [mean, stages] = self.take([Value("mean"), Number("k")])?;
                if stages < 1.0 || stages.fract() != 0.0 || stages > MOST_STAGES {
                    let due = format!("`k` is a whole number from 1 to {MOST_STAGES}");
                    return Err(self.wrong(due));
                }
                Ok(Law::Erlang { stages: stages as u32, stage_mean: mean / stages })
            }
            "hyperexp" => self.hyperexponential(),
            "weibull" => {
                let [mean, shape] = self.take([Value("mean"), Number("shape")])?;
                let (mean, shape) = (self.positive("mean", mean)?, self.positive("shape", shape)?);
                let scale = mean / libm::tgamma(1.0 + 1.0 / shape);
                if !scale.is_normal() {
                    return Err(self.wrong("this `shape` is too small".to_owned()));
                }
                Ok(Law::Weibull { scale, shape })
            }
            _ => self.pareto(),
        }
    }

    fn ordered(&self, values: &[f64]) -> Result<(), Flaw> {
        if values.is_sorted() {
            Ok(())
        } else {
            Err(self.wrong("the values must not decrease".to_owned()))
        }
    }

    /// sigma² = ln(1 + cv²), mu = ln(mean) − sigma²/2; or mu = ln(median), sigma from the quantile.
    fn lognormal(&self) -> Result<Law, Flaw> {
        use Parameter::{Named, Number, Value};
        if self.has("median") || self.has("p99") {
            let [median, p99] = self.take([Named("median"), Named("p99")])?;
            let median = self.positive("median", median)?;
            if p99 < median {
                return Err(self.wrong("`p99` is below the median".to_owned()));
            }
            return Ok(Law::LogNormal {
                mu: libm::log(median),
                sigma: libm::log(p99 / median) / Z_99,
            });
        }
        let [mean, cv] = self.take([Value("mean"), Number("cv")])?;
        let (mean, cv) = (self.positive("mean", mean)?, self.positive("cv", cv)?);
        let variance = libm::log1p(cv * cv);
        Ok(Law::LogNormal { mu: libm::log(mean) - variance / 2.0, sigma: variance.sqrt() })
    }

    /// Balanced means: both branches contribute half of the mean.
    fn hyperexponential(&self) -> Result<Law, Flaw> {
        use Parameter::{Number, Value};
        if self.has("p") {
            let [first, first_mean, second_mean] =
                self.take([Number("p"), Value("mean1"), Value("mean2")])?;
            if !(0.0..=1.0).contains(&first) {
                return Err(self.wrong("`p` lies between 0 and 1".to_owned()));
            }
            return Ok(Law::HyperExponential { first, first_mean, second_mean });
        }
        let [mean, cv] = self.take([Value("mean"), Number("cv")])?;
        let mean = self.positive("mean", mean)?;
        if cv < 1.0 {
            return Err(self.wrong("`cv` is at least 1".to_owned()));
        }
        let square = cv * cv;
        let first = f64::midpoint(1.0, ((square - 1.0) / (square + 1.0)).sqrt());
        let second = 1.0 - first;
        if second <= 0.0 {
            return Err(self.wrong("this `cv` is too large".to_owned()));
        }
        Ok(Law::HyperExponential {
            first,
            first_mean: mean / (2.0 * first),
            second_mean: mean / (2.0 * second),
        })
    }

    fn pareto(&self) -> Result<Law, Flaw> {
        use Parameter::{Named, Number, Value};
        if self.has("min") {
            let [minimum, alpha] = self.take([Named("min"), Number("alpha")])?;
            let alpha = self.positive("alpha", alpha)?;
            return Ok(Law::Pareto { minimum: self.positive("min", minimum)?, alpha });
        }
        let [mean, alpha] = self.take([Value("mean"), Number("alpha")])?;
        if alpha <= 1.0 {
            return Err(self.wrong("with `alpha` up to 1 there is no mean".to_owned()));
        }
        let minimum = self.positive("mean", mean)? * (alpha - 1.0) / alpha;
        Ok(Law::Pareto { minimum, alpha })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law(text: &str) -> Law {
        let values: ReadValues<'_> = &|_, _| Ok(vec![1e6, 2e6, 6e6].into());
        parse(text, Dimension::Duration, values).unwrap_or_else(|flaw| panic!("{text}: {flaw:?}"))
    }

    /// E[X²] in closed form, for the laws made from a coefficient of variation.
    fn second_moment(law: &Law) -> f64 {
        match law {
            Law::LogNormal { mu, sigma } => (2.0 * mu + 2.0 * sigma * sigma).exp(),
            Law::Gamma { shape, scale } => shape * (shape + 1.0) * scale * scale,
            Law::Erlang { stages, stage_mean } => {
                let k = f64::from(*stages);
                k * (k + 1.0) * stage_mean * stage_mean
            }
            Law::HyperExponential { first, first_mean, second_mean } => {
                2.0 * (first * first_mean * first_mean + (1.0 - first) * second_mean * second_mean)
            }
            Law::Exponential { mean } => 2.0 * mean * mean,
            other => panic!("not needed: {other:?}"),
        }
    }

    #[track_caller]
    fn near(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * b.abs(), "{a} against {b}");
    }

    #[test]
    fn means_are_those_asked_for() {
        for (text, mean_ms) in [
            ("5ms", 5.0),
            ("constant(5ms)", 5.0),
            ("exp(5ms)", 5.0),
            ("uniform(2ms, 8ms)", 5.0),
            ("triangular(1ms, 2ms, 6ms)", 3.0),
            ("normal(5ms, 0s)", 5.0),
            ("lognormal(5ms, cv=1.4)", 5.0),
            ("gamma(5ms, cv=0.7)", 5.0),
            ("erlang(5ms, k=4)", 5.0),
            ("hyperexp(5ms, cv=3)", 5.0),
            ("hyperexp(p=0.9, 50ms, 800ms)", 125.0),
            ("weibull(5ms, shape=0.8)", 5.0),
            ("pareto(5ms, alpha=2.5)", 5.0),
            ("pareto(min=3ms, alpha=2.5)", 5.0),
            ("mixture(0.9: exp(2ms), 0.1: constant(40ms))", 5.8),
            ("empirical(\"values.csv\")", 3.0),
        ] {
            near(law(text).mean(), mean_ms * 1e6);
        }
    }

    #[test]
    fn coefficients_of_variation_are_those_asked_for() {
        for (text, cv) in [
            ("lognormal(5ms, cv=1.4)", 1.4),
            ("gamma(5ms, cv=0.7)", 0.7),
            ("erlang(5ms, k=4)", 0.5),
            ("hyperexp(5ms, cv=3)", 3.0),
            ("hyperexp(5ms, cv=1)", 1.0),
            ("exp(5ms)", 1.0),
        ] {
            let law = law(text);
            near((second_moment(&law) / law.mean().powi(2) - 1.0).sqrt(), cv);
        }
    }

    #[test]
    fn quantiles_of_the_lognormal_are_those_asked_for() {
        let Law::LogNormal { mu, sigma } = law("lognormal(median=0.25ms, p99=0.8ms)") else {
            panic!("not lognormal");
        };
        near(mu.exp(), 0.25e6);
        near((mu + Z_99 * sigma).exp(), 0.8e6);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "exp(-1ms)",
            "exp()",
            "exp(1ms, 2ms)",
            "exp(5)",
            "exp(5/s)",
            "5",
            "uniform(3ms, 1ms)",
            "triangular(1ms, 9ms, 3ms)",
            "lognormal(5ms)",
            "lognormal(5ms, 1.4)",
            "lognormal(5ms, cv=-1)",
            "lognormal(0s, cv=1)",
            "lognormal(median=5ms, p99=1ms)",
            "gamma(5ms, cv=0)",
            "erlang(5ms, k=1.5)",
            "erlang(5ms, k=0)",
            "hyperexp(5ms, cv=0.5)",
            "weibull(5ms, shape=0)",
            "weibull(5ms, shape=0.001)",
            "pareto(5ms, alpha=1)",
            "mixture(0.9: exp(2ms), 0.2: exp(1ms))",
            "mixture(exp(2ms))",
            "mixture()",
            "empirical(5ms)",
            "zipf(5ms)",
            "\"5ms\"",
        ] {
            let read: ReadValues<'_> = &|_, _| Ok(Vec::new().into());
            assert!(parse(text, Dimension::Duration, read).is_err(), "{text}");
        }
    }
}
