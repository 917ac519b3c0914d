use super::house::{open_desk, person_of};
use super::{Exit, Settings, show};
use crate::http::token::{TokenOut, token_out};
use clap::{Args, Subcommand};
use desk::Desk;
use desk::access::{Scopes, actor_of};
use desk::token::{self, NewToken};
use domain::kit::{At, Span, TokenId, TokenKind};
use domain::people::{KeepOwnTokens, Leave, ask};
use serde_json::json;

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Issue an API token for somebody; its secret is shown this once.
    #[command(after_help = "Example:\n  yinuo token create li --name nightly-report --scope ticket.read,search --days 30")]
    Create(Create),
    /// The tokens of somebody, newest first.
    #[command(after_help = "Example:\n  yinuo token list li --json")]
    List(List),
    /// End a token.
    #[command(after_help = "Example:\n  yinuo token revoke li tok_01h455vb4pex5vsknk084sn02q")]
    Revoke(Revoke),
}
#[derive(Debug, Args)]
pub struct Create {
    login: String,
    #[arg(long)]
    name: String,
    /// Names of deeds, or * for whatever the person may.
    #[arg(long = "scope", value_delimiter = ',', default_value = "*")]
    scopes: Vec<String>,
    /// How long it lives.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// For programs.
    #[arg(long)]
    json: bool,
}
#[derive(Debug, Args)]
pub struct List {
    login: String,
    /// For programs.
    #[arg(long)]
    json: bool,
}
#[derive(Debug, Args)]
pub struct Revoke {
    login: String,
    #[arg(value_parser = super::id::<TokenKind>)]
    token: TokenId,
}

impl Token {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let (desk, now) = (open_desk(settings)?, settings.watch().now());
        match self {
            Token::Create(c) => c.run(&desk, now),
            Token::List(c) => c.run(&desk),
            Token::Revoke(c) => c.run(&desk, now),
        }
    }
}
/// Tokens are their person's own: the person is asked for, as if they sat here.
fn leave_of(desk: &Desk, login: &str) -> Result<Leave<KeepOwnTokens>, Exit> {
    ask(&actor_of(&person_of(desk, login)?)).ok_or(Exit::No)
}
impl Create {
    fn run(&self, desk: &Desk, now: At) -> Result<(), Exit> {
        let leave = leave_of(desk, &self.login)?;
        let new = NewToken { name: self.name.clone(), scopes: self.scopes.clone(), expires_at: Some(now + Span::days(self.days.into())) };
        let issued = desk.write(now, move |cx| token::create(cx, &leave, &Scopes::all(), &new))?;
        if self.json {
            show::json(&json!({ "token": token_out(&issued.token), "secret": issued.secret }))
        } else {
            show::text(&issued.secret)
        }
        Ok(())
    }
}
impl List {
    fn run(&self, desk: &Desk) -> Result<(), Exit> {
        let leave = leave_of(desk, &self.login)?;
        let tokens: Vec<TokenOut> = desk.read(|tx| token::list(tx, &leave))?.iter().map(token_out).collect();
        if self.json {
            show::json(&tokens);
        } else {
            let at = |instant: Option<crate::http::wire::Instant>| instant.map_or("-".to_string(), |i| i.0.to_string());
            let row = |t: &TokenOut| {
                vec![
                    format!("{:?}", t.id),
                    t.hint.clone(),
                    t.name.clone(),
                    t.scopes.join(","),
                    at(t.expires_at),
                    at(t.last_used_at),
                    at(t.revoked_at),
                ]
            };
            show::table(&tokens.iter().map(row).collect::<Vec<_>>());
        }
        Ok(())
    }
}
impl Revoke {
    fn run(&self, desk: &Desk, now: At) -> Result<(), Exit> {
        let (leave, id) = (leave_of(desk, &self.login)?, self.token);
        Ok(desk.write(now, move |cx| token::revoke(cx, &leave, id))?)
    }
}
