//! Addresses and places on the map.

use serde_json::json;

use super::*;
use crate::fields::address::Address;
use crate::fields::{divisions, parse_address};

#[test]
fn the_list_of_divisions_is_whole() {
    let provinces = divisions();
    assert_eq!(provinces.len(), 34);
    let districts: usize = provinces.iter().flat_map(|province| &province.parts).map(|city| city.parts.len()).sum();
    assert!(districts > 3_000, "{districts}");
    let zhejiang = provinces.iter().find(|province| province.name == "浙江省").unwrap();
    assert_eq!(
        (zhejiang.code.as_str(), zhejiang.parts[0].name, zhejiang.parts[0].code.as_str()),
        ("330000", "杭州市", "330100")
    );
    let west_lake = zhejiang.parts[0].parts.iter().find(|district| district.name == "西湖区").unwrap();
    assert_eq!(west_lake.code, "330106");
    for name in ["香港特别行政区", "澳门特别行政区", "台湾省"] {
        assert!(provinces.iter().any(|province| province.name == name && !province.parts.is_empty()));
    }
}

fn written(province: &str, city: &str, district: &str, detail: &str) -> String {
    let input = json!({"province": province, "city": city, "district": district, "detail": detail});
    match kind("address", json!({})).read(&input, &Reading::default()) {
        Ok(Written::Value(value)) => told(&Address::of(&value).unwrap_or_default()),
        other => outcome(other),
    }
}

fn told(address: &Address) -> String {
    [&address.province, &address.city, &address.district, &address.detail].map(|part| part.as_str()).join("/")
}

#[test]
fn names_of_regions_are_checked_and_written_out() {
    for (parts, expected) in [
        (["浙江", "杭州", "西湖", "文三路1号"], "浙江省/杭州市/西湖区/文三路1号"),
        (["上海", "", "浦东新区", ""], "上海市/上海市/浦东新区/"),
        (["上海市", "市辖区", "浦东", ""], "上海市/上海市/浦东新区/"),
        (["北京市", "北京市", "东城区", ""], "北京市/北京市/东城区/"),
        (["重庆", "县", "云阳县", ""], "重庆市/重庆市/云阳县/"),
        (["河南省", "省直辖县级行政区划", "济源市", ""], "河南省/济源市//"),
        (["广东", "东莞", "", "长安镇"], "广东省/东莞市//长安镇"),
        (["广西", "南宁", "", ""], "广西壮族自治区/南宁市//"),
        (["湖北", "恩施", "", ""], "湖北省/恩施土家族苗族自治州//"),
        (["", "杭州市", "西湖区", ""], "浙江省/杭州市/西湖区/"),
        (["浙江省", "", "义乌市", ""], "浙江省/金华市/义乌市/"),
        (["香港", "九龙", "观塘区", ""], "香港特别行政区/九龙/观塘区/"),
        (["", "", "", "某处"], "///某处"),
        (["", "", "", ""], "///"),
        (["火星", "", "", ""], "!bad_region@province"),
        (["浙江", "南京", "", ""], "!bad_region@city"),
        (["浙江", "杭州", "鼓楼区", ""], "!bad_region@district"),
        (["", "", "鼓楼区", ""], "!bad_region@district"),
    ] {
        let [province, city, district, detail] = parts;
        assert_eq!(written(province, city, district, detail), expected);
    }
}

