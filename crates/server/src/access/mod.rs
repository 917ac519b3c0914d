//! Who asks: a session cookie or a token, turned into an [`Actor`], turned into a leave for one deed.
pub mod credential;
pub mod origin;

pub use credential::Credential;

use crate::http::App;
use crate::http::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::{StatusCode, request::Parts};
use desk::Fault;
use domain::kit::{At, SessionId, TokenId};
use domain::people::{Actor, Deed, Leave, ask};

/// Looks up who holds a credential. `desk` is the one of the house; tests of the frame have their own.
pub trait Doorkeeper: Send + Sync {
    /// Errors: [`Fault::Unauthorized`] for what is unknown, over, revoked, or of a person who may no longer enter.
    fn who(&self, credential: &Credential, now: At) -> Result<Visitor, Fault>;
}

/// Somebody who was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    pub actor: Actor,
    pub pass: Pass,
    /// As the person set it; the request's `Accept-Language` has precedence for problems.
    pub language: String,
    pub tz: String,
}
/// What let them in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    Session(SessionId),
    /// With the deeds it is limited to; empty: everything its person may.
    Token(TokenId, Vec<String>),
}

impl Visitor {
    /// Leave for a deed. Errors: 403 when the role, or the token's scope, does not cover it.
    pub fn leave<D: Deed>(&self) -> Result<Leave<D>, Problem> {
        let refused = |code| Problem::new(StatusCode::FORBIDDEN, code).with("deed", D::NAME);
        if let Pass::Token(_, scopes) = &self.pass
            && !covers(scopes, D::NAME)
        {
            return Err(refused("token_scope"));
        }
        ask::<D>(&self.actor).ok_or_else(|| refused("forbidden"))
    }
}
/// `ticket.read` is covered by itself, by `ticket.*` and by no scope at all.
fn covers(scopes: &[String], deed: &str) -> bool {
    scopes.is_empty() || scopes.iter().any(|s| s == deed || s.strip_suffix('*').is_some_and(|start| start.ends_with('.') && deed.starts_with(start)))
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let credential = Credential::of(&parts.headers).ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "unauthorized"))?;
        let (keeper, now) = (app.doorkeeper(), app.now());
        let visitor = app.work(move |_| keeper.who(&credential, now)).await?;
        app.rates.person(visitor.actor.person)?;
        Ok(visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::kit::PersonId;
    use domain::people::{OpenTicket, ReadTicket, Role, WaiveBreach};

    fn visitor(role: Role, pass: Pass) -> Visitor {
        let actor = Actor { person: PersonId::from_raw(1), role, tier: 0, account: None };
        Visitor { actor, pass, language: "en".into(), tz: "UTC".into() }
    }
    #[test]
    fn the_role_decides_and_a_tokens_scope_only_narrows() {
        let session = || Pass::Session(SessionId::from_raw(1));
        let token = |scopes: &[&str]| Pass::Token(TokenId::from_raw(1), scopes.iter().map(|s| s.to_string()).collect());
        assert!(visitor(Role::Engineer, session()).leave::<ReadTicket>().is_ok());
        assert_eq!(visitor(Role::Engineer, session()).leave::<WaiveBreach>().unwrap_err().code, "forbidden");
        assert!(visitor(Role::Engineer, token(&["ticket.read"])).leave::<ReadTicket>().is_ok());
        assert!(visitor(Role::Engineer, token(&["ticket.*"])).leave::<OpenTicket>().is_ok());
        assert_eq!(visitor(Role::Engineer, token(&["ticket.read"])).leave::<OpenTicket>().unwrap_err().code, "token_scope");
        assert_eq!(visitor(Role::Engineer, token(&["clock.waive"])).leave::<WaiveBreach>().unwrap_err().code, "forbidden", "a scope gives nothing");
        assert!(!covers(&["*".into()], "ticket.read") && !covers(&["tick*".into()], "ticket.read"), "a scope names whole rooms");
    }
}
