use crate::postfix::Postfix;
use crate::tools::is_skipped;
use channels::mail::{AutoSubmitted, Letter, ListHeaders, MailConfig, Mailbox, Mailer, Tls};
use channels::{Delivered, DeliveryError};
use domain::kit::{At, Span};

/// 2025-11-22T08:26:40Z.
const NOW: At = At::from_micros(1_763_800_000_000_000);
const SUBJECT: &str = "【一诺】工单 T-10086 已受理：数据库连接数突然升高，并且响应时间超过三秒，请尽快处理（P1）";

fn config(postfix: &Postfix) -> MailConfig {
    MailConfig {
        host: "127.0.0.1".into(),
        port: postfix.port,
        tls: Tls::None,
        root_pem: None,
        user: None,
        password: None,
        from: Mailbox { name: "一诺服务台（华东）".into(), address: "support@yinuo.test".into() },
        reply_to: Some(Mailbox { name: "一诺".into(), address: "support+t10086@yinuo.test".into() }),
        helo: "desk.yinuo.test".into(),
        timeout: Span::seconds(60),
    }
}
fn letter(to: &str) -> Letter {
    Letter {
        key: "out_01h455vb4pex5vsknk084sn02q".into(),
        to: Mailbox { name: "李雷, \"运维\"".into(), address: to.into() },
        subject: SUBJECT.into(),
        text: "您好，李雷：\n.\n..两个点\n我们已受理您的工单。😀\n".into(),
        html: None,
        in_reply_to: None,
        references: vec![],
        auto_submitted: AutoSubmitted::Generated,
        list: None,
    }
}
async fn send(mailer: &Mailer, to: &str) -> Result<Delivered, DeliveryError> {
    mailer.send(&letter(to), NOW).await
}

#[tokio::test]
async fn a_chinese_letter_with_its_thread_arrives_as_it_was_written() {
    if is_skipped("SKIP_MAIL") || is_skipped("SKIP_PY") {
        return;
    }
    let mut postfix = Postfix::start();
    let mailer = Mailer::new(config(&postfix)).unwrap();
    let long_id = format!("<{}@mail.customer.example>", "x".repeat(120));
    let threaded = Letter {
        in_reply_to: Some(long_id.clone()),
        references: vec!["<first@yinuo.test>".into(), long_id.clone()],
        html: Some("<p>您好，李雷</p>".into()),
        list: Some(ListHeaders { id: "tickets.yinuo.test".into(), unsubscribe: Some("https://desk.yinuo.test/u/abc".into()), one_click: true }),
        ..letter("li@yinuo.test")
    };
    let delivered = mailer.send(&threaded, NOW).await.unwrap();
    assert!(delivered.detail.text().contains("queued as"), "{}", delivered.detail.text());

    let got = postfix.take_letter("li");
    let header = |name: &str| got["headers"][name].as_str().unwrap_or_else(|| panic!("no {name} in {got}")).to_string();
    assert_eq!(header("subject"), SUBJECT);
    assert_eq!(got["to"][0], serde_json::json!(["李雷, \"运维\"", "li@yinuo.test"]));
    assert_eq!(got["from"][0], serde_json::json!(["一诺服务台（华东）", "support@yinuo.test"]));
    assert_eq!(header("message-id"), "<out_01h455vb4pex5vsknk084sn02q@yinuo.test>");
    assert_eq!(header("message-id"), mailer.message_id("out_01h455vb4pex5vsknk084sn02q"));
    assert_eq!(header("in-reply-to"), long_id);
    assert_eq!(header("references").split_whitespace().collect::<Vec<_>>(), ["<first@yinuo.test>", &long_id]);
    assert_eq!(header("auto-submitted"), "auto-generated");
    assert_eq!(header("date"), "Sat, 22 Nov 2025 08:26:40 +0000");
    assert_eq!(header("list-id"), "<tickets.yinuo.test>");
    assert_eq!(header("list-unsubscribe"), "<https://desk.yinuo.test/u/abc>");
    assert_eq!(header("list-unsubscribe-post"), "List-Unsubscribe=One-Click");
    assert!(header("reply-to").contains("support+t10086@yinuo.test"));
    assert_eq!(got["bodies"]["text/plain"].as_str().unwrap().trim_end(), threaded.text.trim_end());
    assert_eq!(got["bodies"]["text/html"].as_str().unwrap().trim_end(), threaded.html.unwrap());
    assert_eq!(got["defects"], serde_json::json!([]));
    assert!(got["longest_line_bytes"].as_u64().unwrap() <= 998);
}

#[tokio::test]
async fn whom_the_server_does_not_know_is_final_whom_it_puts_off_is_not_and_one_line_serves_many_letters() {
    if is_skipped("SKIP_MAIL") || is_skipped("SKIP_PY") {
        return;
    }
    let mut postfix = Postfix::start();
    let mailer = Mailer::new(config(&postfix)).unwrap();
    mailer.probe().await.unwrap();
    for who in ["li", "wang", "li"] {
        send(&mailer, &format!("{who}@yinuo.test")).await.unwrap();
        assert_eq!(postfix.take_letter(who)["headers"]["subject"], SUBJECT);
    }
    let calls = postfix.said.iter().filter(|line| line.contains(": connect from")).count();
    assert_eq!(calls, 1, "{}", postfix.said.join("\n"));

    for (to, code) in [("nobody@yinuo.test", "mail.bad_address"), ("li@elsewhere.test", "mail.rejected")] {
        let error = send(&mailer, to).await.unwrap_err();
        assert!(matches!(error, DeliveryError::Permanent { .. }) && error.code() == code, "{to}: {error} {}", error.detail().text());
    }
    let error = send(&mailer, "busy@yinuo.test").await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { code: "mail.deferred", .. }), "{error} {}", error.detail().text());

    // A line that was cut off by a refusal does not spoil the next letter, nor does a server that went away the mailer.
    send(&mailer, "li@yinuo.test").await.unwrap();
    postfix.take_letter("li");
    postfix.stop();
    let error = send(&mailer, "li@yinuo.test").await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { code: "mail.unreachable", .. }), "{error} {}", error.detail().text());
}

#[tokio::test]
async fn starttls_is_spoken_with_a_server_we_trust_and_refused_with_one_we_do_not() {
    if is_skipped("SKIP_MAIL") || is_skipped("SKIP_PY") {
        return;
    }
    let mut postfix = Postfix::start();
    let trusting = MailConfig { tls: Tls::StartTls, root_pem: Some(postfix.certificate()), ..config(&postfix) };
    send(&Mailer::new(trusting).unwrap(), "li@yinuo.test").await.unwrap();
    let received = postfix.take_letter("li")["headers"]["received"].to_string();
    assert!(received.contains("using TLSv1.3"), "{received}");

    let stranger = MailConfig { tls: Tls::StartTls, ..config(&postfix) };
    let error = send(&Mailer::new(stranger).unwrap(), "li@yinuo.test").await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { .. }), "{error}");
    assert!(error.detail().text().contains("certificate"), "{error} {}", error.detail().text());
}
