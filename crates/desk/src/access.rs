//! Who is asking: signing in, sessions, what a session or token stands for.
//!
//! Passwords are hashed and checked outside transactions, for both are slow on purpose: [`look`] reads the hash, [`Challenge::answer`]
//! checks the password, [`open_session`] makes the session. [`sign_in`] does the three, guessing made slow by a [`Guard`].
use crate::log::{self, Line};
use crate::secrets::{fingerprint, hash_password, new_secret, password_fits};
use crate::{Act, Desk, Fault, Flaw};
use domain::kit::{At, EmbedId, PersonId, SessionId, Span, TokenId};
use domain::people::{Actor, Deed, Leave, POLICY, Role, ask};
use serde_json::json;
use std::collections::HashMap;
use std::fmt;
use std::sync::Mutex;
use store::db::Tx;
use store::person::Person;
use store::session::Session;

/// Prefix of a session's secret, for scanners of leaked secrets.
pub const SESSION_PREFIX: &str = "yns_";
/// Prefix of an API token.
pub const TOKEN_PREFIX: &str = "yn_";
pub const PASSWORD_CHARS_MIN: usize = 10;
pub const PASSWORD_CHARS_MAX: usize = 200;

/// What a caller shows. Borrowed, never kept, prints without the secret.
#[derive(Clone, Copy)]
pub enum Credential<'a> {
    Session(&'a str),
    Token(&'a str),
}
impl<'a> Credential<'a> {
    /// Tells a session from a token by its prefix; `None`: neither.
    pub fn parse(secret: &'a str) -> Option<Credential<'a>> {
        if secret.starts_with(SESSION_PREFIX) {
            Some(Credential::Session(secret))
        } else {
            secret.starts_with(TOKEN_PREFIX).then_some(Credential::Token(secret))
        }
    }
}
impl fmt::Debug for Credential<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Credential::Session(_)) { "Session(***)" } else { "Token(***)" })
    }
}

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    Session(SessionId),
    /// A session a page of the vendor's own vouched for.
    Embed(SessionId),
    Token {
        id: TokenId,
        last_used_at: Option<At>,
    },
}

/// What may be done inside a page of the vendor's own: ask, read, answer. Whoever has the host's key can be anybody there, so that nothing
/// about the plan, the people or the access of the vendor's engineers is decided in it.
pub const EMBED_DEEDS: &[&str] =
    &["ticket.open", "ticket.read", "ticket.act", "ticket.draft", "ticket.rate", "guide.read", "guide.rate", "events.listen"];

/// What a token may be used for: names of deeds, or `*`. A session may do whatever its person may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes(Vec<String>);
impl Scopes {
    pub fn all() -> Scopes {
        Scopes(vec!["*".into()])
    }
    pub fn allow(&self, deed: &str) -> bool {
        self.0.iter().any(|s| s == "*" || s == deed)
    }
    pub fn names(&self) -> &[String] {
        &self.0
    }
    /// Scopes out of names, each once: known deeds this role may do and `giver` may give on. `*` only from somebody who has it.
    /// Errors: Invalid with a flaw for every other name.
    pub(crate) fn given(names: &[String], role: Role, giver: &Scopes) -> Result<Scopes, Vec<Flaw>> {
        let mut flaws = Vec::new();
        if names.is_empty() {
            flaws.push(Flaw::new("scopes", "missing"));
        }
        for (i, name) in names.iter().enumerate() {
            let known = name == "*" || POLICY.iter().any(|(deed, _)| deed == name);
            let may = name == "*" || POLICY.iter().any(|(deed, may)| deed == name && may(role));
            let code = match (known, may && giver.allow(name)) {
                (false, _) => "unknown",
                (true, false) => "more_than_own",
                _ => continue,
            };
            flaws.push(Flaw::new(format!("scopes[{i}]"), code));
        }
        let mut names = names.to_vec();
        names.sort();
        names.dedup();
        if flaws.is_empty() { Ok(Scopes(names)) } else { Err(flaws) }
    }
}

