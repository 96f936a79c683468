//! Names for programs.

use std::path::Path;

/// A name that Rust, Cargo and C take: small letters, digits and underscores, with a letter first.
pub(super) fn identifier(name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = name.chars().take(100).map(fits).collect();
    let name = name.trim_matches('_');
    match name {
        // No crate, and nothing in C, may be called so.
        "" | "test" | "core" | "std" | "alloc" | "elman" => format!("model_{name}"),
        name if is_reserved(name) || !name.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            format!("model_{name}")
        }
        name => name.into(),
    }
    .trim_end_matches('_')
    .into()
}

/// The words of Rust; names in C are only ever parts of longer ones.
fn is_reserved(name: &str) -> bool {
    const WORDS: &str = " abstract as async await become box break const continue crate do dyn else \
        enum extern false final fn for gen if impl in let loop macro match mod move mut override \
        priv pub ref return self static struct super trait true try type typeof unsafe unsized use \
        virtual where while yield ";
    WORDS.contains(&format!(" {name} "))
}

/// The name of a file or folder, without the extension.
pub(super) fn of_path(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
    path.file_stem().unwrap_or_default().to_string_lossy().into()
}

/// Identifiers for names, all different.
pub(super) fn identifiers<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        let name = identifier(name);
        let numbered = (2..).map(|i| format!("{name}_{i}"));
        let free = std::iter::once(name.clone()).chain(numbered).find(|n| !found.contains(n));
        found.push(free.unwrap_or(name));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        let cases = [
            ("Model 1", "model_1"),
            ("lstm/h", "lstm_h"),
            ("1d", "model_1d"),
            ("fn", "model_fn"),
            ("é", "model"),
            ("test", "model_test"),
        ];
        for (name, expected) in cases {
            assert_eq!(identifier(name), expected);
        }
        assert_eq!(identifiers(["a/b", "a b", "A-b"].into_iter()), ["a_b", "a_b_2", "a_b_3"]);
        assert_eq!(of_path(Path::new("some/where/net.h")), "net");
    }
}
