//! The arguments of `MultiHeadAttention`.

use super::MultiHeadAttention;
use crate::layers::Axes;

impl MultiHeadAttention {
    /// How many numbers a value has in a head (`key_dim`).
    pub fn value_dim(mut self, value_dim: usize) -> MultiHeadAttention {
        self.value_dim = Some(value_dim);
        self
    }

    /// The fraction of the weights that training drops (0).
    pub fn dropout(mut self, rate: f64) -> MultiHeadAttention {
        self.dropout = rate;
        self
    }

    /// Whether the maps have a bias (true).
    pub fn use_bias(mut self, use_bias: bool) -> MultiHeadAttention {
        self.use_bias = use_bias;
        self
    }

    /// Whether a map of the query, between 0 and 1, multiplies what the heads give (false).
    pub fn use_gate(mut self, use_gate: bool) -> MultiHeadAttention {
        self.use_gate = use_gate;
        self
    }

    /// The axes that replace the query's last (its own).
    pub fn output_shape(mut self, output_shape: impl Into<Vec<usize>>) -> MultiHeadAttention {
        self.output_shape = Some(output_shape.into());
        self
    }

    /// The axes to look along (all but the first and the last).
    pub fn attention_axes(mut self, axes: impl Into<Axes>) -> MultiHeadAttention {
        self.attention_axes = Some(axes.into());
        self
    }

    /// From how many steps a query may look at (all): at those less than `steps` away.
    pub fn sliding_window(mut self, steps: usize) -> MultiHeadAttention {
        self.sliding_window = Some(steps);
        self
    }

    /// The seed of this layer's random numbers (the training's).
    pub fn seed(mut self, seed: u64) -> MultiHeadAttention {
        self.seed = Some(seed);
        self
    }

    /// Whether a query looks at no step behind its own (false).
    pub fn use_causal_mask(mut self, use_causal_mask: bool) -> MultiHeadAttention {
        self.options.use_causal_mask = use_causal_mask;
        self
    }

    /// Whether to give out the weights too (false).
    pub fn return_attention_scores(mut self, return_attention_scores: bool) -> MultiHeadAttention {
        self.options.return_attention_scores = return_attention_scores;
        self
    }

    /// Whether the last input says where each query may look (false): not where it is 0.
    pub fn attention_mask(mut self, attention_mask: bool) -> MultiHeadAttention {
        self.attention_mask = attention_mask;
        self
    }
}
