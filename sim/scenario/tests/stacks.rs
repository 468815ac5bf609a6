//! Stack files: the treatment of each key, that nothing important is lost, and messages on mistakes.
//! Golden texts are renewed by `UPDATE_GOLDEN=1`.

#![allow(clippy::unwrap_used, clippy::format_collect)]

mod imports;

use std::path::{Path, PathBuf};
use wssim_experiment::question::{Override, Worlds as _};
use wssim_kernel::Nanos;
use wssim_model::blueprint::{LimitPolicy, Policy};
use wssim_scenario::import::compose;
use wssim_scenario::{Becomes, Scenario, render, stack_keys};

fn here(name: &str) -> PathBuf {
    Path::new("tests/stacks").join(name)
}

#[track_caller]
fn golden(name: &str, actual: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(here(name), actual).unwrap();
    }
    let expected = std::fs::read_to_string(here(name)).unwrap_or_default();
    assert!(actual == expected, "{name} differs; UPDATE_GOLDEN=1 renews it\n{actual}");
}

/// A scenario of three nodes with the stack files `stacks`, and `more` lines.
fn scenario(name: &str, stacks: &[&str], more: &str) -> Result<Scenario, String> {
    let path =
        std::env::temp_dir().join(format!("wssim-stacks-{}-{name}.toml", std::process::id()));
    let files: Vec<String> = (stacks.iter())
        .map(|stack| format!("\"{}\"", std::fs::canonicalize(here(stack)).unwrap().display()))
        .collect();
    let nodes: String =
        (1..=3).map(|n| format!("[node.n{n}]\ncores = 8\nmemory = \"16 GiB\"\n")).collect();
    let text = format!(
        "[scenario]\nstacks = [{}]\n[orchestrator]\nkind = \"swarm\"\nmanagers = [\"n1\"]\n{nodes}{more}",
        files.join(", ")
    );
    std::fs::write(&path, text).unwrap();
    let loaded = Scenario::load(path.to_str().unwrap(), &[]);
    std::fs::remove_file(&path).unwrap();
    loaded.map_err(|diagnostics| diagnostics.render(false))
}

/// The values in force of services, without their origins.
fn services(scenario: &Scenario) -> String {
    let config = scenario.print_config();
    let lines =
        config.lines().filter(|line| line.starts_with("service") || line.starts_with("network"));
    lines.map(|line| format!("{}\n", line.split("  #").next().unwrap().trim_end())).collect()
}

fn nodes(scenario: &Scenario, service: &str) -> Vec<String> {
    let placements = scenario.placements();
    placements.into_iter().find(|placement| placement.service == service).unwrap().nodes
}

#[test]
fn every_key_has_an_outcome() {
    let lines: String =
        stack_keys().iter().map(|(path, becomes)| format!("{becomes:?} {path}\n")).collect();
    golden("keys.txt", &lines);
    let of = |path| stack_keys().iter().find(|(known, _)| *known == path).unwrap().1;
    assert_eq!(of("services.*.deploy.replicas"), Becomes::Simulated);
    assert_eq!(of("services.*.restart"), Becomes::Ignored);
    assert_eq!(of("services.*.mem_limit"), Becomes::Refused);
}

#[test]
fn the_shop_says_the_same_in_the_words_of_a_scenario() {
    let shop = Scenario::load("tests/stacks/stacked.toml", &[]).unwrap();
    golden("shop.txt", &services(&shop));
    assert_eq!(nodes(&shop, "orders"), ["n1", "n2", "n1", "n2"]);
    assert_eq!(nodes(&shop, "proxy"), ["n1"]);
    assert_eq!(nodes(&shop, "db"), ["n3"]);
}

#[test]
fn files_of_many_kinds_keep_what_matters() {
    for name in [
        "wordpress",
        "elk",
        "nfs",
        "jobs",
        "external",
        "merged",
        "ports",
        "units",
        "health",
        "traefik",
    ] {
        let loaded =
            scenario(name, &[&format!("{name}.yml")], "").unwrap_or_else(|e| panic!("{e}"));
        golden(&format!("{name}.txt"), &services(&loaded));
    }
}

