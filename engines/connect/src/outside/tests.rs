//! What may be reached, what may not, and names that change their mind.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::web::Request;
use super::*;

/// Names with the answers they give in turn; the last one stays.
struct Names(Vec<(&'static str, Mutex<Vec<&'static str>>)>, AtomicUsize);

impl Names {
    fn of(list: &[(&'static str, &str)]) -> Arc<Names> {
        let one = |(name, answers): &(&'static str, &str)| {
            let answers: Vec<&'static str> = answers.split('|').map(|text| &*text.to_owned().leak()).rev().collect();
            (*name, Mutex::new(answers))
        };
        Arc::new(Names(list.iter().map(one).collect(), AtomicUsize::new(0)))
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> Found<'a> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let found = self.0.iter().find(|(name, _)| *name == host).map(|(_, answers)| {
            let mut answers = answers.lock().unwrap();
            if answers.len() > 1 { answers.pop().unwrap() } else { answers[0] }
        });
        Box::pin(async move {
            let found = found.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such name"))?;
            Ok(found.split(' ').map(|address| address.parse().unwrap()).collect())
        })
    }
}

async fn check(allow: &str, names: &[(&'static str, &str)], host: &str) -> String {
    let outside = Outside::with_names(Allow::parse(allow).unwrap(), Names::of(names));
    match outside.addresses(host).await {
        Ok(found) => found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Err(Barred::Closed(_)) => "closed".into(),
        Err(other) => format!("{other:?}").chars().take_while(|c| c.is_alphabetic()).collect(),
    }
}

#[tokio::test]
async fn only_public_and_named_addresses_are_reached() {
    let names: &[(&'static str, &str)] = &[
        ("public.test", "8.8.8.8"),
        ("both.test", "127.0.0.1 8.8.8.8 10.0.0.1"),
        ("inner.test", "10.1.2.3"),
        ("metadata.test", "169.254.169.254"),
        ("six.test", "fd00::1 fe80::1 ::1"),
        // The system's resolver reads numbers in old ways; what it says they are is what counts.
        ("0x7f.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
    ];
    for (allow, host, expected) in [
        ("", "public.test", "8.8.8.8"),
        ("", "both.test", "8.8.8.8"),
        ("", "inner.test", "closed"),
        ("", "metadata.test", "closed"),
        ("", "six.test", "closed"),
        ("", "0x7f.1", "closed"),
        ("", "2130706433", "closed"),
        ("", "127.0.0.1", "closed"),
        ("", "[::1]", "closed"),
        ("", "[::ffff:127.0.0.1]", "closed"),
        ("", "::ffff:8.8.8.8", "closed"),
        ("", "nobody.test", "Unreachable"),
        ("", "", "NoAddress"),
        ("", "a b", "NoAddress"),
        ("", "fe80::1%eth0", "NoAddress"),
        ("10.1.0.0/16", "inner.test", "10.1.2.3"),
        ("10.2.0.0/16", "inner.test", "closed"),
        ("inner.test", "inner.test", "10.1.2.3"),
        ("INNER.test.", "inner.test", "10.1.2.3"),
        ("*.test", "inner.test", "10.1.2.3"),
        ("*.est", "inner.test", "closed"),
        ("127.0.0.0/8,10.0.0.0/8", "both.test", "127.0.0.1 8.8.8.8 10.0.0.1"),
        ("127.0.0.1", "[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
        ("::1", "[::1]", "::1"),
    ] {
        assert_eq!(check(allow, names, host).await, expected, "{host} with {allow:?}");
    }
    for wrong in ["10.0.0.0/40", "http://erp.test", "a b:c", "*.", "user@host"] {
        assert!(Allow::parse(wrong).is_err(), "{wrong}");
    }
}

/// A web server that answers each connection with the next text, and how often it was connected to.
async fn sink(answers: &'static [&'static str]) -> (u16, Arc<AtomicUsize>, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (count, heads) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let (counted, kept) = (count.clone(), heads.clone());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let n = counted.fetch_add(1, Ordering::Relaxed);
            let mut head = [0; 4096];
            let read = stream.read(&mut head).await.unwrap_or(0);
            kept.lock().unwrap().push(String::from_utf8_lossy(&head[..read]).into_owned());
            let answer = answers[n.min(answers.len() - 1)].replace("PORT", &port.to_string());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (port, count, heads)
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let (port, count, _) = sink(&["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"]).await;
    // The first look-up says an allowed address where nobody listens, the second would say loopback.
    let names = Names::of(&[("rebind.test", "192.0.2.1|127.0.0.1")]);
    let outside = Outside::with_names(Allow::parse("192.0.2.1").unwrap(), names.clone());
    assert_eq!(outside.addresses("rebind.test").await.unwrap(), ["192.0.2.1".parse::<IpAddr>().unwrap()]);
    assert!(matches!(outside.connect("rebind.test", port).await, Err(Barred::Closed(_))));
    assert_eq!((names.1.load(Ordering::Relaxed), count.load(Ordering::Relaxed)), (2, 0));
}

#[tokio::test]
async fn each_redirect_is_checked_as_if_it_were_the_first() {
    let (port, count, heads) = sink(&[
        "HTTP/1.1 302 Found\r\nlocation: http://other.test:PORT/b\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:PORT/secret\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret",
    ])
    .await;
    let names = Names::of(&[("named.test", "127.0.0.1"), ("other.test", "127.0.0.1")]);
    let outside = Outside::with_names(Allow::parse("named.test, other.test").unwrap(), names);
    let mut request = Request { redirects: 3, ..Request::get(&format!("http://named.test:{port}/a")) };
    request.headers.insert(header_of("authorization"), "Bearer secret".parse().unwrap());
    let barred = outside.ask(request.clone()).await;
    assert!(matches!(barred, Err(Barred::NoAddress(_) | Barred::Closed(_))), "{barred:?}");
    assert_eq!(count.load(Ordering::Relaxed), 2);
    let heads = heads.lock().unwrap().clone();
    assert!(heads[0].contains("Bearer secret") && !heads[1].contains("Bearer secret"), "{heads:?}");
}

fn header_of(name: &'static str) -> http::HeaderName {
    http::HeaderName::from_static(name)
}

#[tokio::test]
async fn an_answer_is_read_within_its_bounds_and_a_redirect_is_not_followed_unasked() {
    let (port, ..) = sink(&[
        "HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\nhello world!",
        "HTTP/1.1 301 Moved\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n",
    ])
    .await;
    let outside = Outside::new(Allow::parse("127.0.0.1").unwrap());
    let url = format!("http://127.0.0.1:{port}/");
    let answer = outside.ask(Request { most_bytes: 5, ..Request::get(&url) }).await.unwrap();
    assert_eq!((&answer.body[..], answer.is_cut), (&b"hello"[..], true));
    assert_eq!(outside.ask(Request::get(&url)).await.unwrap().status, StatusCode::MOVED_PERMANENTLY);
    for wrong in [
        "ftp://public.test/",
        "file:///etc/passwd",
        "http://me:pw@public.test/",
        "http://public.test:22/",
        "x",
        "http://",
    ] {
        assert!(matches!(outside.ask(Request::get(wrong)).await, Err(Barred::NoAddress(_))), "{wrong}");
    }
}
