//! The mail server as the operator names it: `smtps://user:password@mail.example.com?from=Kehub <no-reply@example.com>`.

use std::net::IpAddr;
use std::path::Path;

use anyhow::Context as _;
use lettre::message::Mailbox;
use percent_encoding::percent_decode_str;
use url::Url;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    Never,
    /// When the server offers it.
    Offered,
    /// STARTTLS, or no mail.
    Required,
    /// From the first byte.
    Wrapped,
}

#[derive(Clone, PartialEq)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub login: Option<(String, String)>,
    pub from: Mailbox,
    /// A company's own certificate authority, as PEM.
    pub authority: Option<Vec<u8>>,
}

/// Without the password.
impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{} {:?} {}", self.host, self.port, self.tls, self.from)
    }
}

impl Smtp {
    pub fn parse(text: &str) -> anyhow::Result<Smtp> {
        // What is wrong is told without the address, which holds a password.
        let url = Url::parse(text).map_err(|error| anyhow::anyhow!("no address of a mail server: {error}"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).context("no mail server is named")?.to_owned();
        let (mut tls, port) = match url.scheme() {
            "smtp" => (Tls::Never, 25),
            "smtp+starttls" | "starttls" => (Tls::Required, 587),
            "smtps" => (Tls::Wrapped, 465),
            other => anyhow::bail!("“{other}:” is not smtp:, smtps: or smtp+starttls:"),
        };
        anyhow::ensure!(
            matches!(url.path(), "" | "/"),
            "nothing stands after the mail server but ?from=, ?tls= and ?ca="
        );
        let login = match (decoded(url.username())?, url.password()) {
            (user, Some(password)) => Some((user, decoded(password)?)),
            (user, None) if user.is_empty() => None,
            _ => anyhow::bail!("the mail server's password is missing"),
        };
        let (mut from, mut authority) = (None, None);
        for (name, value) in url.query_pairs() {
            match (&*name, &*value) {
                ("from", value) => {
                    let mailbox = value.parse::<Mailbox>();
                    from = Some(mailbox.map_err(|error| anyhow::anyhow!("from: “{value}” is no sender: {error}"))?);
                }
                ("tls", "required") if tls != Tls::Wrapped => tls = Tls::Required,
                ("tls", "opportunistic") if tls == Tls::Never => tls = Tls::Offered,
                ("tls", "none") if tls == Tls::Never => {}
                ("tls", other) => anyhow::bail!("tls: “{other}” does not go with {}:", url.scheme()),
                ("ca", path) => authority = Some(certificates(Path::new(path))?),
                (other, _) => anyhow::bail!("“{other}” is not from, tls or ca"),
            }
        }
        let from = match from {
            Some(from) => from,
            None => usual_sender(&host, login.as_ref().map(|(user, _)| user.as_str()))?,
        };
        Ok(Smtp { port: url.port().unwrap_or(port), host, tls, login, from, authority })
    }
}

/// Who sends when nobody is named: the account, when it is an address, or ourselves at the mail server's name.
fn usual_sender(host: &str, user: Option<&str>) -> anyhow::Result<Mailbox> {
    let address = user.and_then(|user| user.parse().ok()).or_else(|| {
        let is_name = host.trim_matches(['[', ']']).parse::<IpAddr>().is_err();
        is_name.then(|| format!("kehub@{host}").parse().ok()).flatten()
    });
    let address = match address {
        Some(address) => address,
        None => "kehub@localhost".parse().context("from")?,
    };
    Ok(Mailbox::new(Some("Kehub".to_owned()), address))
}

fn certificates(path: &Path) -> anyhow::Result<Vec<u8>> {
    let pem = std::fs::read(path).with_context(|| format!("ca: cannot read {}", path.display()))?;
    crate::outside::authorities(&pem).with_context(|| format!("ca: {}", path.display()))?;
    Ok(pem)
}

fn decoded(text: &str) -> anyhow::Result<String> {
    Ok(percent_decode_str(text).decode_utf8().context("the mail server's name and password are no UTF-8")?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_named_in_an_address() {
        let check = |text: &str| {
            let smtp = Smtp::parse(text).unwrap();
            let login = smtp.login.map(|(user, password)| format!(" {user}/{password}")).unwrap_or_default();
            format!("{}:{} {:?} {}{login}", smtp.host, smtp.port, smtp.tls, smtp.from)
        };
        assert_eq!(check("smtp://mail.test"), "mail.test:25 Never Kehub <kehub@mail.test>");
        assert_eq!(check("smtp://mail.test:2525?tls=opportunistic"), "mail.test:2525 Offered Kehub <kehub@mail.test>");
        assert_eq!(check("smtp://127.0.0.1:2525"), "127.0.0.1:2525 Never Kehub <kehub@localhost>");
        assert_eq!(
            check("smtps://me%40x.test:p%3Aw%2F@mail.test"),
            "mail.test:465 Wrapped Kehub <me@x.test> me@x.test/p:w/"
        );
        assert_eq!(
            check("smtp+starttls://u:p@mail.test?from=%E5%AE%A2%E6%9E%A2%20<no-reply@x.test>"),
            "mail.test:587 Required 客枢 <no-reply@x.test> u/p"
        );
    }

    #[test]
    fn what_is_no_mail_server_is_told_without_its_password() {
        for text in [
            "http://me:secret@mail.test",
            "mail.test:25",
            "smtp://",
            "smtp://me@mail.test",
            "smtp://me:secret@mail.test/path",
            "smtp://me:secret@mail.test?from=nobody",
            "smtp://me:secret@mail.test?tls=maybe",
            "smtps://me:secret@mail.test?tls=none",
            "smtps://me:secret@mail.test?ca=/nowhere.pem",
            "smtps://me:secret@mail.test?form=x",
        ] {
            let error = format!("{:#}", Smtp::parse(text).expect_err(text));
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
