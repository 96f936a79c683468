//! The rules of the workspace, read in its manifests: which crate may know which, what every crate
//! takes over from the workspace, and which Rust the dependencies need.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Each crate with those of ours that it may depend on. `ARCHITECTURE.md` says why; a new crate is
/// entered in both.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("elman-kernels", &[]),
    ("elman-kernels-f64", &[]),
    ("elman-files", &[]),
    ("elman", &["elman-files", "elman-kernels"]),
    ("elman-f64", &["elman-files", "elman-kernels-f64"]),
    ("elman-cli", &["elman", "elman-files"]),
    ("elman-examples", &["elman", "elman-files"]),
    ("elman-python", &["elman"]),
];

/// The crates whose work needs `unsafe`.
const MAY_BE_UNSAFE: &[&str] = &["elman-kernels", "elman-kernels-f64"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// What `cargo metadata` says, or why it says nothing.
fn metadata(arguments: &[&str]) -> Result<Value, String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(arguments)
        .current_dir(root())
        .output()
        .map_err(|error| error.to_string())?;
    match output.status.success() {
        true => serde_json::from_slice(&output.stdout).map_err(|error| error.to_string()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn packages(metadata: &Value) -> &[Value] {
    metadata["packages"].as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn no_arrow_points_up() {
    let metadata = metadata(&["--no-deps"]).unwrap();
    let ours: Vec<&str> =
        packages(&metadata).iter().map(|package| text(&package["name"])).collect();
    let mut problems = Vec::new();
    for (name, package) in ours.iter().zip(packages(&metadata)) {
        let Some((_, may_know)) = MAY_KNOW.iter().find(|(crate_, _)| crate_ == name) else {
            problems.push(format!("{name}: nothing says which crates it may depend on"));
            continue;
        };
        // Of any kind: what tests need, a crate needs too.
        for dependency in package["dependencies"].as_array().unwrap() {
            let other = text(&dependency["name"]);
            if ours.contains(&other) && !may_know.contains(&other) {
                problems.push(format!("{name} depends on {other}"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(ours.len(), MAY_KNOW.len(), "crates of the workspace: {ours:?}");
}

/// The list in `ARCHITECTURE.md`, down which its arrows point, agrees with the one here.
#[test]
fn the_architecture_says_the_same() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = text.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2);
    let listed: Vec<&str> = table
        .take_while(|line| line.starts_with("| `"))
        .filter_map(|line| line.split('`').nth(1))
        .collect();
    assert!(listed.len() >= 4, "found only {listed:?}");
    for (place, name) in listed.iter().enumerate() {
        let (_, may_know) = MAY_KNOW.iter().find(|(other, _)| other == name).expect(name);
        for other in *may_know {
            assert!(listed[place + 1..].contains(other), "{name} is not above {other}");
        }
    }
}

#[test]
fn crates_forbid_unsafe_code() {
    let metadata = metadata(&["--no-deps"]).unwrap();
    let (mut problems, mut checked) = (Vec::new(), 0);
    for package in packages(&metadata) {
        if MAY_BE_UNSAFE.contains(&text(&package["name"])) {
            continue;
        }
        for target in package["targets"].as_array().unwrap() {
            if target["kind"] == serde_json::json!(["test"]) {
                continue;
            }
            let path = text(&target["src_path"]);
            let source = fs::read_to_string(path).unwrap();
            checked += 1;
            if !source.lines().any(|line| line == "#![forbid(unsafe_code)]") {
                problems.push(format!("{path}: `#![forbid(unsafe_code)]` is missing"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    // The libraries elman, elman-f64 and elman-files, the command, and the examples.
    assert!(checked >= 5, "only {checked} targets");
}

#[test]
fn crates_inherit_from_the_workspace() {
    let metadata = metadata(&["--no-deps"]).unwrap();
    let mut problems = Vec::new();
    for package in packages(&metadata) {
        let path = text(&package["manifest_path"]);
        let source = fs::read_to_string(path).unwrap();
        let manifest = DeTable::parse(&source).unwrap().into_inner();
        let own = manifest["package"].get_ref();
        for key in ["version", "edition", "rust-version", "license"] {
            if !is_true(own.get(key).and_then(|value| value.get_ref().get("workspace"))) {
                problems.push(format!("{path}: `{key}.workspace = true` is missing"));
            }
        }
        // The lints stand in a table of their own: `[lints] workspace = true`, and no others.
        let lints = manifest.get("lints").and_then(|lints| lints.get_ref().as_table());
        if lints.is_none_or(|lints| lints.len() > 1 || !is_true(lints.get("workspace"))) {
            problems.push(format!("{path}: must have the lints of the workspace and no others"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn is_true(value: Option<&Spanned<DeValue>>) -> bool {
    value.and_then(|value| value.get_ref().as_bool()) == Some(true)
}

/// No dependency asks for a newer Rust than ours; Cargo would only say so to who has an older one.
#[test]
fn dependencies_need_no_newer_rust() {
    // Without the network, only those of this platform may be at hand.
    let metadata = metadata(&[]).or_else(|_| metadata(&["--filter-platform", &host()])).unwrap();
    let version = |text: &str| -> Vec<u64> {
        let part = |part: &str| part.parse().unwrap_or_else(|_| panic!("version {text}"));
        text.split('.').chain(["0", "0"]).take(3).map(part).collect()
    };
    let (ours, theirs): (Vec<_>, Vec<_>) =
        packages(&metadata).iter().partition(|package| package["source"].is_null());
    let our_version = text(&ours[0]["rust_version"]);
    let newer: Vec<String> = theirs
        .iter()
        .filter_map(|package| Some((package, package["rust_version"].as_str()?)))
        .filter(|(_, needed)| version(needed) > version(our_version))
        .map(|(package, needed)| {
            format!("{} {} needs Rust {needed}", package["name"], package["version"])
        })
        .collect();
    assert!(newer.is_empty(), "ours is {our_version}: {}", newer.join(", "));
    let declared = theirs.iter().filter(|package| package["rust_version"].is_string()).count();
    assert!(declared >= 30, "only {declared} of {} dependencies declare theirs", theirs.len());
}

/// The platform that this test was built on.
fn host() -> String {
    let output = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host").to_owned()
}
