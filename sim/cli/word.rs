//! Words of a command line that the user can copy.

/// `text` quoted as one word for a shell.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./=,:%+@\\".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn words_stay_words() {
        for (text, due) in [
            ("a/scenario.toml", "a/scenario.toml"),
            ("my shop/scenario.toml", "'my shop/scenario.toml'"),
            ("it's", "'it'\\''s'"),
            ("", "''"),
            ("$(id)", "'$(id)'"),
        ] {
            assert_eq!(word(text), due);
        }
    }
}
