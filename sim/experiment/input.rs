//! An input of a scenario and its basis, as shown in reports.

/// A value in force, and its basis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path, such as `node.gmktec.memory`.
    pub path: String,
    /// As written.
    pub value: String,
    /// The ends of its range, as written.
    pub range: Option<String>,
    /// File and line without the folder, a flag, or `default`.
    pub place: String,
    /// Its basis.
    pub basis: Basis,
}

/// The basis of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A source, which the file names.
    Source(String),
    /// An assumption, with its reason if given.
    Assumption(Option<String>),
    /// A decision: a name, a choice, or part of a stack file.
    Decision,
}
