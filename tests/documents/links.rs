//! Every relative link of every document leads to an existing file and heading.

use super::{files, prose, read, root};
use std::path::{Component, Path, PathBuf};

/// Anchors of a document's headings on GitLab and GitHub.
fn anchors(text: &str) -> Vec<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' '));
        kept.collect::<String>().trim().to_lowercase().replace(' ', "-")
    };
    headings.map(|heading| anchor(heading.trim_start_matches('#'))).collect()
}

/// Targets of links, except those of the web.
fn targets(text: &str) -> Vec<String> {
    let prose = prose(text);
    let links = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    links.filter(|link| !link.contains("://")).map(str::to_owned).collect()
}

/// A path without `..`, as seen from the root.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(out.pop(), "{} leaves the repository", path.display()),
            part => out.push(part),
        }
    }
    out
}

#[test]
fn links_lead_somewhere() {
    let mut followed = 0;
    for name in files("", "md") {
        let text = read(&name);
        for target in targets(&text) {
            let (file, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let path = match file {
                "" => PathBuf::from(&name),
                file => plain(&Path::new(&name).parent().unwrap().join(file)),
            };
            assert!(root().join(&path).exists(), "{name}: {target} is not there");
            if !anchor.is_empty() {
                let there = anchors(&read(&path.to_string_lossy()));
                assert!(
                    there.iter().any(|other| other == anchor),
                    "{name}: no heading is {target}"
                );
            }
            followed += 1;
        }
    }
    assert!(followed > 100, "{followed}");
}

#[test]
fn anchors_are_those_of_gitlab() {
    let text = "# A step\n## `[service.NAME.memory]`\n```toml\n# none\n```\n### What's new, here\n";
    assert_eq!(anchors(text), ["a-step", "servicenamememory", "whats-new-here"]);
}