/// Somebody the house knows. Only [`who_is`] makes one.
#[derive(Debug, Clone)]
pub struct Known {
    pub actor: Actor,
    pub person: Person,
    pub via: Via,
    scopes: Scopes,
}
impl Known {
    /// Leave for a deed: the role allows it and so does the scope. Errors: Forbidden.
    pub fn leave<D: Deed>(&self) -> Result<Leave<D>, Fault> {
        ask::<D>(&self.actor).filter(|_| self.scopes.allow(D::NAME)).ok_or(Fault::Forbidden { deed: D::NAME })
    }
    pub fn scopes(&self) -> &Scopes {
        &self.scopes
    }
    /// The session, for what a token must not do: change the password, sign out, change oneself. Errors: Forbidden.
    pub fn in_person(&self) -> Result<SessionId, Fault> {
        match self.via {
            Via::Session(id) => Ok(id),
            Via::Embed(_) | Via::Token { .. } => Err(Fault::Forbidden { deed: "person.self" }),
        }
    }
}
pub fn actor_of(person: &Person) -> Actor {
    Actor { person: person.id, role: person.role, tier: person.tier, account: person.account }
}

/// Who shows this credential, as of now. Two indexed reads.
/// Errors: Unauthorized `unknown_credential`, `session_expired`, `token_expired`, `token_revoked` or `person_disabled`.
pub fn who_is(tx: &mut Tx, now: At, credential: Credential) -> Result<Known, Fault> {
    let no = |code| Err(Fault::Unauthorized { code });
    let (person, via, scopes) = match credential {
        Credential::Session(secret) => match store::session::find_by_hash(tx, &fingerprint(secret))? {
            None => return no("unknown_credential"),
            Some(s) if s.expires_at <= now => return no("session_expired"),
            Some(s) if s.embed.is_some() => (s.person, Via::Embed(s.id), Scopes(EMBED_DEEDS.iter().map(|d| d.to_string()).collect())),
            Some(s) => (s.person, Via::Session(s.id), Scopes::all()),
        },
        Credential::Token(secret) => match store::token::find_by_hash(tx, &fingerprint(secret))? {
            None => return no("unknown_credential"),
            Some(t) if t.revoked_at.is_some() => return no("token_revoked"),
            Some(t) if t.expires_at.is_some_and(|e| e <= now) => return no("token_expired"),
            Some(t) => (t.person, Via::Token { id: t.id, last_used_at: t.last_used_at }, Scopes(t.scopes)),
        },
    };
    match store::person::find(tx, person)? {
        Some(person) if person.active => Ok(Known { actor: actor_of(&person), person, via, scopes }),
        _ => no("person_disabled"),
    }
}

/// Counts attempts to sign in and makes guessing slow. In memory and bounded; an attempt counts when it begins, so that many at once
/// gain nothing. Whoever is already signed in notices nothing.
#[derive(Default)]
pub struct Guard(Mutex<HashMap<[u8; 32], Tries>>);
#[derive(Clone, Copy)]
struct Tries {
    count: u32,
    last_at: At,
}
impl Guard {
    /// Attempts without any waiting.
    pub const FREE: u32 = 5;
    /// The longest wait between two attempts; after as long again without one all is forgotten.
    pub const WAIT_MAX: Span = Span::minutes(15);
    const KEPT_MAX: usize = 20_000;

