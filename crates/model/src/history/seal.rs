//! Seals: what the notary writes about commits after the fact, so that nobody can change the past unseen. Writers hash
//! nothing; a seal covers some commits, and each seal holds the hash of the one before.

use std::collections::{BTreeSet, HashMap};

use sha2::{Digest as _, Sha256};

use super::entry::Commit;
use super::wire::{Corrupt, Reader, put, unzigzag, zigzag};
use crate::moment::Moment;

pub type Digest = [u8; 32];

/// How much of each row's digest a seal repeats: enough to say *which* row was changed. That one was is proved by the hash.
const SHORT: usize = 8;

/// A row of `history_seal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    pub n: i64,
    /// The sealed commits by moment: steps as varints, each followed by eight bytes of the row's digest.
    pub members: Vec<u8>,
    pub prev: Digest,
    /// `sha256(prev ‖ n ‖ digests)`.
    pub hash: Digest,
}

/// A commit as the notary sees it: the moment, and the digest of its row.
pub type Sealed = (Moment, Digest);

/// What the first seal holds as the hash before it.
pub const FIRST: Digest = [0; 32];

/// The digest of a commit's row: every column, and the body as the bytes that stand in the database.
pub fn row_digest(commit: &Commit, body: &[u8]) -> Digest {
    // Every part says how long it is, so that no two rows read the same.
    let mut row = Vec::with_capacity(128);
    row.extend_from_slice(&commit.moment.0.to_be_bytes());
    row.extend_from_slice(commit.actor.as_bytes());
    put_part(commit.on_behalf.map(|id| id.into_bytes()).as_ref().map(<[u8; 16]>::as_slice), &mut row);
    row.extend_from_slice(&commit.cause.number().to_be_bytes());
    put_part(commit.cause_id.as_deref(), &mut row);
    row.extend_from_slice(&commit.depth.to_be_bytes());
    row.extend_from_slice(&commit.lane.to_be_bytes());
    row.extend_from_slice(&commit.catalog.to_be_bytes());
    put_part(commit.object.map(i32::to_be_bytes).as_ref().map(<[u8; 4]>::as_slice), &mut row);
    put_part(commit.record.map(|id| id.into_bytes()).as_ref().map(<[u8; 16]>::as_slice), &mut row);
    put_part(commit.prev.map(|prev| prev.0.to_be_bytes()).as_ref().map(<[u8; 8]>::as_slice), &mut row);
    let mut hash = Sha256::new();
    hash.update(&row);
    hash.update(body);
    hash.finalize().into()
}

fn put_part(part: Option<&[u8]>, out: &mut Vec<u8>) {
    put(part.map_or(0, |part| part.len() as u64 + 1), out);
    out.extend_from_slice(part.unwrap_or_default());
}

impl Seal {
    /// Seals commits the notary has not seen before; they are taken in the order of their moments.
    pub fn new(n: i64, prev: Digest, commits: &[Sealed]) -> Seal {
        let mut commits = commits.to_vec();
        commits.sort_by_key(|(moment, _)| *moment);
        let mut members = Vec::with_capacity(commits.len() * 12);
        let mut last = 0i64;
        for (moment, digest) in &commits {
            put(zigzag(moment.0.wrapping_sub(last)), &mut members);
            members.extend_from_slice(&digest[..SHORT]);
            last = moment.0;
        }
        let hash = chain(&prev, n, commits.iter().map(|(_, digest)| digest));
        Seal { n, members, prev, hash }
    }

    /// The sealed commits: moment and the beginning of the digest.
    pub fn members(&self) -> Result<Vec<(Moment, [u8; SHORT])>, Corrupt> {
        let mut reader = Reader::new(&self.members);
        let mut members = Vec::with_capacity(self.members.len() / (SHORT + 1));
        let mut last = 0i64;
        while reader.left() > 0 {
            last = last.wrapping_add(unzigzag(reader.number()?));
            members.push((Moment(last), reader.array()?));
        }
        Ok(members)
    }
}

fn chain<'a>(prev: &Digest, n: i64, digests: impl Iterator<Item = &'a Digest>) -> Digest {
    let mut hash = Sha256::new();
    hash.update(prev);
    hash.update(n.to_be_bytes());
    digests.for_each(|digest| hash.update(digest));
    hash.finalize().into()
}

