//! `elman stream`: lines in, lines out.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Stdio};

use elman_files::{npy, npz};

use crate::support::{Folder, assert_close, check, command, fixture, run};

/// The command, reading from here and writing to here.
fn start(arguments: &[&str]) -> Child {
    let piped = || Stdio::piped();
    command(arguments).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap()
}

/// Runs `elman stream` on these lines, which must end with that status: standard output and error.
fn stream(arguments: &[&str], input: &str, status: i32) -> (String, String) {
    let arguments = [&["stream"], arguments].concat();
    let mut child = start(&arguments);
    // A command that fails may not read all.
    let _unread = child.stdin.take().unwrap().write_all(input.as_bytes());
    check(child.wait_with_output().unwrap(), &arguments, status)
}

fn folder() -> Folder {
    let folder = Folder::new();
    let text = crate::support::DESCRIPTION;
    folder.write("m.toml", text);
    folder
}

const STEPS: &str = "0.1,0.2\n0.3,0.4\n-1,1e-1\n0,0\n";

#[test]
fn a_model_of_keras_gives_its_numbers() {
    let name = "models/own_lstm";
    let [model, x, y] = ["keras", "x.npy", "y.npy"].map(|end| fixture(&format!("{name}.{end}")));
    let (x, y) = (npy::read(x.as_ref()).unwrap(), npy::read(y.as_ref()).unwrap());
    let (shape, x, y) = (x.shape.clone(), x.to_f32(), y.to_f64());
    let [batch, time, size] = shape[..] else { panic!("{shape:?}") };
    let mut lines = String::new();
    for row in x.chunks(time * size) {
        for step in row.chunks(size) {
            lines += &step.iter().map(f32::to_string).collect::<Vec<_>>().join(",");
            lines += "\n";
        }
        lines += "\n";
    }
    let (out, err) = stream(&[&model], &lines, 0);
    assert_eq!(err, "");
    let rows: Vec<Vec<f64>> = out
        .lines()
        .map(|line| line.split(',').map(|number| number.parse().unwrap()).collect())
        .collect();
    assert_eq!(rows.len(), batch * time);
    let last = rows.chunks(time).flat_map(|row| row[time - 1].clone()).collect::<Vec<_>>();
    // Of outputs of all steps, the last.
    let size = last.len() / batch;
    let of_row = y.len() / batch;
    let expected: Vec<f64> =
        y.chunks(of_row).flat_map(|row| row[of_row - size..].to_vec()).collect();
    assert_close(name, &last, &expected);
}

