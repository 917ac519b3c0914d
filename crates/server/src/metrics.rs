//! Figures for Prometheus. What happens on this floor is counted here; what the floors below know is asked when somebody looks.
use domain::kit::Span;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// Upper ends of the buckets in microseconds, and as Prometheus writes them in seconds.
const BUCKETS: &[(i64, &str)] = &[
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (1_000_000, "1"),
    (5_000_000, "5"),
];

#[derive(Default)]
pub struct Metrics {
    requests: Mutex<HashMap<String, OfRoute>>,
    bad_input: Mutex<BTreeMap<&'static str, u64>>,
}
/// By method and status.
type OfRoute = BTreeMap<(String, u16), Series>;
#[derive(Default, Clone)]
struct Series {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum_us: i64,
}

/// A figure of the floors below.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Without the prefix: `outbox_depth`.
    pub name: &'static str,
    pub help: &'static str,
    /// Counters only grow; gauges go up and down.
    pub counts: bool,
    pub labels: Vec<(&'static str, String)>,
    pub value: f64,
}
impl Figure {
    pub fn gauge(name: &'static str, help: &'static str, value: f64) -> Figure {
        Figure { name, help, counts: false, labels: Vec::new(), value }
    }
    pub fn counter(name: &'static str, help: &'static str, value: u64) -> Figure {
        Figure { counts: true, ..Figure::gauge(name, help, value as f64) }
    }
    pub fn labelled(mut self, name: &'static str, value: impl ToString) -> Figure {
        self.labels.push((name, value.to_string()));
        self
    }
}

