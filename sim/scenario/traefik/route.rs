//! The routes in words, for the table of `check`.

use super::proxy::{Balancer, ProxyLabels, Router};
use crate::length::shown;

/// A route of requests, with its middlewares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyRoute {
    /// The router.
    pub router: String,
    /// The requests that it matches.
    pub rule: String,
    /// Where they enter; empty for every default entry point.
    pub entry_points: Vec<String>,
    /// The service that answers, with its port.
    pub target: String,
    /// In the order of application.
    pub middlewares: Vec<String>,
}

impl ProxyLabels {
    /// All routes, by router.
    pub(crate) fn routes(&self) -> Vec<ProxyRoute> {
        let mut routes: Vec<ProxyRoute> =
            self.routers.iter().map(|router| self.route(router)).collect();
        routes.sort_by(|a, b| (&a.router, &a.target).cmp(&(&b.router, &b.target)));
        routes
    }

    fn route(&self, router: &Router) -> ProxyRoute {
        let rule = router.rule.clone().unwrap_or_else(|| "default rule".to_owned());
        let priority = router.priority.map_or_else(String::new, |at| format!(" (priority {at})"));
        let tls = if router.tls { " (TLS)" } else { "" };
        let elsewhere = router.service.as_ref().filter(|service| !service.is_of_labels());
        let target = match (elsewhere, self.balancer_of(router)) {
            (Some(service), _) => service.to_string(),
            (None, Some(balancer)) => target(balancer),
            (None, None) => {
                router.service.as_ref().map_or_else(|| router.owner.clone(), ToString::to_string)
            }
        };
        let mut entry_points = router.entry_points.clone();
        match entry_points.last_mut() {
            Some(last) => last.push_str(tls),
            None if router.tls => entry_points.push("default (TLS)".to_owned()),
            None => {}
        }
        ProxyRoute {
            router: router.name.clone(),
            rule: format!("{rule}{priority}"),
            entry_points,
            target,
            middlewares: router.middlewares.iter().map(ToString::to_string).collect(),
        }
    }
}

fn target(balancer: &Balancer) -> String {
    let port = balancer.port.map_or_else(String::new, |port| format!(":{port}"));
    let health = balancer.health.as_ref().map_or_else(String::new, |health| {
        let (every, within) = (shown(health.interval), shown(health.timeout));
        format!(", checked at {} every {every} within {within}", health.path)
    });
    let sticky = if balancer.sticky { ", sticky" } else { "" };
    format!("{}{port}{health}{sticky}", balancer.owner)
}