    /// How long after the `count`th attempt in a row the next one may begin: 10 s, doubled with each.
    fn wait(count: u32) -> Span {
        match count.checked_sub(Guard::FREE) {
            None => Span::ZERO,
            Some(more) => Span::seconds(10 << more.min(20)).min(Guard::WAIT_MAX),
        }
    }
    /// Before the password is looked at. Errors: TooMany.
    pub fn attempt(&self, login: &str, now: At) -> Result<(), Fault> {
        let Ok(mut kept) = self.0.lock() else { return Ok(()) };
        let fresh = |t: &Tries| t.last_at + Guard::WAIT_MAX + Guard::WAIT_MAX > now;
        let tries = kept.get(&key(login)).copied().filter(fresh).unwrap_or(Tries { count: 0, last_at: now });
        let free_at = tries.last_at + Guard::wait(tries.count);
        if free_at > now {
            let left = (free_at - now).as_micros().div_euclid(1_000_000) + 1;
            return Err(Fault::TooMany { retry_after_s: u32::try_from(left).unwrap_or(u32::MAX) });
        }
        if kept.len() >= Guard::KEPT_MAX {
            kept.retain(|_, t| fresh(t));
        }
        if kept.len() >= Guard::KEPT_MAX
            && let Some(oldest) = kept.iter().min_by_key(|(_, t)| (t.count, t.last_at)).map(|(k, _)| *k)
        {
            kept.remove(&oldest);
        }
        kept.insert(key(login), Tries { count: tries.count + 1, last_at: now });
        Ok(())
    }
    /// The password was right.
    pub fn forget(&self, login: &str) {
        if let Ok(mut kept) = self.0.lock() {
            kept.remove(&key(login));
        }
    }
}
fn key(login: &str) -> [u8; 32] {
    fingerprint(&plain_login(login))
}
/// A login as it is kept: trimmed, lower case.
pub fn plain_login(login: &str) -> String {
    login.trim().to_lowercase()
}

/// A login and the hash its password must fit; there may be no such person.
pub struct Challenge(Option<(PersonId, String)>);
/// Somebody who gave the right password. Only [`Challenge::answer`] makes one.
pub struct Proven {
    person: PersonId,
    hash: String,
}
/// First step: one read.
pub fn look(tx: &mut Tx, login: &str) -> Result<Challenge, Fault> {
    let login = plain_login(login);
    if login.contains('\0') {
        return Ok(Challenge(None));
    }
    let person = store::person::find_by_login(tx, &login)?.filter(|p| p.active);
    Ok(Challenge(person.and_then(|p| Some((p.id, p.password_hash?)))))
}
impl Challenge {
    /// Second step, slow, outside any transaction; takes as long for somebody who does not exist.
    /// Errors: Unauthorized `bad_credentials`.
    pub fn answer(self, password: &str) -> Result<Proven, Fault> {
        let fits = password_fits(password, self.0.as_ref().map(|(_, hash)| hash.as_str()));
        match self.0 {
            Some((person, hash)) if fits => Ok(Proven { person, hash }),
            _ => Err(Fault::Unauthorized { code: "bad_credentials" }),
        }
    }
}

