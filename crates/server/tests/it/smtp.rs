//! A mail server for tests: speaks the protocol, keeps what it was given, and misbehaves when told to.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

/// Where in a conversation something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    Greeting,
    Login,
    From,
    To,
    Data,
    /// When the whole message is there.
    Message,
}

/// What happens there instead of “yes”.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    Say(&'static str),
    HangUp,
    /// Says nothing more and keeps the connection.
    Stall,
}

/// A message the server has, whatever it answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    pub to: String,
    pub login: String,
    pub is_secret: bool,
    pub text: String,
}

impl Mail {
    /// The text with its quoted-printable and base64 read, good enough to find words in.
    pub fn read(&self) -> String {
        let text = self.text.replace("=\r\n", "");
        let mut out = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, after)) = rest.split_first() {
            let hex = (*first == b'=').then(|| after.get(..2)).flatten();
            let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
            out.push(byte.unwrap_or(*first));
            rest = if byte.is_some() { &after[2..] } else { after };
        }
        String::from_utf8_lossy(&out).into_owned()
    }
}

#[derive(Clone)]
pub struct Sink {
    pub port: u16,
    /// Its certificate as PEM.
    pub certificate: String,
    mails: Arc<Mutex<Vec<Mail>>>,
    script: Arc<Mutex<VecDeque<(At, Act)>>>,
    conversations: Arc<Mutex<usize>>,
}

/// How a conversation becomes secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    None,
    StartTls,
    Wrapped,
}

impl Sink {
    pub async fn new(secrecy: Secrecy) -> Sink {
        let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
        let chain = vec![key.cert.der().clone()];
        let secret = key.signing_key.serialize_der().try_into().expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(chain, secret)
            .expect("a certificate and its key");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let sink = Sink {
            port: listener.local_addr().expect("an address").port(),
            certificate: key.cert.pem(),
            mails: Arc::default(),
            script: Arc::default(),
            conversations: Arc::default(),
        };
        let (server, acceptor) = (sink.clone(), TlsAcceptor::from(Arc::new(config)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (server, acceptor) = (server.clone(), acceptor.clone());
                tokio::spawn(async move { server.hear(stream, acceptor, secrecy).await });
            }
        });
        sink
    }

    /// In the next conversation that comes so far, this happens there; one line for each conversation.
    pub fn next(&self, at: At, act: Act) {
        self.script.lock().push_back((at, act));
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.mails.lock().clone()
    }

    pub fn conversations(&self) -> usize {
        *self.conversations.lock()
    }

    async fn hear(self, stream: TcpStream, acceptor: TlsAcceptor, secrecy: Secrecy) -> Option<()> {
        *self.conversations.lock() += 1;
        let script = self.script.lock().pop_front();
        let mut talk = Talk { sink: self, script, mail: empty(), is_over: false };
        if secrecy == Secrecy::Wrapped {
            talk.mail.is_secret = true;
            let stream = acceptor.accept(stream).await.ok()?;
            talk.greet(&mut BufReader::new(stream)).await;
            return Some(());
        }
        let mut plain = BufReader::new(stream);
        if secrecy == Secrecy::StartTls {
            plain.write_all(b"220 sink\r\n").await.ok()?;
            loop {
                let mut line = String::new();
                if plain.read_line(&mut line).await.ok()? == 0 {
                    return None;
                }
                if line.starts_with("STARTTLS") {
                    break;
                }
                plain.write_all(b"250-sink\r\n250 STARTTLS\r\n").await.ok()?;
            }
            plain.write_all(b"220 go on\r\n").await.ok()?;
            talk.mail.is_secret = true;
            let stream = acceptor.accept(plain.into_inner()).await.ok()?;
            return talk.go_on(&mut BufReader::new(stream)).await;
        }
        talk.greet(&mut plain).await;
        Some(())
    }
}

fn empty() -> Mail {
    Mail { to: String::new(), login: String::new(), is_secret: false, text: String::new() }
}

struct Talk {
    sink: Sink,
    script: Option<(At, Act)>,
    mail: Mail,
    is_over: bool,
}

impl Talk {
    async fn greet<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut BufReader<S>) -> Option<()> {
        self.say(stream, At::Greeting, "220 sink").await?;
        self.go_on(stream).await
    }

    async fn go_on<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut BufReader<S>) -> Option<()> {
        while !self.is_over {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let verb = line.split([' ', ':']).next().unwrap_or_default().trim().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" | "HELO" => stream.write_all(b"250-sink\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n").await.ok()?,
                "AUTH" => {
                    self.mail.login = line.trim_end().rsplit(' ').next().unwrap_or_default().to_owned();
                    self.say(stream, At::Login, "235 yes").await?;
                }
                "MAIL" => {
                    self.say(stream, At::From, "250 yes").await?;
                }
                "RCPT" => {
                    self.mail.to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    self.say(stream, At::To, "250 yes").await?;
                }
                "DATA" => {
                    if self.say(stream, At::Data, "354 go on").await? {
                        self.message(stream).await?;
                        self.say(stream, At::Message, "250 it is here").await?;
                    }
                }
                "QUIT" => {
                    let _ = stream.write_all(b"221 bye\r\n").await;
                    return Some(());
                }
                _ => stream.write_all(b"502 what\r\n").await.ok()?,
            }
        }
        Some(())
    }

    async fn message<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut BufReader<S>) -> Option<()> {
        let mut text = String::new();
        while !text.ends_with("\r\n.\r\n") {
            if stream.read_line(&mut text).await.ok()? == 0 {
                return None;
            }
        }
        let refuses = matches!(self.script, Some((At::Message, Act::Say(_))));
        if !refuses {
            self.sink.mails.lock().push(Mail { text, ..self.mail.clone() });
        }
        Some(())
    }

    /// Says what the script wants here, or the usual; whether that was the usual.
    async fn say<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut BufReader<S>,
        at: At,
        usual: &str,
    ) -> Option<bool> {
        let act = self.script.filter(|(place, _)| *place == at).map(|(_, act)| act);
        match act {
            None => stream.write_all(format!("{usual}\r\n").as_bytes()).await.ok()?,
            Some(Act::Say(text)) => stream.write_all(format!("{text}\r\n").as_bytes()).await.ok()?,
            Some(Act::HangUp) => {
                self.is_over = true;
                let _ = stream.shutdown().await;
                return None;
            }
            Some(Act::Stall) => {
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
                return None;
            }
        }
        Some(act.is_none())
    }
}
