//! Reads an address in one line, `浙江省杭州市西湖区文三路1号`. What is not certain stays in the detail: a parcel sent to the
//! wrong city is worse than a city not filled in.

use super::address::{Address, is_own_city};
use super::divisions::{Division, divisions, short};

/// How far a reading got, and what it left.
#[derive(Clone)]
struct Reading<'a, 't> {
    province: &'a Division,
    city: Option<&'a Division>,
    district: Option<&'a Division>,
    rest: &'t str,
}

/// The parts of an address in one line; all in the detail when nothing is certain, or when two readings are as good.
pub fn parse_address(text: &str) -> Address {
    let text = text.trim();
    let start = skip(["中华人民共和国", "中国"].iter().find_map(|country| text.strip_prefix(country)).unwrap_or(text));
    let mut readings = Vec::new();
    for province in divisions() {
        readings.extend(in_province(province, start));
    }
    let longest = readings.iter().map(|reading| reading.rest.len()).min();
    let mut best = readings.into_iter().filter(|reading| Some(reading.rest.len()) == longest);
    let (Some(reading), None) = (best.next(), best.next()) else {
        return Address { detail: text.to_owned(), ..Address::default() };
    };
    let name = |division: Option<&Division>| division.map_or("", |division| division.name).to_owned();
    Address {
        province: reading.province.name.to_owned(),
        city: name(reading.city),
        district: name(reading.district),
        detail: skip(reading.rest).to_owned(),
    }
}

fn skip(text: &str) -> &str {
    text.trim_start_matches(|c: char| {
        c.is_whitespace() || matches!(c, ',' | '，' | '-' | '/' | '\\' | '、' | '·' | '>' | '|')
    })
}

/// All certain readings of a text as an address in this province.
fn in_province<'a, 't>(province: &'a Division, text: &'t str) -> Vec<Reading<'a, 't>> {
    let here = |city, district, rest| Reading { province, city, district, rest };
    let mut readings = Vec::new();
    if let Some(rest) = whole(province, text) {
        let own = is_own_city(province).then(|| &province.parts[0]);
        readings.push(here(own, None, rest));
        readings.extend(
            below(province, skip_own(province, skip(rest)), true).into_iter().map(|(c, d, rest)| here(c, d, rest)),
        );
    }
    // 浙江杭州市…: a short name counts when a whole name of a place in it follows. 海南路 and 北京西路 are streets.
    if let Some(rest) = text.strip_prefix(short(province.name)) {
        readings.extend(
            below(province, skip_own(province, skip(rest)), true).into_iter().map(|(c, d, rest)| here(c, d, rest)),
        );
    }
    readings.extend(below(province, text, false).into_iter().map(|(c, d, rest)| here(c, d, rest)));
    // The same place found in two ways is one reading.
    let mut unlike: Vec<Reading<'a, 't>> = Vec::new();
    for reading in readings {
        let same = |other: &Reading<'_, '_>| {
            other.rest.len() == reading.rest.len()
                && named(other.city) == named(reading.city)
                && named(other.district) == named(reading.district)
        };
        if !unlike.iter().any(same) {
            unlike.push(reading);
        }
    }
    unlike
}

fn named(division: Option<&Division>) -> Option<&str> {
    division.map(|division| division.name)
}

/// 上海市上海市浦东新区 and 上海市市辖区浦东新区 say one thing twice.
fn skip_own<'t>(province: &Division, text: &'t str) -> &'t str {
    if !is_own_city(province) {
        return text;
    }
    let again = [province.name, "市辖区"].iter().find_map(|own| text.strip_prefix(own));
    again.map_or(text, skip)
}

type Below<'a, 't> = (Option<&'a Division>, Option<&'a Division>, &'t str);

/// Readings of a text that begins with a city or a district; `sure` when its province is known already.
fn below<'a, 't>(province: &'a Division, text: &'t str, sure: bool) -> Vec<Below<'a, 't>> {
    let mut found = Vec::new();
    let own = is_own_city(province);
    for city in &province.parts {
        // 杭州西湖区…: the short name of a city counts when a whole name of one of its districts follows.
        let by_whole = if own && sure { None } else { whole(city, text) };
        let by_short = text.strip_prefix(short(city.name)).filter(|_| !own && by_whole.is_none());
        if let Some(rest) = by_whole {
            found.push((Some(city), None, rest));
        }
        if let Some(rest) = by_whole.or(by_short) {
            let after = skip(rest);
            found.extend(
                city.parts.iter().filter_map(|district| Some((Some(city), Some(district), whole(district, after)?))),
            );
        }
    }
    // 浙江省义乌市…, 北京市朝阳区…: the city is left out. Without a province only names that no common noun looks like.
    for (city, district) in
        province.parts.iter().flat_map(|city| city.parts.iter().map(move |district| (city, district)))
    {
        if let Some(rest) = whole(district, text)
            && (sure || is_telling(district.name))
            && is_only(province, district, sure)
        {
            found.push((Some(city), Some(district), rest));
        }
    }
    found
}

/// Counties and county cities with a name of their own, and new districts such as 浦东新区: 开发区 and 港口区 are said of
/// many places.
fn is_telling(name: &str) -> bool {
    let length = name.chars().count();
    (length >= 3 && (name.ends_with('市') || name.ends_with('县') || name.ends_with('旗')))
        || (length >= 4 && name.ends_with("新区"))
}

/// Whether no other place in the province (`sure`), or in the country, has this name.
fn is_only(province: &Division, district: &Division, sure: bool) -> bool {
    let provinces = if sure { std::slice::from_ref(province) } else { divisions() };
    let places = provinces
        .iter()
        .flat_map(|province| province.parts.iter())
        .flat_map(|city| std::iter::once(city).chain(&city.parts));
    places.filter(|place| place.name == district.name).count() == 1
}

/// What follows a whole name; `None` when the name only looks so: 北京市场, 浙江省道.
fn whole<'t>(division: &Division, text: &'t str) -> Option<&'t str> {
    let rest = text.strip_prefix(division.name)?;
    let runs_on: &[char] = match division.name.chars().last()? {
        '省' => &['道', '委', '会', '城', '级'],
        '市' => &['场', '民', '政', '委', '府', '集', '区'],
        '县' => &['道', '委', '府'],
        '区' => &['委', '府', '间'],
        _ => &[],
    };
    (!rest.starts_with(runs_on)).then_some(rest)
}
