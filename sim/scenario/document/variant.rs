//! `[variant.*]`: the scenario with further files laid over it.

use super::fields::{Fields, Name, Reader};

/// The scenario with further files laid over it.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub name: Name,
    pub title: Option<String>,
    /// Each relative to the file that names it.
    pub extends: Vec<Name>,
}

impl Variant {
    pub(super) fn read(reader: &mut Reader<'_>, name: Name, mut fields: Fields<'_>) -> Self {
        if !fields.has("extends") {
            let help =
                "files that are laid over the scenario, such as `extends = \"unpinned.toml\"`";
            fields.missing(reader, "extends", help);
        }
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        if !name.text.chars().all(is_plain) || name.text.is_empty() {
            let message = format!("`{}` is no name of a variant", name.text);
            let help = "letters, digits, `-` and `_`: files are named after it";
            reader.mistake(name.origin, "bad-name", message, Some(help.to_owned()));
        }
        let title = fields.name(reader, "title").map(|title| title.text);
        let extends = fields.names(reader, "extends").unwrap_or_default();
        fields.finish(reader);
        Self { name, title, extends }
    }
}
