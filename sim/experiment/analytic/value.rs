//! Looks up the twin's value of a metric by the name that claims use.

use super::answer::{Analytic, ServiceValue};
use crate::metric::{ALL, MEAN, STATS};
use crate::part::{FROM, TO};
use crate::question::MetricRef;

impl Analytic {
    /// The value of `metric`; omitted labels have the meaning that they have in a claim. `None` if
    /// formulas do not give it, as any statistic but the mean, or a part of the measured stretch.
    #[must_use]
    pub fn value(&self, metric: &MetricRef) -> Option<f64> {
        let label = |name: &str| metric.labels.get(name).map(String::as_str);
        let or_all = |name: &str| label(name).unwrap_or(ALL);
        let is_of_part = [FROM, TO].into_iter().any(|end| label(end).is_some());
        if is_of_part || label("stat").is_some_and(|stat| stat != STATS[MEAN]) {
            return None;
        }
        match metric.name.as_str() {
            "response_time_seconds" => self.response_seconds(or_all("entry")),
            "throughput_per_second" => self.throughput_per_second(or_all("entry")),
            "node_cpu_utilization_ratio" => Some(self.node(label("node")?)?.cpu_utilization),
            "node_load_average" => Some(self.node(label("node")?)?.load_average),
            "node_disk_utilization_ratio" => Some(self.node(label("node")?)?.disk?.utilization),
            "service_utilization_ratio" => self.service(label("service")?)?.utilization,
            "service_response_seconds" if or_all("endpoint") == ALL => {
                self.service(label("service")?)?.response_seconds
            }
            "waiting_time_seconds" => {
                let service = label("service")?;
                match label("queue").unwrap_or("workers") {
                    "workers" => self.service(service)?.wait_seconds,
                    "disk" => None,
                    pool => self.pool_wait_seconds(service, pool),
                }
            }
            _ => None,
        }
    }

    fn response_seconds(&self, entry: &str) -> Option<f64> {
        if entry != ALL {
            return Some(self.entries.iter().find(|one| one.entry == entry)?.response_seconds);
        }
        let asked = self.entries.iter().filter(|one| one.throughput_per_second > 0.0);
        let [sum, requests] = asked.fold([0.0, 0.0], |[sum, requests], one| {
            let rate = one.throughput_per_second;
            [sum + rate * one.response_seconds, requests + rate]
        });
        (requests > 0.0).then(|| sum / requests)
    }

    fn throughput_per_second(&self, entry: &str) -> Option<f64> {
        let named = |one: &&super::answer::EntryValue| entry == ALL || one.entry == entry;
        let mut found = self.entries.iter().filter(named).peekable();
        found.peek()?;
        Some(found.map(|one| one.throughput_per_second).sum())
    }

    fn node(&self, name: &str) -> Option<&super::answer::NodeValue> {
        self.nodes.iter().find(|one| one.node == name)
    }

    fn service(&self, name: &str) -> Option<&ServiceValue> {
        self.services.iter().find(|one| one.service == name)
    }

    fn pool_wait_seconds(&self, service: &str, queue: &str) -> Option<f64> {
        let pools = self.pools.iter().filter(|one| one.service == service);
        let named = pools.filter(|one| one.target == queue);
        named.map(|one| one.wait_seconds).next()
    }
}
