use domain::kit::{At, Id, Kind, Span};
use std::borrow::Cow;
use std::sync::OnceLock;

/// One statement of the house, by name; one text for both databases with parameters `$1..$n`, and only where it
/// cannot be helped another text for PostgreSQL (row locks). Made by [`statements!`](crate::statements).
pub struct Sql {
    pub name: &'static str,
    pub text: &'static str,
    pub postgres: Option<&'static str>,
    lite: OnceLock<String>,
    many: OnceLock<Option<String>>,
}
impl Sql {
    pub const fn new(name: &'static str, text: &'static str, postgres: Option<&'static str>) -> Sql {
        Sql { name, text, postgres, lite: OnceLock::new(), many: OnceLock::new() }
    }
    pub(super) fn for_lite(&self) -> &str {
        self.lite.get_or_init(|| number_parameters(self.text))
    }
    pub(super) fn for_postgres(&self) -> &'static str {
        self.postgres.unwrap_or(self.text)
    }
    /// PostgreSQL's text for many rows at once; see [`for_many`].
    pub(super) fn for_many(&self) -> Option<&str> {
        self.many.get_or_init(|| for_many(self.for_postgres())).as_deref()
    }
}

/// A room's statements, each a static of its own, and `ALL` for the tests that prepare every one on both databases:
/// `statements! { FIND = "select … where id = $1"; CLAIM = "…", postgres "… for update skip locked"; }`
#[macro_export]
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $text:expr $(, postgres $postgres:expr)? ;)*) => {
        $($(#[$doc])* pub(crate) static $name: $crate::db::Sql = $crate::db::Sql::new(
            concat!(module_path!(), "::", stringify!($name)), $text, $crate::statements!(@ $($postgres)?));)*
        /// Every statement of this room.
        #[allow(dead_code)]
        pub(crate) static ALL: &[&$crate::db::Sql] = &[$(&$name),*];
    };
    (@) => { None };
    (@ $postgres:expr) => { Some($postgres) };
}

/// A statement with its name and text, or a text put together at run time.
#[derive(Clone, Copy)]
pub(super) enum Text<'s> {
    Named(&'static Sql),
    Loose(&'s str),
}
impl<'s> Text<'s> {
    pub fn name(self) -> &'s str {
        match self {
            Text::Named(sql) => sql.name,
            Text::Loose(text) => text,
        }
    }
    pub fn for_lite(self) -> Cow<'s, str> {
        match self {
            Text::Named(sql) => Cow::Borrowed(sql.for_lite()),
            Text::Loose(text) => Cow::Owned(number_parameters(text)),
        }
    }
    pub fn for_postgres(self) -> &'s str {
        match self {
            Text::Named(sql) => sql.for_postgres(),
            Text::Loose(text) => text,
        }
    }
}

/// SQLite takes `$2` for a *name* and numbers names in order of appearance, so `values ($2, $1)` would come back
/// unswapped. `?2` means the second parameter. Quoted text is left alone.
pub(super) fn number_parameters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quote, mut chars) = (None, text.chars().peekable());
    while let Some(c) = chars.next() {
        match quote {
            Some(q) if c == q => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            _ => {}
        }
        let parameter = quote.is_none() && c == '$' && chars.peek().is_some_and(char::is_ascii_digit);
        out.push(if parameter { '?' } else { c });
    }
    out
}

/// A statement for one row made one for many, its parameters become columns of `unnest`: `insert … values ($1, 'new', $2) tail` or
/// `update … set … where id = $1`. The parameters of the answer are arrays, one for each column. `None` for any other shape.
pub(super) fn for_many(text: &str) -> Option<String> {
    let columns = parameters(text);
    let arrays: Vec<String> = (1..=columns).map(|n| format!("${n}")).collect();
    let names: Vec<String> = (1..=columns).map(|n| format!("c{n}")).collect();
    let rows = format!(" from unnest({}) as many ({})", arrays.join(", "), names.join(", "));
    // from the last to the first, so that $1 does not touch $12
    let of_row = |part: &str| (1..=columns).rev().fold(part.to_string(), |t, n| t.replace(&format!("${n}"), &format!("many.c{n}")));
    if text.starts_with("insert into ") {
        let (head, tail) = text.split_once(" values (")?;
        let (tuple, tail) = tail.split_once(')')?;
        return (!tail.contains('$')).then(|| format!("{head} select {}{rows}{tail}", of_row(tuple)));
    }
    let (head, key) = text.strip_suffix(" = $1")?.split_once(" where ")?;
    let is_key = key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    (text.starts_with("update ") && is_key).then(|| format!("{}{rows} where {key} = many.c1", of_row(head)))
}

/// The highest `$n` of a text.
pub(super) fn parameters(text: &str) -> usize {
    text.split('$').skip(1).filter_map(|t| t[..t.find(|c: char| !c.is_ascii_digit()).unwrap_or(t.len())].parse().ok()).max().unwrap_or(0)
}

/// A value on its way into the database. Booleans are 0 and 1, instants and spans microseconds, ids their 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Val<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Id([u8; 16]),
}
/// `vals![id, at, &name, None::<i64>]`: an array of [`Val`].
#[macro_export]
macro_rules! vals {
    ($($value:expr),* $(,)?) => { [$($crate::db::Val::from($value)),*] };
}
macro_rules! whole_numbers { ($($t:ty)*) => { $(impl From<$t> for Val<'_> { fn from(n: $t) -> Self { Val::Int(n.into()) } })* } }
whole_numbers! { i64 i32 i16 u32 u16 u8 bool }
impl From<At> for Val<'_> {
    fn from(at: At) -> Self {
        Val::Int(at.micros())
    }
}
impl From<Span> for Val<'_> {
    fn from(span: Span) -> Self {
        Val::Int(span.as_micros())
    }
}
impl<K: Kind> From<Id<K>> for Val<'_> {
    fn from(id: Id<K>) -> Self {
        Val::Id(id.bytes())
    }
}
/// Ids as [`Tx::query_of_many`](super::Tx::query_of_many) takes them.
pub fn id_bytes<K: Kind>(ids: &[Id<K>]) -> Vec<[u8; 16]> {
    ids.iter().map(|id| id.bytes()).collect()
}
impl<'a> From<&'a str> for Val<'a> {
    fn from(text: &'a str) -> Self {
        Val::Text(text)
    }
}
impl<'a> From<&'a String> for Val<'a> {
    fn from(text: &'a String) -> Self {
        Val::Text(text)
    }
}
impl<'a> From<&'a [u8]> for Val<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Val::Bytes(bytes)
    }
}
impl<'a, const N: usize> From<&'a [u8; N]> for Val<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Val::Bytes(bytes)
    }
}
impl<'a> From<&'a Vec<u8>> for Val<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Val::Bytes(bytes)
    }
}
impl<'a, T: Into<Val<'a>>> From<Option<T>> for Val<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Val::Null, Into::into)
    }
}
impl<'a> From<&'a Option<String>> for Val<'a> {
    fn from(text: &'a Option<String>) -> Self {
        text.as_deref().into()
    }
}
impl<'a> From<&'a Option<Vec<u8>>> for Val<'a> {
    fn from(bytes: &'a Option<Vec<u8>>) -> Self {
        bytes.as_deref().into()
    }
}
