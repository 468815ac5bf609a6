//! The scenarios inside the program: those of `scenarios/` with a bare name, and the files that they name.
//!
//! So the program runs them in any folder.

use std::path::Path;

/// Their folder, in the repository and in messages.
pub(crate) const FOLDER: &str = "scenarios";

/// One of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shipped {
    /// Its path within their folder, with slashes.
    pub path: &'static str,
    /// All of it.
    pub text: &'static str,
}

macro_rules! embedded {
    ($($path:literal,)*) => {
        &[$(Shipped { path: $path, text: include_str!(concat!("../../scenarios/", $path)) }),*]
    };
}

/// All of them.
pub const SHIPPED: &[Shipped] = embedded![
    "after-apart.toml",
    "after-as-written.toml",
    "after-cache.toml",
    "after-compose.toml",
    "after-crash-dnsrr.toml",
    "after-crash-vip.toml",
    "after-dnsrr.toml",
    "after-firewall-as-written.toml",
    "after-four-managers.toml",
    "after-gpu.toml",
    "after-greedy.toml",
    "after-k3s.toml",
    "after-kill.toml",
    "after-mesh.toml",
    "after-night.toml",
    "after-nomad.toml",
    "after-plain.toml",
    "after-share.toml",
    "after-unencrypted.toml",
    "after-unpinned.toml",
    "after-unpooled.toml",
    "after-vip-idle.toml",
    "after-vip.toml",
    "after.toml",
    "before-estimates.toml",
    "before-share.toml",
    "before.toml",
    "containers-200.toml",
    "estate.toml",
    "estimates.toml",
    "everyday-compose.toml",
    "everyday-k3s.toml",
    "everyday-nomad.toml",
    "everyday-swarm.toml",
    "hybrid.toml",
    "migration-hybrid.toml",
    "migration.toml",
    "noisy-neighbour-limited.toml",
    "noisy-neighbour.toml",
    "proposed.toml",
    "recommended.toml",
    "rollout-after.toml",
    "rollout-before.toml",
    "rollout-compose.toml",
    "rollout-k3s.toml",
    "rollout-nomad.toml",
    "thrashing.toml",
    "today.toml",
    "pieces/compose.toml",
    "pieces/deployment.toml",
    "pieces/everyday.toml",
    "pieces/five-managers.toml",
    "pieces/k3s.toml",
    "pieces/nomad.toml",
    "pieces/rollout.toml",
    "pieces/starts.toml",
    "pieces/unpinned.toml",
    "stacks/appwrite.yml",
    "stacks/databases.yml",
    "stacks/mail.yml",
    "stacks/monitoring.yml",
    "stacks/production.yml",
    "stacks/staging.yml",
];

/// The text of the file at `path`, which begins with their folder.
pub(crate) fn text(path: &Path) -> Option<&'static str> {
    let within = path.strip_prefix(FOLDER).ok()?;
    SHIPPED.iter().find(|file| Path::new(file.path) == within).map(|file| file.text)
}

/// The bare names of the scenarios among them; partial scenarios have none.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let scenarios = SHIPPED.iter().filter(|file| !file.path.contains('/'));
    scenarios.filter_map(|file| file.path.strip_suffix(".toml"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;
    use std::collections::BTreeSet;

    /// The files of a folder beside `scenarios/` with this ending, except this one.
    fn of_repository(folder: &str, ending: &str) -> BTreeSet<String> {
        let place = Path::new("../../scenarios").join(folder);
        let entries = std::fs::read_dir(place).unwrap().map(|entry| entry.unwrap().file_name());
        let names = entries.map(|name| format!("{folder}{}", name.into_string().unwrap()));
        names.filter(|name| name.ends_with(ending)).collect()
    }

    #[test]
    fn every_scenario_and_stack_of_the_repository_is_there() {
        let own: BTreeSet<String> = SHIPPED.iter().map(|file| file.path.to_owned()).collect();
        assert_eq!(own.len(), SHIPPED.len(), "one is there twice");
        let mut there = of_repository("", ".toml");
        there.extend(of_repository("pieces/", ".toml"));
        there.extend(of_repository("stacks/", ".yml"));
        assert_eq!(own, there);
    }

    /// The tests of this crate run in its own folder, which has no `scenarios/`.
    #[test]
    fn each_is_whole_by_itself_and_says_the_same_as_on_the_disk() {
        assert!(!Path::new(FOLDER).exists());
        for name in names() {
            let embedded = Scenario::load(name, &[]).unwrap();
            assert!(embedded.is_shipped(), "{name}");
            let path = format!("../../scenarios/{name}.toml");
            let on_disk = Scenario::load(&path, &[]).unwrap();
            assert!(!on_disk.is_shipped(), "{name}");
            let [own, other] = [&embedded, &on_disk].map(|one| format!("{:?}", one.question()));
            assert!(own == other, "{name}");
            assert!(embedded.inputs() == on_disk.inputs(), "{name}");
            let config = embedded.print_config().replace(" (embedded)", "");
            let config = config.replace("# scenarios/", "# ../../scenarios/");
            assert!(config == on_disk.print_config(), "{name}");
        }
    }
}
