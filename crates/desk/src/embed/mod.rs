//! The portal inside the vendor's own pages: which pages may, and a short session for whoever such a page vouches for.
pub mod jwt;

use crate::access::{SignedIn, plain_login, sign_in_by_embed};
use crate::form::{Form, is_host};
use crate::log::{self, Line};
use crate::{Act, Fault, Flaw};
use domain::kit::{AccountId, At, EmbedId, Span};
use domain::people::{KeepEmbeds, Leave};
use serde_json::json;
use std::net::Ipv4Addr;
use store::db::Tx;
use store::embed::{EMBEDS_MAX, Embed};
use store::person::Person;

/// How long a session by an embed lasts; another token makes another one.
pub const LASTS: Span = Span::minutes(15);
/// A token may be good for so long at most.
const AHEAD_MAX: Span = Span::minutes(10);
/// Watches differ.
const SLACK: Span = Span::minutes(1);
const ORIGINS_MAX: usize = 20;
const JTI_CHARS_MAX: usize = 128;
const KEY_BYTES_MAX: usize = 4_000;

#[derive(Debug, Clone)]
pub struct EmbedIn {
    pub name: String,
    pub account: Option<AccountId>,
    pub origins: Vec<String>,
    pub alg: String,
    pub public_key: String,
    pub active: bool,
}

/// Errors: Invalid, Refused `embed.too_many`.
pub fn create(cx: &mut Act, leave: &Leave<KeepEmbeds>, new: &EmbedIn) -> Result<Embed, Fault> {
    let new = checked(cx.tx, new)?;
    cx.tx.lock("embeds")?;
    if store::embed::list(cx.tx)?.len() >= EMBEDS_MAX as usize {
        return Err(Fault::Refused { code: "embed.too_many", args: vec![("max", EMBEDS_MAX.to_string())] });
    }
    let embed = with(Embed { id: cx.fresh(), created_at: cx.now, version: 1, ..empty(cx.now) }, new);
    store::embed::put_new(cx.tx, &embed)?;
    note(cx, leave, "embed.created", &embed)?;
    Ok(embed)
}
/// Errors: NotFound, Stale, Invalid.
pub fn edit(cx: &mut Act, leave: &Leave<KeepEmbeds>, id: EmbedId, seen_version: u32, new: &EmbedIn) -> Result<Embed, Fault> {
    let before = get(cx.tx, leave, id)?;
    if before.version != seen_version {
        return Err(Fault::Stale { current: before.version });
    }
    let mut embed = with(before, checked(cx.tx, new)?);
    if !store::embed::put(cx.tx, &embed)? {
        return Err(Fault::Stale { current: get(cx.tx, leave, id)?.version });
    }
    embed.version += 1;
    note(cx, leave, "embed.edited", &embed)?;
    Ok(embed)
}
/// Errors: NotFound.
pub fn drop_one(cx: &mut Act, leave: &Leave<KeepEmbeds>, id: EmbedId) -> Result<(), Fault> {
    let embed = get(cx.tx, leave, id)?;
    store::embed::drop_one(cx.tx, id)?;
    note(cx, leave, "embed.dropped", &embed)
}
pub fn get(tx: &mut Tx, _leave: &Leave<KeepEmbeds>, id: EmbedId) -> Result<Embed, Fault> {
    store::embed::find(tx, id)?.ok_or(Fault::NotFound)
}
pub fn list(tx: &mut Tx, _leave: &Leave<KeepEmbeds>) -> Result<Vec<Embed>, Fault> {
    Ok(store::embed::list(tx)?)
}
/// Every origin whose pages may frame the portal, each once.
pub fn origins(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let mut all: Vec<String> = store::embed::list(tx)?.into_iter().filter(|e| e.active).flat_map(|e| e.origins).collect();
    all.sort();
    all.dedup();
    Ok(all)
}
fn empty(now: At) -> Embed {
    let none = String::new;
    let id = EmbedId::from_raw(0);
    Embed { id, name: none(), account: None, origins: Vec::new(), alg: none(), public_key: none(), active: true, created_at: now, version: 1 }
}
fn with(before: Embed, new: EmbedIn) -> Embed {
    let EmbedIn { name, account, origins, alg, public_key, active } = new;
    Embed { name, account, origins, alg, public_key, active, ..before }
}
fn checked(tx: &mut Tx, new: &EmbedIn) -> Result<EmbedIn, Fault> {
    let mut form = Form::new();
    let account_known = match new.account {
        Some(id) => store::account::find(tx, id)?.is_some(),
        None => true,
    };
    form.must(account_known, "account", "unknown");
    let name = form.line("name", &new.name, 100);
    form.must(!new.origins.is_empty(), "origins", "missing");
    if new.origins.len() > ORIGINS_MAX {
        form.flaw(Flaw::new("origins", "too_many").with("max", ORIGINS_MAX));
    }
    let origins: Vec<String> = new.origins.iter().map(|o| o.trim().to_ascii_lowercase()).collect();
    for (i, origin) in origins.iter().enumerate() {
        form.must(is_origin(origin), &format!("origins[{i}]"), "not_an_origin");
    }
    form.one_of("key.alg", &new.alg, jwt::ALGORITHMS);
    let public_key = new.public_key.trim().to_string();
    form.must(public_key.len() <= KEY_BYTES_MAX && jwt::is_key(&new.alg, &public_key), "key.public_key", "not_a_public_key");
    form.done()?;
    Ok(EmbedIn { name, account: new.account, origins, alg: new.alg.clone(), public_key, active: new.active })
}
/// `https://host[:port]`; without encryption on one's own machine alone. What passes can stand in a header.
fn is_origin(text: &str) -> bool {
    let Some((scheme, authority)) = text.split_once("://") else { return false };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(h, p)| (h, Some(p)));
    let port_fits = port.is_none_or(|p| p.parse::<u16>().is_ok_and(|n| n > 0 && n.to_string() == p));
    let here = host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback());
    is_host(host) && port_fits && (scheme == "https" || scheme == "http" && here)
}
fn note(cx: &mut Act, leave: &Leave<KeepEmbeds>, key: &'static str, e: &Embed) -> Result<(), Fault> {
    let body = json!({"embed": e.id.to_string(), "version": e.version, "origins": e.origins, "active": e.active});
    log::write(cx, vec![Line::audit(Some(leave.actor().person), e.account, key, body)])?;
    Ok(())
}

