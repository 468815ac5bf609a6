//! Paths of keys, such as `traffic.web.arrivals.rate`.

/// One step of a path such as `traffic.web.arrivals.rate` or `fault[0].at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Key(String),
    Index(usize),
    Id(String),
}

impl Segment {
    /// Whether it is this key.
    pub(crate) fn is(&self, key: &str) -> bool {
        matches!(self, Self::Key(own) if own == key)
    }
}

/// Longest path of the format.
const DEEPEST: usize = 64;

/// The path of `path=value`, if it is one.
pub(crate) fn path_of(text: &str) -> Option<Vec<Segment>> {
    segments(&text[..end_of_path(text)?]).ok()
}

/// The first `=` outside quotes and brackets.
pub(crate) fn end_of_path(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '=') => return Some(at),
            _ => {}
        }
    }
    None
}

/// The steps of a path.
pub(crate) fn segments(path: &str) -> Result<Vec<Segment>, String> {
    let bad = || format!("`{}` is not a path such as `traffic.web.arrivals.rate`", path.trim());
    let mut out = Vec::new();
    let mut rest = path.trim();
    loop {
        if out.len() > DEEPEST {
            return Err(bad());
        }
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
        let (key, after) = if let Some(quote) = quote {
            rest[1..].split_once(quote).ok_or_else(bad)?
        } else {
            rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()))
        };
        let key = key.trim();
        if key.is_empty() {
            return Err(bad());
        }
        out.push(Segment::Key(key.to_owned()));
        rest = after;
        while let Some(inside) = rest.strip_prefix('[') {
            let (index, after) = inside.split_once(']').ok_or_else(bad)?;
            let index = index.trim().trim_matches(['"', '\'']);
            out.push(index.parse().map_or_else(|_| Segment::Id(index.to_owned()), Segment::Index));
            rest = after;
        }
        if rest.is_empty() {
            return Ok(out);
        }
        rest = rest.strip_prefix('.').ok_or_else(bad)?;
    }
}
