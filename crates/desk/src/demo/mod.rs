//! A vendor to look at: customers on different plans, a staffed desk, cases in every stage. Made once, through the same use cases as
//! everything else; a second start finds it there.
mod guides;
pub mod load;
mod tools;

use crate::act::{Doing, act};
use crate::import::{Mapping, Notes, Options, SAMPLE, import, servicenow};
use crate::log::Line;
use crate::ticket::{Opening, open};
use crate::{Act, Desk, Fault};
use domain::kit::{AccountId, At, PersonId, Span};
use domain::people::{ActOnTicket, Actor, Leave, OpenTicket, Role, ask};
use domain::promise::Wait;
use domain::ticket::Command;
use serde_json::json;
use store::account::{Account, PlanOrder};
use store::person::{Person, Shift};
use store::ticket::Words;

/// Somebody to sign in as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub login: String,
    pub name: String,
    pub role: Role,
    /// Name of the customer, empty for staff.
    pub account: String,
    pub plan: String,
}

struct Somebody {
    login: &'static str,
    name: &'static str,
    role: Role,
    tier: u8,
    skills: &'static str,
    languages: &'static str,
}
const STAFF: &[Somebody] = &[
    Somebody { login: "admin", name: "何静 He Jing", role: Role::Administrator, tier: 0, skills: "", languages: "zh-CN en" },
    Somebody { login: "chief", name: "赵启明 Zhao Qiming", role: Role::DutyChief, tier: 0, skills: "*", languages: "zh-CN en" },
    Somebody { login: "li", name: "李想 Li Xiang", role: Role::Engineer, tier: 1, skills: "ecs slb vpc", languages: "zh-CN" },
    Somebody { login: "wang", name: "王芳 Wang Fang", role: Role::Engineer, tier: 2, skills: "rds redis polardb", languages: "zh-CN en" },
    Somebody { login: "chen", name: "陈思远 Chen Siyuan", role: Role::Engineer, tier: 3, skills: "ack oss cdn", languages: "zh-CN en" },
    Somebody { login: "mia", name: "Mia Torres", role: Role::Engineer, tier: 2, skills: "*", languages: "en es" },
    Somebody { login: "zhou", name: "周岩 Zhou Yan", role: Role::Engineer, tier: 4, skills: "*", languages: "zh-CN en" },
    Somebody { login: "tam", name: "孙悦 Sun Yue", role: Role::Tam, tier: 0, skills: "*", languages: "zh-CN en" },
    Somebody { login: "quality", name: "钱进 Qian Jin", role: Role::Quality, tier: 0, skills: "", languages: "zh-CN" },
    Somebody { login: "finance", name: "吴敏 Wu Min", role: Role::Finance, tier: 0, skills: "", languages: "zh-CN" },
];

