//! "Did you mean …?": the nearest valid name.

/// The number of insertions, deletions, replacements and swaps of neighbours that make `a` into `b`
/// (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut table = vec![0; (a.len() + 1) * width];
    for (row, cell) in table.iter_mut().step_by(width).enumerate() {
        *cell = row;
    }
    for (column, cell) in table.iter_mut().take(width).enumerate() {
        *cell = column;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (table[(i - 1) * width + j] + 1)
                .min(table[i * width + j - 1] + 1)
                .min(table[(i - 1) * width + j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(table[(i - 2) * width + j - 2] + 1);
            }
            table[i * width + j] = best;
        }
    }
    table[a.len() * width + b.len()]
}

/// The name among `valid` that is nearest to `wrong`, if it is near enough to be meant.
pub(crate) fn nearest<'a>(
    wrong: &str,
    valid: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Nobody mistypes a name of hundreds of letters, and the table grows with the square.
    const LONGEST: usize = 64;
    let letters: Vec<char> = wrong.to_lowercase().chars().take(LONGEST).collect();
    let limit = (letters.len() / 3).max(1);
    valid
        .into_iter()
        .map(|name| {
            let other: Vec<char> = name.to_lowercase().chars().take(LONGEST).collect();
            (distance(&letters, &other), name)
        })
        .filter(|(distance, _)| *distance <= limit && *distance < letters.len())
        .min()
        .map(|(_, name)| name)
}

/// The hint for a wrong name: the nearest valid one, or a short list of all.
#[must_use]
pub fn hint<'a>(wrong: &str, valid: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    const LISTED: usize = 12;
    if let Some(name) = nearest(wrong, valid.clone()) {
        return Some(format!("did you mean `{name}`?"));
    }
    let all: Vec<String> = valid.into_iter().map(|name| format!("`{name}`")).collect();
    match all.len() {
        0 => None,
        1..=LISTED => Some(format!("known: {}", all.join(", "))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_name_is_found() {
        let names = ["ws-company", "ws-trades", "gibd-postgres"];
        assert_eq!(nearest("ws-compnay", names), Some("ws-company"));
        assert_eq!(nearest("gibd-postgers", names), Some("gibd-postgres"));
        assert_eq!(nearest("redis", names), None);
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        let of = |a: &str, b: &str| {
            distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("ab", "ba"), 1);
        assert_eq!(of("", "abc"), 3);
    }
}
