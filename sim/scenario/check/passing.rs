//! Checks that recurring events are not so frequent that a replication never ends.
//!
//! An event with gaps X occurs N times within a stretch T, where
//!
//! ```text
//! T / E[min(X, T)]  ≤  E[N] + 1  ≤  2 T / E[min(X, T)]
//! ```
//!
//! by Wald's identity for the gaps cut at T (Lorden 1970; the last of them ends before 2 T). The mean
//! alone does not suffice: nearly every draw of `weibull(1s, shape=0.01)` is far below a nanosecond.

use super::DURATION;
use super::checking::Checking;
use crate::document::fault::Fails;
use crate::document::routing::ClientText;
use crate::document::service::ServiceText;
use crate::renewal;
use crate::source::Origin;
use std::collections::BTreeSet;
use wssim_kernel::Nanos;
use wssim_kernel::stream::StreamKey;
use wssim_model::law::Law;
use wssim_model::orchestrator::Bad;

/// Most occurrences of an event in one replication: a second or two of computing for each million.
const MOST: f64 = 1e8;

/// Most draws of a gap that are sampled.
const DRAWS: u32 = 1 << 16;

/// Whether `most` gaps, each the sum of `laws`, fill `stretch` (in nanoseconds) on average.
pub(super) fn fill(laws: &[&Law], stretch: f64, most: f64) -> bool {
    let laws: Vec<(f64, &Law)> = laws.iter().map(|law| (1.0, *law)).collect();
    let enough = stretch / most * f64::from(DRAWS);
    let mut sum = 0.0;
    sums(&laws, stretch, DRAWS).any(|draw| {
        sum += draw;
        sum >= enough
    })
}

/// `draws` draws of the weighted sum of `laws`, each cut at `longest` (in nanoseconds).
pub(super) fn sums(laws: &[(f64, &Law)], longest: f64, draws: u32) -> impl Iterator<Item = f64> {
    let stream = StreamKey::new(0, 0, "check", "gaps");
    (0..draws).map(move |draw| {
        let parts = laws.iter().zip(0..).map(|((weight, law), number)| {
            let part = law.sample(&mut stream.draw(u64::from(draw), number));
            weight * Nanos::from_f64(part).as_f64()
        });
        parts.sum::<f64>().min(longest)
    })
}

impl Checking<'_> {
    /// The length of a replication, if known.
    pub(super) fn stretch(&self) -> Nanos {
        let header = &self.document.header;
        let before = header.lead_in.or(header.warm_up).unwrap_or(Nanos::ZERO);
        header.duration.unwrap_or(DURATION) + before
    }

    /// Checks recurring events except traffic.
    pub(super) fn passing(&mut self) {
        let document = self.document;
        let ended = self.ended();
        for (at, (name, service)) in document.services.iter().enumerate() {
            let containers = document.containers_of(service);
            self.bursts(name, service, containers);
            self.lifetimes(service);
            let restart = &service.deploy.restart;
            let delay = (!restart.is_never()).then(|| Law::Constant(restart.delay.as_f64()));
            let again = delay.as_ref().or(service.fails.as_ref().and_then(|it| it.mttr.as_ref()));
            if let (Some(fails), Some(again)) = (&service.fails, again) {
                let start = service.startup.clone().unwrap_or(Law::ZERO);
                let cycle = [&fails.mtbf, again, &start];
                let what = format!("containers of `{name}` fail");
                self.often(&what, &cycle, containers, service.origin);
            }
            if let (true, Some(again)) = (ended.contains(&at), &delay) {
                let start = service.startup.clone().unwrap_or(Law::ZERO);
                let what = format!("containers of `{name}` with a bad image end");
                self.often(&what, &[again, &start], containers, service.origin);
            }
        }
        for (name, node) in &document.nodes {
            self.failures(&format!("node `{name}` fails"), node.fails.as_ref(), node.origin);
        }
        for pair in document.lan.iter().flat_map(|lan| &lan.pairs) {
            self.failures("this link fails", pair.fails.as_ref(), pair.origin);
        }
        for (name, site) in &document.sites {
            for cause in [&site.power, &site.switch] {
                self.failures(&format!("site `{name}` fails"), cause.as_ref(), site.origin);
            }
        }
        for fault in &document.faults {
            // A kill does not last until its repair.
            let lasts = fault.kind != Some("kill-service");
            let repair = fault.repair.as_ref().or((!lasts).then_some(&Law::ZERO));
            if let (Some(mtbf), Some(repair)) = (&fault.mtbf, repair) {
                self.often(
                    &format!("fault `{}` comes", fault.id),
                    &[mtbf, repair],
                    1,
                    fault.origin,
                );
            }
        }
    }

    /// Services that get an image whose process ends after its start.
    fn ended(&self) -> BTreeSet<usize> {
        let rollouts = renewal::rollouts(self.document).iter();
        let exits = rollouts.filter(|rollout| rollout.image.bad == Some(Bad::Exits));
        exits.flat_map(|rollout| renewal::services(self.document, rollout)).collect()
    }

    /// Failures without repair happen once.
    fn failures(&mut self, what: &str, fails: Option<&Fails>, origin: Origin) {
        if let Some(Fails { mtbf, mttr: Some(mttr) }) = fails {
            self.often(what, &[mtbf, mttr], 1, origin);
        }
    }

    fn bursts(&mut self, name: &str, service: &ServiceText, containers: u64) {
        for load in &service.background {
            let most = MOST / f64::from(load.jobs);
            if load.count.is_some_and(|count| f64::from(count) * containers as f64 <= most) {
                continue;
            }
            let what = format!("bursts of `{name}` come");
            let jobs = containers.saturating_mul(u64::from(load.jobs));
            self.often(&what, &[&load.every], jobs, load.origin);
        }
    }

    /// Connections that are renewed periodically.
    fn lifetimes(&mut self, service: &ServiceText) {
        let pools = service.pools.values();
        let pools = pools.map(|pool| (pool.max_lifetime.as_ref(), pool.origin));
        let client = |client: &'_ ClientText| client.max_lifetime.clone();
        let default = service.clients.default.iter().map(|it| (client(it), service.origin));
        let of_service = service.clients.by_service.values();
        let of_service = of_service.map(|(origin, it)| (client(it), *origin));
        let clients: Vec<(Option<Law>, Origin)> = default.chain(of_service).collect();
        let clients = clients.iter().map(|(law, origin)| (law.as_ref(), *origin));
        for (law, origin) in pools.chain(clients) {
            if let Some(law) = law {
                self.often("connections are renewed", &[law], 1, origin);
            }
        }
    }

    /// Refuses events that are too frequent: `times` sources, each with gaps `gap`.
    fn often(&mut self, what: &str, gap: &[&Law], times: u64, origin: Origin) {
        let stretch = self.stretch().as_f64();
        if times > 0 && !fill(gap, stretch, MOST / times as f64) {
            let message = format!("{what} too often: more than {MOST:.0e} times in a replication");
            self.error("too-often", message, origin);
        }
    }
}
