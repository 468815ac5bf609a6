//! Docker's verdicts on files: `docker stack config` and `deploy` of docker/cli 28 accept, refuse or
//! ignore the same parts for the same reasons.

use super::{Files, made, placed, told};
use wssim_scenario::{Scenario, Severity};

/// A file with one service, with `more` below its image.
fn one(more: &str) -> String {
    format!("services:\n  web:\n    image: company/web:1\n{more}")
}

/// Files that Docker accepts.
#[test]
fn what_docker_reads_is_read() {
    for (name, text) in [
        (
            "bracket",
            one(
                "    healthcheck:\n      test: [\n        \"CMD\",\n        \"/bin/alive\"\n      ]\n",
            ),
        ),
        (
            "dollar",
            one(
                "    deploy:\n      labels:\n        auth.user: ${USER_X:-root}:${HASH:-$2y$05$abcdefg/hijk.lmn}\n",
            ),
        ),
        ("extension", format!("x-price: costs $ 5\n{}", one(""))),
        (
            "half",
            one("    stop_grace_period: .5s\n    healthcheck: {test: \"true\", timeout: +1m.5s}\n"),
        ),
        (
            "put",
            format!("{}    environment: {{DEBUG: \"${{ON:-true}}\", N: 5, NONE: }}\n", one("")),
        ),
        ("replicas", one("    deploy: {replicas: \"${N:-2}\"}\n")),
    ] {
        assert_eq!(told(name, &text), [], "{name}");
    }
    let range = made("range", &one("    ports: [\"8000-8003:80\"]\n")).1.print_config();
    for port in 8000..=8003 {
        assert!(range.contains(&format!("published = {port}")), "{range}");
    }
}

/// Windows PowerShell writes UTF-16 with `>`.
#[test]
fn utf_16_is_read() {
    let files = Files::new("utf-16", &[]);
    let units = one("").encode_utf16().collect::<Vec<u16>>();
    let bytes: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(units.iter().flat_map(|u| u.to_le_bytes())).collect();
    files.write("stack.yml", &bytes);
    assert_eq!(placed(&files.made(&["stack.yml"]).1), [("web".to_owned(), 1)]);
}

