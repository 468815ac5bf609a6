//! `[traffic.*]`: arrivals, profiles, objectives.

use super::service::{CONNECTIONS, RESOLVER};
use super::{
    CLOCK, Case, DURATION, Key, Kind, NAMES, NUMBER, POSITIVE, RATE, SHARE, SIZES, Shape, TEXT,
    TIMES, TRUTH, key, shape,
};

const ENTRY: Kind =
    Kind::Either(&[Kind::Text, Kind::Map(&Kind::Either(&[POSITIVE, Kind::Map(&POSITIVE)]))]);

pub(super) static SOURCES: Shape = Shape {
    others: Some(Kind::Table(&TRAFFIC)),
    ..shape(
        "sources",
        "Sources of requests by name, and a factor on all of them",
        &[key(
            "scale",
            POSITIVE,
            "how many times as much traffic of every source: rates, users (rounded), rows of a trace; 1 when left out",
        )],
    )
};

static TRAFFIC: Shape = shape(
    "traffic",
    "A source of requests",
    &[
        key("entry", ENTRY, "what it asks for: `service.endpoint`, or several with their weights"),
        key("entries", ENTRY, "the same as `entry`"),
        key("arrivals", Kind::Table(&ARRIVALS), "when requests come"),
        key("client_rtt", TIMES, "round trip between users and cluster"),
        key("send", SIZES, "bytes of a request"),
        key("receive", SIZES, "bytes of an answer"),
        key("patience", TIMES, "users give up then"),
        key(
            "cancel",
            TRUTH,
            "whether users who give up tell the cluster, which stops their requests",
        ),
        key(
            "ingress",
            NAMES,
            "nodes whose published port users come to, through the routing mesh; the containers themselves when left out",
        ),
        key("patience_in_queue", TIMES, "users give up then as long as nobody serves them"),
        key("critical", TRUTH, "whether the plan fails when this traffic does"),
        key("objective", Kind::Table(&OBJECTIVE), "what is good enough"),
        key("resolver", RESOLVER, "how clients look up names"),
        key("client", Kind::Table(&CONNECTIONS), "how clients hold connections"),
    ],
);

const FACTOR: Kind = Kind::Either(&[Kind::Word(SHAPES), Kind::Table(&PROFILE_TABLE)]);
const PROFILE: Key = key("profile", FACTOR, "a factor on the rate that changes with time");

const SHAPES: &[&str] = &["diurnal", "market-hours"];

static ARRIVALS: Shape = Shape {
    cases: &[
        when("poisson", &[key("rate", RATE, "requests a second, a minute, …"), PROFILE]),
        when(
            "renewal",
            &[key("interarrival", TIMES, "time from one request to the next"), PROFILE],
        ),
        when(
            "periodic",
            &[
                key("period", DURATION, "time from one request to the next"),
                key("rate", RATE, "requests a second, a minute, …"),
                key("phase", DURATION, "when the first one comes"),
                PROFILE,
            ],
        ),
        when(
            "mmpp",
            &[
                key("rates", Kind::Array(&RATE, 0), "rate in each state"),
                key(
                    "switch",
                    Kind::Either(&[Kind::Array(&RATE, 0), Kind::Array(&Kind::Array(&RATE, 0), 0)]),
                    "rate of leaving each state for the next one; or a row a state with the rates of changing to each other one",
                ),
            ],
        ),
        when(
            "closed",
            &[
                key("users", Kind::Ranged(&Kind::Count(1, 10_000_000)), "how many users there are"),
                key("think", TIMES, "pause of a user between an answer and the next request"),
            ],
        ),
        when(
            "trace",
            &[
                key("file", TEXT, "CSV file of requests, relative to this one"),
                key("rate", POSITIVE, "how many times as many requests"),
                key("speed", POSITIVE, "how many times as fast"),
                key("scale", POSITIVE, "the same as `rate`"),
            ],
        ),
    ],
    ..shape(
        "arrivals",
        "When requests come",
        &[key(
            "kind",
            Kind::Word(&["poisson", "renewal", "periodic", "mmpp", "closed", "trace"]),
            "independent users, gaps of any law, a clock, a rate that jumps, users who wait for answers, a log",
        )],
    )
};

const fn when(is: &'static str, keys: &'static [Key]) -> Case {
    Case { by: "kind", is: Some(is), keys }
}

const INSTANT: Kind = Kind::Either(&[DURATION, CLOCK]);
const POINTS: Kind = Kind::Array(&Kind::Pair(&[INSTANT, NUMBER]), 0);

static PROFILE_TABLE: Shape = shape(
    "profile",
    "A factor on the rate: one of `shape`, `values`, `steps` and `ramp`, and perhaps a `spike`",
    &[
        key("shape", Kind::Word(SHAPES), "one of those that ship"),
        key("slot", DURATION, "length of one of `values`"),
        key("values", Kind::Array(&NUMBER, 0), "constant within a slot; repeats"),
        key("steps", POINTS, "constant from each point to the next; the last value holds"),
        key("ramp", POINTS, "linear between points; the last value holds"),
        key("spike", Kind::Table(&SPIKE), "so many times the rate for a while"),
    ],
);

static SPIKE: Shape = shape(
    "spike",
    "So many times the rate for a while",
    &[
        key("at", INSTANT, "when it begins"),
        key("for", DURATION, "how long it lasts"),
        key("factor", NUMBER, "how many times the rate"),
    ],
);

static OBJECTIVE: Shape = shape(
    "objective",
    "What is good enough: limits of response times and errors",
    &[
        key("mean", DURATION, "on average"),
        key("p50", DURATION, "half of the requests"),
        key("p90", DURATION, "90 of 100 requests"),
        key("p95", DURATION, "95 of 100 requests"),
        key("p99", DURATION, "99 of 100 requests"),
        key("p999", DURATION, "999 of 1000 requests"),
        key("errors", SHARE, "share of requests without a good answer"),
    ],
);