#[test]
fn forms_mix_and_are_answered_in_kind() {
    let folder = folder();
    let model = folder.at("m.toml");
    let (csv, err) = stream(&[&model], STEPS, 0);
    assert!(err.contains("never trained"), "{err}");
    let csv: Vec<&str> = csv.lines().collect();
    assert_eq!(csv.len(), 4);
    let mixed = "a,b\n[0.1, 0.2]\n{\"x\": [0.3, 0.4]}\n[[-1], [1e-1]]\r\n0,0\n\n0.1,0.2\n\
                 {\"reset\": true}\n{\"x\": [[0.1, 0.2]]}";
    let (out, _) = stream(&[&model, "--quiet"], mixed, 0);
    let expected = [
        format!("[{}]", csv[0]),
        format!("{{\"y\": [{}]}}", csv[1]),
        format!("[{}]", csv[2]),
        csv[3].to_owned(),
        csv[0].to_owned(),
        format!("{{\"y\": [{}]}}", csv[0]),
    ];
    assert_eq!(out.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn every_line_is_answered_before_the_next() {
    let folder = folder();
    let mut child = start(&["stream", &folder.at("m.toml")]);
    let mut input = child.stdin.take().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    for line in STEPS.lines() {
        writeln!(input, "{line}").unwrap();
        let mut answer = String::new();
        output.read_line(&mut answer).unwrap();
        assert!(answer.ends_with('\n') && answer.trim().parse::<f32>().is_ok(), "{answer}");
    }
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
    assert!(child.wait().unwrap().success());
}

#[test]
fn states_go_on_from_a_file() {
    let folder = folder();
    let (model, states) = (folder.at("m.toml"), folder.at("states.npz"));
    let (whole, _) = stream(&[&model], STEPS, 0);
    let (first, rest) = STEPS.split_at(16);
    let options = [&*model, "--states", &*states];
    let (mut out, err) = stream(&options, first, 0);
    assert!(err.contains("wrote the states"), "{err}");
    let names: Vec<String> =
        npz::read(states.as_ref()).unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["gru/h"]);
    let (more, err) = stream(&options, rest, 0);
    assert!(err.contains("goes on from"), "{err}");
    out += &more;
    assert_eq!(out, whole);
    // A failure leaves the file as it was.
    let before = std::fs::read(&states).unwrap();
    stream(&options, "1,2\n1\n", 1);
    assert_eq!(std::fs::read(&states).unwrap(), before);
    // States of another model are refused.
    let other = fixture("models/own_lstm.keras");
    let (out, err) = stream(&[&other, "--states", &states], "", 1);
    assert_eq!(out, "");
    assert!(err.contains("states.npz") && err.contains("states"), "{err}");
    let (_, err) = stream(&[&model, "--states", "states.csv"], "", 2);
    assert!(err.contains(".npz"), "{err}");
}

#[test]
fn errors_name_the_line() {
    let folder = folder();
    let model = folder.at("m.toml");
    for (input, words) in [
        ("1,2\n1,2,3\n", "line 2: a step has 2 numbers, not 3"),
        ("1,2\n\n1,x\n", "line 3: `x` is not a number"),
        ("1,2\na,b\n", "line 2: holds no number"),
        ("[1, 2\n", "line 1: EOF"),
        ("{\"y\": 1}\n", "line 1: the key `y` is unknown"),
    ] {
        let (_, err) = stream(&[&model, "--quiet"], input, 1);
        assert!(err.contains(&format!("error: {words}")), "{input:?}: {err}");
    }
    let mut child = start(&["stream", &model]);
    child.stdin.take().unwrap().write_all(b"1,2\n\xff\xfe\n").unwrap();
    let (out, err) = check(child.wait_with_output().unwrap(), &["stream"], 1);
    assert_eq!(out.lines().count(), 1);
    assert!(err.contains("line 2: is not UTF-8"), "{err}");
}

#[test]
fn weights_of_fewer_bits_and_threads() {
    let model = fixture("models/own_lstm.keras");
    let input = "0.1,0.2,0.3,-0.4\n".repeat(5);
    let numbers = |arguments: &[&str]| -> Vec<f32> {
        let (out, _) = stream(&[&[model.as_str()], arguments].concat(), &input, 0);
        out.split([',', '\n']).filter_map(|number| number.parse().ok()).collect()
    };
    let full = numbers(&[]);
    assert!(!full.is_empty());
    assert_eq!(numbers(&["--threads", "2", "--weights", "float32"]), full);
    for format in ["bfloat16", "int8"] {
        let rounded = numbers(&["--weights", format]);
        assert!(rounded != full, "{format}");
        assert!(rounded.iter().zip(&full).all(|(a, b)| (a - b).abs() < 0.05), "{format}");
    }
    let (_, err) = stream(&[&model, "--threads", "0"], "", 2);
    assert!(err.contains("1 or more"), "{err}");
}

#[test]
fn models_that_look_ahead_are_refused() {
    let model = fixture("models/own_bidirectional_none.keras");
    let (_, err) = run(&["stream", &model], 1);
    assert!(err.contains("(Bidirectional) can't work step by step"), "{err}");
}

#[test]
fn several_inputs_and_outputs_share_a_line() {
    let folder = Folder::new();
    let path = folder.path("two.keras");
    {
        use elman::prelude::*;
        let (a, b) =
            (Input::new([None, Some(2)]).symbolic(), Input::new([None, Some(1)]).symbolic());
        let joined = Concatenate::new().apply([&a, &b]).unwrap();
        let outputs = Gru::new(2).return_state(true).apply_all(&joined).unwrap();
        let sum = Add::new().apply([&a, &b]).unwrap();
        let model = Functional::new([&a, &b], [&outputs[0], &sum]).seed(1).build().unwrap();
        model.save(&path).unwrap();
    }
    let (out, _) = stream(&[&folder.at("two.keras")], "1,2,3\n\n[[1, 2], [3]]\n", 0);
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].ends_with(",4,5"), "{out}");
    assert!(lines[1].starts_with("[[") && lines[1].ends_with("], [4, 5]]"), "{out}");
    let (_, err) = stream(&[&folder.at("two.keras")], "[[1, 2], 3, 4]\n", 1);
    assert!(err.contains("a step has 3 numbers, not 4"), "{err}");
}
