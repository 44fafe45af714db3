//! How many tests passed and failed, read from the runners' own summary lines.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Adds what a line says, if it is a summary.
    pub(crate) fn hear(&mut self, line: &str) {
        if let Some(more) = summary(line) {
            self.add(more);
        }
    }
}

/// The counts of a summary line of cargo test, nextest, Vitest or our own browser runner.
fn summary(line: &str) -> Option<Tally> {
    let line = without_colour(line);
    let said = line.trim();
    let is_nextest = said.starts_with("Summary [") && said.contains(" run: ");
    let is_cargo = said.starts_with("test result: ");
    let is_vitest = said.starts_with("Tests ") && said.ends_with(')');
    if !(is_nextest || is_cargo || is_vitest || is_plain(said)) {
        return None;
    }
    let timed_out = number_before(said, "timed out");
    Some(Tally { passed: number_before(said, "passed"), failed: number_before(said, "failed") + timed_out })
}

/// `12 passed, 0 failed`.
fn is_plain(said: &str) -> bool {
    let words: Vec<&str> = said.split_whitespace().collect();
    matches!(words[..], [passed, "passed,", failed, "failed"] if passed.parse::<u64>().is_ok() && failed.parse::<u64>().is_ok())
}

/// The number that stands before a word; 0 without.
fn number_before(said: &str, word: &str) -> u64 {
    let before = said.split(word).next().filter(|before| before.len() < said.len());
    before.and_then(|before| before.split_whitespace().next_back()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            letters.by_ref().find(|end| end.is_ascii_alphabetic());
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, passed: u64, failed: u64) {
        assert_eq!(summary(line), Some(Tally { passed, failed }), "{line}");
    }

    #[test]
    fn every_runner_is_understood() {
        check("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.02s", 12, 0);
        check("test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out", 2, 1);
        check("     Summary [   1.045s] 57 tests run: 57 passed, 0 skipped", 57, 0);
        check("     Summary [   1.045s] 57 tests run: 54 passed (1 slow), 2 failed, 1 timed out, 0 skipped", 54, 3);
        check(
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m\u{1b}[22m | \u{1b}[32m41 passed\u{1b}[39m (42)",
            41,
            1,
        );
        check("      Tests  41 passed (41)", 41, 0);
        check("7 passed, 0 failed", 7, 0);
    }

    #[test]
    fn other_lines_say_nothing() {
        for line in [
            "running 12 tests",
            "Test Files  3 passed (3)",
            "    Finished `dev` profile",
            "he passed, she failed",
            "3 passed",
        ] {
            assert_eq!(summary(line), None, "{line}");
        }
    }
}
