//! Sessions: states, errors, threads.

use elman::prelude::*;
use elman::streaming::{Stream, StreamStates};
use elman::{Error, Result, WeightFormat};

use crate::support::noise;

fn model() -> Model {
    let mut model = Sequential::new().seed(3);
    model.add(Conv1d::new(5, 3).padding(Padding::Causal).input_shape([8, 2])).unwrap();
    model.add(Lstm::new(6).return_sequences(true)).unwrap();
    model.add(Gru::new(4).reset_after(false)).unwrap();
    model.add(Dense::new(3)).unwrap();
    model.into()
}

fn run(stream: &mut Stream, x: &Tensor) -> Vec<Vec<f32>> {
    x.data().chunks(2).map(|step| stream.step(step).unwrap().to_vec()).collect()
}

#[test]
fn states_carry_on_in_another_session_and_from_a_file() -> Result<()> {
    let (model, x) = (model(), noise(&[8, 2], "x"));
    let mut stream = model.stream()?;
    let whole = run(&mut stream, &x);
    let folder = tempfile::tempdir().unwrap();
    for cut in 0..8 {
        let (before, after) = (x.rows(0, cut), x.rows(cut, 8));
        stream.reset();
        run(&mut stream, &before);
        let file = folder.path().join("states.npz");
        stream.states().save(&file)?;
        let mut other = stream.another();
        other.set_states(&StreamStates::load(&file)?)?;
        assert_eq!(run(&mut other, &after), whole[cut..], "cut at {cut}");
        // A clone goes on from where the session is.
        assert_eq!(run(&mut stream.clone(), &after), whole[cut..], "clone at {cut}");
    }
    let names: Vec<String> = stream.states().iter().map(|(name, _)| name.to_owned()).collect();
    let ends: Vec<&str> = names.iter().filter_map(|name| name.split('/').nth(1)).collect();
    assert_eq!(ends, ["inputs", "oldest", "h", "c", "h"]);
    Ok(())
}

#[test]
fn wrong_states_leave_the_old_ones() -> Result<()> {
    let model = model();
    let mut stream = model.stream()?;
    stream.step(&[1.0, 2.0])?;
    let states = stream.states();
    let mut other = Sequential::new();
    other.add(Lstm::new(5).input_shape([8, 2]))?;
    let wrong = other.stream()?.states();
    assert!(matches!(stream.set_states(&wrong), Err(Error::Mismatch { .. })));
    let mut same_number = Sequential::new();
    same_number.add(Conv1d::new(5, 3).padding(Padding::Causal).input_shape([8, 2]))?;
    same_number.add(Lstm::new(7).return_sequences(true))?;
    same_number.add(Gru::new(4))?;
    assert!(stream.set_states(&same_number.stream()?.states()).is_err());
    let mut steps = stream.clone();
    assert!(steps.step(&[f32::NAN, 0.0]).is_ok());
    assert!(matches!(stream.set_states(&steps.states()), Err(Error::Value { .. })));
    assert_eq!(stream.states(), states);
    assert!(StreamStates::from_bytes(b"no file").is_err());
    Ok(())
}

#[test]
fn wrong_inputs_change_nothing() -> Result<()> {
    let mut stream = model().stream()?;
    stream.step(&[1.0, 2.0])?;
    let states = stream.states();
    let error = stream.step(&[1.0]).unwrap_err().to_string();
    assert!(error.contains("(1,)") && error.contains("(2,)"), "{error}");
    let error = stream.step_all(&[]).unwrap_err().to_string();
    assert!(error.contains("1 inputs"), "{error}");
    assert_eq!(stream.states(), states);
    // A value that a layer can't use: no branch has gone on.
    let x = Input::new([None, Some(2)]).symbolic();
    let ids = Input::new([None]).symbolic();
    let h = Gru::new(3).return_sequences(true).apply(&x)?;
    let vectors = Embedding::new(4, 3).apply(&ids)?;
    let model = Functional::new([&x, &ids], &Add::new().apply([&h, &vectors])?).build()?;
    let mut stream = model.stream()?;
    stream.step_all(&[&[1.0, 2.0], &[3.0]])?;
    let states = stream.states();
    let error = stream.step_all(&[&[1.0, 2.0], &[4.0]]).unwrap_err().to_string();
    assert!(error.contains("an integer from 0 to 3"), "{error}");
    assert_eq!(stream.states(), states);
    Ok(())
}

#[test]
fn sessions_run_side_by_side_and_outlive_the_model() -> Result<()> {
    let model = model();
    let x: Vec<Tensor> = (0..4).map(|i| noise(&[8, 2], &format!("x {i}"))).collect();
    let mut one = model.stream()?;
    let expected: Vec<_> = x
        .iter()
        .map(|x| {
            one.reset();
            run(&mut one, x)
        })
        .collect();
    let threads: Vec<_> = x
        .into_iter()
        .map(|x| {
            let mut stream = one.another();
            std::thread::spawn(move || run(&mut stream, &x))
        })
        .collect();
    drop((model, one));
    for (thread, expected) in threads.into_iter().zip(expected) {
        assert_eq!(thread.join().unwrap(), expected);
    }
    Ok(())
}

