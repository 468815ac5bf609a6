//! `junit.xml`: a case for each claim, for pipelines that show tests.
//!
//! A refuted claim is a failure. One that is undecided, or holds only at the values in force, is an
//! error: its verdict is unknown. One that another command judges is skipped.

use crate::said::{plan, sentence};
use crate::tally::judged_here;
use crate::wording;
use crate::{reason, regression};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use wssim_experiment::findings::{Findings, JudgedClaim, Verdict};
use wssim_experiment::regression::findings::{ChangeStatus, Difference};
use wssim_text::printable;

/// The beginning of the root element.
pub(crate) const BEGINNING: &str = "<testsuites name=\"wssim ";

/// The file.
#[must_use]
pub fn render(findings: &Findings) -> String {
    let command = findings.answer.study().name();
    let name = format!("wssim {command} {}", printable(&findings.name));
    let mut suite = TestSuite::new(name.as_str());
    suite.add_test_cases(findings.claims.iter().map(|judged| case(findings, judged)));
    let mut report = Report::new(name.as_str());
    report.add_test_suite(suite);
    report.add_test_suites(findings.regression.as_ref().map(|one| baseline(&name, one)));
    report.to_string().expect("memory takes all text")
}

/// The comparison with the baseline: a case for each number with a limit, and for each claim.
fn baseline(name: &str, difference: &Difference) -> TestSuite {
    let mut suite = TestSuite::new(format!("{name}: baseline"));
    let case = |name: &str, standing: ChangeStatus, told: &str| {
        compared(name, standing, (told, difference.is_regression(standing)))
    };
    let numbers = difference
        .rows
        .iter()
        .map(|row| case(&regression::name(row), row.standing, &regression::told(row)));
    let claims = difference
        .claims
        .iter()
        .map(|claim| case(&claim.text, claim.standing, &regression::verdicts(claim)));
    suite.add_test_cases(claims.chain(numbers));
    suite
}

fn compared(name: &str, standing: ChangeStatus, (told, fails): (&str, bool)) -> TestCase {
    let mut status = if fails {
        TestCaseStatus::non_success(NonSuccessKind::Failure)
    } else if matches!(standing, ChangeStatus::Unclear { .. }) {
        TestCaseStatus::skipped()
    } else {
        TestCaseStatus::success()
    };
    if !matches!(status, TestCaseStatus::Success { .. }) {
        status.set_message(printable(&format!("{}: {told}", standing.name())));
    }
    if fails {
        status.set_type("regression");
    }
    let mut case = TestCase::new(printable(name), status);
    case.set_classname("baseline");
    case
}

fn case(findings: &Findings, judged: &JudgedClaim) -> TestCase {
    let mut status = status(findings, judged);
    let message = message(findings, judged);
    if !matches!(status, TestCaseStatus::Success { .. }) {
        status.set_message(message.as_str());
    }
    let mut case = TestCase::new(printable(&sentence(judged)), status);
    case.set_classname(printable(&judged.claim.source));
    case
}

fn status(findings: &Findings, judged: &JudgedClaim) -> TestCaseStatus {
    match judged.verdict {
        _ if !judged_here(findings, judged) => TestCaseStatus::skipped(),
        Verdict::Undecided => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ if judged.is_at_given_values() => TestCaseStatus::non_success(NonSuccessKind::Error),
        Verdict::Refuted => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Holds | Verdict::Reproduced => TestCaseStatus::success(),
    }
}

/// `refuted: 37 % below; the plan says 16.2–19.8 GB, simulated 10.14 GB (10.14–10.14): …`
fn message(findings: &Findings, judged: &JudgedClaim) -> String {
    if !judged_here(findings, judged) {
        return format!("judged by wssim {}", judged.claim.study.name());
    }
    let why = reason::why(&judged.why);
    let why = if why.is_empty() { why } else { format!(": {why}") };
    let (verdict, plan) = (wording::verdict(judged).text, plan(judged));
    printable(&format!(
        "{verdict}; the plan says {plan}, simulated {}{why}",
        wording::simulated(judged)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn the_file_is_as_golden() {
        sample::assert_golden("junit.xml", &render(&sample::findings()));
    }

    #[test]
    fn there_is_a_case_a_claim_and_a_failure_for_each_that_is_refuted() {
        let findings = sample::findings();
        let text = render(&findings);
        let count = |part: &str| text.matches(part).count();
        assert!(text.contains(BEGINNING));
        assert_eq!(count("<testcase "), findings.claims.len());
        let refuted = findings.claims.iter().filter(|one| one.verdict == Verdict::Refuted).count();
        assert_eq!(count("<failure"), refuted);
        assert!(refuted > 0 && count("<error") > 0 && count("<skipped") > 0, "{text}");
    }

    #[test]
    fn hostile_names_are_text() {
        let text = render(&sample::hostile());
        assert!(!text.contains("<script>"), "{text}");
    }
}
