//! Activations, and which operator is what.

use super::graph::Importer;
use super::node::Reading;
use super::operands::constant;
use super::value::{Fill, Value, View};
use crate::Result;
use crate::activations::Activation;
use crate::layers::{ActivationLayer, Elu, LeakyRelu, Relu, Softmax};
use crate::models::Symbolic;

impl<'g> Importer<'g> {
    /// What a node makes.
    pub fn node(&mut self, reading: Reading<'g>) -> Result<Vec<Value>> {
        let node = reading.node;
        if !node.domain.is_empty() {
            return Err(reading.refuse(format!("operators of {:?} are not read", node.domain)));
        }
        let one = |value: Value| vec![value];
        match &*node.op {
            "RNN" | "LSTM" | "GRU" => self.recurrent(reading),
            "Constant" => constant(reading).map(|array| one(Value::Constant(array))),
            "Transpose" => self.transpose(reading).map(one),
            "Squeeze" => self.squeeze(reading).map(one),
            "Unsqueeze" => self.unsqueeze(reading).map(one),
            "Reshape" => self.reshape(reading).map(one),
            "Flatten" => self.flatten(reading).map(one),
            "Gather" => self.gather(reading).map(one),
            "Slice" => self.slice(reading).map(one),
            "Split" => self.split(reading),
            "Concat" => self.concat(reading).map(one),
            "MatMul" => self.matmul(reading).map(one),
            "Gemm" => self.gemm(reading).map(one),
            "Add" | "Sub" | "Mul" | "Div" => self.arithmetic(reading).map(one),
            "ReduceMean" | "ReduceMax" | "ReduceSum" => self.reduced(reading).map(one),
            "ReduceProd" => self.product(reading).map(one),
            "Shape" => self.shape(reading).map(one),
            "Expand" | "ConstantOfShape" => self.filled(reading).map(one),
            "Cast" => self.cast(reading).map(one),
            "ReverseSequence" => self.reverse_sequence(reading).map(one),
            "Identity" => {
                reading.allow(&[])?;
                self.value(reading, 0).map(one)
            }
            "Dropout" if !reading.wants(1) => {
                reading.allow(&["seed", "ratio"])?;
                self.value(reading, 0).map(one)
            }
            _ => self.pointwise(reading).map(one),
        }
    }

    fn pointwise(&mut self, reading: Reading) -> Result<Value> {
        let op = &*reading.node.op;
        if op == "Softmax" || op == "LogSoftmax" {
            return self.softmax(reading);
        }
        let activation = match op {
            "Relu" => Activation::Relu,
            "Sigmoid" => Activation::Sigmoid,
            "Tanh" => Activation::Tanh,
            "Softplus" => Activation::Softplus,
            "Softsign" => Activation::Softsign,
            "Exp" => Activation::Exponential,
            "HardSwish" => Activation::HardSilu,
            "Mish" => Activation::Mish,
            "Gelu" => {
                let kind = reading.text("approximate", "none")?;
                if kind != "none" {
                    return Err(reading.refuse(format!("approximate = {kind} is not read")));
                }
                Activation::Gelu
            }
            "HardSigmoid" => {
                let (alpha, beta) = (reading.float("alpha", 0.2)?, reading.float("beta", 0.5)?);
                super::recurrent::activation("HardSigmoid", Some(alpha), Some(beta))
                    .ok_or_else(|| reading.refuse(format!("alpha = {alpha}, beta = {beta}")))?
            }
            "LeakyRelu" => {
                reading.allow(&["alpha"])?;
                let slope = f64::from(reading.float("alpha", 0.01)?);
                return self.layer(reading, |i, x| {
                    i.map(LeakyRelu::new().negative_slope(slope), "leaky_relu", x)
                });
            }
            "Elu" => {
                reading.allow(&["alpha"])?;
                let alpha = f64::from(reading.float("alpha", 1.0)?);
                return self.layer(reading, |i, x| i.map(Elu::new().alpha(alpha), "elu", x));
            }
            "Clip" => {
                reading.allow(&[])?;
                let bound = |i: &Self, index| i.constant(reading, index);
                let (low, high) = (bound(self, 1)?, bound(self, 2)?);
                let number = |array: Option<elman_files::Array>| {
                    array.and_then(|array| array.to_f64().first().copied())
                };
                return match (number(low), number(high)) {
                    (Some(0.0), Some(high)) if high >= 0.0 => {
                        self.layer(reading, |i, x| i.map(Relu::new().max_value(high), "relu", x))
                    }
                    _ => Err(reading.refuse("its bounds are not 0 and a number above")),
                };
            }
            _ => return Err(reading.refuse("the operator is not read")),
        };
        reading.allow(&["alpha", "beta", "approximate"])?;
        self.layer(reading, |i, x| {
            i.map(ActivationLayer::new(activation), &activation_word(activation), x)
        })
    }

