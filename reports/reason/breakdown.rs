//! The components of a number, as a sentence.

use wssim_experiment::reason::{Breakdown, Component, Whole};

/// Most components named in one sentence.
const NAMED: usize = 3;

/// `a request spends most of its time in cpu shop (12.3 ms), network (4.00 ms)`.
pub(super) fn breakdown(of: &Breakdown) -> String {
    let lead = if of.is_change { change(of.of) } else { level(of.of) };
    format!("{lead} {}", parts(of))
}

/// `cpu shop (12.3 ms), network (4.00 ms)`: the largest.
pub(crate) fn parts(of: &Breakdown) -> String {
    let parts: Vec<String> = of.parts.iter().take(NAMED).map(|part| tell(of, part)).collect();
    parts.join(", ")
}

/// `cpu shop`: the largest alone.
pub(crate) fn most(of: &Breakdown) -> String {
    of.parts.first().map_or_else(String::new, |part| tell(of, part))
}

/// The largest part of a whole.
fn level(whole: Whole) -> &'static str {
    match whole {
        Whole::RequestTime => "a request spends most of its time in",
        Whole::RunQueue => "the node's run queue holds most of",
        Whole::MemoryHeld => "most of the node's RAM is held by",
        Whole::MemoryAskedFor => "most of the RAM asked for on the node is for",
        Whole::Swap => "most of the node's swap is held by",
    }
}

/// The change of a whole by its components.
fn change(whole: Whole) -> &'static str {
    match whole {
        Whole::RequestTime => "the time of a request changes most by",
        Whole::RunQueue => "jobs in the node's run queue change most by",
        Whole::MemoryHeld => "what is held of the node's RAM changes most by",
        Whole::MemoryAskedFor => "the RAM asked for on the node changes most by",
        Whole::Swap => "what is held of the node's swap changes most by",
    }
}

fn tell(of: &Breakdown, part: &Component) -> String {
    let place = if part.at_disk { " at the disk" } else { "" };
    let plus = if of.is_change && part.amount > 0.0 { "+" } else { "" };
    format!("{}{place} ({plus}{})", part.name, amount(part.amount, of.of.unit()))
}

fn amount(value: f64, unit: &str) -> String {
    match unit {
        "seconds" => format!("{} ms", three_digits(value * 1e3)),
        "bytes" => size(value),
        _ => three_digits(value),
    }
}

/// Bytes in powers of 1000.
fn size(bytes: f64) -> String {
    let scales = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let scale = scales.into_iter().find(|(scale, _)| bytes.abs() >= *scale);
    let (scale, unit) = scale.unwrap_or((1.0, "B"));
    format!("{} {unit}", three_digits(bytes / scale))
}

/// Three significant digits, including zeros.
fn three_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = 2 - value.abs().log10().floor() as i32;
    let digits = digits.clamp(0, 9) as usize;
    format!("{value:.digits$}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, amount: f64) -> Component {
        Component { name: name.to_owned(), at_disk: false, amount }
    }

    #[test]
    fn parts_are_told_in_their_unit() {
        let told = |of, amount, is_change| {
            tell(&Breakdown { of, is_change, parts: Vec::new() }, &part("db", amount))
        };
        assert_eq!(told(Whole::RequestTime, 0.0123, false), "db (12.3 ms)");
        assert_eq!(told(Whole::RequestTime, 4.5, false), "db (4500 ms)");
        assert_eq!(told(Whole::RequestTime, 1.2e-6, false), "db (0.00120 ms)");
        assert_eq!(told(Whole::MemoryHeld, 4.594e9, false), "db (4.59 GB)");
        assert_eq!(told(Whole::Swap, -942e6, true), "db (−942 MB)");
        assert_eq!(told(Whole::MemoryAskedFor, 10e3, true), "db (+10.0 kB)");
        assert_eq!(told(Whole::RunQueue, 0.25, true), "db (+0.250)");
    }

    #[test]
    fn the_three_largest_are_named() {
        let mut parts: Vec<Component> =
            ["a", "b", "c", "d"].iter().map(|name| part(name, 0.5)).collect();
        parts[1].at_disk = true;
        let of = Breakdown { of: Whole::RunQueue, is_change: false, parts };
        assert_eq!(
            breakdown(&of),
            "the node's run queue holds most of a (0.500), b at the disk (0.500), c (0.500)"
        );
    }
}
