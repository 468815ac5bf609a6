//! A migration made by hand: two phases, one of which moves a database.

use crate::sample::{self, assert_fits, assert_golden, assert_numbers_stay_whole};
use crate::text::{TextOptions, render};
use crate::{json, markdown};
use wssim_experiment::findings::{Answer, Findings};
use wssim_experiment::migrate::findings::{
    LossFinding, Migration, Peak, PhaseFinding, RollbackFinding, StepFinding,
};
use wssim_stats::Estimate;

#[allow(clippy::unnecessary_wraps, reason = "as it is used")]
fn around(mean: f64, half: f64) -> Option<Estimate> {
    Some(Estimate::symmetric(mean, half, 20))
}

fn step(id: &str, text: &str, is_of_people: bool, begins: f64, seconds: f64) -> StepFinding {
    let (id, text) = (id.to_owned(), text.to_owned());
    StepFinding { id, text, is_of_people, begins: Some(begins), seconds: Some(seconds) }
}

fn peak(name: &str, memory: f64, cpu: f64) -> Peak {
    Peak { name: name.to_owned(), memory: around(memory, 0.02 * memory), cpu: around(cpu, 0.01) }
}

fn databases() -> PhaseFinding {
    let web = |seconds: f64| vec![("web".to_owned(), seconds)];
    PhaseFinding {
        id: "databases".to_owned(),
        title: "Migrate databases to server 80".to_owned(),
        after: vec!["prepare".to_owned()],
        window_seconds: Some(7200.0),
        begins: 30_000.0,
        mean_seconds: 1900.0,
        seconds: around(1900.0, 140.0),
        within: around(0.95, 0.04),
        unfinished: 1,
        steps: vec![
            step("stop", "stop stack.databases", false, 0.0, 2.1),
            step("copy", "copy 2 GB, gmktec to hppavilion", false, 2.1, 18.0),
            step("restore", "restore gibd-postgres, 1.56 GB", false, 20.1, 115.0),
            step("look", "verify", true, 135.1, 1764.9),
        ],
        downtime: vec![("web".to_owned(), around(840.0, 60.0))],
        nodes: vec![peak("gmktec", 14.2e9, 0.31), peak("hppavilion", 4.4e9, 0.12)],
        rollbacks: vec![
            RollbackFinding {
                step: "stop".to_owned(),
                seconds: around(9.1, 0.4),
                downtime: web(12.0),
            },
            RollbackFinding { step: "copy".to_owned(), seconds: None, downtime: web(0.0) },
        ],
        losses: vec![
            LossFinding {
                node: "gmktec".to_owned(),
                complete: [0, 5],
                entries: vec![("web".to_owned(), 412.0, 5)],
            },
            LossFinding {
                node: "wsasus".to_owned(),
                complete: [5, 5],
                entries: vec![("web".to_owned(), 0.0, 0)],
            },
        ],
    }
}

/// The findings of the golden files.
pub(crate) fn usual() -> Findings {
    let prepare = PhaseFinding {
        id: "prepare".to_owned(),
        title: "prepare".to_owned(),
        after: Vec::new(),
        window_seconds: None,
        begins: 0.0,
        mean_seconds: 30_000.0,
        seconds: around(30_000.0, 4000.0),
        within: None,
        unfinished: 0,
        steps: vec![step("1", "by hand", true, 0.0, 30_000.0)],
        downtime: vec![("web".to_owned(), around(0.0, 0.0))],
        nodes: vec![peak("gmktec", 14.0e9, 0.06), peak("hppavilion", 0.9e9, 0.001)],
        rollbacks: Vec::new(),
        losses: Vec::new(),
    };
    let migration = Migration {
        phases: vec![prepare, databases()],
        seconds: around(31_900.0, 4100.0),
        effort: around(31_765.0, 4000.0),
        downtime: vec![("web".to_owned(), around(840.0, 60.0))],
    };
    let mut findings = sample::findings();
    findings.claims.clear();
    findings.metrics.clear();
    findings.notes.clear();
    findings.not_simulated.clear();
    findings.answer = Answer::Migrate(migration);
    findings
}

#[test]
fn reports_are_as_golden() {
    let findings = usual();
    let options = TextOptions { out: Some("out/migration/migrate"), ..TextOptions::default() };
    assert_golden("migrate/text.txt", &render(&findings, &options));
    assert_golden("migrate/narrow.txt", &render(&findings, &TextOptions { width: 60, ..options }));
    assert_golden("migrate/markdown.md", &markdown::render(&findings));
    assert_golden("migrate/results.json", &json::render(&findings));
}

#[test]
fn every_terminal_is_wide_enough() {
    let told = |width| render(&usual(), &TextOptions { width, ..TextOptions::default() });
    assert_fits(told);
    assert_numbers_stay_whole(told);
}

#[test]
fn people_are_told_of_only_where_they_work() {
    let mut findings = usual();
    if let Answer::Migrate(migration) = &mut findings.answer {
        migration.effort = around(0.0, 0.0);
    }
    let text = render(&findings, &TextOptions::default());
    assert!(text.contains("Takes 8.86 h. Entries"), "{text}");
    assert!(!text.contains("people work"), "{text}");
}

#[test]
fn names_of_users_are_data() {
    let mut findings = usual();
    if let Answer::Migrate(migration) = &mut findings.answer {
        migration.phases[1].id = "\u{1b}[31mred".to_owned();
        migration.phases[1].title = "<script>".to_owned();
        migration.phases[1].steps[0].text = "\u{202e}turned | round".to_owned();
    }
    let text = render(&findings, &TextOptions::default());
    assert!(!text.chars().any(|one| one != '\n' && wssim_text::is_control(one)), "{text:?}");
    let page = crate::html::render(&findings, &crate::html::CommandContext::default());
    assert!(!page.contains("<h3><script>"));
}
