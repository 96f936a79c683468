//! Damaged and hostile ONNX files: an error or a model, never a panic, and never much memory.

use std::path::PathBuf;

use elman::prelude::*;
use elman_files::limits;
use elman_files::onnx::{Attribute, Graph, Model as File, Node};

/// The files that are damaged: small ones of all kinds.
fn files() -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/onnx");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "onnx"));
    paths.sort();
    let mut files: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let mut model = Sequential::new().seed(1);
    model.add(Embedding::new(5, 3).mask_zero(true).input_shape([4])).unwrap();
    model.add(MinGru::new(2)).unwrap();
    files.push(model.to_onnx(elman::OnnxOptions::new()).unwrap().to_bytes().unwrap());
    files
}

/// Random numbers by their number (splitmix64).
fn random(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn mutated(files: &[Vec<u8>], seed: u64) -> Vec<u8> {
    let mut draws = (0..).map(|i| random(seed.wrapping_mul(1000).wrapping_add(i)) as usize);
    let mut draw = |below: usize| draws.next().unwrap() % below.max(1);
    let mut bytes = files[draw(files.len())].clone();
    for _ in 0..1 + draw(3) {
        let at = draw(bytes.len());
        match draw(5) {
            0 => bytes[at] ^= 1 << draw(8),
            1 => bytes[at] = draw(256) as u8,
            2 => bytes.truncate(at + 1),
            3 => {
                let other = &files[draw(files.len())];
                let from = draw(other.len());
                let len = draw(40).min(other.len() - from);
                bytes.splice(at..at, other[from..from + len].to_vec());
            }
            _ => drop(bytes.drain(at..(at + 1 + draw(20)).min(bytes.len()))),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

/// `ELMAN_MUTATIONS` says how many.
#[test]
fn damaged_files_are_errors_or_models() {
    let count = std::env::var("ELMAN_MUTATIONS").ok().and_then(|n| n.parse().ok());
    let files = files();
    let mut read = 0;
    for seed in 0..count.unwrap_or(3000) {
        let bytes = mutated(&files, seed);
        let result = std::panic::catch_unwind(|| Model::from_bytes(&bytes, "bad.onnx").is_ok());
        match result {
            Ok(is_read) => read += usize::from(is_read),
            Err(_) => panic!("mutation {seed} panics"),
        }
        let _ = std::panic::catch_unwind(|| File::from_vec(bytes, "bad.onnx").is_ok())
            .unwrap_or_else(|_| panic!("mutation {seed} panics in the reader"));
    }
    // Most damage is in weights, which then are others.
    assert!(read > 0, "no file was read");
}

fn problem(bytes: Vec<u8>) -> String {
    File::from_vec(bytes, "bad.onnx").unwrap_err().to_string()
}

fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push((value & 0x7f | 0x80) as u8);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A field that holds bytes.
fn field(number_of: u64, inner: &[u8]) -> Vec<u8> {
    [number(number_of << 3 | 2), number(inner.len() as u64), inner.to_vec()].concat()
}

/// A model around the bytes of a graph.
fn around(graph: &[u8]) -> Vec<u8> {
    // ir_version 8, opset 17, the graph.
    [vec![8, 8], field(8, &[16, 17]), field(7, graph)].concat()
}

/// An array of float32 with those dimensions and further fields.
fn array(dims: &[u64], rest: &[u8]) -> Vec<u8> {
    let dims: Vec<u8> = dims.iter().flat_map(|n| [vec![8], number(*n)].concat()).collect();
    around(&field(5, &[dims, vec![16, 1], field(8, b"w"), rest.to_vec()].concat()))
}

#[test]
fn what_a_file_says_of_sizes_is_not_believed() {
    for (dims, expected) in [
        (&[1 << 40, 1 << 40][..], "does not hold the 1 elements"),
        (&[u64::MAX][..], "is none"),
        (&[1 << 20][..], "does not hold the 1 elements"),
    ] {
        let error = problem(array(dims, &field(9, &[0; 4])));
        assert!(error.contains(expected), "{error}");
    }
    let error = problem(array(&[2], &field(9, &[0; 7])));
    assert!(error.contains("7 bytes are not whole elements of 4"), "{error}");
    let error = problem(array(&vec![1; limits::MAX_RANK + 1], &field(9, &[0; 4])));
    assert!(error.contains("dimensions, the limit"), "{error}");
}

#[test]
fn other_files_are_not_opened() {
    let place = [field(1, b"location"), field(2, b"/etc/passwd")].concat();
    let external = [field(13, &place), vec![14 << 3, 1]].concat();
    let error = problem(array(&[1], &external));
    assert!(error.contains("another file, \"/etc/passwd\", which is not opened"), "{error}");
}

#[test]
fn messages_in_great_numbers_are_refused() {
    let many = field(1, &[]).repeat(limits::MAX_OBJECTS + 1);
    assert!(problem(around(&many)).contains("messages and texts"), "many nodes");
    let numbers = vec![1; limits::MAX_ONNX_NUMBERS + 1];
    let error = problem(array(&[1], &field(7, &numbers)));
    assert!(error.contains("numbers stand in it one by one"), "{error}");
    // A graph in an attribute of a node of a graph …
    let mut graph = Vec::new();
    for _ in 0..limits::MAX_DEPTH {
        graph = field(1, &field(5, &field(6, &graph)));
    }
    assert!(problem(around(&graph)).contains("deep in each other"), "deep graphs");
}

fn node(inputs: &[&str], outputs: &[&str]) -> Node {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Node { op: "Add".into(), inputs: names(inputs), outputs: names(outputs), ..Node::default() }
}

fn file(graph: Graph) -> Vec<u8> {
    File { ir_version: 8, opset: 17, graph, ..File::default() }.to_bytes().unwrap()
}

#[test]
fn cycles_and_names_that_stand_twice_are_refused() {
    let graph = |nodes: Vec<Node>| Graph { nodes, ..Graph::default() };
    let cycle = graph(vec![node(&["b"], &["a"]), node(&["a"], &["b"])]);
    assert!(problem(file(cycle)).contains("reads \"b\", which nothing before it makes"));
    let own = graph(vec![node(&["a"], &["a"])]);
    assert!(problem(file(own)).contains("reads \"a\""));
    let twice = graph(vec![node(&[], &["a"]), node(&[], &["a"])]);
    assert!(problem(file(twice)).contains("makes \"a\", which is there already"));
    let weight = || ("w".to_owned(), elman_files::Array::f32([1], vec![0.0]));
    let arrays = Graph { initializers: vec![weight(), weight()], ..Graph::default() };
    assert!(problem(file(arrays)).contains("two arrays have the name \"w\""));
    let mut inner = node(&[], &["b"]);
    let body = graph(vec![node(&["missing"], &["c"])]);
    inner.attributes.push(("body".into(), Attribute::Graph(body)));
    assert!(problem(file(graph(vec![inner]))).contains("reads \"missing\""));
}

#[test]
fn what_would_change_the_meaning_is_refused() {
    let functions = [around(&[]), field(25, &[])].concat();
    assert!(problem(functions).contains("operators of its own"));
    assert!(problem(around(&field(15, &[]))).contains("sparse arrays"));
    assert!(problem(field(7, &[])).contains("which version of the operators"));
    assert!(problem(vec![8, 8]).contains("no graph"));
    assert!(problem(b"PK".to_vec()).contains("ONNX"));
}
