//! The gradient checker: that it finds mistakes, and finds none where there are none.

use elman::cells::{Cell, GruCell, LstmCell, SimpleRnnCell, StackedRnnCells};
use elman::gradcheck::{GradCheck, Report};
use elman::layers::{Base, Layer};
use elman::parameters::{Builder, Parameter};
use elman::prelude::*;
use elman::training::losses::{self, Evaluated, Loss};
use elman::{Context, Result, ops};
use serde_json::{Map, Value, json};

fn waves(shape: &[usize], phase: f32) -> Tensor {
    let len: usize = shape.iter().product();
    let wave = |i: usize| (i as f32 * 1.7 + phase).sin() * 1.2;
    Tensor::new(shape, (0..len).map(wave).collect()).unwrap()
}

fn sequence() -> Tensor {
    waves(&[2, 4, 3], 0.3)
}

fn assert_ok(name: &str, report: Result<Report>) {
    let report = report.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(report.is_ok() && report.checked() > 0, "{name}, {report}");
}

/// What may be wrong with [`Own`].
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mistake {
    Nothing,
    /// The sign of the kernel's gradient.
    Sign,
    /// A factor of 1.01 in the gradient of the input.
    Factor,
    /// The bias has no gradient.
    NoBias,
    /// The derivative of tanh is left out.
    NoDerivative,
    /// The input has no gradient at all.
    NoInput,
    /// A gradient that is no number.
    NaN,
}

/// `tanh(x @ kernel + bias)`, with a mistake.
#[derive(Clone)]
struct Own {
    base: Base,
    units: usize,
    mistake: Mistake,
    kernel: Parameter,
    bias: Parameter,
}

fn own(mistake: Mistake) -> Own {
    let (kernel, bias) = Default::default();
    Own { base: Base::default(), units: 4, mistake, kernel, bias }
}

impl Layer for Own {
    fn class_name(&self) -> &'static str {
        "Own"
    }

    fn base(&self) -> &Base {
        &self.base
    }

    fn base_mut(&mut self) -> &mut Base {
        &mut self.base
    }

    fn config(&self) -> Map<String, Value> {
        Map::new()
    }

    fn output_shapes(&self, inputs: &[Shape]) -> Result<Vec<Shape>> {
        Ok(inputs.iter().map(|x| [x.dims()[0], Some(self.units)].into()).collect())
    }

    fn build(&mut self, inputs: &[Shape], builder: &mut Builder) -> Result<()> {
        let features = inputs[0].last().unwrap();
        let glorot = Initializer::glorot_uniform();
        self.kernel = builder.add("kernel", &[features, self.units], &glorot)?;
        self.bias = builder.add("bias", &[self.units], &Initializer::Zeros)?;
        Ok(())
    }

    fn forward(&self, inputs: &[Tensor], cx: &mut Context) -> Result<Vec<Tensor>> {
        let mut y = ops::matmul(&inputs[0], cx.value(self.kernel), self.units);
        let bias = cx.value(self.bias);
        for row in y.data_mut().chunks_mut(self.units) {
            row.iter_mut().zip(bias).for_each(|(y, b)| *y = (*y + b).tanh());
        }
        cx.save((inputs[0].clone(), y.clone()));
        Ok(vec![y])
    }

    fn backward(
        &self,
        gradients: &[Option<Tensor>],
        cx: &mut Context,
    ) -> Result<Vec<Option<Tensor>>> {
        let (x, y): (Tensor, Tensor) = cx.restore("Own")?;
        let Some(mut dz) = gradients[0].clone() else { return Ok(vec![None]) };
        if self.mistake != Mistake::NoDerivative {
            dz.data_mut().iter_mut().zip(y.data()).for_each(|(d, y)| *d *= 1.0 - y * y);
        }
        let [kernel, bias] = cx.gradients([self.kernel, self.bias]);
        ops::accumulate_outer(&x, &dz, kernel);
        match self.mistake {
            Mistake::Sign => kernel.iter_mut().for_each(|g| *g = -*g),
            Mistake::NaN => kernel[2] = f32::NAN,
            _ => {}
        }
        if self.mistake != Mistake::NoBias {
            for row in dz.data().chunks(self.units) {
                bias.iter_mut().zip(row).for_each(|(g, d)| *g += d);
            }
        }
        let dx = ops::matmul_transposed(&dz, cx.value(self.kernel), x.width());
        Ok(vec![match self.mistake {
            Mistake::Factor => Some(ops::scale(&dx, 1.01)),
            Mistake::NoInput => None,
            _ => Some(dx),
        }])
    }

    fn clone_layer(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
}