#[test]
fn global_services_run_once_a_node_and_merges_keep_their_order() {
    let elk = scenario("global", &["elk.yml"], "").unwrap();
    let mut everywhere = nodes(&elk, "filebeat");
    everywhere.sort();
    assert_eq!(everywhere, ["n1", "n2", "n3"]);
    let merged = scenario("order", &["merged.yml"], "").unwrap();
    let counts = ["one", "two", "three"].map(|name| nodes(&merged, name).len());
    assert_eq!(counts, [2, 2, 1]);
}

#[test]
fn mistakes_have_their_lines() {
    let told = scenario("wrong", &["wrong.yml"], "").unwrap_err();
    let folder = std::fs::canonicalize(here("")).unwrap();
    golden("wrong.txt", &told.replace(&format!("{}/", folder.display()), ""));
}

/// If a proxy calls the service, the guards of its labels apply to the call, and only the rest is listed
/// as not simulated.
#[test]
fn a_proxys_calls_pass_what_labels_ask_for() {
    let more = r#"
[service.shop]
endpoint.buy.steps = [ { sleep = "1ms" } ]
[service.edge]
proxy = { kind = "traefik", refresh = "5s" }
replicas = 2
endpoint.go.steps = [ { call = "shop.buy" } ]
[traffic.all]
entry = "edge.go"
arrivals = { kind = "poisson", rate = "5/s" }
"#;
    let loaded = scenario("proxied", &["labels.yml"], more).unwrap_or_else(|e| panic!("{e}"));
    let known = loaded.not_simulated();
    let left: Vec<&str> =
        (known.iter()).filter_map(|item| item.path.split(".labels.middlewares.").nth(1)).collect();
    assert_eq!(left, ["at-once", "free", "zip"]);
    let blueprint = loaded.blueprint(None, &[]).unwrap();
    let limits: Vec<(LimitPolicy, bool)> =
        blueprint.limits.iter().map(|limit| (limit.policy, limit.per_source)).collect();
    let rate = LimitPolicy::Rate { tokens_per_second: 5.0, burst: 20 };
    assert_eq!(limits, [(rate, false), (LimitPolicy::InFlight(50), true)]);
    let call = &blueprint.calls[0];
    assert_eq!((call.limits.len(), call.retry.attempts), (2, 3));
    assert_eq!(call.retry.backoff, Nanos(100_000_000));
    let policy = blueprint.breakers[0].policy;
    assert_eq!((policy.ratio, policy.open), (Some(0.25_f64.next_up()), Nanos(30_000_000_000)));
    let refreshes: Vec<Nanos> = blueprint.proxies.iter().map(|proxy| proxy.refresh).collect();
    assert_eq!(refreshes, [Nanos(5_000_000_000); 2]);
    let shop = blueprint.services.iter().find(|service| service.name == "shop").unwrap();
    assert_eq!(shop.check.unwrap().interval, Nanos(10_000_000_000));
    assert_eq!(
        (blueprint.routes[0].proxy, &blueprint.routes[0].policy),
        (Some(0), &Policy::InTurn)
    );
}

/// Routes as in the table of `check`, and middlewares with unsimulated ones.
#[test]
fn labels_become_routes_and_middlewares() {
    let loaded = scenario("labels", &["labels.yml"], "").unwrap_or_else(|e| panic!("{e}"));
    let routes = loaded.routes().into_iter().map(|route| {
        let (entry, through) = (route.entry_points.join(", "), route.middlewares.join(", "));
        format!("{}: {} | {entry} | {} | {through}", route.router, route.rule, route.target)
    });
    let known = loaded.not_simulated().iter().map(ToString::to_string);
    let middlewares = known.filter(|line| line.contains(".labels.middlewares."));
    let told: Vec<String> = routes.chain(middlewares).chain([String::new()]).collect();
    let told = told.join("\n");
    golden("labels.txt", &told);
    let lints = loaded.lints();
    let of = |code| lints.iter().filter(|lint| lint.code == code).count();
    assert_eq!((of("default-rule"), of("unknown-middleware"), of("no-port")), (1, 0, 0));
}

