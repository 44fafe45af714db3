//! One mail to one mail server, step by step, so that it is known at each how far it came.

use std::time::Duration;

use kehub_db::Fault;
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};

use super::{Smtp, Tls};
use crate::outside::{Outside, Stream, authorities, secured};

/// For everything before the message itself, and for the message with its answer. Together less than a turn.
const BEFORE: Duration = Duration::from_secs(60);
const MESSAGE: Duration = Duration::from_secs(90);

/// What became of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    Sent,
    /// Not now; the server has nothing. `is_away`: it is the server, not the mail.
    Later {
        why: String,
        is_away: bool,
    },
    /// Never.
    Refused(String),
    /// The server may have it.
    Unknown(String),
    /// Somebody else has the turn, or nobody wants it any more.
    Dropped,
}

/// Why there was no delivery before the message.
enum Stop {
    Ended(Delivery),
    Fault(Fault),
}

impl From<Delivery> for Stop {
    fn from(delivery: Delivery) -> Stop {
        Stop::Ended(delivery)
    }
}

/// Sends a mail. `intent` is carried out when the server is ready to hear the message, and says whether it may.
pub async fn deliver<I>(
    outside: &Outside,
    smtp: &Smtp,
    message: &Message,
    intent: impl FnOnce() -> I,
) -> Result<Delivery, Fault>
where
    I: Future<Output = Result<bool, Fault>>,
{
    let ready = tokio::time::timeout(BEFORE, ready(outside, smtp, message)).await;
    let mut connection = match ready {
        Ok(Ok(connection)) => connection,
        Ok(Err(Stop::Ended(delivery))) => return Ok(delivery),
        Ok(Err(Stop::Fault(fault))) => return Err(fault),
        Err(_) => return Ok(away("the mail server took too long")),
    };
    // The last moment at which nothing has happened: from here on a kill leaves “unknown”.
    if !intent().await? {
        // The server waits for the message; breaking off is how it learns that there is none.
        return Ok(Delivery::Dropped);
    }
    let delivery = match tokio::time::timeout(MESSAGE, connection.message(&message.formatted())).await {
        Ok(Ok(_)) => Delivery::Sent,
        // An answer is an answer: the server says that it does not have it.
        Ok(Err(error)) if error.status().is_some() => of_answer(&error),
        Ok(Err(error)) => Delivery::Unknown(told(&error)),
        Err(_) => Delivery::Unknown("the mail server did not answer in time".to_owned()),
    };
    if delivery == Delivery::Sent {
        // Nobody waits for the good-bye.
        tokio::spawn(async move { tokio::time::timeout(Duration::from_secs(5), connection.quit()).await.map(drop) });
    }
    Ok(delivery)
}

/// A connection on which the server has said yes to sender, recipient and message.
async fn ready(outside: &Outside, smtp: &Smtp, message: &Message) -> Result<AsyncSmtpConnection, Stop> {
    let mut connection = greeted(outside, smtp).await?;
    let envelope = message.envelope();
    let mut said = Vec::new();
    let mut addresses = envelope.from().into_iter().chain(envelope.to());
    if !addresses.all(|address| AsRef::<str>::as_ref(address).is_ascii()) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(Delivery::Refused("the mail server takes no addresses with such letters".to_owned()).into());
        }
        said.push(MailParameter::SmtpUtfEight);
    }
    let mut commands = vec![Mail::new(envelope.from().cloned(), said).to_string()];
    commands.extend(envelope.to().iter().map(|to| Rcpt::new(to.clone(), Vec::new()).to_string()));
    commands.push(Data.to_string());
    for command in commands {
        if let Err(error) = connection.command(command).await {
            connection.abort().await;
            return Err(of_answer(&error).into());
        }
    }
    Ok(connection)
}

/// A connection that may be used: secret if it must be, and signed in. What goes wrong here is not the mail's fault.
async fn greeted(outside: &Outside, smtp: &Smtp) -> Result<AsyncSmtpConnection, Stop> {
    let barred = |error| away(&format!("{error}"));
    let failed = |error: Error| away(&told(&error));
    let stream = outside.connect(&smtp.host, smtp.port).await.map_err(barred)?;
    let stream = match smtp.tls {
        Tls::Wrapped => secured(stream, &smtp.host, smtp.authority.as_deref()).await.map_err(barred)?,
        Tls::Never | Tls::Offered | Tls::Required => Stream::Plain(stream),
    };
    let hello = ClientId::Domain(smtp.from.email.domain().to_owned());
    let mut connection = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await.map_err(failed)?;
    let has_starttls = connection.server_info().supports_feature(Extension::StartTls);
    if smtp.tls == Tls::Required || (smtp.tls == Tls::Offered && has_starttls) {
        connection.starttls(parameters(smtp)?, &hello).await.map_err(failed)?;
    }
    if let Some((user, password)) = &smtp.login {
        let credentials = Credentials::new(user.clone(), password.clone());
        connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await.map_err(failed)?;
    }
    Ok(connection)
}

fn parameters(smtp: &Smtp) -> Result<TlsParameters, Stop> {
    let fault = |error: anyhow::Error| Stop::Fault(Fault::Other(error));
    let mut builder = TlsParameters::builder(smtp.host.trim_matches(['[', ']']).to_owned());
    if let Some(pem) = &smtp.authority {
        for certificate in authorities(pem).map_err(|error| fault(error.into()))? {
            let certificate = Certificate::from_der(certificate.to_vec()).map_err(|error| fault(error.into()))?;
            builder = builder.add_root_certificate(certificate);
        }
    }
    builder.build().map_err(|error| fault(error.into()))
}

fn away(why: &str) -> Delivery {
    Delivery::Later { why: why.to_owned(), is_away: true }
}

/// What an answer other than “yes” means for the mail.
fn of_answer(error: &Error) -> Delivery {
    if error.is_permanent() {
        return Delivery::Refused(told(error));
    }
    // 421 is the server going away; other answers are about this mail.
    let is_away = error.status().is_none_or(|code| u16::from(code) == 421);
    Delivery::Later { why: told(error), is_away }
}

/// What the server or the connection said, in one line.
fn told(error: &Error) -> String {
    use std::error::Error as _;
    let mut text = error.to_string();
    if let Some(source) = error.source()
        && !text.contains(&source.to_string())
    {
        text = format!("{text}: {source}");
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
}
