use super::Ratio;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;

/// A currency by its three letters (ISO 4217).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Currencies whose smallest coin is not a hundredth: letters, decimals.
const OTHER_COINS: &[(&[u8; 3], u32)] = &[
    (b"BHD", 3),
    (b"CLP", 0),
    (b"IQD", 3),
    (b"ISK", 0),
    (b"JOD", 3),
    (b"JPY", 0),
    (b"KRW", 0),
    (b"KWD", 3),
    (b"LYD", 3),
    (b"OMR", 3),
    (b"PYG", 0),
    (b"RWF", 0),
    (b"TND", 3),
    (b"UGX", 0),
    (b"VND", 0),
    (b"VUV", 0),
    (b"XAF", 0),
    (b"XOF", 0),
    (b"XPF", 0),
];

impl Currency {
    pub const CNY: Currency = Currency(*b"CNY");
    /// Three capital letters.
    pub fn parse(text: &str) -> Option<Currency> {
        let letters: [u8; 3] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Currency(letters))
    }
    pub fn code(&self) -> &str {
        // Capital letters only, so it always is text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
    /// Decimals of the smallest coin: 2, with the exceptions of ISO 4217.
    pub fn decimals(self) -> u32 {
        OTHER_COINS.iter().find(|(code, _)| **code == self.0).map_or(2, |(_, decimals)| *decimals)
    }
    fn coins_a_unit(self) -> i128 {
        10_i128.pow(self.decimals())
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why there is no such sum of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyError {
    /// Two currencies do not add up.
    Currencies {
        one: Currency,
        other: Currency,
    },
    /// Finer than the smallest coin.
    TooFine,
    /// Beyond a thousand million million units, or a fraction too long to be exact.
    OutOfRange,
    /// Below zero where only a price, a consumption or a fee makes sense.
    Negative,
    DividedByZero,
    /// Bands must rise, and the last one is open.
    Bands,
    /// The days are none, run backwards, or lie in different months.
    Days,
    /// An outage that ends before it begins.
    Reversed,
}
impl MoneyError {
    pub fn key(self) -> &'static str {
        match self {
            MoneyError::Currencies { .. } => "money.currencies",
            MoneyError::TooFine => "money.too_fine",
            MoneyError::OutOfRange => "money.out_of_range",
            MoneyError::Negative => "money.negative",
            MoneyError::DividedByZero => "money.divided_by_zero",
            MoneyError::Bands => "money.bands",
            MoneyError::Days => "money.days",
            MoneyError::Reversed => "money.reversed",
        }
    }
}
impl fmt::Display for MoneyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MoneyError::Currencies { one, other } => write!(f, "{}: {one} and {other}", self.key()),
            _ => f.write_str(self.key()),
        }
    }
}

/// A sum of money: always whole in the smallest coin of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Amount {
    /// Its scale is the currency's decimals.
    value: Decimal,
    currency: Currency,
}
/// Coins; far beyond any bill, and small enough that an amount times a fraction stays exact.
const COINS_MAX: i128 = 1_000_000_000_000_000_000;

impl Amount {
    pub fn zero(currency: Currency) -> Amount {
        Amount { value: Decimal::new(0, currency.decimals()), currency }
    }
    /// Errors: [`MoneyError::TooFine`] when it is finer than the smallest coin, [`MoneyError::OutOfRange`].
    pub fn new(value: Decimal, currency: Currency) -> Result<Amount, MoneyError> {
        let amount = Amount::rounded(value, currency)?;
        if amount.value == value { Ok(amount) } else { Err(MoneyError::TooFine) }
    }
    /// The one rounding of the house: half-up to the smallest coin, a half away from zero, so that a correction undoes exactly what it corrects.
    /// Errors: [`MoneyError::OutOfRange`].
    pub fn rounded(value: Decimal, currency: Currency) -> Result<Amount, MoneyError> {
        Amount::half_up(Ratio::of(value)?, currency)
    }
    /// As [`Amount::rounded`], of an exact fraction of the currency's unit.
    pub fn half_up(units: Ratio, currency: Currency) -> Result<Amount, MoneyError> {
        Amount::coins(units.times(Ratio::new(currency.coins_a_unit(), 1)?)?.half_up(), currency)
    }
    fn coins(coins: i128, currency: Currency) -> Result<Amount, MoneyError> {
        if coins.abs() > COINS_MAX {
            return Err(MoneyError::OutOfRange);
        }
        let value = Decimal::try_from_i128_with_scale(coins, currency.decimals()).map_err(|_| MoneyError::OutOfRange)?;
        Ok(Amount { value, currency })
    }
    pub fn value(&self) -> Decimal {
        self.value
    }
    pub fn currency(&self) -> Currency {
        self.currency
    }
    /// The amount as an exact number of units.
    pub fn units(&self) -> Result<Ratio, MoneyError> {
        Ratio::of(self.value)
    }
    pub fn is_negative(&self) -> bool {
        self.value.mantissa() < 0
    }
    pub fn is_zero(&self) -> bool {
        self.value.is_zero()
    }
    /// Errors: [`MoneyError::Negative`] below zero.
    pub fn not_negative(self) -> Result<Amount, MoneyError> {
        if self.is_negative() { Err(MoneyError::Negative) } else { Ok(self) }
    }
    /// This amount, or none of it where it is a debt.
    pub fn or_nothing(self) -> Amount {
        if self.is_negative() { Amount::zero(self.currency) } else { self }
    }
    /// Errors: [`MoneyError::Currencies`], [`MoneyError::OutOfRange`]; so in all that takes two amounts.
    pub fn plus(self, other: Amount) -> Result<Amount, MoneyError> {
        self.same_currency(other)?;
        Amount::coins(self.value.mantissa() + other.value.mantissa(), self.currency)
    }
    pub fn minus(self, other: Amount) -> Result<Amount, MoneyError> {
        self.same_currency(other)?;
        Amount::coins(self.value.mantissa() - other.value.mantissa(), self.currency)
    }
    pub fn negated(self) -> Amount {
        Amount { value: -self.value, currency: self.currency }
    }
    pub fn compare(self, other: Amount) -> Result<Ordering, MoneyError> {
        self.same_currency(other)?;
        Ok(self.value.cmp(&other.value))
    }
    pub fn at_most(self, other: Amount) -> Result<Amount, MoneyError> {
        Ok(if self.compare(other)? == Ordering::Greater { other } else { self })
    }
    pub fn at_least(self, other: Amount) -> Result<Amount, MoneyError> {
        Ok(if self.compare(other)? == Ordering::Less { other } else { self })
    }
    /// This amount times a fraction, rounded half-up once. Errors: [`MoneyError::OutOfRange`].
    pub fn part(self, share: Ratio) -> Result<Amount, MoneyError> {
        Amount::half_up(self.units()?.times(share)?, self.currency)
    }
    pub fn sum(amounts: impl IntoIterator<Item = Amount>, currency: Currency) -> Result<Amount, MoneyError> {
        amounts.into_iter().try_fold(Amount::zero(currency), Amount::plus)
    }
    pub(crate) fn same_currency(self, other: Amount) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::Currencies { one: self.currency, other: other.currency }) }
    }
}
/// The digits alone, with all decimals of the currency: `12903.23`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
