use super::{Exit, Settings, trouble};
use crate::access::{Credential, Doorkeeper, Visitor};
use crate::http::serve::{asked_to_stop, routes, serve};
use crate::http::{App, Parts};
use crate::logs;
use clap::Args;
use desk::Fault;
use domain::kit::At;
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Debug, Args)]
pub struct Serve {
    /// Fill an empty database with a vendor, customers on different plans and people to sign in as.
    #[arg(long)]
    demo: bool,
}
impl Serve {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        logs::start(&settings.config.log);
        let house_key = settings.house_key()?;
        let db = settings.migrated()?;
        let parts = Parts {
            config: settings.config.clone(),
            watch: settings.watch(),
            db: db.clone(),
            doorkeeper: Arc::new(Closed),
            chores: Box::new(|_| Ok(0)),
            house_key,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| Exit::Internal(e.to_string()))?;
        let served = runtime.block_on(until_stopped(App::new(parts)));
        runtime.shutdown_timeout(crate::config::std_time(settings.config.http.shutdown_within));
        db.close();
        served
    }
}
/// Opens the port only now, when everything else stands; says where; serves until asked to stop.
async fn until_stopped(app: App) -> Result<(), Exit> {
    let listen = app.config().http.listen;
    let no_port = |e: std::io::Error| Exit::Configuration(vec![trouble("http.listen", &listen.to_string(), "config.port_taken", e)]);
    let listener = TcpListener::bind(listen).await.map_err(no_port)?;
    let address = listener.local_addr().map_err(no_port)?;
    tracing::info!(http.address = %address, "listening on http://{address}");
    let stop = app.clone();
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("asked to stop; running requests may finish");
        stop.close();
    });
    let routes = routes(&app);
    serve(app, listener, routes).await.map_err(|e| Exit::Internal(e.to_string()))
}

/// Lets nobody in.
struct Closed;
impl Doorkeeper for Closed {
    fn who(&self, _: &Credential, _: At) -> Result<Visitor, Fault> {
        Err(Fault::Unauthorized { code: "unauthorized" })
    }
}
