//! A customer's system that listens to webhooks: remembers every delivery, and now and then says that it cannot just now.
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use testkit::wire::read_message;

/// What arrived.
#[derive(Debug, Clone, Default)]
pub struct Letters {
    /// By the delivery's id: what happened (`ticket.opened`) and to which case.
    pub by_id: BTreeMap<String, (String, String)>,
    pub deliveries: u64,
    /// Deliveries of an id that had been taken already.
    pub again: u64,
}
pub struct Receiver {
    url: String,
    letters: Arc<Mutex<Letters>>,
}
impl Receiver {
    pub fn start() -> Receiver {
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        let (url, letters) = (format!("http://{}/hook", door.local_addr().unwrap()), Arc::new(Mutex::new(Letters::default())));
        let kept = letters.clone();
        thread::spawn(move || {
            for stream in door.incoming().flatten() {
                let kept = kept.clone();
                thread::spawn(move || listen(stream, &kept));
            }
        });
        Receiver { url, letters }
    }
    pub fn url(&self) -> &str {
        &self.url
    }
    /// What came, once so many different letters are here, or no new one comes any more. What a killed postman had in hand is taken over
    /// two minutes later; so long, and a little longer, one waits for the next.
    pub fn wait_for(&self, letters: u64) -> Letters {
        let (mut seen, mut since, began) = (0, Instant::now(), Instant::now());
        loop {
            let here = self.letters.lock().unwrap().clone();
            if here.by_id.len() > seen {
                (seen, since) = (here.by_id.len(), Instant::now());
            }
            if seen as u64 >= letters || since.elapsed() > Duration::from_secs(150) {
                println!("{seen} of {letters} letters here {:.0} s after the last kill", began.elapsed().as_secs_f64());
                return here;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}
fn listen(stream: TcpStream, kept: &Mutex<Letters>) {
    let Ok(mut answer) = stream.try_clone() else { return };
    let mut from = BufReader::new(stream);
    while let Ok((_, message)) = read_message(&mut from) {
        let id = message.header("webhook-id").unwrap_or_default().to_string();
        let body: Value = serde_json::from_slice(&message.body).unwrap_or_default();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_string();
        let status = {
            let mut letters = kept.lock().unwrap();
            letters.deliveries += 1;
            // Early on, where the next try comes in five seconds; after a kill or two it comes in five minutes.
            if [3, 7].contains(&letters.deliveries) {
                "503 Service Unavailable"
            } else {
                let what = (text(&body["type"]), text(&body["data"]["ticket"]));
                letters.again += u64::from(letters.by_id.insert(id, what).is_some());
                "204 No Content"
            }
        };
        if answer.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes()).is_err() {
            return;
        }
    }
}
