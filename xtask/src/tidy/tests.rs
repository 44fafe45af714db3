//! The house is tidy; and each rule finds what it is for.

use super::*;
use crate::tidy::floors::{Package, Use, check_package};

#[test]
fn the_house_is_tidy() {
    let (report, broken) = report(&Tree::read(&root()).expect("the tree can be read"));
    assert_eq!(broken, 0, "\n{report}");
}

fn complaint(name: &str, used: &str) -> Option<String> {
    let one = Use { name: used.to_owned(), is_dev: false, is_optional: false };
    check_package(&Package { name: name.to_owned(), uses: vec![one] }).pop().map(|complaint| complaint.message)
}

#[test]
fn a_crate_uses_only_floors_below_its_own() {
    for (name, used) in [
        ("kehub-db", "kehub-model"),
        ("kehub-flows", "kehub-records"),
        ("kehub", "kehub-forms"),
        ("xtask", "kehub-model"),
    ] {
        assert_eq!(complaint(name, used), None, "{name} may use {used}");
    }
    for (name, used) in
        [("kehub-model", "kehub-db"), ("kehub-db", "kehub-print"), ("kehub-api", "kehub-forms"), ("xtask", "kehub")]
    {
        assert!(complaint(name, used).is_some(), "{name} may not use {used}");
    }
    assert!(complaint("kehub-forms", "kehub-rules").is_some_and(|words| words.contains("do not see each other")));
    assert!(complaint("kehub-cellar", "serde").is_some_and(|words| words.contains("no floor")));
}

#[test]
fn doors_to_the_world_are_few() {
    assert_eq!(complaint("kehub-db", "rusqlite"), None);
    assert!(complaint("kehub-records", "rusqlite").is_some());
    assert_eq!(complaint("kehub-connect", "reqwest"), None);
    assert!(complaint("kehub-rules", "lettre").is_some());
    assert!(complaint("kehub-model", "tokio").is_some_and(|words| words.contains("pure")));
    assert!(complaint("kehub-records", "kehub-testkit").is_some_and(|words| words.contains("dev-dependencies")));
}

#[test]
fn a_source_is_cut_into_code_texts_and_comments() {
    use super::pieces::{Kind, pieces};
    let source =
        "let a: &'a str = \"x \\\" y\"; // said\nlet b = r#\"select \"c\" \"#; let c = '\"'; /* two\nlines */ done";
    let cut: Vec<(Kind, usize, &str)> =
        pieces(source, true).into_iter().map(|one| (one.kind, one.line, one.text.trim())).collect();
    let expected = vec![
        (Kind::Code, 1, "let a: &'a str ="),
        (Kind::Text, 1, "x \\\" y"),
        (Kind::Code, 1, ";"),
        (Kind::Comment, 1, "// said"),
        (Kind::Code, 1, "let b ="),
        (Kind::Text, 2, "select \"c\""),
        (Kind::Code, 2, "; let c = '\"';"),
        (Kind::Comment, 2, "/* two\nlines */"),
        (Kind::Code, 3, "done"),
    ];
    assert_eq!(cut, expected);
}

#[test]
fn business_words_are_found_in_code_and_texts_and_not_in_comments_or_tests() {
    let source = "//! About a lead.\nstruct NewLeadForm;\nlet a = \"商机\"; let leading = misleading;\n#[cfg(test)]\nmod tests {\nlet lead = 1;\n}\n";
    assert_eq!(words::business_words(source, true), vec![(2, "lead"), (3, "商机")]);
    assert_eq!(words::business_words("const opportunities = 'x'; // 合同", false), vec![(1, "opportunity")]);
}

#[test]
fn sql_is_told_from_a_sentence() {
    let is_sql = |text: &str| !sql::statements(&format!("let a = \"{text}\";")).is_empty();
    for text in [
        "select id from x_a",
        "  insert into t values (1)",
        "update t set a = 1",
        "SELECT count(*)",
        "select\\n a,\\n b from t",
    ] {
        assert!(is_sql(&text.replace("\\n", "\n")), "{text}");
    }
    for text in ["select a file", "Update the settings first", "selection from", "deleted from the list"] {
        assert!(!is_sql(text), "{text}");
    }
}

#[test]
fn half_done_things_and_machine_paths_are_found() {
    let join = |a: &str, b: &str| format!("{a}{b}");
    for line in [
        join("#[ign", "ore]"),
        join("// TO", "DO: later"),
        join("let a = tod", "o!();"),
        join("it.sk", "ip('x')"),
        join("open(\"/wo", "rk/x\")"),
    ] {
        assert_eq!(unwanted::wrong(&line, "rs").len(), 1, "{line}");
    }
    for line in [
        "const TODOS: u8 = 1;",
        "let mastodon = todo_list;",
        concat!("https://example.com/", "work/x"),
        concat!("frame/", "work/x"),
    ] {
        assert!(unwanted::wrong(line, "ts").is_empty(), "{line}");
    }
}

#[test]
fn a_pair_of_words_says_the_same_in_both_languages() {
    let good = "export const words = { a: ['保存', 'Save'], b: ['共 {{n}} 条', '{{n}} records'] };";
    assert!(translations::wrong_pairs(good).is_empty());
    let bad = "export const words = {\n a: ['保存', ''],\n b: ['共 {{n}} 条', '{{count}} records'] };";
    assert_eq!(translations::wrong_pairs(bad).into_iter().map(|(line, _)| line).collect::<Vec<_>>(), vec![2, 3]);
}

#[test]
fn links_are_found_outside_code() {
    let text = "See [a](b.md) and [`c`](d.md#e).\n```\n[x](y)\n```\n`[m](n)`";
    assert_eq!(links::targets(text), vec![(1, "b.md"), (1, "d.md#e")]);
}
