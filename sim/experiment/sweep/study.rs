//! The study: all worlds, one warm-up, the grid, further points, and its findings.

use super::asked::{self, PointColumns, PointQuestion};
use super::changes::{SeenPoints, change, mean_at};
use super::columns::{self, PointColumn};
use super::findings::{Formula, ObjectiveFinding, PointFinding, Sweep};
use super::grid::{self, Spot};
use super::made::MadeWorlds;
use super::objectives::judge;
use super::options::{Numbers, ParameterValue, SweepError, SweepOptions};
use super::refine::{self, Between, KnownPoint};
use crate::analytic::{Analytic, FormulaGap, Twin, compare};
use crate::arm::{Arm, Setting, TrafficStage};
use crate::engine::{ArmId, Broken, Design, Engine, Stopped, Want};
use crate::findings::{Answer, Findings, StoppedBy};
use crate::measured::Metric;
use crate::note::{Note, of_rounding};
use crate::offered::Overload;
use crate::pilot::find_lead;
use crate::question::{MetricRef, Question, SCALE_KEY, WorldError};
use crate::watch::{StudyPhase, Watch};
use std::collections::BTreeSet;
use wssim_kernel::Nanos;
use wssim_model::Blueprint;

pub(super) struct SweepStudy<'a> {
    made: &'a MadeWorlds<'a>,
    question: &'a Question,
    options: &'a SweepOptions,
    watch: &'a dyn Watch,
    /// Its points; empty if it was stopped before all worlds were made.
    grid: Vec<Spot>,
    /// The offered load of each point of the grid.
    asked: Vec<PointQuestion>,
    is_cut: bool,
    axis: usize,
    told: PointColumns,
}

impl<'a> SweepStudy<'a> {
    /// Makes every world of the grid.
    pub(super) fn new(
        made: &'a MadeWorlds<'a>,
        question: &'a Question,
        options: &'a SweepOptions,
        watch: &'a dyn Watch,
    ) -> Result<Self, SweepError> {
        let parameters = &options.parameters;
        let mut grid = grid::all(parameters);
        let asked = asked::all(made, &grid, parameters, question, watch)?;
        let is_cut = asked.is_err();
        let asked = asked.unwrap_or_else(|Stopped| {
            grid.clear();
            Vec::new()
        });
        let told = PointColumns::of(made, &grid, question, options)?;
        let axis = grid::axis(parameters);
        Ok(Self { made, question, options, watch, grid, asked, is_cut, axis, told })
    }

    pub(super) fn answer(self) -> Result<Findings, SweepError> {
        let (lead, settled) = self.lead()?;
        let is_cut = self.is_cut || lead.is_err();
        let lead = lead.unwrap_or(Nanos::ZERO);
        let setting = Setting { seed: self.options.seed, lead, measure: self.question.measure };
        let stage = TrafficStage { worlds: self.made, setting, judged: self.told.measured.clone() };
        let mut engine = Engine::new(&stage, self.watch);
        let mut spending = Spending::new(&self, &mut engine)?;
        let mut is_complete = false;
        if !is_cut && spending.spots.len() == self.grid.len() {
            match engine.pursue(&mut spending) {
                Ok(()) => is_complete = true,
                Err(Broken::Stopped) => {}
                Err(Broken::World(error)) => return Err(SweepError::World(error)),
            }
        }
        let mut findings = self.findings(&engine, &spending);
        findings.warm_up_seconds = lead.seconds();
        findings.notes.extend((!settled).then_some(Note::NotSettled));
        findings.notes.extend(self.rounding(&findings.answer));
        findings.stopped_by = match () {
            () if is_complete => StoppedBy::Replications,
            () if self.watch.interrupted() => StoppedBy::Interrupt,
            () => StoppedBy::Budget,
        };
        Ok(findings)
    }

