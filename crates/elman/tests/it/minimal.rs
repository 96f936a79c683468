//! MinGRU and MinLSTM: the papers' equations, sequences against steps, and files.

use elman::cells::{AnyCell, Cell, MinGruCell, MinLstmCell, cell_from_object};
use elman::layers::Layer;
use elman::prelude::*;
use serde_json::json;

use crate::support::{Built, Gradients, Report, TOLERANCE, Wrapped, noise};

fn sigmoid(v: f64) -> f64 {
    1.0 / (1.0 + (-v).exp())
}

fn positive(v: f64) -> f64 {
    if v >= 0.0 { v + 0.5 } else { sigmoid(v) }
}

/// The equations as the paper writes them, for one sequence in double precision. `gates` makes of
/// a row of `x @ kernel + bias`, with its columns apart, what is kept and what is written.
fn by_hand(
    built: &Built,
    x: &Tensor,
    gates: impl Fn(&[f64]) -> (f64, f64),
    units: usize,
) -> Vec<f32> {
    let values = |i: usize| built.parameters.tensor(&built.parameters.entries()[i]);
    let (kernel, bias) = (values(0), values(1));
    let columns = kernel.width();
    let mut h = vec![0.0; units];
    let mut outputs = Vec::new();
    for step in x.data().chunks(x.width()) {
        let z: Vec<f64> = (0..columns)
            .map(|c| {
                let product = step
                    .iter()
                    .enumerate()
                    .map(|(f, x)| f64::from(*x) * f64::from(kernel.data()[f * columns + c]));
                product.sum::<f64>() + f64::from(bias.data()[c])
            })
            .collect();
        for (unit, h) in h.iter_mut().enumerate() {
            let own: Vec<f64> = z.iter().skip(unit).step_by(units).copied().collect();
            let (kept, written) = gates(&own);
            *h = kept * *h + written;
        }
        outputs.extend(h.iter().map(|h| *h as f32));
    }
    outputs
}

#[test]
fn equations_are_those_of_the_paper() {
    let x = noise(&[1, 7, 3], "x");
    let mut report = Report::default();
    for is_positive in [false, true] {
        let g = move |v: f64| if is_positive { positive(v) } else { v };
        let gru = MinGru::new(4).positive(is_positive).return_sequences(true);
        let lstm = MinLstm::new(4).positive(is_positive).return_sequences(true);
        let of_gru = move |z: &[f64]| (1.0 - sigmoid(z[0]), sigmoid(z[0]) * g(z[1]));
        let of_lstm = move |z: &[f64]| {
            let (f, i) = (sigmoid(z[0]), sigmoid(z[1]));
            (f / (f + i), i / (f + i) * g(z[2]))
        };
        type Equations = Box<dyn Fn(&[f64]) -> (f64, f64)>;
        let cases: [(&str, Box<dyn Layer>, Equations); 2] = [
            ("min_gru", Box::new(gru), Box::new(of_gru)),
            ("min_lstm", Box::new(lstm), Box::new(of_lstm)),
        ];
        for (name, layer, gates) in cases {
            let mut built = Built::new(layer, std::slice::from_ref(&x)).unwrap();
            let noise = noise(&[built.parameters.values().len()], name);
            built.parameters.values_mut().copy_from_slice(noise.data());
            let expected = Tensor::new([1, 7, 4], by_hand(&built, &x, gates, 4)).unwrap();
            let got = built.forward(std::slice::from_ref(&x)).unwrap().remove(0);
            report.close(&format!("{name}, positive {is_positive}"), &got, &expected, TOLERANCE);
        }
    }
    report.finish(4);
}