/// Files that Docker refuses, and its words.
#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn what_docker_refuses_is_told_in_its_words() {
    use Severity::{Error, Warning};
    let two = "  right:\n    image: company/right:1\n    ports: [\"8080:3000\"]\n";
    for (name, text, severity, code, words) in [
        (
            "truth",
            one("    environment:\n      VERBOSE: true\n"),
            Warning,
            "refused-type",
            "services.web.environment.VERBOSE must be a string, number or null · write \"true\"",
        ),
        (
            "cpus",
            one("    deploy: {resources: {limits: {cpus: 0.5}}}\n"),
            Warning,
            "refused-type",
            "services.web.deploy.resources.limits.cpus must be a string · write \"0.5\"",
        ),
        (
            "count",
            one("    deploy: {replicas: \"2\"}\n"),
            Warning,
            "refused-type",
            "services.web.deploy.replicas must be a integer · write 2",
        ),
        (
            "label",
            one("    deploy: {labels: [1]}\n"),
            Warning,
            "refused-type",
            "services.web.deploy.labels.0 must be a string",
        ),
        (
            "long-port",
            one("    ports: [{target: 80, published: \"8080\"}]\n"),
            Warning,
            "refused-type",
            "services.web.ports.0.published must be a integer · write 8080",
        ),
        (
            "null",
            one("    environment:\n"),
            Warning,
            "refused-type",
            "services.web.environment must be a mapping · leave the key out",
        ),
        (
            "needs",
            format!(
                "{}  purse: {{image: \"postgres:16\"}}\n",
                one("    depends_on:\n      purse: {condition: service_healthy}\n")
            ),
            Warning,
            "refused-type",
            "services.web.depends_on must be a list",
        ),
        (
            "extra",
            one("    deploy: {x-note: 1}\n"),
            Warning,
            "unknown-key",
            "services.web.deploy Additional property x-note is not allowed",
        ),
        (
            "version",
            format!("version: \"2.4\"\n{}", one("")),
            Warning,
            "refused-version",
            "unsupported Compose file version: 2.4",
        ),
        (
            "number",
            format!("version: 3\n{}", one("")),
            Warning,
            "refused-type",
            "version must be a string · write \"3\"",
        ),
        (
            "volume",
            one("    volumes: [\"stock:/var/stock\"]\n"),
            Error,
            "undefined-volume",
            "undefined volume \"stock\"",
        ),
        (
            "long",
            one("    volumes: [{type: volume, source: stock, target: /s}]\n"),
            Error,
            "undefined-volume",
            "undefined volume \"stock\"",
        ),
        (
            "secret",
            one("    secrets: [key]\n"),
            Error,
            "undefined-secret",
            "undefined secret \"key\"",
        ),
        (
            "config",
            one("    configs: [{source: key}]\n"),
            Error,
            "undefined-config",
            "undefined config \"key\"",
        ),
        (
            "network",
            one("    networks: [lost]\n"),
            Error,
            "undefined-network",
            "undefined network \"lost\"",
        ),
        (
            "ghost",
            format!("{}  ghost:\n", one("")),
            Error,
            "empty-service",
            "services.ghost must be a mapping",
        ),
        (
            "build",
            "services:\n  clay: {build: .}\n".to_owned(),
            Warning,
            "no-image",
            "image reference must be provided",
        ),
        (
            "bridge",
            format!("{}networks: {{canal: {{driver: bridge}}}}\n", one("    networks: [canal]\n")),
            Error,
            "local-network",
            "The network canal cannot be used with services",
        ),
        (
            "ports",
            format!("{}{two}", one("    ports: [\"8080:80\"]\n")),
            Error,
            "port-taken",
            "8080/tcp of the mesh is taken by",
        ),
        (
            "twice",
            one("    ports: [\"8080:80\", \"8080:81\"]\n"),
            Error,
            "port-taken",
            "duplicate published ports provided",
        ),
        (
            "generic",
            one(
                "    deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: gpu, value: 1}}]}}}\n",
            ),
            Warning,
            "generic-resource",
            "no node has the generic resource `gpu`",
        ),
        (
            "none",
            one("    healthcheck: {test: NONE}\n"),
            Warning,
            "check-always-fails",
            "always fails",
        ),
        (
            "both",
            one("    healthcheck: {test: \"true\", disable: true}\n"),
            Warning,
            "refused-check",
            "test and disable can't be set",
        ),
        (
            "nested",
            one("    environment: {LEVEL: \"${L:-${ALSO:-z}}\"}\n"),
            Warning,
            "nested-default",
            "the text `${ALSO:-z}`",
        ),
        (
            "plus",
            one("    environment: {LEVEL: \"${L:+z}\"}\n"),
            Error,
            "bad-variable",
            "refuses the file",
        ),
        (
            "second",
            format!("{}---\nservices: [\n", one("")),
            Warning,
            "more-documents",
            "the first document",
        ),
        ("empty", String::new(), Error, "wrong-type", "top-level object must be a mapping"),
        (
            "remark",
            "# nothing\n".to_owned(),
            Error,
            "wrong-type",
            "top-level object must be a mapping",
        ),
        ("nothing", "version: \"3.8\"\n".to_owned(), Error, "no-services", "nothing to import"),
        ("range-bad", one("    ports: [\"80-81:90-92\"]\n"), Error, "bad-port", "no port"),
    ] {
        let all = told(name, &text);
        let found = all
            .iter()
            .any(|(how, own, said)| (*how, *own) == (severity, code) && said.contains(words));
        assert!(found, "{name}: {all:?}");
        let wrong = all.iter().filter(|(how, ..)| *how == Error).count();
        assert_eq!(wrong, usize::from(severity == Error), "{name}: {all:?}");
    }
}

