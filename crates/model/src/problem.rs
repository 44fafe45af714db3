//! What can be wrong: one table of codes, each with its HTTP status and its words. Every code has a page in `docs/errors/`.
//!
//! *To add a code:* a line in the table below and a page `docs/errors/<code>.md`.

use std::fmt;

use serde::Serialize;

use crate::label::Language;

macro_rules! codes {
    ($($variant:ident $code:literal $status:literal $zh:literal $en:literal;)*) => {
        /// What is wrong, as a stable word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($variant),* }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];
            pub fn text(self) -> &'static str { match self { $(Code::$variant => $code),* } }
            pub fn status(self) -> u16 { match self { $(Code::$variant => $status),* } }
            fn template(self, language: Language) -> &'static str {
                match (self, language) { $((Code::$variant, Language::Zh) => $zh, (Code::$variant, Language::En) => $en),* }
            }
        }
    };
}

codes! {
    // Values.
    Required "required" 422 "{field} 必填" "{field} is required";
    Taken "taken" 422 "{field} 已存在" "{field} is already taken";
    WrongType "wrong_type" 422 "类型不对：应为{expected}" "Wrong type: expected {expected}";
    NotANumber "not_a_number" 422 "“{value}”不是数字" "“{value}” is not a number";
    NotADate "not_a_date" 422 "“{value}”不是日期" "“{value}” is not a date";
    AmbiguousDate "ambiguous_date" 422 "“{value}”可能是两个日期：请说明日和月的顺序" "“{value}” could be two dates: say which comes first, day or month";
    NotATime "not_a_time" 422 "“{value}”不是时间" "“{value}” is not a time";
    OutOfRange "out_of_range" 422 "应在 {min} 与 {max} 之间" "Must be between {min} and {max}";
    TooManyDecimals "too_many_decimals" 422 "最多 {max} 位小数" "At most {max} decimal places";
    TooManyDigits "too_many_digits" 422 "最多 18 位有效数字" "At most 18 significant digits";
    TooLong "too_long" 422 "最多 {max} 个字符" "At most {max} characters";
    TooShort "too_short" 422 "至少 {min} 个字符" "At least {min} characters";
    TooMany "too_many" 422 "最多 {max} 个" "At most {max}";
    TooFew "too_few" 422 "至少 {min} 个" "At least {min}";
    BadFormat "bad_format" 422 "格式不正确：{hint}" "Wrong format: {hint}";
    UnknownOption "unknown_option" 422 "没有选项“{value}”" "There is no option “{value}”";
    BadPhone "bad_phone" 422 "“{value}”不是有效的电话号码" "“{value}” is not a valid phone number";
    BadEmail "bad_email" 422 "“{value}”不是有效的邮箱" "“{value}” is not a valid e-mail address";
    BadUrl "bad_url" 422 "“{value}”不是有效的网址" "“{value}” is not a valid web address";
    BadIdNumber "bad_id_number" 422 "“{value}”不是有效的证件号" "“{value}” is not a valid ID number";
    BadRegion "bad_region" 422 "没有这个省/市/区：{value}" "There is no such province, city or district: {value}";
    NoSuchRecord "no_such_record" 422 "找不到关联的记录“{value}”" "The linked record “{value}” was not found";
    AmbiguousRecord "ambiguous_record" 422 "“{value}”对应多条记录" "“{value}” matches several records";
    ReadOnly "read_only" 422 "{field} 不能直接写入" "{field} cannot be written";
    CheckFailed "check_failed" 422 "{message}" "{message}";
    StillLinked "still_linked" 422 "还有 {count} 条{object}与它关联" "{count} {object} records still link to it";
    // Names.
    UnknownField "unknown_field" 422 "没有字段“{name}”" "There is no field “{name}”";
    UnknownObject "unknown_object" 422 "没有表单“{name}”" "There is no object “{name}”";
    UnknownKey "unknown_key" 422 "不认识的属性“{name}”" "Unknown property “{name}”";
    BadKey "bad_key" 422 "“{value}”不能作标识：须以小写字母开头，只含小写字母、数字和下划线，最多 40 位" "“{value}” cannot be a key: a lower-case letter, then lower-case letters, digits and underscores, at most 40";
    KeyTaken "key_taken" 422 "标识“{value}”已被使用" "The key “{value}” is already used";
    Missing "missing" 422 "缺少“{name}”" "“{name}” is missing";
    NotOneOf "not_one_of" 422 "应为其中之一：{allowed}" "Must be one of: {allowed}";
    // Queries.
    BadOperator "bad_operator" 422 "{field} 不支持运算“{op}”" "{field} does not support “{op}”";
    BadOperand "bad_operand" 422 "“{op}”的值不对：{hint}" "Wrong value for “{op}”: {hint}";
    TooComplex "too_complex" 422 "查询过于复杂：{hint}" "The query is too complex: {hint}";
    BadCursor "bad_cursor" 400 "翻页标记无效，请从第一页重新开始" "The cursor is not valid; start again from the first page";
    NotSortable "not_sortable" 422 "{field} 不能排序" "{field} cannot be sorted";
    NotGroupable "not_groupable" 422 "{field} 不能分组" "{field} cannot be grouped";
    // Formulas.
    FormulaSyntax "formula_syntax" 422 "公式第 {position} 个字符处有误：{hint}" "The formula is wrong at character {position}: {hint}";
    FormulaType "formula_type" 422 "公式第 {position} 个字符处类型不对：{hint}" "Wrong type in the formula at character {position}: {hint}";
    UnknownFunction "unknown_function" 422 "没有函数“{name}”" "There is no function “{name}”";
    FormulaCycle "formula_cycle" 422 "公式互相引用：{path}" "The formulas refer to each other: {path}";
    // Definitions.
    BadDefinition "bad_definition" 422 "定义有误：{hint}" "The definition is wrong: {hint}";
    InUse "in_use" 422 "正被使用：{users}" "In use: {users}";
    Breaks "breaks" 422 "{count} 条数据不符合" "{count} records do not fit";
    TooManyFields "too_many_fields" 422 "一张表单最多 {max} 个字段" "An object has at most {max} fields";
    Locked "locked" 422 "系统自带，不能这样修改" "It belongs to the platform and cannot be changed this way";
    // Files and imports.
    BadFile "bad_file" 422 "无法读取文件：{hint}" "The file cannot be read: {hint}";
    BadEncoding "bad_encoding" 422 "第 {row} 行有无法按 {encoding} 识别的字节" "Row {row} has bytes that are not {encoding}";
    BadMapping "bad_mapping" 422 "列对应有误：{hint}" "The mapping is wrong: {hint}";
    WrongState "wrong_state" 409 "现在不能这样做：状态是 {state}" "Not possible now: the state is {state}";
    // Refusals.
    BadRequest "bad_request" 400 "请求格式不对：{hint}" "The request is not of the right form: {hint}";
    Unauthenticated "unauthenticated" 401 "请先登录" "Please sign in";
    WrongPassword "wrong_password" 401 "邮箱或密码不对" "Wrong e-mail or password";
    Forbidden "forbidden" 403 "没有权限" "You do not have the right to do this";
    NotFound "not_found" 404 "不存在，或无权查看" "It does not exist, or you may not see it";
    MethodNotAllowed "method_not_allowed" 405 "不支持的请求方法" "This method is not supported here";
    SlowBody "slow_body" 408 "请求体传输过慢" "The body took too long to arrive";
    Conflict "conflict" 409 "与别人的修改冲突" "It conflicts with another change";
    Busy "busy" 409 "正忙，请稍后重试" "Busy, please try again";
    VersionChanged "version_changed" 412 "记录已被修改，现在是第 {version} 版" "The record has changed; it is now at version {version}";
    TooLarge "too_large" 413 "内容太大：最多 {max}" "Too large: at most {max}";
    UnsupportedMedia "unsupported_media" 415 "不支持的内容类型" "Unsupported content type";
    KeyReused "key_reused" 422 "这个 Idempotency-Key 已用于另一个请求" "This Idempotency-Key was used for another request";
    TooOften "too_often" 429 "过于频繁，请 {seconds} 秒后再试" "Too often; try again in {seconds} seconds";
    WeakPassword "weak_password" 422 "密码需 8 到 128 个字符，且不能太常见" "A password has 8 to 128 characters and is not a common one";
    BadCode "bad_code" 422 "设置码不对" "The set-up code is wrong";
    Internal "internal" 500 "服务器出错，请凭编号 {request} 联系管理员" "Something went wrong on our side; give the administrator the number {request}";
    Unavailable "unavailable" 503 "暂时不可用" "Temporarily unavailable";
    TimedOut "timed_out" 503 "查询用时过长，请缩小范围" "The query took too long; narrow it down";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A person's mistake: what, where, and the words to say it with.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub code: Code,
    /// The place: `records[3].name`, `filter.and[1].value`. Empty when the whole is meant.
    pub at: String,
    words: Vec<(&'static str, String)>,
}

/// A problem as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Spoken {
    pub code: String,
    pub at: String,
    pub message: String,
}

