//! Lists every input of a scenario with its basis: a source, an assumption, or a decision of the plan.
//!
//! A number, a size, a duration or a law has a source, or else is an assumption. Deployment settings
//! (replicas, limits, health checks), names and choices are decisions. Claims and titles are no inputs.

use crate::config;
use crate::expression;
use crate::source::Sources;
use crate::tree::{Item, Table, Value};
use std::collections::BTreeMap;
use wssim_experiment::input::{Basis, Input};

/// The beginning of a source that marks an assumption.
const ASSUMED: &str = "assumption";
/// Keys of services that are deployment settings in stack files.
const DEPLOYED: [&str; 13] = [
    "container_labels",
    "cpus",
    "healthcheck",
    "labels",
    "max_replicas_per_node",
    "memory.limit",
    "memory.reservation",
    "ports",
    "replicas",
    "restart",
    "rollback",
    "stop_grace_period",
    "update",
];

/// All inputs, in the order of paths.
pub(crate) fn inputs(
    table: &Table,
    defaults: &[(String, String)],
    sources: &Sources,
) -> Vec<Input> {
    let mut all = BTreeMap::new();
    let mut beside: BTreeMap<String, [Option<String>; 2]> = BTreeMap::new();
    config::each(table, &mut |path, item| {
        let plain = || item.text().map_or_else(|| config::write(item), str::to_owned);
        let (base, key) = path.rsplit_once('.').unwrap_or(("", path));
        match key {
            "source" => beside.entry(base.to_owned()).or_default()[0] = Some(plain()),
            "range" => beside.entry(base.to_owned()).or_default()[1] = Some(plain()),
            _ if path.starts_with("claim[") || path == "scenario.title" => {}
            _ => {
                let path = path.strip_suffix(".value").unwrap_or(path);
                let place = sources.shortest(item.origin);
                let basis = basis(path, item, &place);
                let value = plain();
                let path = path.to_owned();
                all.insert(path.clone(), Input { path, value, range: None, place, basis });
            }
        }
    });
    for (path, [source, range]) in beside {
        let Some(input) = all.get_mut(&path) else { continue };
        input.range = range;
        if let Some(source) = source {
            input.basis = of_source(source);
        }
    }
    for (path, value) in defaults {
        let is_law = expression::parse(value).is_ok();
        let basis = if is_law { Basis::Assumption(None) } else { Basis::Decision };
        let place = "default".to_owned();
        let (path, value) = (path.clone(), value.clone());
        all.entry(path.clone()).or_insert(Input { path, value, range: None, place, basis });
    }
    all.into_values().collect()
}

fn of_source(source: String) -> Basis {
    match source.strip_prefix(ASSUMED) {
        None => Basis::Source(source),
        Some(reason) => {
            let reason = reason.trim_start_matches([':', ' ']);
            Basis::Assumption((!reason.is_empty()).then(|| reason.to_owned()))
        }
    }
}

fn basis(path: &str, item: &Item, place: &str) -> Basis {
    let is_stack = place.contains(".yml:") || place.contains(".yaml:");
    if is_quantity(item) && !(is_stack && is_deployed(path)) {
        Basis::Assumption(None)
    } else {
        Basis::Decision
    }
}

fn is_deployed(path: &str) -> bool {
    let is_key = |key: &&str| {
        let at = path.find(&format!(".{key}"));
        at.is_some_and(|at| {
            matches!(path.as_bytes().get(at + key.len() + 1), None | Some(b'.' | b'['))
        })
    };
    path.starts_with("service.") && DEPLOYED.iter().any(is_key)
}

fn is_quantity(item: &Item) -> bool {
    match &item.value {
        Value::Integer(_) | Value::Float(_) => true,
        Value::Text(text) => expression::parse(text).is_ok(),
        Value::Array(items) => !items.is_empty() && items.iter().all(is_quantity),
        Value::Boolean(_) | Value::Table(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scenario;
    use std::path::{Path, PathBuf};

    const SHOP: &str = r#"
[scenario]
title = "Shop"
stacks = ["shop.yml"]
[node.a]
cores = 4
disk = "nvme"
memory = { value = "8 GB", source = "a bill" }
[traffic.web]
entry = "web.page"
arrivals = { kind = "poisson", rate = { value = "4/s", range = ["1/s", "9/s"], source = "assumption: a quiet day" } }
[service.web.endpoint.page]
steps = [ { cpu = "exp(2ms)" } ]
[[claim]]
id = "fast"
text = "fast"
source = "the plan"
metric = 'response_time_seconds{entry="web", stat="mean"}'
expect = { max = "9ms" }
"#;
    const STACK: &str = "services:
  web:
    image: web:1
    x-wssim:
      background: {every: exp(1s), cpu: exp(1ms)}
    deploy:
      replicas: 2
";

    fn of_shop() -> Vec<Input> {
        let texts = [("here/shop.toml", SHOP), ("here/shop.yml", STACK)];
        let texts = texts.map(|(path, text)| (PathBuf::from(path), text.to_owned()));
        let sets = ["node.a.speed=2.0".to_owned()];
        let scenario = Scenario::of_texts(Path::new("here/shop.toml"), &texts, &sets);
        scenario.unwrap_or_else(|mistakes| panic!("{mistakes}")).inputs()
    }

    #[test]
    fn inputs_rest_on_what_their_authors_say() {
        let all = of_shop();
        let of = |path: &str| {
            let found = all.iter().find(|input| input.path == path);
            found.unwrap_or_else(|| panic!("{path} in {all:#?}"))
        };
        let assumed = Basis::Assumption(None);
        for (path, value, place, basis) in [
            ("node.a.memory", "8 GB", "shop.toml:8", Basis::Source("a bill".to_owned())),
            ("node.a.cores", "4", "shop.toml:6", assumed.clone()),
            ("node.a.speed", "2.0", "--set", assumed.clone()),
            ("node.a.disk", "nvme", "shop.toml:7", Basis::Decision),
            ("service.web.replicas", "2", "shop.yml:7", Basis::Decision),
            ("service.web.background.cpu", "exp(1ms)", "shop.yml:5", assumed.clone()),
            ("service.web.endpoint.page.steps[0].cpu", "exp(2ms)", "shop.toml:13", assumed),
            ("scenario.kind", "steady", "default", Basis::Decision),
        ] {
            let Input { value: found, place: at, basis: on, range, .. } = of(path);
            assert_eq!((found.as_str(), at.as_str(), on), (value, place, &basis), "{path}");
            assert_eq!(*range, None, "{path}");
        }
        let rate = of("traffic.web.arrivals.rate");
        assert_eq!(rate.range.as_deref(), Some("[\"1/s\", \"9/s\"]"));
        assert_eq!(rate.basis, Basis::Assumption(Some("a quiet day".to_owned())));
    }

    #[test]
    fn claims_and_titles_are_no_inputs() {
        for input in of_shop() {
            let path = input.path.as_str();
            assert!(!path.starts_with("claim") && path != "scenario.title", "{path}");
            let key = path.rsplit('.').next();
            assert!(key != Some("source") && key != Some("range"), "{path}");
        }
    }
}
