//! What can be wrong with a file or one of its rows, in a form that crosses processes.

use kehub_model::{Code, Problem};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "v", rename_all = "snake_case")]
pub(crate) enum Trouble {
    // The whole file.
    Unreadable(String),
    Empty,
    Password,
    /// A zip that holds no workbook.
    Zip,
    /// A document of another kind: its usual name.
    Foreign(String),
    /// A workbook that its parser gave up on, in the parser's words.
    Broken(String),
    TooMuchMemory,
    TooMuchTime,
    TooLarge(String),
    Crashed,
    NoSheet(String),
    NoHeader(u32),
    UnknownEncoding(String),
    // One row.
    Bytes {
        row: u64,
        encoding: String,
    },
    LongRow {
        row: u64,
        column: usize,
    },
    Unclosed {
        row: u64,
    },
    StrayQuote {
        row: u64,
    },
    HugeRow {
        row: u64,
    },
    ManyColumns {
        row: u64,
    },
}

impl Trouble {
    /// The row it is about; `None` when the whole file cannot be read.
    pub(crate) fn row(&self) -> Option<u64> {
        match self {
            Trouble::Bytes { row, .. }
            | Trouble::LongRow { row, .. }
            | Trouble::Unclosed { row }
            | Trouble::StrayQuote { row }
            | Trouble::HugeRow { row }
            | Trouble::ManyColumns { row } => Some(*row),
            Trouble::Unreadable(_)
            | Trouble::Empty
            | Trouble::Password
            | Trouble::Zip
            | Trouble::Foreign(_)
            | Trouble::Broken(_)
            | Trouble::TooMuchMemory
            | Trouble::TooMuchTime
            | Trouble::TooLarge(_)
            | Trouble::Crashed
            | Trouble::NoSheet(_)
            | Trouble::NoHeader(_)
            | Trouble::UnknownEncoding(_) => None,
        }
    }

    pub(crate) fn problem(self) -> Problem {
        if let Trouble::Bytes { row, encoding } = self {
            return Problem::new(Code::BadEncoding, at(row)).with("row", row).with("encoding", encoding);
        }
        let (zh, en) = self.hint();
        match self.row() {
            Some(row) => Problem::new(Code::BadFormat, at(row)).with("hint", format!("{zh} / {en}")),
            None => Problem::new(Code::BadFile, "").with("hint", format!("{zh} / {en}")),
        }
    }

    /// What happened and what to do about it, in both languages.
    fn hint(&self) -> (String, String) {
        let both = |zh: &str, en: &str| (zh.to_owned(), en.to_owned());
        match self {
            Trouble::Unreadable(why) => (format!("打不开（{why}）"), "it cannot be opened".to_owned()),
            Trouble::Empty => both("里面没有数据", "there is no data in it"),
            Trouble::Password => {
                both("有密码保护，请去掉密码后另存", "it is protected by a password: save it without one")
            }
            Trouble::Zip => {
                both("是压缩包而不是工作簿，请先解压", "it is a zip archive and no workbook: unpack it first")
            }
            Trouble::Foreign(name) => {
                (format!("是{name}，请另存为 XLSX 或 CSV"), format!("it is {name}: save it as XLSX or CSV"))
            }
            Trouble::Broken(why) => {
                ("文件已损坏，请重新另存".to_owned(), format!("it is damaged: save it again ({why})"))
            }
            Trouble::TooMuchMemory => {
                both("展开后太大，请另存为 CSV 或拆开", "it is too large when unpacked: save it as CSV or split it")
            }
            Trouble::TooMuchTime => {
                both("读取太久，请另存为 CSV 或拆开", "reading it takes too long: save it as CSV or split it")
            }
            Trouble::TooLarge(limit) => (format!("太大：最多 {limit}"), format!("it is too large: at most {limit}")),
            Trouble::Crashed => both(
                "文件已损坏或不受支持，请另存为 XLSX 或 CSV",
                "it is damaged or unsupported: save it as XLSX or CSV",
            ),
            Trouble::NoSheet(name) => (format!("没有工作表“{name}”"), format!("there is no sheet “{name}”")),
            Trouble::NoHeader(row) => (format!("第 {row} 行不能作表头"), format!("row {row} cannot be the header")),
            Trouble::UnknownEncoding(name) => (format!("没有编码“{name}”"), format!("there is no encoding “{name}”")),
            Trouble::Bytes { row, encoding } => {
                (format!("第 {row} 行不是 {encoding}"), format!("row {row} is not {encoding}"))
            }
            Trouble::LongRow { column, .. } => (
                format!("第 {column} 列没有表头却有内容"),
                format!("there is something in column {column}, which has no header"),
            ),
            Trouble::Unclosed { .. } => both("引号没有结束", "a quotation mark is not closed"),
            Trouble::StrayQuote { .. } => both("引号的位置不对", "a quotation mark is in the wrong place"),
            Trouble::HugeRow { .. } => both("这一行超过 8 MB", "the row is longer than 8 MB"),
            Trouble::ManyColumns { .. } => both("超过 5000 列", "there are more than 5,000 columns"),
        }
    }
}

fn at(row: u64) -> String {
    format!("rows[{row}]")
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Trouble {
        match error.kind() {
            std::io::ErrorKind::OutOfMemory => Trouble::TooMuchMemory,
            kind => Trouble::Unreadable(kind.to_string()),
        }
    }
}
