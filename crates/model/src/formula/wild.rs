//! Properties of all formulas, tried on random ones.

use chrono::{DateTime, NaiveDate, NaiveTime};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z][a-z0-9_]{0,6}", "[客户单价]{1,4}", "[a-zA-Z{}\\[\\].% 金额＋0-9]{1,8}"]
        .prop_filter("a name is not blank", |name| !name.trim().is_empty() && name.trim() == name.as_str())
}

fn number() -> impl Strategy<Value = Decimal> {
    (0u64..=u64::MAX, 0u32..=28).prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa.into(), scale))
}

fn ast() -> impl Strategy<Value = Ast> {
    let leaf = prop_oneof![
        number().prop_map(Node::Number),
        "\\PC{0,8}".prop_map(Node::Text),
        any::<bool>().prop_map(Node::Bool),
        proptest::collection::vec(name(), 1..3).prop_map(Node::Field),
    ]
    .prop_map(|node| Ast { node, at: 0, end: 0 });
    leaf.prop_recursive(6, 60, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        prop_oneof![
            boxed.clone().prop_map(Node::Minus),
            boxed.clone().prop_map(Node::Percent),
            (proptest::sample::select(&Op::ALL[..]), boxed.clone(), boxed)
                .prop_map(|(op, left, right)| Node::Binary(op, left, right)),
            (0..functions().len(), proptest::collection::vec(inner, 0..4))
                .prop_map(|(n, arguments)| Node::Call(functions()[n].name.to_owned(), arguments)),
        ]
        .prop_map(|node| Ast { node, at: 0, end: 0 })
    })
}

/// Fields f0…f17 of every type and of lists, whatever the name around the digits.
struct Anything(u64);

const TYPES: [Type; 9] =
    [Type::Number, Type::Text, Type::Bool, Type::Date, Type::DateTime, Type::Time, Type::Record, Type::Json, Type::Any];

fn type_of(path: &[String]) -> Type {
    let digits: String = path.concat().chars().filter(char::is_ascii_digit).take(4).collect();
    let n: usize = digits.parse().unwrap_or(0);
    let is = TYPES[n % TYPES.len()].clone();
    if n % 18 >= TYPES.len() { Type::list(is) } else { is }
}

impl Names for Anything {
    fn field(&self, path: &[String]) -> Option<Named> {
        Some(Named { path: path.to_vec(), is: type_of(path), scale: None })
    }
}

/// A source of choices that a seed decides.
struct Choices(u64);

impl Choices {
    fn next(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((u128::from(self.0 ^ (self.0 >> 29)) * bound as u128) >> 64) as usize
    }

    fn number(&mut self) -> Decimal {
        let digits =
            [0i128, 1, -1, 3, 12, 1900, 45_000, -99, i128::from(i64::MAX), -(1 << 94), (1 << 96) - 1, 5_000_000];
        Decimal::from_i128_with_scale(digits[self.next(digits.len())], [0, 0, 0, 2, 9, 28][self.next(6)])
    }

