//! The words of a formula. Full-width signs and digits stand for the plain ones everywhere except inside texts and braces.

use rust_decimal::Decimal;

use super::ast::{Op, continues_name, starts_name};
use super::{MAX_CHARS, both, decimal, syntax};
use crate::problem::Problem;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Number(Decimal),
    Text(String),
    Name(String),
    /// A name in braces or brackets, which may hold anything.
    Quoted(String),
    Op(Op),
    Percent,
    Open,
    Close,
    Comma,
    Dot,
    End,
}

/// A word and its 1-based characters: the first, and the one behind the last.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) at: u32,
    pub(super) end: u32,
}

/// The plain form of a full-width sign, letter or digit.
fn plain(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '×' => '*',
        '÷' => '/',
        '−' => '-',
        _ => c,
    }
}

/// Text in plain letters and digits.
pub(super) fn half(text: &str) -> String {
    text.chars().map(plain).collect()
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}'
}

pub(super) fn words(text: &str) -> Result<Vec<Token>, Problem> {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() > MAX_CHARS {
        let hint = both("公式最多 8000 个字符", "a formula has at most 8,000 characters");
        return Err(syntax(MAX_CHARS as u32 + 1, hint));
    }
    let mut reader = Reader { letters, next: 0 };
    let mut tokens = Vec::new();
    // The equals sign in front is a habit from spreadsheets and means nothing.
    reader.skip_blanks();
    if reader.peek(0) == '=' {
        reader.next += 1;
    }
    loop {
        reader.skip_blanks();
        let at = reader.position();
        let word = reader.word()?;
        let last = word == Word::End;
        tokens.push(Token { word, at, end: reader.position() });
        if last {
            return Ok(tokens);
        }
    }
}

struct Reader {
    letters: Vec<char>,
    next: usize,
}

impl Reader {
    fn position(&self) -> u32 {
        self.next as u32 + 1
    }

    /// The plain form of the letter `ahead`; NUL, which no word holds, behind the end.
    fn peek(&self, ahead: usize) -> char {
        self.letters.get(self.next + ahead).map_or('\0', |c| plain(*c))
    }

    fn skip_blanks(&mut self) {
        while self.letters.get(self.next).is_some_and(|c| is_blank(*c)) {
            self.next += 1;
        }
    }

    fn word(&mut self) -> Result<Word, Problem> {
        let Some(&written) = self.letters.get(self.next) else { return Ok(Word::End) };
        let c = plain(written);
        match c {
            '0'..='9' => return self.number(),
            '.' if self.peek(1).is_ascii_digit() => return self.number(),
            '"' => return self.text(&['"']),
            '“' | '”' => return self.text(&['“', '”']),
            '{' => return self.quoted('}'),
            '[' => return self.quoted(']'),
            _ if starts_name(c) => {
                let start = self.next;
                while self.letters.get(self.next).is_some_and(|c| continues_name(plain(*c))) {
                    self.next += 1;
                }
                return Ok(Word::Name(self.letters[start..self.next].iter().map(|c| plain(*c)).collect()));
            }
            _ => {}
        }
        let two = [c, self.peek(1)];
        let (word, length) = match two {
            ['<', '>'] | ['!', '='] => (Word::Op(Op::NotEqual), 2),
            ['<', '='] => (Word::Op(Op::LessOrEqual), 2),
            ['>', '='] => (Word::Op(Op::GreaterOrEqual), 2),
            ['=', '='] => (Word::Op(Op::Equal), 2),
            ['&', '&'] => return Err(syntax(self.position(), both("“且”请用 AND(…)", "use AND(…)"))),
            ['|', '|'] => return Err(syntax(self.position(), both("“或”请用 OR(…)", "use OR(…)"))),
            ['+', _] => (Word::Op(Op::Add), 1),
            ['-', _] => (Word::Op(Op::Subtract), 1),
            ['*', _] => (Word::Op(Op::Multiply), 1),
            ['/', _] => (Word::Op(Op::Divide), 1),
            ['^', _] => (Word::Op(Op::Power), 1),
            ['&', _] => (Word::Op(Op::Join), 1),
            ['=', _] => (Word::Op(Op::Equal), 1),
            ['<', _] => (Word::Op(Op::Less), 1),
            ['>', _] => (Word::Op(Op::Greater), 1),
            ['≠', _] => (Word::Op(Op::NotEqual), 1),
            ['≤', _] => (Word::Op(Op::LessOrEqual), 1),
            ['≥', _] => (Word::Op(Op::GreaterOrEqual), 1),
            ['%', _] => (Word::Percent, 1),
            ['(', _] => (Word::Open, 1),
            [')', _] => (Word::Close, 1),
            [',' | ';', _] => (Word::Comma, 1),
            ['.', _] => (Word::Dot, 1),
            ['\'', _] | ['‘' | '’', _] => {
                let hint = both("文本请用双引号", "put text in double quotes");
                return Err(syntax(self.position(), hint));
            }
            _ => {
                let hint = both(&format!("不认识的符号 {written}"), &format!("unknown sign {written}"));
                return Err(syntax(self.position(), hint));
            }
        };
        self.next += length;
        Ok(word)
    }

