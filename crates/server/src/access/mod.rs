//! Who asks: a session's cookie or a token, turned into somebody the desk knows, who gets leave for one deed at a time.
pub mod credential;
pub mod origin;

pub use credential::Shown;

use crate::http::App;
use crate::http::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::{StatusCode, request::Parts};
use desk::access::{self, Known};
use desk::token;
use domain::kit::PersonId;
use domain::people::{Deed, Leave};
use std::ops::Deref;
use std::sync::Arc;

/// Somebody who was let in.
#[derive(Debug, Clone)]
pub struct Visitor(pub Arc<Known>);
impl Deref for Visitor {
    type Target = Known;
    fn deref(&self) -> &Known {
        &self.0
    }
}
impl Visitor {
    /// Leave for a deed. Errors: 403 when the role, or the token's scope, does not cover it.
    pub fn leave<D: Deed>(&self) -> Result<Leave<D>, Problem> {
        Ok(self.0.leave::<D>()?)
    }
    pub fn id(&self) -> PersonId {
        self.person.id
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let shown = Shown::of(&parts.headers).ok_or_else(|| Problem::new(StatusCode::UNAUTHORIZED, "unauthorized"))?;
        let known = app.read(move |tx, _, now| access::who_is(tx, now, shown.credential()?));
        let visitor = Visitor(Arc::new(known.await?));
        app.rates.person(visitor.id())?;
        note_use(app, &visitor);
        Ok(visitor)
    }
}
/// A token's last use, at most once a minute. Nobody waits for it, and losing it costs nothing.
fn note_use(app: &App, visitor: &Visitor) {
    if let Some(id) = token::use_to_note(&visitor.0, app.now()) {
        app.desk().write_then(app.now(), move |cx| token::note_use(cx, id), |_| {});
    }
}
