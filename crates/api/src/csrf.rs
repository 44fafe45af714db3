//! Requests that change something must not come from another site's page.

use http::{HeaderMap, header};

use crate::service::Manners;

/// Whether a state-changing request may be listened to. A browser always says where a request comes from; a program with a
/// Bearer token need not.
pub(crate) fn is_ours(headers: &HeaderMap, manners: &Manners, is_cookie: bool) -> bool {
    let said = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let is_foreign = |site: &http::HeaderValue| site != "same-origin" && site != "none";
    if headers.get("sec-fetch-site").is_some_and(is_foreign) {
        return false;
    }
    match said(header::ORIGIN) {
        Some(origin) => {
            let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
            manners.base_url.as_deref().is_some_and(|base| base.trim_end_matches('/') == origin)
                || said(header::HOST).is_some_and(|host| host.eq_ignore_ascii_case(authority))
        }
        // A header of our own cannot be sent across sites without asking first.
        None => !is_cookie || headers.contains_key("sec-fetch-site") || headers.contains_key("x-requested-with"),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn check(lines: &[(&'static str, &str)], is_cookie: bool) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        is_ours(&headers, &Manners::default(), is_cookie)
    }

    #[test]
    fn another_sites_page_is_refused() {
        assert!(!check(&[("host", "a.test"), ("origin", "https://evil.test")], true));
        assert!(!check(&[("host", "a.test"), ("origin", "null")], true));
        assert!(!check(&[("sec-fetch-site", "cross-site")], true));
        assert!(!check(&[("sec-fetch-site", "same-site"), ("host", "a.test"), ("origin", "http://a.test")], false));
        assert!(!check(&[], true));
    }

    #[test]
    fn our_page_and_programs_are_heard() {
        assert!(check(&[("host", "a.test:8080"), ("origin", "http://a.test:8080")], true));
        assert!(check(&[("sec-fetch-site", "same-origin")], true));
        assert!(check(&[], false));
    }
}
