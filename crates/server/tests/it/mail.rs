//! Mails of links: once, sealed while they wait, and never in doubt without somebody being told.

use std::time::{Duration, Instant};

use kehub_connect::mail::Smtp;
use kehub_connect::store::outbox;
use kehub_db::Select;
use serde_json::{Value as Json, json};

use crate::smtp::{Act, At, Secrecy, Sink};
use crate::world::World;

/// A world that mails through a sink.
async fn mailing(sink: &Sink, login: &str) -> World {
    with_url(&format!("smtp://{login}127.0.0.1:{}?from=Kehub%20%3Chello@kehub.test%3E", sink.port)).await
}

async fn with_url(url: &str) -> World {
    World::set(|settings| {
        settings.base_url = Some("https://crm.kehub.test".into());
        settings.smtp = Some(Smtp::parse(url).unwrap());
        let key = settings.data.join("a.key");
        std::fs::write(&key, "a".repeat(64)).unwrap();
        settings.master_key = Some(key);
    })
    .await
}

impl World {
    async fn invite(&self) -> Json {
        self.ground.turn(chrono::Duration::seconds(1));
        self.anna.post(&format!("/api/v1/people/{}/invitation", self.ben_id), json!({})).await.good().json
    }

    async fn round(&self) -> usize {
        self.app.post.as_ref().unwrap().round().await.unwrap()
    }

    /// States of everything in the outbox, and whether something is still sealed there.
    async fn states(&self) -> Vec<(String, bool)> {
        let select = Select::from("connect_outbox", &["state", "sealed"]).ordered("created_at, id");
        let rows = self.app.db().table(select).await.unwrap();
        rows.iter().map(|row| (row.text(0).to_owned(), !row.is_null(1))).collect()
    }

    async fn state(&self) -> String {
        self.states()
            .await
            .iter()
            .map(|(state, is_sealed)| format!("{state}{}", if *is_sealed { "*" } else { "" }))
            .collect::<Vec<_>>()
            .join(" ")
    }

    async fn outgoing(&self) -> Json {
        self.anna.get("/api/v1/operations").await.good().json["outgoing"].clone()
    }
}

#[tokio::test]
async fn an_invitation_is_mailed_once_in_the_persons_language() {
    let sink = Sink::new(Secrecy::None).await;
    let world = mailing(&sink, "").await;
    world.ben.patch("/api/v1/me", json!({ "locale": "en" })).await;
    let made = world.invite().await;
    assert_eq!((&made["mailed"], &made["mail"]), (&json!(true), &json!("queued")));
    // It waits sealed: nothing in the database tells the link.
    let rows = world.app.db().table(Select::from("connect_outbox", &["sealed", "error", "kind"])).await.unwrap();
    let token = made["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert!(!rows[0].bytes(0).windows(8).any(|part| token.as_bytes().windows(8).any(|other| part == other)));
    assert_eq!((world.round().await, world.round().await), (1, 0));
    assert_eq!(world.state().await, "sent");
    let mails = sink.mails();
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, "ben@kehub.test"));
    let text = mails[0].read();
    assert!(
        text.contains(made["url"].as_str().unwrap())
            && made["url"].as_str().unwrap().starts_with("https://crm.kehub.test/invite/"),
        "{text}"
    );
    assert!(
        text.contains("Subject: You are invited to Kehub") && text.contains("text/html") && text.contains("7 days"),
        "{text}"
    );
    // The link in it works.
    world.nobody.get(&format!("/api/v1/invitations/{token}")).await.good();
}

#[tokio::test]
async fn a_reset_is_mailed_in_chinese_and_a_newer_link_takes_its_place() {
    let sink = Sink::new(Secrecy::None).await;
    let world = mailing(&sink, "me:secret@").await;
    world.invite().await;
    world.ground.turn(chrono::Duration::seconds(1));
    world.anna.post(&format!("/api/v1/people/{}/password_reset", world.ben_id), json!({})).await.good();
    assert_eq!(world.state().await, "failed pending*");
    world.round().await;
    let mails = sink.mails();
    assert_eq!((mails.len(), mails[0].login.as_str()), (1, "AG1lAHNlY3JldA=="));
    assert!(mails[0].text.contains("=?utf-8?b?") && mails[0].text.contains("hello@kehub.test"), "{}", mails[0].text);
    // Who is shut out gets no mail that waits.
    world.invite().await;
    world.anna.post(&format!("/api/v1/people/{}/disable", world.ben_id), json!({})).await.good();
    world.round().await;
    assert_eq!((world.state().await.as_str(), sink.mails().len()), ("failed sent failed", 1));
}

