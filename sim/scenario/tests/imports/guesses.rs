//! Guessed nodes, numbers, names and calls contradict no setting of the file.

use super::{Files, made, placed};

fn service(name: &str, deploy: &str) -> String {
    format!("  {name}:\n    image: company/{name}:1\n    ports: [\"80\"]\n    deploy: {deploy}\n")
}

/// A swarm has workers, a node one value of each label, and room for the largest reservation.
#[test]
fn nodes_are_as_the_file_wants_them() {
    for (name, deploys, count) in [
        (
            "workers",
            &["{replicas: 2, placement: {constraints: [node.role == worker]}}"][..],
            &[2][..],
        ),
        (
            "tiers",
            &[
                "{placement: {constraints: [node.labels.tier == front]}}",
                "{placement: {constraints: [node.labels.tier == store]}}",
            ],
            &[1, 1],
        ),
        ("large", &["{resources: {reservations: {cpus: '12', memory: 48G}}}"], &[1]),
        ("apart", &["{replicas: 5, placement: {max_replicas_per_node: 1}}"], &[5]),
        (
            "processors",
            &[
                "{placement: {constraints: [node.platform.arch == aarch64]}}",
                "{placement: {constraints: [node.platform.arch == amd64]}}",
            ],
            &[1, 1],
        ),
        ("ids", &["{placement: {constraints: [node.id == 2ivku8v2gvtg4]}}"], &[1]),
        ("several", &["{replicas: 6, resources: {reservations: {memory: 9G}}}"], &[6]),
    ] {
        let services: String = (deploys.iter().zip(["one", "two"]))
            .map(|(deploy, name)| service(name, deploy))
            .collect();
        let (_, scenario) = made(name, &format!("services:\n{services}"));
        let counts: Vec<usize> = placed(&scenario).into_iter().map(|(_, count)| count).collect();
        assert_eq!(counts, count, "{name}");
    }
}

/// A placeholder is below the file's limit, so that nothing is killed or throttled all the time.
#[test]
fn placeholders_stay_below_limits() {
    let text = "services:\n  pages:\n    image: company/pages:2\n    ports: [\"80:80\"]\n    deploy:\n      resources: {limits: {memory: 128M, cpus: '0.02'}}\n";
    let (imported, scenario) = made("limits", text);
    // 128 MiB are 134.2 MB, of which half; a quarter of 0.02 threads at 5 requests a second is 1 ms.
    assert!(imported.text.contains("memory.base = { value = \"67 MB\""), "{}", imported.text);
    assert!(
        imported.text.contains("cpu = { value = \"lognormal(1ms, cv=1)\""),
        "{}",
        imported.text
    );
    let codes: Vec<&str> =
        (scenario.warnings().iter()).chain(&scenario.lints()).map(|item| item.code).collect();
    assert_eq!(codes, Vec::<&str>::new());
}

/// The implicit network of a stack can be named.
#[test]
fn the_default_network_can_be_named() {
    let text = "services:\n  board: {image: \"b:1\", networks: [default, edge]}\n  feed: {image: \"f:1\", networks: {default: {aliases: [news]}}}\nnetworks: {edge: }\n";
    assert_eq!(placed(&made("default", text).1).len(), 2);
}

/// A proxy has an endpoint for each service behind it; a call to it names one of them.
#[test]
fn a_call_of_a_proxy_names_an_endpoint_that_it_has() {
    let text = "services:\n  kiosk: {image: \"k:1\", ports: [\"80:3000\"], environment: {BACKEND: \"http://gateway\"}}\n  gateway: {image: \"nginx:1.27\", ports: [\"81:80\"], environment: {UPSTREAM: catalog}}\n  catalog: {image: \"c:1\"}\n";
    let (imported, _) = made("gateway", text);
    assert!(imported.text.contains("{ call = \"gateway.catalog\" }"), "{}", imported.text);
    assert!(imported.text.contains("{ call = \"catalog.request\" }"), "{}", imported.text);
}

#[test]
fn two_stacks_keep_a_name_apart() {
    let stack = |name: &str, cache: &str| {
        format!(
            "services:\n  {name}: {{image: \"x:1\", ports: [\"80\"], environment: {{CACHE: \"cache:6379\"}}}}\n  cache: {{image: \"{cache}\"}}\n"
        )
    };
    let (shop, crm) = (stack("till", "redis:7"), stack("desk", "valkey/valkey:8"));
    let files = Files::new("apart-names", &[("shop.yml", &shop), ("crm.yml", &crm)]);
    let (imported, scenario) = files.made(&["shop.yml", "crm.yml"]);
    let names: Vec<String> = placed(&scenario).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["crm/cache", "desk", "shop/cache", "till"]);
    for part in ["[service.\"shop/cache\"", "call = \"shop/cache.get\"", "call = \"crm/cache.get\""]
    {
        assert!(imported.text.contains(part), "{}", imported.text);
    }
    // Two files with the same name are named after their folders.
    let files = Files::new("folders", &[("shop/stack.yml", &shop), ("crm/stack.yml", &crm)]);
    let (imported, _) = files.made(&["shop/stack.yml", "crm/stack.yml"]);
    let stacks = "stacks = [{ file = \"shop/stack.yml\", name = \"shop\" }, { file = \"crm/stack.yml\", name = \"crm\" }]";
    assert!(imported.text.contains(stacks), "{}", imported.text);
}

