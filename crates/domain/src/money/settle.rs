use super::{Amount, MoneyError};
use crate::kit::At;

/// A voucher: spent on bills, never paid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    pub id: String,
    pub left: Amount,
    /// The first instant at which it is void; `None`: never.
    pub ends_at: Option<At>,
}
/// What of a bill is paid by which voucher, and what remains to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    pub total: Amount,
    /// Id and amount, in the order they are spent.
    pub vouchers: Vec<(String, Amount)>,
    pub to_pay: Amount,
}
/// Spends vouchers on a bill: those that end first go first, those of one end in the order given; void ones and those of another currency are
/// left alone. Errors: [`MoneyError::Negative`] for a bill or voucher below zero, [`MoneyError::OutOfRange`].
pub fn settle(total: Amount, vouchers: &[Voucher], now: At) -> Result<Settlement, MoneyError> {
    let mut to_pay = total.not_negative()?;
    let fits = |v: &&Voucher| v.left.currency() == total.currency() && v.ends_at.is_none_or(|end| now < end);
    let mut usable: Vec<&Voucher> = vouchers.iter().filter(fits).collect();
    usable.sort_by_key(|v| v.ends_at.unwrap_or(At::MAX));
    let mut spent = Vec::new();
    for voucher in usable {
        let part = voucher.left.not_negative()?.at_most(to_pay)?;
        if !part.is_zero() {
            to_pay = to_pay.minus(part)?;
            spent.push((voucher.id.clone(), part));
        }
    }
    Ok(Settlement { total, vouchers: spent, to_pay })
}
