//! RAM: `[memory]`, common to nodes and services, and `memory` and `data` of a service.

use super::fields::{self, Fields, Read, Reader, Texts};
use crate::diagnostic::Diagnostic;
use crate::source::Origin;
use crate::tree::Item;
use wssim_model::law::Law;
use wssim_model::orchestrator::Takes;
use wssim_text::quantity::Dimension;

/// `[memory]`: the default access pattern of services, and the RAM of each node's own system.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CommonMemory {
    /// Share of the base that is touched.
    pub hot: f64,
    /// Skew of touches over the hot pages.
    pub alpha: f64,
    /// CPU time between two touches, in nanoseconds.
    pub touch: f64,
    /// RAM of a node's kernel, in bytes.
    pub kernel: f64,
    /// RAM of the container engine, in bytes.
    pub engine: f64,
    /// RAM of the engine for each running container, in bytes.
    pub shim: f64,
    /// RAM of the orchestrator on a node with containers, and on a manager, in bytes.
    pub agent: f64,
    pub manager: f64,
}

impl Default for CommonMemory {
    /// Assumptions: the whole base is touched; a step of 20 ms touches 2000 pages, one each 10 us;
    /// skewed as requests for the pages of a site are (Breslau et al. 1999, Web caching and Zipf-like
    /// distributions: 0.64 to 0.83). The system's RAM is unknown.
    fn default() -> Self {
        let (kernel, engine, shim, agent, manager) = (0.0, 0.0, 0.0, 0.0, 0.0);
        Self { hot: 1.0, alpha: 0.8, touch: 1e4, kernel, engine, shim, agent, manager }
    }
}

impl CommonMemory {
    /// RAM of the orchestrator on a node.
    pub(crate) fn of_orchestrator(&self, manages: bool) -> f64 {
        if manages { self.manager } else { self.agent }
    }

    /// RAM of a node's own system with `containers` running.
    pub(crate) fn of_system(&self, manages: bool, containers: usize) -> f64 {
        self.kernel + self.engine + self.of_orchestrator(manages) + self.shim * containers as f64
    }
}

/// The RAM that a container asks for, and how it uses it.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryText {
    pub base: f64,
    pub per_request: f64,
    pub reservation: f64,
    pub limit: Option<f64>,
    /// These three default to those of `[memory]`.
    pub hot: Option<f64>,
    pub alpha: Option<f64>,
    pub touch: Option<f64>,
    /// `None` for one.
    pub processes: Option<u32>,
    pub heap: Option<HeapText>,
    /// RAM of each entry of its caches.
    pub entry: Option<f64>,
    /// RAM limit of all entries together.
    pub most: Option<f64>,
    pub origin: Origin,
}

impl MemoryText {
    /// RAM of an idle container just before its heap is collected.
    pub(crate) fn before_collection(&self) -> f64 {
        self.base + self.heap.as_ref().map_or(0.0, |heap| (heap.limit - heap.live).max(0.0))
    }

    /// Most entries of its caches, if that follows from their sizes.
    pub(crate) fn entries(&self) -> Option<f64> {
        let (entry, most) = (self.entry?, self.most?);
        (entry > 0.0).then(|| (most / entry).floor().max(1.0))
    }
}

/// A heap that is collected when it is full.
#[derive(Clone, Debug)]
pub(crate) struct HeapText {
    pub limit: f64,
    pub live: f64,
    pub garbage: f64,
    pub collection: Law,
    pub origin: Origin,
}

/// Files that a service reads.
#[derive(Clone, Debug)]
pub(crate) struct DataText {
    pub size: f64,
    pub buffers: f64,
    pub page: f64,
    pub alpha: f64,
    pub origin: Origin,
}

/// Largest exponent: beyond it, nine of ten touches are of one page, and the rest is rounding.
const STEEPEST: f64 = 4.0;

/// A page of `PostgreSQL`, its smallest unit of reading and buffering (`block_size`).
const DATA_PAGE: f64 = 8192.0;

/// The exponent of a popularity.
fn exponent(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    let value = fields::quantity(Dimension::Number)(texts, item)?;
    if value <= STEEPEST {
        return Ok(value);
    }
    let message = format!("this lies outside [0, {STEEPEST}]");
    Err(Box::new(Diagnostic::error("out-of-range", message).at(texts.sources, item.origin)))
}

/// A time between touches, or `none` for no touches.
fn touch(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    if item.text() == Some("none") {
        return Ok(f64::INFINITY);
    }
    let value = fields::quantity(Dimension::Duration)(texts, item)?;
    if value > 0.0 {
        return Ok(value);
    }
    Err(Box::new(
        Diagnostic::error("out-of-range", "this must be above zero")
            .at(texts.sources, item.origin)
            .help("write \"none\" for what touches no pages"),
    ))
}

/// A size above zero.
fn some_size(texts: &Texts<'_>, item: &Item) -> Read<f64> {
    let value = fields::quantity(Dimension::Size)(texts, item)?;
    if value > 0.0 {
        return Ok(value);
    }
    Err(Box::new(
        Diagnostic::error("out-of-range", "this must be above zero").at(texts.sources, item.origin),
    ))
}

