use super::MoneyError;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::fmt;

/// An exact fraction in lowest terms: shares of a month, rates, uptimes (I16). Nothing is rounded before an amount is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    num: i128,
    /// Above zero.
    den: i128,
}

impl Ratio {
    pub const ZERO: Ratio = Ratio { num: 0, den: 1 };
    pub const ONE: Ratio = Ratio { num: 1, den: 1 };

    /// `num ÷ den`. Errors: [`MoneyError::DividedByZero`], [`MoneyError::OutOfRange`].
    pub fn new(num: impl Into<i128>, den: impl Into<i128>) -> Result<Ratio, MoneyError> {
        let (num, den) = (num.into(), den.into());
        if den == 0 {
            return Err(MoneyError::DividedByZero);
        }
        if num == i128::MIN || den == i128::MIN {
            return Err(MoneyError::OutOfRange);
        }
        let shared = common_factor(num.unsigned_abs(), den.unsigned_abs());
        // Both fit again: neither is the one number whose size does not.
        let (num, den) = (num / shared as i128, den / shared as i128);
        Ok(if den < 0 { Ratio { num: -num, den: -den } } else { Ratio { num, den } })
    }
    /// The number as written: `0.10` is 1/10.
    pub fn of(number: Decimal) -> Result<Ratio, MoneyError> {
        Ratio::new(number.mantissa(), 10_i128.checked_pow(number.scale()).ok_or(MoneyError::OutOfRange)?)
    }
    /// `99.95` is 1999/2000.
    pub fn percent(number: Decimal) -> Result<Ratio, MoneyError> {
        Ratio::of(number)?.times(Ratio { num: 1, den: 100 })
    }
    pub fn num(self) -> i128 {
        self.num
    }
    pub fn den(self) -> i128 {
        self.den
    }
    pub fn is_negative(self) -> bool {
        self.num < 0
    }
    /// Errors: [`MoneyError::OutOfRange`].
    pub fn times(self, other: Ratio) -> Result<Ratio, MoneyError> {
        // Crosswise in lowest terms first, which keeps the products small.
        let (a, b) = (Ratio::new(self.num, other.den)?, Ratio::new(other.num, self.den)?);
        let product = |x: i128, y: i128| x.checked_mul(y).ok_or(MoneyError::OutOfRange);
        Ratio::new(product(a.num, b.num)?, product(a.den, b.den)?)
    }
    /// Errors: [`MoneyError::OutOfRange`].
    pub fn plus(self, other: Ratio) -> Result<Ratio, MoneyError> {
        let shared = common_factor(self.den.unsigned_abs(), other.den.unsigned_abs()) as i128;
        let (left, right) = (other.den / shared, self.den / shared);
        let sum = || self.num.checked_mul(left)?.checked_add(other.num.checked_mul(right)?);
        let den = self.den.checked_mul(left);
        Ratio::new(sum().ok_or(MoneyError::OutOfRange)?, den.ok_or(MoneyError::OutOfRange)?)
    }
    /// Errors: [`MoneyError::OutOfRange`].
    pub fn minus(self, other: Ratio) -> Result<Ratio, MoneyError> {
        self.plus(Ratio { num: -other.num, den: other.den })
    }
    /// To the nearest whole number, a half away from zero.
    pub fn half_up(self) -> i128 {
        let (whole, rest) = (self.num / self.den, (self.num % self.den).unsigned_abs());
        if rest >= self.den.unsigned_abs() - rest { whole + self.num.signum() } else { whole }
    }
    /// To so many decimals, half-up: for people to read, never to reckon on. Errors: [`MoneyError::OutOfRange`].
    pub fn to_decimal(self, places: u32) -> Result<Decimal, MoneyError> {
        let scale = 10_i128.checked_pow(places).ok_or(MoneyError::OutOfRange)?;
        let number = self.times(Ratio { num: scale, den: 1 })?.half_up();
        Decimal::try_from_i128_with_scale(number, places).map_err(|_| MoneyError::OutOfRange)
    }
}
fn common_factor(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}
impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
/// Exact for all sizes: whole parts first, then the other way round what is left, as in Euclid's division. No product can overflow.
impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        let (mut a, mut b) = ((self.num, self.den), (other.num, other.den));
        let mut turned = false;
        loop {
            let (x, y) = (a.0.div_euclid(a.1), b.0.div_euclid(b.1));
            let (rest_a, rest_b) = (a.0.rem_euclid(a.1), b.0.rem_euclid(b.1));
            let found = match (x.cmp(&y), rest_a, rest_b) {
                (Ordering::Equal, 0, 0) => Some(Ordering::Equal),
                (Ordering::Equal, 0, _) => Some(Ordering::Less),
                (Ordering::Equal, _, 0) => Some(Ordering::Greater),
                (Ordering::Equal, ..) => None,
                (unequal, ..) => Some(unequal),
            };
            if let Some(found) = found {
                return if turned { found.reverse() } else { found };
            }
            (a, b, turned) = ((a.1, rest_a), (b.1, rest_b), !turned);
        }
    }
}
/// `21/31`; a whole number stands alone.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.den == 1 { write!(f, "{}", self.num) } else { write!(f, "{}/{}", self.num, self.den) }
    }
}