struct Customer {
    number: &'static str,
    name: &'static str,
    language: &'static str,
    tz: &'static str,
    /// Family and the instant of the order; the version follows from it. `None`: on the basic plan.
    order: Option<(&'static str, &'static str)>,
    tam: bool,
    contact: (&'static str, &'static str),
    manager: (&'static str, &'static str),
}
const CUSTOMERS: &[Customer] = &[
    Customer {
        number: "C-1001",
        name: "云帆零售 Yunfan Retail",
        language: "zh-CN",
        tz: "Asia/Shanghai",
        order: Some(("ali.enterprise", "2025-03-01T10:00:00+08:00")),
        tam: false,
        contact: ("yunfan", "林晓 Lin Xiao"),
        manager: ("yunfan-manager", "高原 Gao Yuan"),
    },
    Customer {
        number: "C-1002",
        name: "Northwind Trading",
        language: "en",
        tz: "Europe/Amsterdam",
        order: Some(("ali.enterprise", "2025-09-01T09:00:00+02:00")),
        tam: true,
        contact: ("northwind", "Anna de Vries"),
        manager: ("northwind-manager", "Pieter Bos"),
    },
    Customer {
        number: "C-1003",
        name: "星河游戏 Galaxy Games",
        language: "zh-CN",
        tz: "Asia/Shanghai",
        order: Some(("ali.top", "2025-08-08T08:00:00+08:00")),
        tam: true,
        contact: ("galaxy", "许诺 Xu Nuo"),
        manager: ("galaxy-manager", "沈默 Shen Mo"),
    },
    Customer {
        number: "C-1004",
        name: "小橘子工作室 Little Orange",
        language: "zh-CN",
        tz: "Asia/Shanghai",
        order: None,
        tam: false,
        contact: ("orange", "江橘 Jiang Ju"),
        manager: ("orange-manager", "江楠 Jiang Nan"),
    },
    Customer {
        number: "C-1005",
        name: "深蓝科技 Deepblue",
        language: "zh-CN",
        tz: "Asia/Shanghai",
        order: Some(("ali.business", "2025-05-05T08:00:00+08:00")),
        tam: false,
        contact: ("deepblue", "蓝天 Lan Tian"),
        manager: ("deepblue-manager", "蓝海 Lan Hai"),
    },
    Customer {
        number: "C-1006",
        name: "Aurora Robotics",
        language: "en",
        tz: "Australia/Sydney",
        order: Some(("volc.default", "2025-10-01T08:00:00+10:00")),
        tam: false,
        contact: ("aurora", "Jack Nguyen"),
        manager: ("aurora-manager", "Olivia Smith"),
    },
];

/// Who can sign in, and whether they were just made.
#[derive(Debug, Clone)]
pub struct Furnished {
    pub people: Vec<SignIn>,
    pub is_new: bool,
}

/// Furnishes the demo once; `password_hash` is everybody's. A second time nothing changes.
pub fn furnish(desk: &Desk, password_hash: &str, now: At) -> Result<Furnished, Fault> {
    let hash = password_hash.to_string();
    let (people, is_new) = desk.write(now, move |cx| {
        if store::account::find_by_number(cx.tx, CUSTOMERS[0].number)?.is_some() {
            return Ok((Vec::new(), false));
        }
        let staff = put_staff(cx, &hash)?;
        tools::put_tools(cx, &staff[1])?;
        guides::put(cx, &staff[1])?;
        let customers = CUSTOMERS.iter().map(|c| put_customer(cx, c, staff[7].person, &hash)).collect::<Result<Vec<_>, _>>()?;
        Ok((staff.into_iter().chain(customers.into_iter().flatten()).collect(), true))
    })?;
    if is_new {
        open_cases(desk, &people, now)?;
    }
    Ok(Furnished { people: sign_ins(), is_new })
}
fn sign_ins() -> Vec<SignIn> {
    let staff =
        STAFF.iter().map(|s| SignIn { login: s.login.into(), name: s.name.into(), role: s.role, account: String::new(), plan: String::new() });
    let customers = CUSTOMERS.iter().flat_map(|c| {
        let plan = c.order.map_or("ali.basic", |(family, _)| family);
        [(c.contact, Role::Contact), (c.manager, Role::CustomerManager)].map(|((login, name), role)| SignIn {
            login: login.into(),
            name: name.into(),
            role,
            account: c.name.into(),
            plan: plan.into(),
        })
    });
    staff.chain(customers).collect()
}

