//! Checks that each member of a group exists, and that no group contains itself.

use super::checking::Checking;
use crate::diagnostic::Diagnostic;
use crate::document::fields::Name;
use std::collections::BTreeSet;
use wssim_text::suggest;

/// Kinds of members.
const KINDS: [&str; 4] = ["service", "node", "entry", "group"];

/// Kind and name of a member such as `service.api`.
pub(crate) fn split(member: &str) -> Option<(&'static str, &str)> {
    let (kind, name) = member.split_once('.')?;
    KINDS.iter().find(|known| **known == kind).map(|kind| (*kind, name))
}

impl Checking<'_> {
    pub(super) fn groups(&mut self) {
        let document = self.document;
        for (name, group) in &document.groups {
            for member in &group.members {
                self.member(member);
            }
            let all = group.members.len();
            let mut seen = BTreeSet::new();
            for member in &group.members {
                if !seen.insert(&member.text) {
                    let message = format!("group `{name}` names `{}` twice", member.text);
                    self.error("duplicate-member", message, member.origin);
                }
            }
            if all == 0 {
                let message = format!("group `{name}` has no members");
                self.error("out-of-range", message, group.origin);
            }
            if all > 0 && group.need.is_some_and(|need| need as usize > all) {
                let message = format!("group `{name}` needs more than its {all} members");
                self.error("out-of-range", message, group.origin);
            }
            if self.reaches(name, name, &mut BTreeSet::new()) {
                let message = format!("group `{name}` belongs to itself");
                self.error("circle", message, group.origin);
            }
        }
    }

    fn member(&mut self, member: &Name) {
        let document = self.document;
        let Some((kind, name)) = split(&member.text) else {
            let message = format!("`{}` is not of the form kind.name", member.text);
            let help = "such as `service.api`, `node.a`, `entry.web` or `group.databases`";
            let diagnostic = Diagnostic::error("unknown-member", message).help(help);
            return self.out.push(diagnostic.at(self.sources, member.origin));
        };
        let is_known = match kind {
            "service" => document.services.contains_key(name),
            "node" => document.nodes.contains_key(name),
            "entry" => document.traffic.contains_key(name),
            _ => document.groups.contains_key(name),
        };
        if !is_known {
            let known: Vec<&str> = match kind {
                "service" => document.services.keys().map(String::as_str).collect(),
                "node" => document.nodes.keys().map(String::as_str).collect(),
                "entry" => document.traffic.keys().map(String::as_str).collect(),
                _ => document.groups.keys().map(String::as_str).collect(),
            };
            let message = format!("no {kind} is named `{name}`");
            let diagnostic = Diagnostic::error("unknown-member", message);
            let diagnostic = diagnostic.at(self.sources, member.origin);
            self.out.push(diagnostic.maybe_help(suggest::hint(name, known)));
        }
    }

    /// Whether `to` is a direct or indirect member of `from`.
    fn reaches<'n>(&'n self, from: &'n str, to: &str, seen: &mut BTreeSet<&'n str>) -> bool {
        let members = self.document.groups.get(from).map_or(&[][..], |group| &group.members);
        let groups = members.iter().filter_map(|member| split(&member.text));
        groups
            .filter(|(kind, _)| *kind == "group")
            .any(|(_, name)| name == to || (seen.insert(name) && self.reaches(name, to, seen)))
    }
}
