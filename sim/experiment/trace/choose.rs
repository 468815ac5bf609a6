//! The first pass: collects every measured request's response time, and selects the request to trace.

use super::findings::TraceDistribution;
use super::pick::{NoRequest, RequestPick};
use wssim_kernel::{Nanos, Time};
use wssim_model::probe::{Failure, FrameFact, Opening, Probe};

/// A measured request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) arrived: Time,
    /// `None` if it was still in flight at the end of the run.
    pub(super) end: Option<(Nanos, Result<(), Failure>)>,
}

impl Request {
    fn answered(&self) -> Option<Nanos> {
        self.end.and_then(|(response, outcome)| outcome.is_ok().then_some(response))
    }
}

/// Records all measured requests, by source, in the order of their arrival.
#[derive(Debug, Default)]
pub(super) struct Chooser {
    pub(super) sources: Vec<Vec<Request>>,
    /// Source and number of the request at each place; `None` for other frames.
    places: Vec<Option<(usize, usize)>>,
}

impl Chooser {
    pub(super) fn new(sources: usize) -> Self {
        Self { sources: vec![Vec::new(); sources], places: Vec::new() }
    }
}

impl Probe for Chooser {
    const FOLLOWS: bool = true;

    fn frame(&mut self, now: Time, frame: u32, fact: FrameFact) {
        let place = frame as usize;
        match fact {
            FrameFact::Opens(Opening::Request { source, measured: true }) => {
                if self.places.len() <= place {
                    self.places.resize(place + 1, None);
                }
                let requests = &mut self.sources[source.index()];
                self.places[place] = Some((source.index(), requests.len()));
                requests.push(Request { arrived: now, end: None });
            }
            FrameFact::Closes(failure) => {
                if let Some((source, number)) = self.places.get_mut(place).and_then(Option::take) {
                    let request = &mut self.sources[source][number];
                    let outcome = failure.map_or(Ok(()), Err);
                    request.end = Some((now.since(request.arrived), outcome));
                }
            }
            _ => {}
        }
    }
}

/// The source with the most requests; of equal ones the first.
pub(super) fn most_frequent(sources: &[Vec<Request>]) -> usize {
    let places = (0..sources.len()).rev();
    places.max_by_key(|&place| sources[place].len()).unwrap_or(0)
}

/// Numbers of the answered requests, by response time and then by arrival.
fn by_response(requests: &[Request]) -> Vec<(Nanos, usize)> {
    let answered = requests.iter().enumerate();
    let mut answered: Vec<_> =
        answered.filter_map(|(number, r)| r.answered().map(|time| (time, number))).collect();
    answered.sort_unstable();
    answered
}

/// The nearest rank of `percent` (0 to 100) among `n`.
fn rank(percent: f64, n: usize) -> usize {
    ((percent * n as f64 / 100.0).ceil() as usize).clamp(1, n) - 1
}

/// The number of the selected request, from zero, or why there is none.
pub(super) fn choose(requests: &[Request], pick: RequestPick) -> Result<usize, NoRequest> {
    let answered = by_response(requests);
    let no_answer = || NoRequest::NoneAnswered(requests.len());
    match pick {
        RequestPick::Percentile(percent) => {
            let most = answered.len();
            if most == 0 { Err(no_answer()) } else { Ok(answered[rank(percent, most)].1) }
        }
        RequestPick::Slowest => answered.last().map(|(_, number)| *number).ok_or_else(no_answer),
        RequestPick::Failed => {
            let failed = |r: &Request| matches!(r.end, Some((_, Err(_))));
            requests.iter().position(failed).ok_or(NoRequest::NoneFailed(requests.len()))
        }
        RequestPick::Number(number) => match usize::try_from(number) {
            Ok(number) if (1..=requests.len()).contains(&number) => Ok(number - 1),
            _ => Err(NoRequest::Beyond { number, requests: requests.len() }),
        },
    }
}

/// The response times of the source, with the rank of the selected request.
pub(super) fn distribution(requests: &[Request], response: Nanos) -> TraceDistribution {
    let answered = by_response(requests);
    let at =
        |percent: f64| (!answered.is_empty()).then(|| answered[rank(percent, answered.len())].0.0);
    let faster = answered.partition_point(|(time, _)| *time < response);
    TraceDistribution {
        requests: requests.len() as u64,
        answered: answered.len() as u64,
        failed: requests.iter().filter(|r| matches!(r.end, Some((_, Err(_))))).count() as u64,
        faster: faster as u64,
        p50_ns: at(50.0),
        p95_ns: at(95.0),
        p99_ns: at(99.0),
        max_ns: at(100.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(responses: &[u64]) -> Vec<Request> {
        let request = |(at, response): (usize, &u64)| Request {
            arrived: Time(at as u64),
            end: Some(if *response == 0 {
                (Nanos(5), Err(Failure::Timeout))
            } else {
                (Nanos(*response), Ok(()))
            }),
        };
        responses.iter().enumerate().map(request).collect()
    }

    #[test]
    fn quantiles_are_requests_and_failures_stand_apart() {
        let all = requests(&[30, 0, 10, 40, 20, 50]);
        assert_eq!(choose(&all, RequestPick::Percentile(50.0)), Ok(0));
        assert_eq!(choose(&all, RequestPick::Percentile(99.0)), Ok(5));
        assert_eq!(choose(&all, RequestPick::Slowest), Ok(5));
        assert_eq!(choose(&all, RequestPick::Failed), Ok(1));
        assert_eq!(choose(&all, RequestPick::Number(3)), Ok(2));
        assert!(choose(&all, RequestPick::Number(0)).is_err());
        assert!(choose(&all, RequestPick::Number(7)).is_err());
        assert!(choose(&requests(&[0]), RequestPick::Percentile(50.0)).is_err());
        let told = distribution(&all, Nanos(30));
        assert_eq!((told.answered, told.failed, told.faster), (5, 1, 2));
        assert_eq!((told.p50_ns, told.max_ns), (Some(30), Some(50)));
    }

    #[test]
    fn ranks_do_not_slip_by_rounding() {
        for (percent, place) in [(50.0, 499), (99.0, 989), (99.9, 998), (100.0, 999), (0.01, 0)] {
            assert_eq!(rank(percent, 1000), place);
        }
    }

    #[test]
    fn of_equally_frequent_sources_the_first_is_meant() {
        assert_eq!(most_frequent(&[requests(&[1]), requests(&[1, 2]), requests(&[3, 4])]), 1);
    }
}
