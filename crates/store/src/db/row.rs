use domain::kit::{At, Id, Kind, Span};
use postgres::types::{FromSql, Type};
use rusqlite::types::ValueRef;
use std::cell::RefCell;

/// One row of an answer, columns counted from 0. A column that is missing or holds another type than asked for gives an
/// empty value here and fails the whole query afterwards ([`DbError::Internal`](super::DbError)), so reading needs no `?`.
pub struct Row<'r> {
    cells: Cells<'r>,
    trouble: RefCell<Option<String>>,
}
enum Cells<'r> {
    Lite(&'r rusqlite::Row<'r>),
    Pg(&'r postgres::Row),
}

impl<'r> Row<'r> {
    pub(super) fn lite(row: &'r rusqlite::Row<'r>) -> Row<'r> {
        Row { cells: Cells::Lite(row), trouble: RefCell::default() }
    }
    pub(super) fn pg(row: &'r postgres::Row) -> Row<'r> {
        Row { cells: Cells::Pg(row), trouble: RefCell::default() }
    }
    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.take()
    }
    fn blame<T>(&self, column: usize, why: impl std::fmt::Display) -> Option<T> {
        self.trouble.borrow_mut().get_or_insert_with(|| format!("column {column}: {why}"));
        None
    }
    fn must<T>(&self, column: usize, value: Option<T>, empty: T) -> T {
        value.or_else(|| self.blame(column, "is null")).unwrap_or(empty)
    }

    /// Any whole number, sums and counts included.
    pub fn opt_int(&self, column: usize) -> Option<i64> {
        match self.cells {
            Cells::Lite(row) => match row.get_ref(column) {
                Ok(ValueRef::Null) => None,
                Ok(ValueRef::Integer(n)) => Some(n),
                Ok(other) => self.blame(column, format_args!("a whole number was wanted, {} is there", other.data_type())),
                Err(e) => self.blame(column, e),
            },
            Cells::Pg(row) => row.try_get::<_, Option<Whole>>(column).map(|n| n.map(|Whole(n)| n)).unwrap_or_else(|e| self.blame(column, e)),
        }
    }
    pub fn opt_str(&self, column: usize) -> Option<&str> {
        match self.cells {
            Cells::Lite(row) => match row.get_ref(column) {
                Ok(ValueRef::Null) => None,
                Ok(ValueRef::Text(text)) => std::str::from_utf8(text).map_or_else(|e| self.blame(column, e), Some),
                Ok(other) => self.blame(column, format_args!("a text was wanted, {} is there", other.data_type())),
                Err(e) => self.blame(column, e),
            },
            Cells::Pg(row) => row.try_get(column).unwrap_or_else(|e| self.blame(column, e)),
        }
    }
    fn opt_slice(&self, column: usize) -> Option<&[u8]> {
        match self.cells {
            Cells::Lite(row) => match row.get_ref(column) {
                Ok(ValueRef::Null) => None,
                Ok(ValueRef::Blob(bytes)) => Some(bytes),
                Ok(other) => self.blame(column, format_args!("bytes were wanted, {} is there", other.data_type())),
                Err(e) => self.blame(column, e),
            },
            Cells::Pg(row) => row.try_get(column).unwrap_or_else(|e| self.blame(column, e)),
        }
    }
    pub fn int(&self, column: usize) -> i64 {
        self.must(column, self.opt_int(column), 0)
    }
    /// A whole number in a narrower type: `row.num::<u32>(3)`.
    pub fn num<N: TryFrom<i64> + Default>(&self, column: usize) -> N {
        N::try_from(self.int(column)).unwrap_or_else(|_| self.blame(column, "the number does not fit").unwrap_or_default())
    }
    pub fn opt_num<N: TryFrom<i64>>(&self, column: usize) -> Option<N> {
        self.opt_int(column).and_then(|n| N::try_from(n).ok().or_else(|| self.blame(column, "the number does not fit")))
    }
    /// 0 is false, 1 is true; anything else fails the query.
    pub fn bool(&self, column: usize) -> bool {
        match self.int(column) {
            0 => false,
            1 => true,
            n => self.blame(column, format_args!("{n} is neither yes nor no")).unwrap_or(false),
        }
    }
    /// The text without copying it.
    pub fn str(&self, column: usize) -> &str {
        self.must(column, self.opt_str(column), "")
    }
    pub fn text(&self, column: usize) -> String {
        self.str(column).to_string()
    }
    pub fn opt_text(&self, column: usize) -> Option<String> {
        self.opt_str(column).map(str::to_string)
    }
    pub fn bytes(&self, column: usize) -> Vec<u8> {
        self.must(column, self.opt_slice(column), &[]).to_vec()
    }
    pub fn opt_bytes(&self, column: usize) -> Option<Vec<u8>> {
        self.opt_slice(column).map(<[u8]>::to_vec)
    }
    pub fn opt_id<K: Kind>(&self, column: usize) -> Option<Id<K>> {
        self.opt_slice(column).and_then(|b| <[u8; 16]>::try_from(b).ok().or_else(|| self.blame(column, "no id: not 16 bytes"))).map(Id::from_bytes)
    }
    pub fn id<K: Kind>(&self, column: usize) -> Id<K> {
        self.must(column, self.opt_id(column), Id::from_raw(0))
    }
    pub fn opt_at(&self, column: usize) -> Option<At> {
        self.opt_int(column).map(At::from_micros)
    }
    pub fn at(&self, column: usize) -> At {
        At::from_micros(self.int(column))
    }
    pub fn opt_span(&self, column: usize) -> Option<Span> {
        self.opt_int(column).map(Span::micros)
    }
    pub fn span(&self, column: usize) -> Span {
        Span::micros(self.int(column))
    }
}

/// A whole number in whatever type PostgreSQL computes it: `count` is int8, `sum` of int8 is numeric, `exists` is bool.
struct Whole(i64);
impl<'a> FromSql<'a> for Whole {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Whole(match *ty {
            Type::INT8 => i64::from_sql(ty, raw)?,
            Type::INT4 => i32::from_sql(ty, raw)?.into(),
            Type::INT2 => i16::from_sql(ty, raw)?.into(),
            Type::BOOL => bool::from_sql(ty, raw)?.into(),
            _ => whole_numeric(raw).ok_or("a numeric that is no 64-bit whole number")?,
        }))
    }
    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::NUMERIC)
    }
}
/// PostgreSQL's binary numeric: count of base-10000 digits, weight of the first, sign, scale, digits.
fn whole_numeric(raw: &[u8]) -> Option<i64> {
    let words: Vec<i16> = raw.chunks_exact(2).map(|w| i16::from_be_bytes([w[0], w[1]])).collect();
    let (&[_, weight, sign, _], digits) = words.split_first_chunk::<4>()?;
    if digits.iter().skip(usize::try_from(weight + 1).unwrap_or(0)).any(|d| *d != 0) {
        return None;
    }
    let size = (0..=weight).try_fold(0i128, |n, i| n.checked_mul(10_000)?.checked_add((*digits.get(i as usize).unwrap_or(&0)).into()))?;
    match sign {
        0 => i64::try_from(size).ok(),
        0x4000 => i64::try_from(-size).ok(),
        _ => None,
    }
}
