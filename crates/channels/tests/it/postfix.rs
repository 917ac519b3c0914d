use crate::tools;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use std::{fs, thread};

/// A real postfix with its own folder and port on loopback. Takes letters for li@ and wang@yinuo.test into Maildirs, puts
/// busy@ off, knows nobody else and sends nothing on. Stops and tidies up when dropped.
pub struct Postfix {
    pub port: u16,
    folder: PathBuf,
    master: Child,
    log: Receiver<String>,
    /// All log lines read so far.
    pub said: Vec<String>,
}

const DAEMONS: &str = "/usr/lib/postfix/sbin";
const NOBODY: u32 = 65534;
const PATIENCE: Duration = Duration::from_secs(60);

impl Postfix {
    /// Starts one and waits until it listens. Fails with instructions when the machine lacks something.
    pub fn start() -> Postfix {
        let sbin = Path::new("/usr/sbin/postfix");
        assert!(sbin.exists() && Path::new(DAEMONS).exists(), "no postfix here: apt-get install --no-install-recommends postfix, or set SKIP_MAIL=1");
        assert_eq!(tools::run(Command::new("id").arg("-u")).trim(), "0", "postfix starts only as root: run the tests as root, or set SKIP_MAIL=1");
        static NTH: AtomicU32 = AtomicU32::new(0);
        let folder = std::env::temp_dir().join(format!("yinuo-postfix-{}-{}", std::process::id(), NTH.fetch_add(1, Ordering::SeqCst)));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        furnish(&folder, port);
        let mut master = Command::new(sbin).arg("-c").arg(&folder).arg("start-fg").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (tell, log) = channel();
        let lines = BufReader::new(master.stdout.take().unwrap()).lines();
        thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let mut postfix = Postfix { port, folder, master, log, said: Vec::new() };
        postfix.wait_for("daemon started");
        postfix
    }

    /// Reads the log until a line has these words.
    pub fn wait_for(&mut self, words: &str) {
        loop {
            let line = self.log.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("postfix never said {words:?}:\n{}", self.said.join("\n")));
            let found = line.contains(words);
            self.said.push(line);
            if found {
                return;
            }
        }
    }

    /// The certificate it shows after STARTTLS, signed by itself.
    pub fn certificate(&self) -> String {
        fs::read_to_string(self.folder.join("cert.pem")).unwrap()
    }

    /// The one letter in somebody's box, taken out, as Python's mail parser reads it.
    pub fn take_letter(&mut self, who: &str) -> serde_json::Value {
        self.wait_for("status=sent");
        let files: Vec<PathBuf> = fs::read_dir(self.folder.join("mail").join(who).join("new")).unwrap().map(|f| f.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let read = tools::run(tools::python().arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/read_letter.py")).arg(&files[0]));
        fs::remove_file(&files[0]).unwrap();
        serde_json::from_str(&read).unwrap()
    }

    pub fn stop(&mut self) {
        let _ = Command::new("/usr/sbin/postfix").arg("-c").arg(&self.folder).arg("stop").output();
        let _ = self.master.wait();
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn furnish(folder: &Path, port: u16) {
    for part in ["queue", "data", "mail"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
    let postfix_uid: u32 = tools::run(Command::new("id").args(["-u", "postfix"])).trim().parse().unwrap();
    chown(folder.join("data"), Some(postfix_uid), None).unwrap();
    chown(folder.join("mail"), Some(NOBODY), Some(NOBODY)).unwrap();
    let new_key = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE";
    tools::run(Command::new("openssl").args(new_key.split(' ')).arg("-keyout").arg(folder.join("key.pem")).arg("-out").arg(folder.join("cert.pem")));
    fs::write(folder.join("main.cf"), main_cf(&folder.display().to_string())).unwrap();
    fs::write(folder.join("master.cf"), master_cf(port)).unwrap();
}

fn main_cf(folder: &str) -> String {
    format!(
        "compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {DAEMONS}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.yinuo.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = /dev/stdout
alias_maps =
local_recipient_maps =
default_transport = error:nothing leaves this machine
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access inline:{{ {{ busy@yinuo.test = 450 4.2.0 come back later }} }}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {folder}/cert.pem
smtpd_tls_key_file = {folder}/key.pem
smtpd_tls_received_header = yes
virtual_mailbox_domains = yinuo.test
virtual_mailbox_maps = inline:{{ {{ li@yinuo.test = li/ }} {{ wang@yinuo.test = wang/ }} {{ busy@yinuo.test = busy/ }} }}
virtual_mailbox_base = {folder}/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOBODY}
"
    )
}

fn master_cf(port: u16) -> String {
    format!(
        "127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"
    )
}
