//! Variants: the scenario with further files laid over it, as if a file extended them all.

use super::Scenario;
use crate::base::Shared;
use crate::diagnostic::{Diagnostic, Diagnostics, UNREADABLE};
use crate::document::variant::Variant;
use wssim_text::suggest;

impl Scenario {
    /// The names of its variants, in their order.
    #[must_use]
    pub fn variants(&self) -> Vec<&str> {
        self.all_variants().map(|variant| variant.name.text.as_str()).collect()
    }

    /// The title of that variant, or its name.
    #[must_use]
    pub fn variant_title(&self, name: &str) -> String {
        let variant = self.all_variants().find(|variant| variant.name.text == name);
        variant.and_then(|variant| variant.title.clone()).unwrap_or_else(|| name.to_owned())
    }

    /// The variant of that name.
    ///
    /// # Errors
    /// When there is none of that name, one of its files cannot be read, or the result has mistakes.
    pub fn variant(&self, name: &str) -> Result<Self, Diagnostics> {
        let found = self.all_variants().find(|variant| variant.name.text == name);
        let variant = found.ok_or_else(|| Diagnostics::new(vec![self.no_variant(name)]))?;
        let own = self.location.path().with_extension("");
        let own = own.file_name().unwrap_or_default().to_string_lossy();
        let place = self.location.folder().join(format!("{own}+{name}.toml"));
        let text = self.text_of(variant)?;
        let shared = Shared::of(self.shared.files.so_far());
        shared.files.hold(&place, &text);
        let read = Self::read_from(place, &self.sets, shared)?;
        Ok(Self { is_migrated: self.is_migrated, ..read })
    }

    fn all_variants(&self) -> impl Iterator<Item = &Variant> {
        self.world.document.variants.iter()
    }

    fn no_variant(&self, name: &str) -> Diagnostic {
        let message = format!("no variant is named `{name}`");
        let help = suggest::hint(name, self.variants())
            .unwrap_or_else(|| "the scenario has no `[variant.NAME]`".to_owned());
        Diagnostic::error("unknown-variant", message).help(help)
    }

    /// A file that extends the scenario and the variant's files.
    fn text_of(&self, variant: &Variant) -> Result<String, Diagnostics> {
        let (sources, folder) = (&self.world.sources, self.location.folder());
        let own = self.location.path().file_name().unwrap_or_default();
        let mut files = vec![own.to_string_lossy().into_owned()];
        let mut mistakes = Vec::new();
        for name in &variant.extends {
            let file = sources.beside(name.origin, &name.text);
            if let Err(reason) = self.shared.files.read(&file) {
                let message = format!("`{}` cannot be read: {reason}", file.shown());
                mistakes.push(Diagnostic::error(UNREADABLE, message).at(sources, name.origin));
            }
            files.push(file.within(&folder).to_string_lossy().into_owned());
        }
        if !mistakes.is_empty() {
            return Err(Diagnostics::new(mistakes));
        }
        let title = format!("{} · {}", self.question.title, self.variant_title(&variant.name.text));
        let files: Vec<toml::Value> = files.into_iter().map(toml::Value::String).collect();
        let [title, files] = [toml::Value::String(title), toml::Value::Array(files)];
        Ok(format!("[scenario]\ntitle = {title}\nextends = {files}\n"))
    }
}

#[cfg(test)]
mod tests;