    /// The time simulated before the measured stretch of every point, and whether it is known to
    /// suffice.
    fn lead(&self) -> Result<(Result<Nanos, Stopped>, bool), WorldError> {
        let all = 0..self.grid.len();
        let steady: Vec<usize> = all.filter(|at| self.asked[*at].overloads.is_empty()).collect();
        let mut pilots = grid::corners(&self.options.parameters, &self.grid, &steady);
        let load = |at: &usize| self.asked[*at].utilization;
        let fullest = steady.iter().copied().max_by(|a, b| load(a).total_cmp(&load(b)));
        pilots.extend(fullest.filter(|at| !pilots.contains(at)));
        let world = |at: &usize| {
            let overrides = self.grid[*at].overrides(&self.options.parameters);
            self.made.see(&overrides, Blueprint::clone)
        };
        let worlds: Vec<Blueprint> = pilots.iter().map(world).collect::<Result<_, _>>()?;
        let worlds: Vec<&Blueprint> = worlds.iter().collect();
        let found = find_lead(&worlds, self.options.seed, self.question.measure, self.watch);
        Ok(match Broken::or_stopped(found)? {
            Ok(found) => (Ok(found.lead), found.settled),
            Err(stopped) => (Err(stopped), true),
        })
    }

    fn findings(
        &self,
        engine: &Engine<'_, TrafficStage<'_>>,
        spending: &Spending<'_, '_>,
    ) -> Findings {
        let (rounds, told) = spending.told(engine);
        let points: Vec<PointFinding> =
            told.iter().map(|at| self.point(engine, &spending.spots[*at], rounds)).collect();
        let arm = |at: &usize| {
            let arm = spending.spots[*at].arm;
            (engine.see(arm), counting(engine, arm, rounds))
        };
        let arms: Vec<(&Arm, usize)> = told.iter().map(arm).collect();
        let spots: Vec<Spot> = told.iter().map(|at| spending.spots[*at].spot.clone()).collect();
        let rows = grid::rows(&spots, self.axis);
        let seen = SeenPoints { points: &points, arms: &arms, rows: &rows };
        let columns = self.told.columns.iter().enumerate();
        let changes = columns.map(|(at, column)| change(column, at, &seen)).collect();
        let judged = self.told.objectives.iter();
        let mut objectives: Vec<ObjectiveFinding> =
            judged.filter_map(|one| judge(one, &points, &arms, &rows)).collect();
        objectives.sort_by_key(|objective| !objective.is_critical);
        let distinct: BTreeSet<ArmId> = told.iter().map(|at| spending.spots[*at].arm).collect();
        let worlds = distinct.len();
        let left_out = self.left_out(engine, spending, &told, &points);
        let answer = Sweep {
            parameters: self.options.parameters.clone(),
            axis: self.axis,
            points,
            rows,
            changes,
            objectives,
            worlds,
            refine: self.options.refine,
            left_out,
        };
        self.counted(engine, &distinct, rounds, answer)
    }

    /// The findings, with counts of the simulated worlds `arms`.
    fn counted(
        &self,
        engine: &Engine<'_, TrafficStage<'_>>,
        arms: &BTreeSet<ArmId>,
        rounds: usize,
        answer: Sweep,
    ) -> Findings {
        let outcomes = || {
            let all = arms
                .iter()
                .map(|arm| &engine.see(*arm).observations[..counting(engine, *arm, rounds)]);
            all.flatten().map(|one| &one.outcome)
        };
        let requests: u64 = outcomes().map(|outcome| outcome.requests).sum();
        let unfinished: u64 = outcomes().map(|outcome| outcome.unfinished).sum();
        let note = (unfinished > 0).then_some(Note::Unfinished { unfinished, requests });
        Findings {
            name: self.question.name.clone(),
            title: self.question.title.clone(),
            seed: self.options.seed,
            replications: rounds as u32,
            stopped_by: StoppedBy::Replications,
            measured_seconds: self.question.measure.duration.seconds(),
            warm_up_seconds: 0.0,
            simulated_seconds: outcomes().map(|outcome| outcome.simulated.seconds()).sum(),
            requests,
            events: outcomes().map(|outcome| outcome.events).sum(),
            metrics: Vec::new(),
            claims: Vec::new(),
            not_simulated: self.question.not_simulated.clone(),
            notes: note.into_iter().collect(),
            regression: None,
            answer: Answer::Sweep(answer),
        }
    }

    /// Closed sources with rounded users at a point, if the factor on all traffic is varied.
    fn rounding(&self, answer: &Answer) -> Vec<Note> {
        let Answer::Sweep(sweep) = answer else { return Vec::new() };
        let at = sweep.parameters.iter().position(|parameter| parameter.path == SCALE_KEY);
        let number = |point: &PointFinding| point.values[at?].number;
        let mut scales: Vec<f64> = sweep.points.iter().filter_map(number).collect();
        scales.sort_by(f64::total_cmp);
        scales.dedup();
        of_rounding(self.question, &scales)
    }

