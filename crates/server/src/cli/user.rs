use super::house::{open_desk, own_leave, person_of};
use super::{Exit, Settings, show};
use crate::http::person::{PersonOut, person_out};
use clap::{Args, Subcommand};
use desk::Desk;
use desk::access::prepare_password;
use desk::people::{self, NewPerson, Of, PersonEdit};
use domain::kit::At;
use domain::people::Role;
use std::io::{Read, stdin};

#[derive(Debug, Subcommand)]
pub enum User {
    /// Take somebody in; the first administrator, for example.
    #[command(
        after_help = "Example:\n  echo 'a long password' | yinuo user add admin --role administrator --name 'He Jing' --email jing@example.com --password-stdin"
    )]
    Add(Add),
    /// Who there is: the vendor's people, or those of an account.
    #[command(after_help = "Example:\n  yinuo user list --account C-1001 --json")]
    List(List),
    /// Give somebody a new password, read from standard input; every session of theirs ends.
    #[command(after_help = "Example:\n  echo 'a long password' | yinuo user password li")]
    Password(Password),
    /// Somebody leaves: every session and token of theirs ends.
    #[command(after_help = "Example:\n  yinuo user disable li")]
    Disable(Disable),
}
#[derive(Debug, Args)]
pub struct Add {
    login: String,
    /// contact, customer_manager, engineer, tam, duty_chief, quality, finance, administrator
    #[arg(long, value_parser = role)]
    role: Role,
    #[arg(long)]
    name: String,
    #[arg(long)]
    email: String,
    /// Number of the account a customer belongs to.
    #[arg(long, value_name = "NUMBER")]
    account: Option<String>,
    /// 1 to 4, for engineers.
    #[arg(long)]
    tier: Option<u8>,
    /// Products they know, or *.
    #[arg(long, value_delimiter = ',')]
    skills: Vec<String>,
    /// Languages they answer in.
    #[arg(long, value_delimiter = ',')]
    languages: Vec<String>,
    /// Read the password from standard input; without it they cannot sign in with one yet.
    #[arg(long)]
    password_stdin: bool,
    /// For programs.
    #[arg(long)]
    json: bool,
}
#[derive(Debug, Args)]
pub struct List {
    /// Number of an account; the vendor's people if not said.
    #[arg(long, value_name = "NUMBER")]
    account: Option<String>,
    /// For programs.
    #[arg(long)]
    json: bool,
}
#[derive(Debug, Args)]
pub struct Password {
    login: String,
}
#[derive(Debug, Args)]
pub struct Disable {
    login: String,
}
fn role(key: &str) -> Result<Role, String> {
    Role::parse(key).ok_or_else(|| Role::ALL.iter().map(|r| r.key()).collect::<Vec<_>>().join(", "))
}
/// One line; its end is not part of the password.
fn password_from_stdin() -> Result<String, Exit> {
    let mut text = String::new();
    stdin().read_to_string(&mut text).map_err(|e| Exit::Internal(format!("standard input: {e}")))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_string())
}

impl User {
    pub fn run(&self, settings: &Settings) -> Result<(), Exit> {
        let (desk, now) = (open_desk(settings)?, settings.watch().now());
        match self {
            User::Add(c) => c.run(&desk, now),
            User::List(c) => c.run(&desk),
            User::Password(c) => c.run(&desk, now),
            User::Disable(c) => change(&desk, now, &c.login, PersonEdit { active: Some(false), ..PersonEdit::default() }),
        }
    }
}
impl Add {
    fn run(&self, desk: &Desk, now: At) -> Result<(), Exit> {
        let password = if self.password_stdin { Some(prepare_password(&password_from_stdin()?, &self.login)?) } else { None };
        let account = self.account.as_deref().map(|number| super::house::account_of(desk, number)).transpose()?;
        let usual = NewPerson::new(account, self.role, &self.name, &self.email);
        let (login, skills, languages) = (self.login.clone(), self.skills.clone(), self.languages.clone());
        let new = NewPerson { login, skills, languages, password, tier: self.tier.unwrap_or(usual.tier), ..usual };
        let person = desk.write(now, move |cx| people::create(cx, &own_leave()?, &new))?;
        tell(&[person_out(&person)], self.json);
        Ok(())
    }
}
impl List {
    fn run(&self, desk: &Desk) -> Result<(), Exit> {
        let of = match &self.account {
            Some(number) => Of::Account(super::house::account_of(desk, number)?),
            None => Of::Staff,
        };
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = desk.read(|tx| people::list(tx, &own_leave()?, of, after, desk::limits::PAGE_MAX))?;
            all.extend(page.iter().map(person_out));
            match page.last() {
                Some(last) if page.len() == desk::limits::PAGE_MAX as usize => after = Some(last.id),
                _ => break,
            }
        }
        tell(&all, self.json);
        Ok(())
    }
}
impl Password {
    fn run(&self, desk: &Desk, now: At) -> Result<(), Exit> {
        let password = prepare_password(&password_from_stdin()?, &self.login)?;
        change(desk, now, &self.login, PersonEdit { password: Some(password), ..PersonEdit::default() })
    }
}
fn change(desk: &Desk, now: At, login: &str, edit: PersonEdit) -> Result<(), Exit> {
    let person = person_of(desk, login)?;
    let (id, version) = (person.id, person.version);
    desk.write(now, move |cx| people::edit(cx, &own_leave()?, id, version, &edit))?;
    Ok(())
}
fn tell(people: &[PersonOut], json: bool) {
    if json {
        show::json(&people);
    } else {
        let row =
            |p: &PersonOut| vec![p.login.clone(), p.role.clone(), p.name.clone(), p.email.clone(), if p.active { String::new() } else { "-".into() }];
        show::table(&people.iter().map(row).collect::<Vec<_>>());
    }
}