/// The product over all steps and the scan give, bit for bit, what the steps give; the gradients
/// agree within rounding.
#[test]
fn sequences_equal_their_steps() {
    let holes = array![[true, false, true, true, false], [false, false, true, false, true]];
    let mut report = Report::default();
    let cells: [AnyCell; 2] = [
        MinGruCell::new(4).into_any(),
        MinLstmCell::new(4).positive(false).use_bias(false).into_any(),
    ];
    for cell in cells {
        for bits in 0..16 {
            let flag = |i: usize| bits & (1 << i) != 0;
            let layer = |cell: AnyCell| -> Box<dyn Layer> {
                let rnn = Rnn::over(cell).return_sequences(flag(0)).go_backwards(flag(1));
                Box::new(rnn.zero_output_for_mask(flag(2)).return_state(true))
            };
            let mut inputs = vec![noise(&[2, 5, 3], "x"), noise(&[2, 4], "h")];
            if flag(3) {
                inputs[0] = inputs[0].clone().with_mask(holes.clone()).unwrap();
            }
            let whole = Built::new(layer(cell.clone()), &inputs).unwrap();
            let steps = Wrapped::stepwise(cell.clone()).into_any();
            let mut stepping = Built::new(layer(steps), &inputs).unwrap();
            stepping.parameters.values_mut().copy_from_slice(whole.parameters.values());
            let upstream = whole.forward(&inputs).unwrap();
            assert_eq!(upstream, stepping.forward(&inputs).unwrap(), "{cell:?}, options {bits}");
            let gradients = |built: &Built| {
                let (_, inputs, weights): Gradients = built.gradients(&inputs, &upstream).unwrap();
                inputs.into_iter().flatten().chain(weights).collect::<Vec<Tensor>>()
            };
            for (i, (a, b)) in gradients(&whole).iter().zip(&gradients(&stepping)).enumerate() {
                report.close(&format!("{cell:?}, options {bits}, {i}"), a, b, TOLERANCE);
            }
        }
    }
    report.finish(16 * (2 + 2) + 16 * (2 + 1));
}

/// Steps that don't count may hold anything, and no gradient hears of it.
#[test]
fn masked_steps_are_not_read() {
    let mut x = noise(&[1, 4, 3], "x");
    x.data_mut()[6..].fill(f32::NAN);
    let x = x.with_mask(array![[true, true, false, false]]).unwrap();
    for layer in [Box::new(MinGru::new(2)) as Box<dyn Layer>, Box::new(MinLstm::new(2))] {
        let built = Built::new(layer, std::slice::from_ref(&x)).unwrap();
        let inputs = [x.clone()];
        let upstream = built.forward(&inputs).unwrap();
        let (outputs, of_inputs, of_weights) = built.gradients(&inputs, &upstream).unwrap();
        let all = outputs.iter().chain(of_inputs.iter().flatten()).chain(&of_weights);
        assert!(all.flat_map(Tensor::data).all(|v| v.is_finite()));
    }
}

/// Files carry elman's own name of the class, in a model and as a cell.
#[test]
fn files_name_the_class_as_elmans() {
    let mut model = Sequential::new().seed(1);
    model.add(MinLstm::new(3).return_sequences(true).input_shape([4, 2])).unwrap();
    model.add(Rnn::over(MinGruCell::new(2)).return_sequences(true)).unwrap();
    model.add(Bidirectional::new(MinGru::new(2).positive(false))).unwrap();
    let json = model.to_json();
    let layers = &json["config"]["layers"];
    assert_eq!(layers[1]["class_name"], json!("MinLSTM"));
    assert_eq!(layers[1]["registered_name"], json!("elman>MinLSTM"));
    assert_eq!(layers[1]["module"], json!("elman.layers"));
    assert_eq!(layers[2]["registered_name"], json!(null));
    assert_eq!(layers[2]["config"]["cell"]["registered_name"], json!("elman>MinGRUCell"));
    let again = Model::from_bytes(&model.to_bytes().unwrap(), "own.keras").unwrap();
    let x = noise(&[2, 4, 2], "x");
    assert_eq!(again.predict(&x).unwrap(), model.predict(&x).unwrap());
    // The same name registered by someone else is another class.
    let object = json!({
        "class_name": "MinGRUCell", "config": { "units": 2 }, "registered_name": "Custom>MinGRUCell",
    });
    let error = cell_from_object(&object).unwrap_err().to_string();
    assert!(error.contains("Custom>MinGRUCell"), "{error}");
}
