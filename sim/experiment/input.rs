//! An input of a scenario and what it rests on, as the scenario tells it and reports show it.

/// A value in force, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its path, such as `node.gmktec.memory`.
    pub path: String,
    /// As it is written.
    pub value: String,
    /// The ends between which it lies, as they are written.
    pub range: Option<String>,
    /// File and line without the folder, a flag, or `default`.
    pub place: String,
    /// What it rests on.
    pub basis: Basis,
}

/// What an input rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// A source, which the file names.
    Source(String),
    /// It is assumed, for this reason where there is one.
    Assumption(Option<String>),
    /// It is decided: a name, a choice, or what a stack file deploys.
    Decision,
}
