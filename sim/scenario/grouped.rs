//! Merges warnings of one kind: the first with its place, their number, and the subjects of the others.
//! Large stack files repeat the same warning a hundred times.

use crate::diagnostic::{Diagnostic, Severity};
use std::collections::BTreeMap;

/// Kinds that are not merged: each has its own remedy; notes on no effect are few already.
const APART: [&str; 2] = ["pending", "no-effect"];
/// Most others of a kind that are named.
const NAMED: usize = 5;

/// Merges warnings of one kind and one remedy, at the place of the first.
pub(crate) fn grouped(items: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut out: Vec<Vec<Diagnostic>> = Vec::new();
    let mut known: BTreeMap<(&str, Option<String>), usize> = BTreeMap::new();
    for item in items {
        let alone =
            item.severity != Severity::Warning || item.span.is_none() || APART.contains(&item.code);
        let key = (item.code, item.help.clone());
        if let Some(at) = known.get(&key).filter(|_| !alone) {
            out[*at].push(item);
            continue;
        }
        if !alone {
            known.insert(key, out.len());
        }
        out.push(vec![item]);
    }
    out.into_iter().filter_map(one).collect()
}

/// One warning for all of a kind.
fn one(mut items: Vec<Diagnostic>) -> Option<Diagnostic> {
    let others = items.split_off(1.min(items.len()));
    let mut first = items.pop()?;
    let same = 1 + others.iter().filter(|other| other.message == first.message).count();
    let more = 1 + others.len() - same;
    let rest: Vec<String> = subjects(&first.message, &others);
    if same > 1 {
        let what = if first.code.starts_with("ignored-") { "services" } else { "places" };
        first.message = format!("{} ({same} {what})", first.message);
    }
    if more > 0 {
        first.message = format!("{}, and {more} more like it", first.message);
        let shown = rest.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let beyond = rest.len().saturating_sub(NAMED);
        let beyond = match beyond {
            0 => String::new(),
            1 => " and 1 other".to_owned(),
            more => format!(" and {more} others"),
        };
        let help = first.help.map_or_else(String::new, |help| format!("{help}; "));
        first.help = Some(format!("{help}also {shown}{beyond}"));
    }
    Some(first)
}

/// The subjects of the others, each once: the name in their message, or the line.
fn subjects(first: &str, others: &[Diagnostic]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for other in others.iter().filter(|other| other.message != first) {
        let named = name_in(&other.message).filter(|name| name_in(first) != Some(*name));
        let line = || other.span.as_ref().map(|place| format!("line {}", place.line()));
        let subject = named.map(|name| format!("`{name}`")).or_else(line);
        out.extend(subject.filter(|subject| !out.contains(subject)));
    }
    out
}

/// The first name in a message, except the name of the program that it quotes.
fn name_in(message: &str) -> Option<&str> {
    message.split('`').skip(1).step_by(2).find(|name| *name != "docker stack deploy")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Location;
    use crate::source::{Origin, SourceText, Sources};

    fn at(place: u32, message: &str, help: &str) -> Diagnostic {
        let mut sources = Sources::default();
        let source = sources.add(SourceText::of_file(&Location::on_disk("a.yml"), "123456"));
        let origin = Origin { source, start: place, end: place };
        Diagnostic::warning("unset-variable", message).help(help).at(&sources, origin)
    }

    #[test]
    fn a_kind_is_told_once_with_all_that_it_is_about() {
        let told = grouped(vec![
            at(1, "`A` is not set", "write it"),
            at(2, "`B` is not set", "write it"),
            at(3, "`A` is not set", "write it"),
            at(4, "`C` is not set", "or else"),
            at(5, "`B` is not set", "write it"),
        ]);
        let told: Vec<(String, Option<String>)> =
            told.into_iter().map(|item| (item.message, item.help)).collect();
        let first = "`A` is not set (2 places), and 2 more like it".to_owned();
        assert_eq!(told[0], (first, Some("write it; also `B`".to_owned())));
        assert_eq!(told[1], ("`C` is not set".to_owned(), Some("or else".to_owned())));
        assert_eq!(told.len(), 2);
    }

    #[test]
    fn errors_stay_apart() {
        let mut wrong = [at(1, "`A` is wrong", ""), at(2, "`A` is wrong", "")];
        for item in &mut wrong {
            item.severity = Severity::Error;
        }
        assert_eq!(grouped(wrong.to_vec()).len(), 2);
    }
}
