//! Parses the condition of a circuit breaker: `NetworkErrorRatio() > 0.30 || LatencyAtQuantileMS(50.0) >
//! 100`.
//!
//! Grammar and types: vulcand/oxy, `cbreaker/predicates.go`: three measures, six comparisons, `&&`
//! before `||`, parentheses, no negation. A ratio is compared with a number that has a decimal
//! point, a latency with a whole number of milliseconds; Traefik refuses anything else.

use std::fmt;

/// A condition over the proxy's recent requests.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TripCondition {
    /// All of these hold.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// A measure compared with a constant.
    Compare(TripMeasure, Relation, f64),
}

/// A measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TripMeasure {
    /// Requests without any answer over all requests.
    NetworkErrorRatio,
    /// Answers with a status in [from, to) of the first pair over those in the second pair.
    ResponseCodeRatio([u32; 4]),
    /// A percentile of the response time, in milliseconds.
    LatencyAtQuantileMs(f64),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    NotEqual,
    Less,
    AtMost,
    More,
    AtLeast,
}

const RELATIONS: [(&str, Relation); 6] = [
    ("==", Relation::Equal),
    ("!=", Relation::NotEqual),
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("<", Relation::Less),
    (">", Relation::More),
];

/// A mistake in an expression, and its byte offset.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ExpressionFlaw {
    pub at: usize,
    pub message: String,
}

/// Deepest nesting.
const DEEPEST: u32 = 32;

/// Parses an expression.
pub(crate) fn parse(text: &str) -> Result<TripCondition, ExpressionFlaw> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let condition = parser.any()?;
    parser.space();
    if parser.at < text.len() {
        return parser.flaw("this is neither `&&` nor `||`");
    }
    Ok(condition)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: u32,
}

impl<'t> Parser<'t> {
    fn flaw<T>(&self, message: impl Into<String>) -> Result<T, ExpressionFlaw> {
        Err(ExpressionFlaw { at: self.at.min(self.text.len()), message: message.into() })
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, word: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn due(&mut self, word: &str) -> Result<(), ExpressionFlaw> {
        if self.eat(word) { Ok(()) } else { self.flaw(format!("`{word}` is due here")) }
    }

    fn any(&mut self) -> Result<TripCondition, ExpressionFlaw> {
        let mut parts = vec![self.all()?];
        while self.eat("||") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { TripCondition::Any(parts) })
    }

    fn all(&mut self) -> Result<TripCondition, ExpressionFlaw> {
        let mut parts = vec![self.one()?];
        while self.eat("&&") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { TripCondition::All(parts) })
    }

    fn one(&mut self) -> Result<TripCondition, ExpressionFlaw> {
        if !self.eat("(") {
            return self.compare();
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.flaw("this is nested too deeply");
        }
        let inner = self.any()?;
        self.due(")")?;
        self.depth -= 1;
        Ok(inner)
    }

    fn compare(&mut self) -> Result<TripCondition, ExpressionFlaw> {
        let measure = self.measure()?;
        self.space();
        let Some((sign, relation)) =
            RELATIONS.into_iter().find(|(sign, _)| self.rest().starts_with(sign))
        else {
            return self.flaw("a comparison such as `>` is due here");
        };
        self.at += sign.len();
        let value = match measure {
            TripMeasure::LatencyAtQuantileMs(_) => f64::from(self.whole()?),
            _ => self.decimal()?,
        };
        Ok(TripCondition::Compare(measure, relation, value))
    }

    fn measure(&mut self) -> Result<TripMeasure, ExpressionFlaw> {
        self.space();
        let start = self.at;
        let length =
            self.rest().find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest().len());
        let name = &self.rest()[..length];
        self.at += length;
        let measure = match name {
            "NetworkErrorRatio" => {
                self.due("(")?;
                TripMeasure::NetworkErrorRatio
            }
            "ResponseCodeRatio" => {
                self.due("(")?;
                let mut codes = [self.whole()?, 0, 0, 0];
                for code in &mut codes[1..] {
                    self.due(",")?;
                    *code = self.whole()?;
                }
                TripMeasure::ResponseCodeRatio(codes)
            }
            "LatencyAtQuantileMS" => {
                self.due("(")?;
                TripMeasure::LatencyAtQuantileMs(self.decimal()?)
            }
            _ => {
                self.at = start;
                return self.flaw(
                    "`NetworkErrorRatio()`, `ResponseCodeRatio(500, 600, 0, 600)` or \
                     `LatencyAtQuantileMS(50.0)` is due here",
                );
            }
        };
        self.due(")")?;
        Ok(measure)
    }

    fn number(&mut self) -> &'t str {
        self.space();
        let length = self.rest().find(|c: char| !c.is_ascii_digit() && c != '.');
        let number = &self.rest()[..length.unwrap_or(self.rest().len())];
        self.at += number.len();
        number
    }

    fn whole(&mut self) -> Result<u32, ExpressionFlaw> {
        let start = self.at;
        let number = self.number().parse();
        number.or_else(|_| {
            self.at = start;
            self.space();
            self.flaw("a whole number is due here")
        })
    }

    /// Go distinguishes `1.0` from `1`.
    fn decimal(&mut self) -> Result<f64, ExpressionFlaw> {
        let start = self.at;
        let number = self.number();
        match number.parse() {
            Ok(value) if number.contains('.') => Ok(value),
            _ => {
                self.at = start;
                self.space();
                self.flaw("a number with a decimal point is due here, such as `0.30`")
            }
        }
    }
}

