//! Who is who, who wants to be told of what, and who stands on which duty: each looked up once for everything that is settled together.
//! It lives as long as one act at most, and only while the act changes nothing of this.
use crate::Fault;
use domain::kit::{AccountId, At, PersonId};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use store::db::Tx;
use store::person::Person;

/// (topic, way) somebody does not want.
type Unwanted = Vec<(String, String)>;

#[derive(Default)]
pub(crate) struct Directory {
    people: HashMap<PersonId, Option<(Person, Unwanted)>>,
    on_duty: HashMap<String, Vec<PersonId>>,
    tams: HashMap<AccountId, Option<PersonId>>,
}
impl Directory {
    /// Somebody and what they do not want.
    pub fn person(&mut self, tx: &mut Tx, id: PersonId) -> Result<Option<&(Person, Unwanted)>, Fault> {
        let known = match self.people.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(look_up(tx, id)?),
        };
        Ok(known.as_ref())
    }
    /// Who stands on a duty of the rota, in order.
    pub fn on_duty(&mut self, tx: &mut Tx, duty: &str, at: At) -> Result<Vec<PersonId>, Fault> {
        if let Some(known) = self.on_duty.get(duty) {
            return Ok(known.clone());
        }
        let found = store::person::list_on_duty(tx, duty, at)?;
        self.on_duty.insert(duty.to_string(), found.clone());
        Ok(found)
    }
    pub fn tam(&mut self, tx: &mut Tx, account: AccountId) -> Result<Option<PersonId>, Fault> {
        Ok(match self.tams.entry(account) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => *new.insert(store::account::find(tx, account)?.and_then(|a| a.tam)),
        })
    }
}
fn look_up(tx: &mut Tx, id: PersonId) -> Result<Option<(Person, Unwanted)>, Fault> {
    let Some(person) = store::person::find(tx, id)? else { return Ok(None) };
    let said = store::notice::list_preferences(tx, id)?;
    Ok(Some((person, said.into_iter().filter(|(_, _, wanted)| !wanted).map(|(topic, way, _)| (topic, way)).collect())))
}
