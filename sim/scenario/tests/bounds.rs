//! Oversized, endless and irregular files are refused quickly, with the bound in the message.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use wssim_experiment::question::Worlds;
use wssim_scenario::{Diagnostic, Diagnostics, Scenario, Severity};

/// A folder that is removed after the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = format!("wssim-bounds-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.0.join(name), content).unwrap();
    }

    fn load(&self, name: &str, sets: &[&str]) -> Result<Scenario, Diagnostics> {
        let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
        Scenario::load(self.0.join(name).to_str().unwrap(), &sets)
    }

    /// Loads one file with this content.
    fn one(&self, content: &str) -> Result<Scenario, Diagnostics> {
        self.write("one.toml", content);
        self.load("one.toml", &[])
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Code and message of the first error, and whether a file is unreadable.
#[track_caller]
fn first(loaded: Result<Scenario, Diagnostics>) -> (&'static str, String, bool) {
    let mistakes = loaded.expect_err("it is refused");
    let is_error = |item: &&Diagnostic| item.severity == Severity::Error;
    let first = mistakes.items.iter().find(is_error).unwrap();
    (first.code, first.message.clone(), mistakes.is_io())
}

/// A service on a node with one source, as text.
const SHOP: &str = "[scenario]\nduration = \"60s\"\n[node.n]\ncores = 1\n[service.s]\n\
                    endpoint.e.steps = [ { cpu = \"exp(1ms)\" } ]\n[traffic.t]\nentry = \"s.e\"\n\
                    arrivals = { kind = \"poisson\", rate = \"100/s\" }\n";

/// An orchestrator, and a rollout of a service with many places.
const SWARM: &str = "[orchestrator]\nkind = \"swarm\"\n";
const NEW: &str = "[[rollout]]\nid = \"new\"\nat = \"1s\"\nservice = \"h\"\n";

/// The shop with a part replaced.
fn shop(part: &str, instead: &str) -> String {
    assert!(SHOP.contains(part), "{part}");
    SHOP.replace(part, instead)
}

#[test]
fn what_never_ends_is_refused() {
    let folder = Folder::new("endless");
    let arrivals = "{ kind = \"poisson\", rate = \"100/s\" }";
    let (cpu, head) = ("{ cpu = \"exp(1ms)\" }", "duration = \"60s\"\n");
    let service = "[service.s]\n";
    let with = |more: &str| shop(service, &format!("{service}{more}\n"));
    let requests = "too-many-requests";
    for (code, text) in [
        (requests, shop("100/s", "1e12/s")),
        (requests, shop(arrivals, "{ kind = \"renewal\", interarrival = \"1ns\" }")),
        (
            requests,
            shop(arrivals, "{ kind = \"renewal\", interarrival = \"weibull(1s, shape=0.01)\" }"),
        ),
        (requests, shop(arrivals, "{ kind = \"periodic\", period = \"1ns\" }")),
        (
            requests,
            shop(
                arrivals,
                "{ kind = \"mmpp\", rates = [\"1/s\", \"1e12/s\"], switch = [\"1/s\", \"1/s\"] }",
            ),
        ),
        (
            requests,
            shop(arrivals, "{ kind = \"closed\", users = 1 }").replace(cpu, "{ cpu = \"0s\" }"),
        ),
        (
            requests,
            shop(arrivals, "{ kind = \"closed\", users = 1, think = \"1ns\" }").replace(cpu, ""),
        ),
        (requests, shop("\"100/s\"", "\"1e5/s\", profile = { slot = \"1s\", values = [1e6] }")),
        ("out-of-range", shop(arrivals, "{ kind = \"closed\", users = 1048577 }")),
        ("out-of-range", {
            let more = "[traffic.more]\nentry = \"s.e\"\narrivals = { kind = \"closed\", users = 600000, think = \"1h\" }\n";
            format!(
                "{}{more}",
                shop(arrivals, "{ kind = \"closed\", users = 600000, think = \"1h\" }")
            )
        }),
        ("too-many-steps", shop(cpu, "{ cpu = \"0s\", repeat = 1000000000 }")),
        ("too-many-steps", shop(cpu, "{ cpu = \"0s\", repeat = \"pareto(min=1, alpha=0.5)\" }")),
        (
            "too-many-steps",
            shop(cpu, "{ read = 9e99 }")
                .replace(service, "[service.s]\ndata = { size = \"1 GB\" }\n"),
        ),
        ("too-often", with("mtbf = \"1ns\"\nrestart = { condition = \"any\", delay = \"0s\" }")),
        ("too-often", with("mtbf = \"weibull(1s, shape=0.01)\"\nrestart = { delay = \"0s\" }")),
        ("too-often", shop("cores = 1", "cores = 1\nmtbf = \"1ns\"\nmttr = \"0s\"")),
        ("too-often", with("background = { every = \"1ns\", cpu = \"1ns\" }")),
        ("too-often", with("background = { every = \"1ms\", cpu = \"1ms\", jobs = 10000 }")),
        ("too-often", with("client = { max_lifetime = \"1ns\" }")),
        (
            "too-often",
            format!(
                "{SHOP}[[fault]]\nid = \"x\"\nmtbf = \"1ns\"\nkind = \"kill-service\"\nservice = \"s\"\n"
            ),
        ),
        (
            "too-often",
            format!(
                "{}{SWARM}[[rollout]]\nid = \"x\"\nat = \"1s\"\nservice = \"s\"\nimage = {{ bad = \"exits\" }}\n",
                with("restart = { delay = \"0s\" }")
            ),
        ),
        ("out-of-range", format!("{SHOP}[growth]\nto = 1000\nevery = \"0s\"\n")),
        ("too-large", shop(head, &format!("{head}slot = \"1ns\"\n"))),
        ("too-large", shop("60s", "1e5 d")),
        ("too-large", shop(head, &format!("{head}warmup = \"1e5 d\"\n"))),
        ("too-large", shop("exp(1ms)", "pareto(min=1ms, alpha=0.01)")),
        ("too-large", shop("exp(1ms)", "normal(1ms, 9e18ns)")),
        ("out-of-range", shop("cores = 1", "cores = 1\nspeed = 1e-300")),
        ("out-of-range", shop(cpu, "{ call = \"s.e\", retries = 1000000000, probability = 0.1 }")),
        ("bad-value", shop("exp(1ms)", "erlang(1ms, k=100000)")),
        ("bad-value", shop("\"s.e\"", "{}")),
    ] {
        let (found, message, io) = first(folder.one(&text));
        assert_eq!((found, io), (code, false), "{message}\n{text}");
    }
}

#[test]
fn what_ends_is_not_refused() {
    let folder = Folder::new("ends");
    let arrivals = "{ kind = \"poisson\", rate = \"100/s\" }";
    for text in [
        SHOP.to_owned(),
        // They fail at once when the node is down, and the closed users ask again.
        shop(arrivals, "{ kind = \"closed\", users = 1048576 }"),
        // Mostly without arrivals.
        shop(
            arrivals,
            "{ kind = \"mmpp\", rates = [\"1/s\", \"1e8/s\"], switch = [\"0.001/s\", \"1000/s\"] }",
        ),
        shop("[service.s]\n", "[service.s]\nmtbf = \"1ms\"\n"),
        // Without repair each happens once.
        shop("cores = 1", "cores = 1\nmtbf = \"1ns\""),
        shop(arrivals, "{ kind = \"renewal\", interarrival = \"gamma(10ms, cv=30)\" }"),
        shop("[service.s]\n", "[service.s]\nbackground = { every = \"1ns\", cpu = \"1ns\", count = 5, start = \"0s\" }\n")
            .replace("[scenario]\n", "[scenario]\nkind = \"window\"\n"),
    ] {
        let loaded = folder.one(&text);
        assert!(loaded.is_ok(), "{}\n{text}", loaded.unwrap_err());
    }
}

/// A hundred thousand mistakes, in separate lines or in one: the first hundred are shown.
#[test]
fn of_very_many_mistakes_the_first_hundred_are_told() {
    let folder = Folder::new("mistakes");
    let keys = |between: &str| -> String {
        (0..100_000).map(|at| format!("unknown{at} = 1{between}")).collect::<Vec<_>>().concat()
    };
    let lines = format!("{SHOP}[node.more]\ncores = 1\n{}", keys("\n"));
    let one_line = format!("{SHOP}[node]\nmore = {{ {} cores = 1 }}\n", keys(", "));
    for (text, line) in [(lines, 12), (one_line, 11)] {
        let mistakes = folder.one(&text).unwrap_err();
        assert_eq!(mistakes.items.len(), 101);
        let place = mistakes.items[0].span.as_ref().unwrap();
        assert_eq!((mistakes.items[0].code, place.line()), ("unknown-key", line));
        let last = &mistakes.items[100];
        assert_eq!(last.message, "99900 more are not shown");
        // Of a line of two megabytes only the part that fits is shown.
        assert!(mistakes.render(false).len() < 100_000);
    }
}

#[test]
fn the_error_behind_very_many_warnings_is_told() {
    let folder = Folder::new("warnings");
    let services: String = (0..300)
        .map(|at| format!("[service.a{at}]\nstart_retry = \"1s\"\n"))
        .collect::<Vec<_>>()
        .concat();
    let warned = folder.one(&format!("{SHOP}{services}")).unwrap();
    // They are of one kind.
    assert_eq!(warned.warnings().len(), 1);
    let (code, ..) = first(folder.one(&format!("{SHOP}{services}[service.z]\nworkers = 0\n")));
    assert_eq!(code, "out-of-range");
}

#[test]
fn sizes_are_bounded_and_the_bound_is_told() {
    let folder = Folder::new("sizes");
    let tables = |kind: &str, count: usize| -> String {
        (0..count).map(|at| format!("[{kind}.x{at}]\n")).collect::<Vec<_>>().concat()
    };
    let rollout = |at| format!("[[rollout]]\nid = \"{at}\"\nat = \"1s\"\nstack = \"x\"\n");
    let rollouts = (0..11).map(rollout).collect::<Vec<_>>().concat();
    let global = "[service.g]\nmode = \"global\"\n[service.h]\nreplicas = 100000\n";
    for (bound, text) in [
        ("at most 1000 ", format!("{SHOP}{}", tables("node", 1001))),
        ("at most 2000 ", format!("{SHOP}{}", tables("service", 2001))),
        ("at most 1000 ", format!("{SHOP}{}", tables("group", 20_000))),
        ("at most 2000 ", format!("{SHOP}{}", "[[claim]]\n".repeat(2001))),
        ("at most 1000 ", format!("{SHOP}{}", "[[rollout]]\n".repeat(1001))),
        (
            "renew more than 10000 ",
            format!(
                "{SHOP}{}{rollouts}",
                tables("service", 1000).replace("]\n", "]\nstack = \"x\"\n")
            ),
        ),
        (
            "more than 1000000 places",
            format!(
                "{SHOP}{SWARM}{}[service.h]\nreplicas = 60000\n{NEW}",
                tables("node", 9).replace("]\n", "]\ncores = 1\n")
            ),
        ),
        ("more than 200000 ", format!("{SHOP}{global}[service.i]\nreplicas = 100000\n")),
        (
            "more than 1000000 ",
            format!("{SHOP}[service.p]\npool.s = {{ size = 1000000000, minimum = 1000000000 }}\n"),
        ),
        ("at most 255 bytes", format!("{SHOP}[service.{}]\n", "x".repeat(256))),
        (
            "more than 2000 items",
            shop("60s\"\n", &format!("60s\"\nallow = [{}]\n", "\"x\",".repeat(2001))),
        ),
    ] {
        let (_, message, _) = first(folder.one(&text));
        assert!(message.contains(bound), "{message}");
    }
    // The most containers of one service, and those of another.
    let most = folder.one(&format!("{SHOP}[service.most]\nreplicas = 100000\n")).unwrap();
    assert_eq!(most.blueprint(None, &[]).unwrap().containers.len(), 100_001);
    assert!(folder.load("one.toml", &["service.most.replicas=100001"]).is_err());
}

/// A file that extends the next one, and so on; two that each extend both of the next two; one that is
/// named very often.
#[test]
fn files_are_joined_once_and_not_without_end() {
    let folder = Folder::new("joined");
    let extends = |names: &[String]| format!("[scenario]\nextends = {names:?}\n");
    let twice =
        |name: &str, at: usize| vec![format!("{name}{at}.toml"), format!("./{name}{at}.toml")];
    for at in 0..200 {
        folder.write(&format!("c{at}.toml"), extends(&[format!("c{}.toml", at + 1)]));
    }
    folder.write("c200.toml", SHOP);
    let (code, message, _) = first(folder.load("c0.toml", &[]));
    assert_eq!(code, "too-many-bases");
    assert!(message.contains("more than 64 files"), "{message}");
    assert!(folder.load("c140.toml", &[]).is_ok());
    for at in 0..24 {
        let both = vec![format!("d{}.toml", at + 1); 2];
        folder.write(&format!("d{at}.toml"), extends(&both));
        folder.write(&format!("e{at}.toml"), extends(&twice("e", at + 1)));
    }
    let claims =
        "[[claim]]\nid = \"a\"\nmetric = 'throughput_per_second{entry=\"t\"}'\nexpect = \"1/s\"\n";
    folder.write("d24.toml", format!("{SHOP}{claims}"));
    folder.write("e24.toml", SHOP);
    let diamond = folder.load("d0.toml", &[]).unwrap();
    assert_eq!(diamond.question().claims.len(), 1);
    // Another way to write the same name makes no difference.
    assert!(folder.load("e0.toml", &[]).is_ok());
    folder.write("often.toml", extends(&vec!["e24.toml".to_owned(); 257]));
    let (code, message, _) = first(folder.load("often.toml", &[]));
    assert_eq!(code, "too-many-bases");
    assert!(message.contains("more than 256 files"), "{message}");
    // An item without an id is one mistake, however often it is found.
    folder.write("d24.toml", format!("{SHOP}[[claim]]\ntext = \"a\"\n"));
    assert!(folder.load("d0.toml", &[]).unwrap_err().items.len() < 10);
}

#[test]
fn what_is_set_of_the_scenario_itself_works_or_is_refused() {
    let folder = Folder::new("set");
    folder.write("shop.toml", SHOP);
    folder.write("one.yml", "services:\n  app:\n    image: app:1\n");
    for set in [
        "scenario.extends=[\"/nowhere.toml\"]",
        "scenario={ extends = \"a.toml\" }",
        "\"scenario\".extends=a",
    ] {
        assert_eq!(first(folder.load("shop.toml", &[set])).0, "bad-set", "{set}");
    }
    let services = |sets: &[&str]| {
        let scenario =
            folder.load("shop.toml", sets).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        scenario.blueprint(None, &[]).unwrap().services.len()
    };
    assert_eq!(services(&[]), 1);
    let stack = folder.0.join("one.yml").to_str().unwrap().to_owned();
    for set in [format!("scenario.stacks=[{stack:?}]"), format!(" scenario.\"stacks\" = {stack}")] {
        assert_eq!(services(&[&set]), 2, "{set}");
    }
    // The whole table at once: omitted keys are absent.
    let whole = format!("scenario={{ stacks = {stack:?} }}");
    assert_eq!(services(&[&whole]), 2);
    // Compose has no placement: a setting of the orchestrator is known before stack files are read.
    let stacks = format!("scenario.stacks={stack}");
    let compose = [stacks.as_str(), "orchestrator.kind=compose"];
    folder.write("one.yml", "services:\n  app:\n    image: app:1\n    deploy:\n      placement:\n        constraints: [node.hostname == nobody]\n");
    assert_eq!(first(folder.load("shop.toml", &compose[..1])).0, "no-node-fits");
    assert_eq!(services(&compose), 2);
}

/// Every file named by a scenario must be a regular file.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_read() {
    let folder = Folder::new("special");
    let path = |name: &str| folder.0.join(name).to_str().unwrap().to_owned();
    let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
    std::os::unix::fs::symlink(path("itself"), path("itself")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(path("pipe")).status();
    let pipe = made.is_ok_and(|status| status.success()).then(|| path("pipe"));
    folder.write("bytes", b"time\n\xff\xfe\n");
    let folders = [path(""), path("socket"), path("itself"), path("bytes"), path("missing")];
    for name in folders.into_iter().chain(pipe).chain(["/dev/zero".to_owned()]) {
        let named = format!("{name:?}");
        let head = "duration = \"60s\"\n";
        let texts = [
            shop(head, &format!("{head}extends = {named}\n")),
            shop(head, &format!("{head}stacks = {named}\n")),
            shop(
                "{ kind = \"poisson\", rate = \"100/s\" }",
                &format!("{{ kind = \"trace\", file = {named} }}"),
            ),
            shop("\"exp(1ms)\"", &format!("'empirical({named})'")),
            format!("{SHOP}[faults]\nfile = {named}\n"),
        ];
        for text in texts {
            let (code, message, io) = first(folder.one(&text));
            assert_eq!((code, io), ("unreadable-file", true), "{name}: {message}");
        }
        let (.., io) = first(Scenario::load(&name, &[]));
        assert!(io, "{name}");
    }
}

/// An unreadable `.env` is reported, not treated as absent.
#[test]
fn an_env_file_that_cannot_be_read_is_told_of() {
    let folder = Folder::new("env");
    folder.write("one.yml", "services:\n  app:\n    image: app:${TAG:-1}\n");
    folder.write("shop.toml", shop("60s\"\n", "60s\"\nstacks = \"one.yml\"\n"));
    assert!(folder.load("shop.toml", &[]).is_ok());
    // The byte order mark of Windows editors belongs to no name.
    folder.write(".env", b"\xef\xbb\xbfTAG=1\n");
    assert!(folder.load("shop.toml", &[]).unwrap().warnings().is_empty());
    folder.write(".env", b"\xff\xfeTAG=nginx:1\n");
    let (code, message, io) = first(folder.load("shop.toml", &[]));
    assert_eq!((code, io), ("unreadable-file", true));
    assert!(message.contains(".env"), "{message}");
    std::fs::remove_file(folder.0.join(".env")).unwrap();
    std::fs::create_dir(folder.0.join(".env")).unwrap();
    assert_eq!(first(folder.load("shop.toml", &[])).0, "unreadable-file");
}

#[test]
fn nothing_hidden_is_printed_as_it_is() {
    let folder = Folder::new("hidden");
    let hidden = ['\u{61c}', '\u{2062}', '\u{206a}', '\u{202e}', '\u{200b}', '\u{feff}'];
    let title: String = hidden.iter().collect();
    let scenario =
        folder.one(&shop("60s\"\n", &format!("60s\"\ntitle = \"a{title}b\"\n"))).unwrap();
    let printed = scenario.print_config();
    assert!(!printed.chars().any(|character| hidden.contains(&character)));
    assert!(
        printed.contains("a\\u{61c}\\u{2062}\\u{206a}\\u{202e}\\u{200b}\\u{feff}b"),
        "{printed}"
    );
}
