//! `[traffic.*]`: arrivals, profiles, objectives.

use super::service::{CONNECTIONS, RESOLVER};
use super::shape::{
    CLOCK, DURATION, Key, KeyCase, NAMES, NUMBER, POSITIVE, RATE, SHARE, SIZES, Shape, TEXT, TIMES,
    TRUTH, ValueKind, key, shape,
};
use wssim_model::MOST_IN_FLIGHT;

/// Most users of a closed source: as many as a replication holds of all sources together.
pub(crate) const MOST_USERS: u32 = MOST_IN_FLIGHT as u32;

const ENTRY: ValueKind = ValueKind::Either(&[
    ValueKind::Text,
    ValueKind::Map(&ValueKind::Either(&[POSITIVE, ValueKind::Map(&POSITIVE)])),
]);

pub(super) static SOURCES: Shape = Shape {
    others: Some(ValueKind::Table(&TRAFFIC)),
    ..shape(
        "sources",
        "Sources of requests by name, and a factor on all of them",
        &[key(
            "scale",
            POSITIVE,
            "how many times as much traffic of every source: rates, users (rounded), rows of a trace",
        ).or("1")],
    )
};

static TRAFFIC: Shape = shape(
    "traffic",
    "A source of requests",
    &[
        key("entry", ENTRY, "what is asked for: `service.endpoint`, or several with their weights")
            .or("required"),
        key("entries", ENTRY, "the same as `entry`"),
        key("arrivals", ValueKind::Table(&ARRIVALS), "when requests come").or("required"),
        key("client_rtt", TIMES, "round trip between users and cluster").or("0s"),
        key("send", SIZES, "bytes of a request").or("0 B"),
        key("receive", SIZES, "bytes of an answer").or("0 B"),
        key("patience", TIMES, "how long users wait for the answer").or("for ever"),
        key(
            "cancel",
            TRUTH,
            "whether users who give up tell the cluster, which stops their requests",
        )
        .or("false"),
        key("ingress", NAMES, "nodes whose published port users come to, through the routing mesh")
            .or("the containers themselves"),
        key("patience_in_queue", TIMES, "how long users wait to be served at all").or("for ever"),
        key("critical", TRUTH, "whether `failures` asks that this source is answered")
            .or("false; where no source is critical, all are"),
        key("objective", ValueKind::Table(&OBJECTIVE), "limits that `capacity` and `sweep` keep"),
        key("resolver", RESOLVER, "how users look up names; not simulated yet"),
        key(
            "client",
            ValueKind::Table(&CONNECTIONS),
            "how users keep connections: with `per-request` and `ingress` each takes a port of the mesh, `ports` of which a node has to one replica; the rest is not simulated yet",
        ),
    ],
);

const FACTOR: ValueKind =
    ValueKind::Either(&[ValueKind::Word(SHAPES), ValueKind::Table(&PROFILE_TABLE)]);
const PROFILE: Key = key("profile", FACTOR, "a factor on the rate that changes with time");

const SHAPES: &[&str] = &["diurnal", "market-hours"];

static ARRIVALS: Shape = Shape {
    cases: &[
        when("poisson", &[key("rate", RATE, "requests in a second, a minute or an hour").or("required"), PROFILE]),
        when(
            "renewal",
            &[key("interarrival", TIMES, "time from one request to the next, drawn anew each time").or("required"), PROFILE],
        ),
        when(
            "periodic",
            &[
                key("period", DURATION, "time from one request to the next").or("required without `rate`"),
                key("rate", RATE, "instead of `period`: requests in a second, a minute or an hour"),
                key("phase", DURATION, "when the first request comes, from the start of a replication").or("drawn, within one period"),
                PROFILE,
            ],
        ),
        when(
            "mmpp",
            &[
                key("rates", ValueKind::Array(&RATE, 0), "rate of requests in each state").or("required"),
                key(
                    "switch",
                    ValueKind::Either(&[ValueKind::Array(&RATE, 0), ValueKind::Array(&ValueKind::Array(&RATE, 0), 0)]),
                    "rate of leaving each state for the next one, the last for the first; or a row for each state with the rates of changing to each other one",
                ).or("required"),
            ],
        ),
        when(
            "closed",
            &[
                key("users", ValueKind::Ranged(&ValueKind::Count(1, MOST_USERS)), "users, each with one request at a time").or("required"),
                key("think", TIMES, "pause of a user between an answer and the next request").or("0s"),
            ],
        ),
        when(
            "trace",
            &[
                key("file", TEXT, "CSV file, relative to this one; its first line names the columns: `time` in seconds from the start of a replication, warm-up and lead-in included; where wanted `entry` (`service.endpoint`), `send` and `receive` in bytes; every other column is the CPU in seconds of the cpu step with that `label`. An empty cell: as the scenario has it").or("required"),
                key("rate", POSITIVE, "how many times as many requests: rows are repeated, or left out at random").or("1"),
                key("speed", POSITIVE, "by what the times are divided").or("1"),
                key("scale", POSITIVE, "the same as `rate`"),
            ],
        ),
    ],
    ..shape(
        "arrivals",
        "When requests come",
        &[key(
            "kind",
            ValueKind::Word(&["poisson", "renewal", "periodic", "mmpp", "closed", "trace"]),
            "`poisson`: independent users; `renewal`: gaps of any distribution; `periodic`: a clock; `mmpp`: a rate that jumps; `closed`: users who wait for answers; `trace`: a recorded list",
        ).or("required")],
    )
};

const fn when(is: &'static str, keys: &'static [Key]) -> KeyCase {
    KeyCase { by: "kind", is: Some(is), keys }
}

const INSTANT: ValueKind = ValueKind::Either(&[DURATION, CLOCK]);
const POINTS: ValueKind = ValueKind::Array(&ValueKind::Pair(&[INSTANT, NUMBER]), 0);

static PROFILE_TABLE: Shape = shape(
    "profile",
    "A factor on the rate: one of `shape`, `values`, `steps` and `ramp`, and perhaps a `spike`",
    &[
        key("shape", ValueKind::Word(SHAPES), "a profile that ships"),
        key("slot", DURATION, "length of each of `values`").or("required with `values`"),
        key("values", ValueKind::Array(&NUMBER, 0), "constant within a slot; repeats"),
        key("steps", POINTS, "constant from each point to the next; the last value holds"),
        key("ramp", POINTS, "linear between points; the last value holds"),
        key("spike", ValueKind::Table(&SPIKE), "a multiple of the rate for a while"),
    ],
);

static SPIKE: Shape = shape(
    "spike",
    "A multiple of the rate for a while",
    &[
        key("at", INSTANT, "when it begins").or("required"),
        key("for", DURATION, "how long it lasts").or("required"),
        key("factor", NUMBER, "how many times the rate").or("required"),
    ],
);

static OBJECTIVE: Shape = shape(
    "objective",
    "Limits of response times and errors, which `capacity` and `sweep` keep",
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
