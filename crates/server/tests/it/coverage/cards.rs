//! One card for each operation: which deeds it asks leave for, and a question of its kind that succeeds when somebody asks it who may.
use super::scene::{Ask, PASSWORD, Person, Scene, id_of, may, new_webhook, nothing};
use crate::embeds::{HOST, claims, new_embed, signed};
use domain::kit::Span;
use domain::people::Role;
use serde_json::{Value, json};

pub struct Card {
    /// The operation's name in the description.
    pub operation: &'static str,
    /// Names out of the policy; none: whoever is known may.
    pub deeds: &'static [&'static str],
    pub ask: fn(&Scene, &Person) -> Ask,
}
/// Operations nobody needs to be known for.
pub const OPEN: &[&str] = &["sign_in", "request_link", "sign_in_by_link", "sign_in_by_embed", "accept_invitation", "healthz", "readyz", "metrics"];

const fn card(operation: &'static str, deeds: &'static [&'static str], ask: fn(&Scene, &Person) -> Ask) -> Card {
    Card { operation, deeds, ask }
}
pub const CARDS: &[Card] = &[
    card("healthz", &[], |_, _| Ask::bare("/healthz")),
    card("readyz", &[], |_, _| Ask::bare("/readyz")),
    card("metrics", &[], |_, _| Ask::bare("/metrics")),
    card("sign_in", &[], |_, who| Ask::json("/sessions", json!({"login": who.login, "password": PASSWORD}))),
    card("request_link", &[], |_, who| Ask::json("/sessions/link", json!({"email": format!("{}@example.com", who.login)}))),
    card("sign_in_by_link", &[], |s, who| Ask::json("/sessions/link/use", json!({"token": s.pass(who.id, desk::pass::SIGN_IN)}))),
    card("sign_in_by_embed", &[], |s, who| {
        let embed = fresh_embed(s);
        let login = if who.role.is_customer() { &who.login } else { &s.one(Role::Contact).login };
        let token = signed(&claims(&embed, login, s.house.app_now(), &s.fresh("jti")));
        Ask::json("/sessions/embed", json!({"embed": embed, "token": token, "origin": HOST}))
    }),
    card("accept_invitation", &[], |s, who| {
        Ask::json("/invitations/accept", json!({"token": s.pass(who.id, desk::pass::INVITE), "password": PASSWORD}))
    }),
    card("sign_out", &[], |_, _| Ask::bare("/sessions/current").in_session()),
    card("get_me", &[], |_, _| Ask::bare("/me")),
    card("edit_me", &[], |s, who| Ask::json("/me", json!({"name": s.fresh("me"), "away_until": null})).version(s.version_of(who)).in_session()),
    card("put_availability", &[], |s, _| Ask::json("/people/me/availability", json!({"away_until": s.after(Span::hours(1))})).in_session()),
    card("change_password", &[], |_, _| Ask::json("/people/me/password", json!({"old": PASSWORD, "new": PASSWORD})).in_session()),
    card("open_ticket", &["ticket.open"], |s, _| {
        let (subject, requester) = (s.fresh("slow"), s.one(Role::Contact).id.to_string());
        Ask::json("/tickets", json!({"subject": subject, "body": "since noon", "account": s.account.to_string(), "requester": requester}))
    }),
    card("read_figures", &["ticket.read_internal"], |_, _| Ask::bare("/figures?days=7")),
    card("queue_counts", &["ticket.read"], |_, _| Ask::bare("/queue/counts")),
    card("list_choices", &["ticket.open"], |s, _| Ask::bare(format!("/ask/choices?account={}", s.account))),
    card("preview_ticket", &["ticket.open"], |s, _| {
        Ask::bare(format!("/ask/preview?account={}&severity=urgent&product=ecs&subject=no%20route", s.account))
    }),
    card("list_tickets", &["ticket.read"], |s, _| Ask::bare(format!("/tickets?account={}", s.account))),
    card("get_ticket", &["ticket.read"], |s, _| Ask::bare(format!("/tickets/{}", s.case))),
    card("act_on_ticket", &["ticket.act"], |s, _| {
        Ask::json(format!("/tickets/{}/acts", s.fresh_case()), json!({"act": "reply", "body": "we look into it"}))
    }),
    card("act_on_tickets", &["ticket.work", "ticket.act"], |s, _| {
        Ask::json("/tickets/bulk", json!({"tickets": [s.fresh_case(), s.fresh_case()], "act": {"act": "follow"}}))
    }),
    card("undo_on_tickets", &["ticket.work", "ticket.act"], |s, who| {
        let done = s.make(who, "POST", &Ask::json("/tickets/bulk", json!({"tickets": [s.fresh_case()], "act": {"act": "follow"}})));
        let undo = done.as_ref().and_then(|d| d["undo"].as_str()).map_or_else(|| nothing("blk"), str::to_string);
        Ask::bare(format!("/tickets/bulk/{undo}/undo"))
    }),
    card("link_ticket", &["ticket.link"], |s, _| {
        Ask::json(format!("/tickets/{}/links", s.fresh_case()), json!({"kind": "child", "ticket": s.fresh_case()}))
    }),
    card("unlink_ticket", &["ticket.link"], |s, _| {
        let (case, other) = (s.fresh_case(), s.fresh_case());
        s.must(Role::Engineer, "POST", &format!("/tickets/{case}/links"), json!({"kind": "related", "ticket": other}));
        Ask::bare(format!("/tickets/{case}/links?kind=related&ticket={other}"))
    }),
    card("merge_ticket", &["ticket.link"], |s, _| Ask::json(format!("/tickets/{}/merge", s.fresh_case()), json!({"into": s.fresh_case()}))),
    card("unmerge_ticket", &["ticket.link"], |s, _| {
        let (case, other) = (s.fresh_case(), s.fresh_case());
        s.must(Role::Engineer, "POST", &format!("/tickets/{case}/merge"), json!({"into": other}));
        Ask::bare(format!("/tickets/{case}/unmerge"))
    }),
    card("split_ticket", &["ticket.link"], |s, _| {
        let case = s.fresh_case();
        let first = s.must(Role::Engineer, "GET", &format!("/tickets/{case}/messages"), Value::Null);
        Ask::json(format!("/tickets/{case}/split"), json!({"message": id_of(&first["items"][0]), "subject": "the second question"}))
    }),
    card("send_message", &["ticket.act"], |s, _| Ask::json(format!("/tickets/{}/messages", s.fresh_case()), json!({"body": "we look into it"}))),
    card("list_messages", &["ticket.read"], |s, _| Ask::bare(format!("/tickets/{}/messages", s.case))),
    card("read_timeline", &["ticket.read"], |s, _| Ask::bare(format!("/tickets/{}/timeline", s.case))),
    card("list_clocks", &["clock.read"], |s, _| Ask::bare(format!("/tickets/{}/clocks", s.case))),
    card("get_clock", &["clock.read"], |s, _| Ask::bare(format!("/clocks/{}", s.clock()))),
    card("explain_clock", &["clock.read"], |s, _| Ask::bare(format!("/clocks/{}/explain", s.clock()))),
    card("waive_breach", &["clock.waive"], |s, who| {
        let clock = if may(who.role, &["clock.waive"]) { s.broken_clock() } else { s.clock() };
        Ask::json(format!("/clocks/{clock}/waive"), json!({"reason": "the line was cut"}))
    }),
    card("upload_attachment", &["ticket.act"], |s, _| Ask::file(format!("/tickets/{}/attachments?name=a.txt", s.case), b"hello")),
    card("download_attachment", &["ticket.read"], |s, _| Ask::bare(format!("/attachments/{}", s.file()))),
    card("get_draft", &["ticket.draft"], |s, who| {
        let path = format!("/tickets/{}/draft", s.fresh_case());
        s.make(who, "PUT", &Ask::json(&path, json!({"body": "we"})));
        Ask::bare(path)
    }),
    card("put_draft", &["ticket.draft"], |s, _| Ask::json(format!("/tickets/{}/draft", s.fresh_case()), json!({"body": "we", "seen_version": 0}))),
    card("drop_draft", &["ticket.draft"], |s, who| {
        let path = format!("/tickets/{}/draft", s.fresh_case());
        s.make(who, "PUT", &Ask::json(&path, json!({"body": "we"})));
        Ask::bare(path)
    }),
    card("list_drafts", &["ticket.draft"], |_, _| Ask::bare("/drafts")),
    card("put_presence", &["ticket.read"], |s, _| Ask::json(format!("/tickets/{}/presence", s.case), json!({"doing": "typing"}))),
    card("get_presence", &["ticket.read"], |s, _| Ask::bare(format!("/tickets/{}/presence", s.case))),
    card("give_access", &["grant.give"], |s, _| Ask::json(format!("/tickets/{}/grants", s.fresh_case()), s.new_grant(None))),
    card("list_grants", &["ticket.read"], |s, _| Ask::bare(format!("/tickets/{}/grants", s.case))),
    card("get_grant", &["ticket.read"], |s, _| Ask::bare(format!("/grants/{}", s.fresh_grant(None)))),
    card("revoke_access", &["grant.give"], |s, _| Ask::bare(format!("/grants/{}", s.fresh_grant(None)))),
    card("note_access_use", &["grant.use"], |s, who| {
        let to = may(who.role, &["grant.use"]).then_some(who.id);
        Ask::json(format!("/grants/{}/uses", s.fresh_grant(to)), json!({"what": "read the logs of the night"}))
    }),
    card("rate_ticket", &["ticket.rate"], |s, _| {
        let case = s.fresh_case();
        s.must(Role::Contact, "POST", &format!("/tickets/{case}/acts"), json!({"act": "withdraw", "reason": "found it"}));
        Ask::json(format!("/tickets/{case}/rating"), json!({"stars": 4, "comment": "slow, but right"}))
    }),
    card("create_view", &["view.own"], |s, _| Ask::json("/views", json!({"name": s.fresh("mine"), "filter": {"open": true}}))),
    card("list_views", &["view.own"], |_, _| Ask::bare("/views")),
    card("get_view", &["view.own"], |s, who| Ask::bare(format!("/views/{}", own_view(s, who)))),
    card("edit_view", &["view.own"], |s, who| Ask::json(format!("/views/{}", own_view(s, who)), json!({"name": s.fresh("other")})).version(1)),
    card("drop_view", &["view.own"], |s, who| Ask::bare(format!("/views/{}", own_view(s, who)))),
    card("list_view_tickets", &["view.own", "ticket.read"], |s, who| Ask::bare(format!("/views/{}/tickets", own_view(s, who)))),
    card("create_template", &["tool.own"], |s, _| Ask::json("/templates", new_template(s))),
    card("list_templates", &["tool.own"], |_, _| Ask::bare("/templates")),
    card("get_template", &["tool.own"], |s, who| Ask::bare(format!("/templates/{}", own_tool(s, who, "/templates", new_template(s))))),
    card("edit_template", &["tool.own"], |s, who| {
        let id = own_tool(s, who, "/templates", new_template(s));
        Ask::json(format!("/templates/{id}"), json!({"name": s.fresh("other")})).version(1)
    }),
    card("drop_template", &["tool.own"], |s, who| Ask::bare(format!("/templates/{}", own_tool(s, who, "/templates", new_template(s))))),
    card("fill_template", &["tool.own", "ticket.read_internal"], |s, who| {
        Ask::bare(format!("/templates/{}/filled?ticket={}", own_tool(s, who, "/templates", new_template(s)), s.case))
    }),
    card("create_macro", &["tool.own"], |s, _| Ask::json("/macros", new_macro(s))),
    card("list_macros", &["tool.own"], |_, _| Ask::bare("/macros")),
    card("get_macro", &["tool.own"], |s, who| Ask::bare(format!("/macros/{}", own_tool(s, who, "/macros", new_macro(s))))),
    card("edit_macro", &["tool.own"], |s, who| {
        let id = own_tool(s, who, "/macros", new_macro(s));
        Ask::json(format!("/macros/{id}"), json!({"name": s.fresh("other")})).version(1)
    }),
    card("drop_macro", &["tool.own"], |s, who| Ask::bare(format!("/macros/{}", own_tool(s, who, "/macros", new_macro(s))))),
    card("run_macro", &["tool.own", "ticket.act"], |s, who| {
        Ask::json(format!("/macros/{}/run", own_tool(s, who, "/macros", new_macro(s))), json!({"ticket": s.fresh_case()}))
    }),
    card("create_checklist", &["tool.own"], |s, _| Ask::json("/checklists", new_checklist(s))),
    card("list_checklists", &["tool.own"], |_, _| Ask::bare("/checklists")),
    card("get_checklist", &["tool.own"], |s, who| Ask::bare(format!("/checklists/{}", own_tool(s, who, "/checklists", new_checklist(s))))),
    card("edit_checklist", &["tool.own"], |s, who| {
        let id = own_tool(s, who, "/checklists", new_checklist(s));
        Ask::json(format!("/checklists/{id}"), json!({"name": s.fresh("other")})).version(1)
    }),
    card("drop_checklist", &["tool.own"], |s, who| Ask::bare(format!("/checklists/{}", own_tool(s, who, "/checklists", new_checklist(s))))),
    card("add_checks", &["ticket.work"], |s, _| Ask::json(format!("/tickets/{}/checks", s.fresh_case()), json!({"items": ["ask for logs"]}))),
    card("edit_check", &["ticket.work"], |s, _| Ask::json(format!("/tickets/{}/checks/1", checked_case(s)), json!({"done": true}))),
    card("drop_check", &["ticket.work"], |s, _| Ask::bare(format!("/tickets/{}/checks/1", checked_case(s)))),
    card("log_time", &["ticket.work"], |s, _| {
        Ask::json(format!("/tickets/{}/times", s.fresh_case()), json!({"minutes": 5, "what": "read the logs"}))
    }),
    card("list_times", &["ticket.read_internal"], |s, _| Ask::bare(format!("/tickets/{}/times", s.case))),
    card("drop_time", &["ticket.work"], |s, who| {
        let path = format!("/tickets/{}/times", s.fresh_case());
        let time = s.make(who, "POST", &Ask::json(&path, json!({"minutes": 5, "what": "read the logs"})));
        Ask::bare(format!("{path}/{}", time.map_or_else(|| nothing("tim"), |t| id_of(&t))))
    }),
    card("search", &["search"], |s, _| Ask::bare(format!("/search?q=route&account={}", s.account))),
    card("create_guide", &["guide.draft"], |s, _| Ask::json("/guides", new_guide(s, "draft"))),
    card("list_guides", &["guide.draft"], |_, _| Ask::bare("/guides?state=draft&kind=guide")),
    card("match_guides", &["guide.read"], |_, _| Ask::bare("/guides/match?product=ecs&q=no%20route")),
    card("get_guide", &["guide.read"], |s, _| Ask::bare(format!("/guides/{}", fresh_guide(s, "published")))),
    card("edit_guide", &["guide.draft"], |s, _| {
        Ask::json(format!("/guides/{}", fresh_guide(s, "draft")), json!({"product": null, "symptoms": [s.fresh("slow")]})).version(1)
    }),
    card("drop_guide", &["guide.draft"], |s, _| Ask::bare(format!("/guides/{}", fresh_guide(s, "draft")))),
    card("rate_guide", &["guide.rate"], |s, _| Ask::json(format!("/guides/{}/helped", fresh_guide(s, "published")), json!({"helped": true}))),
    card("listen_to_events", &["events.listen"], |s, _| Ask::bare(format!("/events?ticket={}", s.case))),
    card("list_accounts", &["account.read"], |_, _| Ask::bare("/accounts")),
    card("create_account", &["account.edit"], |s, _| {
        let name = s.fresh("customer");
        Ask::json("/accounts", json!({"number": name, "name": name}))
    }),
    card("get_account", &["account.read"], |s, _| Ask::bare(format!("/accounts/{}", s.account))),
    card("edit_account", &["account.edit"], |s, _| {
        Ask::json(format!("/accounts/{}", s.fresh_account()), json!({"name": s.fresh("new name")})).version(1)
    }),
    card("list_orders", &["account.read"], |s, _| Ask::bare(format!("/accounts/{}/orders", s.account))),
    card("order_plan", &["plan.order"], |s, _| {
        Ask::json(
            format!("/accounts/{}/orders", s.fresh_account()),
            json!({"family": "ali.business", "ordered_at": "2025-06-15T00:00:00+08:00", "existing": true}),
        )
    }),
    card("name_contact", &["account.contact"], |s, _| {
        let account = s.must(Role::Administrator, "GET", &format!("/accounts/{}", s.account), Value::Null);
        let version = account["account"]["version"].as_u64().and_then(|v| v.try_into().ok()).expect("a version");
        Ask::json(format!("/accounts/{}/contact", s.account), json!({"person": s.one(Role::Contact).id.to_string()})).version(version)
    }),
    card("list_leads", &["account.read"], |s, _| Ask::bare(format!("/accounts/{}/leads", s.account))),
    card("list_quotas", &["account.read"], |s, _| Ask::bare(format!("/quotas?account={}", s.account))),
    card("list_ledger", &["account.read"], |s, _| Ask::bare(format!("/quotas/ledger?account={}", s.account))),
    card("enter_quota", &["quota.keep"], |s, _| {
        let entry = json!({"account": s.counted_account(), "quota": "urgent_boost", "kind": "grant", "count": 1, "reason": "a courtesy"});
        Ask::json("/quotas/entries", entry)
    }),
    card("request_service", &["service.request"], |s, _| Ask::json("/services", s.new_service())),
    card("list_services", &["service.read"], |s, _| Ask::bare(format!("/services?account={}", s.account))),
    card("list_service_choices", &["service.read"], |s, _| Ask::bare(format!("/services/choices?account={}", s.account))),
    card("preview_service", &["service.read"], |s, _| {
        Ask::bare(format!("/services/preview?account={}&kind=onsite_visit&first_day=2025-07-14&days=2", s.account))
    }),
    card("get_service", &["service.read"], |s, _| Ask::bare(format!("/services/{}", s.fresh_service()))),
    card("act_on_service", &["service.keep"], |s, _| {
        Ask::json(format!("/services/{}/acts", s.fresh_service()), json!({"act": "decline", "reason": "nobody is free"}))
    }),
    card("log_service", &["service.keep"], |s, _| Ask::json(format!("/services/{}/log", s.planned_service()), json!({"text": "all quiet"}))),
    card("list_service_log", &["service.read"], |s, _| Ask::bare(format!("/services/{}/log", s.fresh_service()))),
    card("create_person", &["person.invite"], |s, _| Ask::json("/people", s.new_contact())),
    card("list_people", &["person.read"], |s, _| Ask::bare(format!("/people?account={}", s.account))),
    card("get_person", &["person.read"], |s, _| Ask::bare(format!("/people/{}", s.one(Role::Contact).id))),
    card("edit_person", &["person.edit"], |s, _| {
        Ask::json(format!("/people/{}", s.fresh_contact()), json!({"name": s.fresh("new name")})).version(1)
    }),
    card("get_invitation", &["person.invite"], |s, _| Ask::bare(format!("/people/{}/invitation", invited(s)))),
    card("invite_person", &["person.invite"], |s, _| Ask::bare(format!("/people/{}/invitation", s.fresh_contact()))),
    card("revoke_invitation", &["person.invite"], |s, _| Ask::bare(format!("/people/{}/invitation", invited(s)))),
    card("create_token", &["token.own"], |s, who| {
        drop_tokens(s, who);
        Ask::json("/tokens", json!({"name": "script", "scopes": ["plan.read"]}))
    }),
    card("list_tokens", &["token.own"], |_, _| Ask::bare("/tokens")),
    card("revoke_token", &["token.own"], |s, who| {
        drop_tokens(s, who);
        let issued = s.make(who, "POST", &Ask::json("/tokens", json!({"name": "script", "scopes": ["plan.read"]}))).expect("a token");
        Ask::bare(format!("/tokens/{}", id_of(&issued["token"])))
    }),
    card("list_notices", &["notice.own"], |_, _| Ask::bare("/notices")),
    card("read_notices", &["notice.own"], |s, who| {
        s.fresh_case();
        let mine = s.make(who, "GET", &Ask::bare("/notices")).unwrap_or_default();
        let newest = mine["items"][0]["id"].as_str().map_or_else(|| nothing("out"), str::to_string);
        Ask::json("/notices/read", json!({"up_to": newest}))
    }),
    card("get_preferences", &["notice.own"], |_, _| Ask::bare("/preferences")),
    card("put_preferences", &["notice.own"], |_, _| {
        Ask::json("/preferences", json!({"preferences": [{"topic": "activity", "way": "mail", "wanted": false}]}))
    }),
    card("put_mail_settings", &["notice.own"], |s, who| {
        Ask::json("/preferences/mail", json!({"quiet": {"from": 1320, "to": 420}, "digest": false})).version(s.version_of(who))
    }),
    card("list_plans", &["plan.read"], |_, _| Ask::bare("/plans")),
    card("get_plan", &["plan.read"], |_, _| Ask::bare("/plans/ali.enterprise.v2")),
    card("get_plan_at", &["plan.read"], |_, _| Ask::bare("/plans/at?family=ali.enterprise&at=2025-06-16T00:00:00Z")),
    card("compare_plans", &["plan.read"], |_, _| Ask::bare("/plans/ali.enterprise.v1/diff/ali.enterprise.v2")),
    card("list_calendars", &["plan.read"], |_, _| Ask::bare("/calendars")),
    card("get_calendar", &["plan.read"], |_, _| Ask::bare("/calendars/cal_24x7")),
    card("list_rota", &["rota.read"], |_, _| Ask::bare("/rota?duty=group")),
    card("create_shift", &["rota.edit"], |s, _| {
        Ask::json("/rota", json!({"duty": "group", "person": s.one(Role::Engineer).id.to_string(), "from": s.now()}))
    }),
    card("end_shift", &["rota.edit"], |s, _| Ask::bare(format!("/rota/{}?duty=group&at={}", s.fresh_shift(), s.after(Span::hours(1))))),
    card("list_deliverables", &["deliverable.read"], |_, _| Ask::bare("/deliverables?open=true")),
    card("get_deliverable", &["deliverable.read"], |s, _| Ask::bare(format!("/deliverables/{}", s.report("planned")))),
    card("write_deliverable", &["deliverable.keep"], |s, _| {
        Ask::json(format!("/deliverables/{}", s.report("planned")), json!({"words": {"en": {"summary": "A quiet month."}}})).version(1)
    }),
    card("step_deliverable", &["deliverable.keep"], |s, _| {
        Ask::json(format!("/deliverables/{}/steps", s.report("written")), json!({"step": "approve"}))
    }),
    card("accept_deliverable", &["deliverable.accept"], |s, _| Ask::bare(format!("/deliverables/{}/acceptance", s.report("delivered")))),
    card("get_deliverable_file", &["deliverable.read"], |s, _| Ask::bare(format!("/deliverables/{}/file?format=json", s.report("delivered")))),
    card("create_embed", &["embed.keep"], |s, _| Ask::json("/embeds", new_embed(&s.fresh("console")))),
    card("list_embeds", &["embed.keep"], |_, _| Ask::bare("/embeds")),
    card("edit_embed", &["embed.keep"], |s, _| Ask::json(format!("/embeds/{}", fresh_embed(s)), json!({"active": false})).version(1)),
    card("drop_embed", &["embed.keep"], |s, _| Ask::bare(format!("/embeds/{}", fresh_embed(s)))),
    card("create_webhook", &["webhook.keep"], |_, _| Ask::json("/webhooks", new_webhook())),
    card("list_webhooks", &["webhook.keep"], |_, _| Ask::bare("/webhooks")),
    card("get_webhook", &["webhook.keep"], |s, _| Ask::bare(format!("/webhooks/{}", s.fresh_webhook()))),
    card("edit_webhook", &["webhook.keep"], |s, _| Ask::json(format!("/webhooks/{}", s.fresh_webhook()), json!({"active": false})).version(1)),
    card("drop_webhook", &["webhook.keep"], |s, _| Ask::bare(format!("/webhooks/{}", s.fresh_webhook()))),
    card("rotate_webhook", &["webhook.keep"], |s, _| Ask::bare(format!("/webhooks/{}/rotate", s.fresh_webhook())).version(1)),
    card("list_deliveries", &["webhook.keep"], |s, _| Ask::bare(format!("/webhooks/{}/deliveries", s.fresh_webhook()))),
    card("replay_delivery", &["webhook.keep"], |s, _| {
        let webhook = s.fresh_webhook();
        let letter = s.failed_letters(&webhook, 1).remove(0);
        Ask::bare(format!("/webhooks/{webhook}/deliveries/{letter}/replay"))
    }),
    card("try_routing", &["routing.try", "ticket.read"], |s, _| Ask::json("/routing/try", json!({"ticket": s.case}))),
    card("try_routing_past", &["routing.try", "ticket.read"], |_, _| Ask::json("/routing/try/past", json!({"limit": 10}))),
    card("get_mail", &["mail.keep"], |_, _| Ask::bare("/admin/mail")),
    card("test_mail", &["mail.keep"], |_, _| Ask::json("/admin/mail/test", json!({"to": "postmaster@example.com"}))),
    card("get_house", &["house.read"], |_, _| Ask::bare("/admin/house")),
    card("get_limits", &[], |_, _| Ask::bare("/limits")),
];

fn new_guide(s: &Scene, state: &str) -> Value {
    json!({
        "kind": "guide", "product": "ecs", "symptoms": ["no route"], "titles": {"en": s.fresh("No route")}, "bodies": {"en": "Look at the table."}, "state": state,
    })
}
fn fresh_embed(s: &Scene) -> String {
    id_of(&s.must(Role::Administrator, "POST", "/embeds", new_embed(&s.fresh("console"))))
}
fn fresh_guide(s: &Scene, state: &str) -> String {
    id_of(&s.must(Role::DutyChief, "POST", "/guides", new_guide(s, state)))
}
/// Somebody who was sent an invitation.
fn invited(s: &Scene) -> String {
    let person = s.fresh_contact();
    s.must(Role::Administrator, "POST", &format!("/people/{person}/invitation"), Value::Null);
    person
}
/// A view of one's own; of nobody's for those who keep none.
fn own_view(s: &Scene, who: &Person) -> String {
    let view = s.make(who, "POST", &Ask::json("/views", json!({"name": s.fresh("mine"), "filter": {"open": true}})));
    view.map_or_else(|| nothing("viw"), |v| id_of(&v))
}
fn new_template(s: &Scene) -> Value {
    json!({"name": s.fresh("greeting"), "texts": {"en": "Hello {{customer}}, {{number}} is with {{engineer}}.", "zh-CN": "您好，{{customer}}。"}})
}
fn new_macro(s: &Scene) -> Value {
    json!({"name": s.fresh("take it"), "steps": [{"act": "reply", "body": "Hello {{customer}}"}, {"act": "snooze", "until_in": "PT4H", "reason": "later"}]})
}
fn new_checklist(s: &Scene) -> Value {
    json!({"name": s.fresh("network"), "items": ["ask for the route table", "look at the switch"]})
}
/// A case with an item on its check list.
fn checked_case(s: &Scene) -> String {
    let case = s.fresh_case();
    s.must(Role::Engineer, "POST", &format!("/tickets/{case}/checks"), json!({"items": ["ask for logs"]}));
    case
}
/// A template, macro or check list of one's own; of nobody's for those who keep none. The first goes when there are too many.
fn own_tool(s: &Scene, who: &Person, room: &str, new: Value) -> String {
    let tool = s.make(who, "POST", &Ask::json(room, new));
    tool.map_or_else(|| nothing("tol"), |t| id_of(&t))
}
/// There may only be so many; the one they come with stays.
fn drop_tokens(s: &Scene, who: &Person) {
    let all = s.make(who, "GET", &Ask::bare("/tokens")).unwrap_or_default();
    let scripts = all["items"].as_array().into_iter().flatten().filter(|t| t["name"] == "script" && t["revoked_at"] == Value::Null);
    for token in scripts {
        s.make(who, "DELETE", &Ask::bare(format!("/tokens/{}", id_of(token))));
    }
}