/// `[memory]`, with defaults if absent.
pub(super) fn common(reader: &mut Reader<'_>, root: &mut Fields<'_>, takes: Takes) -> CommonMemory {
    let usual = CommonMemory::default();
    let shown = |bytes: f64| match bytes {
        0.0 => "0 B".to_owned(),
        bytes => format!("{} MB", bytes / 1e6),
    };
    let of_kind = shown(takes.agent_bytes);
    let Some(mut fields) = root.inner(reader, "memory") else {
        let of_managers = shown(takes.manager_bytes);
        let touches = [("hot", "1.0"), ("alpha", "0.8"), ("touch", "10us")];
        let sizes = ["kernel", "engine", "shim"].map(|key| (key, "0 B"));
        let of_kind = [("agent", of_kind.as_str()), ("manager", &of_managers)];
        let all = touches.into_iter().chain(sizes).chain(of_kind);
        reader.defaults.extend(all.map(|(key, shown)| (format!("memory.{key}"), shown.to_owned())));
        let (agent, manager) = (takes.agent_bytes, takes.manager_bytes);
        return CommonMemory { agent, manager, ..usual };
    };
    let hot = fields.value_or(reader, "hot", fields::share, usual.hot, "1.0");
    let alpha = fields.value_or(reader, "alpha", exponent, usual.alpha, "0.8");
    let touch = fields.value_or(reader, "touch", touch, usual.touch, "10us");
    let mut size = |key, usual: f64, shown: &str| {
        fields.value_or(reader, key, fields::quantity(Dimension::Size), usual, shown)
    };
    let [kernel, engine, shim] = ["kernel", "engine", "shim"].map(|key| size(key, 0.0, "0 B"));
    let agent = size("agent", takes.agent_bytes, &of_kind);
    // By default managers take the same as other nodes.
    let of_managers = takes.manager_bytes.max(agent);
    let manager = size("manager", of_managers, &shown(of_managers));
    fields.finish(reader);
    CommonMemory { hot, alpha, touch, kernel, engine, shim, agent, manager }
}

/// `memory` and `data` of a service.
pub(super) fn of_service(
    reader: &mut Reader<'_>,
    outer: &mut Fields<'_>,
    origin: Origin,
) -> (MemoryText, Option<DataText>) {
    let memory = memory(reader, outer).unwrap_or_default();
    let at = outer.table.get("memory").map_or(origin, |entry| entry.item.origin);
    (MemoryText { origin: at, ..memory }, data(reader, outer))
}

fn memory(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<MemoryText> {
    let size = || fields::quantity(Dimension::Size);
    let Some(entry) = outer.table.get("memory") else {
        outer.accept(&["memory"]);
        return None;
    };
    if entry.item.table().is_none_or(|table| table.contains_key("value")) {
        // `memory = "360 MiB"` is the RAM at rest.
        let base = outer.value(reader, "memory", size()).unwrap_or(0.0);
        return Some(MemoryText { base, ..MemoryText::default() });
    }
    let mut fields = outer.inner(reader, "memory")?;
    let memory = MemoryText {
        base: fields.value(reader, "base", size()).unwrap_or(0.0),
        per_request: fields.value(reader, "per_request", size()).unwrap_or(0.0),
        reservation: fields.value(reader, "reservation", size()).unwrap_or(0.0),
        // To Docker a limit of 0 is none: it is the default (Engine API, `Resources`, `Memory`).
        limit: fields.value(reader, "limit", size()).filter(|limit| *limit > 0.0),
        hot: fields.value(reader, "hot", fields::share),
        alpha: fields.value(reader, "alpha", exponent),
        touch: fields.value(reader, "touch", touch),
        processes: fields.value(reader, "processes", fields::count(1)),
        heap: heap(reader, &mut fields),
        entry: fields.value(reader, "entry", some_size),
        most: fields.value(reader, "maxmemory", size()),
        origin: fields.origin,
    };
    if memory.most.is_some() && !fields.has("entry") {
        fields.missing(
            reader,
            "entry",
            "what an entry takes: `maxmemory` divided by it is the number of entries",
        );
    }
    fields.finish(reader);
    Some(memory)
}

fn heap(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<HeapText> {
    let size = || fields::quantity(Dimension::Size);
    let mut fields = outer.inner(reader, "heap")?;
    for (key, help) in [
        ("limit", "what it may grow to before it is collected, such as `limit = \"512 MB\"`"),
        ("garbage", "what a visit leaves in it, such as `garbage = \"2 MB\"`"),
    ] {
        if !fields.has(key) {
            fields.missing(reader, key, help);
        }
    }
    let limit = fields.value(reader, "limit", some_size);
    let heap = HeapText {
        limit: limit.unwrap_or(f64::INFINITY),
        live: fields.value_or(reader, "live", size(), 0.0, "0 B"),
        garbage: fields.value(reader, "garbage", size()).unwrap_or(0.0),
        collection: fields.work(reader, "collection").unwrap_or(Law::ZERO),
        origin: fields.origin,
    };
    fields.finish(reader);
    Some(heap)
}

fn data(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<DataText> {
    let mut fields = outer.inner(reader, "data")?;
    if !fields.has("size") {
        fields.missing(reader, "size", "such as `size = \"1.5 GB\"`");
    }
    let alpha = CommonMemory::default().alpha;
    let data = DataText {
        size: fields.value(reader, "size", some_size).unwrap_or(f64::INFINITY),
        buffers: fields.value_or(reader, "buffers", fields::quantity(Dimension::Size), 0.0, "0 B"),
        page: fields.value_or(reader, "page", some_size, DATA_PAGE, "8 KiB"),
        alpha: fields.value_or(reader, "alpha", exponent, alpha, "0.8"),
        origin: fields.origin,
    };
    fields.finish(reader);
    Some(data)
}
