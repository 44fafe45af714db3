//! China's provinces, cities and districts: what the address cascader shows and what addresses are checked against.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;

/// One province, city or district, and what lies in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Division {
    /// Six digits (GB/T 2260), nine for townships of cities without districts; empty where none is published.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    pub name: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Division>,
}

static DIVISIONS: LazyLock<Vec<Division>> = LazyLock::new(|| parse(include_str!("divisions.txt")));

/// The provinces in the order of their codes.
pub fn divisions() -> &'static [Division] {
    &DIVISIONS
}

/// A line a province, then, indented by a blank, a line a city: itself, then its districts. Names follow their codes; a
/// code is written without the codes of what it lies in.
fn parse(text: &'static str) -> Vec<Division> {
    let mut provinces: Vec<Division> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some(names) = line.strip_prefix(' ') else {
            provinces.push(division(line, "", 6));
            continue;
        };
        // A city before any province would be a mistake in our own file; it is left out.
        let Some(province) = provinces.last_mut() else { continue };
        let above = province.code.get(..2).unwrap_or_default().to_owned();
        let mut names = names.split(' ');
        let city = division(names.next().unwrap_or_default(), &above, 6);
        let districts = names.map(|name| division(name, city.code.get(..4).unwrap_or_default(), 6)).collect::<Vec<_>>();
        match province.parts.iter_mut().find(|earlier| earlier.name == city.name) {
            // Chongqing's districts and its counties have codes of two cities.
            Some(earlier) => earlier.parts.extend(districts),
            None => province.parts.push(Division { parts: districts, ..city }),
        }
    }
    provinces
}

fn division(text: &'static str, above: &str, width: usize) -> Division {
    let name = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let own = &text[..text.len() - name.len()];
    let code = if own.is_empty() {
        String::new()
    } else {
        format!("{above}{own:0<rest$}", rest = width.saturating_sub(above.len()))
    };
    Division { code, name, parts: Vec::new() }
}

/// Whether `text` calls this division: by its name, or by what is left without `省`, `市`, `自治区` and so on.
pub(super) fn is_called(name: &str, text: &str) -> bool {
    name == text || short(name) == text
}

/// `浙江省` → `浙江`, `恩施土家族苗族自治州` → `恩施`; a name that would be left with one character stays whole.
pub(super) fn short(name: &str) -> &str {
    const KINDS: [&str; 18] = [
        "特别行政区",
        "维吾尔自治区",
        "壮族自治区",
        "回族自治区",
        "自治区",
        "自治州",
        "自治县",
        "自治旗",
        "地区",
        "新区",
        "林区",
        "省",
        "市",
        "盟",
        "区",
        "县",
        "旗",
        "州",
    ];
    let Some(stem) = KINDS.iter().find_map(|kind| name.strip_suffix(kind)) else { return name };
    let is_autonomous = name.ends_with("自治州") || name.ends_with("自治县") || name.ends_with("自治旗");
    let stem = if is_autonomous { without_peoples(stem) } else { stem };
    if stem.chars().count() >= 2 { stem } else { name }
}

/// The name of an autonomous place before the peoples it is of.
fn without_peoples(stem: &str) -> &str {
    const PEOPLES: [&str; 56] = [
        "土家族",
        "苗族",
        "藏族",
        "羌族",
        "彝族",
        "回族",
        "侗族",
        "布依族",
        "壮族",
        "瑶族",
        "白族",
        "傣族",
        "景颇族",
        "傈僳族",
        "哈尼族",
        "朝鲜族",
        "蒙古族",
        "蒙古",
        "哈萨克族",
        "哈萨克",
        "柯尔克孜族",
        "柯尔克孜",
        "塔吉克族",
        "塔吉克",
        "锡伯族",
        "锡伯",
        "满族",
        "畲族",
        "仡佬族",
        "水族",
        "黎族",
        "拉祜族",
        "佤族",
        "布朗族",
        "纳西族",
        "独龙族",
        "怒族",
        "普米族",
        "达斡尔族",
        "达斡尔",
        "鄂温克族",
        "鄂温克",
        "鄂伦春族",
        "鄂伦春",
        "土族",
        "撒拉族",
        "东乡族",
        "保安族",
        "裕固族",
        "毛南族",
        "仫佬族",
        "各族",
        "维吾尔族",
        "京族",
        "阿昌族",
        "德昂族",
    ];
    let mut stem = stem;
    // 鄂伦春自治旗 is named after nothing but its people.
    while let Some(rest) = PEOPLES.iter().find_map(|people| stem.strip_suffix(people)).filter(|rest| !rest.is_empty()) {
        stem = rest;
    }
    stem
}
