//! Text with headings, lists, tables, links and pictures: HTML, sanitised when it is written.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::text::{check_length, check_lengths, read_text};
use super::{Column, FieldType, Order, Reading, Written, is_default, wrong};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::value::Value;

/// The longest rich text, in characters of HTML.
pub const MAX: u32 = 200_000;

/// How deep elements may stand in each other. Parsing takes time by the square of the depth.
const DEEP: usize = 500;

/// Where pictures may come from. A picture from elsewhere tells its host who reads the record, and when.
const FILES: &str = "/api/v1/files/";

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Characters of HTML, at most 200,000.
    #[serde(skip_serializing_if = "is_default")]
    pub max_length: Option<u32>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "rich_text"
    }

    fn column(&self) -> Column {
        Column::Text { folded: true }
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_lengths(None, self.max_length, MAX, problems);
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let raw = read_text(input)?;
        let max = self.max_length.unwrap_or(MAX);
        // Before sanitising too: nobody may keep the parser busy with megabytes that would be thrown away.
        check_length(&raw, None, MAX)?;
        if opened(&raw) > DEEP {
            return Err(vec![wrong(Code::BadFormat).with("hint", "HTML")]);
        }
        let html = sanitise(&raw);
        check_length(&html, None, max)?;
        let empty = plain(&html).is_empty() && !html.contains(FILES);
        Ok(Written::Value(if empty { Value::Null } else { Value::text(html) }))
    }

    /// Text that is not HTML stays what it says: `a < b` is not a tag, and its lines stay lines.
    fn read_cell(&self, cell: &Cell, reading: &Reading) -> Result<Written, Problems> {
        let text = cell.text();
        let is_html = ["</", "<br", "<p>", "<img"].iter().any(|sign| text.contains(sign));
        let html = if is_html { text } else { from_plain(&text) };
        self.read(&Json::String(html), reading)
    }

    fn display(&self, value: &Value, _: Language) -> String {
        value.as_text().map(plain).unwrap_or_default()
    }

    fn operators(&self) -> &'static [Op] {
        Op::FOLDED
    }

    fn order(&self) -> Order {
        Order::Text
    }

    fn unique_text(&self, _: &Value) -> Option<String> {
        None
    }

    fn search_text(&self, value: &Value) -> String {
        value.as_text().map(|html| crate::text::fold(&plain(html))).unwrap_or_default()
    }
}

static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags = "a b blockquote br caption code col colgroup del div em figcaption figure h1 h2 h3 h4 h5 h6 hr i img ins \
                kbd li mark ol p pre s small span strong sub sup table tbody td tfoot th thead tr u ul";
    let attributes: HashMap<&str, HashSet<&str>> = [
        ("a", vec!["href", "title"]),
        ("img", vec!["src", "alt", "width", "height"]),
        ("ol", vec!["start"]),
        ("td", vec!["colspan", "rowspan"]),
        ("th", vec!["colspan", "rowspan"]),
    ]
    .into_iter()
    .map(|(tag, names)| (tag, names.into_iter().collect()))
    .collect();
    let mut builder = Builder::empty();
    builder
        .tags(tags.split_whitespace().collect())
        .clean_content_tags(["script", "style", "title"].into())
        .tag_attributes(attributes)
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .attribute_filter(|tag, name, value| safe_address(tag, name, value).then_some(Cow::Borrowed(value)));
    builder
});

/// Addresses after the check of their schemes: pictures are ours, links never borrow the page's own scheme (`//host`).
fn safe_address(tag: &str, name: &str, value: &str) -> bool {
    match (tag, name) {
        ("img", "src") => {
            value.strip_prefix(FILES).is_some_and(|rest| !rest.contains("..") && !rest.contains(['\\', '%']))
        }
        ("a", "href") => !value.starts_with("//") && !value.contains('\\'),
        _ => true,
    }
}

/// Sanitised until it stays the same, so that what was read can be written back without a change.
fn sanitise(raw: &str) -> String {
    let mut html = SANITISER.clean(raw).to_string();
    for _ in 0..3 {
        let again = SANITISER.clean(&html).to_string();
        if again == html {
            break;
        }
        html = again;
    }
    html.trim().to_owned()
}

/// A bound of how deep elements stand in each other: the most tags opened and not closed at any place.
fn opened(html: &str) -> usize {
    let (mut open, mut most) = (0usize, 0usize);
    for (at, _) in html.match_indices('<') {
        let rest = &html[at + 1..];
        if rest.starts_with('/') {
            open = open.saturating_sub(1);
        } else if rest.starts_with(|c: char| c.is_ascii_alphabetic()) && !is_void(rest) {
            open += 1;
            most = most.max(open);
        }
    }
    most
}

fn is_void(tag: &str) -> bool {
    let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    // The closing tags of these may be left out, so unclosed ones are siblings.
    let lone = ["br", "img", "hr", "col", "wbr", "input", "meta", "link", "li", "p", "td", "th", "tr", "dt", "dd"];
    lone.iter().any(|void| name.eq_ignore_ascii_case(void))
}

fn from_plain(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    super::long_text::one_kind_of_break(&escaped).replace('\n', "<br>")
}

/// The text of sanitised HTML: blocks end lines, cells are apart.
pub fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        unescape(&rest[..at], &mut text);
        let (tag, after) = cut_tag(&rest[at + 1..]);
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let ends_a_line = tag.starts_with('/')
            && matches!(
                name,
                "p" | "div" | "li" | "tr" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "pre" | "blockquote" | "figure"
            );
        if ends_a_line || name == "br" || name == "hr" {
            text.push('\n');
        } else if tag.starts_with('/') && matches!(name, "td" | "th") {
            text.push(' ');
        }
        rest = after;
    }
    unescape(rest, &mut text);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// The inside of a tag and what follows it. A `>` within quotes does not end a tag.
fn cut_tag(rest: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return (&rest[..at], &rest[at + 1..]),
            _ => {}
        }
    }
    (rest, "")
}

/// Undoes the five escapes that a serialiser of HTML makes.
fn unescape(escaped: &str, out: &mut String) {
    let mut rest = escaped;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&nbsp;", ' '), ("&amp;", '&')];
        let (length, c) =
            known.iter().find(|(name, _)| rest.starts_with(name)).map_or((1, '&'), |(name, c)| (name.len(), *c));
        out.push(c);
        rest = &rest[length..];
    }
    out.push_str(rest);
}
