//! Finds the hosts in a service's environment and command: a word after `://` or `@`, before a port, or
//! as the value of a variable named like a host, an address or a URL. Other words are ignored.

use crate::source::Sources;
use crate::stack::{Variables, values};
use crate::tree::{Entry, Item, Table, Value};
use std::collections::BTreeSet;

/// Endings of variables and flags whose values are hosts.
const OF_HOSTS: [&str; 26] = [
    "ADDR",
    "ADDRS",
    "ADDRESS",
    "ADDRESSES",
    "BACKEND",
    "BACKENDS",
    "BROKER",
    "BROKERS",
    "DSN",
    "ENDPOINT",
    "ENDPOINTS",
    "HOST",
    "HOSTNAME",
    "HOSTNAMES",
    "HOSTS",
    "NODES",
    "PEERS",
    "SEEDS",
    "SERVER",
    "SERVERS",
    "UPSTREAM",
    "UPSTREAMS",
    "URI",
    "URIS",
    "URL",
    "URLS",
];
/// Separators of words in a text.
const BETWEEN: [char; 13] = [',', ';', '"', '\'', '(', ')', '[', ']', '{', '}', '|', '<', '>'];

/// Hosts by name, in lower case.
pub(super) type Hosts = BTreeSet<String>;

/// The hosts of the service `written`; `more` are the texts of its `env_file`s.
pub(super) fn of(
    written: &Table,
    more: &[String],
    variables: &Variables,
    sources: &Sources,
) -> Hosts {
    let mut hosts = Hosts::new();
    let own = |key: &str| written.get(key);
    for (name, value) in more.iter().flat_map(|text| text.lines()).filter_map(assigned) {
        in_value(&name, &value, &mut hosts);
    }
    for (name, value) in
        own("environment").map(|entry| environment(entry, sources)).unwrap_or_default()
    {
        // A variable without a value takes it from the environment of the deployment.
        let value = value.or_else(|| variables.get(&name).map(str::to_owned));
        in_value(&name, &value.unwrap_or_default(), &mut hosts);
    }
    for key in ["entrypoint", "command"] {
        let texts = own(key).and_then(|entry| values::texts(&entry.item, sources));
        let words: Vec<String> = texts
            .into_iter()
            .flatten()
            .flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        in_command(&words, &mut hosts);
    }
    hosts
}

/// A line of an `env_file`.
fn assigned(line: &str) -> Option<(String, String)> {
    let line = line.trim();
    let (name, value) = line.split_once('=').filter(|_| !line.starts_with('#'))?;
    Some((name.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
}

/// Names and values; `None` for a name alone.
fn environment(entry: &Entry, sources: &Sources) -> Vec<(String, Option<String>)> {
    let of_item = |item: &Item| {
        let text = values::scalar(item, sources)?;
        Some(match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (text, None),
        })
    };
    match &entry.item.value {
        Value::Table(table) => {
            let pair = |(name, entry): (&String, &Entry)| {
                (name.clone(), values::scalar(&entry.item, sources))
            };
            table.iter().map(pair).collect()
        }
        Value::Array(items) => items.iter().filter_map(of_item).collect(),
        _ => Vec::new(),
    }
}

/// `--db-host=db`, `--db-host db`, `-h db`, and other recognizable hosts.
fn in_command(words: &[String], hosts: &mut Hosts) {
    let mut before = "";
    for word in words {
        match word.split_once('=') {
            Some((name, value)) => in_value(name, value, hosts),
            None => in_value(before, word, hosts),
        }
        before = if word.starts_with('-') { word } else { "" };
    }
}

/// Hosts in the value of the variable `name`.
fn in_value(name: &str, value: &str, hosts: &mut Hosts) {
    let is_whole = is_of_host(name);
    let mut rest = value;
    while let Some(at) = rest.find("://") {
        let after = &rest[at + 3..];
        let end = after.find(|c: char| "/?#\"'".contains(c) || c.is_whitespace());
        let authority = &after[..end.unwrap_or(after.len())];
        let after_user = authority.rsplit('@').next().unwrap_or(authority);
        after_user.split(',').for_each(|host| put(host, hosts));
        rest = &after[end.unwrap_or(after.len())..];
    }
    let words = value.split(|c: char| c.is_whitespace() || BETWEEN.contains(&c));
    for word in words.filter(|word| !word.contains("://")) {
        match word.split_once('=') {
            Some((name, value)) => in_word(value, is_of_host(name), hosts),
            None => in_word(word, is_whole, hosts),
        }
    }
}

fn in_word(word: &str, is_whole: bool, hosts: &mut Hosts) {
    let host = word.rsplit('@').next().unwrap_or(word);
    let front = host.split('/').next().unwrap_or(host);
    let port = front.rsplit_once(':').map(|(_, port)| port);
    let is_port = |port: &str| (2..=5).contains(&port.len()) && port.parse::<u16>().is_ok();
    if is_whole || host.len() < word.len() || port.is_some_and(is_port) {
        put(front, hosts);
    }
}

/// The host without its port.
fn put(host: &str, hosts: &mut Hosts) {
    let host = host.split(':').next().unwrap_or(host).trim_end_matches('.');
    if !host.is_empty() {
        hosts.insert(host.to_lowercase());
    }
}

/// Whether the value of this variable is a host: `DB_HOST`, `--redis-url`, `spring.datasource.url`.
fn is_of_host(name: &str) -> bool {
    if name == "-h" || name == "-H" {
        return true;
    }
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let last = words.rfind(|word| !word.chars().all(|c| c.is_ascii_digit()));
    let last = last.unwrap_or("").to_ascii_uppercase();
    OF_HOSTS.iter().any(|ending| last.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(name: &str, value: &str) -> Vec<String> {
        let mut out = Hosts::new();
        in_value(name, value, &mut out);
        out.into_iter().collect()
    }

    #[test]
    fn hosts_are_where_hosts_stand() {
        for (name, value, expected) in [
            ("DATABASE_URL", "postgres://user:p@ss@db:5432/app", &["db"][..]),
            ("X", "mongodb://one:27017,two:27017/app?replicaSet=rs", &["one", "two"]),
            ("X", "jdbc:postgresql://db/app", &["db"]),
            ("X", "cache:6379", &["cache"]),
            ("X", "user@tcp(mysql:3306)/app", &["mysql", "tcp"]),
            ("X", "host=pg port=5432 dbname=app", &["pg"]),
            ("DB_HOST", "pg", &["pg"]),
            ("PGHOST_1", "PG.", &["pg"]),
            ("KAFKA_BROKERS", "k1:9092, k2:9092", &["k1", "k2"]),
            ("X", "tcp://tasks.agent:9001", &["tasks.agent"]),
            ("X", "redis://:secret@redis:6379/0", &["redis"]),
            ("DB_NAME", "app", &[]),
            ("MODE", "api", &[]),
            ("IMAGE", "company/app:1", &[]),
            ("SERVER_NAME", "api", &[]),
            ("TZ", "Europe/Berlin", &[]),
        ] {
            assert_eq!(hosts(name, value), expected, "{name}={value}");
        }
    }

    #[test]
    fn flags_name_hosts() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        for (text, expected) in [
            ("serve --db-host pg --mode api", &["pg"][..]),
            ("serve --redis-url=redis://cache --name app", &["cache"]),
            ("pg_isready -h pg -U app", &["pg"]),
            ("wait-for db:5432 -- serve", &["db"]),
        ] {
            let mut out = Hosts::new();
            in_command(&words(text), &mut out);
            assert_eq!(out.into_iter().collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
