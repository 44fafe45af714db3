//! Exact arithmetic as formulas promise it: 28 significant digits, division to 10 places, halves away from zero. Results are
//! rounded once, from the exact result; `rust_decimal`'s own operators round halves to even, so they are not used here.

use rust_decimal::Decimal;

use crate::value::CellError;

type Out = Result<Decimal, CellError>;

/// The most significant digits, and the most places, of a number in a formula.
const DIGITS: u32 = 28;
/// One more than the largest mantissa.
const LIMIT: u128 = 10u128.pow(DIGITS);
/// Half the digits of a mantissa: two of them multiply within 128 bits.
const HALF: u128 = 10u128.pow(DIGITS / 2);
/// Places of a quotient.
const QUOTIENT_PLACES: i64 = 10;

/// Which neighbour a number is rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rounding {
    HalfAway,
    AwayFromZero,
    TowardZero,
    Down,
}

/// `hi * 10^28 + lo`, both below 10^28: the exact product of two mantissas.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    hi: u128,
    lo: u128,
}

fn wide(a: u128, b: u128) -> Wide {
    let (a1, a0) = (a / HALF, a % HALF);
    let (b1, b0) = (b / HALF, b % HALF);
    let middle = a1 * b0 + a0 * b1;
    let low = (middle % HALF) * HALF + a0 * b0;
    Wide { hi: a1 * b1 + middle / HALF + low / LIMIT, lo: low % LIMIT }
}

fn digits(n: u128) -> u32 {
    n.checked_ilog10().map_or(0, |log| log + 1)
}

fn power(n: u32) -> u128 {
    10u128.pow(n)
}

fn make(negative: bool, mantissa: u128, scale: u32) -> Out {
    let signed = i128::try_from(mantissa).map_err(|_| CellError::Num)?;
    Decimal::try_from_i128_with_scale(if negative { -signed } else { signed }, scale)
        .map(|number| number.normalize())
        .map_err(|_| CellError::Num)
}

/// The number nearest to `wide / 10^scale` that has at most 28 digits and 28 places.
fn fitted(negative: bool, wide: Wide, scale: u32) -> Out {
    let length = if wide.hi > 0 { DIGITS + digits(wide.hi) } else { digits(wide.lo) };
    let drop = length.saturating_sub(DIGITS).max(scale.saturating_sub(DIGITS));
    if drop > scale {
        return Err(CellError::Num);
    }
    if drop > length {
        return Ok(Decimal::ZERO);
    }
    let (mut whole, up) = match drop {
        0 => (wide.lo, false),
        1..=DIGITS => {
            let rest = wide.lo % power(drop);
            (wide.hi * power(DIGITS - drop) + wide.lo / power(drop), rest >= power(drop) / 2)
        }
        _ => {
            let rest = wide.hi % power(drop - DIGITS);
            (wide.hi / power(drop - DIGITS), rest >= power(drop - DIGITS) / 2)
        }
    };
    let mut places = scale - drop;
    if up {
        whole += 1;
    }
    if whole == LIMIT {
        // 99…9 was rounded up to 10^28.
        if places == 0 {
            return Err(CellError::Num);
        }
        whole /= 10;
        places -= 1;
    }
    make(negative, whole, places)
}

/// Mantissa and scale of a number that has at most 28 digits, as all numbers here do.
fn parts(n: Decimal) -> (u128, u32) {
    (n.mantissa().unsigned_abs(), n.scale())
}

/// A number from outside, which may have 29 digits.
pub(super) fn fit(n: Decimal) -> Out {
    let (mantissa, scale) = parts(n);
    fitted(n.is_sign_negative(), Wide { hi: mantissa / LIMIT, lo: mantissa % LIMIT }, scale)
}

pub(super) fn multiply(a: Decimal, b: Decimal) -> Out {
    let ((m, s), (n, t)) = (parts(fit(a)?), parts(fit(b)?));
    fitted(a.is_sign_negative() != b.is_sign_negative(), wide(m, n), s + t)
}

