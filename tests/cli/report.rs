//! `report.html`: written by every study, the same in any place, with the command that reproduces it.

use super::{Folder, QUEUE, claiming, status, wssim};

fn report(folder: &Folder, out: &str) -> String {
    std::fs::read_to_string(folder.path().join(out).join("report.html")).unwrap()
}

/// The command in the page, with its character references resolved.
fn call(page: &str) -> String {
    let call = page.split("<pre class=\"call\">").nth(1).unwrap().split("</pre>").next().unwrap();
    call.replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[test]
fn every_study_writes_it() {
    let folder = Folder::new("report");
    folder.write("queue.toml", QUEUE);
    folder.write("other.toml", &QUEUE.replace("50/s", "25/s"));
    let until = "response_time_seconds{entry=\"web\"} < 100ms";
    for (out, arguments) in [
        ("run", &["run", "queue.toml", "--replications", "5"][..]),
        ("compare", &["compare", "queue.toml", "other.toml", "--replications", "5"]),
        (
            "sweep",
            &["sweep", "queue.toml", "--param", "traffic.scale=0.5,1", "--replications", "5"],
        ),
        ("failures", &["failures", "queue.toml", "--replications", "5", "--depth", "1"]),
        ("capacity", &["capacity", "queue.toml", "--replications", "5", "--until", until]),
    ] {
        let output = wssim(folder.path(), &[arguments, &["--out", out, "--no-fail"]].concat());
        assert_eq!(status(&output), 0, "{out}: {}", String::from_utf8_lossy(&output.stderr));
        let page = report(&folder, out);
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{out}");
        let again = call(&page);
        assert!(again.starts_with(&format!("wssim {out} queue.toml ")), "{again}");
        assert!(again.ends_with(" --seed 84") && !again.contains("--out"), "{again}");
        assert!(page.contains(">node.host"), "{out}: inputs are told");
    }
}

/// Folder, threads and display options leave no trace.
#[test]
fn it_is_the_same_wherever_it_is_made() {
    let folder = Folder::new("report-same");
    let path = folder.write("claim.toml", &claiming("19ms", "21ms"));
    let run = |arguments: &[&str], out: &str| {
        let call = [&["run"], arguments, &["--replications", "5", "--out", out]].concat();
        wssim(folder.path(), &call);
        report(&folder, out)
    };
    let one = run(&["claim.toml", "--threads", "1"], "a");
    let absolute = path.to_str().unwrap();
    let other = run(&[absolute, "--threads=2", "--seed", "84", "--format", "json", "-q"], "b");
    assert_eq!(one, other);
    assert!(!one.contains(folder.path().to_str().unwrap()));
    assert_ne!(one, run(&["claim.toml", "--seed", "85"], "c"), "another seed is another report");
}

#[test]
fn that_of_another_is_not_replaced_and_its_own_is() {
    let folder = Folder::new("report-foreign");
    folder.write("queue.toml", QUEUE);
    let call = ["run", "queue.toml", "--replications", "5", "--out", "a"];
    assert_eq!(status(&wssim(folder.path(), &call)), 0);
    assert_eq!(status(&wssim(folder.path(), &call)), 0, "its own is replaced");
    folder.write("a/report.html", "<!DOCTYPE html>\n<html lang=\"en\"></html>\n");
    let before = std::fs::read(folder.path().join("a/results.json")).unwrap();
    let seed = [&call[..], &["--seed", "85"]].concat();
    assert_eq!(status(&wssim(folder.path(), &seed)), 4);
    assert_eq!(std::fs::read(folder.path().join("a/results.json")).unwrap(), before);
}

/// The figures beside a report belong to its command: those of an earlier command are removed.
#[test]
fn figures_are_those_of_the_last_command() {
    let folder = Folder::new("report-figures");
    folder.write("queue.toml", QUEUE);
    let figures = || {
        let entries = std::fs::read_dir(folder.path().join("a/figures")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    let flags = ["--replications", "5", "--out", "a"];
    assert_eq!(status(&wssim(folder.path(), &[&["run", "queue.toml"], &flags[..]].concat())), 0);
    let of_run = figures();
    assert!(of_run.contains(&"response_time_by_quantile.svg".to_owned()), "{of_run:?}");
    let log = std::fs::read_to_string(folder.path().join("a/response_times.hlog")).unwrap();
    assert!(log.lines().any(|line| line.starts_with("Tag=web,0.000,120.000,")), "{log}");
    folder.write("a/figures/mine.svg", "<svg/>");
    let sweep = ["sweep", "queue.toml", "--param", "traffic.scale=0.5,1"];
    assert_eq!(status(&wssim(folder.path(), &[&sweep[..], &flags].concat())), 0);
    let of_sweep = figures();
    assert!(of_sweep.contains(&"response_time_seconds_web_mean.svg".to_owned()), "{of_sweep:?}");
    assert!(of_sweep.contains(&"mine.svg".to_owned()), "{of_sweep:?}");
    assert!(of_run.iter().all(|name| !of_sweep.contains(name)), "{of_sweep:?}");
}