impl Metrics {
    pub fn request(&self, method: &str, route: &str, status: u16, took: Span) {
        let us = took.as_micros();
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if !requests.contains_key(route) {
            requests.insert(route.to_string(), OfRoute::new());
        }
        let Some(of_route) = requests.get_mut(route) else { return };
        let series = of_route.entry((known(method).to_string(), status)).or_default();
        series.count += 1;
        series.sum_us += us;
        if let Some(bucket) = BUCKETS.iter().position(|(end, _)| us <= *end) {
            series.buckets[bucket] += 1;
        }
    }
    /// An answer that blames the caller, by its code.
    pub fn bad_input(&self, status: axum::http::StatusCode, code: &'static str) {
        if status.is_client_error() {
            *self.bad_input.lock().unwrap_or_else(PoisonError::into_inner).entry(code).or_default() += 1;
        }
    }
    /// The page Prometheus reads (text format 0.0.4).
    pub fn page(&self, figures: &[Figure]) -> String {
        let mut page = String::new();
        self.write_requests(&mut page);
        let bad = self.bad_input.lock().unwrap_or_else(PoisonError::into_inner).clone();
        title(&mut page, "bad_inputs_total", "Answers that blame the caller, by code.", "counter");
        for (code, n) in bad {
            line(&mut page, "bad_inputs_total", &[("code", code.to_string())], n);
        }
        let mut titled = "";
        for f in figures {
            if f.name != titled {
                title(&mut page, f.name, f.help, if f.counts { "counter" } else { "gauge" });
                titled = f.name;
            }
            line(&mut page, f.name, &f.labels, f.value);
        }
        page
    }
    fn write_requests(&self, page: &mut String) {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut rows: Vec<_> =
            requests.iter().flat_map(|(route, of)| of.iter().map(move |((method, status), s)| (route, method, status, s))).collect();
        rows.sort_by_key(|(route, method, status, _)| (*route, *method, **status));
        title(page, "http_requests_total", "Requests answered.", "counter");
        for (route, method, status, s) in &rows {
            let labels = [("route", route.to_string()), ("method", method.to_string()), ("status", status.to_string())];
            line(page, "http_requests_total", &labels, s.count);
        }
        let mut merged: BTreeMap<(&String, &String), Series> = BTreeMap::new();
        for (route, method, _, s) in rows {
            let whole = merged.entry((route, method)).or_default();
            whole.count += s.count;
            whole.sum_us += s.sum_us;
            whole.buckets.iter_mut().zip(s.buckets).for_each(|(a, b)| *a += b);
        }
        title(page, "http_request_seconds", "How long requests took.", "histogram");
        for ((route, method), s) in merged {
            let labels = |le: Option<&str>| {
                let le = le.map(|le| ("le", le.to_string()));
                [("route", route.clone()), ("method", method.clone())].into_iter().chain(le).collect::<Vec<_>>()
            };
            let mut below = 0;
            for ((_, le), n) in BUCKETS.iter().zip(s.buckets) {
                below += n;
                line(page, "http_request_seconds_bucket", &labels(Some(le)), below);
            }
            line(page, "http_request_seconds_bucket", &labels(Some("+Inf")), s.count);
            line(page, "http_request_seconds_sum", &labels(None), s.sum_us as f64 / 1e6);
            line(page, "http_request_seconds_count", &labels(None), s.count);
        }
    }
}
/// Anybody may invent methods; the figures do not grow by it.
fn known(method: &str) -> &str {
    if ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].contains(&method) { method } else { "other" }
}
fn title(page: &mut String, name: &str, help: &str, kind: &str) {
    let _ = writeln!(page, "# HELP yinuo_{name} {help}\n# TYPE yinuo_{name} {kind}");
}
fn line(page: &mut String, name: &str, labels: &[(&'static str, String)], value: impl std::fmt::Display) {
    let escape = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let labels: Vec<String> = labels.iter().map(|(k, v)| format!("{k}=\"{}\"", escape(v))).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    let _ = writeln!(page, "yinuo_{name}{labels} {value}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::StatusCode;

    #[test]
    fn requests_are_counted_by_route_and_status_and_timed_in_buckets() {
        let metrics = Metrics::default();
        for (status, us) in [(200, 400), (200, 600), (404, 60_000_000)] {
            metrics.request("GET", "/api/v1/tickets/{id}", status, Span::micros(us));
        }
        metrics.request("FROBNICATE", "-", 405, Span::ZERO);
        let page = metrics.page(&[]);
        for line in [
            "yinuo_http_requests_total{route=\"/api/v1/tickets/{id}\",method=\"GET\",status=\"200\"} 2",
            "yinuo_http_request_seconds_bucket{route=\"/api/v1/tickets/{id}\",method=\"GET\",le=\"0.0005\"} 1",
            "yinuo_http_request_seconds_bucket{route=\"/api/v1/tickets/{id}\",method=\"GET\",le=\"5\"} 2",
            "yinuo_http_request_seconds_bucket{route=\"/api/v1/tickets/{id}\",method=\"GET\",le=\"+Inf\"} 3",
            "yinuo_http_request_seconds_sum{route=\"/api/v1/tickets/{id}\",method=\"GET\"} 60.001",
            "yinuo_http_requests_total{route=\"-\",method=\"other\",status=\"405\"} 1",
        ] {
            assert!(page.lines().any(|l| l == line), "{line} is missing in\n{page}");
        }
    }
    #[test]
    fn figures_of_the_floors_below_are_shown_with_one_title_each() {
        let queue = |name, n| Figure::gauge("outbox_depth", "Waiting.", n).labelled("way", name);
        let page = Metrics::default().page(&[queue("mail", 1.0), queue("web\"hook", 2.5), Figure::counter("batches_total", "Commits.", 3)]);
        assert_eq!(page.matches("# TYPE yinuo_outbox_depth gauge").count(), 1);
        assert!(page.contains("yinuo_outbox_depth{way=\"web\\\"hook\"} 2.5\n") && page.contains("yinuo_batches_total 3\n"), "{page}");
    }
    #[test]
    fn only_the_callers_mistakes_are_bad_input() {
        let metrics = Metrics::default();
        metrics.bad_input(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        metrics.bad_input(StatusCode::INTERNAL_SERVER_ERROR, "internal");
        let page = metrics.page(&[]);
        assert!(page.contains("yinuo_bad_inputs_total{code=\"invalid\"} 1") && !page.contains("internal"));
    }
}
