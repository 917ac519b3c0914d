use super::{FeeModel, FeeRule};
use crate::money::{Amount, Band, Bands, Currency, DayCount, MoneyError, Ratio, Schedule, Spreading, UpgradeCredit, Usage};
use rust_decimal::Decimal;

/// One band of a book's rate table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeBand {
    /// `None`: without end; the last one only.
    pub up_to: Option<Decimal>,
    pub rate: Decimal,
}

/// Which consumption the share is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Basis {
    /// Before reductions (折前, 002:L136).
    #[default]
    List,
    Paid,
}
impl Basis {
    pub const ALL: &[Basis] = &[Basis::List, Basis::Paid];
    pub fn key(self) -> &'static str {
        match self {
            Basis::List => "list",
            Basis::Paid => "paid",
        }
    }
}

/// How a book reckons. Where it is silent, the house's reading of the documents counts, and is told as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reckoning {
    pub basis: Option<Basis>,
    pub spreading: Option<Spreading>,
    pub days: Option<DayCount>,
    pub upgrade: Option<UpgradeCredit>,
}
/// One rule of reckoning: the cell of the book, what counts, and whether that is the house's reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub cell: &'static str,
    pub value: &'static str,
    pub assumed: bool,
}
impl Reckoning {
    /// List price, unless the book says otherwise.
    pub fn basis(&self) -> Basis {
        self.basis.unwrap_or_default()
    }
    /// Even months with the rest on the last slice, unless the book says otherwise.
    pub fn spreading(&self) -> Spreading {
        self.spreading.unwrap_or_default()
    }
    /// Months as long as they are, unless the book says otherwise.
    pub fn days(&self) -> DayCount {
        self.days.unwrap_or_default()
    }
    /// The unused part is set against the new price, unless the book says otherwise.
    pub fn upgrade(&self) -> UpgradeCredit {
        self.upgrade.unwrap_or_default()
    }
    pub fn readings(&self) -> [Reading; 4] {
        let reading = |cell, value, assumed| Reading { cell, value, assumed };
        [
            reading("fee.basis", self.basis().key(), self.basis.is_none()),
            reading("fee.amortise", self.spreading().key(), self.spreading.is_none()),
            reading("fee.days", self.days().key(), self.days.is_none()),
            reading("fee.upgrade", self.upgrade().key(), self.upgrade.is_none()),
        ]
    }
}

/// Why a book gives no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPrice {
    /// The book leaves it open, or to the contract: a price must be agreed.
    NotAgreed,
    Money(MoneyError),
}
impl From<MoneyError> for NoPrice {
    fn from(e: MoneyError) -> NoPrice {
        NoPrice::Money(e)
    }
}
impl FeeRule {
    /// What a month costs; `agreed` is the price of the customer's own contract, which beats the book's. Errors: [`NoPrice`].
    pub fn schedule(&self, agreed: Option<Amount>) -> Result<Schedule, NoPrice> {
        let currency = Currency::parse(&self.currency).ok_or(MoneyError::OutOfRange)?;
        let price = match (agreed, self.base, self.model) {
            (Some(agreed), ..) => {
                agreed.same_currency(Amount::zero(currency))?;
                agreed.not_negative()?
            }
            (None, Some(price), _) => Amount::new(price, currency)?,
            (None, None, FeeModel::Free) => Amount::zero(currency),
            (None, None, _) => return Err(NoPrice::NotAgreed),
        };
        Ok(Schedule { price, usage: self.usage(currency)?, combination: self.combination })
    }
    /// Errors: bands that do not rise, numbers out of range.
    pub fn usage(&self, currency: Currency) -> Result<Usage, MoneyError> {
        let band = |b: &FeeBand| {
            let up_to = b.up_to.map(|n| Amount::new(n, currency)).transpose()?;
            Ok(Band { up_to, rate: Ratio::of(b.rate)? })
        };
        match (self.bands.is_empty(), self.rate) {
            (false, _) => Ok(Usage::Bands(Bands::new(self.bands.iter().map(band).collect::<Result<_, MoneyError>>()?)?)),
            (true, Some(rate)) => Ok(Usage::Rate(Ratio::of(rate)?)),
            (true, None) => Ok(Usage::None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Combination, Refund};
    use crate::promise::Source;

    fn rule(model: FeeModel, base: Option<i64>, rate: Option<i64>) -> FeeRule {
        FeeRule {
            currency: "CNY".into(),
            model,
            base: base.map(Decimal::from),
            rate: rate.map(|percent| Decimal::new(percent, 2)),
            bands: vec![],
            combination: Combination::GreaterOf,
            refund: Refund::None,
            reckoning: Reckoning::default(),
            source: Source::default(),
        }
    }
    fn yuan(n: i64) -> Amount {
        Amount::new(n.into(), Currency::CNY).unwrap()
    }
    #[test]
    fn a_book_without_a_price_needs_one_agreed() {
        for model in [FeeModel::Contract, FeeModel::Unconfirmed, FeeModel::FixedPlusUsage] {
            assert_eq!(rule(model, None, None).schedule(None), Err(NoPrice::NotAgreed));
            assert_eq!(rule(model, None, None).schedule(Some(yuan(7))).map(|s| (s.price, s.usage)), Ok((yuan(7), Usage::None)));
        }
        assert_eq!(rule(FeeModel::Free, None, None).schedule(None).map(|s| s.price), Ok(yuan(0)));
        let dollars = Amount::new(Decimal::ONE, Currency::parse("USD").unwrap()).unwrap();
        assert!(rule(FeeModel::Contract, None, None).schedule(Some(dollars)).is_err(), "a book has one currency");
        assert_eq!(rule(FeeModel::Contract, None, None).schedule(Some(yuan(-1))), Err(NoPrice::Money(MoneyError::Negative)));
    }
    #[test]
    fn an_agreed_price_beats_the_books_and_keeps_its_share() {
        let book = rule(FeeModel::FixedPlusUsage, Some(25_000), Some(10));
        let agreed = book.schedule(Some(yuan(20_000))).unwrap();
        assert_eq!((agreed.price, agreed.usage), (yuan(20_000), Usage::Rate(Ratio::new(1, 10).unwrap())));
        assert_eq!(book.schedule(None).map(|s| s.price), Ok(yuan(25_000)));
    }
    #[test]
    fn what_a_book_does_not_say_is_told_as_the_houses_reading() {
        let mut book = rule(FeeModel::Free, None, None);
        book.reckoning.upgrade = Some(UpgradeCredit::Forfeit);
        let told: Vec<_> = book.reckoning.readings().iter().map(|r| (r.cell, r.value, r.assumed)).collect();
        assert_eq!(
            told,
            [("fee.basis", "list", true), ("fee.amortise", "month_even", true), ("fee.days", "actual", true), ("fee.upgrade", "forfeit", false)]
        );
    }
    #[test]
    fn a_table_of_rates_beats_a_single_rate() {
        let mut book = rule(FeeModel::FixedPlusUsage, Some(15_000), Some(10));
        book.bands = vec![FeeBand { up_to: Some(100.into()), rate: Decimal::new(10, 2) }, FeeBand { up_to: None, rate: Decimal::new(3, 2) }];
        assert!(matches!(book.schedule(None).map(|s| s.usage), Ok(Usage::Bands(b)) if b.as_slice().len() == 2));
        book.bands.reverse();
        assert_eq!(book.schedule(None), Err(NoPrice::Money(MoneyError::Bands)));
    }
}
