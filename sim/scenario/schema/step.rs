//! Steps of an endpoint.

use super::shape::{
    ATTEMPTS, DURATION, FROM_ONE, Key, KeyCase, NUMBERS, POSITIVE, SHARE, SIZES, Shape, TEXT,
    TIMES, TRUTH, ValueKind, key, shape,
};

/// One step: one of the keys of its cases defines its work.
pub(crate) static STEP: Shape = Shape {
    cases: &[
        when("cpu", &[key("cpu", TIMES, "computes: CPU time on a node of speed 1")]),
        when("sleep", &[key("sleep", TIMES, "waits for something outside the cluster")]),
        when("disk", DISK),
        when("read", &[key("read", NUMBERS, "reads this many pages of the service's `data`")]),
        when("call", CALL),
        when("parallel", &PARALLEL),
        when("cache", &CACHE),
        when("with", &WITH),
        when(
            "steps",
            &[key("steps", ValueKind::Steps(&STEP), "steps one after the other, as one step")],
        ),
    ],
    ..shape(
        "step",
        "What a request does next: it has one of the keys `cpu`, `call`, `parallel`, `cache`, `disk`, `read`, `sleep`, `steps` and `with`, and any of these",
        &[
            key("probability", SHARE, "how likely it is that the step is done at all").or("1"),
            key("repeat", NUMBERS, "how many times it is done, one after the other").or("once"),
            key("label", TEXT, "its name in reports and traces, and of its column in a trace file"),
        ],
    )
};

const fn when(by: &'static str, keys: &'static [Key]) -> KeyCase {
    KeyCase { by, is: None, keys }
}

const DISK: &[Key] = &[
    key("disk", SIZES, "reads this many bytes from the node's disk"),
    key("write", TRUTH, "writes them instead").or("false"),
    key("flush", TRUTH, "writes what must survive a power cut instead").or("false"),
];

const AGAIN: ValueKind = ValueKind::Either(&[ATTEMPTS, ValueKind::Table(&RETRIES)]);
/// Names as in `Failure::name`.
const FAILURES: ValueKind = ValueKind::Word(&[
    "refused",
    "timeout",
    "no-replica",
    "reset",
    "oom",
    "shed",
    "abandoned",
    "disk-full",
]);

const CALL: &[Key] = &[
    key("call", TEXT, "calls an endpoint of another service: `service.endpoint`"),
    key("send", SIZES, "bytes of the request").or("0 B"),
    key("receive", SIZES, "bytes of the answer").or("0 B"),
    key("timeout", DURATION, "how long the caller waits for the answer").or("for ever"),
    key(
        "connect_timeout",
        DURATION,
        "not simulated here; `connect_timeout` of the service's `client` is",
    ),
    key(
        "retries",
        AGAIN,
        "how often the call is tried again after a failure: a number, or a table",
    )
    .or("0"),
    key("breaker", ValueKind::Table(&BREAKER), "a circuit breaker in front of the call"),
    key(
        "deadline",
        ValueKind::Either(&[ValueKind::Word(&["propagate"]), DURATION]),
        "the callee begins nothing later than this after the call was sent; `propagate`: the caller's own deadline, and this call's `timeout`",
    ),
    key("cancel", TRUTH, "whether the callee is told to stop when the caller gives up").or("false"),
];

static WITH: [Key; 3] = [
    key(
        "with",
        TEXT,
        "holds a connection of the `pool` to this service, as a transaction does, during `steps`: calls to it there use that one, and it goes back when the caller has had the CPU to read the last answer",
    ),
    key("steps", ValueKind::Steps(&STEP), "what is done with it, one after the other")
        .or("required"),
    key("leak", SHARE, "share of times that it is never given back, until the container ends")
        .or("0"),
];

/// A list of steps, again.
static STEPS: ValueKind = ValueKind::Steps(&STEP);

static PARALLEL: [Key; 2] = [
    key("parallel", ValueKind::Array(&STEPS, 1), "branches that run at once, each a list of steps"),
    key("need", FROM_ONE, "the step goes on when this many branches have succeeded").or("all"),
];

static CACHE: [Key; 8] = [
    key("cache", TEXT, "looks something up at a container of this service"),
    key(
        "hit",
        ValueKind::Either(&[SHARE, ValueKind::Zipf]),
        "share of hits, which are drawn; or `zipf(items=, capacity=, alpha=)`, a real LRU cache; without `capacity` as many entries as `memory.maxmemory` of the cache's service holds",
    ).or("required"),
    key("cost", TIMES, "CPU of a look-up, at the cache").or("0s"),
    key("send", SIZES, "bytes of the question").or("0 B"),
    key("receive", SIZES, "bytes of the answer").or("0 B"),
    key("timeout", DURATION, "a look-up that takes longer is a miss").or("for ever"),
    key("warm", TRUTH, "whether the cache is full at the start").or("true"),
    key("miss", ValueKind::Steps(&STEP), "steps that follow a miss"),
];

static RETRIES: Shape = shape(
    "retries",
    "How a call is tried again",
    &[
        key("attempts", ATTEMPTS, "attempts after the first").or("required"),
        key("backoff", DURATION, "wait before the first of them").or("0s"),
        key("factor", POSITIVE, "by what the wait is multiplied from one to the next").or("1"),
        key(
            "jitter",
            SHARE,
            "each wait is multiplied by a random number from 1 − jitter to 1 + jitter",
        )
        .or("0"),
        key("other_replica", TRUTH, "whether another container is tried").or("false"),
        key(
            "on",
            ValueKind::Either(&[FAILURES, ValueKind::Array(&FAILURES, 0)]),
            "failures after which it is tried again",
        )
        .or("all"),
    ],
);

static BREAKER: Shape = shape(
    "breaker",
    "A circuit breaker: it stands in each container of the caller, in front of all its calls to one service",
    &[
        key("failures", FROM_ONE, "it trips at this many failures within the window"),
        key("ratio", SHARE, "it trips at this share of failures among the calls of the window")
            .or("0.5 where `failures` is left out, too"),
        key("min_calls", FROM_ONE, "the ratio counts only among this many calls or more").or("20"),
        key("window", DURATION, "stretch over which they are counted").or("10s"),
        key("open", DURATION, "how long it stays open: nothing passes").or("5s"),
        key(
            "half_open",
            FROM_ONE,
            "calls that are let through afterwards, to see: all must succeed",
        )
        .or("1"),
    ],
);