#[tokio::test]
async fn without_a_mail_server_or_a_base_url_the_answer_says_so() {
    let world = World::new().await;
    let made = world.invite().await;
    assert_eq!((&made["mailed"], &made["mail"]), (&json!(false), &json!("no_mail_server")));
    let sink = Sink::new(Secrecy::None).await;
    let url = format!("smtp://127.0.0.1:{}", sink.port);
    let world = World::set(|settings| {
        settings.smtp = Some(Smtp::parse(&url).unwrap());
        std::fs::write(settings.data.join("a.key"), "a".repeat(64)).unwrap();
        settings.master_key = Some(settings.data.join("a.key"));
    })
    .await;
    let made = world.invite().await;
    assert_eq!((&made["mailed"], &made["mail"]), (&json!(false), &json!("no_base_url")));
    assert_eq!(world.state().await, "");
}

#[tokio::test]
async fn not_now_is_tried_again_and_never_is_told() {
    let sink = Sink::new(Secrecy::None).await;
    let world = mailing(&sink, "me:secret@").await;
    // (what the server does, what becomes of the mail)
    for (at, act, expected) in [
        (At::Greeting, Act::Say("421 too busy"), "pending*"),
        (At::Greeting, Act::HangUp, "pending*"),
        // A wrong password is the operator's mistake, not the mail's.
        (At::Login, Act::Say("535 wrong password"), "pending*"),
        (At::From, Act::Say("451 later"), "pending*"),
        (At::To, Act::Say("450 greylisted"), "pending*"),
        (At::Data, Act::Say("452 no room"), "pending*"),
        (At::Data, Act::HangUp, "pending*"),
        (At::Message, Act::Say("451 later"), "pending*"),
        (At::From, Act::Say("550 no such sender"), "failed"),
        (At::To, Act::Say("550 no such person"), "failed"),
        (At::Message, Act::Say("554 it is spam"), "failed"),
        // It had the whole message and was not heard of again.
        (At::Message, Act::HangUp, "unknown"),
    ] {
        let before = sink.mails().len();
        sink.next(at, act);
        world.invite().await;
        world.round().await;
        let state = world.states().await.pop().unwrap();
        let state = format!("{}{}", state.0, if state.1 { "*" } else { "" });
        assert_eq!(state, expected, "{at:?} {act:?}");
        world.ground.turn(chrono::Duration::seconds(1));
        assert_eq!(world.round().await, 0, "not before its time: {at:?} {act:?}");
        world.ground.turn(chrono::Duration::hours(2));
        world.round().await;
        let sent = sink.mails().len() - before;
        let is_once = if expected == "failed" { sent == 0 } else { sent == 1 };
        assert!(is_once, "{at:?} {act:?}: {sent}");
    }
    let told = world.outgoing().await;
    let troubled = told["troubled"].as_array().unwrap();
    let states: Vec<&str> = troubled.iter().map(|one| one["state"].as_str().unwrap()).collect();
    assert_eq!(states.iter().filter(|state| **state == "unknown").count(), 1);
    assert_eq!(states.iter().filter(|state| **state == "failed").count(), 3);
    assert!(troubled.iter().any(|one| one["error"].as_str().unwrap().contains("no such person")));
    assert_eq!(troubled[0]["person"]["title"], "Ben");
    world.ben.get("/api/v1/operations").await.refused(403);
    world.ben.post("/api/v1/operations/resume", json!({})).await.refused(403);
}

#[tokio::test]
async fn a_mail_that_cannot_be_sent_while_its_link_is_good_is_not_sent() {
    let sink = Sink::new(Secrecy::None).await;
    let world = mailing(&sink, "").await;
    world.invite().await;
    world.ground.turn(chrono::Duration::days(8));
    world.round().await;
    assert_eq!((world.state().await.as_str(), sink.mails().len()), ("failed", 0));
}

#[tokio::test]
async fn whoever_dies_on_the_way_loses_nothing_and_doubles_nothing() {
    let sink = Sink::new(Secrecy::None).await;
    let world = mailing(&sink, "").await;
    for (at, expected, mails) in
        [(At::Greeting, "pending*", 0), (At::Data, "pending*", 0), (At::Message, "sending*", 1)]
    {
        sink.next(at, Act::Stall);
        world.invite().await;
        let (before, talks) = (sink.mails().len(), sink.conversations());
        let app = world.app.clone();
        let round = tokio::spawn(async move { app.post.as_ref().unwrap().round().await.map(drop) });
        let begun = Instant::now();
        // Until the server has come as far as it will.
        while sink.conversations() == talks
            || sink.mails().len() - before < mails
            || world.states().await.pop().unwrap().0 != expected.trim_end_matches('*')
        {
            assert!(begun.elapsed() < Duration::from_secs(20), "{at:?}: {}", world.state().await);
            tokio::task::yield_now().await;
        }
        round.abort();
        let _ = round.await;
        let state = world.states().await.pop().unwrap();
        assert_eq!(format!("{}{}", state.0, if state.1 { "*" } else { "" }), expected, "{at:?}");
        // While it might still be somebody's turn nobody else begins.
        assert_eq!(world.round().await, 0);
        world.ground.turn(chrono::Duration::minutes(5));
        world.round().await;
        world.ground.turn(chrono::Duration::minutes(5));
        world.round().await;
        let expected = if mails == 0 { "sent" } else { "unknown" };
        assert_eq!(world.states().await.pop().unwrap(), (expected.to_owned(), false), "{at:?}");
        assert_eq!(sink.mails().len() - before, 1, "{at:?}");
    }
}