#[test]
fn weights_are_those_of_when_the_session_was_made() -> Result<()> {
    let mut model = model();
    let mut old = model.stream()?;
    let x = noise(&[8, 2], "x");
    let before = run(&mut old, &x);
    let zeros: Vec<Tensor> = model.weights().iter().map(|w| Tensor::zeros(w.shape())).collect();
    model.set_weights(zeros)?;
    old.reset();
    assert_eq!(run(&mut old, &x), before);
    assert!(run(&mut model.stream()?, &x).concat().iter().all(|v| *v == 0.0));
    Ok(())
}

#[test]
fn slots_come_and_go() -> Result<()> {
    let model = model();
    let mut streams = model.streams(1)?;
    assert!(streams.is_empty());
    let (a, b, c) = (streams.add(), streams.add(), streams.add());
    assert_eq!((a, b, c, streams.len()), (0, 1, 2, 3));
    streams.step(&[c, a], &[1.0, 2.0, 3.0, 4.0])?;
    let mut alone = model.stream()?;
    alone.step(&[1.0, 2.0])?;
    assert_eq!(streams.states(c)?, alone.states());
    // A sequence moves from one to the other, and back.
    streams.set_states(b, &alone.states())?;
    let next = alone.step(&[0.5, 0.5])?.to_vec();
    assert_eq!(streams.step(&[b], &[0.5, 0.5])?, next);
    streams.remove(b)?;
    for error in [
        streams.step(&[b], &[0.0, 0.0]).unwrap_err(),
        streams.step(&[7], &[0.0, 0.0]).unwrap_err(),
        streams.reset(b).unwrap_err(),
        streams.states(b).unwrap_err(),
    ] {
        assert!(error.to_string().contains("known are: 0, 2"), "{error}");
    }
    let twice = streams.step(&[c, a, c], &[0.0; 6]).unwrap_err().to_string();
    assert!(twice.contains("slot 2 twice"), "{twice}");
    assert!(streams.step(&[a], &[0.0; 4]).is_err());
    // The slot of one that went is free, and begins from zeros.
    assert_eq!(streams.add(), b);
    assert_eq!(streams.states(b)?, model.stream()?.states());
    streams.reset(c)?;
    assert_eq!(streams.states(c)?, model.stream()?.states());
    assert_eq!(streams.step(&[], &[])?.len(), 0);
    Ok(())
}

/// Layers of so many units that threads share their steps, which step many together as well.
#[test]
fn threads_and_formats_keep_streams_equal_to_predictions() -> Result<()> {
    let mut model = Sequential::new().seed(4);
    model.add(Lstm::new(96).return_sequences(true).input_shape([6, 3]))?;
    model.add(Gru::new(120).return_sequences(true))?;
    model.add(Gru::new(90).reset_after(false).return_sequences(true))?;
    model.add(SimpleRnn::new(200))?;
    let mut model: Model = model.into();
    let x = noise(&[3, 6, 3], "x");
    let full = model.predict(x.clone())?;
    for format in [WeightFormat::Float32, WeightFormat::Bfloat16, WeightFormat::Int8] {
        model.set_weight_format(format)?;
        let whole = model.predict(x.clone())?;
        assert_eq!(whole == full, format == WeightFormat::Float32, "{format:?}");
        assert!((&whole - &full).iter().all(|d| d.abs() < 0.05), "{format:?}");
        for threads in [1, 2, 3] {
            let mut stream = model.stream()?;
            stream.set_threads(threads);
            let mut streams = stream.streams(1);
            streams.set_threads(threads);
            let slots: Vec<usize> = (0..3).map(|_| streams.add()).collect();
            for t in 0..6 {
                let step: Vec<f32> =
                    (0..3).flat_map(|row| x.data()[(row * 6 + t) * 3..][..3].to_vec()).collect();
                streams.step(&slots, &step)?;
            }
            assert_eq!(streams.output(0), whole.as_slice().unwrap(), "{format:?}, {threads}");
            let mut other = stream.another();
            for row in 0..3 {
                other.reset();
                let rows = x.rows(row, row + 1);
                let alone = rows.data().chunks(3).map(|step| other.step(step).unwrap().to_vec());
                let last = alone.last().unwrap();
                assert_eq!(last[..], whole.as_slice().unwrap()[row * 200..][..200], "{format:?}");
            }
        }
    }
    Ok(())
}

#[test]
fn rounded_weights_are_a_setting_that_training_refuses() -> Result<()> {
    let mut model = Sequential::new().seed(4);
    model.add(SimpleRnn::new(4).input_shape([6, 3]))?;
    let mut model: Model = model.into();
    model.compile("sgd", "mse", &[])?;
    let weights = model.weights();
    model.set_weight_format(WeightFormat::Int8)?;
    assert_eq!(model.weight_format(), WeightFormat::Int8);
    assert_eq!(model.weights(), weights);
    let (x, y) = (noise(&[2, 6, 3], "x"), noise(&[2, 4], "y"));
    let error = model.train_on_batch(x.clone(), y.clone()).unwrap_err().to_string();
    assert!(error.contains("set_weight_format") && error.contains("Int8"), "{error}");
    assert_eq!(model.weights(), weights);
    assert!(model.standalone().unwrap_err().to_string().contains("Int8"));
    model.set_weight_format(WeightFormat::Float32)?;
    model.train_on_batch(x, y)?;
    assert_ne!(model.weights(), weights);
    Ok(())
}
