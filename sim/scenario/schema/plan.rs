//! What a scenario is called, how it is measured, and what is claimed: the root, `[scenario]`,
//! `[stack.*]`, `[[claim]]` and `[[fault]]`.

use super::{
    CLOCK, DURATION, FROM_ONE, Key, Kind, NAMES, POSITIVE, SHARE, Shape, TEXT, TIMES, TRUTH, key,
    shape,
};
use super::{cluster, service, traffic};

/// A whole file.
pub(crate) static ROOT: Shape = shape(
    "file",
    "A scenario of wssim: a world, and what a plan says about it",
    &[
        key("scenario", Kind::Table(&SCENARIO), "what it is called and how it is measured"),
        key("node", Kind::Map(&Kind::Table(&cluster::NODE)), "the machines, by name"),
        key(
            "memory",
            Kind::Table(&cluster::MEMORY),
            "how services touch their RAM, and what the system of a node takes",
        ),
        key("lan", Kind::Table(&cluster::LAN), "what a message between containers costs"),
        key(
            "orchestrator",
            Kind::Table(&cluster::ORCHESTRATOR),
            "who places containers and watches over them",
        ),
        key(
            "network",
            Kind::Map(&Kind::Table(&cluster::NETWORK)),
            "networks of containers, by name",
        ),
        key("stack", Kind::Map(&Kind::Table(&STACK)), "stack files as wholes, by name"),
        key(
            "service",
            Kind::Map(&Kind::Table(&service::SERVICE)),
            "what runs, by name; it stands alone, or adds to the service of that name in a stack file",
        ),
        key("traffic", Kind::Table(&traffic::SOURCES), "who asks for what and when, by name"),
        key(
            "claim",
            Kind::Array(&Kind::Table(&CLAIM), 0),
            "sentences of the plan, each to be judged",
        ),
        key(
            "growth",
            Kind::Table(&GROWTH),
            "containers that are added one by one, from the beginning of the measured stretch",
        ),
        key("fault", Kind::Array(&Kind::Table(&FAULT), 0), "what is done to the cluster, and when"),
        key("survival", Kind::Table(&SURVIVAL), "what `wssim failures` counts as survived"),
        key("faults", Kind::Table(&OUTAGES), "outages that were recorded"),
        key("repair", Kind::Table(&REPAIR), "who repairs what fails of itself"),
        key(
            "group",
            Kind::Map(&Kind::Table(&GROUP)),
            "things of which so many must work, by name: `failures` says how available they are",
        ),
        key(
            "site",
            Kind::Map(&Kind::Table(&cluster::SITE)),
            "how often what the nodes of a site have in common fails, by the site's name",
        ),
    ],
);

static REPAIR: Shape = shape(
    "repair",
    "Who repairs what fails of itself",
    &[key(
        "crews",
        FROM_ONE,
        "how many repairs (`mttr`) go on at once, first come first served; all when left out",
    )],
);

static GROUP: Shape = Shape {
    required: &["members"],
    ..shape(
        "group",
        "Things of which so many must work",
        &[
            key(
                "members",
                NAMES,
                "by kind and name, such as `service.api`, `node.a`, `entry.web` or `group.databases`",
            ),
            key("need", FROM_ONE, "how many of them must work; all when left out"),
        ],
    )
};

static OUTAGES: Shape = shape(
    "outages",
    "Outages that were recorded and happen again",
    &[key(
        "file",
        TEXT,
        "CSV file relative to this one, with the columns `time`, `target`, `kind`, `duration`, and `factor` where wanted",
    )],
);

static SCENARIO: Shape = shape(
    "scenario",
    "What it is called and how it is measured",
    &[
        key("title", TEXT, "what it is called in reports"),
        key("description", TEXT, "for those who read the file"),
        key(
            "extends",
            NAMES,
            "files that this one is laid over, relative to it: tables merge key by key, claims and faults by id, other lists are replaced",
        ),
        key(
            "stacks",
            Kind::Either(&[
                Kind::Text,
                Kind::Table(&STACK_FILE),
                Kind::Array(&Kind::Either(&[Kind::Text, Kind::Table(&STACK_FILE)]), 0),
            ]),
            "Compose stack files that are deployed, relative to this file",
        ),
        key(
            "kind",
            Kind::Word(&["steady", "window"]),
            "steady: a warm-up is left out; window: exactly this stretch (the default when there is a profile, a fault at its time or growth)",
        ),
        key("duration", DURATION, "measured time of one replication"),
        key(
            "warmup",
            Kind::Either(&[Kind::Word(&["auto"]), DURATION]),
            "steady only: what is not measured before; `auto` finds out",
        ),
        key("start", CLOCK, "window only: what the clock shows when the measured stretch begins"),
        key("lead_in", DURATION, "window only: simulated before it, and not measured"),
        key("slot", DURATION, "length of a slot of series over time"),
        key("allow", NAMES, "lints that are silenced"),
        key(
            "draw_faults",
            TRUTH,
            "whether what fails of itself (`mtbf`) strikes in `run`, too; otherwise only in the long run of `failures`. True unless told otherwise",
        ),
    ],
);

