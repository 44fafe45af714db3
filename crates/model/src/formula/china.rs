//! What only China needs: amounts in capital numerals, identity numbers.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::decimal::{self, Rounding};
use super::error;
use super::machine::{Answer, Arguments, Stop};
use crate::value::{CellError, Value};

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];

/// Four digits in words; a gap within them is told by one 零.
fn group(n: u128) -> String {
    let mut words = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "仟"), (100, "佰"), (10, "拾"), (1, "")] {
        let digit = n / unit % 10;
        if digit == 0 {
            gap = !words.is_empty();
            continue;
        }
        if gap {
            words.push('零');
        }
        gap = false;
        words.push(DIGITS[digit as usize]);
        words.push_str(name);
    }
    words
}

/// A whole number below 10^16 in words.
fn whole_words(n: u128) -> String {
    let mut words = String::new();
    let mut gap = false;
    for (unit, name) in [(1_000_000_000_000, "万"), (100_000_000, "亿"), (10_000, "万"), (1, "")] {
        let four = n / unit % 10_000;
        if four == 0 {
            // 亿 is said even where its own four digits are nought: 壹万亿.
            if name == "亿" && !words.is_empty() {
                words.push('亿');
            }
            gap = !words.is_empty();
            continue;
        }
        if !words.is_empty() && (gap || four < 1000) {
            words.push('零');
        }
        gap = false;
        words.push_str(&group(four));
        words.push_str(name);
    }
    words
}

pub(super) fn capital_amount(arguments: &Arguments) -> Answer {
    let amount = decimal::round(arguments.number(0)?, 2, Rounding::HalfAway)?;
    let cents = decimal::multiply(amount.abs(), Decimal::ONE_HUNDRED)?.normalize();
    let cents = cents.mantissa().unsigned_abs();
    if cents >= 10u128.pow(18) {
        return error(CellError::Num);
    }
    if cents == 0 {
        return Ok("零元整".into());
    }
    let (whole, tenth, cent) = (cents / 100, cents / 10 % 10, cents % 10);
    let mut words = String::new();
    if amount.is_sign_negative() {
        words.push('负');
    }
    if whole > 0 {
        words.push_str(&whole_words(whole));
        words.push('元');
    }
    match (tenth, cent) {
        (0, 0) => words.push('整'),
        (0, cent) => {
            if whole > 0 {
                words.push('零');
            }
            words.extend([DIGITS[cent as usize], '分']);
        }
        (tenth, 0) => words.extend([DIGITS[tenth as usize], '角', '整']),
        (tenth, cent) => words.extend([DIGITS[tenth as usize], '角', DIGITS[cent as usize], '分']),
    }
    Ok(Value::text(words))
}

/// An identity number of 18 digits whose check digit is right, or an old one of 15.
struct IdCard {
    digits: Vec<u8>,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

fn id_card(arguments: &Arguments) -> Result<IdCard, Stop> {
    let text = crate::text::fold(&arguments.text(0)?);
    if text.is_empty() {
        return Err(Stop::Empty);
    }
    let letters = text.as_bytes();
    let digits = |letters: &[u8]| letters.iter().all(u8::is_ascii_digit);
    let right = match letters.len() {
        15 => digits(letters),
        18 if digits(&letters[..17]) => {
            let sum: u32 = letters.iter().zip(WEIGHTS).map(|(c, weight)| u32::from(c - b'0') * weight).sum();
            b"10x98765432"[sum as usize % 11] == letters[17]
        }
        _ => false,
    };
    if right { Ok(IdCard { digits: letters.to_vec() }) } else { Err(CellError::Value.into()) }
}

impl IdCard {
    fn number(&self, from: usize, to: usize) -> u32 {
        self.digits[from..to].iter().fold(0, |number, c| number * 10 + u32::from(c - b'0'))
    }
}

pub(super) fn sex(arguments: &Arguments) -> Answer {
    let card = id_card(arguments)?;
    let digit = if card.digits.len() == 18 { card.number(16, 17) } else { card.number(14, 15) };
    Ok(if digit % 2 == 1 { "男" } else { "女" }.into())
}

pub(super) fn birthday(arguments: &Arguments) -> Answer {
    let card = id_card(arguments)?;
    let (year, from) = if card.digits.len() == 18 { (card.number(6, 10), 10) } else { (1900 + card.number(6, 8), 8) };
    let day = NaiveDate::from_ymd_opt(year as i32, card.number(from, from + 2), card.number(from + 2, from + 4));
    day.filter(|_| year > 0).map(Value::Date).ok_or(CellError::Value.into())
}

/// The first two digits, GB/T 2260.
const PROVINCES: [(u32, &str); 34] = [
    (11, "北京市"),
    (12, "天津市"),
    (13, "河北省"),
    (14, "山西省"),
    (15, "内蒙古自治区"),
    (21, "辽宁省"),
    (22, "吉林省"),
    (23, "黑龙江省"),
    (31, "上海市"),
    (32, "江苏省"),
    (33, "浙江省"),
    (34, "安徽省"),
    (35, "福建省"),
    (36, "江西省"),
    (37, "山东省"),
    (41, "河南省"),
    (42, "湖北省"),
    (43, "湖南省"),
    (44, "广东省"),
    (45, "广西壮族自治区"),
    (46, "海南省"),
    (50, "重庆市"),
    (51, "四川省"),
    (52, "贵州省"),
    (53, "云南省"),
    (54, "西藏自治区"),
    (61, "陕西省"),
    (62, "甘肃省"),
    (63, "青海省"),
    (64, "宁夏回族自治区"),
    (65, "新疆维吾尔自治区"),
    (71, "台湾省"),
    (81, "香港特别行政区"),
    (82, "澳门特别行政区"),
];

pub(super) fn province(arguments: &Arguments) -> Answer {
    let card = id_card(arguments)?;
    let code = card.number(0, 2);
    let found = PROVINCES.iter().find(|(known, _)| *known == code);
    found.map(|(_, name)| Value::from(*name)).ok_or(CellError::Na.into())
}