/// As `docker stack config -c base.yml -c override.yml` prints it.
#[test]
fn a_file_that_changes_another_is_laid_over_it() {
    let base = "services:\n  web:\n    image: company/web:1\n    ports: [\"80:80\"]\n    environment: [A=1, B=2]\n    volumes: [\"data:/data\"]\n    deploy: {placement: {constraints: [node.labels.a == b]}}\nvolumes: {data: }\n";
    let over = "services:\n  web:\n    environment: {B: \"3\", DB_HOST: db}\n    ports: [\"80:80\", \"81:81\"]\n    volumes: [\"other:/data\"]\n    deploy: {replicas: 3, placement: {constraints: [node.labels.c == d]}}\n  db: {image: \"postgres:16\"}\nvolumes: {other: }\n";
    let files = Files::new("override", &[("base.yml", base), ("override.yml", over)]);
    let (imported, scenario) = files.made(&["base.yml", "override.yml"]);
    let stacks = "stacks = [{ file = [\"base.yml\", \"override.yml\"] }]";
    assert!(imported.text.contains(stacks), "{}", imported.text);
    assert!(imported.text.contains("{ call = \"db.query\" }"), "{}", imported.text);
    assert_eq!(placed(&scenario), [("db".to_owned(), 1), ("web".to_owned(), 3)]);
    let config = scenario.print_config();
    let of = |path: &str| config.lines().filter(|line| line.starts_with(path)).count();
    assert!(config.contains("company/web:1"), "{config}");
    assert!(
        config.contains("node.labels.a == b") && config.contains("node.labels.c == d"),
        "{config}"
    );
    assert!(config.contains("\"other\"") && !config.contains("\"data\""), "{config}");
    assert_eq!(of("service.web.stack = \"base\""), 1, "{config}");
    assert!(imported.warnings.iter().any(|item| item.code == "laid-over"));
}

/// The expected calls.
#[track_caller]
fn calls(name: &str, files: &[(&str, &str)], expected: &[&str]) {
    let (imported, _) = Files::new(name, files).made(&["stack.yml"]);
    let calls = imported.text.lines().filter_map(|line| line.trim().strip_prefix("{ call = \""));
    let calls: Vec<&str> = calls.map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(calls, expected, "{name}");
}

#[test]
fn hosts_are_known_by_every_name_that_they_have() {
    let gate = |rest: &str, other: &str| {
        format!("services:\n  gate:\n    image: g:1\n    ports: [\"80:80\"]\n{rest}\n  {other}\n")
    };
    let tasks = gate(
        "    command: -H tcp://tasks.agent:9001",
        "agent: {image: \"a:1\", deploy: {mode: global}}",
    );
    calls("tasks", &[("stack.yml", &tasks)], &["agent.request"]);
    let full = gate("    environment: {DB_HOST: stack_pg}", "pg: {image: \"postgres:16\"}");
    calls("full", &[("stack.yml", &full)], &["pg.query"]);
    let alias = gate(
        "    environment: {DB_HOST: archive}\n    networks: [inside]",
        "pg: {image: \"postgres:16\", networks: {inside: {aliases: [archive]}}}\nnetworks: {inside: }",
    );
    calls("alias", &[("stack.yml", &alias)], &["pg.query"]);
    let bare = gate("    environment:\n      - DB_HOST", "pg: {image: \"postgres:16\"}");
    calls("bare", &[("stack.yml", &bare), (".env", "DB_HOST=pg\n")], &["pg.query"]);
    calls("unset", &[("stack.yml", &bare)], &[]);
    let file = gate("    env_file: [web.env]", "pg: {image: \"postgres:16\"}");
    calls("env-file", &[("stack.yml", &file), ("web.env", "# hosts\nDB_HOST=pg\n")], &["pg.query"]);
}

#[test]
fn ordinary_words_are_no_hosts() {
    let text = "services:\n  web: {image: \"w:1\", ports: [\"80:80\"], command: [serve, --mode, api], environment: {DB_NAME: app}}\n  api: {image: \"a:1\"}\n  app: {image: \"b:1\"}\n";
    calls("words", &[("stack.yml", text)], &[]);
}

/// Neither users nor services call a service without containers.
#[test]
fn a_service_without_containers_gets_no_requests() {
    let text = "services:\n  off: {image: \"a:1\", ports: [\"80:80\"], deploy: {replicas: 0}}\n  on: {image: \"a:1\", ports: [\"81:80\"], environment: {U: \"http://off\"}}\n";
    let (imported, _) = made("off", text);
    assert!(imported.text.contains("entry = { \"on.request\" = 1 }"), "{}", imported.text);
    assert_eq!(imported.made.calls, 0);
}

/// The counts after an import, checked by hand.
#[test]
fn what_was_made_is_counted() {
    let text = "services:\n  web: {image: \"w:1\", ports: [\"80:80\"], environment: {DB_HOST: pg}}\n  pg: {image: \"postgres:16\"}\n";
    let made = made("counted", text).0.made;
    assert_eq!((made.files, made.services, made.calls, made.nodes, made.entries), (1, 2, 1, 1, 1));
    // Of each service CPU and RAM; the node and the rate.
    assert_eq!(made.assumptions, 6);
    let first: Vec<&str> = made.first.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(
        first,
        [
            "traffic.users.arrivals.rate",
            "service.web.endpoint.request.steps: cpu",
            "node.node-1: cores, threads, memory"
        ]
    );
}
