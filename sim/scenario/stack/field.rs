//! Overrides of fields of stack files: `--set stack.shop.services.web.deploy.replicas=3`.
//!
//! After the name of the stack, the path follows the stack file. Keys unknown to Docker are refused
//! here, though a file may have them: setting them would have no effect.

use super::keys::{self, FieldShape};
use crate::diagnostic::Diagnostic;
use crate::load::{self, Assignment, Set};
use crate::path::{Segment, path_of};
use crate::source::Sources;
use crate::tree::Table;
use wssim_text::suggest;

/// Parts of a stack file that can be set: other keys of `[stack.NAME]` are the scenario's own.
const WITHIN: [&str; 2] = ["networks", "services"];

/// A field of a stack file, and its value.
pub(crate) struct Field {
    stack: String,
    set: Assignment,
}

/// Whether `set` is about a field of a stack file.
pub(crate) fn is_field(set: &str) -> bool {
    let path = path_of(set);
    path.is_some_and(|path| stack_of(&path).is_some())
}

fn stack_of(path: &[Segment]) -> Option<&str> {
    match path {
        [Segment::Key(root), Segment::Key(stack), Segment::Key(within), ..]
            if root == "stack" && WITHIN.contains(&within.as_str()) =>
        {
            Some(stack)
        }
        _ => None,
    }
}

/// Whether `path` is that of a field that takes whole numbers.
pub(crate) fn takes_whole(path: &[Segment]) -> bool {
    shape(path) == Some(FieldShape::Count)
}

/// Whether `path` is that of a field that takes a size, as Docker writes it: `512M`.
pub(crate) fn takes_size(path: &[Segment]) -> bool {
    shape(path) == Some(FieldShape::Size)
}

fn shape(path: &[Segment]) -> Option<FieldShape> {
    stack_of(path)?;
    let mut steps = Vec::new();
    for (at, segment) in path[2..].iter().enumerate() {
        match segment {
            // The second step below the stack is a name chosen by the author.
            Segment::Key(_) if at == 1 => steps.push("*"),
            Segment::Key(key) => steps.push(key.as_str()),
            Segment::Index(_) | Segment::Id(_) => return None,
        }
    }
    keys::find(&steps.join(".")).map(|key| key.shape)
}

/// The fields of `sets`.
pub(crate) fn read(
    sets: &[&Set],
    sources: &mut Sources,
    mistakes: &mut Vec<Diagnostic>,
) -> Vec<Field> {
    let mut field = |(set, shown): &Set| {
        let set = load::assignment(set, shown, sources, mistakes)?;
        Some(Field { stack: stack_of(&set.path)?.to_owned(), set })
    };
    sets.iter().filter_map(|set| field(set)).collect()
}

/// Refuses fields of unknown stacks.
pub(super) fn refuse_strangers(
    fields: &[Field],
    stacks: &[&str],
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) {
    for field in fields.iter().filter(|field| !stacks.contains(&field.stack.as_str())) {
        let message = format!("no stack file is named `{}`", field.stack);
        let help = suggest::hint(&field.stack, stacks.to_vec());
        let diagnostic = Diagnostic::error("unknown-path", message).maybe_help(help);
        mistakes.push(diagnostic.at(sources, field.set.key));
    }
}

/// Lays the values of `fields` onto the file of `stack`.
pub(super) fn lay(
    fields: &[Field],
    stack: &str,
    root: &mut Table,
    sources: &Sources,
    mistakes: &mut Vec<Diagnostic>,
) {
    for field in fields.iter().filter(|field| field.stack == stack) {
        let set = &field.set;
        let path = &set.path[2..];
        let laid = has_thing(root, path)
            .and_then(|()| load::put_within(root, path, set.value.clone(), set.key));
        if let Err((message, help)) = laid {
            let diagnostic = Diagnostic::error("unknown-path", message).maybe_help(help);
            mistakes.push(diagnostic.at(sources, set.key));
        }
    }
}

/// Checks that the service or network of a field is in the file.
fn has_thing(root: &Table, path: &[Segment]) -> Result<(), load::Unknown> {
    let [Segment::Key(within), Segment::Key(name), _, ..] = path else {
        return Err(("this is no field of a service or network".to_owned(), None));
    };
    let things = root.get(within).and_then(|entry| entry.item.table());
    let names = || things.into_iter().flatten().map(|(name, _)| name.as_str());
    if names().any(|known| known == name) {
        return Ok(());
    }
    let kind = within.trim_end_matches('s');
    Err((
        format!("no {kind} of the stack is named `{name}`"),
        suggest::hint(name, names().collect::<Vec<_>>()),
    ))
}
