//! Invitations and password resets made by whoever manages people: a link, and a mail that brings it when there is a mail server.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, json};
use kehub_connect::mail::LinkLetter;
use kehub_connect::store::outbox;
use kehub_model::rights::Right;
use kehub_model::{Effect, Language, RecordId};
use serde_json::json;

use super::people::{ensure, may_manage};
use crate::app::App;
use crate::identity::{self, LinkKind, NewLink};

const PEOPLE: Need = Need::Right(Right::People);

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::post(
            "/api/v1/people/{id}/invitation",
            PEOPLE,
            "A link by which a person sets a password, mailed when a mail server is set",
            super::with(app, invite),
        ),
        Route::post(
            "/api/v1/people/{id}/password_reset",
            PEOPLE,
            "A link by which a person sets a new password, mailed when a mail server is set",
            super::with(app, reset),
        ),
    ]
}

async fn invite(app: Arc<App>, ask: Ask) -> Answered {
    link(app, ask, LinkKind::Invitation).await
}

async fn reset(app: Arc<App>, ask: Ask) -> Answered {
    link(app, ask, LinkKind::Reset).await
}

async fn link(app: Arc<App>, ask: Ask, kind: LinkKind) -> Answered {
    let id = ask.id("id")?;
    ensure(&app, &ask, id).await?;
    may_manage(&app, &ask, id).await?;
    let mut link = app.identity.new_link(id, kind);
    let mail = mail(&app, id, kind, &mut link).await?;
    // The link and the mail that brings it: both or neither.
    app.db().write(link.writes).await?;
    if let Some(post) = &app.post {
        post.wake();
    }
    json(&json!({ "url": link.url, "mailed": mail.is_mailed(), "mail": mail.text() }))
}

/// Whether a link is also mailed, and if not, why not.
#[derive(Clone, Copy)]
enum Mail {
    Queued,
    /// Goes out when an administrator lets effects go again.
    Paused,
    NoServer,
    /// A link in a mail leads to the address that was set and to no other.
    NoBaseUrl,
}

impl Mail {
    fn is_mailed(self) -> bool {
        matches!(self, Mail::Queued | Mail::Paused)
    }

    fn text(self) -> &'static str {
        match self {
            Mail::Queued => "queued",
            Mail::Paused => "paused",
            Mail::NoServer => "no_mail_server",
            Mail::NoBaseUrl => "no_base_url",
        }
    }
}

/// Lays the mail's row to the link's.
async fn mail(app: &App, person: RecordId, kind: LinkKind, link: &mut NewLink) -> Result<Mail, Refused> {
    let Some(post) = &app.post else { return Ok(Mail::NoServer) };
    if app.settings.base_url.is_none() {
        return Ok(Mail::NoBaseUrl);
    }
    let credential = identity::credential(app.db(), person).await?.ok_or_else(Refused::not_found)?;
    let workspace = app.identity.workspace();
    let name = app.records.name_of(person).unwrap_or_default();
    let letter = LinkLetter {
        to: &credential.email,
        name: &name,
        workspace: &workspace.name,
        url: &link.url,
        language: credential.locale.as_deref().map_or(workspace.language, Language::accepted),
        is_invitation: kind == LinkKind::Invitation,
        hours: link.hours,
    };
    let effect = match kind {
        LinkKind::Invitation => Effect::Invitation { person },
        LinkKind::Reset => Effect::PasswordReset { person },
    };
    link.writes.push(post.queue(effect, &letter.written(), link.expires_at)?);
    Ok(if outbox::is_paused(app.db()).await? { Mail::Paused } else { Mail::Queued })
}
