//! Variants: the scenario with more files laid over it, as if one extended them all.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use wssim_experiment::question::Worlds;
use wssim_scenario::Scenario;

/// A folder of its own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("wssim-{}-{name}", std::process::id()));
        std::fs::create_dir_all(path.join("below")).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const ESTATE: &str = r#"
[node.a]
cores = 2
[service.web]
replicas = 1
endpoint.go.steps = [ { cpu = "1ms" } ]
[traffic.users]
entry = "web.go"
arrivals = { kind = "poisson", rate = "4/s" }
[variant.more]
extends = "more.toml"
[variant.most]
title = "As many as there can be"
extends = ["more.toml", "most.toml"]
"#;

/// A scenario that extends one in a folder below it, which has variants.
fn scenario(folder: &Folder, sets: &[&str]) -> Scenario {
    folder.write("below/estate.toml", ESTATE);
    folder.write("below/more.toml", "[service.web]\nreplicas = 3\nworkers = 7\n");
    folder.write("below/most.toml", "[service.web]\nreplicas = 9\n");
    let own = "[scenario]\ntitle = \"A shop\"\nextends = \"below/estate.toml\"\n[service.web]\nworkers = 5\n";
    load(&folder.write("shop.toml", own), sets)
}

fn load(path: &Path, sets: &[&str]) -> Scenario {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    Scenario::load(path.to_str().unwrap(), &sets)
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)))
}

/// Replicas and workers of the one service.
fn web(scenario: &Scenario) -> (usize, Option<u32>) {
    let blueprint = scenario.blueprint(None, &[]).unwrap();
    (blueprint.services[0].containers.len(), blueprint.services[0].workers)
}

#[test]
fn files_of_a_variant_lie_over_the_scenario_in_their_order() {
    let folder = Folder::new("variant-order");
    let shop = scenario(&folder, &[]);
    assert_eq!((web(&shop), shop.variants()), ((1, Some(5)), vec!["more", "most"]));
    let [more, most] = ["more", "most"].map(|name| shop.variant(name).unwrap());
    assert_eq!((web(&more), web(&most)), ((3, Some(7)), (9, Some(7))));
    let told = [&shop, &more, &most].map(Scenario::question);
    assert_eq!(told.each_ref().map(|one| one.name.as_str()), ["shop", "shop+more", "shop+most"]);
    let titles = ["A shop", "A shop · more", "A shop · As many as there can be"];
    assert_eq!(told.each_ref().map(|one| one.title.as_str()), titles);
}

#[test]
fn what_is_set_lies_over_a_variant_too() {
    let folder = Folder::new("variant-set");
    let shop = scenario(&folder, &["service.web.replicas=2"]);
    assert_eq!(web(&shop.variant("most").unwrap()), (2, Some(7)));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let folder = Folder::new("variant-wrong");
    let shop = scenario(&folder, &[]);
    let told = |name: &str| shop.variant(name).unwrap_err().render(false);
    assert!(told("mots").contains("no variant is named `mots`"), "{}", told("mots"));
    assert!(told("mots").contains("did you mean `most`?"), "{}", told("mots"));
    std::fs::remove_file(folder.0.join("below/most.toml")).unwrap();
    let missing = shop.variant("most").unwrap_err().render(false);
    assert!(missing.contains("below/most.toml` cannot be read"), "{missing}");
    assert!(missing.contains("below/estate.toml:14"), "{missing}");
    let bad = format!("{ESTATE}[variant.\"a/b\"]\ntitle = \"x\"\n");
    let path = folder.write("bad.toml", &bad);
    let bad = Scenario::load(path.to_str().unwrap(), &[]).unwrap_err().render(false);
    assert!(
        bad.contains("`a/b` is no name of a variant") && bad.contains("lacks `extends`"),
        "{bad}"
    );
}

/// The scenarios inside the program have theirs inside it, too.
#[test]
fn variants_ship_with_their_scenarios() {
    for name in ["after", "after-k3s", "after-nomad", "after-compose"] {
        let scenario = Scenario::load(name, &[]).unwrap();
        assert_eq!(scenario.variants(), ["deployment", "unpinned"], "{name}");
        for variant in scenario.variants() {
            let variant = scenario.variant(variant);
            assert!(variant.is_ok_and(|one| one.is_shipped()), "{name}");
        }
    }
}
