//! What the demo's people keep for their daily work.
use crate::tool::{ToolIn, ToolKind, create};
use crate::{Act, Fault};
use domain::people::{Actor, KeepTools, Leave, ask};
use serde_json::{Value, json};

/// Shared with everybody of the vendor.
pub(super) fn put_tools(cx: &mut Act, owner: &Actor) -> Result<(), Fault> {
    let leave: Leave<KeepTools> = ask(owner).ok_or(Fault::Forbidden { deed: "tool.own" })?;
    for (kind, name, body) in tools() {
        create(cx, &leave, kind, &ToolIn { name: name.into(), shared: true, body: body.to_string() })?;
    }
    Ok(())
}
fn tools() -> Vec<(ToolKind, &'static str, Value)> {
    use ToolKind::{Checklist, Macro, Template};
    vec![
        (
            Template,
            "首次响应 · First answer",
            json!({
                "zh-CN": "{{customer}}，您好：\n\n工单 {{number}} 由我负责。我已开始排查{{subject}}，{{due}} 之前会再给您答复。\n\n{{engineer}}",
                "en": "Hello {{customer}},\n\nI look after {{number}}. I have begun with \"{{subject}}\" and shall write again before {{due}}.\n\n{{engineer}}",
            }),
        ),
        (
            Template,
            "请提供日志 · Ask for logs",
            json!({
                "zh-CN": "{{customer}}，您好：\n\n为继续排查 {{product}} 的问题，请您上传发生前后十分钟的日志，并告知具体时间。\n\n{{engineer}}",
                "en": "Hello {{customer}},\n\nto go on with {{product}}, please upload the logs of ten minutes before and after, and tell us the exact time.\n\n{{engineer}}",
            }),
        ),
        (
            Template,
            "结论 · Conclusion",
            json!({
                "zh-CN": "{{customer}}，您好：\n\n工单 {{number}} 的问题已经解决。如仍有疑问，直接回复即可，工单会重新打开。\n\n{{vendor}} {{engineer}}",
                "en": "Hello {{customer}},\n\n{{number}} is solved. If anything is left, just answer and the case opens again.\n\n{{vendor}}, {{engineer}}",
            }),
        ),
        (
            Macro,
            "请提供日志并搁置 · Ask for logs, lay aside",
            json!([
                {"act": "reply", "asks": true, "body": "{{customer}}，您好：请您上传发生前后十分钟的日志。\n\n{{engineer}}"},
                {"act": "snooze", "until_in": "PT4H", "reason": "等日志 · waiting for logs"},
            ]),
        ),
        (
            Macro,
            "接手 · Take it over",
            json!([
                {"act": "transfer", "to": "me", "reason": "接手 · taking over"},
                {"act": "follow"},
            ]),
        ),
        (
            Checklist,
            "网络不通 · No route",
            json!([
                "路由表 · route table",
                "安全组 · security group",
                "对端日志 · logs of the other side",
                "客户确认恢复 · the customer says it works"
            ]),
        ),
    ]
}
