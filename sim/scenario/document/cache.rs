//! A look-up in a cache: `{ cache = "redis", hit = 0.8, cost = "0.3ms", miss = [ … ] }`.

use super::fields::{self, Fields, Name, Reader};
use crate::expression::{Argument, Expression, parse};
use crate::source::Origin;
use crate::tree::Item;
use wssim_kernel::Nanos;
use wssim_model::blueprint::Hits;
use wssim_model::cache::Popularity;
use wssim_model::law::Law;
use wssim_text::quantity::Dimension;

/// A look-up in a cache.
#[derive(Clone, Debug)]
pub(crate) struct CacheStep {
    pub cache: Name,
    pub hits: Hits,
    /// Where `hits` is a real cache whose capacity follows from the memory of its service: nothing
    /// is found in it until `capacity` has seen to that.
    pub(super) unsized_hits: Option<Unsized>,
    /// CPU time of the look-up at the cache.
    pub cost: Law,
    pub send: Law,
    pub receive: Law,
    pub timeout: Option<Nanos>,
}

impl CacheStep {
    /// Whether its capacity is known.
    pub(crate) fn is_sized(&self) -> bool {
        self.unsized_hits.is_none()
    }
}

/// A real cache of unknown capacity.
#[derive(Clone, Debug)]
pub(super) struct Unsized {
    pub popularity: Popularity,
    pub warm: bool,
    pub origin: Origin,
}

/// How a step finds its item.
enum Found {
    Known(Hits),
    Unsized(Unsized),
}

/// Most items that are tracked: 80 MB for each container of the cache.
pub(super) const MOST_ITEMS: u32 = 10_000_000;

/// Reads it, but for what is done about a miss.
pub(super) fn read(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<CacheStep> {
    let cache = fields.name(reader, "cache");
    if !fields.has("hit") {
        fields.missing(reader, "hit", "such as `hit = 0.8`");
    }
    // A mistake here does not stop the checks of the rest of the step.
    let (hits, unsized_hits) = match hits(reader, fields) {
        Some(Found::Known(hits)) => (hits, None),
        Some(Found::Unsized(hits)) => (Hits::Drawn(0.0), Some(hits)),
        None => (Hits::Drawn(0.0), None),
    };
    let cost = fields.work(reader, "cost").unwrap_or(Law::ZERO);
    let send = fields.law(reader, "send", Dimension::Size).unwrap_or(Law::ZERO);
    let receive = fields.law(reader, "receive", Dimension::Size).unwrap_or(Law::ZERO);
    let timeout = fields.timer(reader, "timeout");
    Some(CacheStep { cache: cache?, hits, unsized_hits, cost, send, receive, timeout })
}

/// A hit ratio, or a cache with a capacity.
fn hits(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Found> {
    let text = fields.table.get("hit").and_then(|entry| entry.item.text());
    let is_real = text.is_some_and(|text| text.contains('('));
    let warm = fields.value(reader, "warm", fields::truth);
    if is_real {
        let item = fields.item("hit")?;
        return zipf(reader, item, warm.unwrap_or(true));
    }
    if let (Some(_), Some(entry)) = (warm, fields.table.get("warm")) {
        let help = Some("only a cache with `hit = \"zipf(…)\"` begins warm or cold".to_owned());
        reader.mistake(entry.key, "contradiction", "hits are drawn: nothing is kept", help);
    }
    fields.value(reader, "hit", fields::share).map(|share| Found::Known(Hits::Drawn(share)))
}

/// `zipf(items=100000, capacity=20000, alpha=0.9)`; without a capacity, the service gives it.
fn zipf(reader: &mut Reader<'_>, item: &Item, warm: bool) -> Option<Found> {
    let text = item.text()?;
    let Some((items, capacity, alpha)) = numbers(text) else {
        let help = "expected a share such as 0.8, or `zipf(items=, capacity=, alpha=)`".to_owned();
        reader.mistake(item.origin, "bad-value", format!("`{text}` is no hit ratio"), Some(help));
        return None;
    };
    let whole = |value: f64| {
        let fits = value.fract() == 0.0 && (1.0..=f64::from(MOST_ITEMS)).contains(&value);
        fits.then_some(value as u32)
    };
    let (Some(items), Ok(capacity)) =
        (whole(items), capacity.map(|capacity| whole(capacity).ok_or(())).transpose())
    else {
        let message = "`items` and `capacity` are whole numbers from 1 to 10 million";
        reader.mistake(item.origin, "out-of-range", message, None);
        return None;
    };
    let Some(popularity) = Popularity::new(items, alpha) else {
        reader.mistake(item.origin, "out-of-range", "`alpha` is 0 or more", None);
        return None;
    };
    Some(match capacity {
        Some(capacity) => Found::Known(Hits::lru(popularity, capacity, warm)),
        None => Found::Unsized(Unsized { popularity, warm, origin: item.origin }),
    })
}

/// (items, capacity, alpha), each given once and by name; capacity is optional.
fn numbers(text: &str) -> Option<(f64, Option<f64>, f64)> {
    let Ok(Expression::Call { name, arguments }) = parse(text) else {
        return None;
    };
    let of = |key: &str| {
        let named = |argument: &&Argument| argument.key.as_deref() == Some(key);
        match arguments.iter().find(named).map(|argument| &argument.value) {
            Some(Expression::Quantity(quantity)) if quantity.dimension == Dimension::Number => {
                Some(quantity.value)
            }
            _ => None,
        }
    };
    let all = (of("items")?, of("capacity"), of("alpha")?);
    let count = 2 + usize::from(all.1.is_some());
    (name == "zipf" && arguments.len() == count).then_some(all)
}