/// A new session; the secret is shown this once.
#[derive(Clone)]
pub struct SignedIn {
    pub session: Session,
    pub person: Person,
    pub secret: String,
}
impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedIn").field("session", &self.session).field("secret", &"***").finish()
    }
}
/// Third step: the session. Errors: Unauthorized when the person, their account or the password changed meanwhile.
pub fn open_session(cx: &mut Act, proven: &Proven) -> Result<SignedIn, Fault> {
    let person = still(cx, proven)?;
    let signed_in = put_session(cx, person)?;
    let who = signed_in.person.id;
    let body = json!({"session": signed_in.session.id.to_string(), "until": signed_in.session.expires_at.to_string()});
    log::write(cx, vec![Line::audit(Some(who), signed_in.person.account, "access.signed_in", body)])?;
    Ok(signed_in)
}
fn still(cx: &mut Act, proven: &Proven) -> Result<Person, Fault> {
    let person = store::person::find(cx.tx, proven.person)?.filter(|p| p.active && p.password_hash.as_deref() == Some(&proven.hash));
    let person = person.ok_or(Fault::Unauthorized { code: "bad_credentials" })?;
    if let Some(account) = person.account
        && !store::account::find(cx.tx, account)?.is_some_and(|a| a.active)
    {
        return Err(Fault::Unauthorized { code: "account_disabled" });
    }
    Ok(person)
}
fn put_session(cx: &mut Act, person: Person) -> Result<SignedIn, Fault> {
    let lasts = cx.desk.rules().session_lasts;
    put_session_by(cx, person, lasts, None)
}
fn put_session_by(cx: &mut Act, person: Person, lasts: Span, embed: Option<EmbedId>) -> Result<SignedIn, Fault> {
    let secret = new_secret(SESSION_PREFIX)?;
    let session = Session { id: cx.fresh(), person: person.id, created_at: cx.now, expires_at: cx.now + lasts, embed };
    store::session::put_new(cx.tx, &session, &fingerprint(&secret))?;
    Ok(SignedIn { session, person, secret })
}
/// A session for somebody who showed a link out of a letter; with a password it becomes theirs and every other session ends.
pub(crate) fn sign_in_by_link(cx: &mut Act, mut person: Person, password: Option<&NewPassword>, key: &'static str) -> Result<SignedIn, Fault> {
    if let Some(password) = password {
        person.password_hash = Some(password.hash().to_string());
        person.version += 1;
        store::person::put(cx.tx, &person)?;
        store::session::drop_of(cx.tx, person.id)?;
    }
    let signed_in = put_session(cx, person)?;
    let (who, session) = (signed_in.person.id, &signed_in.session);
    let body = json!({"session": session.id.to_string(), "until": session.expires_at.to_string(), "by": "link"});
    log::write(cx, vec![Line::audit(Some(who), signed_in.person.account, key, body)])?;
    Ok(signed_in)
}
/// A short session for somebody a page of the vendor's own vouched for.
pub(crate) fn sign_in_by_embed(cx: &mut Act, person: Person, embed: EmbedId, lasts: Span) -> Result<SignedIn, Fault> {
    let signed_in = put_session_by(cx, person, lasts, Some(embed))?;
    let (who, session) = (signed_in.person.id, &signed_in.session);
    let body = json!({"session": session.id.to_string(), "until": session.expires_at.to_string(), "by": "embed", "embed": embed.to_string()});
    log::write(cx, vec![Line::audit(Some(who), signed_in.person.account, "access.signed_in", body)])?;
    Ok(signed_in)
}
/// The first two steps with the guard before them: for signing in, and for whoever must give the password once more.
/// Blocks for the hashing: not for a thread that drives async code. Errors: TooMany, Unauthorized.
pub fn prove(desk: &Desk, guard: &Guard, now: At, login: &str, password: &str) -> Result<Proven, Fault> {
    guard.attempt(login, now)?;
    let proven = desk.read(|tx| look(tx, login))?.answer(password)?;
    guard.forget(login);
    Ok(proven)
}
/// The three steps in one, blocking as [`prove`]. Errors: TooMany, Unauthorized.
pub fn sign_in(desk: &Desk, guard: &Guard, now: At, login: &str, password: &str) -> Result<SignedIn, Fault> {
    let proven = prove(desk, guard, now, login, password)?;
    desk.write(now, move |cx| open_session(cx, &proven))
}

/// Ends the session it is asked with. Errors: Forbidden with a token (revoke that instead).
pub fn sign_out(cx: &mut Act, known: &Known) -> Result<(), Fault> {
    let session = known.in_person()?;
    store::session::drop_one(cx.tx, session)?;
    let body = json!({"session": session.to_string()});
    log::write(cx, vec![Line::audit(Some(known.person.id), known.person.account, "access.signed_out", body)])?;
    Ok(())
}

