//! How labels name what other labels define.

use crate::document::fields::Name;
use crate::source::Origin;
use std::fmt;

/// A reference to a middleware or service: `name`, or `name@provider`.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub name: String,
    pub provider: Option<String>,
    pub origin: Origin,
}

impl Reference {
    pub(super) fn new(written: Name) -> Self {
        let Name { text, origin } = written;
        match text.split_once('@') {
            Some((name, provider)) => {
                Self { name: name.to_owned(), provider: Some(provider.to_owned()), origin }
            }
            None => Self { name: text, provider: None, origin },
        }
    }

    /// Whether labels must define it, not a file or Traefik itself.
    pub(crate) fn is_of_labels(&self) -> bool {
        self.provider.as_deref().is_none_or(|provider| provider == "swarm" || provider == "docker")
    }
}

impl PartialEq for Reference {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.provider) == (&other.name, &other.provider)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        self.provider.iter().try_for_each(|provider| write!(out, "@{provider}"))
    }
}

pub(super) fn references(names: Vec<Name>) -> Vec<Reference> {
    names.into_iter().map(Reference::new).collect()
}
