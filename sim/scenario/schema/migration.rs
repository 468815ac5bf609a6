//! `[migration]` and `[[phase]]`: the steps from one placement to another.

use super::shape::{
    BANDWIDTH, DURATION, Key, KeyCase, NAMES, RATES, SIZE, Shape, TEXT, TIMES, ValueKind, key,
    shape,
};

pub(super) static MIGRATION: Shape = shape(
    "migration",
    "What all phases of a migration have in common",
    &[key(
        "window",
        DURATION,
        "how long a phase may take from its first step that changes anything",
    )
    .or("as long as it does")],
);

pub(super) static PHASE: Shape = Shape {
    required: &["id"],
    ..shape(
        "phase",
        "A phase of a migration; `wssim migrate` says how it goes",
        &[
            key("id", TEXT, "a name of its own").or("required"),
            key("title", TEXT, "what it is called in reports").or("the `id`"),
            key(
                "after",
                NAMES,
                "phases that are over before it begins, by `id`; `[]`: none",
            )
            .or("the one before it in the file"),
            key("window", DURATION, "how long it may take from its first step that changes anything").or("that of `[migration]`"),
            key(
                "overlay",
                ValueKind::Either(&[ValueKind::Text, ValueKind::Piece]),
                "what differs in the scenario from this phase on: any of its keys, or a file of them; merged as `extends` merges, after those of the phases above it",
            )
            .or("nothing"),
            key(
                "steps",
                ValueKind::Array(&ValueKind::Table(&STEP), 0),
                "what is done, one after the other where no `after` says otherwise",
            )
            .or("nothing"),
        ],
    )
};

/// One step of a phase: one of the keys of its cases defines its work.
static STEP: Shape = Shape {
    cases: &[
        when(
            "stop",
            &[key(
                "stop",
                NAMES,
                "containers of these services end where they stood before the phase: each leaves all lists, and is told to end 2 s later; a service, or `stack.NAME` for all of a stack",
            )],
        ),
        when(
            "start",
            &[key(
                "start",
                NAMES,
                "containers of these services start where they stand from this phase on; over when all are registered",
            )],
        ),
        when(
            "switch",
            &[key(
                "switch",
                NAMES,
                "from now on callers find the containers of these services that the phase starts, and the others no more; without this step they are found as soon as they are registered",
            )],
        ),
        when(
            "dump",
            &[
                key(
                    "dump",
                    TEXT,
                    "the data of this service is written out on the node where it stood: CPU of `size` over `rate`, and as many bytes on its disk; on the way back it is read in there at the rate of its `restore`",
                ),
                key("size", SIZE, "bytes of data").or("required"),
                key("rate", RATES, "bytes a second of one thread of a node of speed 1")
                    .or("uniform(80 MB/s, 130 MB/s)"),
            ],
        ),
        when("copy", COPY),
        when(
            "restore",
            &[
                key(
                    "restore",
                    TEXT,
                    "the data of this service is read in on the node where it stands from this phase on; on the way back it is written out there at the rate of its `dump`",
                ),
                key("size", SIZE, "bytes of data").or("required"),
                key("rate", RATES, "bytes a second of one thread of a node of speed 1")
                    .or("uniform(20 MB/s, 30 MB/s)"),
            ],
        ),
        when("verify", &[key("verify", TIMES, "people look whether all is well, for so long")]),
        when(
            "manual",
            &[key("manual", TIMES, "people do something that changes nothing here, for so long")],
        ),
    ],
    ..shape(
        "phase-step",
        "What is done next: it has one of the keys `stop`, `start`, `switch`, `dump`, `copy`, `restore`, `verify` and `manual`, and any of these",
        &[
            key("id", TEXT, "a name of its own among the steps of the phase")
                .or("its number, counted from 1"),
            key(
                "after",
                NAMES,
                "steps of the phase that are over before it begins, by `id`; `[]`: none",
            )
            .or("the one before it"),
            key("text", TEXT, "what it does, for reports").or("made from its keys"),
        ],
    )
};

const fn when(by: &'static str, keys: &'static [Key]) -> KeyCase {
    KeyCase { by, is: None, keys }
}

const COPY: &[Key] = &[
    key("copy", SIZE, "bytes that are read on one node's disk, sent, and written on another's"),
    key("from", TEXT, "the node where they are").or("required"),
    key("to", TEXT, "the node where they are to be").or("required"),
    key("rate", BANDWIDTH, "bytes a second at most").or("what the network carries"),
];
