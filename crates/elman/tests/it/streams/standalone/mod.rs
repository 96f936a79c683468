//! Models as programs of their own: compiled, run, and held to the bits of their streams.

mod models;
mod programs;

use std::path::Path;

use elman::prelude::*;
use elman::{Error, Model};

use super::random::{graph, with_noise};
use crate::properties::draw::Dice;
use crate::support::noise;

/// What a program must give.
struct Case {
    name: String,
    model: Model,
    /// For each input its steps, one after the other.
    inputs: Vec<Vec<f32>>,
    /// For each step all outputs.
    expected: Vec<Vec<f32>>,
}

const STEPS: usize = 6;

impl Case {
    /// The model's stream over noise, some steps of which are zeros, which masks look for.
    fn new(name: &str, model: Model, dice: &mut Dice) -> Case {
        let mut stream = model.stream().unwrap();
        let inputs = stream.input_sizes().into_iter().enumerate().map(|(i, size)| {
            let mut x = noise(&[STEPS, size], &format!("{name} {i}")).data().to_vec();
            for step in x.chunks_mut(size).filter(|_| dice.below(4) == 0) {
                step.fill(0.0);
            }
            // Of text, all numbers are small indices.
            if name.contains("text") {
                x.iter_mut().for_each(|v| *v = (v.abs() * 2.0).floor().min(4.0));
            }
            x
        });
        let inputs: Vec<Vec<f32>> = inputs.collect();
        let sizes = stream.input_sizes();
        let expected = (0..STEPS).map(|t| {
            let steps = inputs.iter().zip(&sizes).map(|(x, size)| &x[t * size..(t + 1) * size]);
            stream.step_all(&steps.collect::<Vec<_>>()).unwrap();
            let outputs = 0..stream.output_sizes().len();
            outputs.flat_map(|i| stream.output(i).to_vec()).collect()
        });
        let expected = expected.collect();
        Case { name: name.into(), model, inputs, expected }
    }
}

/// Whether streams on this machine round fused multiplications once, as programs do everywhere.
fn is_fused() -> bool {
    #[cfg(target_arch = "x86_64")]
    let fused = std::arch::is_x86_feature_detected!("fma")
        && std::env::var("ELMAN_ISA").as_deref() != Ok("portable");
    #[cfg(not(target_arch = "x86_64"))]
    let fused = cfg!(target_arch = "aarch64");
    fused
}

/// Holds what a program printed, a line of bits for each step of each model and once more for the
/// first after a reset, against the streams.
fn compare(cases: &[Case], printed: &str, language: &str) {
    let mut lines = printed.lines();
    for case in cases {
        for (t, expected) in case.expected.iter().chain(&case.expected[..1]).enumerate() {
            let line = lines.next().unwrap_or_default();
            let bits = line.split_whitespace().map(|word| u32::from_str_radix(word, 16).unwrap());
            let got: Vec<f32> = bits.map(f32::from_bits).collect();
            let same = got.len() == expected.len()
                && got.iter().zip(expected).all(|(a, b)| match is_fused() {
                    true => a.to_bits() == b.to_bits(),
                    false => (a - b).abs() <= 1e-5 * b.abs().max(1.0),
                });
            let name = &case.name;
            assert!(
                same,
                "{name} in {language}, step {t}: {got:?}, not {expected:?}\n{}",
                case.model.summary()
            );
        }
    }
    assert_eq!(lines.next(), None);
}

fn hold(cases: &[Case]) {
    let folder = tempfile::tempdir().unwrap();
    compare(cases, &programs::in_rust(cases, folder.path()), "Rust");
    compare(cases, &programs::in_c(cases, folder.path()), "C");
}

/// All functions that programs have, in a few models.
#[test]
fn programs_give_the_bits_of_streams() {
    let mut dice = Dice::new("programs");
    let cases: Vec<Case> = models::all()
        .into_iter()
        .map(|(name, model)| Case::new(name, with_noise(model, name), &mut dice))
        .collect();
    hold(&cases);
}

/// `ELMAN_STANDALONE=200 cargo test -p elman --test it standalone` tries so many more.
#[test]
fn random_programs_give_the_bits_of_streams() {
    let asked = std::env::var("ELMAN_STANDALONE").ok();
    let count = asked.map_or(2, |n| n.parse().expect("ELMAN_STANDALONE is a number"));
    let mut dice = Dice::new("random programs");
    let mut cases = Vec::new();
    while cases.len() < count {
        let number = cases.len();
        let model = match dice.flip() {
            true => graph(&mut dice).unwrap(),
            false => models::chain(&mut dice),
        };
        let model = with_noise(model, &format!("program {number}"));
        match model.standalone() {
            Ok(_) => cases.push(Case::new(&format!("random_{number}"), model, &mut dice)),
            Err(Error::Standalone { reason, .. }) => {
                assert!(reason.contains("masked"), "{reason}");
            }
            Err(error) => panic!("{error}"),
        }
    }
    hold(&cases);
}

#[test]
fn what_a_program_cannot_do_is_refused_by_name() {
    let refused = |model: &Model| match model.standalone() {
        Err(Error::Standalone { layer, reason }) => (layer, reason),
        other => panic!("expected a refusal, got {other:?}"),
    };
    let mut model = Sequential::new();
    model.add(Input::new([None, Some(4), Some(1)])).unwrap();
    model.add(ConvLstm1d::new(2, 3).padding(Padding::Same).name("images")).unwrap();
    let (layer, reason) = refused(&model);
    assert!(layer == "images" && reason.contains("ConvLSTMCell"), "{layer}: {reason}");

    let (a, b) = (Input::new([None, Some(2)]).symbolic(), Input::new([None, Some(2)]).symbolic());
    let masked = Masking::new().apply(&a).unwrap();
    let larger = Maximum::new().name("larger").apply([&masked, &b]).unwrap();
    let model = Functional::new([&a, &b], larger).build().unwrap();
    let (layer, reason) = refused(&model);
    assert!(layer == "larger" && reason.contains("masked"), "{layer}: {reason}");

    let mut model = Sequential::new();
    model.add(Gru::new(2).name("broken").input_shape([5, 3])).unwrap();
    let mut weights = model.weights();
    weights[0].data_mut()[1] = f32::NAN;
    model.set_weights(weights).unwrap();
    let (layer, reason) = refused(&model);
    assert!(layer == "broken" && reason.contains("not finite"), "{layer}: {reason}");

    let mut model = Sequential::new();
    model.add(Bidirectional::new(Gru::new(2)).input_shape([5, 3])).unwrap();
    assert!(matches!(model.standalone(), Err(Error::Stream { .. })));
}

#[test]
fn files_lie_where_they_belong() {
    let mut model = Sequential::new();
    model.add(Embedding::new(5, 2).input_shape([3])).unwrap();
    model.add(SimpleRnn::new(2)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let program = model.standalone().unwrap();
    program.write_rust(folder.path().join("My net")).unwrap();
    let lib = std::fs::read_to_string(folder.path().join("My net/src/lib.rs")).unwrap();
    assert!(lib.contains("if !layers::embed(") && lib.contains("return Err(WrongIndex)"));
    let manifest = std::fs::read_to_string(folder.path().join("My net/Cargo.toml")).unwrap();
    assert!(manifest.contains("name = \"my_net\""), "{manifest}");
    program.write_c(folder.path().join("a-b.h")).unwrap();
    let header = std::fs::read_to_string(folder.path().join("a-b.h")).unwrap();
    assert!(header.contains("a_b_step(a_b_model *model, const float *input_0, float *output_0)"));
    assert!(program.write_c(Path::new("/no such folder/x.h")).is_err());
}