    /// A layer that leaves the axes as they are.
    fn layer(
        &mut self,
        reading: Reading,
        layer: impl FnOnce(&mut Self, &Symbolic) -> Result<Symbolic>,
    ) -> Result<Value> {
        let view = self.view(reading, 0)?;
        let x = layer(self, &view.x)?;
        Ok(Value::View(View { x, ends: [None, None], ..view }))
    }

    fn softmax(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["axis"])?;
        let view = self.view(reading, 0)?;
        // Before version 13 all axes from `axis` on were one.
        let default = if reading.opset < 13 { 1 } else { -1 };
        let axis = reading.axis(reading.int("axis", default)?, view.axes.len())?;
        let is_last = axis + 1 == view.axes.len();
        let [own] = view.axes[axis][..] else {
            return Err(reading.refuse("its axis was joined of several"));
        };
        if own == 0 || (reading.opset < 13 && !is_last) {
            return Err(reading.refuse("its axis is the batch, or all from one on"));
        }
        let x = if reading.node.op == "Softmax" {
            self.map(Softmax::new().axis(own as i32), "softmax", &view.x)?
        } else if view.ends_alike() && is_last {
            self.map(ActivationLayer::new(Activation::LogSoftmax), "log_softmax", &view.x)?
        } else {
            return Err(reading.refuse("its axis is not the last"));
        };
        Ok(Value::View(View { x, ends: [None, None], ..view }))
    }

    fn flatten(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["axis"])?;
        let view = self.view(reading, 0)?;
        let axis = reading.int("axis", 1)?;
        if axis != 1 || view.batch_axis() != Some(0) {
            return Err(reading.refuse("it joins the batch with other axes"));
        }
        let inner = view.axes[1..].concat();
        Ok(Value::View(view.with_axes(vec![vec![0], inner])))
    }

    fn reverse_sequence(&mut self, reading: Reading) -> Result<Value> {
        reading.allow(&["batch_axis", "time_axis"])?;
        let view = self.view(reading, 0)?;
        let time = reading.axis(reading.int("time_axis", 0)?, view.axes.len())?;
        let batch = reading.axis(reading.int("batch_axis", 1)?, view.axes.len())?;
        let whole = match self.value(reading, 1)? {
            Value::Filled(Fill::Size(size)) => view.size(time) == Some(size),
            Value::Filled(Fill::Number(n)) => {
                view.size(time).and_then(|size| size.number()).is_some_and(|size| size as f64 == n)
            }
            Value::Constant(array) => {
                let size = view.size(time).and_then(|size| size.number());
                size.is_some_and(|size| array.to_f64().iter().all(|n| *n == size as f64))
            }
            _ => false,
        };
        if !whole || view.batch_axis() != Some(batch) {
            return Err(reading.refuse("it reverses a part of the steps"));
        }
        self.reversed(&view, time, reading).map(Value::View)
    }
}

fn activation_word(activation: Activation) -> String {
    activation.name().to_owned()
}