impl Problem {
    pub fn new(code: Code, at: impl Into<String>) -> Problem {
        Problem { code, at: at.into(), words: Vec::new() }
    }

    /// Fills `{name}` of the code's words.
    pub fn with(mut self, name: &'static str, text: impl fmt::Display) -> Problem {
        let mut text = text.to_string();
        if text.chars().count() > 120 {
            text = text.chars().take(120).chain(['…']).collect();
        }
        self.words.push((name, text));
        self
    }

    /// The same problem, its place seen from outside: `name` within `records[3]` is `records[3].name`.
    pub fn within(mut self, outer: &str) -> Problem {
        self.at = match (outer.is_empty(), self.at.is_empty()) {
            (true, _) => self.at,
            (_, true) => outer.to_owned(),
            _ if self.at.starts_with('[') => format!("{outer}{}", self.at),
            _ => format!("{outer}.{}", self.at),
        };
        self
    }

    pub fn message(&self, language: Language) -> String {
        let mut message = self.code.template(language).to_owned();
        for (name, text) in &self.words {
            message = message.replace(&format!("{{{name}}}"), text);
        }
        // In a formula the place is that of a character, as in its other mistakes.
        if let (Code::UnknownField, Some((_, position))) =
            (self.code, self.words.iter().find(|(name, _)| *name == "position"))
        {
            message.push_str(&match language {
                Language::Zh => format!("（第 {position} 个字符）"),
                Language::En => format!(" (character {position})"),
            });
        }
        message
    }

    pub fn spoken(&self, language: Language) -> Spoken {
        Spoken { code: self.code.text().to_owned(), at: self.at.clone(), message: self.message(language) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.at.is_empty() {
            write!(f, "{}: ", self.at)?;
        }
        write!(f, "{} ({})", self.message(Language::En), self.code)
    }
}

/// All problems of one request, collected before anything is refused.
pub type Problems = Vec<Problem>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_from_outside_in() {
        let problem = Problem::new(Code::Required, "name").with("field", "姓名").within("records[3]");
        assert_eq!(problem.at, "records[3].name");
        assert_eq!(problem.message(Language::Zh), "姓名 必填");
        let problem = Problem::new(Code::UnknownField, "formula").with("name", "prise").with("position", 7);
        assert_eq!(problem.message(Language::En), "There is no field “prise” (character 7)");
    }

    #[test]
    fn every_code_has_a_page() {
        let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors");
        for code in Code::ALL {
            let page = format!("{pages}/{code}.md");
            assert!(std::path::Path::new(&page).exists(), "docs/errors/{code}.md is missing");
        }
    }
}
