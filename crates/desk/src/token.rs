//! API tokens of a person: shown once, kept as a hash, scoped, ended by time or by hand. At most ten active a person (000:L143).
use crate::access::{Known, Scopes, TOKEN_PREFIX, Via};
use crate::form::Form;
use crate::log::{self, Line};
use crate::secrets::{fingerprint, new_secret};
use crate::{Act, Fault, limits};
use domain::kit::{At, Span, TokenId};
use domain::people::{KeepOwnTokens, Leave};
use serde_json::json;
use std::fmt;
use store::db::Tx;
use store::token::Token;

/// How long a token lives when nobody says, and at most.
pub const LASTS: Span = Span::days(90);
pub const LASTS_MAX: Span = Span::days(366);
/// A use is noted once in this time.
const NOTED_EVERY: Span = Span::minutes(1);

#[derive(Debug, Clone, Default)]
pub struct NewToken {
    pub name: String,
    /// Names of deeds, or `*` for whatever the person may do.
    pub scopes: Vec<String>,
    /// `None`: in 90 days.
    pub expires_at: Option<At>,
}
/// A token with its secret, shown this once.
#[derive(Clone)]
pub struct Issued {
    pub token: Token,
    pub secret: String,
}
impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("token", &self.token).field("secret", &"***").finish()
    }
}

/// Issues a token for the one who asks, with no more scopes than `giver`, the scopes they ask with.
/// Errors: Invalid, Refused `token.too_many`.
pub fn create(cx: &mut Act, leave: &Leave<KeepOwnTokens>, giver: &Scopes, new: &NewToken) -> Result<Issued, Fault> {
    let who = leave.actor();
    let expires_at = new.expires_at.unwrap_or(cx.now + LASTS);
    let mut form = Form::new();
    let name = form.line("name", &new.name, 100);
    form.future("expires_at", expires_at, cx.now);
    form.must(expires_at <= cx.now + LASTS_MAX, "expires_at", "too_far");
    let scopes = match Scopes::given(&new.scopes, who.role, giver) {
        Ok(scopes) => scopes.names().to_vec(),
        Err(flaws) => {
            flaws.into_iter().for_each(|f| form.flaw(f));
            Vec::new()
        }
    };
    form.done()?;
    cx.tx.lock(&who.person.to_string())?;
    let active = store::token::list_of_person(cx.tx, who.person)?.iter().filter(|t| is_active(t, cx.now)).count();
    if active >= limits::TOKENS_MAX {
        return Err(Fault::Refused { code: "token.too_many", args: vec![("max", limits::TOKENS_MAX.to_string())] });
    }
    let secret = new_secret(TOKEN_PREFIX)?;
    let hint = secret.chars().take(TOKEN_PREFIX.len() + 4).collect();
    let token = Token {
        id: cx.fresh(),
        person: who.person,
        name,
        hint,
        scopes,
        created_at: cx.now,
        expires_at: Some(expires_at),
        last_used_at: None,
        revoked_at: None,
    };
    store::token::put_new(cx.tx, &token, &fingerprint(&secret))?;
    let body = json!({"token": token.id.to_string(), "name": token.name, "scopes": token.scopes, "until": expires_at.to_string()});
    log::write(cx, vec![Line::audit(Some(who.person), who.account, "token.created", body)])?;
    Ok(Issued { token, secret })
}
/// Not revoked and not expired.
pub fn is_active(token: &Token, now: At) -> bool {
    token.revoked_at.is_none() && token.expires_at.is_none_or(|e| now < e)
}
/// One's own tokens, newest first, ended ones included.
pub fn list(tx: &mut Tx, leave: &Leave<KeepOwnTokens>) -> Result<Vec<Token>, Fault> {
    Ok(store::token::list_of_person(tx, leave.actor().person)?)
}
/// Ends one of one's own tokens. Errors: NotFound, also for one already revoked.
pub fn revoke(cx: &mut Act, leave: &Leave<KeepOwnTokens>, id: TokenId) -> Result<(), Fault> {
    let who = leave.actor();
    if !store::token::revoke(cx.tx, id, who.person, cx.now)? {
        return Err(Fault::NotFound);
    }
    log::write(cx, vec![Line::audit(Some(who.person), who.account, "token.revoked", json!({"token": id.to_string()}))])?;
    Ok(())
}

/// The token whose use should be noted now, if any: so that most requests write nothing.
pub fn use_to_note(known: &Known, now: At) -> Option<TokenId> {
    match known.via {
        Via::Token { id, last_used_at } if last_used_at.is_none_or(|l| l + NOTED_EVERY <= now) => Some(id),
        _ => None,
    }
}
/// Notes a use, at most once a minute however many ask. Apart from the request it belongs to; leaves no line in the log.
pub fn note_use(cx: &mut Act, id: TokenId) -> Result<(), Fault> {
    Ok(store::token::note_use(cx.tx, id, cx.now, cx.now - NOTED_EVERY + At::TICK)?)
}
