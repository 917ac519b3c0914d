use super::Tx;
use super::error::{DbError, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A write on its way to the database, its types forgotten, so that one queue carries them all.
pub(super) trait Errand: Send {
    /// Runs the job once and keeps its answer; tells whether the job wants its changes kept.
    fn attempt(&mut self, tx: &mut Tx) -> bool;
    /// Tells the caller: the job's own answer if it was settled, else what became of it.
    fn finish(self: Box<Self>, fate: Result<()>);
}
pub(super) struct Write<T, E, J, D> {
    pub job: J,
    pub answer: Option<Result<T, E>>,
    pub done: D,
}
impl<T, E, J, D> Errand for Write<T, E, J, D>
where
    J: FnMut(&mut Tx) -> Result<T, E> + Send,
    D: FnOnce(Result<T, E>) + Send,
    E: From<DbError> + Send,
    T: Send,
{
    fn attempt(&mut self, tx: &mut Tx) -> bool {
        self.answer.insert((self.job)(tx)).is_ok()
    }
    fn finish(self: Box<Self>, fate: Result<()>) {
        let Write { answer, done, .. } = *self;
        let answer = fate.map_err(E::from).and_then(|()| answer.unwrap_or_else(|| Err(DbError::internal("the job was never run").into())));
        if catch_unwind(AssertUnwindSafe(|| done(answer))).is_err() {
            tracing::error!("a panic in the code that waits for a write");
        }
    }
}

/// Runs one job, its panic caught. `Ok(true)`: keep its changes. `Ok(false)`: it refused by itself. `Err`: lost, and why.
pub(super) fn attempt(errand: &mut dyn Errand, tx: &mut Tx) -> Result<bool> {
    let keep = catch_unwind(AssertUnwindSafe(|| errand.attempt(tx))).map_err(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
        let because = format!("a job panicked: {}", words.unwrap_or("without a word"));
        tracing::error!("{because}");
        DbError::internal(because)
    })?;
    match &tx.spoiled {
        // It went on as if nothing had happened; PostgreSQL would answer its commit with a silent rollback.
        Some(failed) if keep => Err(failed.clone()),
        _ => Ok(keep),
    }
}