    fn number(&mut self) -> Result<Word, Problem> {
        let at = self.position();
        let mut digits = String::new();
        let mut point = false;
        loop {
            let c = self.peek(0);
            if c == '.' && !point {
                point = true;
            } else if !c.is_ascii_digit() {
                break;
            }
            digits.push(c);
            self.next += 1;
        }
        let signed = matches!(self.peek(1), '+' | '-');
        if matches!(self.peek(0), 'e' | 'E') && self.peek(1 + usize::from(signed)).is_ascii_digit() {
            digits.push('e');
            if signed {
                digits.push(self.peek(1));
            }
            self.next += 1 + usize::from(signed);
            while self.peek(0).is_ascii_digit() {
                digits.push(self.peek(0));
                self.next += 1;
            }
        }
        if starts_name(self.peek(0)) {
            let hint = both("以数字开头的名称请放进花括号 {}", "put a name that starts with a digit in braces {}");
            return Err(syntax(self.position(), hint));
        }
        let hint = || both("数字最多 28 位", "a number has at most 28 digits");
        decimal::parse(&digits).map(Word::Number).ok_or_else(|| syntax(at, hint()))
    }

    /// Text up to one of `ends`; such a sign twice stands for itself.
    fn text(&mut self, ends: &[char]) -> Result<Word, Problem> {
        let at = self.position();
        self.next += 1;
        let mut text = String::new();
        while let Some(&c) = self.letters.get(self.next) {
            self.next += 1;
            // Only a quotation mark is folded here: what stands in a text stays as written.
            let ends_here = |c: char| ends.contains(&if c == '＂' { '"' } else { c });
            if ends_here(c) {
                if self.letters.get(self.next).is_none_or(|next| *next != c) {
                    return Ok(Word::Text(text));
                }
                self.next += 1;
            }
            text.push(c);
        }
        Err(syntax(at, both("文本没有结束的引号", "the text has no closing quotation mark")))
    }

    fn quoted(&mut self, end: char) -> Result<Word, Problem> {
        let at = self.position();
        self.next += 1;
        let mut name = String::new();
        while let Some(&c) = self.letters.get(self.next) {
            self.next += 1;
            if plain(c) == end {
                if self.letters.get(self.next).is_none_or(|next| *next != c) {
                    let name = name.trim_matches(is_blank).to_owned();
                    let hint = || both("括号里没有字段名", "there is no field name in the braces");
                    return if name.is_empty() { Err(syntax(at, hint())) } else { Ok(Word::Quoted(name)) };
                }
                self.next += 1;
            }
            name.push(c);
        }
        Err(syntax(at, both(&format!("缺少 {end}"), &format!("{end} is missing"))))
    }
}
