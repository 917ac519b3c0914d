//! What differs between two books, in words.
use super::library::Library;
use super::show::target_words;
use domain::calendar::Calendar;
use domain::kit::Span;
use domain::plan::{Arg, Change, Verdict};
use serde_json::{Value, json};

/// Everything that differs for a customer who goes from the book `old` to the book `new`, worst first. `None` when either is unknown.
pub fn diff(library: &Library, old: &str, new: &str) -> Option<Vec<Change>> {
    let hours = |id: &str| library.calendar(id).map(open_in_a_week);
    Some(domain::plan::diff(library.book(old)?, library.book(new)?, &hours))
}

/// Open time in an ordinary week, holidays aside. Overlapping windows are counted twice; none of the house's calendars has any.
fn open_in_a_week(calendar: &Calendar) -> Span {
    let seconds = calendar.spec().weekly.iter().flatten().map(|w| i64::from(w.end_seconds() - w.start_seconds())).sum();
    Span::seconds(seconds)
}

/// One line for a person: `worse: first answer … 40 minutes → 120 minutes`. Chinese for any `zh…`, else English.
pub fn diff_words(change: &Change, lang: &str) -> String {
    let chinese = lang.starts_with("zh");
    let (en, zh) = SENTENCES.iter().find(|(code, _, _)| *code == change.code).map_or((change.code, change.code), |(_, en, zh)| (*en, *zh));
    let sentence = if chinese { zh } else { en };
    let sentence = change.args.iter().fold(sentence.to_string(), |s, (name, arg)| s.replace(&format!("{{{name}}}"), &arg_words(arg, lang)));
    let sentence = sentence.trim_end_matches(['.', '。']);
    let verdict = verdict_words(change.kind, lang);
    if chinese { format!("{verdict}：{sentence}") } else { format!("{verdict}: {sentence}") }
}

/// The change with its sentence, for scripts.
pub fn diff_json(change: &Change, lang: &str) -> Value {
    let args: serde_json::Map<String, Value> =
        change.args.iter().map(|(name, arg)| (name.to_string(), Value::String(arg_words(arg, lang)))).collect();
    json!({ "path": change.path, "kind": verdict_key(change.kind), "code": change.code, "args": args, "words": diff_words(change, lang) })
}

fn verdict_key(kind: Verdict) -> &'static str {
    match kind {
        Verdict::Worse => "worse",
        Verdict::Better => "better",
        Verdict::Added => "added",
        Verdict::Removed => "removed",
        Verdict::Neutral => "changed",
    }
}
fn verdict_words(kind: Verdict, lang: &str) -> &'static str {
    if !lang.starts_with("zh") {
        return verdict_key(kind);
    }
    match kind {
        Verdict::Worse => "变差",
        Verdict::Better => "变好",
        Verdict::Added => "新增",
        Verdict::Removed => "取消",
        Verdict::Neutral => "变化",
    }
}
fn arg_words(arg: &Arg, lang: &str) -> String {
    let chinese = lang.starts_with("zh");
    match arg {
        Arg::Words(text) => text.get(lang).trim_end_matches(['.', '。']).to_string(),
        Arg::Target(target) => target_words(target, lang),
        Arg::Number(Some(n)) => n.to_string(),
        Arg::Number(None) => if chinese { "不限" } else { "no limit" }.to_string(),
        Arg::Money(Some(amount)) => amount.to_string(),
        Arg::Money(None) => if chinese { "未确认" } else { "unconfirmed" }.to_string(),
        Arg::Key(key) => key.clone(),
    }
}