impl fmt::Display for TripCondition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (parts, between) = match self {
            Self::Compare(measure, relation, value) => {
                let sign = RELATIONS.iter().find(|(_, known)| known == relation);
                return write!(out, "{measure} {} {value}", sign.map_or("", |(sign, _)| sign));
            }
            Self::All(parts) => (parts, " && "),
            Self::Any(parts) => (parts, " || "),
        };
        for (number, part) in parts.iter().enumerate() {
            out.write_str(if number > 0 { between } else { "" })?;
            if matches!(part, Self::Compare(..)) {
                write!(out, "{part}")?;
            } else {
                write!(out, "({part})")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for TripMeasure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NetworkErrorRatio => out.write_str("NetworkErrorRatio"),
            Self::ResponseCodeRatio([a, b, c, d]) => {
                write!(out, "ResponseCodeRatio({a}, {b}, {c}, {d})")
            }
            Self::LatencyAtQuantileMs(quantile) => write!(out, "LatencyAtQuantileMS({quantile})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_binds_before_or() {
        let text = "NetworkErrorRatio() > 0.30 || ResponseCodeRatio(500, 600, 0, 600) >= 0.25 && LatencyAtQuantileMS(50.0) > 100";
        let Ok(TripCondition::Any(parts)) = parse(text) else { unreachable!("it is one of two") };
        assert_eq!(
            parts[0],
            TripCondition::Compare(TripMeasure::NetworkErrorRatio, Relation::More, 0.3)
        );
        let codes = TripMeasure::ResponseCodeRatio([500, 600, 0, 600]);
        let slow = TripMeasure::LatencyAtQuantileMs(50.0);
        let both = vec![
            TripCondition::Compare(codes, Relation::AtLeast, 0.25),
            TripCondition::Compare(slow, Relation::More, 100.0),
        ];
        assert_eq!(parts[1], TripCondition::All(both));
        let grouped = parse(
            "(NetworkErrorRatio() > 0.3 || NetworkErrorRatio()<0.1) && LatencyAtQuantileMS(99.9)!=5",
        );
        let shown = "(NetworkErrorRatio > 0.3 || NetworkErrorRatio < 0.1) && LatencyAtQuantileMS(99.9) != 5";
        assert_eq!(grouped.map(|it| it.to_string()), Ok(shown.to_owned()));
    }

    #[test]
    fn mistakes_point_at_themselves() {
        let deep = "(".repeat(50_000);
        for (text, at, due) in [
            ("", 0, "NetworkErrorRatio()"),
            ("Latency() > 1", 0, "LatencyAtQuantileMS"),
            ("NetworkErrorRatio() > 1", 22, "decimal point"),
            ("LatencyAtQuantileMS(50) > 1", 20, "decimal point"),
            ("LatencyAtQuantileMS(50.0) > 0.5", 28, "whole number"),
            ("ResponseCodeRatio(500) > 0.5", 21, "`,`"),
            ("NetworkErrorRatio() 0.5", 20, "comparison"),
            ("(NetworkErrorRatio() > 0.5", 26, "`)`"),
            ("NetworkErrorRatio() > 0.5 ! x", 26, "neither"),
            (deep.as_str(), 33, "deeply"),
        ] {
            let flaw = parse(text).err();
            let said =
                flaw.as_ref().is_some_and(|flaw| flaw.at == at && flaw.message.contains(due));
            assert!(said, "{text:.40}: {flaw:?}");
        }
    }
}