/// A password that may be used, hashed. Only [`prepare_password`] makes one.
#[derive(Clone)]
pub struct NewPassword(String);
impl NewPassword {
    pub(crate) fn hash(&self) -> &str {
        &self.0
    }
}
impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(***)")
    }
}
/// Looks at a new password and hashes it: slow, outside any transaction. Length is what counts (NIST SP 800-63B, 5.1.1); it must not be
/// the login or one letter over and over. Errors: Invalid.
pub fn prepare_password(password: &str, login: &str) -> Result<NewPassword, Fault> {
    let count = password.chars().count();
    let mut flaws = Vec::new();
    if count < PASSWORD_CHARS_MIN {
        flaws.push(Flaw::new("password", "too_short").with("min", PASSWORD_CHARS_MIN).with("unit", "characters"));
    }
    if count > PASSWORD_CHARS_MAX {
        flaws.push(Flaw::new("password", "too_long").with("max", PASSWORD_CHARS_MAX).with("unit", "characters"));
    }
    let first = password.chars().next();
    if plain_login(password) == plain_login(login) || password.chars().all(|c| Some(c) == first) && count >= PASSWORD_CHARS_MIN {
        flaws.push(Flaw::new("password", "too_easy"));
    }
    if flaws.is_empty() { Ok(NewPassword(hash_password(password)?)) } else { Err(Fault::Invalid(flaws)) }
}
/// Changes one's own password. Every session ends; the one asked with goes on under the new secret returned. Tokens stay.
/// Errors: Forbidden with a token, Unauthorized when `old` is somebody else's proof or no longer right.
pub fn change_password(cx: &mut Act, known: &Known, old: &Proven, new: &NewPassword) -> Result<SignedIn, Fault> {
    known.in_person()?;
    if old.person != known.person.id {
        return Err(Fault::Unauthorized { code: "bad_credentials" });
    }
    cx.tx.lock(&old.person.to_string())?;
    let mut person = still(cx, old)?;
    person.password_hash = Some(new.hash().to_string());
    person.version += 1;
    store::person::put(cx.tx, &person)?;
    store::session::drop_of(cx.tx, person.id)?;
    let signed_in = put_session(cx, person)?;
    let who = signed_in.person.id;
    log::write(cx, vec![Line::audit(Some(who), signed_in.person.account, "access.password_changed", json!({"person": who.to_string()}))])?;
    Ok(signed_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    const T0: At = At::from_micros(1_750_000_000_000_000);

    #[test]
    fn five_guesses_are_free_and_then_each_waits_twice_as_long() {
        let guard = Guard::default();
        for _ in 0..Guard::FREE {
            assert_eq!(guard.attempt("li", T0), Ok(()));
        }
        assert_eq!(guard.attempt(" LI ", T0), Err(Fault::TooMany { retry_after_s: 11 }));
        assert_eq!(guard.attempt("wang", T0), Ok(()), "another login is another matter");
        assert_eq!(guard.attempt("li", T0 + Span::seconds(10)), Ok(()));
        assert_eq!(guard.attempt("li", T0 + Span::seconds(29)), Err(Fault::TooMany { retry_after_s: 2 }));
        assert_eq!(guard.attempt("li", T0 + Span::seconds(30)), Ok(()));
        guard.forget("li");
        assert_eq!(guard.attempt("li", T0 + Span::seconds(30)), Ok(()));
    }
    #[test]
    fn waiting_is_bounded_and_guesses_are_forgotten() {
        assert_eq!(Guard::wait(u32::MAX), Guard::WAIT_MAX);
        let guard = Guard::default();
        for _ in 0..Guard::FREE {
            guard.attempt("li", T0).unwrap();
        }
        let later = T0 + Span::minutes(31);
        assert!((0..Guard::FREE).all(|_| guard.attempt("li", later).is_ok()));
    }
    #[test]
    fn easy_passwords_are_refused() {
        let code = |p: &str| match prepare_password(p, "li.na@example.com") {
            Err(Fault::Invalid(flaws)) => flaws[0].code,
            _ => "fine",
        };
        assert_eq!(code("short"), "too_short");
        assert_eq!(code("Li.Na@example.com"), "too_easy");
        assert_eq!(code("aaaaaaaaaaaa"), "too_easy");
        assert_eq!(code("长城长城长城长城长城"), "fine", "characters count, not bytes");
    }
    #[test]
    fn nobody_gives_away_more_than_they_have() {
        let names = |n: &[&str]| n.iter().map(|s| s.to_string()).collect::<Vec<_>>();
        let all = Scopes::all();
        assert!(Scopes::given(&names(&["ticket.read", "ticket.read"]), Role::Contact, &all).is_ok_and(|s| s.names().len() == 1));
        let flaws = Scopes::given(&names(&["ticket.read_internal", "nonsense"]), Role::Contact, &all).unwrap_err();
        assert_eq!(flaws.iter().map(|f| f.code).collect::<Vec<_>>(), ["more_than_own", "unknown"]);
        let narrow = Scopes(names(&["ticket.read", "token.own"]));
        assert!(Scopes::given(&names(&["*"]), Role::Contact, &narrow).is_err());
        assert!(Scopes::given(&names(&["ticket.act"]), Role::Contact, &narrow).is_err());
        assert!(Scopes::given(&[], Role::Contact, &all).is_err());
    }
}
