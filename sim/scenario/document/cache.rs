//! A look-up in a cache: `{ cache = "redis", hit = 0.8, cost = "0.3ms", miss = [ … ] }`.

use super::fields::{self, Fields, Name, Reader};
use super::step::{self, Step};
use crate::expression::{Argument, Expression, parse};
use crate::quantity::Dimension;
use crate::tree::Item;
use wssim_kernel::Nanos;
use wssim_model::blueprint::Hits;
use wssim_model::cache::Popularity;
use wssim_model::law::Law;

/// A look-up in a cache.
#[derive(Clone, Debug)]
pub(crate) struct CacheStep {
    pub cache: Name,
    pub hits: Hits,
    /// CPU of the look-up at the cache.
    pub cost: Law,
    pub send: Law,
    pub receive: Law,
    pub timeout: Option<Nanos>,
    pub miss: Vec<Step>,
}

/// More items than this are not kept track of: 80 MB for each container of the cache.
const MOST_ITEMS: u32 = 10_000_000;

pub(super) fn read(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<CacheStep> {
    let cache = fields.name(reader, "cache");
    if !fields.has("hit") {
        fields.missing(reader, "hit", "such as `hit = 0.8`");
    }
    // Whatever is wrong with it, the rest of the step is looked at too.
    let hits = hits(reader, fields).unwrap_or(Hits::Drawn(0.0));
    let cost = fields.law(reader, "cost", Dimension::Duration).unwrap_or(Law::ZERO);
    let send = fields.law(reader, "send", Dimension::Size).unwrap_or(Law::ZERO);
    let receive = fields.law(reader, "receive", Dimension::Size).unwrap_or(Law::ZERO);
    let timeout = fields.timer(reader, "timeout");
    let path = fields.at("miss");
    let miss = match fields.item("miss") {
        Some(item) => step::read_list(reader, item, &path),
        None => Vec::new(),
    };
    Some(CacheStep { cache: cache?, hits, cost, send, receive, timeout, miss })
}

/// A share, or a real cache.
fn hits(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<Hits> {
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
    fields.value(reader, "hit", fields::share).map(Hits::Drawn)
}

/// `zipf(items=100000, capacity=20000, alpha=0.9)`.
fn zipf(reader: &mut Reader<'_>, item: &Item, warm: bool) -> Option<Hits> {
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
    let (Some(items), Some(capacity)) = (whole(items), whole(capacity)) else {
        let message = "`items` and `capacity` are whole numbers from 1 to 10 million";
        reader.mistake(item.origin, "out-of-range", message, None);
        return None;
    };
    let Some(popularity) = Popularity::new(items, alpha) else {
        reader.mistake(item.origin, "out-of-range", "`alpha` is 0 or more", None);
        return None;
    };
    Some(Hits::lru(popularity, capacity, warm))
}

/// (items, capacity, alpha), each given once and by name.
fn numbers(text: &str) -> Option<(f64, f64, f64)> {
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
    let all = (of("items")?, of("capacity")?, of("alpha")?);
    (name == "zipf" && arguments.len() == 3).then_some(all)
}
