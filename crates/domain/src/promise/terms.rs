use crate::kit::{At, Span};

/// What happened, in the words clocks listen to. A fact carries its own instant, which may lie before the moment it is heard
/// (a fault is reported after it occurred).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub on: On,
    pub at: At,
    /// The reason of a wait that began; `None` for every other fact.
    pub why: Option<Wait>,
    /// The instant the next update was agreed for; `None` for every other fact.
    pub until: Option<At>,
}
impl Fact {
    pub fn new(on: On, at: At) -> Fact {
        Fact { on, at, why: None, until: None }
    }
    pub fn wait_began(why: Wait, at: At) -> Fact {
        Fact { why: Some(why), ..Fact::new(On::WaitBegan, at) }
    }
    pub fn update_agreed(until: At, at: At) -> Fact {
        Fact { until: Some(until), ..Fact::new(On::UpdateAgreed, at) }
    }
}

macro_rules! triggers {
    ($($(#[$doc:meta])* $name:ident = $key:literal)*) => {
        /// The kinds of facts a promise may start, stop, restart or be cancelled on. Plain data, so a plan book can spell it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum On { $($(#[$doc])* $name),* }
        impl On {
            pub const ALL: &[On] = &[$(On::$name),*];
            pub fn key(self) -> &'static str { match self { $(On::$name => $key),* } }
            pub fn parse(key: &str) -> Option<On> { match key { $($key => Some(On::$name),)* _ => None } }
        }
    };
}
triggers! {
    /// A case was received: the base of a first answer.
    Received = "received"
    /// A person of the vendor answered in a way the customer sees. Robots do not count (plans.md, "Clock engine").
    EngineerReplied = "engineer_replied"
    CustomerReplied = "customer_replied"
    /// The case was boosted by spending an urgent-boost quota.
    Boosted = "boosted"
    /// The customer and the engineer agreed on another time for the next update.
    UpdateAgreed = "update_agreed"
    /// The case waits for somebody else; the fact says for whom.
    WaitBegan = "wait_began"
    WaitEnded = "wait_ended"
    Resolved = "resolved"
    Closed = "closed"
    Reopened = "reopened"
    /// Withdrawn, merged away or redirected: every clock of the case that still runs is cancelled.
    Cancelled = "cancelled"
    FaultOccurred = "fault_occurred"
    FaultDetected = "fault_detected"
    /// The technical manager or TAM began to work on the fault.
    Intervened = "intervened"
    ContactNotified = "contact_notified"
    ServiceRestored = "service_restored"
    AnalysisDelivered = "analysis_delivered"
    RcaDelivered = "rca_delivered"
    PostMortemHeld = "post_mortem_held"
    PeriodEnded = "period_ended"
    ReportDelivered = "report_delivered"
    RefundAsked = "refund_asked"
    RefundReviewed = "refund_reviewed"
    ComplaintReceived = "complaint_received"
    ComplaintAnswered = "complaint_answered"
}

/// Why a case waits. A promise lists the reasons that stop it; the others let it run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    Customer,
    Vendor,
    Product,
}
impl Wait {
    pub const ALL: &[Wait] = &[Wait::Customer, Wait::Vendor, Wait::Product];
    pub fn key(self) -> &'static str {
        match self {
            Wait::Customer => "customer",
            Wait::Vendor => "vendor",
            Wait::Product => "product",
        }
    }
    pub fn parse(key: &str) -> Option<Wait> {
        Wait::ALL.iter().copied().find(|w| w.key() == key)
    }
}

/// `<` or `≤`: "<40分钟" is strict, "10分钟内" is inclusive (plans.md §1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cmp {
    Lt,
    Le,
}

/// How much a promise allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Open time of the promise's calendar.
    Time(Span),
    /// Due at the end (24:00 local) of the n-th working day after the base day; the base day never counts.
    WorkingDays(u32),
}

/// How often a promise is made on one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recurs {
    /// Once; what happens after its end does not start it again.
    Once,
    /// Again at each starting fact while none is running: one clock per message.
    PerMessage,
    /// Each stop starts the next period at once, until a fact of `ends` (plans.yaml, 002:L111 "每小时及时同步进展").
    Periodic,
}

/// Whom the promise is made to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The customer was promised it.
    Contract,
    /// A goal inside the house; never shown to a customer.
    Internal,
}

/// The instant a promise counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// When the starting fact was heard by us.
    Received,
    /// When it happened, also if that is earlier (plans.md §1.4, E12).
    Occurred,
    Detected,
    Recovered,
}

/// A moment on the way to the due instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Percent of the target used.
    Percent(u32),
    /// So much clock time left before the due instant.
    Before(Span),
    /// So much wall time after the breach; only for ladders.
    AfterBreach(Span),
}

/// One step of an escalation ladder: whom to tell, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    pub at: Mark,
    /// A duty in the house's words: `owner`, `group`, `duty_chief`, `tam`, `goc`, `manager`.
    pub tell: String,
}

/// How long one reason may hold a clock in all. Past it the clock runs again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PauseRule {
    pub why: Wait,
    /// Wall time; `None` is no cap (the case's own announced time-out ends the wait).
    pub cap: Option<Span>,
}

/// Where a promise is written: the document of the vendor and the section in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    pub document: String,
    pub section: String,
}

/// Everything a clock needs to know of its promise. Copied onto the clock when it starts: a book edited tomorrow must not bend
/// a promise made today (architecture wall 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The promise, e.g. `first_response`.
    pub key: String,
    /// The row of the book it comes from, e.g. `first_response.web_ticket.any`; unique within a version.
    pub row: String,
    /// The version of the plan book, e.g. `ali.enterprise.v2`; `house` for internal goals.
    pub plan: String,
    pub kind: Kind,
    pub starts: On,
    pub stops: Vec<On>,
    /// Facts that end the promise for good without a verdict of their own if it is not yet broken.
    pub ends: Vec<On>,
    pub recurs: Recurs,
    pub base: Base,
    pub target: Target,
    pub cmp: Cmp,
    /// Calendar and its version, as stamped: `cal_24x7`, 1.
    pub calendar: String,
    pub calendar_version: u32,
    pub pauses: Vec<PauseRule>,
    pub warn_at: Vec<Mark>,
    pub ladder: Vec<Rung>,
    pub source: Source,
}

pub const WARNINGS_MAX: usize = 8;
pub const RUNGS_MAX: usize = 8;
const _: () = assert!(WARNINGS_MAX <= 32 && RUNGS_MAX <= 32, "what was told is remembered in one 32-bit mask each");
