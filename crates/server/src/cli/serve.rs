use super::house::{open_desk_with, trouble_of_ways};
use super::{Exit, Settings, trouble};
use crate::config::std_time;
use crate::http::serve::{asked_to_stop, routes, serve};
use crate::http::{App, Parts};
use crate::logs;
use crate::post::{Post, Ways};
use crate::rounds::Rounds;
use clap::Args;
use desk::Desk;
use desk::chores::KeepFiles;
use desk::secrets::{Seal, hash_password, new_secret, random};
use desk::vault::Vault;
use domain::kit::{At, Span};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use store::search::LocalSearch;
use tokio::net::TcpListener;

/// The longest time between two looks of the postman; a nudge wakes it at once.
const POST_LOOKS_EVERY: Span = Span::seconds(30);
/// Where the demo's people and their password stand, beside the house key.
const DEMO_SIGN_IN: &str = "demo-sign-in.txt";

#[derive(Debug, Args)]
pub struct Serve {
    /// Fill an empty database with a vendor, customers on different plans and people to sign in as.
    #[arg(long)]
    demo: bool,
}
impl Serve {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let config = &settings.config;
        logs::start(&config.log);
        let (house_key, watch) = (settings.house_key()?, settings.watch());
        let search = LocalSearch::open(Path::new(&config.search.dir)).map_err(|e| Exit::Internal(format!("search index: {e}")))?;
        let desk = open_desk_with(settings, Some(Arc::new(search)))?;
        let vault = Vault::open(&config.files.dir, Seal::new(&house_key), config.files.attachment_bytes_max)?;
        let ways = Ways::of(config).map_err(trouble_of_ways)?;
        if self.demo {
            furnish(&desk, settings, watch.now())?;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| Exit::Internal(e.to_string()))?;
        let inside = runtime.enter();
        let app = App::new(Parts { config: config.clone(), watch: watch.clone(), desk: desk.clone(), vault, house_key })?;
        let files = KeepFiles::new(app.vault().clone(), app.scanner());
        let rounds = Rounds::start(&desk, &watch, vec![Box::new(files)])?;
        // It was empty: there is one server in a process.
        let _ = app.rounds.set(rounds.clone());
        let post = Post::start(&desk, &watch, ways, &node_name()?, POST_LOOKS_EVERY)?;
        drop(inside);
        let within = std_time(config.http.shutdown_within);
        let served = runtime.block_on(async {
            let served = until_stopped(app.clone()).await;
            app.close();
            post.stop(within).await;
            served
        });
        rounds.stop();
        runtime.shutdown_timeout(within);
        desk.db().close();
        served
    }
}
/// A name no other node has, for claims.
fn node_name() -> Result<String, Exit> {
    Ok(format!("{}-{:016x}", std::process::id(), u64::from_be_bytes(random()?)))
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

/// The demo's vendor and customers, and the page that says how to sign in. The password is drawn once, on the first start; a house that
/// has its people already keeps them and its page.
fn furnish(desk: &Desk, settings: &Settings, now: At) -> Result<(), Exit> {
    let folder = Path::new(&settings.config.secrets.house_key).parent().unwrap_or(Path::new("."));
    let page = folder.join(DEMO_SIGN_IN);
    let password = new_secret("")?.chars().filter(char::is_ascii_alphanumeric).take(14).collect::<String>();
    let furnished = desk::demo::furnish(desk, &hash_password(&password)?, now)?;
    desk::demo::bring_history(desk, now)?;
    if !furnished.is_new {
        return Ok(());
    }
    let mut text = format!("Sign in at {} with the password {password}\n", settings.config.http.public_url);
    for p in furnished.people {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {:<20} {:<16} {} {} {}", p.login, p.role.key(), p.name, p.account, p.plan);
    }
    write_private(&page, &text).map_err(|e| Exit::Internal(format!("{}: {e}", page.display())))
}
/// A file nobody else on the machine reads.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
