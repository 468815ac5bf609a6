//! The root, `[scenario]`, `[stack.*]`, `[[claim]]` and `[[fault]]`: title, measurement, claims, faults.

use super::shape::{
    CLOCK, DURATION, FROM_ONE, Key, NAMES, POSITIVE, SHARE, Shape, TEXT, TIMES, TRUTH, ValueKind,
    key, shape,
};
use super::{cluster, migration, rollout, service, traffic};
use wssim_text::quantity::Dimension;

/// A whole file.
pub(crate) static ROOT: Shape = shape(
    "file",
    "A scenario of wssim: a world, and what a plan says about it",
    &[
        key(
            "scenario",
            ValueKind::Table(&SCENARIO),
            "the title, the files that belong to it, and how long is measured",
        ),
        key("node", ValueKind::Map(&ValueKind::Table(&cluster::NODE)), "the machines, by name"),
        key(
            "memory",
            ValueKind::Table(&cluster::MEMORY),
            "what nodes and services have in common of RAM",
        ),
        key("lan", ValueKind::Table(&cluster::LAN), "what a message between containers costs"),
        key(
            "orchestrator",
            ValueKind::Table(&cluster::ORCHESTRATOR),
            "how containers are placed and watched",
        ),
        key(
            "network",
            ValueKind::Map(&ValueKind::Table(&cluster::NETWORK)),
            "networks of containers, by name",
        ),
        key("stack", ValueKind::Map(&ValueKind::Table(&STACK)), "stack files as wholes, by name"),
        key(
            "service",
            ValueKind::Map(&ValueKind::Table(&service::SERVICE)),
            "what runs, by name: a service of its own, or more about the service of that name in a stack file",
        ),
        key(
            "traffic",
            ValueKind::Table(&traffic::SOURCES),
            "what users ask for, and when, by name",
        ),
        key(
            "claim",
            ValueKind::Array(&ValueKind::Table(&CLAIM), 0),
            "sentences of the plan, to be judged",
        ),
        key("growth", ValueKind::Table(&GROWTH), "containers that are added one by one"),
        key("fault", ValueKind::Array(&ValueKind::Table(&FAULT), 0), "what goes wrong, and when"),
        key(
            "rollout",
            ValueKind::Array(&ValueKind::Table(&rollout::ROLLOUT), 0),
            "new images that are brought out, and when",
        ),
        key("survival", ValueKind::Table(&SURVIVAL), "what `wssim failures` counts as survived"),
        key(
            "migration",
            ValueKind::Table(&migration::MIGRATION),
            "what the phases of a migration have in common",
        ),
        key(
            "phase",
            ValueKind::Array(&ValueKind::Table(&migration::PHASE), 0),
            "the phases of a migration: `wssim migrate` says how they go",
        ),
        key(
            "variant",
            ValueKind::Map(&ValueKind::Table(&VARIANT)),
            "the scenario with more files laid over it, by name: `--variant NAME` takes one, and `--with failures` of `compare` looks at them all",
        ),
        key("faults", ValueKind::Table(&OUTAGES), "outages that were recorded and happen again"),
        key("repair", ValueKind::Table(&REPAIR), "how many repairs go on at once"),
        key(
            "group",
            ValueKind::Map(&ValueKind::Table(&GROUP)),
            "things of which some must work, by name: `failures` says how available each group is",
        ),
        key(
            "site",
            ValueKind::Map(&ValueKind::Table(&cluster::SITE)),
            "how often the power or the switch of a site fails, by the site's name",
        ),
    ],
);

static VARIANT: Shape = Shape {
    required: &["extends"],
    ..shape(
        "variant",
        "The scenario with more files laid over it",
        &[
            key("title", TEXT, "what it is called in reports, behind the scenario's title")
                .or("the variant's name"),
            key("extends", NAMES, "files that are laid over the scenario, relative to this one")
                .or("required"),
        ],
    )
};

static REPAIR: Shape = shape(
    "repair",
    "How many repairs go on at once",
    &[key("crews", FROM_ONE, "how many repairs (`mttr`) go on at once, first come first served")
        .or("all")],
);

