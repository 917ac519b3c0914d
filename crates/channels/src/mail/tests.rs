use super::*;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

const NOW: At = At::from_micros(1_763_800_000_000_000);

fn config(port: u16) -> MailConfig {
    MailConfig {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        root_pem: None,
        user: None,
        password: None,
        from: Mailbox { name: "一诺服务台".into(), address: "support@yinuo.test".into() },
        reply_to: None,
        helo: "desk.yinuo.test".into(),
        timeout: Span::seconds(20),
    }
}
fn letter() -> Letter {
    Letter {
        key: "out_01h455vb4pex5vsknk084sn02q".into(),
        to: Mailbox { name: "李 \"雷\" <x>".into(), address: "li@yinuo.test".into() },
        subject: "【一诺】工单已受理：数据库连接数突然升高并且响应时间超过三秒请尽快处理".into(),
        text: "您好，\n.\n我们已受理。\n".into(),
        html: None,
        in_reply_to: None,
        references: vec![],
        auto_submitted: AutoSubmitted::Generated,
        list: None,
    }
}
fn written(letter: &Letter) -> String {
    let from = letter::mailbox(&config(25).from).unwrap();
    String::from_utf8(letter::compose(letter, &from, None, NOW).unwrap().formatted()).unwrap()
}
fn code_of(letter: &Letter) -> &'static str {
    let from = letter::mailbox(&config(25).from).unwrap();
    let error = letter::compose(letter, &from, None, NOW).unwrap_err();
    assert!(matches!(error, DeliveryError::Permanent { .. }));
    error.code()
}

/// A server that says what the test wants: one answer a command, the greeting first; keeps what it heard.
fn scripted(answers: &'static [&'static str]) -> (u16, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        tell(stream, answers)
    });
    (port, heard)
}
fn tell(mut stream: TcpStream, answers: &[&str]) -> Vec<String> {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut heard = Vec::new();
    for answer in answers {
        stream.write_all(format!("{answer}\r\n").as_bytes()).unwrap();
        loop {
            let Some(Ok(line)) = lines.next() else { return heard };
            let in_letter = answer.starts_with("354") && line != ".";
            heard.push(line);
            if !in_letter {
                break;
            }
        }
    }
    heard
}
async fn send_to(port: u16) -> Result<Delivered, DeliveryError> {
    Mailer::new(config(port)).unwrap().send(&letter(), NOW).await
}

#[test]
fn a_letter_is_ascii_in_short_lines_with_a_stable_message_id_and_the_given_date() {
    let text = written(&letter());
    assert!(text.is_ascii());
    assert!(text.split("\r\n").all(|line| line.len() <= 78), "{text}");
    assert!(text.contains("Message-ID: <out_01h455vb4pex5vsknk084sn02q@yinuo.test>\r\n"), "{text}");
    assert!(text.contains("Date: Sat, 22 Nov 2025 08:26:40 +0000\r\n"), "{text}");
    assert!(text.contains("Auto-Submitted: auto-generated\r\n"));
    assert_eq!(text, written(&letter()));
}

#[test]
fn a_line_break_in_subject_name_or_address_is_refused() {
    for evil in ["a\r\nBcc: all@yinuo.test", "a\nb", "a\rb", "a\0b", "a\u{2028}b"] {
        assert_eq!(code_of(&Letter { subject: evil.into(), ..letter() }), "mail.line_break_in_header");
        assert_eq!(code_of(&Letter { to: Mailbox { name: evil.into(), ..letter().to }, ..letter() }), "mail.line_break_in_header");
        assert_eq!(
            code_of(&Letter { to: Mailbox { address: format!("{evil}@yinuo.test"), ..letter().to }, ..letter() }),
            "mail.line_break_in_header"
        );
        let list = Some(ListHeaders { id: evil.into(), unsubscribe: None, one_click: false });
        assert_eq!(code_of(&Letter { list, ..letter() }), "mail.bad_list_header");
    }
    assert_eq!(code_of(&Letter { to: Mailbox { name: String::new(), address: "nobody".into() }, ..letter() }), "mail.not_an_address");
}

#[test]
fn foreign_message_ids_that_would_break_the_header_are_left_out() {
    let references = vec!["<a@b>".into(), "<evil\r\nBcc: x@y>".into(), "no brackets".into(), "<c@d>".into()];
    let text = written(&Letter { in_reply_to: Some("<x\r\nBcc: y>".into()), references, ..letter() });
    assert!(text.contains("References: <a@b>\r\n <c@d>\r\n") && !text.contains("In-Reply-To") && !text.contains("Bcc"), "{text}");
}

#[test]
fn a_long_thread_keeps_its_first_letter_and_the_newest_ones() {
    let references: Vec<String> = (0..100).map(|n| format!("<{n}@b>")).collect();
    let text = written(&Letter { references, ..letter() });
    assert!(text.contains("References: <0@b>\r\n <81@b>\r\n <82@b>") && text.contains(" <99@b>\r\n"), "{text}");
}

