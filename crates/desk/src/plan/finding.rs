use std::fmt;

/// Something wrong in a data file: where, what, and with which words to explain it. A sentence in the reader's language is [`words`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub file: String,
    /// Counts from 1; 0 when the finding is about the file as a whole.
    pub line: u32,
    /// In characters, counts from 1.
    pub column: u32,
    /// Key path, arrays counted from 1: `promise[3].target`. Empty for the file as a whole.
    pub key: String,
    pub code: &'static str,
    pub args: Vec<(&'static str, String)>,
}

impl Finding {
    /// A finding about a file as a whole.
    pub fn of_file(file: &str, code: &'static str, args: Vec<(&'static str, String)>) -> Finding {
        Finding { file: file.to_string(), line: 0, column: 0, key: String::new(), code, args }
    }
}

/// `plans/x.toml:12:3 promise[1].target plan.bad_duration got="soon"`, for logs.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{} {} {}", self.file, self.line, self.column, self.key, self.code)?;
        self.args.iter().try_for_each(|(name, value)| write!(f, " {name}={value:?}"))
    }
}

/// One line a person can act on: place, what is wrong, remedy. Chinese for any `zh…`, else English.
pub fn words(finding: &Finding, lang: &str) -> String {
    let chinese = lang.starts_with("zh");
    let sentence = SENTENCES.iter().find(|(code, _, _)| *code == finding.code).map_or(finding.code, |(_, en, zh)| if chinese { zh } else { en });
    let sentence = finding.args.iter().fold(sentence.to_string(), |s, (name, value)| s.replace(&format!("{{{name}}}"), value));
    let place = if finding.line == 0 { finding.file.clone() } else { format!("{}:{}:{}", finding.file, finding.line, finding.column) };
    if finding.key.is_empty() { format!("{place}: {sentence}") } else { format!("{place}: {}: {sentence}", finding.key) }
}

