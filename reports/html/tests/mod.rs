//! The page is well-formed, loads nothing, agrees with `results.json`, and treats no name as markup.

use super::*;
use crate::check::PlacementShown;
use crate::{json, sample};
use roxmltree::{Document, Node, ParsingOptions};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use wssim_experiment::findings::Answer;
use wssim_experiment::input::{Basis, Input};
use wssim_stats::Estimate;

fn told() -> CommandContext {
    let input = |path: &str, basis: Basis| Input {
        path: path.to_owned(),
        value: "4/s".to_owned(),
        range: Some("[\"1/s\", \"9/s\"]".to_owned()),
        place: "shop.toml:7".to_owned(),
        basis,
    };
    CommandContext {
        call: "wssim run shop --seed 84".to_owned(),
        plans: vec![PlanShown {
            name: "shop".to_owned(),
            placements: vec![
                PlacementShown {
                    node: Some("gmktec".to_owned()),
                    containers: vec!["web.1".to_owned()],
                },
                PlacementShown { node: None, containers: vec!["db.1".to_owned()] },
            ],
            memory: vec![("gmktec".to_owned(), [28e9, 8e9])],
            scripted: vec![(3.0, "monitoring-dies".to_owned())],
            inputs: vec![
                input("traffic.web.rate", Basis::Source("a log".to_owned())),
                input("service.web.cpu", Basis::Assumption(None)),
                input("service.db.cpu", Basis::Assumption(Some("a guess".to_owned()))),
                input("scenario.kind", Basis::Decision),
            ],
            warnings: vec!["shop.toml:3: no limit".to_owned()],
            observed_in: Vec::new(),
        }],
    }
}

/// Findings with hostile names everywhere.
fn hostile() -> (Findings, CommandContext) {
    let findings = sample::hostile();
    let name = findings.name.clone();
    let mut told = told();
    told.call.clone_from(&name);
    let plan = &mut told.plans[0];
    plan.name.clone_from(&name);
    plan.placements[0] =
        PlacementShown { node: Some(name.clone()), containers: vec![name.clone()] };
    plan.memory[0].0.clone_from(&name);
    plan.scripted[0].1.clone_from(&name);
    plan.warnings = vec![name.clone()];
    let input = &mut plan.inputs[0];
    input.path.clone_from(&name);
    input.value.clone_from(&name);
    input.range = Some(name.clone());
    input.basis = Basis::Source(name);
    (findings, told)
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).unwrap()
}

fn elements<'d>(document: &'d Document<'_>, tag: &'d str) -> impl Iterator<Item = Node<'d, 'd>> {
    document.descendants().filter(move |node| node.tag_name().name() == tag)
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter_map(|one| if one.is_text() { one.text() } else { None }).collect()
}

#[test]
fn the_page_is_well_formed_whatever_things_are_called() {
    for (findings, told) in [(sample::findings(), told()), hostile()] {
        let page = render(&findings, &told);
        let document = parse(&page);
        assert!(elements(&document, "svg").count() > 3, "figures are there");
        for tag in ["script", "iframe", "img", "object", "form", "a"] {
            assert_eq!(elements(&document, tag).count(), 0, "<{tag}>");
        }
        let is_plain = |character: char| character == '\n' || !wssim_text::is_control(character);
        assert!(page.chars().all(is_plain));
    }
}

#[test]
fn names_are_shown_and_not_obeyed() {
    let (findings, told) = hostile();
    let page = render(&findings, &told);
    assert!(!page.contains("<script"));
    let document = parse(&page);
    let shown = wssim_text::printable(&findings.name);
    let title = elements(&document, "title").next().map(text).unwrap();
    assert!(title.contains(&shown), "{title}");
    let nodes: Vec<String> = elements(&document, "h4").map(text).collect();
    assert!(nodes.contains(&shown), "{nodes:?}");
}

#[test]
fn nothing_is_loaded_and_one_style_counts() {
    let page = render(&sample::findings(), &told());
    let document = parse(&page);
    let policy = elements(&document, "meta")
        .find(|meta| meta.attribute("http-equiv") == Some("Content-Security-Policy"))
        .and_then(|meta| meta.attribute("content"))
        .unwrap();
    let styles: Vec<String> = elements(&document, "style").map(text).collect();
    let [style] = styles.as_slice() else { panic!("{} styles", styles.len()) };
    let hash = policy.split("style-src 'sha256-").nth(1).unwrap().split('\'').next().unwrap();
    assert_eq!(decoded(hash), Sha256::digest(style.as_bytes()).to_vec());
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    for node in document.descendants() {
        assert!(node.attribute("style").is_none(), "{node:?}");
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "{node:?}");
            let loads = ["src", "href", "action"].contains(&attribute.name());
            assert!(!loads || attribute.value() == "data:,", "{node:?}");
        }
    }
    assert!(!style.contains("url("), "a style loads nothing either");
}