#[tokio::test]
async fn of_two_that_carry_out_at_once_one_does() {
    let sink = Sink::new(Secrecy::None).await;
    let world = mailing(&sink, "").await;
    world.invite().await;
    let rows = outbox::due(world.app.db(), i64::MAX).await.unwrap();
    let now = 1;
    let first = outbox::take(world.app.db(), rows[0].clone(), now).await.unwrap();
    assert!(outbox::take(world.app.db(), rows[0].clone(), now).await.unwrap().is_none());
    // Another takes over when the time is up; the slow one may not send any more, nor say how it went.
    let rows = outbox::due(world.app.db(), i64::MAX).await.unwrap();
    let second = outbox::take(world.app.db(), rows[0].clone(), now).await.unwrap().unwrap();
    let first = first.unwrap();
    assert!(!outbox::intend(world.app.db(), &first, now).await.unwrap());
    assert!(outbox::intend(world.app.db(), &second, now).await.unwrap());
    outbox::end(world.app.db(), &first, outbox::Ended::Failed("slow".into()), now).await.unwrap();
    assert_eq!(world.state().await, "sending*");
    outbox::end(world.app.db(), &second, outbox::Ended::Sent, now).await.unwrap();
    assert_eq!(world.state().await, "sent");
}

#[tokio::test]
async fn nothing_leaves_a_paused_house_until_it_is_resumed() {
    let sink = Sink::new(Secrecy::None).await;
    let world = mailing(&sink, "").await;
    let told = world.anna.post("/api/v1/operations/pause", json!({})).await.good();
    assert_eq!(told.json["outgoing"]["paused"], true);
    assert_eq!(world.invite().await["mail"], "paused");
    assert_eq!((world.round().await, sink.conversations()), (0, 0));
    let told = world.outgoing().await;
    assert_eq!((told["waiting"].as_array().unwrap().len(), &told["mail_server"]), (1, &json!("127.0.0.1")));
    world.anna.post("/api/v1/operations/resume", json!({ "waiting": "burn" })).await.refused(422);
    world.anna.post("/api/v1/operations/resume", json!({ "waiting": "discard" })).await.good();
    assert_eq!((world.round().await, world.state().await.as_str()), (0, "failed"));
    world.anna.post("/api/v1/operations/pause", json!({})).await.good();
    world.invite().await;
    world.anna.post("/api/v1/operations/resume", json!({})).await.good();
    assert_eq!((world.round().await, sink.mails().len()), (1, 1));
}

#[tokio::test]
async fn mail_is_secret_when_it_must_be_and_the_server_proves_itself() {
    for (secrecy, scheme) in [(Secrecy::Wrapped, "smtps"), (Secrecy::StartTls, "smtp+starttls")] {
        let sink = Sink::new(secrecy).await;
        let folder = tempfile::tempdir().unwrap();
        let authority = folder.path().join("ca.pem");
        std::fs::write(&authority, &sink.certificate).unwrap();
        let url = format!("{scheme}://me:secret@localhost:{}", sink.port);
        let world = with_url(&format!("{url}?ca={}", authority.display())).await;
        world.invite().await;
        assert_eq!(world.round().await, 1, "{:?}", world.outgoing().await);
        assert!(sink.mails()[0].is_secret && !sink.mails()[0].login.is_empty());
        // Of a stranger's certificate the password hears nothing.
        let stranger = with_url(&url).await;
        stranger.invite().await;
        assert_eq!((stranger.round().await, stranger.state().await.as_str(), sink.mails().len()), (0, "pending*", 1));
    }
    // A server without STARTTLS where it is required gets nothing.
    let sink = Sink::new(Secrecy::None).await;
    let world = with_url(&format!("smtp://me:secret@127.0.0.1:{}?tls=required", sink.port)).await;
    world.invite().await;
    assert_eq!((world.round().await, sink.mails().len()), (0, 0));
}

#[tokio::test]
async fn a_mail_sealed_with_another_key_is_told_and_not_sent() {
    let sink = Sink::new(Secrecy::None).await;
    let world = mailing(&sink, "").await;
    world.invite().await;
    let update = kehub_db::TableWrite::Update {
        table: "connect_outbox",
        values: vec![("sealed", b"\x01something else".to_vec().into())],
        filter: Vec::new(),
    };
    world.app.db().write(vec![update]).await.unwrap();
    world.round().await;
    assert_eq!((world.state().await.as_str(), sink.mails().len()), ("failed", 0));
}
