//! The first letter of a sentence.

/// `text` with its first letter in upper case.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::capital;

    #[test]
    fn letters_that_have_capitals_get_them() {
        assert_eq!(
            ["", "node", "Node", "éa", "8 kB"].map(capital),
            ["", "Node", "Node", "Éa", "8 kB"]
        );
    }
}
