//! `elman predict`

use std::path::Path;

use elman_files::{Array, Data, npy, npz, read_array};

use crate::support::{Folder, assert_close, fails, fixture, run};

#[test]
fn predictions_are_those_of_keras() {
    let folder = Folder::new();
    let y = folder.at("y.npy");
    for name in ["seq_simple", "tfbackend", "seq_noinput", "own_many", "own_text", "tfk_seq"] {
        let [model, x, expected] =
            ["keras", "x.npy", "y.npy"].map(|end| fixture(&format!("models/{name}.{end}")));
        let (out, _) = run(&["predict", &model, "--input", &x, "--output", &y], 0);
        assert_eq!(out, "", "{name}: results go to the file");
        let expected = npy::read(Path::new(&expected)).unwrap();
        assert_eq!(npy::read(Path::new(&y)).unwrap().shape, expected.shape, "{name}");
        assert_close(name, &folder.numbers("y.npy"), &expected.to_f64());
    }
}

#[test]
fn several_outputs_go_to_several_files_or_to_one_npz() {
    let folder = Folder::new();
    let [a, b, c] = ["a.npy", "b.csv", "c.npz"].map(|name| folder.at(name));
    let inside = ["y", "h", "c"].map(|key| format!("{}:{key}", folder.at("all.npz")));
    let model = fixture("models/own_return_state.keras");
    let x = fixture("models/own_return_state.x.npy");
    let predict = ["predict", &model, "--input", &x];
    let outputs = ["--output", &a, "--output", &b, "--output", &c];
    run(&[&predict[..], &outputs].concat(), 0);
    let outputs = ["--output", &inside[0], "--output", &inside[1], "--output", &inside[2]];
    run(&[&predict[..], &outputs].concat(), 0);
    let keys: Vec<String> =
        npz::read(&folder.path("all.npz")).unwrap().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["y", "h", "c"]);
    for (i, (file, key)) in ["a.npy", "b.csv", "c.npz"].iter().zip(inside).enumerate() {
        let expected =
            read_array(Path::new(&fixture(&format!("models/own_return_state.y{i}.npy"))));
        let expected = expected.unwrap().to_f64();
        assert_close(file, &folder.numbers(file), &expected);
        assert_close(&key, &read_array(Path::new(&key)).unwrap().to_f64(), &expected);
    }
    // Without merging, the two directions are two outputs.
    let model = fixture("models/own_bidirectional_none.keras");
    let x = fixture("models/own_bidirectional_none.x.npy");
    run(&["predict", &model, "--input", &x, "--output", &a, "--output", &b], 0);
    let expected = fixture("models/own_bidirectional_none.y1.npy");
    let expected = npy::read(Path::new(&expected)).unwrap().to_f64();
    assert_close("backward", &folder.numbers("b.csv"), &expected);
}

#[test]
fn several_inputs_are_given_in_order() {
    let folder = Folder::new();
    let y = folder.at("y.npy");
    let [model, x0, x1, expected] = ["keras", "x0.npy", "x1.npy", "y0.npy"]
        .map(|end| fixture(&format!("graphs/encoder_decoder.{end}")));
    run(&["predict", &model, "--input", &x0, "--input", &x1, "--output", &y], 0);
    let expected = npy::read(Path::new(&expected)).unwrap().to_f64();
    assert_close("encoder_decoder", &folder.numbers("y.npy"), &expected);
    let words = ["the model takes 2 inputs, --input is given 1 time"];
    fails(&["predict", &model, "--input", &x0, "--output", &y], 2, &words);
}

#[test]
fn the_number_of_outputs_must_fit() {
    let folder = Folder::new();
    let (a, b) = (folder.at("a.npy"), folder.at("b.npy"));
    let [model, x] = ["keras", "x.npy"].map(|end| fixture(&format!("models/own_lstm.{end}")));
    let words = ["the model has 1 output, --output is given 2 times"];
    fails(&["predict", &model, "--input", &x, "--output", &a, "--output", &b], 2, &words);
    let [model, x] =
        ["keras", "x.npy"].map(|end| fixture(&format!("models/own_return_state.{end}")));
    let words = ["the model has 3 outputs, --output is given 1 time"];
    fails(&["predict", &model, "--input", &x, "--output", &a], 2, &words);
    assert!(!folder.path("a.npy").exists());
}

#[test]
fn every_way_to_give_an_array_gives_the_same() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "m.keras", &[]);
    let model = folder.at("m.keras");
    let predict = |input: &str, more: &[&str]| {
        let (input, output) = (folder.at(input), folder.at("p.npy"));
        let given = ["predict", &model, "--input", &input, "--output", &output];
        let (_, err) = run(&[&given[..], more].concat(), 0);
        (folder.numbers("p.npy"), err)
    };
    let (expected, err) = predict("x.npy", &[]);
    assert_eq!(err, format!("note: wrote (20, 1) to {}\n", folder.at("p.npy")));
    assert_eq!(predict("data.npz:x", &[]).0, expected);
    // A table with a header, cut into samples.
    let (from_csv, err) = predict("x.csv", &[]);
    assert_eq!(from_csv, expected);
    assert!(err.contains("the table (20, 8) is taken as (20, 4, 2)"), "{err}");
    // The batch size changes nothing.
    for size in ["1", "7", "20", "1000"] {
        assert_eq!(predict("x.npy", &["--batch-size", size]).0, expected, "{size}");
    }
    assert_eq!(predict("x.npy", &["--quiet"]), (expected, String::new()));
}

