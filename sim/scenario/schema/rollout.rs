//! `[[rollout]]`, and the keys of services about new images.

use super::shape::{
    BANDWIDTH, DURATION, FROM_ONE, FROM_ZERO, Key, NAMES, POSITIVE, SHARE, SIZE, Shape, TEXT,
    TIMES, ValueKind, key, shape,
};

/// Most images built at once.
pub(crate) const MOST_AT_ONCE: u32 = 1000;

pub(super) static ROLLOUT: Shape = Shape {
    required: &["id"],
    ..shape(
        "rollout",
        "New images of some services, brought out together by the orchestrator in its own way: Swarm by `update` of each service; Compose recreates the containers of a host all at once",
        &[
            key("id", TEXT, "a name of its own").or("required"),
            key("at", DURATION, "when, from the beginning of the measured stretch").or("required"),
            key("stack", TEXT, "what is deployed: all services of this stack, but for jobs and those without replicas")
                .or("required without `service`"),
            key("service", NAMES, "these services alone; with `stack` all of them are of that stack")
                .or("all of the stack"),
            key(
                "image",
                ValueKind::Either(&[ValueKind::Text, ValueKind::Table(&NEW_IMAGE)]),
                "the new image of each service: a name, or a table",
            ).or("as large as the one before"),
            key(
                "build",
                ValueKind::Table(&BUILD),
                "how the images are built and pushed first",
            ).or("they are in the registry"),
        ],
    )
};

static NEW_IMAGE: Shape = shape(
    "new-image",
    "The new image of each service",
    &[
        key("name", TEXT, "its reference"),
        key("size", SIZE, "its compressed bytes, all layers").or("that of the image before"),
        key("present", SHARE, "share of these that is in layers which the nodes have").or("0"),
        REGISTRY.or("that of the image before"),
        RATE.or("that of the image before"),
        key(
            "bad",
            ValueKind::Word(&["exits", "hangs"]),
            "what is wrong with it: `exits`: its process ends as soon as its `startup` is over; `hangs`: it never listens",
        ).or("nothing"),
    ],
);

static BUILD: Shape = shape(
    "build",
    "How the images are built; each is pushed to its registry, and without one pulled from the node that built it",
    &[
        key("node", TEXT, "the node that builds").or("required"),
        key("cpu", TIMES, "CPU of the image of one service, on one thread of the reference")
            .or("required"),
        key(
            "at_once",
            ValueKind::Ranged(&ValueKind::Count(1, MOST_AT_ONCE)),
            "images that are built at once",
        )
        .or("1"),
    ],
);

const REGISTRY: Key = key("registry", TEXT, "the service that it is pulled from");
const RATE: Key = key("rate", BANDWIDTH, "bytes a second at which it is sent, at most");

pub(super) static IMAGE: Shape = shape(
    "image",
    "An image",
    &[
        key("name", TEXT, "its reference"),
        key("size", SIZE, "what a node pulls that has not run it").or("0 B"),
        REGISTRY.or("something that never fails"),
        RATE.or("no limit"),
    ],
);

pub(super) static COLD: Shape = shape(
    "cold",
    "How slow a container is after its start: its first request takes `factor` times the CPU, and that falls in a straight line to the usual over `requests` of them",
    &[
        key("factor", POSITIVE, "times the CPU of the first request, from 1 to 1000")
            .or("required"),
        key("requests", FROM_ONE, "requests after which it is as fast as ever").or("required"),
    ],
);

const PARALLELISM: Key =
    key("parallelism", FROM_ZERO, "containers that are replaced at once; 0: all").or("1");
const DELAY: Key = key("delay", DURATION, "pause from one to the next").or("0s");
const MONITOR: Key = key(
    "monitor",
    DURATION,
    "for so long after a new container runs its failure counts; the whole is watched for as long at the end",
)
.or("5s");
const RATIO: Key =
    key("max_failure_ratio", SHARE, "share of the containers that may fail before that").or("0");
const ORDER: Key = key(
    "order",
    ValueKind::Word(&["stop-first", "start-first"]),
    "which of the old and the new container comes first",
)
.or("stop-first");

pub(super) static UPDATE: Shape = shape(
    "update",
    "How containers are replaced when a service is rolled out, as Compose has it; others than Swarm heed number and order alone",
    &[
        PARALLELISM,
        DELAY,
        MONITOR,
        key(
            "failure_action",
            ValueKind::Word(&["pause", "continue", "rollback"]),
            "what follows when new containers fail: `pause`: no further one is replaced; `rollback`: they get the old image back",
        )
        .or("pause"),
        RATIO,
        ORDER,
    ],
);

pub(super) static ROLLBACK: Shape = shape(
    "rollback",
    "How containers get their old image back, as Compose has it; Swarm alone does that by itself",
    &[
        PARALLELISM,
        DELAY,
        MONITOR,
        key(
            "failure_action",
            ValueKind::Word(&["pause", "continue"]),
            "what follows when they fail: `pause`: no further one is replaced",
        )
        .or("pause"),
        RATIO,
        ORDER,
    ],
);
