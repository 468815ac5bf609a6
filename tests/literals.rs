//! The string literals of Rust code, and the calls that they are arguments of: as far as rules of style
//! need it.

/// A string literal.
#[derive(Debug, PartialEq)]
pub(crate) struct Literal {
    /// The text between its quotes.
    pub(crate) text: String,
    /// Enclosing calls, macros (`assert!`) and attributes (`#`), outermost first.
    pub(crate) within: Vec<String>,
}

impl Literal {
    /// Whether one of `names` encloses it.
    pub(crate) fn is_within(&self, names: &[&str]) -> bool {
        self.within.iter().any(|name| names.contains(&name.as_str()))
    }
}

/// Literals of `code`, in their order.
pub(crate) fn of(code: &str) -> Vec<Literal> {
    let mut reader = Reader { rest: code, word: String::new(), open: Vec::new() };
    std::iter::from_fn(|| reader.next()).collect()
}

struct Reader<'a> {
    rest: &'a str,
    /// The name before the next character, `!` or `#` included.
    word: String,
    /// The owner of each open bracket; empty without one.
    open: Vec<String>,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<Literal> {
        loop {
            let first = self.rest.chars().next()?;
            if let Some(text) = self.text() {
                let within = self.open.iter().filter(|name| !name.is_empty()).cloned().collect();
                return Some(Literal { text, within });
            }
            match first {
                '/' if self.rest.starts_with("//") => {
                    self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
                }
                '\'' => self.skip(quoted(self.rest)),
                '(' | '[' | '{' => {
                    self.skip(1);
                    self.open.push(std::mem::take(&mut self.word));
                }
                ')' | ']' | '}' => {
                    self.skip(1);
                    self.open.pop();
                    self.word.clear();
                }
                _ => self.name(first),
            }
        }
    }

    /// Skips `length` bytes.
    fn skip(&mut self, length: usize) {
        self.rest = &self.rest[length..];
    }

    /// Reads a character of a name, or one that ends it.
    fn name(&mut self, next: char) {
        self.skip(next.len_utf8());
        if next.is_alphanumeric() || matches!(next, '_' | '!' | '#') {
            self.word.push(next);
        } else {
            self.word.clear();
        }
    }

    /// Removes and returns the text of the literal that begins here.
    fn text(&mut self) -> Option<String> {
        let inside = self.rest.strip_prefix('"')?;
        let raw = self.word.strip_prefix('r').filter(|rest| rest.chars().all(|one| one == '#'));
        let end = raw.map_or_else(|| "\"".to_owned(), |hashes| format!("\"{hashes}"));
        let is_raw = raw.is_some();
        let mut escaped = false;
        let length = inside.char_indices().find_map(|(at, character)| {
            let ends = !escaped && inside[at..].starts_with(&end);
            escaped = !is_raw && character == '\\' && !escaped;
            ends.then_some(at)
        })?;
        let text = inside[..length].to_owned();
        self.skip(1 + length + end.len());
        self.word.clear();
        Some(text)
    }
}

/// The length of a character literal; of a lifetime only its quote.
fn quoted(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((escaped, _))) => {
            let end = rest[escaped + 1..].find('\'');
            end.map_or(1, |end| escaped + 1 + end + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

#[test]
fn literals_are_told_from_all_that_looks_like_one() {
    let code = r##"
        // "a comment"
        #[allow(unused, reason = "an attribute")]
        fn name<'a>(of: &'a str, quote: char) -> String {
            assert!(quote != '"' && quote != '\'', "an assertion of {of}");
            let told = call(of, "one \" two"); // "another comment"
            vec![format!("{told} {}", r#"a "raw" one"#), "last".to_owned()]
        }"##;
    let literals = of(code);
    let found: Vec<(&str, Vec<&str>)> = literals
        .iter()
        .map(|one| (one.text.as_str(), one.within.iter().map(String::as_str).collect()))
        .collect();
    let due: [(&str, &[&str]); 6] = [
        ("an attribute", &["#", "allow"]),
        ("an assertion of {of}", &["assert!"]),
        (r#"one \" two"#, &["call"]),
        ("{told} {}", &["vec!", "format!"]),
        (r#"a "raw" one"#, &["vec!", "format!"]),
        ("last", &["vec!"]),
    ];
    assert_eq!(found.len(), due.len(), "{found:?}");
    for ((text, within), (due_text, due_within)) in found.iter().zip(due) {
        assert_eq!((*text, within.as_slice()), (due_text, due_within));
    }
}