static GROUP: Shape = Shape {
    required: &["members"],
    ..shape(
        "group",
        "Things of which some must work",
        &[
            key(
                "members",
                NAMES,
                "by kind and name, such as `service.api`, `node.a`, `entry.web` or `group.databases`",
            ).or("required"),
            key("need", FROM_ONE, "how many of them must work").or("all"),
        ],
    )
};

static OUTAGES: Shape = shape(
    "outages",
    "Outages that were recorded and happen again",
    &[key(
        "file",
        TEXT,
        "CSV file, relative to this one, with the columns `time`, `target`, `kind`, `duration`, and `factor` where wanted; `time` counts from the beginning of the measured stretch; numbers without a unit are seconds; no `duration`: for ever; a target is a node, a service, a site, or a link `a-b`",
    ).or("required")],
);

static SCENARIO: Shape = shape(
    "scenario",
    "The title of a scenario, the files that belong to it, and how long is measured",
    &[
        key("title", TEXT, "what it is called in reports").or("the file's name"),
        key("description", TEXT, "a remark for readers of the file"),
        key(
            "extends",
            NAMES,
            "files that this one is laid over, relative to it: tables merge key by key, claims, faults and rollouts by id, other lists are replaced",
        ),
        key(
            "stacks",
            ValueKind::Either(&[
                ValueKind::Text,
                ValueKind::Table(&STACK_FILE),
                ValueKind::Array(&ValueKind::Either(&[ValueKind::Text, ValueKind::Table(&STACK_FILE)]), 0),
            ]),
            "Compose stack files that are deployed, relative to this file",
        ),
        key(
            "kind",
            ValueKind::Word(&["steady", "window"]),
            "`steady`: a warm-up is left out; `window`: exactly this stretch is measured, after its `lead_in`",
        ).or("window with a profile, a fault `at` a time, a rollout, or `[growth]`; otherwise steady"),
        key("duration", DURATION, "measured time of one replication").or("10min"),
        key(
            "warmup",
            ValueKind::Either(&[ValueKind::Word(&["auto"]), DURATION]),
            "steady only: simulated first and not measured; `auto`: wssim finds out how long",
        ).or("auto"),
        key("start", CLOCK, "window only: the time of day at which the measured stretch begins; profiles and `at` of background load count by it").or("00:00"),
        key("lead_in", DURATION, "window only: simulated first and not measured").or("0s"),
        key("slot", DURATION, "length of a slot of series over time").or("a hundredth of `duration`"),
        key("allow", NAMES, "lints that are silenced"),
        key(
            "draw_faults",
            TRUTH,
            "whether parts with an `mtbf` fail in `run`, too; `false`: only in the long run of `failures`",
        ).or("true"),
    ],
);

static STACK_FILE: Shape = Shape {
    required: &["file"],
    ..shape(
        "stack-file",
        "A Compose stack file under a name of its own",
        &[
            key(
                "file",
                ValueKind::Either(&[ValueKind::Text, ValueKind::Array(&ValueKind::Text, 1)]),
                "the file, relative to this one; or several, each laid over those before it, as `docker stack deploy -c A -c B` does",
            ).or("required"),
            key("name", TEXT, "the stack's name").or("the name of its first file"),
        ],
    )
};

static GROWTH: Shape = shape(
    "growth",
    "Containers that are added one by one; only a window can have them",
    &[
        key(
            "to",
            ValueKind::Ranged(&ValueKind::Count(1, 100_000)),
            "this many containers run in the end, on all nodes",
        )
        .or("required"),
        key("every", DURATION, "from one to the next, and from the beginning to the first")
            .or("required"),
        key("services", NAMES, "services that get the containers, in turn by name")
            .or("all but global ones, jobs, and those without replicas"),
    ],
);