/// Code, English, Chinese. Each sentence says what is wrong and then what to do.
pub(super) const SENTENCES: &[(&str, &str, &str)] = &[
    ("plan.syntax", "not valid TOML: {message}. Correct this place.", "不是合法的 TOML:{message}。请改正此处。"),
    (
        "plan.unreadable",
        "cannot be read: {message}. Check that it exists, is UTF-8 text and may be read.",
        "无法读取：{message}。请确认文件存在、为 UTF-8 文本且可读。",
    ),
    ("plan.too_big", "larger than {max} bytes. Split it or shorten it.", "超过 {max} 字节。请拆分或缩短。"),
    (
        "plan.unknown_key",
        "there is no such key. Known here: {known}. Correct the spelling or remove it.",
        "没有这个键。此处可用：{known}。请改正拼写或删除。",
    ),
    ("plan.missing_key", "a required key is missing. Add `{wanted}`.", "缺少必填的键。请补上 `{wanted}`。"),
    ("plan.wrong_type", "a {wanted} is wanted here, not a {got}. Write a {wanted}.", "此处应为 {wanted}，而不是 {got}。请改写。"),
    ("plan.not_one_of", "`{got}` is not known here. Write one of: {known}.", "此处不认识 `{got}`。请写其中之一：{known}。"),
    ("plan.empty", "must not be empty. Write something or remove the key.", "不能为空。请填写或删除该键。"),
    ("plan.missing_words", "the words in {lang} are missing. Add `{lang} = \"…\"`.", "缺少 {lang} 的文字。请补上 `{lang} = \"…\"`。"),
    (
        "plan.bad_id",
        "`{got}` is no id. Use lower-case letters, digits and `_`, parts joined by dots.",
        "`{got}` 不是合法标识。请用小写字母、数字和 `_`,各段以点连接。",
    ),
    (
        "plan.bad_instant",
        "`{got}` is no instant. Write RFC 3339 with an offset, such as \"2025-06-16T11:00:00+08:00\".",
        "`{got}` 不是时刻。请按 RFC 3339 带时差书写，如 \"2025-06-16T11:00:00+08:00\"。",
    ),
    (
        "plan.bad_duration",
        "`{got}` is no duration above zero. Write ISO 8601 without months, such as \"PT40M\".",
        "`{got}` 不是大于零的时长。请按 ISO 8601 书写（不含月），如 \"PT40M\"。",
    ),
    (
        "plan.bad_zone",
        "`{got}` is no time zone. Write an IANA name, such as \"Asia/Shanghai\".",
        "`{got}` 不是时区。请写 IANA 名称，如 \"Asia/Shanghai\"。",
    ),
    (
        "plan.bad_money",
        "`{got}` is no amount. Write decimal digits in quotes, such as \"25000\" or \"0.10\"; not below zero.",
        "`{got}` 不是金额。请用引号写十进制数，如 \"25000\" 或 \"0.10\";不得为负。",
    ),
    (
        "plan.bad_mark",
        "`{got}` is no mark. Write \"75%\", \"5m before\" or, in a ladder, \"10m after\" (units s, m, h, d).",
        "`{got}` 不是时点。请写 \"75%\"、\"5m before\",升级阶梯中也可写 \"10m after\"（单位 s、m、h、d）。",
    ),
    (
        "plan.not_positive",
        "`{got}` is not a whole number of at least 1. A limit of nothing is written by leaving the row out.",
        "`{got}` 不是不小于 1 的整数。没有额度时请删除该行。",
    ),
    ("plan.too_many", "{got} entries, at most {max} are allowed. Remove some.", "有 {got} 项，最多 {max} 项。请删减。"),
    ("plan.duplicate", "`{got}` is already there, in line {first}. Keep one of the two.", "`{got}` 已在第 {first} 行出现。请只保留一个。"),
    (
        "plan.id_is_not_family_and_version",
        "the id must be the family, a dot and the version: `{family}.…`. Correct `id` or `family`.",
        "标识应为“系列.版本”:`{family}.…`。请改正 `id` 或 `family`。",
    ),
    (
        "plan.misplaced",
        "a book with this id belongs in `{wanted}`. Move the file or correct the id.",
        "此标识的计划书应放在 `{wanted}`。请移动文件或改正标识。",
    ),
    ("plan.effective_reversed", "`to` must be later than `from`. Correct one of the two.", "`to` 必须晚于 `from`。请改正其一。"),
    (
        "plan.unknown_channel",
        "there is no channel `{got}` in this book. Add it under [[channel]] or write one of: {known}.",
        "本计划书没有渠道 `{got}`。请在 [[channel]] 中添加，或写其中之一：{known}。",
    ),
    (
        "plan.unknown_quota",
        "there is no quota `{got}` in this book. Add it under [[quota]] or write one of: {known}.",
        "本计划书没有额度 `{got}`。请在 [[quota]] 中添加，或写其中之一：{known}。",
    ),
    (
        "plan.unknown_deliverable",
        "there is no deliverable `{got}` in this book. Write one of: {known}.",
        "本计划书没有交付物 `{got}`。请写其中之一：{known}。",
    ),
    (
        "plan.unknown_calendar",
        "there is no calendar `{got}`. Add calendars/{got}.toml or write one of: {known}.",
        "没有日历 `{got}`。请添加 calendars/{got}.toml,或写其中之一：{known}。",
    ),
    ("plan.unknown_family", "there is no family `{got}` among the books. Write one of: {known}.", "没有系列 `{got}`。请写其中之一：{known}。"),
    (
        "plan.target_without_cmp",
        "a target needs `cmp`: \"lt\" when the limit itself is too late, \"le\" when it still counts. Add it.",
        "有目标时须写 `cmp`:到点即迟写 \"lt\",到点仍算写 \"le\"。请补上。",
    ),
    (
        "plan.stop_is_start",
        "`{stop}` both starts and stops this promise, so it would be kept at once. Name another stop.",
        "`{stop}` 既是起点又是终点，承诺会立即兑现。请换一个终点。",
    ),
    (
        "plan.stop_is_end",
        "`{stop}` is both a stop and an end. Leave it in one of the two lists.",
        "`{stop}` 同时出现在 stops 与 ends。请只保留一处。",
    ),
    (
        "plan.stop_never_happens",
        "after `{start}` the fact `{stop}` never happens: they belong to different things. Name a fact of the same kind: {known}.",
        "`{start}` 之后不会发生 `{stop}`:两者不属同一事项。请写同类事实：{known}。",
    ),
    ("plan.periodic_without_end", "a periodic promise must have an end. Add `ends`.", "周期性承诺必须有结束。请补上 `ends`。"),
    (
        "plan.mark_out_of_range",
        "{mark} can never come: only 1 % to 99 % of the target, for a rung up to 100 %. Correct it.",
        "{mark} 不会发生：只能为目标的 1% 到 99%,升级阶梯可到 100%。请改正。",
    ),
    (
        "plan.mark_before_start",
        "{mark} lies before the promise starts: the target is only {target}. Choose a shorter time.",
        "{mark} 早于承诺开始：目标只有 {target}。请改短。",
    ),
    ("plan.mark_after_breach", "a warning cannot come after the breach. Move {mark} to the ladder.", "预警不能晚于违约。请把 {mark} 移到升级阶梯。"),
    (
        "plan.ladder_not_rising",
        "this rung comes no later than the one before it. Order the ladder by time.",
        "此级不晚于上一级。请按时间先后排列阶梯。",
    ),
    ("plan.unconfirmed_points_nowhere", "`{path}` is no cell of this book. Correct the path.", "`{path}` 不是本计划书中的单元格。请改正路径。"),
    (
        "plan.unconfirmed_but_given",
        "`{path}` has a value, yet is called missing. Remove the value, or write standing = \"assumed\".",
        "`{path}` 已有值，却称缺失。请删除该值，或写 standing = \"assumed\"。",
    ),
    (
        "plan.assumed_but_missing",
        "`{path}` has no value that could be assumed. Write one, or remove `standing`.",
        "`{path}` 没有可作推定的值。请填写，或删除 `standing`。",
    ),
    (
        "plan.cell_without_value",
        "`{path}` has no value and is not listed. Give the value, or add it under [[unconfirmed]].",
        "`{path}` 没有值，也未列为未确认。请填写，或加入 [[unconfirmed]]。",
    ),
    (
        "plan.without_calendar",
        "`{wanted}` needs `calendar`. Name the calendar that counts the working days.",
        "`{wanted}` 需要 `calendar`。请写明计算工作日的日历。",
    ),
    (
        "plan.without_limit",
        "a quota needs `count`, `days` or `purchased = true`. Add one.",
        "额度须有 `count`、`days` 或 `purchased = true`。请补上其一。",
    ),
    (
        "plan.fee_contradicts",
        "a fee of model `{model}` and `{key}` contradict each other. Correct one of the two.",
        "收费方式 `{model}` 与 `{key}` 矛盾。请改正其一。",
    ),
    (
        "plan.fee_unreckonable",
        "this fee cannot be reckoned ({why}). Write a currency of three capital letters, and bands that rise, the last one without `up_to`.",
        "此收费无法计算({why})。货币请写三个大写字母；分档须递增，最后一档不写 `up_to`。",
    ),
    (
        "plan.unknown_credit",
        "there is no credit book `{got}`. Add it under credits/ or write one of: {known}.",
        "没有补偿条款 `{got}`。请在 credits/ 下添加，或写其中之一：{known}。",
    ),
    (
        "credit.one_table",
        "a credit book has rows of [[outage]] or of [[month]]. Write one of the two kinds, not both.",
        "补偿条款须有 [[outage]] 或 [[month]] 行。请写其中一种，不可两者并存。",
    ),
    ("credit.bad_share", "`{got}` is more than all. Write a share of at most \"1\".", "`{got}` 超过全部。请写不大于 \"1\" 的比例。"),
    ("credit.bad_percent", "`{got}` is more than 100 %. Write a percentage such as \"99.95\".", "`{got}` 超过 100%。请写百分数，如 \"99.95\"。"),
    (
        "plan.family_overlap",
        "both this book and `{other}` are in force at {at}. Let one end where the next begins.",
        "{at} 时本计划书与 `{other}` 同时有效。请让前者止于后者之始。",
    ),
    (
        "plan.family_gap",
        "no book of this family is in force between {from} and {to} (before: `{other}`). Close the gap.",
        "{from} 至 {to} 之间该系列没有有效版本（此前为 `{other}`）。请补齐。",
    ),
    ("plan.duplicate_id", "`{got}` is also the id of {other}. Give one of the two another id.", "`{got}` 也是 {other} 的标识。请改用另一标识。"),
    ("calendar.missing", "`{key}` is missing. Add it.", "缺少 `{key}`。请补上。"),
    (
        "calendar.unknown_zone",
        "`{got}` is no time zone. Write an IANA name, such as \"{example}\".",
        "`{got}` 不是时区。请写 IANA 名称，如 \"{example}\"。",
    ),
    (
        "calendar.bad_time_of_day",
        "`{got}` is no time of day. Write HH:MM from {from} to {to}.",
        "`{got}` 不是钟点。请写 {from} 到 {to} 之间的 HH:MM。",
    ),
    ("calendar.too_many_windows", "{got} windows on {day}, at most {max}. Remove some.", "{day} 有 {got} 个时段，最多 {max} 个。请删减。"),
    ("calendar.date_out_of_range", "{date} lies outside {from} to {to}. Remove it.", "{date} 不在 {from} 至 {to} 之间。请删除。"),
    (
        "calendar.holiday_is_make_up",
        "{date} is both a holiday and a make-up working day. Remove one of the two.",
        "{date} 既是假日又是调休上班日。请删除其一。",
    ),
    ("calendar.bad_date", "`{got}` is no date. Write YYYY-MM-DD.", "`{got}` 不是日期。请写 YYYY-MM-DD。"),
    ("calendar.days_or_weekly", "give either `days` with `windows`, or `[weekly]`. Keep one.", "请只写 `days` 加 `windows`,或只写 `[weekly]`。"),
    (
        "calendar.no_holiday_list",
        "there is no list of holidays `{got}`. Add calendars/holidays/{got}.toml.",
        "没有假日表 `{got}`。请添加 calendars/holidays/{got}.toml。",
    ),
    ("calendar.unknown_holiday", "`{got}` is called nothing. Add `called.{got}`.", "`{got}` 没有名称。请添加 `called.{got}`。"),
];
