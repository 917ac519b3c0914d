use super::house::open_desk;
use super::{Exit, Settings, show};
use crate::watch::Stopwatch;
use clap::{Args, Subcommand};
use desk::demo::load::{self, Wanted};
use domain::kit::Span;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub enum Demo {
    /// Fill the database with many cases in all stages, for measuring; says who may sign in with which token.
    #[command(after_help = "Example:\n  yinuo demo load --tickets 20000 --json")]
    Load(Load),
}
#[derive(Debug, Args)]
pub struct Load {
    /// How many cases; 0 makes the people only.
    #[arg(long, default_value_t = 20_000)]
    tickets: u64,
    /// How many customers they belong to, made when they are missing.
    #[arg(long, default_value_t = 200)]
    accounts: u32,
    #[arg(long, default_value_t = 20)]
    engineers: u32,
    /// Families of the customers' plans, in turn.
    #[arg(long = "family", default_value = "ali.enterprise", value_name = "FAMILY")]
    families: Vec<String>,
    /// All of the cases are open and fall due at the same instant, so many seconds from now.
    #[arg(long, value_name = "SECONDS")]
    due_in: Option<u32>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For programs.
    #[arg(long)]
    json: bool,
}
impl Demo {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let Demo::Load(load) = self;
        load.run(settings)
    }
}
impl Load {
    fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let desk = open_desk(settings)?;
        let (now, began) = (settings.watch().now(), Stopwatch::start());
        let wanted = Wanted {
            tickets: self.tickets,
            accounts: self.accounts.max(1),
            engineers: self.engineers.max(1),
            families: self.families.clone(),
            due_at: self.due_in.map(|s| now + Span::seconds(s.into())),
            seed: self.seed,
        };
        let hands = load::people(&desk, &wanted, now)?;
        let bar = show::progress(self.tickets, "");
        let loaded = load::cases(&desk, &wanted, &hands, now, |n| bar.set_position(n))?;
        bar.finish_and_clear();
        desk.db().close();
        let took = began.elapsed().as_micros() as f64 / 1e6;
        if self.json {
            let hands: Vec<_> = hands
                .iter()
                .map(|h| json!({ "person": h.person.to_string(), "account": h.account.map(|a| a.to_string()), "role": h.role.key(), "token": h.secret }))
                .collect();
            show::json(&json!({
                "tickets": self.tickets, "clocks": loaded.clocks, "running": loaded.running, "due_at": wanted.due_at.map(|d| d.to_string()), "seconds": took, "people": hands,
            }));
        } else {
            show::text(&format!("{} · {took:.1} s", self.tickets));
            show::table(&hands.iter().map(|h| vec![h.role.key().into(), h.person.to_string(), h.secret.clone()]).collect::<Vec<_>>());
        }
        Ok(())
    }
}
