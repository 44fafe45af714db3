//! What can be done to the past, and how each is found.

use super::*;
use crate::history::samples::id;
use crate::history::{Body, Cause};

/// Three seals of three commits each; commit `k` is at moment `k * 1000`.
struct Past {
    commits: Vec<Sealed>,
    seals: Vec<Seal>,
    erased: Vec<(Moment, Digest, Digest)>,
    checkpoints: Vec<(i64, Digest)>,
}

fn digest(text: &str) -> Digest {
    Sha256::digest(text).into()
}

fn commit(k: i64) -> Sealed {
    (Moment(k * 1000), digest(&format!("row {k}")))
}

fn sealed(commits: &[Sealed]) -> Vec<Seal> {
    let mut seals: Vec<Seal> = Vec::new();
    for chunk in commits.chunks(3) {
        let (n, prev) = seals.last().map_or((1, FIRST), |last| (last.n + 1, last.hash));
        seals.push(Seal::new(n, prev, chunk));
    }
    seals
}

fn past() -> Past {
    let commits: Vec<Sealed> = (1..=9).map(commit).collect();
    let seals = sealed(&commits);
    let checkpoints = vec![(2, seals[1].hash), (3, seals[2].hash)];
    Past { commits, seals, erased: Vec::new(), checkpoints }
}

fn check(past: &Past, expected: &[Finding]) {
    let evidence = Evidence {
        commits: &past.commits,
        settled: Moment(9000),
        erased: &past.erased,
        checkpoints: &past.checkpoints,
    };
    assert_eq!(verify(&past.seals, &evidence), expected);
}

#[test]
fn an_untouched_past_has_no_findings() {
    check(&past(), &[]);
    assert_eq!(verify(&[], &Evidence::default()), []);
}

#[test]
fn a_changed_commit_is_named() {
    let mut past = past();
    past.commits[4].1 = digest("forged");
    check(&past, &[Finding::Changed { seal: 2, moment: Some(Moment(5000)) }]);
}

#[test]
fn a_changed_commit_with_a_forged_member_still_breaks_the_hash() {
    let mut past = past();
    past.commits[4].1 = digest("forged");
    let forged = Seal::new(2, past.seals[0].hash, &past.commits[3..6]);
    past.seals[1].members = forged.members;
    check(&past, &[Finding::Changed { seal: 2, moment: None }]);
}

#[test]
fn a_removed_commit_is_named() {
    let mut past = past();
    past.commits.remove(4);
    check(&past, &[Finding::Removed { seal: 2, moment: Some(Moment(5000)) }]);
}

#[test]
fn a_removed_seal_is_named() {
    let mut past = past();
    past.seals.remove(1);
    let unsealed = [4000, 5000, 6000].map(|moment| Finding::Inserted { moment: Moment(moment) });
    check(&past, &[&[Finding::Removed { seal: 2, moment: None }], unsealed.as_slice()].concat());
}

#[test]
fn an_inserted_commit_is_named() {
    let mut past = past();
    past.commits.push((Moment(4500), digest("smuggled in")));
    check(&past, &[Finding::Inserted { moment: Moment(4500) }]);
}

#[test]
fn the_last_second_may_be_unsealed() {
    let mut past = past();
    past.commits.push(commit(10));
    check(&past, &[]);
}

#[test]
fn exchanged_seals_break_the_chain() {
    let mut past = past();
    past.seals.swap(1, 2);
    (past.seals[1].n, past.seals[2].n) = (2, 3);
    past.checkpoints.clear();
    let changed = |seal| Finding::Changed { seal, moment: None };
    check(&past, &[changed(2), changed(3), Finding::Reordered { seal: 2 }, Finding::Reordered { seal: 3 }]);
}

#[test]
fn a_past_sealed_anew_differs_from_the_checkpoints() {
    let mut past = past();
    past.commits[4].1 = digest("forged");
    past.seals = sealed(&past.commits);
    check(&past, &[Finding::Reordered { seal: 2 }, Finding::Reordered { seal: 3 }]);
}

#[test]
fn a_cut_tail_is_missed_by_the_checkpoint() {
    let mut past = past();
    past.seals.pop();
    past.commits.truncate(6);
    check(&past, &[Finding::CutTail { last: 2 }]);
}

#[test]
fn a_damaged_member_list_is_a_changed_seal() {
    let mut past = past();
    past.seals[1].members.pop();
    past.commits.drain(3..6);
    check(&past, &[Finding::Changed { seal: 2, moment: None }]);
}

#[test]
fn exactly_the_erasure_that_was_recorded_is_accepted() {
    let mut past = past();
    let (before, after) = (past.commits[4].1, digest("erased"));
    past.commits[4].1 = after;
    past.erased.push((Moment(5000), before, after));
    check(&past, &[]);
    past.commits[4].1 = digest("erased and more");
    check(&past, &[Finding::Changed { seal: 2, moment: Some(Moment(5000)) }]);
    // An erasure that names a false past does not fit the seal.
    past.commits[4].1 = after;
    past.erased[0].1 = digest("never stood there");
    check(&past, &[Finding::Changed { seal: 2, moment: Some(Moment(5000)) }]);
}

#[test]
fn a_late_commit_with_an_early_moment_is_sealed_by_the_next_seal() {
    let commits = [commit(1), commit(3), commit(2), commit(4)];
    let first = Seal::new(1, FIRST, &commits[..2]);
    let second = Seal::new(2, first.hash, &commits[2..]);
    let evidence = Evidence { commits: &commits, settled: Moment(4000), ..Evidence::default() };
    assert_eq!(verify(&[first, second], &evidence), []);
}

#[test]
fn a_member_takes_about_eleven_bytes() {
    // A commit about every 80 µs, as under load: moments step by 80 << 12.
    let commits: Vec<Sealed> = (1..1000).map(|k| (Moment((1 << 59) + k * (80 << 12)), digest("row"))).collect();
    let seal = Seal::new(1, FIRST, &commits);
    assert!(seal.members.len() <= commits.len() * 11 + 8, "{}", seal.members.len());
    assert_eq!(seal.members().unwrap().len(), commits.len());
}

#[test]
fn the_digest_of_a_row_covers_every_column() {
    let plain = Commit {
        moment: Moment(1),
        actor: id(1),
        on_behalf: None,
        cause: Cause::Person,
        cause_id: None,
        depth: 0,
        lane: 0,
        catalog: 1,
        object: None,
        record: None,
        prev: None,
        body: Body::default(),
    };
    let with = |change: fn(&mut Commit)| {
        let mut commit = plain.clone();
        change(&mut commit);
        row_digest(&commit, b"body")
    };
    let digests = [
        row_digest(&plain, b"body"),
        row_digest(&plain, b"other"),
        with(|c| c.moment = Moment(2)),
        with(|c| c.actor = id(2)),
        with(|c| c.on_behalf = Some(id(1))),
        with(|c| c.cause = Cause::Rule),
        with(|c| c.cause_id = Some(Vec::new())),
        with(|c| c.cause_id = Some(vec![0])),
        with(|c| c.depth = 1),
        with(|c| c.lane = 1),
        with(|c| c.catalog = 2),
        with(|c| c.object = Some(0)),
        with(|c| c.record = Some(id(0))),
        with(|c| c.prev = Some(Moment(0))),
    ];
    let different: std::collections::HashSet<Digest> = digests.into_iter().collect();
    assert_eq!(different.len(), digests.len());
}
