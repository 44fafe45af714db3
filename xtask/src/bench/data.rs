//! The rows of the table: the same for everybody, made from their number.

use serde_json::{Value, json};

pub(super) const OBJECT: &str = "lead";

const SURNAMES: [&str; 8] = ["张", "李", "王", "赵", "陈", "刘", "杨", "黄"];
const GIVEN: [&str; 16] =
    ["伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超", "秀兰"];
const PLACES: [&str; 10] = ["晨光", "东方", "华泰", "金石", "天成", "瑞丰", "恒信", "博雅", "长城", "海川"];
const TRADES: [&str; 8] = ["包装", "机械", "电子", "食品", "化工", "纺织", "物流", "建材"];
pub(super) const STATUS: [&str; 6] = ["new", "called", "met", "quoted", "won", "lost"];

/// One row, as far as a bare table needs it.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) company: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) region: String,
    pub(super) industry: String,
    pub(super) source: String,
    pub(super) score: i64,
    pub(super) cents: i64,
    pub(super) status: &'static str,
}

/// A number that looks like chance and is the same each time.
fn mixed(n: u64) -> u64 {
    let mut x = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl Row {
    pub(super) fn of(n: u64) -> Row {
        let chance = mixed(n);
        let pick = |shift: u32, of: usize| (chance >> shift) as usize % of;
        // One in 40,000 has the rare word that a search looks for.
        let rare = if n.is_multiple_of(40_000) { "麒麟zx" } else { "" };
        Row {
            name: format!("{}{}{}", SURNAMES[pick(0, 8)], GIVEN[pick(4, 16)], GIVEN[pick(9, 16)]),
            company: format!("{}{rare}{}{}有限公司", PLACES[pick(14, 10)], TRADES[pick(19, 8)], pick(23, 50_000)),
            phone: format!("+8613{:09}", chance % 1_000_000_000),
            email: format!("u{n}@example{}.com", pick(7, 100)),
            region: format!("r{}", pick(30, 8)),
            industry: format!("i{}", pick(35, 12)),
            source: format!("s{}", pick(40, 6)),
            score: pick(44, 100) as i64,
            cents: pick(20, 10_000_000) as i64,
            status: STATUS[pick(50, 6)],
        }
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "name": self.name, "company": self.company, "phone": self.phone, "email": self.email, "region": self.region,
            "industry": self.industry, "source": self.source, "score": self.score, "status": self.status,
            "amount": format!("{}.{:02}", self.cents / 100, self.cents % 100)
        })
    }
}

/// The object with its ten fields.
pub(super) fn object() -> Value {
    let options = |letter: char, count: usize| (0..count).map(|n| format!("{letter}{n}")).collect::<Vec<_>>();
    let choice = |key: &str, options: Vec<String>| json!({"key": key, "type": "choice", "options": options});
    json!({"key": OBJECT, "label": "线索", "title": "name", "fields": [
        {"key": "name", "type": "text", "required": true}, {"key": "company", "type": "text"}, {"key": "phone", "type": "phone"},
        {"key": "email", "type": "email"}, choice("region", options('r', 8)), choice("industry", options('i', 12)),
        choice("source", options('s', 6)), {"key": "score", "type": "number"}, {"key": "amount", "type": "money"},
        choice("status", STATUS.iter().map(|key| (*key).to_owned()).collect())
    ]})
}