/// Signs a customer's person in whom a registered page vouches for. `origin`: of that page.
/// Errors: Unauthorized `embed_unknown`, `embed_origin`, `embed_signature`, `embed_expired`, `embed_used`, `embed_person_unknown`.
pub fn sign_in(cx: &mut Act, id: &str, token: &str, origin: &str) -> Result<SignedIn, Fault> {
    let no = |code| Fault::Unauthorized { code };
    let found = match id.parse() {
        Ok(id) => store::embed::find(cx.tx, id)?.filter(|e| e.active),
        Err(_) => None,
    };
    let embed = found.ok_or(no("embed_unknown"))?;
    if !embed.origins.iter().any(|o| o.eq_ignore_ascii_case(origin)) {
        return Err(no("embed_origin"));
    }
    let claims = jwt::open(token, &embed.alg, &embed.public_key).ok_or(no("embed_signature"))?;
    let ours = cx.desk.rules().public_url.trim_end_matches('/').to_string();
    let fits = claims.iss == embed.id.to_string() && claims.aud.has(|a| a.trim_end_matches('/') == ours);
    if !fits || !(1..=JTI_CHARS_MAX).contains(&claims.jti.chars().count()) || claims.jti.contains('\0') {
        return Err(no("embed_signature"));
    }
    let instant = |s: f64| At::from_micros((s.clamp(0.0, 9.0e9) * 1e6) as i64);
    let (until, from) = (instant(claims.exp), instant(claims.iat));
    if until <= cx.now || until > cx.now + AHEAD_MAX + SLACK || from > cx.now + SLACK {
        return Err(no("embed_expired"));
    }
    let person = vouched_for(cx.tx, &embed, &claims)?.ok_or(no("embed_person_unknown"))?;
    if !store::embed::put_use(cx.tx, embed.id, &claims.jti, until)? {
        return Err(no("embed_used"));
    }
    sign_in_by_embed(cx, person, embed.id, LASTS)
}
/// A customer's person by login, else by an address nobody else of the account has; present, of an account that is, and of the one named.
fn vouched_for(tx: &mut Tx, embed: &Embed, claims: &jwt::Claims) -> Result<Option<Person>, Fault> {
    let sub = plain_login(&claims.sub);
    if sub.is_empty() || sub.contains('\0') || claims.account.as_deref().is_some_and(|a| a.contains('\0')) {
        return Ok(None);
    }
    let named = match &claims.account {
        Some(number) => match store::account::find_by_number(tx, number)? {
            Some(account) => Some(account.id),
            None => return Ok(None),
        },
        None => None,
    };
    let fits = |p: &Person| {
        let of = |wanted: Option<AccountId>| wanted.is_none_or(|a| p.account == Some(a));
        p.active && p.role.is_customer() && of(embed.account) && of(named)
    };
    let person = match store::person::find_by_login(tx, &sub)?.filter(fits) {
        Some(person) => person,
        None => {
            let mut same: Vec<Person> = store::person::list_by_email(tx, &sub, 20)?.into_iter().filter(fits).collect();
            match (same.pop(), same.is_empty()) {
                (Some(one), true) => one,
                _ => return Ok(None),
            }
        }
    };
    let open = match person.account {
        Some(account) => store::account::find(tx, account)?.is_some_and(|a| a.active),
        None => false,
    };
    Ok(open.then_some(person))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn an_origin_is_encrypted_and_has_nothing_behind_its_port() {
        for good in ["https://console.vendor.example", "https://a.example:8443", "http://localhost:5173", "http://127.0.0.1"] {
            assert!(is_origin(good), "{good}");
        }
        for bad in [
            "",
            "*",
            "https://*",
            "http://a.example",
            "https://a.example/",
            "https://a.example/x",
            "https://u@a.example",
            "https://a.example:0",
            "https://a.example; x",
            "null",
            "https://a.example:08",
        ] {
            assert!(!is_origin(bad), "{bad}");
        }
    }
}
