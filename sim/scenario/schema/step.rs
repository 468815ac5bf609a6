//! Steps of an endpoint.

use super::{
    Case, DURATION, FROM_ONE, FROM_ZERO, Key, Kind, NUMBERS, POSITIVE, SHARE, SIZES, Shape, TEXT,
    TIMES, TRUTH, key, shape,
};

/// One step: what it does is said by one of the keys of its cases.
pub(crate) static STEP: Shape = Shape {
    cases: &[
        when("cpu", &[key("cpu", TIMES, "computes: CPU time on a node of speed 1")]),
        when("sleep", &[key("sleep", TIMES, "waits for something outside of the cluster")]),
        when("disk", DISK),
        when("read", &[key("read", NUMBERS, "reads so many pages of the service's `data`")]),
        when("call", CALL),
        when("parallel", PARALLEL),
        when("cache", CACHE),
        when("steps", &[key("steps", Kind::Steps, "steps one after the other, as one step")]),
    ],
    ..shape(
        "step",
        "What a request does next: one of cpu, call, parallel, cache, disk, read, sleep, steps",
        &[
            key("probability", SHARE, "how likely it is done at all; 1 when left out"),
            key("repeat", NUMBERS, "how many times it is done, one after the other"),
            key("label", TEXT, "what it is called in reports and traces"),
        ],
    )
};

const fn when(by: &'static str, keys: &'static [Key]) -> Case {
    Case { by, is: None, keys }
}

const DISK: &[Key] = &[
    key("disk", SIZES, "reads so many bytes from the node's disk"),
    key("write", TRUTH, "writes them rather"),
    key("flush", TRUTH, "writes what must survive a power cut rather"),
];

const AGAIN: Kind = Kind::Either(&[FROM_ZERO, Kind::Table(&RETRIES)]);
/// As `Failure::name` has them.
const FAILURES: Kind = Kind::Word(&[
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
    key("send", SIZES, "bytes sent"),
    key("receive", SIZES, "bytes received"),
    key("timeout", DURATION, "the caller gives up then"),
    key("connect_timeout", DURATION, "the caller gives up connecting then"),
    key("retries", AGAIN, "how often it is tried again after a failure"),
    key("breaker", Kind::Table(&BREAKER), "a circuit breaker"),
    key(
        "deadline",
        Kind::Either(&[Kind::Word(&["propagate"]), DURATION]),
        "when the answer is of no use any more; `propagate`: what is left of the caller's own",
    ),
    key("cancel", TRUTH, "whether a call that was given up is stopped at the callee"),
];

const PARALLEL: &[Key] = &[
    key(
        "parallel",
        Kind::Array(&Kind::Steps, 1),
        "branches at once, each a list of steps; it goes on when all have ended",
    ),
    key("need", FROM_ONE, "it goes on when so many have succeeded"),
];

const CACHE: &[Key] = &[
    key("cache", TEXT, "asks the cache of this name"),
    key(
        "hit",
        Kind::Either(&[SHARE, Kind::Zipf]),
        "share of hits, or `zipf(items=, capacity=, alpha=)`; without `capacity` as much as `memory.maxmemory` of the cache's service holds",
    ),
    key("cost", TIMES, "CPU of a look-up, at the cache"),
    key("send", SIZES, "bytes of the question"),
    key("receive", SIZES, "bytes of the answer"),
    key("timeout", DURATION, "a look-up that takes longer is a miss"),
    key("warm", TRUTH, "whether the cache is full at the start; true when left out"),
    key("miss", Kind::Steps, "what is done after a miss"),
];

static RETRIES: Shape = shape(
    "retries",
    "How a call is tried again",
    &[
        key("attempts", FROM_ZERO, "how often, after the first"),
        key("backoff", DURATION, "wait before the first of them"),
        key("factor", POSITIVE, "how the wait grows from one to the next"),
        key("jitter", SHARE, "share of the wait that is drawn"),
        key("other_replica", TRUTH, "whether another container is tried"),
        key(
            "on",
            Kind::Either(&[FAILURES, Kind::Array(&FAILURES, 0)]),
            "failures after which it is tried again; all when left out",
        ),
    ],
);

static BREAKER: Shape = shape(
    "breaker",
    "A circuit breaker",
    &[
        key("failures", FROM_ONE, "it trips at so many failures within the window"),
        key("ratio", SHARE, "it trips at this share of failures among the calls of the window"),
        key("min_calls", FROM_ONE, "a share counts only among so many calls or more"),
        key("window", DURATION, "stretch over which they are counted"),
        key("open", DURATION, "how long it stays open"),
        key("half_open", FROM_ONE, "calls that are let through to see"),
    ],
);
