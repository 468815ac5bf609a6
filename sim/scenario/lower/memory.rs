//! Lowers RAM: of nodes, of services, and their curves.

use super::lowering::Lowering;
use crate::document::machine::MachineText;
use crate::document::service::ServiceText;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use wssim_model::blueprint::{Data, Heap, Memory, NodeMemory, PAGE};
use wssim_model::memory::curve::Curve;

/// Binary logarithm of the most pages of a curve, more RAM than any machine has (4 PiB): beyond it only
/// rounding differs.
const MOST_PAGES: i32 = 40;

/// Curves by the binary logarithm of their pages and the bits of their exponent.
static CURVES: Mutex<BTreeMap<(i32, u64), Arc<Curve>>> = Mutex::new(BTreeMap::new());

/// The curve of `pages`, rounded to a power of two: between two of these a curve over the share in RAM
/// hardly differs. A curve depends on two numbers and takes a millisecond, so each is computed once per
/// process.
fn curve(pages: f64, alpha: f64) -> Arc<Curve> {
    let power = libm::log2(pages.max(1.0)).round().clamp(0.0, f64::from(MOST_PAGES)) as i32;
    let mut curves = CURVES.lock().unwrap_or_else(PoisonError::into_inner);
    let made = curves
        .entry((power, alpha.to_bits()))
        .or_insert_with(|| Arc::new(Curve::new(libm::ldexp(1.0, power), alpha)));
    Arc::clone(made)
}

impl Lowering<'_> {
    pub(super) fn node_memory(&self, name: &str, node: &MachineText) -> NodeMemory {
        let system = &self.document.memory;
        NodeMemory {
            ram: node.memory.unwrap_or(f64::INFINITY),
            swap: node.swap,
            swappiness: node.swappiness,
            kernel: system.kernel,
            engine: system.engine,
            agent: system.of_orchestrator(self.document.orchestrator.manages(name)),
            shim: system.shim,
        }
    }

    pub(super) fn memory(&self, service: &ServiceText) -> Memory {
        let (memory, usual) = (&service.memory, &self.document.memory);
        let hot = memory.hot.unwrap_or(usual.hot);
        Memory {
            base: memory.base,
            per_request: memory.per_request,
            hot,
            touch_ns: memory.touch.unwrap_or(usual.touch),
            curve: curve(hot * memory.base / PAGE, memory.alpha.unwrap_or(usual.alpha)),
            reservation: memory.reservation,
            limit: memory.limit,
            heap: memory.heap.as_ref().map(|heap| Heap {
                limit: heap.limit,
                live: heap.live,
                garbage: heap.garbage,
                collection: heap.collection.clone(),
            }),
            entry: memory.entry.unwrap_or(0.0),
            processes: memory.processes.unwrap_or(1),
            data: service.data.as_ref().map(|data| Data {
                size: data.size,
                buffers: data.buffers,
                page: data.page,
                curve: curve(data.size / data.page, data.alpha),
            }),
        }
    }
}