/// What is wrong with the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// A sealed commit is not what it was; without a moment, the seal itself is not.
    Changed { seal: i64, moment: Option<Moment> },
    /// A sealed commit is not there; without a moment, the seal itself is not.
    Removed { seal: i64, moment: Option<Moment> },
    /// A commit that should have been sealed stands in no seal.
    Inserted { moment: Moment },
    /// A seal does not follow from the one before, or is not the one a checkpoint saw.
    Reordered { seal: i64 },
    /// A checkpoint saw seals that are no longer there.
    CutTail { last: i64 },
}

/// Everything `verify` looks at besides the seals.
#[derive(Clone, Debug, Default)]
pub struct Evidence<'a> {
    /// All commits. The digest of one whose body retention dropped is the one kept in the body's place.
    pub commits: &'a [Sealed],
    /// Every commit before this moment must be sealed: on SQLite the last sealed one, on PostgreSQL that much earlier as a
    /// transaction may last.
    pub settled: Moment,
    /// Legal erasures: the commit, the digest of its row before, and after. Exactly that one change is accepted.
    pub erased: &'a [(Moment, Digest, Digest)],
    /// What was written down outside of the database: number and hash of a seal.
    pub checkpoints: &'a [(i64, Digest)],
}

/// Compares the log with its seals, which come by number. Nothing found means: what stands there is what stood there.
pub fn verify(seals: &[Seal], evidence: &Evidence<'_>) -> Vec<Finding> {
    let commits: HashMap<Moment, Digest> = evidence.commits.iter().copied().collect();
    let erased: HashMap<Moment, (Digest, Digest)> =
        evidence.erased.iter().map(|(moment, before, after)| (*moment, (*before, *after))).collect();
    // Of an erased commit the seal knows the row as it was; the row as it is must be the one the erasure left.
    let as_sealed = |moment: Moment| {
        let now = commits.get(&moment)?;
        Some(match erased.get(&moment) {
            Some((before, after)) if after == now => *before,
            _ => *now,
        })
    };
    let mut findings = BTreeSet::new();
    let mut known: BTreeSet<Moment> = BTreeSet::new();
    let mut last: Option<&Seal> = None;
    for seal in seals {
        let n = seal.n;
        let expected = last.map_or(1, |last| last.n + 1);
        findings.extend((expected..n).map(|seal| Finding::Removed { seal, moment: None }));
        // Behind a gap the hash before cannot be compared; the gap is named already.
        let before = last.map_or(FIRST, |last| last.hash);
        if n < expected || (n == expected && seal.prev != before) {
            findings.insert(Finding::Reordered { seal: n });
        }
        last = Some(seal);
        let Ok(members) = seal.members() else {
            findings.insert(Finding::Changed { seal: n, moment: None });
            continue;
        };
        let mut digests = Vec::with_capacity(members.len());
        for (moment, short) in &members {
            known.insert(*moment);
            match as_sealed(*moment) {
                None => drop(findings.insert(Finding::Removed { seal: n, moment: Some(*moment) })),
                Some(digest) if digest[..SHORT] != short[..] => {
                    findings.insert(Finding::Changed { seal: n, moment: Some(*moment) });
                }
                Some(digest) => digests.push(digest),
            }
        }
        // With a row missing or changed the hash cannot be right; with all rows right it must be.
        if digests.len() == members.len() && chain(&seal.prev, n, digests.iter()) != seal.hash {
            findings.insert(Finding::Changed { seal: n, moment: None });
        }
    }
    let unsealed = evidence.commits.iter().map(|(moment, _)| *moment);
    let unsealed = unsealed.filter(|moment| *moment < evidence.settled && !known.contains(moment));
    findings.extend(unsealed.map(|moment| Finding::Inserted { moment }));
    let end = last.map_or(0, |last| last.n);
    for (n, hash) in evidence.checkpoints {
        let seal = seals.iter().find(|seal| seal.n == *n);
        match seal {
            Some(seal) if seal.hash != *hash => drop(findings.insert(Finding::Reordered { seal: *n })),
            None if *n > end => drop(findings.insert(Finding::CutTail { last: end })),
            _ => {}
        }
    }
    findings.into_iter().collect()
}

#[cfg(test)]
#[path = "seal_tests.rs"]
mod tests;
