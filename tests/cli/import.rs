//! `wssim import`: its scenario runs, and it overwrites nothing.

use super::{Folder, status, stderr, stdout, wssim};

const STACK: &str = "\
services:
  web:
    image: company/web:1
    ports: [\"80:8080\"]
    environment: [\"DATABASE_URL=postgres://db:5432/x\"]
    deploy: {replicas: 2}
  db: {image: \"postgres:16\"}
";

#[test]
fn a_stack_file_alone_runs_at_once() {
    let folder = Folder::new("import");
    folder.write("stack.yml", STACK);
    let made = wssim(folder.path(), &["import", "compose", "stack.yml"]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
    assert!(stdout(&made).contains("{ call = \"db.query\" }"), "{}", stdout(&made));
    let to = wssim(folder.path(), &["import", "compose", "stack.yml", "--to", "made.toml"]);
    assert_eq!(status(&to), 0, "{}", stderr(&to));
    assert!(
        stdout(&to).contains("made.toml: 2 services of 1 stack file, 1 call"),
        "{}",
        stdout(&to)
    );
    assert!(stdout(&to).contains("Next: wssim check made.toml"), "{}", stdout(&to));
    let check = wssim(folder.path(), &["check", "stack.yml"]);
    assert_eq!(status(&check), 2);
    assert!(stdout(&check).contains("wssim import compose stack.yml --to"), "{}", stdout(&check));
    let run = wssim(folder.path(), &["run", "made.toml", "--replications", "5"]);
    assert_eq!(status(&run), 0, "{}", stderr(&run));
    assert!(stdout(&run).contains("users"), "{}", stdout(&run));
}

#[test]
fn nothing_is_overwritten_and_mistakes_have_their_status() {
    let folder = Folder::new("import-refused");
    folder.write("stack.yml", STACK);
    folder.write("mine.toml", "# mine\n");
    let over = wssim(folder.path(), &["import", "compose", "stack.yml", "--to", "mine.toml"]);
    assert_eq!(status(&over), 2);
    assert_eq!(std::fs::read_to_string(folder.path().join("mine.toml")).unwrap(), "# mine\n");
    assert_eq!(status(&wssim(folder.path(), &["import", "compose", "none.yml"])), 4);
    folder.write("bad.yml", "services: [\n");
    let bad = wssim(folder.path(), &["import", "compose", "bad.yml"]);
    assert_eq!(status(&bad), 2);
    assert!(stderr(&bad).contains("bad.yml:"), "{}", stderr(&bad));
}
