//! A mail as it is written: in the reader's language, as text and as HTML, nothing in it but what stands here.

use std::time::SystemTime;

use kehub_db::Fault;
use kehub_model::Language;
use lettre::Message;
use lettre::message::{Mailbox, MultiPart};
use serde::{Deserialize, Serialize};

/// A mail that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Letter {
    pub to: String,
    pub name: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What a mail with a link says.
pub struct LinkLetter<'a> {
    pub to: &'a str,
    pub name: &'a str,
    pub workspace: &'a str,
    pub url: &'a str,
    pub language: Language,
    /// A first password, or a new one.
    pub is_invitation: bool,
    pub hours: i64,
}

impl LinkLetter<'_> {
    pub fn written(&self) -> Letter {
        let (name, workspace) = (plain(self.name), plain(self.workspace));
        let days = self.hours / 24;
        let zh = self.language == Language::Zh;
        let lasts = match (zh, days) {
            (true, 0) => format!("{} 小时", self.hours),
            (true, _) => format!("{days} 天"),
            (false, 0) if self.hours == 1 => "1 hour".to_owned(),
            (false, 0) => format!("{} hours", self.hours),
            (false, 1) => "1 day".to_owned(),
            (false, _) => format!("{days} days"),
        };
        let (subject, hello, what, button, end) = match (zh, self.is_invitation) {
            (true, true) => (
                format!("邀请您加入{workspace}"),
                format!("{name}，您好："),
                format!("您已被邀请加入“{workspace}”。请打开下面的链接设置密码，之后即可登录。"),
                "设置密码",
                format!("链接 {lasts}内有效，只能使用一次。如果您不认识发件人，请忽略这封邮件。"),
            ),
            (true, false) => (
                format!("重设您在{workspace}的密码"),
                format!("{name}，您好："),
                format!("管理员为您在“{workspace}”的账号生成了重设密码的链接。"),
                "重设密码",
                format!("链接 {lasts}内有效，只能使用一次。如果您没有要求重设密码，请联系管理员。"),
            ),
            (false, true) => (
                format!("You are invited to {workspace}"),
                format!("Hello {name},"),
                format!(
                    "You are invited to “{workspace}”. Open the link below to set a password; then you can sign in."
                ),
                "Set a password",
                format!(
                    "The link works for {lasts} and only once. If you do not know who sent this, please ignore it."
                ),
            ),
            (false, false) => (
                format!("A new password for {workspace}"),
                format!("Hello {name},"),
                format!("An administrator of “{workspace}” made a link by which you can set a new password."),
                "Set a new password",
                format!(
                    "The link works for {lasts} and only once. If you did not ask for it, please tell an administrator."
                ),
            ),
        };
        let text = format!("{hello}\n\n{what}\n\n{}\n\n{end}\n", self.url);
        let (lang, url) = (if zh { "zh" } else { "en" }, escaped(self.url));
        let html = format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{}</title></head>\
             <body style=\"font-family:sans-serif;line-height:1.6;color:#1f2329\"><p>{}</p><p>{}</p>\
             <p><a href=\"{url}\" style=\"display:inline-block;padding:8px 16px;background:#1668dc;color:#fff;\
             text-decoration:none;border-radius:4px\">{button}</a></p><p style=\"word-break:break-all\">{url}</p><p>{}</p></body></html>",
            escaped(&subject),
            escaped(&hello),
            escaped(&what),
            escaped(&end)
        );
        Letter { to: self.to.trim().to_owned(), name, subject, text, html }
    }
}

impl Letter {
    /// The message under its fixed id, dated when it was wanted; `None` when the address is none.
    pub(super) fn message(&self, from: &Mailbox, id: uuid::Uuid, at: SystemTime) -> Result<Option<Message>, Fault> {
        let Ok(address) = self.to.parse::<lettre::Address>() else { return Ok(None) };
        let name = (!self.name.is_empty()).then(|| self.name.clone());
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(name, address))
            .subject(self.subject.clone())
            .message_id(Some(format!("<{}@{}>", id.simple(), from.email.domain())))
            .date(at)
            .multipart(MultiPart::alternative_plain_html(self.text.clone(), self.html.clone()));
        Ok(Some(message.map_err(anyhow::Error::from)?))
    }
}

/// A name in one line, without what could end a header or turn the reading round.
fn plain(text: &str) -> String {
    let is_plain = |c: &char| {
        !c.is_control() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(is_plain)
        .take(100)
        .collect::<String>()
        .trim()
        .to_owned()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_become_a_header_or_html() {
        let letter = LinkLetter {
            to: "a@x.test",
            name: "Eve\r\nBcc: all@x.test\u{202e}<script>alert(1)</script>{{7*7}}",
            workspace: "客枢 & Co",
            url: "https://kehub.test/invite/khi_x",
            language: Language::En,
            is_invitation: true,
            hours: 168,
        };
        let letter = letter.written();
        assert!(
            !letter.html.contains("<script>")
                && letter.html.contains("&lt;script&gt;")
                && letter.text.contains("{{7*7}}")
        );
        let from: Mailbox = "Kehub <kehub@x.test>".parse().unwrap();
        let message = letter.message(&from, uuid::Uuid::nil(), SystemTime::UNIX_EPOCH).unwrap().unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        assert!(!text.lines().any(|line| line.starts_with("Bcc")), "{text}");
        assert!(text.is_ascii() && text.contains("Message-ID: <00000000000000000000000000000000@x.test>"));
        assert_eq!(message.envelope().to().len(), 1);
        assert!(
            Letter { to: "a@x.test\r\nRCPT TO:<b@x.test>".into(), ..letter }
                .message(&from, uuid::Uuid::nil(), SystemTime::UNIX_EPOCH)
                .unwrap()
                .is_none()
        );
    }
}