/// Code, English, Chinese.
pub(super) const SENTENCES: &[(&str, &str, &str)] = &[
    ("target_slower", "slower, {old} → {new} ({what})", "变慢，{old} → {new}（{what}）"),
    ("target_faster", "faster, {old} → {new} ({what})", "变快，{old} → {new}（{what}）"),
    ("target_other", "counted differently, {old} → {new} ({what})", "计法改变，{old} → {new}（{what}）"),
    ("target_now_strict", "{new} itself is now too late ({what})", "满 {new} 即算迟（{what}）"),
    ("target_now_inclusive", "{new} itself is now in time ({what})", "满 {new} 仍算按时（{what}）"),
    ("target_unconfirmed", "no longer promised, {old} → unconfirmed ({what})", "不再承诺，{old} → 未确认（{what}）"),
    ("target_confirmed", "now promised, unconfirmed → {new} ({what})", "开始承诺，未确认 → {new}（{what}）"),
    ("promise_added", "new promise: {what}", "新承诺：{what}"),
    ("promise_removed", "promise gone: {what}", "承诺取消：{what}"),
    ("promise_unconfirmed", "named, but not promised: {what}", "提及但未承诺：{what}"),
    ("promise_calendar", "counted on {new} instead of {old} ({what})", "计时日历由 {old} 改为 {new}（{what}）"),
    ("promise_base", "counted from “{new}” instead of “{old}” ({what})", "起算点由“{old}”改为“{new}”（{what}）"),
    ("quota_added", "new quota: {what}. {words}", "新额度：{what}。{words}"),
    ("quota_removed", "quota gone: {what}. {words}", "额度取消：{what}。{words}"),
    ("cap_added", "now capped: {what}. {words}", "新增上限：{what}。{words}"),
    ("cap_removed", "cap lifted: {what}. {words}", "取消上限：{what}。{words}"),
    ("quota_count", "{what}: times per period {old} → {new}", "{what}:每期次数 {old} → {new}"),
    ("quota_days", "{what}: days per period {old} → {new}", "{what}:每期天数 {old} → {new}"),
    ("quota_period", "{what}: another period", "{what}:周期改变"),
    ("quota_lead", "{what}: working days to ask ahead {old} → {new}", "{what}:提前申请的工作日 {old} → {new}"),
    ("quota_exempt", "{what}: another rule on what is not counted", "{what}:不计额度的规则改变"),
    ("quota_overrun", "{what}: another rule past the limit", "{what}:超额处理改变"),
    ("deliverable_added", "new deliverable: {what}. {words}", "新交付物：{what}。{words}"),
    ("deliverable_removed", "deliverable gone: {what}. {words}", "交付物取消：{what}。{words}"),
    ("deliverable_period", "{what}: another rhythm. {words}", "{what}:频率改变。{words}"),
    ("deliverable_due", "{what}: due after {old} → {new} working days", "{what}:交付期限 {old} → {new} 个工作日"),
    ("deliverable_due_unconfirmed", "{what}: date of delivery no longer given", "{what}:不再给出交付期限"),
    ("deliverable_due_confirmed", "{what}: now due after {new} working days", "{what}:现于 {new} 个工作日内交付"),
    ("deliverable_count", "{what}: at least {old} → {new} a period", "{what}:每期至少 {old} → {new} 次"),
    ("channel_added", "new channel: {what}", "新渠道：{what}"),
    ("channel_removed", "channel gone: {what}", "渠道取消：{what}"),
    ("channel_hours", "{what}: hours {old} → {new}", "{what}:服务时间 {old} → {new}"),
    ("channel_hours_unconfirmed", "{what}: hours no longer given (was {old})", "{what}:不再给出服务时间（原为 {old}）"),
    ("channel_hours_confirmed", "{what}: hours now given, {new}", "{what}:给出服务时间 {new}"),
    ("fee_base", "monthly price in {currency}: {old} → {new}", "月费({currency}){old} → {new}"),
    ("fee_rate", "share of consumption {old} → {new}", "消费占比 {old} → {new}"),
    ("fee_combination", "base and share of consumption are put together differently", "固定费与消费占比的合并方式改变"),
    ("fee_bands", "another table of rates", "分档费率改变"),
    ("fee_reckoning", "fees are reckoned differently, {what}: {old} → {new}", "计费口径改变，{what}：{old} → {new}"),
    ("fee_refund", "another rule on refunds", "退款规则改变"),
    ("feature_added", "now included: {what}", "新包含：{what}"),
    ("feature_removed", "no longer included: {what}", "不再包含：{what}"),
    ("feature_changed", "included service “{old}” is now “{new}”", "包含的服务由“{old}”改为“{new}”"),
    ("not_provided_added", "now said outright: {what}", "现明确：{what}"),
    ("not_provided_removed", "no longer excluded outright: {what}", "不再明确排除：{what}"),
    ("scope_entered", "now in scope: {what}", "新纳入范围：{what}"),
    ("scope_left", "no longer in scope: {what}", "不再属于范围：{what}"),
    ("exclusion_added", "now out of scope: {what}", "新排除：{what}"),
    ("exclusion_removed", "no longer excluded: {what}", "不再排除：{what}"),
    ("third_party_added", "third-party software now listed: {what}", "新列入第三方软件：{what}"),
    ("third_party_removed", "third-party software no longer listed: {what}", "不再列入第三方软件：{what}"),
    ("escort_line_added", "escort now covers: {what}", "护航新增产品线：{what}"),
    ("escort_line_removed", "escort no longer covers: {what}", "护航取消产品线：{what}"),
    ("escort_line_changed", "escort covers other products of: {what}", "护航产品改变：{what}"),
    ("policy_added", "rule: {what}", "规则：{what}"),
    ("policy_removed", "rule: {what}", "规则：{what}"),
    ("policy_changed", "rule “{old}” is now “{new}”", "规则由“{old}”改为“{new}”"),
];