#[test]
fn an_address_in_one_line_is_taken_apart_or_left_whole() {
    for (text, expected) in [
        ("浙江省杭州市西湖区文三路1号", "浙江省/杭州市/西湖区/文三路1号"),
        ("中国 浙江省 杭州市 西湖区 文三路1号", "浙江省/杭州市/西湖区/文三路1号"),
        ("浙江杭州西湖区文三路", "浙江省/杭州市/西湖区/文三路"),
        ("杭州西湖区文三路", "浙江省/杭州市/西湖区/文三路"),
        ("杭州市文三路", "浙江省/杭州市//文三路"),
        ("浙江省义乌市稠城街道", "浙江省/金华市/义乌市/稠城街道"),
        ("昆山市玉山镇", "江苏省/苏州市/昆山市/玉山镇"),
        ("上海市浦东新区世纪大道1号", "上海市/上海市/浦东新区/世纪大道1号"),
        ("上海市上海市浦东新区世纪大道1号", "上海市/上海市/浦东新区/世纪大道1号"),
        ("北京市市辖区朝阳区建国路", "北京市/北京市/朝阳区/建国路"),
        ("北京朝阳区建国路", "北京市/北京市/朝阳区/建国路"),
        ("吉林省吉林市昌邑区", "吉林省/吉林市/昌邑区/"),
        ("吉林市昌邑区", "吉林省/吉林市/昌邑区/"),
        ("浙江省文三路", "浙江省///文三路"),
        ("河南省济源市济水大街", "河南省/济源市//济水大街"),
        ("上海市人民路1号", "上海市/上海市//人民路1号"),
    ] {
        assert_eq!(told(&parse_address(text)), expected, "{text}");
    }
    for street in [
        "北京西路100号",
        "海南路12号",
        "上海南京西路",
        "西湖区文三路",
        "开发区上海路",
        "人民路1号",
        "朝阳区",
        "港口区码头",
        "杭州",
        "北京市区",
        "上海市场路",
        "",
        "x",
    ] {
        assert_eq!(told(&parse_address(street)), format!("///{street}"), "{street}");
    }
}

#[test]
fn an_address_is_shown_in_one_line_and_read_from_it_again() {
    let address = kind("address", json!({}));
    let value = value(&address, r#"{"province":"北京","district":"朝阳区","detail":"建国路 1 号"}"#);
    let line = address.display(&value, Language::Zh);
    assert_eq!(line, "北京市朝阳区建国路 1 号");
    let again = address.read_cell(&Cell::Text(line), &Reading::default());
    assert_eq!(again, Ok(Written::Value(value)));
    check(
        &address,
        &[
            ("{}", "null"),
            (r#""x""#, "!wrong_type"),
            (r#"{"town":"x"}"#, "!unknown_key"),
            (r#"{"city":1}"#, "!wrong_type@city"),
        ],
    );
    check(
        &kind("address", json!({"country": "US"})),
        &[(r#"{"province":"CA","city":"LA"}"#, r#"{"province":"CA","city":"LA"}"#)],
    );
}

#[test]
fn a_place_has_two_numbers_in_their_bounds() {
    let place = kind("location", json!({}));
    check(
        &place,
        &[
            (
                r#"{"lng":121.4737,"lat":31.2304,"address":"上海"}"#,
                r#"{"lng":121.4737,"lat":31.2304,"address":"上海"}"#,
            ),
            (r#"{"lng":121.47370000001,"lat":"31"}"#, r#"{"lng":121.4737,"lat":31}"#),
            (r#"{"lng":181,"lat":91}"#, "!out_of_range@lng out_of_range@lat"),
            (r#"{"lng":1}"#, "!missing@lat"),
            (r#"{"address":"上海"}"#, "!missing@lng"),
            (r#"{"lng":null,"lat":null,"address":""}"#, "null"),
            ("{}", "null"),
            ("[1,2]", "!wrong_type"),
        ],
    );
    check_cells(
        &place,
        &[
            ("121.4737, 31.2304", r#"{"lng":121.4737,"lat":31.2304}"#),
            ("31.2304,121.4737", "!out_of_range"),
            ("x", "!bad_format"),
        ],
    );
    let text = shown(&place, r#"{"lng":121.4737,"lat":31.2304,"address":"上海"}"#);
    assert_eq!(text, "上海 (121.4737, 31.2304)");
    check_cells(&place, &[(&text, r#"{"lng":121.4737,"lat":31.2304,"address":"上海"}"#)]);
}
