//! Exact decimals of any scale as bytes that sort like the numbers: how SQLite holds them.

use rust_decimal::Decimal;

/// 28 digits left of the point and 28 right of it bound the exponent.
const BIAS: i32 = 64;

/// Bytes whose order (memcmp) is the order of the numbers; equal numbers have equal bytes.
pub fn encode(number: Decimal) -> Vec<u8> {
    let number = number.normalize();
    if number.is_zero() {
        return vec![0x80];
    }
    let digits = number.mantissa().unsigned_abs().to_string();
    // 0.d1d2d3… × 10^exponent
    let exponent = digits.len() as i32 - number.scale() as i32;
    let mut bytes = vec![0x80 + 1 + ((exponent + BIAS) as u8).min(126)];
    let digits = digits.trim_end_matches('0').as_bytes();
    for pair in digits.chunks(2) {
        let tens = (pair[0] - b'0') * 10;
        let ones = pair.get(1).map_or(0, |digit| digit - b'0');
        bytes.push(1 + tens + ones);
    }
    if number.is_sign_negative() {
        for byte in &mut bytes {
            *byte = !*byte;
        }
        bytes.push(0xff);
    }
    bytes
}

/// The number, or `None` when the bytes are not of [`encode`].
pub fn decode(bytes: &[u8]) -> Option<Decimal> {
    let (first, rest) = bytes.split_first()?;
    if *first == 0x80 {
        return rest.is_empty().then_some(Decimal::ZERO);
    }
    let negative = *first < 0x80;
    let flip = |byte: u8| if negative { !byte } else { byte };
    let exponent = i32::from(flip(*first)) - 0x81 - BIAS;
    let pairs = if negative { rest.strip_suffix(&[0xff])? } else { rest };
    let mut mantissa: i128 = 0;
    for pair in pairs {
        let pair = flip(*pair).checked_sub(1).filter(|pair| *pair < 100)?;
        mantissa = mantissa.checked_mul(100)?.checked_add(i128::from(pair))?;
    }
    let mut scale = 2 * pairs.len() as i32 - exponent;
    while scale < 0 {
        mantissa = mantissa.checked_mul(10)?;
        scale += 1;
    }
    while scale > 28 || (scale > 0 && mantissa % 10 == 0) {
        if mantissa % 10 != 0 {
            return None;
        }
        mantissa /= 10;
        scale -= 1;
    }
    let number = Decimal::try_from_i128_with_scale(mantissa, scale as u32).ok()?;
    Some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_sort_like_numbers_and_come_back() {
        let numbers = [
            "-99999999999999999999",
            "-100",
            "-12.5",
            "-12.49",
            "-0.001",
            "0",
            "0.0000000001",
            "0.1",
            "1",
            "1.05",
            "9.99",
            "10",
            "123456789012345678",
        ];
        let mut last = Vec::new();
        for text in numbers {
            let number: Decimal = text.parse().expect("a number");
            let bytes = encode(number);
            assert!(bytes > last, "{text}");
            assert_eq!(decode(&bytes), Some(number), "{text}");
            last = bytes;
        }
    }
}
