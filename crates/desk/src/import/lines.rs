//! Reading a table of unknown honesty: gzip or plain, one record at a time, no line or record without a limit, and a broken one
//! costs itself and nothing else.
use flate2::bufread::MultiGzDecoder;
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

/// Longer lines are rejected unread.
pub const LINE_BYTES_MAX: usize = 64 << 10;
/// A quoted field may run over so many lines.
const RECORD_LINES_MAX: usize = 50;

/// Unpacks what begins like gzip; everything else is read as it is.
pub fn unpacked(from: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    let mut plain = BufReader::with_capacity(1 << 16, from);
    let packed = plain.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed { Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(plain))) } else { Box::new(plain) })
}

/// One record, with the number of the line it begins on (the first is 1).
pub struct Record {
    pub line: u64,
    pub fields: Result<Vec<String>, Broken>,
}
/// Why a record cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    LineTooLong,
    NotUtf8,
    QuoteUnclosed,
    WrongNumberOfFields { got: usize, wanted: usize },
}
impl Broken {
    pub fn key(&self) -> &'static str {
        match self {
            Broken::LineTooLong => "line_too_long",
            Broken::NotUtf8 => "not_utf8",
            Broken::QuoteUnclosed => "quote_unclosed",
            Broken::WrongNumberOfFields { .. } => "wrong_number_of_fields",
        }
    }
}

/// Records of a comma-separated table (RFC 4180), after its header.
pub struct Records {
    from: Box<dyn BufRead + Send>,
    line: u64,
    pending: VecDeque<(u64, Option<Vec<u8>>)>,
    wanted: usize,
}
impl Records {
    /// Reads the header; its fields come with the records that follow. Errors: the reader's.
    pub fn open(from: Box<dyn BufRead + Send>) -> io::Result<(Vec<String>, Records)> {
        let mut records = Records { from, line: 0, pending: VecDeque::new(), wanted: 0 };
        let header = match records.next_line()? {
            Some((_, Some(bytes))) => String::from_utf8_lossy(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes)).into_owned(),
            _ => String::new(),
        };
        let header = fields_of(header.as_bytes()).unwrap_or_default();
        records.wanted = header.len();
        Ok((header, records))
    }
    /// The next record; lines without a character are no records. `None` at the end. Errors: the reader's.
    pub fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            let Some((line, bytes)) = self.next_line()? else { return Ok(None) };
            let Some(bytes) = bytes else { return Ok(Some(Record { line, fields: Err(Broken::LineTooLong) })) };
            if !bytes.is_empty() {
                let fields = self.read(line, bytes)?;
                return Ok(Some(Record { line, fields }));
            }
        }
    }
    fn read(&mut self, line: u64, bytes: Vec<u8>) -> io::Result<Result<Vec<String>, Broken>> {
        let whole = match fields_of(&bytes) {
            Some(fields) if fields.len() != self.wanted && is_open(&bytes) => self.join(line, bytes)?,
            Some(fields) => Ok(fields),
            None => Err(Broken::NotUtf8),
        };
        Ok(whole.and_then(|fields| match fields.len() {
            got if got == self.wanted => Ok(fields),
            got => Err(Broken::WrongNumberOfFields { got, wanted: self.wanted }),
        }))
    }
    /// A quoted field may go on in the next lines. Where it never ends, only the first line is given up.
    fn join(&mut self, line: u64, first: Vec<u8>) -> io::Result<Result<Vec<String>, Broken>> {
        let (mut whole, mut taken) = (first, Vec::new());
        while taken.len() < RECORD_LINES_MAX && whole.len() < LINE_BYTES_MAX {
            let Some((n, Some(next))) = self.next_line()? else { break };
            whole.push(b'\n');
            whole.extend_from_slice(&next);
            taken.push((n, Some(next)));
            if !is_open(&whole) {
                match fields_of(&whole) {
                    Some(fields) if fields.len() == self.wanted => return Ok(Ok(fields)),
                    _ => break,
                }
            }
        }
        tracing::debug!(line, "a quoted field that does not end");
        taken.into_iter().rev().for_each(|l| self.pending.push_front(l));
        Ok(Err(Broken::QuoteUnclosed))
    }
    /// A line without its end, and its number; `None` in place of the bytes of one that is too long.
    fn next_line(&mut self) -> io::Result<Option<(u64, Option<Vec<u8>>)>> {
        if let Some(pending) = self.pending.pop_front() {
            return Ok(Some(pending));
        }
        let mut bytes = Vec::new();
        let read = self.from.by_ref().take(LINE_BYTES_MAX as u64 + 1).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if read > LINE_BYTES_MAX && bytes.last() != Some(&b'\n') {
            skip_line(&mut self.from)?;
            return Ok(Some((self.line, None)));
        }
        while bytes.last().is_some_and(|b| *b == b'\n' || *b == b'\r') {
            bytes.pop();
        }
        Ok(Some((self.line, Some(bytes))))
    }
}
fn skip_line(from: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let here = from.fill_buf()?;
        let (used, done) = match here.iter().position(|b| *b == b'\n') {
            Some(at) => (at + 1, true),
            None => (here.len(), here.is_empty()),
        };
        from.consume(used);
        if done {
            return Ok(());
        }
    }
}
/// Does a quote stand open at the end? An even number of them never does.
fn is_open(bytes: &[u8]) -> bool {
    bytes.iter().filter(|b| **b == b'"').count() % 2 == 1
}
/// The fields of one record; `None` when it is not UTF-8.
fn fields_of(bytes: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(bytes).ok()?;
    if !text.contains('"') {
        return Some(text.split(',').map(|f| f.trim().to_string()).collect());
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(bytes.len() + 1).from_reader(bytes);
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(|f| f.trim().to_string()).collect())
}
