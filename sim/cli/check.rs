//! `wssim check`: is the file valid?

use crate::exit::{self, CommandFailure};
use crate::options::{Format, ScenarioFlags};
use crate::output;
use crate::terminal::{self, Stream};
use std::collections::BTreeMap;
use std::io;
use wssim_experiment::offered::{Overload, overloads};
use wssim_reports::Style;
use wssim_reports::check::{self, CheckAnswer, Mistake, PlacementShown, RouteShown};
use wssim_scenario::{Diagnostic, Diagnostics, Scenario, Severity, TextPlace};

/// Is the file right? Nothing is simulated
///
/// Prints all mistakes at once, which containers each node gets, where Traefik's labels lead, the load that is offered to nodes
/// and services against what they can carry, and the parts of the scenario that are not simulated.
/// All of it goes to standard output.
#[derive(clap::Args, Debug)]
#[command(after_long_help = "\
Example:
  wssim check after
  wssim check scenarios/after.toml --set traffic.web.arrivals.rate=40/s")]
pub(crate) struct Args {
    /// Path of the scenario, or its bare name when it lies in scenarios/ or ships with wssim
    scenario: String,

    #[command(flatten)]
    shown: ScenarioFlags,
}

/// Runs the command; returns its exit status.
pub(crate) fn run(args: &Args) -> Result<u8, CommandFailure> {
    match args.shown.read(&args.scenario).and_then(with_variants) {
        Ok(scenario) if args.shown.print_config => {
            args.shown.print(&scenario.print_config())?;
            Ok(exit::HOLDS)
        }
        Ok(scenario) => {
            if !args.shown.look.quiet {
                output::note_shipped(&args.scenario, &scenario);
            }
            let remarks = remarks(&scenario);
            print(args, &known(&scenario, &remarks), &remarks)?;
            Ok(exit::HOLDS)
        }
        Err(diagnostics) => {
            print(args, &refused(args, &diagnostics), &diagnostics.items)?;
            Ok(exit::status_of(&diagnostics))
        }
    }
}

/// The scenario, if its variants are valid, too.
fn with_variants(scenario: Scenario) -> Result<Scenario, Diagnostics> {
    for name in scenario.variants() {
        scenario.variant(name)?;
    }
    Ok(scenario)
}

fn print(
    args: &Args,
    check: &CheckAnswer,
    diagnostics: &[Diagnostic],
) -> Result<(), CommandFailure> {
    let report = match args.shown.look.format {
        Format::Json => check::json(check),
        Format::Markdown => check::markdown(check),
        Format::Text => {
            let coloured = args.shown.colours(&io::stdout());
            let style = if coloured { Style::Coloured } else { Style::Plain };
            let width = terminal::width(Stream::Out);
            let quoted = wssim_scenario::render(diagnostics, width, coloured);
            if args.shown.look.quiet { quoted } else { check::text(check, &quoted, style, width) }
        }
    };
    args.shown.print(&report)
}

/// Warnings, overloads, then lints.
pub(crate) fn remarks(scenario: &Scenario) -> Vec<Diagnostic> {
    let excess = |one: &Overload| Diagnostic::warning("overload", wssim_reports::overload(one));
    let overloads = overloads(&scenario.offered_load());
    let warnings = scenario.warnings().iter().cloned().chain(overloads.iter().map(excess));
    warnings.chain(scenario.lints()).collect()
}

/// The report on a valid scenario.
fn known(scenario: &Scenario, remarks: &[Diagnostic]) -> CheckAnswer {
    let question = scenario.question();
    CheckAnswer {
        name: question.name,
        title: question.title,
        diagnostics: remarks.iter().map(mistake).collect(),
        placements: placements(&scenario.placements()),
        routes: scenario.routes().into_iter().map(route).collect(),
        offered_load: scenario.offered_load(),
        not_simulated: scenario.not_simulated().iter().map(ToString::to_string).collect(),
    }
}

/// Containers by node, in the order of names; those without a node last.
pub(crate) fn placements(services: &[wssim_scenario::Placement]) -> Vec<PlacementShown> {
    let mut nodes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut pending = Vec::new();
    for placement in services {
        let container = |number: usize| format!("{}.{}", placement.service, number + 1);
        for (number, node) in placement.nodes.iter().enumerate() {
            nodes.entry(node).or_default().push(container(number));
        }
        let placed = placement.nodes.len();
        pending.extend((placed..placed + placement.pending as usize).map(container));
    }
    let nodes = nodes.into_iter().map(|(node, containers)| (Some(node.to_owned()), containers));
    let pending = (!pending.is_empty()).then_some((None, pending));
    nodes.chain(pending).map(|(node, containers)| PlacementShown { node, containers }).collect()
}

fn route(route: wssim_scenario::ProxyRoute) -> RouteShown {
    RouteShown {
        router: route.router,
        rule: route.rule,
        entry_points: route.entry_points,
        target: route.target,
        middlewares: route.middlewares,
    }
}

/// The report on an invalid scenario.
fn refused(args: &Args, diagnostics: &Diagnostics) -> CheckAnswer {
    CheckAnswer {
        name: args.scenario.clone(),
        diagnostics: diagnostics.items.iter().map(mistake).collect(),
        ..CheckAnswer::default()
    }
}

fn mistake(diagnostic: &Diagnostic) -> Mistake {
    let place = diagnostic.span.as_ref();
    Mistake {
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        code: diagnostic.code.to_owned(),
        message: diagnostic.message.clone(),
        file: place.map(TextPlace::file),
        line: place.map(TextPlace::line),
        column: place.map(TextPlace::column),
        help: diagnostic.help.clone(),
    }
}