#[test]
fn planted_mistakes_are_found_and_named() {
    let x = waves(&[3, 5], 0.1);
    assert_ok(
        "without a mistake",
        GradCheck::new().layer(own(Mistake::Nothing), std::slice::from_ref(&x)),
    );
    for (mistake, place, count) in [
        (Mistake::Sign, "weight `kernel`", 20),
        (Mistake::Factor, "input 0", 15),
        (Mistake::NoBias, "weight `bias`", 4),
        (Mistake::NoInput, "input 0", 15),
        (Mistake::NaN, "weight `kernel`", 1),
    ] {
        let report = GradCheck::new().layer(own(mistake), std::slice::from_ref(&x)).unwrap();
        assert!(!report.is_ok(), "{mistake:?}");
        assert!(report.wrong().iter().all(|wrong| wrong.what == place), "{mistake:?}: {report}");
        // Of a few, the slope is too small to tell.
        assert!(report.wrong().len() * 10 >= count * 9, "{mistake:?}: {report}");
        let text = report.to_string();
        assert!(text.contains("layer Own") && text.contains(place), "{text}");
    }
    let report = GradCheck::new().layer(own(Mistake::NoDerivative), &[x]).unwrap();
    for place in ["weight `kernel`", "weight `bias`", "input 0"] {
        assert!(report.wrong().iter().any(|wrong| wrong.what == place), "{report}");
    }
    let first = &report.wrong()[0];
    assert!(first.index.len() == 2 && first.error < 1e-3, "{first:?}");
    assert!((first.analytic - first.numeric).abs() > 1e-3, "{first:?}");
}

#[test]
fn recurrent_layers_are_right() {
    let check = GradCheck::new().values(15);
    let state = |i: usize| waves(&[2, 5], i as f32);
    let with = |states: usize| -> Vec<Tensor> {
        std::iter::once(sequence()).chain((0..states).map(state)).collect()
    };
    macro_rules! recurrent {
        ($name:literal, $layer:expr, $states:literal) => {
            for back in [false, true] {
                let layer = $layer.return_sequences(true).return_state(true).go_backwards(back);
                assert_ok($name, check.layer(layer, &with($states)));
            }
            let wrapped = Bidirectional::new($layer);
            assert_ok($name, check.layer(wrapped, &[sequence()]));
        };
    }
    recurrent!("SimpleRNN", SimpleRnn::new(5), 1);
    recurrent!("LSTM", Lstm::new(5), 2);
    recurrent!("GRU", Gru::new(5), 1);
    recurrent!("GRU before", Gru::new(5).reset_after(false), 1);
    let mask = Mask::new([2, 4], vec![true, true, false, true, true, true, true, false]).unwrap();
    let masked = sequence().with_mask(mask).unwrap();
    assert_ok("masked", check.layer(Lstm::new(3).return_sequences(true), &[masked]));
    let dropout = Gru::new(4).dropout(0.4).recurrent_dropout(0.3).return_sequences(true);
    assert_ok("dropout", check.clone().training(true).layer(dropout, &[sequence()]));
}

#[test]
fn cells_are_right() {
    let check = GradCheck::new().values(15);
    assert_ok("SimpleRNNCell", check.cell(SimpleRnnCell::new(4), &[sequence()]));
    assert_ok("LSTMCell", check.cell(LstmCell::new(4), &[sequence()]));
    let stacked = StackedRnnCells::new([LstmCell::new(3).into_any(), GruCell::new(2).into_any()]);
    assert_ok("StackedRNNCells", check.cell(stacked, &[sequence()]));
}