pub(super) fn add(a: Decimal, b: Decimal) -> Out {
    let (a, b) = (fit(a)?, fit(b)?);
    let ((m, s), (n, t)) = (parts(a), parts(b));
    let scale = s.max(t);
    let (m, n) = (wide(m, power(scale - s)), wide(n, power(scale - t)));
    if a.is_sign_negative() == b.is_sign_negative() {
        let lo = m.lo + n.lo;
        return fitted(a.is_sign_negative(), Wide { hi: m.hi + n.hi + lo / LIMIT, lo: lo % LIMIT }, scale);
    }
    let (large, small, negative) = if m >= n { (m, n, a.is_sign_negative()) } else { (n, m, b.is_sign_negative()) };
    let borrow = u128::from(large.lo < small.lo);
    let difference = Wide { hi: large.hi - small.hi - borrow, lo: large.lo + borrow * LIMIT - small.lo };
    fitted(negative, difference, scale)
}

/// The number with the other sign; `rust_decimal` would make a negative zero, which is not a number of ours.
pub(super) fn negate(n: Decimal) -> Decimal {
    if n.is_zero() { Decimal::ZERO } else { -n }
}

pub(super) fn subtract(a: Decimal, b: Decimal) -> Out {
    add(a, negate(b))
}

/// The quotient to 10 places (fewer where 28 digits do not reach so far).
pub(super) fn divide(a: Decimal, b: Decimal) -> Out {
    let (a, b) = (fit(a)?, fit(b)?);
    if b.is_zero() {
        return Err(CellError::Div0);
    }
    let ((m, s), (n, t)) = (parts(a), parts(b));
    let negative = a.is_sign_negative() != b.is_sign_negative();
    // m / n has s - t places; more digits are worked out one by one until there are ten.
    let shift = QUOTIENT_PLACES - i64::from(s) + i64::from(t);
    let (mut quotient, mut rest) = (m / n, m % n);
    for _ in 0..shift.max(0) {
        rest *= 10;
        quotient = quotient.checked_mul(10).and_then(|q| q.checked_add(rest / n)).ok_or(CellError::Num)?;
        rest %= n;
    }
    // A dropped digit decides alone: whatever stands behind a five only makes it larger.
    let mut drop = u32::try_from((-shift).max(0)).unwrap_or(0);
    let length = digits(quotient);
    drop = drop.max(length.saturating_sub(DIGITS));
    let places = u32::try_from(QUOTIENT_PLACES + (-shift).max(0)).unwrap_or(0);
    if drop > places {
        return Err(CellError::Num);
    }
    if drop > length {
        return Ok(Decimal::ZERO);
    }
    let up = if drop == 0 { rest * 2 >= n } else { quotient % power(drop) >= power(drop) / 2 };
    let whole = quotient / power(drop) + u128::from(up);
    fitted(negative, Wide { hi: whole / LIMIT, lo: whole % LIMIT }, places - drop)
}

/// The remainder with the sign of the divisor, as Excel's MOD.
pub(super) fn modulo(a: Decimal, b: Decimal) -> Out {
    let (a, b) = (fit(a)?, fit(b)?);
    if b.is_zero() {
        return Err(CellError::Div0);
    }
    let ((m, s), (n, t)) = (parts(a), parts(b));
    let scale = s.max(t);
    let mut rest;
    if s < scale {
        rest = m % n;
        for _ in 0..scale - s {
            rest = rest * 10 % n;
        }
    } else {
        // A divisor too long to be written with these places is larger than the dividend.
        rest = n.checked_mul(power(scale - t)).map_or(m, |divisor| m % divisor);
    }
    let rest = fitted(a.is_sign_negative(), Wide { hi: 0, lo: rest }, scale)?;
    if !rest.is_zero() && a.is_sign_negative() != b.is_sign_negative() { add(rest, b) } else { Ok(rest) }
}

