//! The post: takes mails in within somebody's transaction, and carries them out, each once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use kehub_db::{Db, Dialect, Fault, TableWrite, new_id};
use kehub_model::Effect;
use tokio::sync::{Mutex, Notify};

use super::deliver::{Delivery, deliver};
use super::{Letter, Seal, Smtp};
use crate::outside::Outside;
use crate::store::outbox::{self, Ended, NewRow, Taken};

/// How often it is looked whether something is due that nobody called out.
const LOOK: Duration = Duration::from_secs(5);
/// How long the end of the house waits for the mail in hand.
const LAST: Duration = Duration::from_secs(10);
const SECOND_US: i64 = 1_000_000;

pub struct Post {
    db: Db,
    outside: Outside,
    smtp: Smtp,
    seal: Seal,
    wake: Notify,
    is_closing: AtomicBool,
    one: Mutex<()>,
}

impl Post {
    /// The operator has named the mail server himself, so it may be anywhere.
    pub fn new(db: Db, outside: &Outside, smtp: Smtp, seal: Seal) -> Post {
        let outside = outside.and_host(&smtp.host);
        Post { db, outside, smtp, seal, wake: Notify::new(), is_closing: AtomicBool::new(false), one: Mutex::default() }
    }

    /// The row by which a mail is sent, for the transaction that makes what it tells of. It is not tried after `until`.
    pub fn queue(&self, effect: Effect, letter: &Letter, until: i64) -> Result<TableWrite, Fault> {
        let id = new_id(&self.db.clock);
        let text = serde_json::to_vec(letter).map_err(anyhow::Error::from)?;
        let sealed = self.seal.seal(id.as_bytes(), &text)?;
        Ok(outbox::row(NewRow { id, effect, sealed, until, at: self.now() }))
    }

    /// Something was queued.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    fn now(&self) -> i64 {
        self.db.clock.now().timestamp_micros()
    }

    /// Carries mails out as long as the house stands.
    pub async fn tend(&self) {
        if let Err(fault) = self.recover().await {
            tracing::warn!(%fault, "the outbox could not be looked through");
        }
        while !self.is_closing.load(Ordering::Relaxed) {
            match self.round().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(fault) => tracing::warn!(%fault, "mails could not be carried out"),
            }
            let _ = tokio::time::timeout(LOOK, self.wake.notified()).await;
        }
    }

    /// Lets the mail in hand come to its end; takes no more.
    pub async fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
        let _ = tokio::time::timeout(LAST, self.one.lock()).await;
    }

    /// What an earlier run of this server had in hand is nobody's any more. On PostgreSQL it may be another node's: there a turn
    /// ends by time.
    pub async fn recover(&self) -> Result<(), Fault> {
        if self.db.dialect() == Dialect::Sqlite { outbox::recover(&self.db, self.now()).await } else { Ok(()) }
    }

    /// Carries out what is due, one after another; how many came to an end. Stops when the mail server is away.
    pub async fn round(&self) -> Result<usize, Fault> {
        let _one = self.one.lock().await;
        outbox::end_turns(&self.db, self.now()).await?;
        if outbox::is_paused(&self.db).await? {
            return Ok(0);
        }
        let mut ended = 0;
        for row in outbox::due(&self.db, self.now()).await? {
            if self.is_closing.load(Ordering::Relaxed) {
                break;
            }
            let Some(taken) = outbox::take(&self.db, row, self.now()).await? else { continue };
            let delivery = self.carry(&taken).await?;
            let is_away = matches!(delivery, Delivery::Later { is_away: true, .. });
            let end = match delivery {
                Delivery::Dropped => continue,
                Delivery::Sent => Ended::Sent,
                Delivery::Refused(why) => Ended::Failed(why),
                Delivery::Unknown(why) => Ended::Unknown(why),
                Delivery::Later { why, .. } => self.later(&taken, why),
            };
            ended += usize::from(!matches!(end, Ended::Later { .. }));
            outbox::end(&self.db, &taken, end, self.now()).await?;
            if is_away {
                break;
            }
        }
        Ok(ended)
    }

    async fn carry(&self, taken: &Taken) -> Result<Delivery, Fault> {
        if taken.until <= self.now() {
            return Ok(Delivery::Refused("it could not be sent while its link was good".to_owned()));
        }
        let Some(text) = self.seal.open(taken.id.as_bytes(), &taken.sealed) else {
            return Ok(Delivery::Refused("it is sealed with another master key".to_owned()));
        };
        let letter: Letter = serde_json::from_slice(&text).map_err(anyhow::Error::from)?;
        let at = SystemTime::UNIX_EPOCH + Duration::from_micros(taken.created_at.max(0).unsigned_abs());
        let Some(message) = letter.message(&self.smtp.from, taken.id, at)? else {
            return Ok(Delivery::Refused("the person's address is none".to_owned()));
        };
        deliver(&self.outside, &self.smtp, &message, || outbox::intend(&self.db, taken, self.now())).await
    }

    /// Half a minute, then twice as long each time, at most an hour; a fifth more or less, so that many do not come at once.
    fn later(&self, taken: &Taken, why: String) -> Ended {
        let wait = (30 * SECOND_US) << (taken.attempts - 1).clamp(0, 7);
        let wait = wait.min(3600 * SECOND_US);
        let mut chance = [0u8; 1];
        kehub_db::fill_random(&mut chance);
        let due_at = self.now() + wait * 4 / 5 + wait * 2 / 5 * i64::from(chance[0]) / 255;
        Ended::Later { due_at, why }
    }
}
