//! Checks for impossible growth, and for growth that ends before its goal.

use super::DURATION;
use super::checking::Checking;
use crate::diagnostic::Diagnostic;
use crate::length::shown;
use crate::places::{self, Places};
use wssim_kernel::Nanos;

impl Checking<'_> {
    /// Checks of growth that do not depend on placement.
    pub(super) fn growth(&mut self) {
        let document = self.document;
        let Some(growth) = &document.growth else { return };
        if !super::is_window(document) {
            let message = "containers are added in a window; this is a steady state";
            self.error("contradiction", message, growth.origin);
        }
        for name in growth.services.iter().flatten() {
            if !self.known("service", name, document.services.keys()) {
                continue;
            }
            if let Some(why) = places::never_grows(&document.services[&name.text]) {
                let message = format!("`{}` does not grow: {why}", name.text);
                let diagnostic = Diagnostic::warning("growth-without-effect", message);
                self.out.push(diagnostic.at(self.sources, name.origin));
            }
        }
    }

    /// Checks how far growth gets.
    pub(super) fn grown(&mut self, places: &Places) {
        let document = self.document;
        let Some(growth) = &document.growth else { return };
        let (count, to) = (places.count(), growth.to as usize);
        if to < count {
            let message = format!("{count} containers run from the first, more than {to}");
            self.error("out-of-range", message, growth.origin);
            return;
        }
        let (added, end) = (places.added.len(), count + places.added.len());
        if end < to {
            let message = format!("growth ends with {end} containers, of {to}");
            let help = "no service that grows finds a node for one more";
            let diagnostic = Diagnostic::warning("growth-ends", message).help(help);
            self.out.push(diagnostic.at(self.sources, growth.origin));
        }
        let stretch = document.header.duration.unwrap_or(DURATION);
        let length = Nanos(growth.every.0.saturating_mul(added as u64));
        if length > stretch {
            let within = stretch.0 / growth.every.0.max(1);
            let stretch = shown(stretch);
            let message =
                format!("{within} of {added} containers are added in a stretch of {stretch}");
            let diagnostic = Diagnostic::warning("growth-too-slow", message);
            self.out.push(diagnostic.at(self.sources, growth.origin));
        }
    }
}
