//! Metrics in the text format of Prometheus. They count; they never name anybody.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

use crate::app::App;
use crate::store::Store;

/// The metrics of this process.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    statements: IntGauge,
    verifications: IntGauge,
    store: Store,
}

impl Metrics {
    /// Metrics with everything at zero.
    ///
    /// # Errors
    /// If a name is not well-formed: a fault of ours.
    pub fn new(store: Store) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let requests = IntCounterVec::new(
            Opts::new("kim_http_requests_total", "HTTP requests by route and status."),
            &["route", "status"],
        )?;
        let buckets = vec![0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
        let durations = HistogramVec::new(
            HistogramOpts::new("kim_http_request_duration_seconds", "Time until the answer began, by route.")
                .buckets(buckets),
            &["route"],
        )?;
        let statements = IntGauge::new("kim_database_statements_total", "Statements sent to the database.")?;
        let verifications =
            IntGauge::new("kim_token_verifications_total", "Access tokens whose signature was verified.")?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(statements.clone()))?;
        registry.register(Box::new(verifications.clone()))?;
        let build = IntGauge::with_opts(
            Opts::new("kim_build_info", "Always 1; the version is the label.")
                .const_label("version", env!("CARGO_PKG_VERSION")),
        )?;
        build.set(1);
        registry.register(Box::new(build))?;
        Ok(Self { registry, requests, durations, statements, verifications, store })
    }

    /// Counts a request.
    pub fn observe(&self, route: &str, status: u16, elapsed: Duration) {
        self.requests.with_label_values(&[route, &status.to_string()]).inc();
        self.durations.with_label_values(&[route]).observe(elapsed.as_secs_f64());
    }

    fn text(&self, verifications: u64) -> Result<Vec<u8>, prometheus::Error> {
        self.statements.set(i64::try_from(self.store.statements()).unwrap_or(i64::MAX));
        self.verifications.set(i64::try_from(verifications).unwrap_or(i64::MAX));
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

/// `GET /metrics`.
pub async fn show(app: Data<App>, metrics: Data<Metrics>) -> HttpResponse {
    if !app.config.metrics_enabled {
        return HttpResponse::NotFound().finish();
    }
    match metrics.text(app.engine.services().sessions.full_verifications()) {
        Ok(text) => HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
