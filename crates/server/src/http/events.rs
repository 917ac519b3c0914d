//! What happens, as it happens: a stream of events (SSE). Who comes back names the last one they saw and misses nothing.
use super::App;
use super::extract::Query;
use super::flow::Flow;
use super::problem::{Problem, ProblemOut};
use super::timeline::EventOut;
use super::wire::TicketRef;
use crate::access::{Shown, Visitor};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use desk::access;
use domain::kit::PersonId;
use domain::people::{Actor, ListenToEvents};
use serde::Deserialize;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::log::Entry;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(listen_to_events))
}

/// Events that wait for a slow reader.
const WAITING: usize = 16;
/// A line without meaning this often, so that nobody between us takes the stream for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// How long a stream may outlive the session or token it was opened with.
const ASKED_AGAIN: Duration = Duration::from_secs(30);

/// The live streams of this node, by person.
#[derive(Default)]
pub struct Streams {
    taken: Mutex<HashMap<PersonId, usize>>,
}
impl Streams {
    /// Streams that are open now.
    pub fn open(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
    fn enter(&self, who: PersonId, person_max: usize, house_max: usize) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = taken.values().sum::<usize>() < house_max && taken.get(&who).copied().unwrap_or(0) < person_max;
        if fits {
            *taken.entry(who).or_default() += 1;
        }
        fits
    }
    fn leave(&self, who: PersonId) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = taken.get_mut(&who) {
            *n -= 1;
            if *n == 0 {
                taken.remove(&who);
            }
        }
    }
}
/// One stream's place among those a person and the house may have.
struct Seat {
    app: App,
    who: PersonId,
}
impl Seat {
    /// Errors: 429 when there are too many.
    fn take(app: &App, who: PersonId) -> Result<Seat, Problem> {
        let limits = &app.config().limits;
        let fits = app.streams.enter(who, limits.streams_per_person_max as usize, limits.streams_max as usize);
        let full = || Problem { retry_after_s: Some(30), ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_streams") };
        fits.then(|| Seat { app: app.clone(), who }).ok_or_else(full)
    }
}
impl Drop for Seat {
    fn drop(&mut self) {
        self.app.streams.leave(self.who);
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListenIn {
    /// Only what happens to this case.
    #[param(value_type = Option<String>)]
    pub ticket: Option<TicketRef>,
    /// Everything after this position; from now on if not said. The header `Last-Event-ID` beats it.
    pub after: Option<i64>,
}

/// Events as they happen. Each has its position as `id`, its key as `event` and an EventOut as `data`; who comes back with
/// `Last-Event-ID` misses nothing and gets nothing twice.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", operation_id = "listen_to_events",
    params(ListenIn, ("Last-Event-ID" = Option<i64>, Header, description = "The last position seen.")),
    responses((status = 200, description = "A stream that does not end by itself", body = EventOut, content_type = "text/event-stream"), (status = 429, description = "Too many streams", body = ProblemOut, content_type = "application/problem+json")))]
async fn listen_to_events(State(app): State<App>, visitor: Visitor, headers: HeaderMap, Query(asked): Query<ListenIn>) -> Result<Response, Problem> {
    let actor = visitor.leave::<ListenToEvents>()?.actor().clone();
    let from = last_seen(&headers)?.or(asked.after);
    let ticket = asked.ticket.map(|t| t.0);
    if let Some(id) = ticket {
        let who = actor.clone();
        app.read(move |tx, _, _| desk::ticket::get(tx, &who, id).map(|_| ())).await?;
    }
    let seat = Seat::take(&app, visitor.id())?;
    let entries = app.hub.subscribe(actor.clone(), from, ticket);
    let (give, take) = mpsc::channel(WAITING);
    tokio::spawn(relay(seat, Shown::of(&headers), actor, entries, give));
    let stream = Sse::new(Flow(take)).keep_alive(KeepAlive::new().interval(SIGN_OF_LIFE));
    Ok(([("x-accel-buffering", "no")], stream).into_response())
}
/// Errors: 422 for what is no position.
fn last_seen(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(said) = headers.get("last-event-id").filter(|v| !v.is_empty()) else { return Ok(None) };
    let pos = said.to_str().ok().and_then(|text| text.trim().parse().ok());
    pos.map(Some).ok_or_else(|| Problem::from(desk::Flaw::new("Last-Event-ID", "unreadable_value").with("expected", "whole_number")))
}

/// Passes events on until the listener goes, the house closes, or who listens is no longer who they were.
async fn relay(seat: Seat, shown: Option<Shown>, actor: Actor, mut entries: mpsc::Receiver<Entry>, give: mpsc::Sender<Result<Event, Infallible>>) {
    let app = seat.app.clone();
    let closed = app.closed();
    tokio::pin!(closed);
    let mut ask_again = tokio::time::interval(ASKED_AGAIN);
    ask_again.reset();
    loop {
        tokio::select! {
            entry = entries.recv() => match entry.map(event) {
                Some(event) => if give.send(Ok(event)).await.is_err() { return },
                None => return,
            },
            () = &mut closed => return,
            () = give.closed() => return,
            _ = ask_again.tick() => if !still_the_same(&app, &shown, &actor).await { return },
        }
    }
}
fn event(entry: Entry) -> Event {
    let out = EventOut::from(entry);
    let event = Event::default().id(out.pos.to_string()).event(&out.key);
    // What came out of the database goes into JSON; were it not so, the event would come without its data.
    event.json_data(&out).unwrap_or_default()
}
/// Signed out, revoked, expired, disabled or with another role: the stream ends and whoever it was comes back through the door.
async fn still_the_same(app: &App, shown: &Option<Shown>, actor: &Actor) -> bool {
    let Some(shown) = shown.clone() else { return false };
    let known = app.read(move |tx, _, now| access::who_is(tx, now, shown.credential()?));
    match known.await {
        Ok(known) => known.actor == *actor,
        // The database is away: no reason to send anybody off.
        Err(problem) => problem.status.is_server_error(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn streams_are_counted_by_person_and_house() {
        let (streams, one, two) = (Streams::default(), PersonId::from_raw(1), PersonId::from_raw(2));
        assert!(streams.enter(one, 2, 3) && streams.enter(one, 2, 3) && !streams.enter(one, 2, 3));
        assert!(streams.enter(two, 2, 3) && !streams.enter(two, 2, 3), "the house is full");
        streams.leave(one);
        assert!(streams.enter(two, 2, 3));
        assert_eq!(streams.open(), 3);
    }
    #[test]
    fn who_comes_back_names_a_position() {
        let headers =
            |value: &'static str| HeaderMap::from_iter([(axum::http::HeaderName::from_static("last-event-id"), HeaderValue::from_static(value))]);
        assert_eq!(last_seen(&headers("17")).unwrap(), Some(17));
        assert_eq!((last_seen(&headers("")).unwrap(), last_seen(&HeaderMap::new()).unwrap()), (None, None));
        assert_eq!(last_seen(&headers("x")).unwrap_err().status.as_u16(), 422);
    }
}
