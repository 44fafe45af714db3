//! The functions: one line each. *To add one:* a line here, its implementation in the file of its theme, cases in
//! `cases.json`, and its twin in `web/src/formula/`.
//!
//! **Parameters** are letters, separated by blanks: `n` number, `t` text, `b` yes/no, `d` date or date and time, `m` the same or
//! a time, `a` any single value, `x` anything, `l` a list, `N` numbers or lists of them, `C` things to compare or lists of
//! them, `j` a location. `?` may be left out, `*` any number of times, `+` once or more (`t,x+`: repeated in pairs).
//!
//! **Results**: `n` number, `i` whole number, `t` text, `b` yes/no, `d` date, `s` date and time, `c` time, `r` record, `j`
//! location, `[t]` list of text; `=1` as parameter 1, `e` as the members of all parameters, `e1` as a member of parameter 1,
//! `l1` a list of those, `v` as all branches together.

use super::machine::{Answer, Arguments, How};
use super::{chance, china, date, list, logic, math, place, science, statistics, text, workdays};

/// What a function means for those who store and compile formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// Both databases can compute it, exactly.
    Sql,
    /// Exact, but only here.
    Exact,
    /// To 15 significant digits; never in SQL.
    Approximate,
    /// Depends on the clock: computed when read.
    Volatile,
    /// Chance and the current person: only in default values.
    Default,
}

/// A function as the designer's help shows it.
pub struct FunctionInfo {
    pub function: Function,
    pub name: &'static str,
    /// Other names it answers to.
    pub aliases: &'static [&'static str],
    /// The heading it stands under.
    pub theme: &'static str,
    pub parameters: &'static str,
    pub gives: &'static str,
    pub class: Class,
    pub zh: &'static str,
    pub en: &'static str,
    pub(super) how: How,
}

macro_rules! functions {
    ($($theme:literal { $($variant:ident, $name:literal, [$($alias:literal),*], $parameters:literal, $gives:literal, $class:ident, $how:expr, $zh:literal, $en:literal;)* })*) => {
        /// Every function there is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Function { $($($variant),*),* }

        static FUNCTIONS: &[FunctionInfo] = &[$($(FunctionInfo {
            function: Function::$variant,
            name: $name,
            aliases: &[$($alias),*],
            theme: $theme,
            parameters: $parameters,
            gives: $gives,
            class: Class::$class,
            zh: $zh,
            en: $en,
            how: $how,
        }),*),*];
    };
}

/// All functions, in the order of the help.
pub fn functions() -> &'static [FunctionInfo] {
    FUNCTIONS
}

impl Function {
    pub fn info(self) -> &'static FunctionInfo {
        // The table and the enum come from the same lines in the same order.
        &FUNCTIONS[self as usize]
    }

    /// The function of that name, in any case.
    pub fn named(name: &str) -> Option<Function> {
        FUNCTIONS
            .iter()
            .find(|info| {
                info.name.eq_ignore_ascii_case(name) || info.aliases.iter().any(|a| a.eq_ignore_ascii_case(name))
            })
            .map(|info| info.function)
    }
}

/// A constant function.
fn yes(_: &Arguments) -> Answer {
    Ok(true.into())
}

fn no(_: &Arguments) -> Answer {
    Ok(false.into())
}

use How::{Lazy, Plain};