fn person(cx: &mut Act, login: &str, name: &str, role: Role, hash: &str) -> Person {
    Person {
        id: cx.fresh(),
        account: None,
        role,
        tier: 0,
        name: name.into(),
        login: login.into(),
        email: format!("{login}@demo.invalid"),
        language: "zh-CN".into(),
        tz: "Asia/Shanghai".into(),
        skills: Vec::new(),
        languages: vec!["zh-CN".into()],
        capacity: 0,
        work_calendar: None,
        away_until: None,
        active: true,
        load: 0,
        last_assigned_at: None,
        quiet: None,
        digest: false,
        password_hash: Some(hash.into()),
        created_at: cx.now,
        version: 1,
    }
}
fn actor(p: &Person) -> Actor {
    Actor { person: p.id, role: p.role, tier: p.tier, account: p.account }
}
fn put_staff(cx: &mut Act, hash: &str) -> Result<Vec<Actor>, Fault> {
    let mut actors = Vec::new();
    for s in STAFF {
        let words = |text: &str| text.split_whitespace().map(str::to_string).collect();
        let fresh = person(cx, s.login, s.name, s.role, hash);
        let capacity = if s.role.answers() { 15 } else { 0 };
        let p = Person { tier: s.tier, skills: words(s.skills), languages: words(s.languages), capacity, ..fresh };
        store::person::put_new(cx.tx, &p)?;
        crate::log::write(cx, vec![Line::audit(None, None, "person.created", json!({"person": p.id.to_string(), "role": p.role.key()}))])?;
        actors.push(actor(&p));
    }
    // The group lead's rung is left empty on purpose: the ladder shows how it is skipped.
    for (duty, who) in [("fallback", 1), ("fallback", 6), ("duty_chief", 1), ("manager", 0), ("goc", 1)] {
        let shift = Shift { id: cx.fresh(), duty: duty.into(), person: actors[who].person, position: who as u32, from_at: cx.now, to_at: None };
        store::person::put_shift(cx.tx, &shift)?;
    }
    Ok(actors)
}
fn put_customer(cx: &mut Act, c: &Customer, tam: PersonId, hash: &str) -> Result<Vec<Actor>, Fault> {
    let account = Account {
        id: cx.fresh(),
        number: c.number.into(),
        name: c.name.into(),
        language: c.language.into(),
        tz: c.tz.into(),
        tam: c.tam.then_some(tam),
        contact: None,
        active: true,
        created_at: cx.now,
        version: 1,
    };
    store::account::put_new(cx.tx, &account)?;
    crate::log::write(cx, vec![Line::audit(None, Some(account.id), "account.created", json!({"number": c.number}))])?;
    if let Some((family, ordered_at)) = c.order {
        put_order(cx, account.id, family, ordered_at)?;
    }
    let mut actors = Vec::new();
    for ((login, name), role) in [(c.contact, Role::Contact), (c.manager, Role::CustomerManager)] {
        let fresh = person(cx, login, name, role, hash);
        let p = Person { account: Some(account.id), language: c.language.into(), tz: c.tz.into(), languages: vec![c.language.into()], ..fresh };
        store::person::put_new(cx.tx, &p)?;
        crate::log::write(cx, vec![Line::audit(None, p.account, "person.created", json!({"person": p.id.to_string(), "role": p.role.key()}))])?;
        actors.push(actor(&p));
    }
    Ok(actors)
}
fn put_order(cx: &mut Act, account: AccountId, family: &str, ordered_at: &str) -> Result<(), Fault> {
    let ordered_at = At::parse(ordered_at).map_err(|e| Fault::internal(e.0))?;
    let book = cx.desk.shelves().version_at(family, ordered_at).ok_or_else(|| Fault::internal(format!("no version of {family} at {ordered_at}")))?;
    let order = PlanOrder {
        id: cx.fresh(),
        account,
        family: family.into(),
        plan: book.id.clone(),
        ordered_at,
        starts_at: ordered_at,
        ends_at: None,
        by: None,
    };
    store::account::put_order(cx.tx, &order)?;
    crate::log::write(cx, vec![Line::audit(None, Some(account), "plan.ordered", json!({"plan": order.plan, "ordered_at": ordered_at.to_string()}))])?;
    Ok(())
}

