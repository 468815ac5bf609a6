//! A call `{ call = "service.endpoint", … }`: its bytes, time-outs, retries, and deadline.

use super::fields::{self, Fields, Name, Reader};
use crate::schema::MOST_ATTEMPTS;
use wssim_kernel::Nanos;
use wssim_model::blueprint::{BreakerPolicy, Retry};
use wssim_model::law::Law;
use wssim_model::probe::Failure;
use wssim_text::quantity::Dimension;
use wssim_text::suggest;

/// A call.
#[derive(Clone, Debug)]
pub(crate) struct CallStep {
    pub target: Name,
    pub send: Law,
    pub receive: Law,
    pub timeout: Option<Nanos>,
    pub retry: Retry,
    pub breaker: Option<BreakerPolicy>,
    /// Time from sending after which the callee begins nothing; with `None` no deadline is sent.
    pub deadline: Option<Nanos>,
    pub cancel: bool,
    /// Keys that the model does not simulate yet.
    pub unsimulated: Vec<&'static str>,
}

pub(super) fn read(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<CallStep> {
    let target = fields.name(reader, "call");
    let send = fields.law(reader, "send", Dimension::Size).unwrap_or(Law::ZERO);
    let receive = fields.law(reader, "receive", Dimension::Size).unwrap_or(Law::ZERO);
    let timeout = fields.timer(reader, "timeout");
    let mut unsimulated = Vec::new();
    if fields.duration(reader, "connect_timeout").is_some() {
        unsimulated.push("connect_timeout");
    }
    let retry = retries(reader, fields);
    let breaker = breaker(reader, fields);
    let deadline = deadline(reader, fields, timeout);
    let cancel = fields.value(reader, "cancel", fields::truth).unwrap_or(false);
    let target = target?;
    Some(CallStep { target, send, receive, timeout, retry, breaker, deadline, cancel, unsimulated })
}

/// `deadline = "2s"`, or `"propagate"`: the caller's own deadline, or the end of this call's time-out.
fn deadline(
    reader: &mut Reader<'_>,
    fields: &mut Fields<'_>,
    timeout: Option<Nanos>,
) -> Option<Nanos> {
    let text = fields.table.get("deadline").and_then(|entry| entry.item.text());
    match text {
        Some("propagate") => {
            fields.accept(&["deadline"]);
            Some(timeout.unwrap_or(Nanos(u64::MAX)))
        }
        // A text that begins with a letter is meant to be the word.
        Some(text) if text.starts_with(char::is_alphabetic) => {
            let _ = fields.word(reader, "deadline", &["propagate"]);
            None
        }
        _ => fields.timer(reader, "deadline"),
    }
}

/// `breaker = { failures = 5, window = "10s", open = "30s", half_open = 1 }`; defaults are those of
/// Hystrix.
fn breaker(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Option<BreakerPolicy> {
    let default = BreakerPolicy::HYSTRIX;
    let mut fields = outer.inner(reader, "breaker")?;
    let failures = fields.value(reader, "failures", fields::count(1));
    let mut ratio = fields.value(reader, "ratio", fields::share);
    if !fields.has("failures") && !fields.has("ratio") {
        reader.defaults.push((fields.at("ratio"), "0.5".to_owned()));
        ratio = default.ratio;
    }
    let min_calls = fields.value(reader, "min_calls", fields::count(1));
    let policy = BreakerPolicy {
        failures,
        ratio,
        min_calls: min_calls.unwrap_or(default.min_calls),
        window: fields.duration(reader, "window").unwrap_or(default.window),
        open: fields.timer(reader, "open").unwrap_or(default.open),
        half_open: fields.value(reader, "half_open", fields::count(1)).unwrap_or(default.half_open),
    };
    for (key, shown) in [("min_calls", "20"), ("window", "10s"), ("open", "5s"), ("half_open", "1")]
    {
        // Without a share the number of calls has no use.
        if !fields.has(key) && (key != "min_calls" || ratio.is_some()) {
            reader.defaults.push((fields.at(key), shown.to_owned()));
        }
    }
    fields.finish(reader);
    Some(policy)
}

fn retries(reader: &mut Reader<'_>, outer: &mut Fields<'_>) -> Retry {
    let Some(entry) = outer.table.get("retries") else {
        outer.accept(&["retries"]);
        return Retry::NEVER;
    };
    let most = fields::count_to(0, MOST_ATTEMPTS);
    if entry.item.table().is_none_or(|table| table.contains_key("value")) {
        let attempts = outer.value(reader, "retries", most).unwrap_or(0);
        return Retry { attempts, ..Retry::NEVER };
    }
    let Some(mut fields) = outer.inner(reader, "retries") else {
        return Retry::NEVER;
    };
    if !fields.has("attempts") {
        fields.missing(reader, "attempts", "such as `attempts = 2`");
    }
    let mut retry = Retry {
        attempts: fields.value(reader, "attempts", most).unwrap_or(0),
        backoff: fields.duration(reader, "backoff").unwrap_or(Nanos::ZERO),
        factor: fields.value(reader, "factor", fields::positive).unwrap_or(1.0),
        jitter: fields.value(reader, "jitter", fields::share).unwrap_or(0.0),
        other_replica: fields.value(reader, "other_replica", fields::truth).unwrap_or(false),
        on: u16::MAX,
    };
    if let Some(reasons) = fields.names(reader, "on") {
        retry.on = 0;
        for reason in reasons {
            let names = Failure::ALL.map(Failure::name);
            let known = Failure::ALL.into_iter().find(|failure| failure.name() == reason.text);
            if let Some(failure) = known {
                retry.on |= failure.bit();
            } else {
                let message = format!("no failure is named `{}`", reason.text);
                let hint = suggest::hint(&reason.text, names);
                reader.mistake(reason.origin, "unknown-failure", message, hint);
            }
        }
    }
    fields.finish(reader);
    retry
}