#[test]
fn every_numeric_type_is_read() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "m.keras", &[]);
    let integers: Vec<u8> = (0..8).map(|i| i % 2).collect();
    let every = |of: fn(u8) -> f64| integers.iter().map(|i| of(*i)).collect::<Vec<f64>>();
    macro_rules! as_type {
        ($type:ty) => {
            integers.iter().map(|i| *i as $type).collect()
        };
    }
    let arrays = [
        ("f32", Data::F32(as_type!(f32))),
        ("f64", Data::F64(every(f64::from))),
        ("f16", Data::F16(integers.iter().map(|i| u16::from(*i) * 0x3c00).collect())),
        ("bf16", Data::BF16(integers.iter().map(|i| u16::from(*i) * 0x3f80).collect())),
        ("i8", Data::I8(as_type!(i8))),
        ("i16", Data::I16(as_type!(i16))),
        ("i32", Data::I32(as_type!(i32))),
        ("i64", Data::I64(as_type!(i64))),
        ("u8", Data::U8(integers.clone())),
        ("u16", Data::U16(as_type!(u16))),
        ("u32", Data::U32(as_type!(u32))),
        ("u64", Data::U64(as_type!(u64))),
        ("bool", Data::Bool(integers.iter().map(|i| *i == 1).collect())),
    ];
    let (model, x, y) = (folder.at("m.keras"), folder.at("t.npy"), folder.at("p.npy"));
    let mut expected = None;
    for (name, data) in arrays {
        npy::write(&folder.path("t.npy"), &Array { shape: vec![1, 4, 2], data }).unwrap();
        run(&["predict", &model, "--input", &x, "--output", &y], 0);
        let got = folder.numbers("p.npy");
        assert_eq!(expected.get_or_insert_with(|| got.clone()), &got, "{name}");
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let folder = Folder::with_data();
    folder.fit("m.toml", "m.keras", &[]);
    npy::write(&folder.path("empty.npy"), &Array::f32([0, 4, 2], vec![])).unwrap();
    npy::write(&folder.path("flat.npy"), &Array::f32([2, 4], vec![0.0; 8])).unwrap();
    let header = "{'descr': '<U1', 'fortran_order': False, 'shape': (1,)}\n";
    let length = [header.len() as u8, 0];
    let words = [&b"\x93NUMPY\x01\x00"[..], &length, header.as_bytes(), b"a\0\0\0"].concat();
    folder.write("words.npy", words);
    folder.write("ragged.csv", "1,2\n3\n");
    folder.write("wide.csv", "1,2,3\n4,5,6\n");
    folder.write("x.txt", "1,2");
    let cases: &[(&str, &[&str])] = &[
        ("none.npy", &["none.npy", "cannot read"]),
        ("", &["the extension says which format"]),
        ("x.txt", &["x.txt", ".npy, .npz or .csv"]),
        ("data.npz", &["data.npz", "\"x\", \"y\"", "data.npz:key"]),
        ("data.npz:z", &["data.npz", "no array \"z\"", "\"x\", \"y\""]),
        ("empty.npy", &["one sample or more", "(0, 4, 2)"]),
        ("flat.npy", &["(2, 4)", "(None, 4, 2)"]),
        ("words.npy", &["words.npy: the array holds <U1"]),
        ("ragged.csv", &["ragged.csv", "line 2"]),
        ("wide.csv", &["wide.csv", "(2, 3)", "4 x 2 numbers"]),
    ];
    for (input, words) in cases {
        let [model, input, output] = ["m.keras", input, "p.npy"].map(|name| folder.at(name));
        fails(&["predict", &model, "--input", &input, "--output", &output], 1, words);
    }
    assert!(!folder.path("p.npy").exists());
}

#[test]
fn what_is_odd_is_said() {
    let folder = Folder::with_data();
    let (model, x, y) = (folder.at("m.toml"), folder.at("x.npy"), folder.at("p.npy"));
    let predict = ["predict", &model, "--input", &x, "--output", &y, "--quiet"];
    let (_, err) = run(&predict, 0);
    assert_eq!(err, format!("warning: {model} describes a model that was never trained\n"));
    npy::write(&folder.path("x.npy"), &Array::f32([1, 4, 2], vec![f32::NAN; 8])).unwrap();
    let (_, err) = run(&predict, 0);
    assert!(err.contains("1 of 1 numbers in") && err.contains("are NaN or infinite"), "{err}");
    assert!(folder.numbers("p.npy")[0].is_nan());
}