#[test]
fn other_layers_are_right() {
    let check = GradCheck::new();
    let layers: Vec<(&str, Box<dyn Layer>)> = vec![
        ("Dense", Dense::new(4).activation(Activation::Softmax).into()),
        ("Dense, relu", Dense::new(4).activation(Activation::Relu).into()),
        ("PReLU", Prelu::new().into()),
        ("Flatten", Flatten::new().into()),
        ("TimeDistributed", TimeDistributed::new(Dense::new(2)).into()),
        ("Softmax", Softmax::new().into()),
        ("ELU", Elu::new().into()),
        ("RNN", Rnn::over(GruCell::new(3)).into()),
    ];
    for (name, layer) in layers {
        assert_ok(name, check.layer(layer, &[sequence()]));
    }
    let two = [waves(&[2, 3], 0.0), waves(&[2, 3], 1.0)];
    assert_ok("Multiply", check.layer(Multiply::new(), &two));
    assert_ok("Concatenate", check.layer(Concatenate::new(), &two));
    let ids = Tensor::new([2, 3], vec![0., 4., 1., 1., 2., 0.]).unwrap();
    let refused =
        check.layer(Embedding::new(5, 3), std::slice::from_ref(&ids)).unwrap_err().to_string();
    assert!(refused.contains("Embedding"), "whole numbers can't be moved: {refused}");
    assert_ok("Embedding", check.clone().without_input(0).layer(Embedding::new(5, 3), &[ids]));
}

#[test]
fn losses_are_right() {
    let map = |t: Tensor, f: fn(f32) -> f32| {
        Tensor::new(t.shape(), t.data().iter().map(|v| f(*v)).collect()).unwrap()
    };
    let probabilities = |phase: f32| map(waves(&[4, 3], phase), |v| 0.06 + 0.88 / (1.0 + v.exp()));
    let weights = Tensor::new([4], vec![0.5, 2.0, 1.0, 0.0]).unwrap();
    for name in ["mse", "mae", "huber", "log_cosh", "cosine_similarity", "hinge"] {
        let loss = losses::get(name).unwrap();
        let (y, p) = (waves(&[4, 3], 2.0), waves(&[4, 3], 0.7));
        for weights in [None, Some(&weights)] {
            assert_ok(name, GradCheck::new().loss(&*loss, &y, &p, weights));
        }
    }
    for name in ["binary_crossentropy", "categorical_crossentropy", "kl_divergence", "poisson"] {
        let loss = losses::get(name).unwrap();
        let (y, p) = (probabilities(2.0), probabilities(0.7));
        assert_ok(name, GradCheck::new().loss(&*loss, &y, &p, None));
    }
}

/// `(y - p)⁴` in the mean of a row, whose gradient lacks the 4 where it is told to.
#[derive(Clone)]
struct Quartic(f32);

impl Loss for Quartic {
    fn class_name(&self) -> &'static str {
        "Quartic"
    }

    fn config(&self) -> Value {
        json!({})
    }

    fn evaluate(&self, y_true: &Tensor, y_pred: &Tensor) -> Result<Evaluated> {
        let (shape, width) = (y_pred.shape(), y_pred.width());
        let errors: Vec<f32> =
            y_pred.data().iter().zip(y_true.data()).map(|(p, y)| p - y).collect();
        let mean = |row: &[f32]| row.iter().map(|e| e.powi(4)).sum::<f32>() / width as f32;
        let values = errors.chunks(width).map(mean).collect();
        let slope = |e: &f32| self.0 * e.powi(3) / width as f32;
        let gradient = errors.iter().map(slope).collect();
        let values = Tensor::new(&shape[..shape.len() - 1], values)?;
        Ok(Evaluated::new(values, Tensor::new(shape, gradient)?))
    }

    fn clone_loss(&self) -> Box<dyn Loss> {
        Box::new(self.clone())
    }
}

#[test]
fn mistakes_of_losses_are_found() {
    let (y, p) = (waves(&[4, 3], 2.0), waves(&[4, 3], 0.7));
    assert_ok("Quartic", GradCheck::new().loss(&Quartic(4.0), &y, &p, None));
    for wrong in [1.0, -4.0, 4.04] {
        let report = GradCheck::new().loss(&Quartic(wrong), &y, &p, None).unwrap();
        assert!(report.wrong().len() > 6, "{wrong}: {report}");
        assert!(report.to_string().starts_with("loss Quartic: 12 gradients"), "{report}");
    }
}

/// Every call gives something else, so no slope settles: that is no proof of anything.
#[test]
fn what_differences_can_t_tell_is_not_right() {
    let x = Tensor::new([2, 3], vec![0.0; 6]).unwrap();
    let report = GradCheck::new().layer(ActivationLayer::new(Activation::Relu), &[x]).unwrap();
    assert!(!report.is_ok() && report.unsure() == 6, "{report}");
    assert!(report.to_string().contains("don't settle"), "{report}");
    let error = GradCheck::new().tolerance(-1.0).layer(Flatten::new(), &[sequence()]);
    assert!(error.unwrap_err().to_string().contains("`tolerance`"));
}