    /// What formulas leave out at the points where they differ.
    fn left_out(
        &self,
        engine: &Engine<'_, TrafficStage<'_>>,
        spending: &Spending<'_, '_>,
        told: &[usize],
        points: &[PointFinding],
    ) -> Vec<FormulaGap> {
        let differs = |point: &PointFinding| {
            point.formulas.iter().flatten().any(|formula| formula.difference.is_some())
        };
        let twin = |at: &usize| {
            let world = &engine.see(spending.spots[*at].arm).blueprint;
            Twin::new(world, &self.question.measure).at(1.0)
        };
        let points =
            told.iter().zip(points).filter(|(_, point)| point.is_steady() && differs(point));
        let all: BTreeSet<FormulaGap> = points.flat_map(|(at, _)| twin(at).reasons).collect();
        all.into_iter().collect()
    }

    fn point(
        &self,
        engine: &Engine<'_, TrafficStage<'_>>,
        one: &Placed,
        rounds: usize,
    ) -> PointFinding {
        let (arm, overfull) = (engine.see(one.arm), engine.overfull(one.arm));
        let rounds = counting(engine, one.arm, rounds);
        let told = |column: &PointColumn| columns::told(column, arm, rounds);
        let metrics: Vec<Option<Metric>> = self.told.columns.iter().map(told).collect();
        let twin = Twin::new(&arm.blueprint, &self.question.measure).at(1.0);
        PointFinding {
            values: one.spot.values.clone(),
            is_added: one.spot.is_added,
            replications: rounds as u32,
            overloads: one.overloads.clone(),
            overfull,
            busiest: told(&PointColumn::Busiest),
            formulas: metrics.iter().map(|metric| formula(&twin, metric.as_ref()?)).collect(),
            metrics,
        }
    }
}

/// How many of `rounds` replications of `arm` count: none if one exceeds the memory limit.
fn counting(engine: &Engine<'_, TrafficStage<'_>>, arm: ArmId, rounds: usize) -> usize {
    if engine.overfull(arm).is_some() { 0 } else { rounds }
}

/// The value by formulas of a simulated number.
fn formula(twin: &Analytic, metric: &Metric) -> Option<Formula> {
    let of = MetricRef::named(metric.name, &metric.labels);
    let value = twin.value(&of)?;
    let simulated = metric.estimate.as_ref();
    let difference = simulated.and_then(|simulated| compare(&of, value, simulated));
    Some(Formula { value, difference })
}

/// A point with its arm.
#[derive(Clone, Debug)]
struct Placed {
    spot: Spot,
    arm: ArmId,
    overloads: Vec<Overload>,
}

/// The design: the grid at once, then further points one by one.
struct Spending<'s, 'a> {
    study: &'s SweepStudy<'a>,
    spots: Vec<Placed>,
    /// Whether the grid has been asked for.
    has_begun: bool,
    /// Intervals whose middle is no valid world, by the other values and the number.
    closed: Vec<(Vec<ParameterValue>, f64)>,
}

impl<'s, 'a> Spending<'s, 'a> {
    fn new(
        study: &'s SweepStudy<'a>,
        engine: &mut Engine<'_, TrafficStage<'a>>,
    ) -> Result<Self, WorldError> {
        let parameters = &study.options.parameters;
        let mut spots = Vec::new();
        // Compared with all earlier ones, which takes a while with many points.
        let is_wanted = |_: &(&Spot, &PointQuestion)| !study.watch.interrupted();
        for (spot, asked) in study.grid.iter().zip(&study.asked).take_while(is_wanted) {
            let arm = engine.arm(&spot.point(parameters))?;
            spots.push(Placed { spot: spot.clone(), arm, overloads: asked.overloads.clone() });
        }
        Ok(Self { study, spots, has_begun: false, closed: Vec::new() })
    }