/// Files for `docker compose` are valid if it deploys the stack.
#[test]
fn compose_has_a_verdict_of_its_own() {
    let text = "services:\n  web:\n    build: .\n    environment: {VERBOSE: true, L: \"${L:-${ALSO:-z}}\"}\n    depends_on: {db: {condition: service_healthy}}\n    networks: [inside]\n  db: {image: \"postgres:16\", networks: [inside]}\nnetworks: {inside: {driver: bridge}}\n";
    let files = Files::new("compose", &[("stack.yml", text)]);
    let head = "[scenario]\nstacks = [\"stack.yml\"]\n[orchestrator]\nkind = \"compose\"\n[node.a]\ncores = 2\n";
    files.write("one.toml", head.as_bytes());
    let loaded = Scenario::load(files.0.join("one.toml").to_str().unwrap(), &[]).unwrap();
    assert_eq!(loaded.warnings(), []);
}

/// Traefik decodes `traefik.http`, `tcp`, `udp` and `tls`, and otherwise only `enable`, `docker` and
/// `swarm`.
#[test]
fn traefik_reads_its_own_labels_alone() {
    let labels = |lines: &[&str]| {
        let lines: String = lines.iter().map(|line| format!("        - {line}\n")).collect();
        one(&format!("    deploy:\n      labels:\n        - traefik.enable=true\n{lines}"))
    };
    let http = [
        "traefik.http.routers.a.rule=Host(`a`)",
        "traefik.http.services.a.loadbalancer.server.port=80",
    ];
    let codes = |name: &str, lines: &[&str]| {
        let (_, scenario) = made(name, &labels(lines));
        let all: Vec<_> = scenario.warnings().iter().cloned().chain(scenario.lints()).collect();
        let codes: Vec<&str> =
            all.iter().map(|item| item.code).filter(|code| *code != "no-memory-limit").collect();
        (codes, scenario.routes().len())
    };
    let constraint =
        [&http[..], &["traefik.constraint-label=outside", "traefik.docker.lbswarm=true"]].concat();
    assert_eq!(codes("constraint", &constraint), (vec![], 1));
    let tcp = [
        "traefik.tcp.routers.a.rule=HostSNI(`*`)",
        "traefik.tcp.services.a.loadbalancer.server.port=5432",
    ];
    assert_eq!(codes("tcp", &tcp), (vec![], 0));
    let udp = [
        "traefik.udp.routers.a.entrypoints=dns",
        "traefik.udp.services.a.loadbalancer.server.port=53",
    ];
    assert_eq!(codes("udp", &udp), (vec![], 0));
    assert_eq!(codes("both", &[&http[..], &tcp].concat()), (vec![], 1));
    assert_eq!(codes("bare", &[]), (vec!["default-rule", "no-port"], 1));
    let misspelt = [&http[..], &["traefik.htpp.routers.b.rule=Host(`b`)"]].concat();
    assert_eq!(codes("misspelt", &misspelt), (vec!["unknown-label"], 1));
}

/// One warning for each kind, with its first place and its count; the same in `check`.
#[test]
fn a_warning_is_told_once() {
    let service = |name: &str| {
        format!(
            "  {name}:\n    image: company/{name}:1\n    restart: always\n    environment: [\"TZ=${{ZONE}}\"]\n"
        )
    };
    let services: String = ["ash", "birch", "cedar", "elm"].into_iter().map(service).collect();
    let (imported, scenario) = made("noise", &format!("services:\n{services}"));
    let messages = |items: &[wssim_scenario::Diagnostic]| {
        items.iter().map(|item| item.message.clone()).collect::<Vec<_>>()
    };
    let expected = [
        "`docker stack deploy` ignores `restart` (4 services)",
        "`ZONE` is not set in `.env`: it is taken as empty (4 places)",
    ];
    assert_eq!(messages(&imported.warnings), expected);
    assert_eq!(messages(scenario.warnings()), expected);
}

/// `wssim check stack.yml` says what to do instead.
#[test]
fn a_stack_file_is_no_scenario() {
    let files = Files::new("no-scenario", &[("stack.yml", &one(""))]);
    let told = Scenario::load(files.0.join("stack.yml").to_str().unwrap(), &[]).unwrap_err();
    assert_eq!((told.items.len(), told.items[0].code, told.is_io()), (1, "stack-file", false));
    assert!(told.items[0].help.as_ref().unwrap().contains("wssim import compose"));
}