/// The number rounded to `places` (negative: to tens, hundreds).
pub(super) fn round(n: Decimal, places: i32, rounding: Rounding) -> Out {
    let n = fit(n)?;
    let (mantissa, scale) = parts(n);
    let drop = i64::from(scale) - i64::from(places);
    if drop <= 0 || mantissa == 0 {
        return Ok(n);
    }
    let (whole, rest, half) = match u32::try_from(drop) {
        Ok(drop) if drop <= DIGITS => (mantissa / power(drop), mantissa % power(drop), power(drop) / 2),
        _ => (0, mantissa, u128::MAX),
    };
    let up = match rounding {
        Rounding::HalfAway => rest >= half,
        Rounding::AwayFromZero => rest > 0,
        Rounding::TowardZero => false,
        Rounding::Down => rest > 0 && n.is_sign_negative(),
    };
    let whole = whole + u128::from(up);
    match u32::try_from(places) {
        Ok(places) => make(n.is_sign_negative(), whole, places),
        Err(_) if whole == 0 => Ok(Decimal::ZERO),
        Err(_) if places < -(DIGITS as i32) => Err(CellError::Num),
        Err(_) => fitted(n.is_sign_negative(), wide(whole, power(places.unsigned_abs())), 0),
    }
}

/// The whole number at or below `n`.
pub(super) fn floor(n: Decimal) -> Out {
    round(n, 0, Rounding::Down)
}

/// The number as an `i64`, cut toward zero; `#NUM!` beyond.
pub(super) fn whole(n: Decimal) -> Result<i64, CellError> {
    i64::try_from(round(n, 0, Rounding::TowardZero)?.mantissa()).map_err(|_| CellError::Num)
}

/// `base` to a power. A whole exponent from 0 to 999 is multiplied out exactly; any other result has 15 digits.
pub(super) fn raise(base: Decimal, exponent: Decimal) -> Out {
    let exponent = exponent.normalize();
    if exponent.scale() == 0 && exponent < Decimal::ZERO && exponent > Decimal::from(-1000) {
        return match raise(base, negate(exponent)) {
            Ok(product) if product.is_zero() => Err(if base.is_zero() { CellError::Div0 } else { CellError::Num }),
            Ok(product) => approximate(1.0 / to_float(product)),
            // So large that its reciprocal has no digits left.
            Err(_) => Ok(Decimal::ZERO),
        };
    }
    if exponent.scale() == 0 && !exponent.is_sign_negative() && exponent < Decimal::from(1000) {
        let mut left = whole(exponent)?;
        let (mut square, mut product) = (fit(base)?, Decimal::ONE);
        while left > 0 {
            if left % 2 == 1 {
                product = multiply(product, square)?;
            }
            left /= 2;
            if left > 0 {
                square = multiply(square, square)?;
            }
        }
        return Ok(product);
    }
    if base.is_zero() {
        return Err(CellError::Div0).or_else(|e| if exponent.is_sign_negative() { Err(e) } else { Ok(Decimal::ZERO) });
    }
    approximate(to_float(base).powf(to_float(exponent)))
}

/// The nearest binary number; only for functions whose results are rounded to 15 digits.
pub(super) fn to_float(n: Decimal) -> f64 {
    n.to_string().parse().unwrap_or(f64::NAN)
}

/// A computed binary number to 15 significant digits, so that machines whose last digits differ agree.
pub(super) fn approximate(n: f64) -> Out {
    if !n.is_finite() {
        return Err(CellError::Num);
    }
    // 17 digits tell every binary number from its neighbours, so the second rounding sees what the number is.
    let exact = format!("{n:.16e}");
    let (digits, exponent) = exact.split_once('e').ok_or(CellError::Num)?;
    let (whole, fraction) =
        digits.trim_start_matches('-').split_once('.').unwrap_or((digits.trim_start_matches('-'), ""));
    let mantissa: u128 = format!("{whole}{fraction}").parse().map_err(|_| CellError::Num)?;
    let mut exponent: i64 = exponent.parse().map_err(|_| CellError::Num)?;
    exponent -= fraction.len() as i64;
    let extra = self::digits(mantissa).saturating_sub(15);
    let mantissa = (mantissa + power(extra) / 2 * u128::from(extra > 0)) / power(extra);
    scientific(n < 0.0, mantissa, exponent + i64::from(extra))
}

