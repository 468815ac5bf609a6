//! Tests of variants.

use super::Scenario;
use std::path::{Path, PathBuf};
use wssim_experiment::question::Worlds;

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

const OWN: &str =
    "[scenario]\ntitle = \"A shop\"\nextends = \"below/estate.toml\"\n[service.web]\nworkers = 5\n";
const MORE: &str = "[service.web]\nreplicas = 3\nworkers = 7\n";
const MOST: &str = "[service.web]\nreplicas = 9\n";

/// Reads `shop.toml` among these files.
fn read(files: &[(&str, &str)], sets: &[&str]) -> Result<Scenario, String> {
    let files = files.iter().map(|(name, text)| (PathBuf::from(name), (*text).to_owned()));
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    Scenario::of_texts(Path::new("shop.toml"), &files.collect::<Vec<_>>(), &sets)
        .map_err(|mistakes| mistakes.render(false))
}

/// A scenario that extends one in a subfolder, which has variants.
fn scenario(sets: &[&str]) -> Scenario {
    let below =
        [("below/estate.toml", ESTATE), ("below/more.toml", MORE), ("below/most.toml", MOST)];
    read(&[&[("shop.toml", OWN)][..], &below].concat(), sets).unwrap()
}

/// Replicas and workers of the only service.
fn web(scenario: &Scenario) -> (usize, Option<u32>) {
    let blueprint = scenario.blueprint(None, &[]).unwrap();
    (blueprint.services[0].containers.len(), blueprint.services[0].workers)
}

#[test]
fn files_of_a_variant_lie_over_the_scenario_in_their_order() {
    let shop = scenario(&[]);
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
    let shop = scenario(&["service.web.replicas=2"]);
    assert_eq!(web(&shop.variant("most").unwrap()), (2, Some(7)));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let shop = scenario(&[]);
    let told = |name: &str| shop.variant(name).unwrap_err().render(false);
    assert!(told("mots").contains("no variant is named `mots`"), "{}", told("mots"));
    assert!(told("mots").contains("did you mean `most`?"), "{}", told("mots"));
    let without = [("shop.toml", OWN), ("below/estate.toml", ESTATE), ("below/more.toml", MORE)];
    let missing = read(&without, &[]).unwrap().variant("most").unwrap_err().render(false);
    assert!(missing.contains("below/most.toml` cannot be read"), "{missing}");
    assert!(missing.contains("below/estate.toml:14"), "{missing}");
    let bad = format!("{ESTATE}[variant.\"a/b\"]\ntitle = \"x\"\n");
    let bad = read(&[("shop.toml", bad.as_str())], &[]).unwrap_err();
    assert!(
        bad.contains("`a/b` is no name of a variant") && bad.contains("lacks `extends`"),
        "{bad}"
    );
}

/// The variants of shipped scenarios are inside the program, too.
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