#[test]
fn a_foreign_key_still_makes_one_clean_message_id() {
    let id = letter::message_id("工单 1\r\nBcc: x", "yinuo.test");
    assert_eq!(id, letter::message_id("工单 1\r\nBcc: x", "yinuo.test"));
    assert_ne!(id, letter::message_id("工单 2", "yinuo.test"));
    assert!(id.is_ascii() && id.len() == 32 + "<@yinuo.test>".len());
}

#[test]
fn configurations_that_would_leak_or_cannot_work_are_refused() {
    let check = |change: fn(&mut MailConfig)| {
        let mut c = config(25);
        change(&mut c);
        Mailer::new(c).map(|_| ()).map_err(|e| (e.key, e.code))
    };
    assert_eq!(check(|c| c.host = "mail.example.com".into()), Err(("tls", "mail.plain_text_leaves_the_machine")));
    assert_eq!(check(|c| c.user = Some("desk".into())), Err(("password", "mail.user_without_password")));
    assert_eq!(check(|c| c.from.address = "desk".into()), Err(("from", "mail.not_an_address")));
    assert_eq!(check(|c| c.timeout = Span::ZERO), Err(("timeout", "mail.no_time")));
    assert_eq!(check(|c| c.host = "::1".into()), Ok(()));
}

#[test]
fn a_password_never_prints() {
    let shown = format!("{:?}", MailConfig { password: Some(Secret::new("hunter2")), ..config(25) });
    assert!(shown.contains("***") && !shown.contains("hunter2"));
}

#[tokio::test]
async fn four_hundreds_wait_and_five_hundreds_do_not() {
    for (answer, code, for_good) in [
        ("451 4.3.0 later", "mail.deferred", false),
        ("452 4.2.2 full", "mail.deferred", false),
        ("550 5.1.1 no such user", "mail.bad_address", true),
        ("554 5.7.1 spam", "mail.rejected", true),
    ] {
        let (port, server) = scripted(Box::leak(Box::new(["220 hi", "250 hi", "250 ok", answer, "221 bye"])));
        let error = send_to(port).await.unwrap_err();
        assert_eq!((error.code(), matches!(error, DeliveryError::Permanent { .. })), (code, for_good));
        assert!(error.detail().text().contains(&answer[4..]), "{}", error.detail().text());
        drop(server);
    }
}

#[tokio::test]
async fn a_refused_login_waits_for_a_person_and_does_not_show_the_password() {
    let (port, _server) = scripted(&["220 hi", "250-hi\r\n250 AUTH PLAIN", "535 5.7.8 wrong: hunter2"]);
    let signed = MailConfig { user: Some("desk".into()), password: Some(Secret::new("hunter2")), ..config(port) };
    let error = Mailer::new(signed).unwrap().send(&letter(), NOW).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { code: "mail.login_refused", .. }));
    assert!(!error.detail().text().contains("hunter2"));
}

#[tokio::test]
async fn a_server_without_starttls_gets_no_mail_when_starttls_is_asked_for() {
    let (port, server) = scripted(&["220 hi", "250 hi", "221 bye"]);
    let error = Mailer::new(MailConfig { tls: Tls::StartTls, ..config(port) }).unwrap().send(&letter(), NOW).await.unwrap_err();
    assert_eq!(error.code(), "mail.starttls_not_offered");
    assert_eq!(server.join().unwrap(), ["EHLO desk.yinuo.test", "QUIT"]);
}

#[tokio::test]
async fn a_server_that_is_down_or_silent_is_tried_again_later() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = send_to(free).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { code: "mail.unreachable", .. }), "{error}");

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let hasty = MailConfig { timeout: Span::micros(50_000), ..config(silent.local_addr().unwrap().port()) };
    let error = Mailer::new(hasty).unwrap().send(&letter(), NOW).await.unwrap_err();
    assert!(matches!(error, DeliveryError::Retry { code: "mail.too_slow", .. }), "{error}");
}

#[tokio::test]
async fn a_letter_cut_off_in_the_middle_leaves_no_answers_to_the_next_one() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (has_letter, letter_is_there) = tokio::sync::oneshot::channel();
    let server = std::thread::spawn(move || {
        let (first, _) = listener.accept().unwrap();
        tell(first.try_clone().unwrap(), &["220 hi", "250 hi", "250 ok", "250 ok", "354 go on"]);
        has_letter.send(()).unwrap();
        let (second, _) = listener.accept().unwrap();
        let heard = tell(second, &["220 hi", "250 hi", "250 ok", "250 ok", "354 go on", "250 taken the second time"]);
        drop(first);
        heard
    });
    let mailer = Mailer::new(config(port)).unwrap();
    let letter = letter();
    tokio::select! {
        outcome = mailer.send(&letter, NOW) => panic!("nobody answered, yet {outcome:?}"),
        _ = letter_is_there => {}
    }
    assert_eq!(mailer.send(&letter, NOW).await.unwrap().detail.text(), "taken the second time");
    drop(mailer);
    assert_eq!(server.join().unwrap()[0], "EHLO desk.yinuo.test");
}
