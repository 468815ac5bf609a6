//! Finds the file that the user names.
//!
//! A path is a file on the disk, with any name. A bare name is a scenario in `scenarios/` of the current
//! folder, or else the shipped one.

use crate::diagnostic::{Diagnostic, Diagnostics, UNREADABLE};
use crate::files::Location;
use crate::shipped;
use std::path::{Path, PathBuf};
use wssim_text::suggest;

/// The file of a scenario; an unknown bare name is a mistake.
pub(crate) fn scenario(name_or_path: &str) -> Result<Location, Diagnostics> {
    let path = PathBuf::from(name_or_path);
    if is_stack(&path) && path.is_file() {
        return Err(Diagnostics::new(vec![of_stack(&path)]));
    }
    let bare =
        path.components().count() == 1 && path.extension().is_none_or(|ending| ending != "toml");
    if !bare || path.is_file() {
        return Ok(Location::on_disk(path));
    }
    let own = Path::new(shipped::FOLDER).join(format!("{name_or_path}.toml"));
    // An existing file that cannot be read is not silently replaced by another.
    if own.symlink_metadata().is_ok() {
        return Ok(Location::on_disk(own));
    }
    if shipped::names().any(|name| name == name_or_path) {
        return Ok(Location::embedded(own));
    }
    Err(Diagnostics::new(vec![unknown(name_or_path, &own)]))
}

/// Whether it is named like a stack file.
fn is_stack(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml")
}

fn of_stack(path: &Path) -> Diagnostic {
    let (shown, made) = (path.display(), path.with_extension("toml"));
    let made = made.display();
    let message = format!("`{shown}` is a stack file, and no scenario yet");
    let help = format!(
        "`wssim import compose {shown} --to {made}` makes one of it, then `wssim check {made}`"
    );
    Diagnostic::error("stack-file", message).help(help)
}

fn unknown(name: &str, own: &Path) -> Diagnostic {
    let message = format!(
        "no scenario is named `{name}`: `{}` is not there, nor does one of that name ship with wssim",
        own.display()
    );
    let known = known();
    let near = suggest::near(name, known.iter().map(String::as_str));
    let near: Vec<String> = near.into_iter().map(|name| format!("`{name}`")).collect();
    let help = (!near.is_empty()).then(|| format!("did you mean {}?", near.join(", ")));
    Diagnostic::error(UNREADABLE, message).maybe_help(help)
}

/// The bare names here and in the program.
fn known() -> Vec<String> {
    let entries = std::fs::read_dir(shipped::FOLDER).into_iter().flatten();
    let own = entries.filter_map(|entry| {
        let name = entry.ok()?.file_name().into_string().ok()?;
        name.strip_suffix(".toml").map(str::to_owned)
    });
    let mut known: Vec<String> = own.chain(shipped::names().map(str::to_owned)).collect();
    known.sort();
    known.dedup();
    known
}

/// The file of an arm, relative to the scenario.
pub(crate) fn arm(scenario: &Location, arm: &str) -> Location {
    scenario.folder().join(arm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_as_a_path_is_never_an_embedded_one() {
        assert!(scenario("after").unwrap().is_embedded());
        for path in ["after.toml", "./after", "scenarios/after", "scenarios/after.toml"] {
            assert!(scenario(path).is_ok_and(|found| !found.is_embedded()), "{path}");
        }
        for name in ["after/", "stacks/mail", "stacks/mail.yml", "estate.yml", "", ".."] {
            assert!(!scenario(name).is_ok_and(|found| found.is_embedded()), "{name}");
        }
    }

    #[test]
    fn a_name_that_is_nearly_right_is_told_of() {
        let help = |name| scenario(name).unwrap_err().items[0].help.clone();
        assert!(help("aftre-vip").unwrap().starts_with("did you mean `after-vip`"));
        assert_eq!(help("something-else-altogether"), None);
    }
}
