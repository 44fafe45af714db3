//! Files people send: multipart bodies, part by part, each within bounds.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, multipart::Field};
use bytes::Bytes;
use kehub_model::Code;

use crate::ask::{Ask, too_large};
use crate::refused::Refused;

/// How long a client may keep silent in the middle of a body.
const SILENCE: Duration = Duration::from_secs(30);
const MOST_PARTS: usize = 50;

pub struct Upload {
    multipart: Multipart,
    parts: usize,
    bytes_left: usize,
    limit: usize,
}

pub struct Part<'a> {
    field: Field<'a>,
    bytes_left: &'a mut usize,
    limit: usize,
}

impl Ask {
    /// The body as multipart.
    pub async fn upload(&mut self) -> Result<Upload, Refused> {
        let mut request = http::Request::new(std::mem::take(self.body.get_mut()));
        request.headers_mut().clone_from(&self.headers);
        // Bounds are kept here, over all parts together.
        DefaultBodyLimit::disable().apply(&mut request);
        let multipart =
            Multipart::from_request(request, &()).await.map_err(|_| Refused::new(Code::UnsupportedMedia, ""))?;
        Ok(Upload { multipart, parts: 0, bytes_left: self.body_bytes, limit: self.body_bytes })
    }
}

impl Upload {
    /// The next part, when there is one.
    pub async fn next(&mut self) -> Result<Option<Part<'_>>, Refused> {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(too_large(self.limit));
        }
        let limit = self.limit;
        let field = tokio::time::timeout(SILENCE, self.multipart.next_field()).await.map_err(|_| slow())?;
        let field = field.map_err(|_| broken())?;
        Ok(field.map(|field| Part { field, bytes_left: &mut self.bytes_left, limit }))
    }
}

impl Part<'_> {
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// The file's own name, when the part is a file. Folders in it are left out.
    pub fn file_name(&self) -> Option<String> {
        let name = self.field.file_name()?;
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        Some(name.chars().filter(|c| !c.is_control()).take(200).collect())
    }

    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Refused> {
        let chunk = tokio::time::timeout(SILENCE, self.field.chunk()).await.map_err(|_| slow())?;
        let chunk = chunk.map_err(|_| broken())?;
        if let Some(chunk) = &chunk {
            *self.bytes_left = self.bytes_left.checked_sub(chunk.len()).ok_or_else(|| too_large(self.limit))?;
        }
        Ok(chunk)
    }

    /// A short text part.
    pub async fn text(mut self) -> Result<String, Refused> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if all.len() + chunk.len() > 1 << 20 {
                return Err(too_large(1 << 20));
            }
            all.extend_from_slice(&chunk);
        }
        String::from_utf8(all).map_err(|_| Refused::bad_request("UTF-8"))
    }
}

fn slow() -> Refused {
    Refused::new(Code::SlowBody, "")
}

fn broken() -> Refused {
    Refused::bad_request("the multipart body is broken / 上传内容不完整")
}
