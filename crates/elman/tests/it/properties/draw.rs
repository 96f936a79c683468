//! Recurrent layers with options and sizes drawn at random, the same in every run.

use elman::layers::Layer;
use elman::random::Stream;
use serde_json::{Value, json};

/// Around the widths of vector registers, where the ends of loops lie.
const UNITS: &[usize] = &[1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 33];
const FEATURES: &[usize] = &[1, 2, 3, 5, 7, 8, 9, 17];
const LENGTHS: &[usize] = &[1, 2, 3, 4, 5, 7, 11];
const BATCHES: &[usize] = &[1, 2, 3, 4, 5, 7, 9];

/// Of the kernels and not, row by row and not.
const ACTIVATIONS: &[&str] =
    &["tanh", "sigmoid", "relu", "linear", "hard_sigmoid", "softsign", "gelu", "elu", "softmax"];

/// What is drawn.
pub struct Drawn {
    /// The layer as files hold it. It returns its states.
    pub object: Value,
    pub batch: usize,
    pub time: usize,
    /// The shape of a step.
    pub step: Vec<usize>,
}

/// A stream of choices.
pub struct Dice(Stream);

impl Dice {
    pub fn new(purpose: &str) -> Dice {
        Dice(Stream::new(29, purpose))
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.0.uniform() * n as f64) as usize).min(n - 1)
    }

    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    pub fn flip(&mut self) -> bool {
        self.below(2) == 1
    }

    /// A recurrent layer with sizes.
    pub fn layer(&mut self) -> Drawn {
        let (mut step, units) = (vec![self.pick(FEATURES)], self.pick(UNITS));
        let mut config = self.cell_options();
        config["units"] = json!(units);
        let (class, more) = match self.below(9) {
            0 => ("SimpleRNN", self.only("activation")),
            1 | 2 => ("LSTM", self.both_activations()),
            3 | 4 => {
                let mut options = self.both_activations();
                options["reset_after"] = json!(self.flip());
                ("GRU", options)
            }
            5 => {
                config = json!({ "cell": self.cells() });
                ("RNN", json!({}))
            }
            6 => ("MinGRU", json!({ "positive": self.flip() })),
            7 => ("MinLSTM", json!({ "positive": self.flip() })),
            _ => {
                step = vec![self.below(5) + 3, self.below(3) + 1];
                config = self.cell_options();
                config["filters"] = json!(self.below(3) + 1);
                config["kernel_size"] = json!(self.below(3) + 1);
                config["padding"] = json!(self.pick(&["valid", "same"]));
                ("ConvLSTM1D", self.both_activations())
            }
        };
        merge(&mut config, more);
        for option in ["return_sequences", "go_backwards", "zero_output_for_mask"] {
            config[option] = json!(self.flip());
        }
        config["return_state"] = json!(true);
        let object = json!({ "class_name": class, "config": config });
        Drawn { object, batch: self.pick(BATCHES), time: self.pick(LENGTHS), step }
    }

    /// A recurrent layer, or two in a `Bidirectional`.
    pub fn layer_or_both_directions(&mut self) -> Drawn {
        let mut drawn = self.layer();
        if self.below(4) == 0 {
            drawn.object["config"]["go_backwards"] = json!(false);
            let merge_mode = self.pick(&[json!("concat"), json!("sum"), json!("mul"), json!(null)]);
            let config = json!({ "layer": drawn.object, "merge_mode": merge_mode });
            drawn.object = json!({ "class_name": "Bidirectional", "config": config });
        }
        drawn
    }

    fn cell_options(&mut self) -> Value {
        json!({ "use_bias": self.flip() })
    }

    /// The default half of the time, any other else.
    fn only(&mut self, argument: &str) -> Value {
        if self.flip() { json!({}) } else { json!({ argument: self.pick(ACTIVATIONS) }) }
    }

    fn both_activations(&mut self) -> Value {
        let mut options = self.only("activation");
        merge(&mut options, self.only("recurrent_activation"));
        options
    }

    /// One cell, or two stacked.
    fn cells(&mut self) -> Value {
        let mut cell = || {
            let class = self.pick(&["SimpleRNNCell", "LSTMCell", "GRUCell"]);
            json!({ "class_name": class, "config": { "units": self.pick(UNITS) } })
        };
        let (one, other) = (cell(), cell());
        if self.flip() {
            return one;
        }
        json!({ "class_name": "StackedRNNCells", "config": { "cells": [one, other] } })
    }
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

impl Drawn {
    pub fn layer(&self) -> Box<dyn Layer> {
        serde_json::from_value(self.object.clone())
            .unwrap_or_else(|e| panic!("{}: {e}", self.object))
    }

    /// Whether the layer, or that in a `Bidirectional`, has an option.
    pub fn option(&self, key: &str) -> bool {
        let layer = match self.is_bidirectional() {
            true => &self.object["config"]["layer"],
            false => &self.object,
        };
        layer["config"][key] == json!(true)
    }

    pub fn is_bidirectional(&self) -> bool {
        self.object["class_name"] == "Bidirectional"
    }

    /// The shape of the input.
    pub fn shape(&self) -> Vec<usize> {
        [&[self.batch, self.time], &self.step[..]].concat()
    }
}