/// Decodes base64 with a table of digits: not by the code that wrote it.
fn decoded(text: &str) -> Vec<u8> {
    let digits = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']);
    let digits: Vec<char> = digits.collect();
    let places = text.chars().filter_map(|one| digits.iter().position(|digit| *digit == one));
    let bits: Vec<String> = places.map(|place| format!("{place:06b}")).collect();
    let bits = bits.concat();
    let bytes = bits.as_bytes().chunks_exact(8);
    bytes.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap()).collect()
}

#[test]
fn verdicts_are_those_of_the_results() {
    let findings = sample::findings();
    let page = render(&findings, &told());
    let document = parse(&page);
    let results: serde_json::Value = serde_json::from_str(&json::render(&findings)).unwrap();
    let shown: Vec<Node<'_, '_>> = elements(&document, "article").collect();
    let judged: Vec<&serde_json::Value> = results["claims"].as_array().unwrap().iter().collect();
    let here = judged.iter().filter(|claim| claim["judged_by"] == "run");
    assert_eq!(shown.len(), here.clone().count());
    for claim in here {
        let id = claim["id"].as_str();
        let article = shown.iter().find(|one| one.attribute("data-claim") == id).unwrap();
        assert_eq!(article.attribute("data-verdict"), claim["verdict"].as_str());
        for (name, key) in [("data-mean", "mean"), ("data-low", "ci_low"), ("data-high", "ci_high")]
        {
            let number = article.attribute(name).and_then(|number| number.parse::<f64>().ok());
            assert_eq!(number, claim["simulated"][key].as_f64(), "{id:?} {name}");
        }
        let told = text(*article);
        for sentence in [&claim["text"], &claim["source"]] {
            assert!(told.contains(sentence.as_str().unwrap()), "{told}");
        }
        let why = claim["why"].as_str().unwrap().get(1..).unwrap_or_default();
        assert!(told.contains(why), "{told} lacks {why}");
    }
}

#[test]
fn the_first_line_says_what_the_numbers_are_worth() {
    let page = render(&sample::findings(), &told());
    let document = parse(&page);
    let first = elements(&document, "body").flat_map(|body| body.descendants());
    let first = first.filter(Node::is_text).find_map(|node| node.text()).unwrap();
    let observed = sample::findings().claims.iter().filter(|one| one.claim.observed).count();
    assert!(first.starts_with("Simulated, not measured."), "{first}");
    assert!(first.contains(&format!("of {observed} measured figures")) || observed == 0, "{first}");
    assert!(first.ends_with("2 of its 3 inputs are assumptions, 1 has a source."), "{first}");
}

#[test]
fn every_input_is_there_with_what_it_rests_on() {
    let page = render(&sample::findings(), &told());
    let document = parse(&page);
    let rows: Vec<String> = elements(&document, "tr").map(text).collect();
    for due in [
        "traffic.web.rate\n4/s in [\"1/s\", \"9/s\"]\na log\nshop.toml:7\n",
        "service.web.cpu\n4/s in [\"1/s\", \"9/s\"]\nassumption\nshop.toml:7\n",
        "service.db.cpu\n4/s in [\"1/s\", \"9/s\"]\nassumption: a guess\nshop.toml:7\n",
    ] {
        assert!(rows.iter().any(|row| row == due), "{due} in {rows:?}");
    }
    assert_eq!(elements(&document, "pre").map(text).collect::<Vec<_>>(), [told().call]);
}

#[test]
fn what_strikes_is_marked_over_time() {
    let mut findings = sample::findings();
    let Answer::Run(run) = &mut findings.answer else { panic!("another study") };
    run.series[0].estimates[1] = Some(Estimate::symmetric(0.12, 0.01, 40));
    let drawn = run.series.len() + run.bands.len();
    let page = render(&findings, &told());
    let document = parse(&page);
    let marks = elements(&document, "text").filter(|one| text(*one).trim() == "monitoring-dies");
    assert_eq!(marks.count(), drawn);
}

/// The drawings, as they are between the tags.
fn drawings(text: &str) -> Vec<String> {
    let open = "<svg width=\"460\"";
    let parts = text.split(open).skip(1);
    parts.map(|part| part.split("</svg>").next().unwrap().to_owned()).collect()
}