struct Question {
    by: &'static str,
    severity: &'static str,
    channel: &'static str,
    product: &'static str,
    subject: &'static str,
    body: &'static str,
    /// Minutes ago.
    ago: i64,
    story: &'static [Step],
}
enum Step {
    /// Minutes later, somebody of staff answers; `true`: with a question.
    Answer(i64, &'static str, bool),
    Note(i64, &'static str),
    Customer(i64, &'static str),
    Wait(i64, Wait),
    Resolve(i64, &'static str),
    Confirm(i64),
    Boost(i64),
}
use Step::{Answer, Boost, Confirm, Customer as Customers, Note, Resolve, Wait as Waits};
const QUESTIONS: &[Question] = &[
    Question {
        by: "yunfan",
        severity: "critical",
        channel: "web_ticket",
        product: "ecs",
        subject: "华东 1 的 6 台 ECS 同时无法连接",
        body: "10:05 起 i-bp1a2b3c 等 6 台实例 ping 不通，控制台显示运行中。订单服务不可用。已重启其中一台，无效。",
        ago: 12,
        story: &[Answer(6, "已收到，正在检查宿主机与虚拟交换机，10 分钟内同步第一次进展。", false), Note(8, "宿主机 nc-7781 网卡丢包，迁移中。")],
    },
    Question {
        by: "northwind",
        severity: "high",
        channel: "web_ticket",
        product: "rds",
        subject: "Replica lag grows to 40 minutes every night",
        body: "Since Monday the read replica rr-8vb12 falls behind between 01:00 and 03:00 CET. Nothing changed on our side. Error code: none.",
        ago: 190,
        story: &[
            Answer(35, "Thank you for the details. Could you send the slow log of 01:00–01:30 and tell us when the nightly export starts?", true),
            Customers(95, "The export starts at 00:55. Slow log attached to the bucket link in the instance notes."),
            Answer(130, "The export holds one long transaction; we are preparing a change of the export window together with your TAM.", false),
        ],
    },
    Question {
        by: "galaxy",
        severity: "business_down",
        channel: "dedicated_im_group",
        product: "slb",
        subject: "登录网关 5xx 突增，玩家无法进入游戏",
        body: "20:00 开服后 5xx 比例 37%，SLB lb-gz9k 后端健康检查异常。影响全部大区。",
        ago: 26,
        story: &[Answer(3, "值班专家已进群，正在扩容后端并回滚 19:40 的配置。", false)],
    },
    Question {
        by: "orange",
        severity: "low",
        channel: "web_ticket",
        product: "oss",
        subject: "如何给 OSS 图片加防盗链？",
        body: "想让图片只能在自己的网站上打开，应该怎么设置？",
        ago: 2_900,
        story: &[
            Answer(70, "可以在「权限管理 > 防盗链」里设置 Referer 白名单，步骤见下。设置后请试试从别的网站打开。", false),
            Resolve(75, "使用咨询"),
            Confirm(300),
        ],
    },
    Question {
        by: "deepblue",
        severity: "urgent",
        channel: "web_ticket",
        product: "redis",
        subject: "Redis 主备切换后连接数打满",
        body: "14:20 主备切换后应用报 ERR max number of clients reached，重启应用后恢复一半。",
        ago: 48,
        story: &[
            Answer(9, "正在核对切换原因与连接池参数。", false),
            Boost(15),
            Answer(40, "第一次小时同步：已确认是客户端重连风暴，建议先把 maxTotal 调到 200。", false),
        ],
    },
    Question {
        by: "aurora",
        severity: "medium",
        channel: "web_ticket",
        product: "ack",
        subject: "Cluster autoscaler ignores the new node pool",
        body: "Pods stay pending although pool np-2 has room to grow. Events say: no matching template.",
        ago: 400,
        story: &[
            Answer(8, "The pool's template misses the zone label; our product team is checking why the console did not add it.", false),
            Waits(20, Wait::Product),
        ],
    },
    Question {
        by: "yunfan",
        severity: "medium",
        channel: "web_ticket",
        product: "cdn",
        subject: "CDN 刷新后仍返回旧内容",
        body: "昨天 18 点提交目录刷新 https://static.example.com/css/ ，部分地区仍是旧文件。",
        ago: 1_500,
        story: &[Answer(20, "请提供一个仍返回旧内容的完整 URL 和响应头，我们核对节点。", true)],
    },
    Question {
        by: "northwind",
        severity: "low",
        channel: "web_ticket",
        product: "ecs",
        subject: "Invoice address on the October statement",
        body: "Please tell us where to change the invoice address for the next statement.",
        ago: 4,
        story: &[],
    },
];

/// A real log of another company's incidents, judged under a plan: history to search and to ask what-if of.
/// Once; a second start finds it there.
pub fn bring_history(desk: &Desk, now: At) -> Result<(), Fault> {
    const ACCOUNT: &str = "C-2001";
    if desk.read(|tx| Ok(store::account::find_by_number(tx, ACCOUNT)?))?.is_some() {
        return Ok(());
    }
    let (mapping, mut notes) = (Mapping::shipped()?, Notes::unwritten());
    let log = servicenow::read(SAMPLE, "UTC", &mapping, now, &mut notes)?;
    let options = Options {
        plan: "ali.enterprise.v1".into(),
        account: ACCOUNT.into(),
        account_name: "导入的历史 Imported history (UCI, CC BY 4.0)".into(),
        mapping,
    };
    import(desk, &log, &options, &mut notes, now, &mut |_, _| {}).map(|_| ())
}

/// Opens the cases in the past and lets them run, minute by minute, to now.
fn open_cases(desk: &Desk, people: &[Actor], now: At) -> Result<(), Fault> {
    let logins: Vec<String> = sign_ins().into_iter().map(|s| s.login).collect();
    let find = |login: &str| logins.iter().position(|l| l == login).and_then(|i| people.get(i)).cloned();
    for q in QUESTIONS {
        let Some(asker) = find(q.by) else { continue };
        let opened_at = now - Span::minutes(q.ago);
        let number = desk.next_number()?;
        let leave = || ask::<OpenTicket>(&asker).ok_or(Fault::Forbidden { deed: "ticket.open" });
        let opening = Opening {
            channel: q.channel.into(),
            severity: q.severity.into(),
            words: Words { subject: q.subject.into(), product: q.product.into(), ..Words::default() },
            body: q.body.into(),
            ..Opening::default()
        };
        let allowed = leave()?;
        let case = desk.write(opened_at, move |cx| open(cx, &allowed, number, &opening))?.case;
        for step in q.story {
            tell(desk, &asker, people, case.ticket.id, case.ticket.handler, opened_at, step)?;
        }
    }
    Ok(())
}
fn tell(
    desk: &Desk,
    asker: &Actor,
    people: &[Actor],
    id: domain::kit::TicketId,
    handler: Option<PersonId>,
    from: At,
    step: &Step,
) -> Result<(), Fault> {
    let staff = people.iter().find(|p| Some(p.person) == handler).unwrap_or(&people[1]);
    let (minutes, who, command, body) = match step {
        Answer(m, text, asks) => (*m, staff, Command::Reply { asks: *asks }, *text),
        Note(m, text) => (*m, staff, Command::Note, *text),
        Customers(m, text) => (*m, asker, Command::Reply { asks: false }, *text),
        Waits(m, why) => (*m, staff, Command::WaitFor { why: *why }, ""),
        Resolve(m, cause) => (*m, staff, Command::Resolve { cause: cause.to_string() }, ""),
        Confirm(m) => (*m, asker, Command::Confirm, ""),
        Boost(m) => (*m, asker, Command::Boost, ""),
    };
    let leave: Leave<ActOnTicket> = ask(who).ok_or(Fault::Forbidden { deed: "ticket.act" })?;
    let doing = Doing { body: (!body.is_empty()).then(|| body.to_string()), ..Doing::new(command) };
    desk.write(from + Span::minutes(minutes), move |cx| act(cx, &leave, id, &doing)).map(|_| ())
}
