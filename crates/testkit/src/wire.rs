//! A plain HTTP/1.1 caller over one connection that stays open: cheap enough to measure with, and honest about connections that break.
use std::io::{self, BufRead, BufReader, Error, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What came back.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}
impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str())
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// One caller: an address, the headers sent each time, a connection that is opened when needed.
pub struct Caller {
    address: SocketAddr,
    headers: String,
    timeout: Duration,
    line: Option<BufReader<TcpStream>>,
}
impl Caller {
    pub fn new(address: SocketAddr, token: Option<&str>, timeout: Duration) -> Caller {
        let token = token.map(|t| format!("authorization: Bearer {t}\r\n")).unwrap_or_default();
        Caller { address, headers: format!("host: {address}\r\naccept: application/json\r\n{token}"), timeout, line: None }
    }
    pub fn get(&mut self, path: &str) -> io::Result<Answer> {
        self.ask("GET", path, &[], &[])
    }
    /// Sends JSON; `key` is the Idempotency-Key.
    pub fn post(&mut self, path: &str, json: &str, key: Option<&str>) -> io::Result<Answer> {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(key.map(|k| ("idempotency-key", k)));
        self.ask("POST", path, &headers, json.as_bytes())
    }
    /// One question and its whole answer. After an error the connection is given up; whether the other side heard is unknown.
    pub fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Answer> {
        let asked = self.line().and_then(|line| line.get_ref().try_clone()).and_then(|mut to| {
            let mut request = format!("{method} {path} HTTP/1.1\r\n{}content-length: {}\r\n", self.headers, body.len());
            headers.iter().for_each(|(k, v)| request += &format!("{k}: {v}\r\n"));
            request += "\r\n";
            to.write_all(&[request.as_bytes(), body].concat())
        });
        let answer = asked.and_then(|()| self.line().and_then(read_answer));
        if answer.as_ref().map_or(true, |a| a.header("connection").is_some_and(|c| c.eq_ignore_ascii_case("close"))) {
            self.line = None;
        }
        answer
    }
    fn line(&mut self) -> io::Result<&mut BufReader<TcpStream>> {
        if self.line.is_none() {
            let stream = TcpStream::connect_timeout(&self.address, self.timeout)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(self.timeout))?;
            stream.set_write_timeout(Some(self.timeout))?;
            self.line = Some(BufReader::with_capacity(32 << 10, stream));
        }
        self.line.as_mut().ok_or_else(|| Error::from(ErrorKind::NotConnected))
    }
}

fn read_line(from: &mut impl BufRead) -> io::Result<String> {
    let mut text = String::new();
    if from.read_line(&mut text)? == 0 {
        return Err(Error::from(ErrorKind::UnexpectedEof));
    }
    Ok(text.trim_end().to_string())
}
fn bad(what: &str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
/// A request or an answer: the first line's words, the headers, the body by its length or in chunks.
pub fn read_message(from: &mut impl BufRead) -> io::Result<(String, Answer)> {
    let first = read_line(from)?;
    let mut answer = Answer::default();
    loop {
        let line = read_line(from)?;
        let Some((name, value)) = line.split_once(':') else { break };
        answer.headers.push((name.to_lowercase(), value.trim().to_string()));
    }
    if answer.header("transfer-encoding").is_some_and(|t| t.eq_ignore_ascii_case("chunked")) {
        loop {
            let size = usize::from_str_radix(read_line(from)?.split(';').next().unwrap_or(""), 16).map_err(|_| bad("chunk size"))?;
            let start = answer.body.len();
            answer.body.resize(start + size, 0);
            from.read_exact(&mut answer.body[start..])?;
            read_line(from)?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = answer.header("content-length") {
        let length: usize = length.parse().map_err(|_| bad("content-length"))?;
        answer.body.resize(length, 0);
        from.read_exact(&mut answer.body)?;
    }
    Ok((first, answer))
}
fn read_answer(from: &mut impl BufRead) -> io::Result<Answer> {
    let (first, mut answer) = read_message(from)?;
    answer.status = first.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| bad("status line"))?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_by_length_and_one_in_chunks_read_alike() {
        let by_length = read_answer(&mut "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello".as_bytes()).unwrap();
        let in_chunks =
            read_answer(&mut "HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\nx-a: b\r\n\r\n3\r\nhel\r\n2;x\r\nlo\r\n0\r\n\r\n".as_bytes())
                .unwrap();
        assert_eq!((by_length.status, by_length.text(), by_length.header("x-a")), (201, "hello".into(), Some("b")));
        assert_eq!((in_chunks.status, in_chunks.body), (by_length.status, by_length.body));
    }
    #[test]
    fn a_connection_that_ends_early_is_an_error() {
        assert!(read_answer(&mut "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel".as_bytes()).is_err());
        assert!(read_answer(&mut "".as_bytes()).is_err());
    }
}
