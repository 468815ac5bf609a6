//! "Did you mean …?": the nearest valid name.

/// The name in `valid` nearest to `wrong`, if near enough: at most a third of its letters, and at least
/// one, are inserted, deleted, replaced or swapped with a neighbour (optimal string alignment). Of
/// equally near names the first in alphabetical order.
#[must_use]
pub fn nearest<'a>(wrong: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(wrong, valid).into_iter().next()
}

/// The few names in `valid` that are near enough to `wrong`, the nearest first.
#[must_use]
pub fn near<'a>(wrong: &str, valid: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    const A_FEW: usize = 5;
    let wrong = plain(wrong);
    let letters = wrong.chars().count();
    let limit = (letters / 3).max(1);
    let mut near: Vec<(usize, &str)> = valid
        .into_iter()
        .filter(|name| is_as_long(letters, name, limit))
        .map(|name| (strsim::osa_distance(&wrong, &plain(name)), name))
        .filter(|(distance, _)| *distance <= limit && *distance < letters)
        .collect();
    near.sort_unstable();
    near.into_iter().take(A_FEW).map(|(_, name)| name).collect()
}

/// Longest word that is compared, in letters: the cost grows with the square.
const LONGEST: usize = 64;

/// `name` in lower case, cut to [`LONGEST`].
fn plain(name: &str) -> String {
    name.chars().take(LONGEST).flat_map(char::to_lowercase).take(LONGEST).collect()
}

/// Whether the length of `name` differs from `letters` by at most `limit`: each missing or extra letter
/// is an edit.
fn is_as_long(letters: usize, name: &str, limit: usize) -> bool {
    let own = name.chars().take(LONGEST).count();
    own.abs_diff(letters) <= limit
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
        assert_eq!(near("ws-trade", names), ["ws-trades"]);
        assert_eq!(near("after-vp", ["after-vip-x", "before", "after-vip"]), ["after-vip"]);
        assert_eq!(near("node1", ["node12", "node2", "node1"]), ["node1", "node12", "node2"]);
    }

    #[test]
    fn a_third_of_the_letters_may_be_wrong() {
        assert_eq!(nearest("ab", ["ba"]), Some("ba"), "a swap is one change");
        assert_eq!(nearest("abc", ["axy"]), None, "two of three are too many");
        assert_eq!(nearest("abcdef", ["abxyef"]), Some("abxyef"));
        assert_eq!(nearest("x", ["y"]), None, "and never all of them");
        assert_eq!(nearest("Web", ["web", "wib"]), Some("web"));
        assert_eq!(nearest("", ["a"]), None);
        let long = "a".repeat(10_000);
        assert_eq!(nearest(&long, [long.as_str()]), Some(long.as_str()));
    }

    #[test]
    fn a_hint_is_the_nearest_name_or_all_of_a_few() {
        assert_eq!(hint("ndoe", ["node", "site"]).unwrap(), "did you mean `node`?");
        assert_eq!(hint("redis", ["node", "site"]).unwrap(), "known: `node`, `site`");
        assert_eq!(hint("redis", []), None);
        assert_eq!(hint("redis", ["node"; 13]), None, "too many to list");
    }
}