#[test]
fn figures_are_files_of_their_own_and_those_of_the_page() {
    let (findings, told) = (sample::findings(), told());
    let files = figures(&findings, &told);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["verdicts.svg", "response_time_by_quantile.svg", "response_times_of_web.svg"]
    );
    let page = drawings(&render(&findings, &told));
    let beside: Vec<String> = files.iter().flat_map(|(_, text)| drawings(text)).collect();
    assert!(!page.is_empty());
    assert_eq!(page, beside);
    let claims = findings.claims.iter().filter(|one| one.simulated.is_some()).count();
    assert_eq!(files[0].1.matches("class=\"strip\"").count(), claims);
}

#[test]
fn a_figure_needs_nothing_else_whatever_things_are_called() {
    let studies = [
        (sample::findings(), told()),
        hostile(),
        (crate::compare::tests::findings(), told()),
        (crate::failures::tests::usual(), told()),
        (crate::sweep::tests::usual(), told()),
        (crate::capacity::tests::of_traffic(), told()),
    ];
    for (findings, told) in studies {
        let files = figures(&findings, &told);
        assert!(!files.is_empty());
        for (name, text) in &files {
            assert!(!name.contains('/') && name.rsplit('.').next() == Some("svg"), "{name}");
            assert!(text.starts_with(FIGURE), "{text}");
            let document = parse(text);
            let root = document.root_element();
            let [width, height] =
                ["width", "height"].map(|of| root.attribute(of).unwrap().parse::<f64>().unwrap());
            let lines = elements(&document, "text").filter(|one| one.parent() == Some(root));
            for line in lines {
                let y: f64 = line.attribute("y").unwrap().parse().unwrap();
                assert!(y > 0.0 && y < height && width > 400.0, "{name}");
            }
            for node in document.descendants() {
                let namespace = node.tag_name().namespace();
                assert!(!node.is_element() || namespace == Some("http://www.w3.org/2000/svg"));
                assert!(["script", "image", "use"].iter().all(|tag| !node.has_tag_name(*tag)));
                for class in node.attribute("class").unwrap_or_default().split(' ') {
                    let is_styled = text.contains(&format!(".{class}"));
                    let is_bare = ["", "pair", "interval", "cap"].contains(&class);
                    assert!(is_styled || is_bare, "{name}: no style of {class}");
                }
            }
            assert!(!text.contains("url(") && !text.contains("href"), "{name}");
        }
    }
}

/// Names that become equal as file names remain two files.
#[test]
fn figures_do_not_replace_each_other() {
    let mut findings = sample::findings();
    let Answer::Run(run) = &mut findings.answer else { panic!("another study") };
    let mut other = run.bands[0].clone();
    (run.bands[0].entry, other.entry) = ("a/b".to_owned(), "a b".to_owned());
    run.bands.push(other);
    let files = figures(&findings, &told());
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), files.len());
    assert!(names.contains("response_times_of_a_b-2.svg"), "{names:?}");
}

/// With several scenarios quantiles share one figure, and each scenario has its own faults.
#[test]
fn what_is_compared_has_its_figures_and_its_faults() {
    let mut told = told();
    told.plans
        .push(PlanShown { scripted: vec![(2.0, "power".to_owned())], ..told.plans[0].clone() });
    let mut findings = crate::compare::tests::findings();
    let Answer::Compare(comparison) = &mut findings.answer else { panic!("another study") };
    comparison.runs[1].bands[0].entry = "mail".to_owned();
    let page = render(&findings, &told);
    let document = parse(&page);
    let captions: Vec<String> = elements(&document, "figcaption").map(text).collect();
    let strikes = |of: &str| {
        let figure = elements(&document, "figure").find(|one| text(*one).contains(of)).unwrap();
        ["monitoring-dies", "power"].map(|name| text(figure).contains(name))
    };
    assert_eq!(strikes("before: How long requests of web"), [true, false], "{captions:?}");
    assert_eq!(strikes("after: How long requests of mail"), [false, true], "{captions:?}");
    let legend: Vec<String> = elements(&document, "li").map(text).collect();
    assert!(["before: web", "after: web"].iter().all(|one| legend.iter().any(|is| is == one)));
    let names: Vec<String> = figures(&findings, &told).into_iter().map(|(name, _)| name).collect();
    assert!(names.contains(&"after_response_times_of_mail.svg".to_owned()), "{names:?}");
}

#[test]
fn the_same_findings_make_the_same_bytes() {
    let [one, other] = [(); 2].map(|()| render(&sample::findings(), &told()));
    assert_eq!(one, other);
    assert!(one.starts_with(BEGINNING) && one.len() < 200_000, "{} bytes", one.len());
}
