use super::*;

fn with(file: &str, environment: &[(&str, &str)]) -> Result<(Config, Entries), Vec<String>> {
    let file = (!file.is_empty()).then_some(File { path: "my.toml", text: file });
    let environment = environment.iter().map(|(k, v)| (k.to_string(), v.to_string()));
    read(file, environment).map_err(|troubles| troubles.iter().map(Trouble::to_string).collect())
}
fn wrong(file: &str, environment: &[(&str, &str)]) -> String {
    with(file, environment).expect_err("something is wrong").join("\n")
}

#[test]
fn the_default_page_is_a_whole_configuration() {
    let (config, _) = with("", &[]).unwrap();
    assert_eq!((config.http.listen.port(), config.database.url.as_str(), config.house.tz.as_str()), (8420, "sqlite:data/yinuo.db", "Asia/Shanghai"));
    assert_eq!(config.patience(), domain::ticket::Patience::default(), "the page and the rules agree on what is usual");
}
#[test]
fn the_environment_beats_the_file_and_the_file_beats_the_default() {
    let (config, entries) = with(
        "[http]\nlisten = \"0.0.0.0:80\"\nbody_bytes_max = 5\n",
        &[("YINUO_HTTP__LISTEN", "[::1]:99"), ("YINUO_HOUSE__PATIENCE__CLOSE_AFTER", "9h")],
    )
    .unwrap();
    assert_eq!((config.http.listen.to_string().as_str(), config.http.body_bytes_max), ("[::1]:99", 5));
    assert_eq!(config.house.patience.close_after, Span::hours(9));
    assert_eq!(entries["http.body_bytes_max"].source, Source::File("my.toml:3".into()));
    assert_eq!(entries["http.listen"].source, Source::Environment("YINUO_HTTP__LISTEN".into()));
    assert_eq!(entries["http.public_url"].source, Source::Default);
}
#[test]
fn every_key_can_be_said_by_the_environment() {
    let (_, entries) = with("", &[]).unwrap();
    for (key, entry) in &entries {
        let name = format!("YINUO_{}", key.to_uppercase().replace('.', "__"));
        let text = match &entry.value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Array(_) => String::new(),
            other => other.to_string(),
        };
        let (_, entries) = with("", &[(&name, &text)]).unwrap_or_else(|e| panic!("{name}={text}: {e:?}"));
        assert_eq!(entries[key].source, Source::Environment(name));
    }
}
#[test]
fn an_unknown_key_is_told_with_its_place_and_the_nearest_known_one() {
    let said = wrong("[http]\n\nlisen = \"x\"\n", &[("YINUO_DATABASE__ULR", "x"), ("YINUO_MARS__GRAVITY", "3")]);
    assert!(said.contains("my.toml:3: http.lisen: ") && said.contains("http.listen"), "{said}");
    assert!(said.contains("YINUO_DATABASE__ULR: database.ulr: ") && said.contains("database.url"), "{said}");
    assert!(said.contains("YINUO_MARS__GRAVITY"), "{said}");
    assert!(with("", &[("YINUO_CONFIG", "x"), ("YINUO_TEST_PG", "x"), ("PATH", "x")]).is_ok(), "what has no section is no key");
}
#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let file = "[http]\npublic_url = \"ftp://x\"\nrequest_timeout = \"0s\"\n[house]\ntz = \"Asia/Nowhere\"\n[mail]\nsmtp_host = \"mx.example.com\"\nsmtp_tls = \"none\"\n";
    let said = wrong(file, &[]);
    for key in ["http.public_url", "http.request_timeout", "house.tz", "mail.from", "mail.smtp_tls"] {
        assert!(said.contains(&format!(": {key}: ")), "{key} is missing in\n{said}");
    }
    assert!(said.contains("my.toml:2: "), "each with its line\n{said}");
}
#[test]
fn wrong_types_broken_files_and_unreadable_values_are_told() {
    assert!(wrong("[http]\nbody_bytes_max = \"many\"\n", &[]).contains("my.toml:2: http.body_bytes_max: "));
    assert!(wrong("", &[("YINUO_HTTP__BODY_BYTES_MAX", "-")]).contains("YINUO_HTTP__BODY_BYTES_MAX"));
    assert!(wrong("[http\n", &[]).contains("my.toml:1: "));
    for (key, value) in [
        ("YINUO_HTTP__LISTEN", "here"),
        ("YINUO_LOG__FORMAT", "loud"),
        ("YINUO_HTTP__REQUEST_TIMEOUT", "soon"),
        ("YINUO_HTTP__TRUSTED_PROXIES", "10.0.0.0/99"),
    ] {
        assert!(wrong("", &[(key, value)]).starts_with(key), "{key}");
    }
    assert!(wrong("", &[("YINUO_HTTP__BODY_BYTES_MAX", "-7")]).contains("http.body_bytes_max"));
}
#[test]
fn lists_in_the_environment_are_written_with_commas() {
    let (config, _) = with("", &[("YINUO_HTTP__TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/16"), ("YINUO_WEBHOOKS__PORTS", "")]).unwrap();
    assert_eq!(config.http.trusted_proxies.len(), 2);
    let (config, _) = with("[webhooks]\nports = [81]", &[]).unwrap();
    assert_eq!(config.webhooks.ports, [81]);
}
#[test]
fn printing_shows_every_value_with_its_origin_and_no_secret() {
    let secrets = [("YINUO_MAIL__SMTP_USER", "u"), ("YINUO_MAIL__SMTP_PASSWORD", "hunter2"), ("YINUO_DATABASE__URL", "postgres://me:hunter3@db/x")];
    let (config, entries) = with("", &secrets).unwrap();
    let page = print(&entries);
    assert!(!page.contains("hunter") && !format!("{config:?}").contains("hunter2"), "{page}");
    assert!(page.contains("smtp_password = \"***\"") && page.contains("# YINUO_MAIL__SMTP_PASSWORD") && page.contains("postgres://me:***@db/x"));
    assert!(page.parse::<toml::Table>().is_ok(), "it reads back\n{page}");
    assert_eq!(page.matches(" # default").count(), entries.len() - secrets.len());
    assert_eq!(without_password("host=/run user=x password=abc dbname=y"), "host=/run user=x password=*** dbname=y");
}