/// `mantissa * 10^exponent`.
fn scientific(negative: bool, mantissa: u128, exponent: i64) -> Out {
    if mantissa == 0 {
        return Ok(Decimal::ZERO);
    }
    match u32::try_from(exponent) {
        Ok(up) if up > DIGITS => Err(CellError::Num),
        Ok(up) => fitted(negative, wide(mantissa, power(up)), 0),
        Err(_) if exponent < -100 => Ok(Decimal::ZERO),
        Err(_) => fitted(negative, Wide { hi: mantissa / LIMIT, lo: mantissa % LIMIT }, exponent.unsigned_abs() as u32),
    }
}

/// Reads `12`, `1.5`, `.5`, `1e-3`; nothing else. `None` also for more than 28 digits.
pub(super) fn parse(text: &str) -> Option<Decimal> {
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        Some((digits, exponent)) => (digits, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || !(whole.bytes().chain(fraction.bytes())).all(|c| c.is_ascii_digit()) {
        return None;
    }
    let all = format!("{whole}{fraction}");
    let kept = all.trim_start_matches('0');
    if kept.len() > DIGITS as usize || fraction.len() > 100 {
        return None;
    }
    let mantissa = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    scientific(false, mantissa, i64::from(exponent) - fraction.len() as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.strip_prefix('-').map_or_else(|| parse(text).unwrap(), |rest| -parse(rest).unwrap())
    }

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(round(d("2.5"), 0, Rounding::HalfAway), Ok(d("3")));
        assert_eq!(round(d("-2.5"), 0, Rounding::HalfAway), Ok(d("-3")));
        assert_eq!(round(d("1250"), -2, Rounding::HalfAway), Ok(d("1300")));
        assert_eq!(divide(d("2"), d("3")), Ok(d("0.6666666667")));
        assert_eq!(divide(d("1"), d("20000000000")), Ok(d("0.0000000001")));
        assert_eq!(divide(d("0.00000000000000000001"), d("3")), Ok(d("0")));
    }

    #[test]
    fn products_are_rounded_once_from_all_their_digits() {
        let nines = d("9999999999999999999999999999");
        assert_eq!(multiply(nines, nines), Err(CellError::Num));
        assert_eq!(multiply(nines, d("0.0000000000000000000000000001")), Ok(d("0.9999999999999999999999999999")));
        assert_eq!(add(nines, d("0.4")), Ok(nines));
        assert_eq!(add(nines, d("0.5")), Err(CellError::Num));
        assert_eq!(subtract(d("0.1"), d("0.3")), Ok(d("-0.2")));
        assert_eq!(modulo(d("-7"), d("3")), Ok(d("2")));
        assert_eq!(modulo(d("10"), d("0.3")), Ok(d("0.1")));
    }

    #[test]
    fn binary_results_keep_fifteen_digits() {
        assert_eq!(approximate(2f64.sqrt()), Ok(d("1.4142135623731")));
        assert_eq!(approximate(1e-7), Ok(d("0.0000001")));
        assert_eq!(approximate(-1.5e20), Ok(d("-150000000000000000000")));
        assert_eq!(approximate(f64::NAN), Err(CellError::Num));
    }

    proptest::proptest! {
        #[test]
        fn small_numbers_agree_with_the_library(a in -1_000_000_000i64..1_000_000_000, b in -1_000_000_000i64..1_000_000_000, s in 0u32..6, t in 0u32..6) {
            let (a, b) = (Decimal::new(a, s), Decimal::new(b, t));
            proptest::prop_assert_eq!(add(a, b), Ok(a + b));
            proptest::prop_assert_eq!(multiply(a, b), Ok(a * b));
            if !b.is_zero() {
                let exact = (a / b).round_dp_with_strategy(10, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
                proptest::prop_assert_eq!(divide(a, b), Ok(exact));
                let rest = a % b;
                let rest = if rest.is_zero() || rest.is_sign_negative() == b.is_sign_negative() { rest } else { rest + b };
                proptest::prop_assert_eq!(modulo(a, b), Ok(rest));
            }
        }
    }
}
