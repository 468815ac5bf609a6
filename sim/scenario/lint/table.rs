//! The lints, and why each is one.

/// A lint's name and reason.
pub struct Lint {
    /// The name that disables it.
    pub name: &'static str,
    /// The reason, with its source.
    pub reason: &'static str,
}

const fn lint(name: &'static str, reason: &'static str) -> Lint {
    Lint { name, reason }
}

/// All lints, in the order of names.
pub const LINTS: [Lint; 31] = [
    lint(
        "address-pool",
        "Swarm gives overlay networks addresses of 10.0.0.0/8; where the LAN has the same, containers cannot reach it (docker swarm init, --default-addr-pool)",
    ),
    lint(
        "alias-shared",
        "names resolve per network: one that two services have is answered with the containers of both (moby/libnetwork, resolver)",
    ),
    lint(
        "check-always-fails",
        "a test that is a text is a command of the shell; a container whose check fails never gets requests, and is replaced again and again (docker/cli, cli/compose/loader; moby, daemon/health.go)",
    ),
    lint(
        "container-labels",
        "in Swarm mode Traefik reads the labels of services, never those of containers (Traefik, Docker Swarm provider)",
    ),
    lint(
        "default-rule",
        "a router without a rule gets Host(stack-service), which is no name that users ask for (Traefik, providers.swarm.defaultRule)",
    ),
    lint(
        "defined-twice",
        "what two services define differently Traefik drops (traefik, pkg/provider/configuration.go)",
    ),
    lint(
        "dump-while-running",
        "a dump is the state of one moment: what is written after it is not in it (PostgreSQL, pg_dump)",
    ),
    lint(
        "encryption-spelling",
        "only the option `encrypted` of an overlay's `driver_opts` encrypts, whatever its value (moby, drivers/overlay/ov_network.go)",
    ),
    lint(
        "esp-blocked",
        "an encrypted overlay travels as IP protocol 50, ESP; where it is dropped, nothing arrives (Docker, overlay network driver: encryption)",
    ),
    lint(
        "even-managers",
        "Raft needs a majority: an even number of managers survives no more failures than one less (Docker, Raft consensus in swarm mode)",
    ),
    lint(
        "few-managers",
        "with fewer than three managers the loss of one ends all orchestration (Docker, Raft consensus in swarm mode)",
    ),
    lint(
        "gossip-blocked",
        "nodes tell each other on 7946, TCP and UDP, which containers are where (Docker, Swarm mode: open protocols and ports)",
    ),
    lint(
        "ignored-key",
        "Compose files may have it, services of a swarm do not (docker/cli, cli/compose/types)",
    ),
    lint(
        "ignored-restart",
        "a swarm restarts whatever ends after 5 s unless `deploy` says otherwise (docker/cli, cli/compose/types; swarmkit, api/defaults)",
    ),
    lint(
        "large-packets",
        "TCP lets no router divide its packets: what is larger than the path carries vanishes, small messages pass (RFC 1191; Docker, overlay: com.docker.network.driver.mtu)",
    ),
    lint(
        "latest-tag",
        "a tag that moves makes two nodes run two versions, and a rollback none (Docker, Image tagging best practices)",
    ),
    lint(
        "limits-above-node",
        "limits reserve nothing: containers that all take what they may push each other out of RAM, and then the kernel kills (Docker, Resource constraints)",
    ),
    lint(
        "managers-blocked",
        "nodes join, and managers agree, on 2377/tcp (Docker, Swarm mode: open protocols and ports)",
    ),
    lint(
        "no-memory-limit",
        "without a limit one container can take the node's whole RAM (Docker, Resource constraints)",
    ),
    lint(
        "no-port",
        "in Swarm mode Traefik needs `loadbalancer.server.port`; without it there is no route (Traefik, Docker Swarm provider: port detection)",
    ),
    lint(
        "overlay-blocked",
        "overlay networks travel as VXLAN on 4789/udp (Docker, Swarm mode: open protocols and ports)",
    ),
    lint(
        "pinned-replicas",
        "replicas pinned to one host name die with it: they share load, not risk (swarmkit, constraint filter)",
    ),
    lint(
        "port-with-dnsrr",
        "a port of the routing mesh needs a virtual address: Docker refuses it with dnsrr (Docker, Services: endpoint_mode)",
    ),
    lint(
        "reservations-above-node",
        "the scheduler places by reservations alone; what exceeds a node stays pending (swarmkit, ResourceFilter)",
    ),
    lint(
        "slow-registration",
        "a container gets no requests before its first health check, which comes after one interval (moby, daemon/health.go)",
    ),
    lint(
        "start-first-without-room",
        "the new container runs beside the old one until it is healthy; without room the update waits for ever (swarmkit, orchestrator/update/updater.go)",
    ),
    lint(
        "unchecked-rollout",
        "without a health check a new container counts as running, and gets requests, as soon as its process has started: the next old one is stopped while it refuses what it gets (swarmkit, orchestrator/update/updater.go; moby, executor/container/controller.go)",
    ),
    lint(
        "unknown-balancer",
        "a router without its service answers nothing (Traefik, Routers: service)",
    ),
    lint(
        "unknown-middleware",
        "a router without one of its middlewares answers nothing; those of a file need `@file` (Traefik, Middlewares: provider namespace)",
    ),
    lint(
        "unpinned-state",
        "a local volume stays on its node: rescheduled elsewhere, the service starts empty (Docker, Volumes)",
    ),
    lint(
        "unpushed-image",
        "nodes pull from registries, never from each other: an image that is built and not pushed is on one node alone (Docker, Deploy a stack to a swarm: set up a Docker registry)",
    ),
];

/// The reason of a lint, after its remedy.
pub(crate) fn reason(name: &str, instead: Option<String>) -> Option<String> {
    let reason = LINTS.iter().find(|lint| lint.name == name)?.reason;
    Some(instead.map_or_else(|| reason.to_owned(), |instead| format!("{instead}; {reason}")))
}
