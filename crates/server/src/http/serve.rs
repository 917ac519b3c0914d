//! The whole of HTTP put together, and its beginning and end.
use super::{App, api, drill, embed, frame, health, pages};
use crate::config::std_time;
use crate::http::problem::Problem;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use std::any::Any;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// Every route of the house.
pub fn routes(app: &App) -> Router<App> {
    let (routes, description) = api::routes().split_for_parts();
    let all = routes.merge(api::pages(description)).merge(pages::routes()).merge(embed::script_routes());
    if app.watch().is_wound() { all.merge(drill::routes()) } else { all }
}
/// Puts what surrounds every request around the routes.
pub fn framed(app: &App, routes: Router<App>) -> Router {
    routes
        .fallback(health::nowhere)
        .method_not_allowed_fallback(health::wrong_method)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), frame::frame))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .with_state(app.clone())
}
/// A handler that panics is our fault, told like any other; the words of the panic go to the log only.
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    tracing::error!(because = words.unwrap_or("without a word"), "a handler panicked");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal").into_response()
}

/// Serves `routes` until the house closes ([`App::close`]): stops accepting, ends live streams, lets running requests finish for as long
/// as `http.shutdown_within` says.
pub async fn serve(app: App, listener: TcpListener, routes: Router<App>) -> std::io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // Small answers go out at once; if the socket does not want that, it only costs time.
        let _ = stream.set_nodelay(true);
    });
    let service = framed(&app, routes).into_make_service_with_connect_info::<SocketAddr>();
    let (closing, late) = (app.clone(), app.clone());
    let patience = std_time(app.config().http.shutdown_within);
    let server = axum::serve(listener, service).with_graceful_shutdown(async move { closing.closed().await }).into_future();
    tokio::select! {
        ended = server => ended,
        () = async { late.closed().await; tokio::time::sleep(patience).await } => {
            tracing::warn!("some requests did not end in time and were broken off");
            Ok(())
        }
    }
}

/// Returns when the machine asks us to stop: SIGTERM or SIGINT.
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let wait = |kind| async move {
        match signal(kind) {
            Ok(mut signal) => drop(signal.recv().await),
            // Without the signal there is nothing to wait for.
            Err(e) => {
                tracing::warn!(error = %e, "a signal cannot be heard");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::interrupt()) => {}
    }
}
