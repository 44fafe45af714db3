//! An e-mail address.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use unicode_normalization::UnicodeNormalization;

use super::text::read_text;
use super::{Column, FieldType, Order, Reading, Written, wrong};
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::value::Value;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "email"
    }

    fn column(&self) -> Column {
        Column::Text { folded: true }
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let text = read_text(input)?;
        if text.is_empty() {
            return Ok(Written::Value(Value::Null));
        }
        let address = parse_email(&text).ok_or_else(|| vec![wrong(Code::BadEmail).with("value", &text)])?;
        Ok(Written::Value(Value::Text(address)))
    }

    fn operators(&self) -> &'static [Op] {
        Op::TEXT
    }

    fn order(&self) -> Order {
        Order::Text
    }
}

/// The address with its domain in lower case. The part before `@` keeps its case: only its host may say that case does not
/// matter (`unique` and search ignore it all the same).
pub fn parse_email(text: &str) -> Option<String> {
    // Full-width letters and ＠ are slips of an input method.
    let text: String = text.trim().nfkc().collect();
    let (local, domain) = text.rsplit_once('@')?;
    let domain = domain.to_lowercase();
    let address = format!("{local}@{domain}");
    (address.len() <= 254 && is_local(local) && is_domain(&domain)).then_some(address)
}

/// RFC 5322's dot-atom: what mail systems hand out. Quoted forms are refused.
fn is_local(local: &str) -> bool {
    let is_atom = |atom: &str| {
        !atom.is_empty() && atom.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
    };
    local.len() <= 64 && local.split('.').all(is_atom)
}

/// A host with at least two labels, in lower case; labels may be in any script.
pub(super) fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c == '-' || c.is_alphanumeric())
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.')
        && domain.split('.').all(is_label)
        && last.chars().any(char::is_alphabetic)
        && last.chars().count() >= 2
}