    fn value(&mut self, is: &Type) -> Value {
        let days = [NaiveDate::MIN, NaiveDate::MAX, NaiveDate::default()];
        let instants = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::UNIX_EPOCH];
        let texts =
            ["a", "12.5", "2026-03-01", "11010519491231002X", ">3", "*?*", "%E4%BD", "-", "客户  abc", "+3d-2m"];
        // Now and then what should not be there: emptiness, an error, another type.
        match self.next(12) {
            0 => return Value::Null,
            1 => return Value::Error(CellError::ALL[self.next(5)]),
            2 => {
                let other = TYPES[self.next(TYPES.len())].clone();
                return self.value(&other);
            }
            _ => {}
        }
        match is {
            Type::Any => Value::Null,
            Type::Number => Value::Number(self.number()),
            Type::Text => Value::text(texts[self.next(texts.len())].repeat([1, 1, 1, 3_000][self.next(4)])),
            Type::Bool => Value::Bool(self.next(2) == 0),
            Type::Date => Value::Date(days[self.next(3)]),
            Type::DateTime => Value::DateTime(instants[self.next(3)]),
            Type::Time => Value::Time(NaiveTime::from_num_seconds_from_midnight_opt(86_399, 1_999_999_999).unwrap()),
            Type::Record => Value::Id(uuid::Uuid::nil()),
            Type::Json => Value::Json(serde_json::json!({"lng": 121.5, "lat": 31.2})),
            Type::List(of) => Value::list((0..self.next(4)).map(|_| self.value(of)).collect()),
        }
    }

    /// A formula that probably fits the letter of a parameter.
    fn formula(&mut self, letter: char, depth: u32) -> String {
        if depth == 0 || self.next(4) == 0 {
            return self.leaf(letter);
        }
        match (letter, self.next(5)) {
            ('n' | 'N' | 'C' | 'a' | 'x', 0) => {
                let op = ["+", "-", "*", "/", "^"][self.next(5)];
                format!("({}{op}{})", self.formula('n', depth - 1), self.formula('n', depth - 1))
            }
            ('d' | 'm', 0) => format!("({}+{})", self.formula('d', depth - 1), self.formula('n', depth - 1)),
            ('n', 1) => format!("({}-{})", self.formula('d', depth - 1), self.formula('d', depth - 1)),
            ('b', 0 | 1) => format!("({}>={})", self.formula('n', depth - 1), self.formula('n', depth - 1)),
            ('t', 0) => format!("({}&{})", self.formula('t', depth - 1), self.formula('n', depth - 1)),
            _ => {
                let gives = match letter {
                    'n' | 'N' | 'C' => "in",
                    't' => "t",
                    'b' => "b",
                    'd' | 'm' => "dc=1s",
                    'l' => "[t]l1le",
                    'j' => "j",
                    _ => "nitbdscrjve1[t]=1l1le",
                };
                let fitting: Vec<_> = functions().iter().filter(|info| gives.contains(info.gives)).collect();
                if fitting.is_empty() {
                    return self.leaf(letter);
                }
                let info = fitting[self.next(fitting.len())];
                self.call(info, depth)
            }
        }
    }

    fn call(&mut self, info: &FunctionInfo, depth: u32) -> String {
        let mut arguments = Vec::new();
        for group in info.parameters.split_whitespace() {
            let times = match group.chars().last() {
                Some('?') => self.next(2),
                Some('*') => self.next(3),
                Some('+') => 1 + self.next(2),
                _ => 1,
            };
            for _ in 0..times {
                for letter in group.chars().filter(|c| !"?*+,".contains(*c)) {
                    arguments.push(self.formula(letter, depth - 1));
                }
            }
        }
        format!("{}({})", info.name, arguments.join(","))
    }

    fn leaf(&mut self, letter: char) -> String {
        let field = |n: usize| format!("f{n}");
        match letter {
            'n' => ["0", "1", "-2", "7.5", "f0", "f0", "1e20", "3.14159265358979"][self.next(8)].to_owned(),
            'N' | 'C' => field([0, 9][self.next(2)]),
            't' => ["f1", "f1", "\"\"", "\"%\"", "\"yyyy-mm-dd hh:mm:ss\"", "\"#,##0.0#%;(0)\"", "\"d\"", "\"ym\""]
                [self.next(8)]
            .to_owned(),
            'b' => ["TRUE", "f2", "f0"][self.next(3)].to_owned(),
            'd' => field([3, 4][self.next(2)]),
            'm' => field([3, 4, 5][self.next(3)]),
            'l' => field(9 + self.next(9)),
            'j' => field(7),
            _ => field(self.next(9)),
        }
    }
}

impl Row for Anything {
    fn get(&self, path: &[String]) -> Value {
        let seed = path.concat().bytes().fold(self.0, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
        let mut choices = Choices(seed);
        choices.next(2);
        choices.value(&type_of(path))
    }
}

fn around(seed: u64) -> Around {
    let nows = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, DateTime::UNIX_EPOCH];
    let zones = [chrono_tz::Asia::Shanghai, chrono_tz::America::New_York, chrono_tz::Africa::Monrovia];
    Around {
        now: nows[(seed % 3) as usize],
        zone: zones[(seed / 3 % 3) as usize],
        me: None,
        dice: seed,
        language: Language::En,
    }
}

/// What holds of every result.
fn is_proper(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            number.mantissa().unsigned_abs() < 10u128.pow(28) && !(number.is_zero() && number.is_sign_negative())
        }
        Value::Text(text) => !text.is_empty(),
        Value::List(members) => !members.is_empty(),
        _ => true,
    }
}

fn tries(text: &str, seed: u64) {
    let row = Anything(seed);
    for place in [Place::Field, Place::Default] {
        match check(text, &row, place) {
            Ok(formula) => {
                let value = formula.run(&row, &around(seed));
                assert!(is_proper(&value), "{text} is {value:?}");
                assert_eq!(value, formula.run(&row, &around(seed)), "{text}");
                let again = check(&formula.normalized(), &row, place).unwrap();
                assert_eq!(again.yields(), formula.yields());
            }
            Err(problems) => assert!(!problems.is_empty()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_printed_reads_back_the_same(ast in ast()) {
        // A lone argument that is left out reads as none.
        let text = ast.print();
        prop_assert_eq!(parse(&text).expect(&text), ast);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,60}", seed in any::<u64>()) {
        tries(&text, seed);
    }

    #[test]
    fn no_row_of_signs_makes_it_panic(text in "[-+*/^%&=<>(),.;\"“”{}\\[\\]0-9ef１（），＝a 年\\n]{0,60}", seed in any::<u64>()) {
        tries(&text, seed);
    }

    #[test]
    fn no_tree_makes_it_panic(ast in ast(), seed in any::<u64>()) {
        tries(&ast.print(), seed);
    }

    #[test]
    fn no_row_makes_it_panic(seed in any::<u64>()) {
        let mut choices = Choices(seed);
        let letter = ['n', 't', 'b', 'd', 'l', 'x'][choices.next(6)];
        tries(&choices.formula(letter, 4), seed);
    }
}

#[test]
fn every_function_survives_every_row() {
    for info in functions() {
        for seed in 0..200u64 {
            let mut choices = Choices(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            tries(&choices.call(info, 2), seed);
        }
    }
}
