//! `wssim completions` and `wssim man` contain every command.

use super::{Folder, status, stdout, wssim};

/// The commands that the help lists.
fn commands(folder: &Folder) -> Vec<String> {
    let help = stdout(&wssim(folder.path(), &["--help"]));
    let list = help.split("Commands:").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn completions_know_every_command() {
    let folder = Folder::new("completions");
    let commands = commands(&folder);
    assert!(commands.len() >= 5, "{commands:?}");
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let made = wssim(folder.path(), &["completions", shell]);
        assert_eq!(status(&made), 0, "{shell}");
        for command in &commands {
            assert!(stdout(&made).contains(command), "{shell}: {command}");
        }
    }
    assert_eq!(status(&wssim(folder.path(), &["completions", "cmd"])), 2);
}

#[test]
fn the_manual_page_has_every_command_and_flag() {
    let folder = Folder::new("man");
    let page = stdout(&wssim(folder.path(), &["man"]));
    assert!(page.contains(".TH wssim 1"), "{page}");
    let plain = page.replace("\\-", "-");
    for command in commands(&folder) {
        assert!(plain.contains(&command), "{command}");
        let help = stdout(&wssim(folder.path(), &[&command, "--help"]));
        for flag in help.split_whitespace().filter(|word| word.starts_with("--")) {
            let flag: String =
                flag.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            assert!(plain.contains(&flag), "{command} {flag}");
        }
    }
}