    /// The replications of every point that count, and the points that have them, in the order of
    /// reports: the rounds that are complete on the whole grid.
    fn told(&self, engine: &Engine<'_, TrafficStage<'_>>) -> (usize, Vec<usize>) {
        let is_overfull = |placed: &Placed| engine.overfull(placed.arm).is_some();
        let done = |placed: &Placed| match engine.replications(placed.arm) as usize {
            _ if is_overfull(placed) => usize::MAX,
            done => done,
        };
        let grid = self.spots.iter().filter(|placed| !placed.spot.is_added && !is_overfull(placed));
        let rounds = grid.map(done).min().unwrap_or(0);
        let all = self.spots.iter().map(|placed| placed.spot.clone()).collect::<Vec<Spot>>();
        let order = grid::in_order(&all, self.study.axis);
        (rounds, order.into_iter().filter(|at| done(&self.spots[*at]) >= rounds).collect())
    }

    fn want(&self, arm: ArmId) -> Want {
        Want { arm, replications: self.study.options.replications }
    }

    /// The next point where the answer changes; `None` if there is none, or none is asked for.
    fn further(&mut self, engine: &mut Engine<'_, TrafficStage<'a>>) -> Option<ArmId> {
        let study = self.study;
        let parameters = &study.options.parameters;
        let parameter = &parameters[study.axis];
        let numbers = parameter.numbers?;
        let added = self.spots.len() - study.grid.len();
        if added >= study.options.refine as usize {
            return None;
        }
        loop {
            let (others, Between { number, step, .. }) = self.steepest(engine, numbers)?;
            let mut values = others.clone();
            values[study.axis] = numbers.write(number, step);
            let spot = Spot { values, is_added: true };
            if !self.is_new(&spot) {
                self.closed.push((others, number));
                continue;
            }
            let overrides = spot.overrides(parameters);
            let asked =
                study.made.see(&overrides, |world| PointQuestion::of(world, study.question));
            let arm = engine.arm(&spot.point(parameters));
            if let (Ok(PointQuestion { overloads, .. }), Ok(arm)) = (asked, arm) {
                self.spots.push(Placed { spot, arm, overloads });
                return Some(arm);
            }
            self.closed.push((others, number));
        }
    }

    /// Whether no point has these values yet: numbers are written with a few digits.
    fn is_new(&self, spot: &Spot) -> bool {
        let axis = self.study.axis;
        let is_same = |other: &Spot| {
            let pairs = other.values.iter().zip(&spot.values).enumerate();
            pairs
                .into_iter()
                .all(|(at, (a, b))| if at == axis { a.number == b.number } else { a == b })
        };
        !self.spots.iter().any(|placed| is_same(&placed.spot))
    }

    /// Values of a point beside the next one, and the position of its number.
    fn steepest(
        &self,
        engine: &Engine<'_, TrafficStage<'_>>,
        numbers: Numbers,
    ) -> Option<(Vec<ParameterValue>, Between)> {
        let study = self.study;
        let spots: Vec<Spot> = self.spots.iter().map(|placed| placed.spot.clone()).collect();
        let rows = grid::rows(&spots, study.axis);
        let rounds = study.options.replications as usize;
        let points: Vec<PointFinding> =
            self.spots.iter().map(|placed| study.point(engine, placed, rounds)).collect();
        let others = |row: usize| spots[rows[row][0]].values.clone();
        let is_closed = |row: usize, number: f64| {
            let others = others(row);
            self.closed.iter().any(|(known, at)| *known == others && *at == number)
        };
        // The first number known for at least two neighbours.
        (0..study.told.columns.len()).find_map(|column| {
            let known = |place: &usize| KnownPoint {
                at: spots[*place].values[study.axis].number.unwrap_or(0.0),
                mean: mean_at(&points[*place], column),
                is_steady: points[*place].is_steady(),
            };
            let rows: Vec<Vec<KnownPoint>> =
                rows.iter().map(|row| row.iter().map(known).collect()).collect();
            let between = refine::next(&rows, numbers, is_closed)?;
            Some((others(between.row), between))
        })
    }
}

impl<'a> Design<TrafficStage<'a>> for Spending<'_, 'a> {
    fn phase(&self) -> StudyPhase<'_> {
        StudyPhase::Points
    }

    fn bears_overfull(&self) -> bool {
        true
    }

    fn next(&mut self, engine: &mut Engine<'_, TrafficStage<'a>>) -> Result<Vec<Want>, WorldError> {
        if !self.has_begun {
            self.has_begun = true;
            return Ok(self.spots.iter().map(|placed| self.want(placed.arm)).collect());
        }
        Ok(self.further(engine).map(|arm| self.want(arm)).into_iter().collect())
    }
}