#[test]
fn wrong_labels_have_their_lines() {
    let told = scenario("labels-wrong", &["labels-wrong.yml"], "").unwrap_err();
    let folder = std::fs::canonicalize(here("")).unwrap();
    golden("labels-wrong.txt", &told.replace(&format!("{}/", folder.display()), ""));
}

/// With Compose Traefik reads the labels of containers, without warnings.
#[test]
fn compose_reads_the_labels_of_containers() {
    let file = std::env::temp_dir().join(format!("wssim-labels-{}.yml", std::process::id()));
    let text = "services:\n  web: {image: \"web:1\", labels: {traefik.http.routers.web.rule: Host(`a`)}}\n";
    std::fs::write(&file, text).unwrap();
    let path = file.with_extension("toml");
    let targets = |kind: &str| {
        let head = format!("[scenario]\nstacks = [{:?}]\n", file.to_str().unwrap());
        let nodes = "[node.n1]\ncores = 2\nmemory = \"8 GiB\"\n";
        std::fs::write(&path, format!("{head}[orchestrator]\nkind = \"{kind}\"\n{nodes}")).unwrap();
        let loaded = Scenario::load(path.to_str().unwrap(), &[]).unwrap();
        let missed = loaded.lints().iter().any(|lint| lint.code == "container-labels");
        (loaded.routes().into_iter().map(|route| route.target).collect::<Vec<_>>(), missed)
    };
    assert_eq!(targets("compose"), (vec!["web".to_owned()], false));
    assert_eq!(targets("swarm"), (Vec::new(), true));
    std::fs::remove_file(&file).unwrap();
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn two_stacks_with_one_name_are_told_apart() {
    let both = ["wordpress.yml", "nfs.yml"];
    let loaded = scenario("apart", &both, "[service.\"nfs/db\"]\nworkers = 7\n").unwrap();
    let names: Vec<String> = loaded.placements().into_iter().map(|p| p.service).collect();
    assert_eq!(names, ["nfs/db", "wordpress", "wordpress/db"]);
    assert!(
        services(&loaded).contains("nfs/db\".workers = 7")
            || services(&loaded).contains("nfs/db.workers = 7")
    );
    let told = scenario("unclear", &both, "[service.db]\nworkers = 7\n").unwrap_err();
    assert!(
        told.contains("ambiguous-service") && told.contains("`nfs/db` or `wordpress/db`"),
        "{told}"
    );
}

/// A stack file and equivalent TOML give the same world.
#[test]
fn yaml_and_toml_give_the_same_world() {
    let traffic =
        "[traffic.web]\nentry = \"app.get\"\narrivals = { kind = \"poisson\", rate = \"5/s\" }\n";
    let database = "[service.db]\nendpoint.query.steps = []\n";
    let behaviour =
        "[service.app]\nendpoint.get.steps = [{ cpu = \"exp(3ms)\" }, { call = \"db.query\" }]\n";
    let folder = std::env::temp_dir();
    let yaml = folder.join(format!("wssim-same-{}.yml", std::process::id()));
    std::fs::write(
        &yaml,
        "services:\n  app:\n    image: a:1\n    deploy:\n      replicas: 2\n      placement: {constraints: [node.hostname != n1]}\n      resources: {limits: {cpus: '0.5'}}\n    networks: [n]\n  db:\n    image: d:1\n    networks: [n]\nnetworks:\n  n: {driver_opts: {encrypted: 'true', com.docker.network.driver.mtu: '9000'}}\n",
    )
    .unwrap();
    let head = |stacks: &str| {
        format!("[scenario]\n{stacks}\n[node.n1]\ncores = 2\n[node.n2]\ncores = 2\n")
    };
    let world = |name: &str, text: String| {
        let path = folder.join(format!("wssim-same-{}-{name}.toml", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let loaded =
            Scenario::load(path.to_str().unwrap(), &[]).map_err(|e| e.render(false)).unwrap();
        std::fs::remove_file(&path).unwrap();
        format!("{:?}", loaded.blueprint(None, &[]).unwrap())
    };
    let stack = head(&format!("stacks = [{:?}]", yaml.to_str().unwrap()));
    let from_stack = world("yaml", format!("{stack}{database}{behaviour}{traffic}"));
    let own = "replicas = 2\nconstraints = [\"node.hostname != n1\"]\ncpus.limit = 0.5\nnetworks = [\"n\"]\n";
    // 9000 bytes outside are 8924 inside: less 50 for VXLAN, less 26 for ESP.
    let network = "[network.n]\ndriver = \"overlay\"\nencrypted = true\nmtu = 8924\n";
    let from_toml = world(
        "toml",
        format!("{}{network}{database}networks = [\"n\"]\n{behaviour}{own}{traffic}", head("")),
    );
    std::fs::remove_file(&yaml).unwrap();
    assert_eq!(from_stack, from_toml);
}

#[test]
fn compose_runs_a_stack_on_one_host() {
    let one = "[stack.elk]\nnode = \"n2\"\n";
    let loaded = scenario("host", &["elk.yml"], one).unwrap();
    assert_eq!(nodes(&loaded, "filebeat"), ["n2"]);
    assert_eq!(nodes(&loaded, "kibana"), ["n2"]);
    let off = scenario("off", &["elk.yml"], "[stack.elk]\nenabled = false\n").unwrap();
    assert!(off.placements().is_empty());
}

#[test]
fn lints_have_names_places_and_can_be_silenced() {
    let told = |more: &str| {
        let loaded =
            scenario("lint", &["traefik.yml", "health.yml", "wordpress.yml", "nfs.yml"], more);
        let lints = loaded.unwrap().lints();
        assert!(lints.iter().all(|lint| lint.span.is_some()), "{}", render(&lints, 100, false));
        lints.into_iter().map(|lint| lint.code).collect::<Vec<_>>()
    };
    let all = told("[lan]\nsubnet = \"10.0.0.0/24\"\n");
    for name in [
        "address-pool",
        "few-managers",
        "latest-tag",
        "no-memory-limit",
        "pinned-replicas",
        "slow-registration",
        "unpinned-state",
    ] {
        assert!(all.contains(&name), "{name} is not among {all:?}");
    }
    let shared = scenario(
        "alias",
        &["wordpress.yml", "nfs.yml"],
        "[service]\n\"nfs/db\".networks = [\"wordpress_default\"]\n",
    );
    let shared: Vec<&str> = shared.unwrap().lints().iter().map(|lint| lint.code).collect();
    assert!(shared.contains(&"alias-shared"), "{shared:?}");
}

/// The shop with a byte changed, removed or doubled at every place: diagnostics, but no panic.
#[test]
fn a_damaged_file_is_told_and_never_panics() {
    let text = std::fs::read_to_string(here("shop.yml")).unwrap();
    let folder = std::env::temp_dir();
    let file = folder.join(format!("wssim-damaged-{}.yml", std::process::id()));
    let head = format!("[scenario]\nstacks = [\"{}\"]\n[node.n1]\ncores = 2\n", file.display());
    let path = folder.join(format!("wssim-damaged-{}.toml", std::process::id()));
    std::fs::write(&path, head).unwrap();
    let mut refused = 0;
    for (number, (at, _)) in text.char_indices().enumerate().filter(|(n, _)| n % 7 == 0) {
        let (before, after) = text.split_at(at);
        let rest: String = after.chars().skip(1).collect();
        let damage =
            ["", ":", "- ", "&x ", "*x", "{", "\"", "\t", "${", "<<: ", "\0", "ü"][number % 12];
        std::fs::write(&file, format!("{before}{damage}{rest}")).unwrap();
        refused += u32::from(Scenario::load(path.to_str().unwrap(), &[]).is_err());
    }
    std::fs::remove_file(&file).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(refused > 50, "{refused}");
}

/// Every file gives a scenario that loads, serves its own traffic and keeps its stack's services.
#[test]
fn stack_files_alone_make_a_scenario_that_runs() {
    for name in ["shop", "wordpress", "elk", "nfs", "external", "merged", "ports", "traefik"] {
        let folder = std::fs::canonicalize(here("")).unwrap();
        let made = compose(&[here(&format!("{name}.yml"))], &folder).unwrap();
        assert!(made.text.contains(&format!("stacks = [\"{name}.yml\"]")), "{}", made.text);
        let text = made
            .text
            .replace(&format!("\"{name}.yml\""), &format!("\"{}/{name}.yml\"", folder.display()));
        let path =
            std::env::temp_dir().join(format!("wssim-made-{}-{name}.toml", std::process::id()));
        std::fs::write(&path, &text).unwrap();
        let loaded = Scenario::load(path.to_str().unwrap(), &[]);
        std::fs::remove_file(&path).unwrap();
        let loaded = loaded.unwrap_or_else(|e| panic!("{}\n{text}", e.render(false)));
        assert!(loaded.placements().iter().all(|placement| placement.pending == 0), "{name}");
        let is_open = !["nfs", "external", "merged"].contains(&name);
        assert_eq!(text.contains("[traffic.users]"), is_open, "{name}");
        loaded.blueprint(None, &[]).unwrap();
    }
    let made = compose(&[here("shop.yml")], Path::new("tests/stacks")).unwrap();
    golden("shop-made.toml", &made.text);
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let told = compose(&[here("nowhere.yml")], Path::new(".")).unwrap_err();
    assert!(told.is_io());
    let told = compose(&[here("wrong.yml")], Path::new(".")).unwrap_err();
    assert!(!told.is_io());
}

#[test]
fn a_stack_has_two_keys() {
    let path = std::env::temp_dir().join(format!("wssim-stack-keys-{}.toml", std::process::id()));
    let file = std::fs::canonicalize(here("elk.yml")).unwrap();
    let stacks = format!("[{{ file = {:?}, nmae = \"x\" }}]", file.to_str().unwrap());
    std::fs::write(&path, format!("[scenario]\nstacks = {stacks}\n[node.a]\ncores = 1\n")).unwrap();
    let told = Scenario::load(path.to_str().unwrap(), &[]).unwrap_err().render(false);
    std::fs::remove_file(&path).unwrap();
    assert!(told.contains("a stack has no key `nmae`"), "{told}");
    assert!(told.contains("did you mean `name`?"), "{told}");
}

/// A field of a stack file is set by its path in that file.
#[test]
fn fields_of_stack_files_can_be_set() {
    let load = |sets: &[&str]| {
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        Scenario::load("tests/stacks/stacked.toml", &sets)
    };
    let replicas = |scenario: &Scenario| nodes(scenario, "orders").len();
    let own = replicas(&load(&[]).unwrap());
    let more = load(&["stack.shop.services.orders.deploy.replicas=2"]).unwrap();
    assert_eq!(replicas(&more), 2);
    assert_ne!(own, 2);
    let config = more.print_config();
    assert!(config.contains("service.orders.replicas = 2  # --set"), "{config}");
    let over = [Override {
        path: "stack.shop.services.orders.deploy.replicas".to_owned(),
        value: "1".to_owned(),
    }];
    let world = load(&[]).unwrap().blueprint(None, &over).unwrap();
    let orders = world.services.iter().position(|service| service.name == "orders").unwrap();
    let here = world.containers.iter().filter(|one| one.service.index() == orders);
    assert_eq!(here.filter(|one| !one.spare).count(), 1);
    for (set, part) in [
        ("stack.shpo.services.orders.deploy.replicas=5", "did you mean `shop`?"),
        ("stack.shop.services.oders.deploy.replicas=5", "did you mean `orders`?"),
        ("stack.shop.services.orders.deploy.replica=5", "did you mean `replicas`?"),
        ("stack.shop.services.orders.deploy.replicas=few", "this is not what `replicas` takes"),
    ] {
        let mistakes = load(&[set]).unwrap_err();
        assert!(mistakes.to_string().contains(part), "{set}: {mistakes}");
    }
}