static STACK_FILE: Shape = Shape {
    required: &["file"],
    ..shape(
        "stack-file",
        "A Compose stack file under a name of its own",
        &[
            key("file", TEXT, "the file, relative to this one"),
            key("name", TEXT, "the stack's name; otherwise that of the file"),
        ],
    )
};

static GROWTH: Shape = shape(
    "growth",
    "Containers that are added one by one; only a window can have them",
    &[
        key(
            "to",
            Kind::Ranged(&Kind::Count(1, 100_000)),
            "so many containers run in the end, in all",
        ),
        key("every", DURATION, "from one to the next, and from the beginning to the first"),
        key(
            "services",
            NAMES,
            "whose containers, in turn by name; of all replicated services when left out",
        ),
    ],
);

static SURVIVAL: Shape = shape(
    "survival",
    "What counts as survived: critical entries answer so much of a window, and of all that follows",
    &[
        key("window", DURATION, "length of the window: 60s unless told otherwise; at least 1s"),
        key("share", SHARE, "share of requests that is answered: 99% unless told otherwise"),
        key("within", DURATION, "when it begins at the latest, after the fault: 5min otherwise"),
    ],
);

static STACK: Shape = shape(
    "stack",
    "What is said of a stack as a whole",
    &[key("node", TEXT, "all of it runs on this node")],
);

static CLAIM: Shape = Shape {
    required: &["id"],
    ..shape(
        "claim",
        "A sentence of the plan",
        &[
            key("id", TEXT, "a name of its own"),
            key("text", TEXT, "the sentence"),
            key("source", TEXT, "where it is written"),
            key("metric", Kind::Metric, "the number that it speaks of"),
            key(
                "expect",
                Kind::Either(&[Kind::Value, Kind::Table(&EXPECT)]),
                "what it says: bounds, or one value, which gets a margin of 10 %",
            ),
            key(
                "needs",
                NAMES,
                "what it speaks of besides its metric, by path, such as `network.*.encrypted`: undecided while that is not simulated",
            ),
            key(
                "relative_to",
                TEXT,
                "another scenario: the claim is about the change from there to here",
            ),
            key(
                "study",
                Kind::Word(&["run", "failures", "rollout", "migrate", "compare", "capacity"]),
                "the study that judges it",
            ),
            key("observed", TRUTH, "it was observed: the model must reproduce it"),
            key(
                "nodes_lost",
                FROM_ONE,
                "`study = \"failures\"` only: it speaks of so many nodes that fail together; of any number when left out",
            ),
        ],
    )
};

static EXPECT: Shape = shape(
    "expect",
    "What a claim says: `min`, `max` or both, or `value`",
    &[
        key("min", Kind::Value, "at least"),
        key("max", Kind::Value, "at most"),
        key("value", Kind::Value, "about, within 10 %"),
    ],
);

static FAULT: Shape = Shape {
    required: &["id"],
    ..shape("fault", "Something that is done to the cluster", FAULT_KEYS)
};

/// What a fault can be.
pub(crate) const FAULTS: &[&str] = &[
    "crash",
    "reboot",
    "hang",
    "partition",
    "slow-disk",
    "slow-network",
    "disk-full",
    "kill-service",
    "power",
    "switch",
];

const FAULT_KEYS: &[Key] = &[
    key("id", TEXT, "a name of its own"),
    key("at", DURATION, "when, from the beginning of the measured stretch"),
    key(
        "mtbf",
        TIMES,
        "instead of `at`: again and again, after so long from the start and from each repair",
    ),
    key("kind", Kind::Word(FAULTS), "what happens"),
    key("repair", TIMES, "how long until it is repaired; for ever when left out"),
    key("graceful", TRUTH, "whether containers are stopped in good order rather than killed"),
    key("replica", FROM_ONE, "which container of a service it strikes; all when left out"),
    key("factor", POSITIVE, "how many times slower; 10 when left out"),
    key("node", NAMES, "the nodes that it strikes"),
    key("service", NAMES, "the services that it strikes"),
    key("link", NAMES, "the links that it strikes"),
    key("site", NAMES, "the sites that it strikes"),
];