functions! {
    "logic" {
        If, "IF", [], "b x x?", "v", Sql, Lazy(logic::when), "条件成立时取第二个参数，否则取第三个", "The second argument when the condition holds, else the third";
        Ifs, "IFS", [], "b,x+", "v", Sql, Lazy(logic::ifs), "依次判断条件，取第一个成立的结果；都不成立为 #N/A", "The result after the first condition that holds; #N/A when none does";
        Switch, "SWITCH", ["CASE"], "a a x x*", "v", Exact, Lazy(logic::switch), "与各值比较，取相等者后面的结果；最后可写默认结果", "The result after the value that equals the first argument; a last one alone is the default";
        Choose, "CHOOSE", [], "n x+", "v", Exact, Lazy(logic::choose), "取第 n 个值", "The n-th of the values";
        And, "AND", [], "b+", "b", Sql, Plain(logic::and), "所有条件都成立", "Whether all conditions hold";
        Or, "OR", [], "b+", "b", Sql, Plain(logic::or), "至少一个条件成立", "Whether at least one condition holds";
        Xor, "XOR", [], "b+", "b", Exact, Plain(logic::xor), "成立的条件有奇数个", "Whether an odd number of conditions hold";
        Not, "NOT", [], "b", "b", Sql, Plain(logic::not), "条件取反", "Whether the condition does not hold";
        True, "TRUE", [], "", "b", Sql, Plain(yes), "是", "Yes";
        False, "FALSE", [], "", "b", Sql, Plain(no), "否", "No";
        IsBlank, "ISBLANK", ["ISEMPTY", "ISNULL"], "x", "b", Sql, Lazy(logic::is_blank), "是否为空", "Whether it is empty";
        Coalesce, "COALESCE", ["IFBLANK"], "x x*", "v", Sql, Plain(logic::coalesce), "第一个不为空的值", "The first value that is not empty";
        IfError, "IFERROR", [], "x x?", "v", Exact, Lazy(logic::if_error), "出错时取第二个参数", "The second argument when the first is an error";
        IfNa, "IFNA", [], "x x?", "v", Exact, Lazy(logic::if_na), "为 #N/A 时取第二个参数", "The second argument when the first is #N/A";
        IsError, "ISERROR", ["ISERR"], "x", "b", Exact, Lazy(logic::is_error), "是否出错", "Whether it is an error";
        IsNa, "ISNA", [], "x", "b", Exact, Lazy(logic::is_na), "是否为 #N/A", "Whether it is #N/A";
        IsNumber, "ISNUMBER", [], "x", "b", Exact, Lazy(logic::is_number), "是否为数字", "Whether it is a number";
        IsText, "ISTEXT", [], "x", "b", Exact, Lazy(logic::is_text), "是否为文本", "Whether it is a text";
        IsLogical, "ISLOGICAL", [], "x", "b", Exact, Lazy(logic::is_logical), "是否为是/否", "Whether it is yes or no";
        IsDate, "ISDATE", [], "x", "b", Exact, Lazy(logic::is_date), "是否为日期", "Whether it is a date";
        Na, "NA", [], "", "v", Exact, Plain(logic::na), "错误值 #N/A", "The error #N/A";
    }
    "math" {
        Sum, "SUM", [], "N+", "n", Sql, Plain(math::sum), "求和，忽略空值", "The sum; empty values do not count";
        Average, "AVERAGE", ["AVG"], "N+", "n", Exact, Plain(math::average), "平均值，忽略空值；没有数字为 #DIV/0!", "The average; empty values do not count, none at all is #DIV/0!";
        Max, "MAX", [], "C+", "e", Exact, Plain(list::max), "最大值或最晚的日期", "The largest number or the latest date";
        Min, "MIN", [], "C+", "e", Exact, Plain(list::min), "最小值或最早的日期", "The smallest number or the earliest date";
        Product, "PRODUCT", [], "N+", "n", Exact, Plain(math::product), "乘积，忽略空值", "The product; empty values do not count";
        SumProduct, "SUMPRODUCT", [], "N+", "n", Exact, Plain(list::sum_product), "各列表对应项相乘后求和", "The sum of the products of the lists' members";
        SumSq, "SUMSQ", [], "N+", "n", Exact, Plain(math::sum_of_squares), "平方和", "The sum of the squares";
        Abs, "ABS", [], "n", "=1", Sql, Plain(math::abs), "绝对值", "The number without its sign";
        Sign, "SIGN", [], "n", "i", Sql, Plain(math::sign), "正数为 1，负数为 -1，零为 0", "1, 0 or -1 by the sign";
        Int, "INT", [], "n", "i", Sql, Plain(math::int), "向下取整", "The whole number at or below";
        Trunc, "TRUNC", [], "n n?", "n", Sql, Plain(math::round_down), "截去小数", "Cuts off decimals";
        Round, "ROUND", [], "n n?", "n", Sql, Plain(math::round), "四舍五入到几位小数", "Rounds to decimal places, halves away from zero";
        RoundUp, "ROUNDUP", [], "n n?", "n", Sql, Plain(math::round_up), "向远离零的方向舍入", "Rounds away from zero";
        RoundDown, "ROUNDDOWN", [], "n n?", "n", Sql, Plain(math::round_down), "向零的方向舍入", "Rounds toward zero";
        Ceiling, "CEILING", [], "n n?", "n", Exact, Plain(math::ceiling), "向上舍入到倍数", "Rounds up to a multiple";
        Floor, "FLOOR", [], "n n?", "n", Exact, Plain(math::floor), "向下舍入到倍数", "Rounds down to a multiple";
        MRound, "MROUND", [], "n n", "n", Exact, Plain(math::multiple), "舍入到最近的倍数", "Rounds to the nearest multiple";
        Even, "EVEN", [], "n", "i", Exact, Plain(math::even), "向远离零的方向取偶数", "The next even number away from zero";
        Odd, "ODD", [], "n", "i", Exact, Plain(math::odd), "向远离零的方向取奇数", "The next odd number away from zero";
        IsEven, "ISEVEN", [], "n", "b", Exact, Plain(math::is_even), "是否为偶数", "Whether it is even";
        IsOdd, "ISODD", [], "n", "b", Exact, Plain(math::is_odd), "是否为奇数", "Whether it is odd";
        Mod, "MOD", [], "n n", "n", Exact, Plain(math::modulo), "余数，符号与除数相同", "The remainder, with the sign of the divisor";
        Quotient, "QUOTIENT", [], "n n", "i", Exact, Plain(math::quotient), "商的整数部分", "The whole part of a quotient";
        Gcd, "GCD", [], "N+", "i", Exact, Plain(math::gcd), "最大公约数", "The greatest common divisor";
        Lcm, "LCM", [], "N+", "i", Exact, Plain(math::lcm), "最小公倍数", "The least common multiple";
        Fact, "FACT", [], "n", "i", Exact, Plain(math::factorial), "阶乘", "The factorial";
        Combin, "COMBIN", [], "n n", "i", Exact, Plain(math::combinations), "组合数", "The number of combinations";
        Power, "POWER", ["POW"], "n n", "n", Approximate, Plain(science::power), "乘方", "A number raised to a power";
        Sqrt, "SQRT", [], "n", "n", Approximate, Plain(science::sqrt), "平方根", "The square root";
        Exp, "EXP", [], "n", "n", Approximate, Plain(science::exp), "e 的乘方", "e raised to a power";
        Ln, "LN", [], "n", "n", Approximate, Plain(science::ln), "自然对数", "The natural logarithm";
        Log, "LOG", [], "n n?", "n", Approximate, Plain(science::log), "对数，底数默认为 10", "The logarithm, to base 10 unless given";
        Log10, "LOG10", [], "n", "n", Approximate, Plain(science::log10), "以 10 为底的对数", "The logarithm to base 10";
        Pi, "PI", [], "", "n", Approximate, Plain(science::pi), "圆周率", "The number pi";
        Sin, "SIN", [], "n", "n", Approximate, Plain(science::sin), "正弦", "The sine";
        Cos, "COS", [], "n", "n", Approximate, Plain(science::cos), "余弦", "The cosine";
        Tan, "TAN", [], "n", "n", Approximate, Plain(science::tan), "正切", "The tangent";
        Asin, "ASIN", [], "n", "n", Approximate, Plain(science::asin), "反正弦", "The arcsine";
        Acos, "ACOS", [], "n", "n", Approximate, Plain(science::acos), "反余弦", "The arccosine";
        Atan, "ATAN", [], "n", "n", Approximate, Plain(science::atan), "反正切", "The arctangent";
        Atan2, "ATAN2", [], "n n", "n", Approximate, Plain(science::atan2), "坐标 x、y 的反正切", "The arctangent of the point x, y";
        Degrees, "DEGREES", [], "n", "n", Approximate, Plain(science::degrees), "弧度转为角度", "Radians as degrees";
        Radians, "RADIANS", [], "n", "n", Approximate, Plain(science::radians), "角度转为弧度", "Degrees as radians";
    }
    "statistics" {
        Count, "COUNT", [], "x+", "i", Exact, Plain(list::count), "数字的个数", "How many numbers";
        CountA, "COUNTA", ["COUNTARRAY"], "x+", "i", Exact, Plain(list::count_filled), "不为空的个数", "How many values that are not empty";
        CountBlank, "COUNTBLANK", [], "x+", "i", Exact, Plain(list::count_blank), "为空的个数", "How many empty values";
        CountIf, "COUNTIF", [], "l a", "i", Exact, Plain(statistics::count_if), "列表中符合条件的个数，条件如 \">5\"", "How many members fit a condition such as \">5\"";
        CountIfs, "COUNTIFS", [], "l,a+", "i", Exact, Plain(statistics::count_ifs), "同时符合多个条件的个数", "How many rows fit all conditions";
        SumIf, "SUMIF", [], "l a N?", "n", Exact, Plain(statistics::sum_if), "符合条件的求和", "The sum where a condition holds";
        SumIfs, "SUMIFS", [], "N l,a+", "n", Exact, Plain(statistics::sum_ifs), "同时符合多个条件的求和", "The sum where all conditions hold";
        AverageIf, "AVERAGEIF", [], "l a N?", "n", Exact, Plain(statistics::average_if), "符合条件的平均值", "The average where a condition holds";
        AverageIfs, "AVERAGEIFS", [], "N l,a+", "n", Exact, Plain(statistics::average_ifs), "同时符合多个条件的平均值", "The average where all conditions hold";
        MaxIfs, "MAXIFS", [], "N l,a+", "n", Exact, Plain(statistics::max_ifs), "同时符合多个条件的最大值", "The largest where all conditions hold";
        MinIfs, "MINIFS", [], "N l,a+", "n", Exact, Plain(statistics::min_ifs), "同时符合多个条件的最小值", "The smallest where all conditions hold";
        Median, "MEDIAN", [], "N+", "n", Exact, Plain(statistics::median), "中位数", "The median";
        Large, "LARGE", [], "N n", "n", Exact, Plain(statistics::large), "第 n 大的数", "The n-th largest";
        Small, "SMALL", [], "N n", "n", Exact, Plain(statistics::small), "第 n 小的数", "The n-th smallest";
        Rank, "RANK", [], "n N n?", "i", Exact, Plain(statistics::rank), "在列表中的名次", "The place of a number in a list";
        StDev, "STDEV", ["STDEV.S"], "N+", "n", Approximate, Plain(science::stdev), "样本标准差", "The standard deviation of a sample";
        StDevP, "STDEVP", ["STDEV.P"], "N+", "n", Approximate, Plain(science::stdev_all), "总体标准差", "The standard deviation of all";
        Var, "VAR", ["VAR.S"], "N+", "n", Approximate, Plain(science::variance), "样本方差", "The variance of a sample";
        VarP, "VARP", ["VAR.P"], "N+", "n", Approximate, Plain(science::variance_all), "总体方差", "The variance of all";
    }
    "text" {
        Concat, "CONCAT", ["CONCATENATE"], "x+", "t", Exact, Plain(text::concat), "连接文本", "Joins texts";
        TextJoin, "TEXTJOIN", [], "t b x+", "t", Exact, Plain(text::text_join), "用分隔符连接，可忽略空值", "Joins with a separator, leaving out empty ones if told";
        Join, "JOIN", [], "x t?", "t", Exact, Plain(text::join), "把列表连接成文本，默认用逗号", "Joins a list, with a comma unless told";
        Split, "SPLIT", ["TEXTSPLIT"], "t t", "[t]", Exact, Plain(text::split), "按分隔符拆成列表", "Splits a text into a list";
        Left, "LEFT", [], "t n?", "t", Sql, Plain(text::left), "左边的几个字符", "The first characters";
        Right, "RIGHT", [], "t n?", "t", Sql, Plain(text::right), "右边的几个字符", "The last characters";
        Mid, "MID", [], "t n n", "t", Sql, Plain(text::mid), "从某个位置起的几个字符", "Characters from a place on";
        Len, "LEN", [], "t", "i", Sql, Plain(text::len), "字符数", "How many characters";
        LenB, "LENB", [], "t", "i", Exact, Plain(text::len_wide), "字节数，汉字算两个", "The width, a Chinese character counting two";
        Replace, "REPLACE", [], "t n n t", "t", Exact, Plain(text::replace), "按位置替换", "Replaces by place";
        Substitute, "SUBSTITUTE", [], "t t t n?", "t", Exact, Plain(text::substitute), "按内容替换，可指定第几处", "Replaces by content, everywhere or at the n-th place";
        Find, "FIND", [], "t t n?", "i", Exact, Plain(text::find), "查找位置，区分大小写；没有为 #VALUE!", "Where a text stands, case matters; #VALUE! when nowhere";
        Search, "SEARCH", [], "t t n?", "i", Exact, Plain(text::search), "查找位置，不区分大小写，可用 * 与 ?", "Where a text stands, any case, with * and ?";
        FindA, "FINDA", [], "t t t", "[t]", Exact, Plain(text::find_all), "两个标记之间的所有文本", "All texts between two marks";
        TextBefore, "TEXTBEFORE", [], "t t", "t", Exact, Plain(text::before), "标记之前的文本；没有为 #N/A", "The text before a mark; #N/A without it";
        TextAfter, "TEXTAFTER", [], "t t", "t", Exact, Plain(text::after), "标记之后的文本；没有为 #N/A", "The text after a mark; #N/A without it";
        Include, "INCLUDE", ["CONTAINS"], "x a", "b", Exact, Plain(text::include), "文本是否包含，或列表是否含有", "Whether a text holds another, or a list a member";
        StartsWith, "STARTSWITH", [], "t t", "b", Exact, Plain(text::starts_with), "是否以…开头", "Whether it starts with a text";
        EndsWith, "ENDSWITH", [], "t t", "b", Exact, Plain(text::ends_with), "是否以…结尾", "Whether it ends with a text";
        CountChar, "COUNTCHAR", [], "t t?", "i", Exact, Plain(text::count_char), "字符数，或某文本出现的次数", "How many characters, or how often a text occurs";
        StrReverse, "STRREVERSE", ["REVERSE"], "t", "t", Exact, Plain(text::reverse), "反转文本", "The text backwards";
        Lower, "LOWER", [], "t", "t", Exact, Plain(text::lower), "转为小写", "In lower case";
        Upper, "UPPER", [], "t", "t", Exact, Plain(text::upper), "转为大写", "In capitals";
        Proper, "PROPER", [], "t", "t", Exact, Plain(text::proper), "单词首字母大写", "Each word with a capital";
        Trim, "TRIM", [], "t", "t", Exact, Plain(text::trim), "去掉多余空格", "Without needless blanks";
        Clean, "CLEAN", [], "t", "t", Exact, Plain(text::clean), "去掉换行等不可见字符", "Without line breaks and other control characters";
        Rept, "REPT", [], "t n", "t", Exact, Plain(text::repeat), "重复几次", "The text several times";
        Exact, "EXACT", [], "t t", "b", Exact, Plain(text::exact), "是否完全相同，区分大小写", "Whether two texts are the same, case included";
        Value, "VALUE", ["NUMBER"], "a", "n", Exact, Plain(text::value), "文本转为数字", "A text as a number";
        String, "STRING", [], "x", "t", Exact, Plain(text::string), "转为文本", "Anything as a text";
        Text, "TEXT", [], "a t", "t", Exact, Plain(text::text), "按格式转为文本，如 \"0.00\"、\"yyyy-mm-dd\"", "A number or date in a format such as \"0.00\" or \"yyyy-mm-dd\"";
        Fixed, "FIXED", [], "n n? b?", "t", Exact, Plain(text::fixed), "固定小数位的文本，带千位分隔", "With fixed places and thousands separators";
        T, "T", [], "x", "t", Exact, Plain(text::only_text), "是文本则取之，否则为空", "The text, or empty when it is none";
        N, "N", [], "x", "n", Exact, Plain(text::only_number), "是数字则取之，否则为 0", "The number, or 0 when it is none";
        Char, "CHAR", ["UNICHAR"], "n", "t", Exact, Plain(text::char), "编码对应的字符", "The character of a code";
        CodeOf, "CODE", ["UNICODE"], "t", "i", Exact, Plain(text::code), "第一个字符的编码", "The code of the first character";
        Asc, "ASC", [], "t", "t", Exact, Plain(text::asc), "全角转为半角", "Full-width letters as plain ones";
        EncodeUri, "ENCODEURI", [], "t", "t", Exact, Plain(text::encode_uri), "网址编码", "A web address with its signs escaped";
        EncodeUrl, "ENCODEURL", [], "t", "t", Exact, Plain(text::encode_url), "网址参数编码", "Text escaped as a part of a web address";
        DecodeUri, "DECODEURI", [], "t", "t", Exact, Plain(text::decode_uri), "网址解码", "A web address without escapes";
    }
    "date" {
        Today, "TODAY", [], "", "d", Volatile, Plain(date::today), "今天", "Today";
        Now, "NOW", ["DATENOW"], "", "s", Volatile, Plain(date::now), "此刻", "The time now";
        Date, "DATE", [], "n n n", "d", Exact, Plain(date::date), "由年、月、日得到日期", "The date of a year, month and day";
        Time, "TIME", [], "n n n", "c", Exact, Plain(date::time), "由时、分、秒得到时间", "The time of an hour, minute and second";
        DateValue, "DATEVALUE", [], "a", "d", Exact, Plain(date::date_value), "文本或日期时间转为日期", "A text, or a date and time, as a date";
        TimeValue, "TIMEVALUE", [], "a", "c", Exact, Plain(date::time_value), "文本或日期时间转为时间", "A text, or a date and time, as a time";
        DateTimeValue, "DATETIMEVALUE", [], "a", "s", Exact, Plain(date::instant_value), "文本或日期转为日期时间", "A text or date as a date and time";
        Year, "YEAR", [], "d", "i", Sql, Plain(date::year), "年", "The year";
        Quarter, "QUARTER", [], "d", "i", Sql, Plain(date::quarter), "季度", "The quarter";
        Month, "MONTH", [], "d", "i", Sql, Plain(date::month), "月", "The month";
        Day, "DAY", [], "d", "i", Sql, Plain(date::day), "日", "The day of the month";
        Hour, "HOUR", [], "m", "i", Exact, Plain(date::hour), "时", "The hour";
        Minute, "MINUTE", [], "m", "i", Exact, Plain(date::minute), "分", "The minute";
        Second, "SECOND", [], "m", "i", Exact, Plain(date::second), "秒", "The second";
        Weekday, "WEEKDAY", [], "d n?", "i", Exact, Plain(date::weekday), "星期几：默认周日为 1，第二个参数为 2 时周一为 1", "The day of the week: Sunday is 1, or Monday with 2 as second argument";
        WeekNum, "WEEKNUM", [], "d n?", "i", Exact, Plain(date::week_number), "一年中的第几周", "The week of the year";
        IsoWeekNum, "ISOWEEKNUM", [], "d", "i", Exact, Plain(date::iso_week), "ISO 周数", "The ISO week";
        Days, "DAYS", [], "d d", "i", Exact, Plain(date::days), "结束日期减开始日期的天数", "Days from the second date to the first";
        DateDif, "DATEDIF", [], "d d t", "i", Exact, Plain(date::difference), "两个日期相差的整年 \"Y\"、月 \"M\"、日 \"D\"", "Whole years \"Y\", months \"M\" or days \"D\" between dates";
        DateIf, "DATEIF", ["DATEDIFF"], "d d t?", "i", Exact, Plain(date::signed_difference), "同 DATEDIF，可为负，单位默认为天，也可为 \"h\"、\"min\"、\"s\"", "As DATEDIF, possibly negative, in days unless told; also \"h\", \"min\", \"s\"";
        DateAdd, "DATEADD", [], "d a t?", "=1", Exact, Plain(date::add), "加上时间：DATEADD(日期, 3, \"m\") 或 DATEADD(日期, \"+1y-2m\")", "Adds time: DATEADD(date, 3, \"m\") or DATEADD(date, \"+1y-2m\")";
        EDate, "EDATE", [], "d n", "=1", Exact, Plain(date::add_months_to), "几个月之后的同一天", "The same day some months later";
        EoMonth, "EOMONTH", [], "d n", "d", Exact, Plain(date::month_end), "几个月之后的月末", "The last day of a month some months later";
        WorkDay, "WORKDAY", [], "d n l?", "d", Exact, Plain(workdays::after), "几个工作日之后，可给出节假日列表", "Some working days later; holidays may be listed";
        WorkDayIntl, "WORKDAY.INTL", [], "d n a? l?", "d", Exact, Plain(workdays::after_custom), "同 WORKDAY，可指定周末", "As WORKDAY, with a weekend of one's own";
        NetWorkDays, "NETWORKDAYS", ["NETWORKDAY"], "d d l?", "i", Exact, Plain(workdays::between), "两个日期之间的工作日数", "The working days from one date to another";
        NetWorkDaysIntl, "NETWORKDAYS.INTL", ["NETWORKDAY.INTL"], "d d a? l?", "i", Exact, Plain(workdays::between_custom), "同 NETWORKDAYS，可指定周末", "As NETWORKDAYS, with a weekend of one's own";
        Timestamp, "TIMESTAMP", [], "d", "i", Exact, Plain(date::timestamp), "1970 年以来的毫秒数", "Milliseconds since 1970";
    }
    "list" {
        List, "LIST", [], "x*", "le", Exact, Plain(list::list), "由值组成列表", "A list of values";
        Index, "INDEX", [], "l n", "e1", Exact, Plain(list::index), "列表的第 n 项", "The n-th member of a list";
        First, "FIRST", [], "l", "e1", Exact, Plain(list::first), "列表的第一项", "The first member of a list";
        Last, "LAST", [], "l", "e1", Exact, Plain(list::last), "列表的最后一项", "The last member of a list";
        Match, "MATCH", [], "a l", "i", Exact, Plain(list::find), "值在列表中的位置；没有为 #N/A", "Where a value stands in a list; #N/A when nowhere";
        Lookup, "XLOOKUP", ["LOOKUP"], "a l l a?", "v", Exact, Plain(list::lookup), "按值在列表中查找，取另一列表的对应项", "Looks a value up in a list and gives the member of another";
        Unique, "UNIQUE", [], "l", "l1", Exact, Plain(list::unique), "去掉重复项", "Without repetitions";
        Sort, "SORT", [], "l n?", "l1", Exact, Plain(list::sort), "排序，第二个参数为 -1 时从大到小", "In order; from the largest with -1";
    }
    "china" {
        RmbCap, "RMBCAP", [], "n", "t", Exact, Plain(china::capital_amount), "人民币大写金额", "An amount in Chinese capital numerals";
        IdCardSex, "IDCARDSEX", [], "t", "t", Exact, Plain(china::sex), "身份证号中的性别", "The sex told by an identity number";
        IdCardBirthday, "IDCARDBIRTHDAY", [], "t", "d", Exact, Plain(china::birthday), "身份证号中的生日", "The birthday told by an identity number";
        IdCardProvince, "IDCARDPROVINCE", [], "t", "t", Exact, Plain(china::province), "身份证号中的省份", "The province told by an identity number";
    }
    "place" {
        GetPosition, "GETPOSITION", [], "n n", "j", Exact, Plain(place::position), "由经度、纬度得到位置", "The location of a longitude and latitude";
        Distance, "DISTANCE", [], "j j", "n", Approximate, Plain(place::distance), "两个位置的距离，千米", "The distance of two locations in kilometres";
    }
    "default" {
        Rand, "RAND", [], "", "n", Default, Plain(chance::random), "0 到 1 之间的随机数", "A random number from 0 to 1";
        RandBetween, "RANDBETWEEN", [], "n n", "i", Default, Plain(chance::random_between), "两个整数之间的随机整数", "A random whole number from one to another";
        Uuid, "UUID", [], "", "t", Default, Plain(chance::uuid), "唯一编号", "A unique number";
        Me, "ME", [], "", "r", Default, Plain(chance::me), "当前用户", "The current person";
        GetUserName, "GETUSERNAME", ["USERNAME"], "", "t", Default, Plain(chance::user_name), "当前用户的姓名", "The current person's name";
        TextDept, "TEXTDEPT", [], "", "t", Default, Plain(chance::department_name), "当前用户的部门名称", "The name of the current person's department";
    }
}