static SURVIVAL: Shape = shape(
    "survival",
    "When `wssim failures` counts a failure as survived: every critical entry answers `share` of the requests of a `window`, and as much of all that follows",
    &[
        key("window", DURATION, "length of the window, from 1s to 1h").or("60s"),
        key("share", SHARE, "share of the requests that must be answered").or("99%"),
        key(
            "within",
            DURATION,
            "how long after the fault the window begins at the latest, from 1s to 1h",
        )
        .or("5min"),
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
        "A sentence of the plan, to be judged",
        &[
            key("id", TEXT, "a name of its own").or("required"),
            key("text", TEXT, "the sentence, as the plan has it").or("the `id`"),
            key("source", TEXT, "where it is written"),
            key("metric", ValueKind::Metric, "the number that the sentence is about, with its labels").or("required"),
            key(
                "expect",
                ValueKind::Either(&[ValueKind::Value, ValueKind::Table(&EXPECT)]),
                "what the sentence says: bounds, or one value, which gets a margin of 10 %",
            ).or("required"),
            key(
                "from",
                MOMENT,
                "the claim is about a part of the measured stretch, which begins then: a time, `fault NAME`, `repair NAME` or `rollout NAME`, perhaps with `+ 30s`; of requests those count that arrive in it",
            )
            .or("the beginning"),
            key("to", MOMENT, "where that part ends, in the same words").or("the end"),
            key(
                "needs",
                NAMES,
                "what the sentence is about besides its metric, by path, such as `network.*.encrypted`: the claim is undecided while that is not simulated",
            ),
            key(
                "relative_to",
                TEXT,
                "another scenario: the claim is about the change from that scenario to this one",
            ),
            key(
                "study",
                ValueKind::Word(&["run", "failures", "rollout", "migrate", "compare", "capacity"]),
                "the command that judges the claim; `rollout` is another name of `run`",
            ).or("the one that measures the metric"),
            key("observed", TRUTH, "whether this was observed, so that the model must reproduce it").or("false"),
            key(
                "nodes_lost",
                FROM_ONE,
                "with `study = \"failures\"`: the claim is about this many nodes that fail together",
            ).or("any number"),
        ],
    )
};

const MOMENT: ValueKind = ValueKind::Either(&[ValueKind::Text, ValueKind::Table(&MOMENT_TABLE)]);

static MOMENT_TABLE: Shape = shape(
    "moment",
    "A moment of the measured stretch, by a fault or a rollout",
    &[
        key("fault", TEXT, "when the fault of this name comes"),
        key("repair", TEXT, "instead: when that fault is repaired"),
        key("rollout", TEXT, "instead: when the rollout of this name begins"),
        key("after", ValueKind::Quantity(Dimension::Duration), "so long after that").or("0s"),
    ],
);

static EXPECT: Shape = shape(
    "expect",
    "What a claim says: `min`, `max` or both, or `value`",
    &[
        key("min", ValueKind::Value, "at least"),
        key("max", ValueKind::Value, "at most"),
        key("value", ValueKind::Value, "about, within 10 %"),
    ],
);

static FAULT: Shape = Shape {
    required: &["id"],
    ..shape(
        "fault",
        "Something that goes wrong; it strikes one kind of thing: `node`, `service`, `link` or `site`",
        FAULT_KEYS,
    )
};

/// Kinds of faults.
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
    key("id", TEXT, "a name of its own").or("required"),
    key("at", DURATION, "when, from the beginning of the measured stretch")
        .or("required without `mtbf`"),
    key(
        "mtbf",
        TIMES,
        "instead of `at`: the fault comes again and again, this long after the start and after each repair",
    ),
    key("kind", ValueKind::Word(FAULTS), "what happens: see the guide, What goes wrong")
        .or("required"),
    key("repair", TIMES, "how long until it is repaired").or("for ever"),
    key("graceful", TRUTH, "`kill-service` only: containers are stopped in good order, not killed")
        .or("false"),
    key("replica", FROM_ONE, "of a `service`: the number of the container, counted from 1")
        .or("all of them"),
    key("factor", POSITIVE, "`slow-disk` and `slow-network` only: how many times slower").or("10"),
    key("node", NAMES, "the nodes that it strikes"),
    key("service", NAMES, "the services that it strikes"),
    key("link", NAMES, "the link that it strikes: its two nodes"),
    key("site", NAMES, "the sites that it strikes; a `switch` without one: the whole cluster"),
];
