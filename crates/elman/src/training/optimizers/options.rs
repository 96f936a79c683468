//! The arguments that every optimizer takes, as builder methods.

use super::Optimizer;

/// The arguments that every optimizer takes, as builder methods.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Lstm::new(3).input_shape([5, 2]))?;
/// model.compile(Sgd { momentum: 0.9, ..Sgd::new(0.1) }.clipnorm(1.0), "mse", &[])?;
/// model.compile(AdamW::new(0.01).exclude_from_weight_decay(["bias"]), "mse", &[])?;
/// assert!(model.compile(Adam::new(0.01).clipnorm(1.0).clipvalue(0.5), "mse", &[]).is_err());
/// # Ok::<(), elman::Error>(())
/// ```
/// What they do is told at [`OptimizerBase`](super::OptimizerBase).
pub trait OptimizerOptions: Optimizer + Sized {
    /// The name in files.
    fn name(mut self, name: &str) -> Self {
        self.base_mut().name = Some(name.into());
        self
    }

    /// Before each update, `w -= w * weight_decay * learning_rate`.
    fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.base_mut().weight_decay = Some(weight_decay);
        self
    }

    /// Weights whose path, such as `lstm/lstm_cell/bias`, contains one of these words don't decay.
    /// As in Keras, a file doesn't hold this list: give it again when you train on after loading.
    fn exclude_from_weight_decay<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.base_mut().exclude_from_weight_decay = words.into_iter().map(Into::into).collect();
        self
    }

    /// Scales each weight's gradient down to this norm, if it is longer.
    fn clipnorm(mut self, norm: f64) -> Self {
        self.base_mut().clipnorm = Some(norm);
        self
    }

    /// Scales the gradients of all weights together down to this norm, if they are longer.
    fn global_clipnorm(mut self, norm: f64) -> Self {
        self.base_mut().global_clipnorm = Some(norm);
        self
    }

    /// Cuts each gradient off at plus and minus this value.
    fn clipvalue(mut self, value: f64) -> Self {
        self.base_mut().clipvalue = Some(value);
        self
    }

    /// Whether to keep a moving average of the weights (false), which takes their place when `fit`
    /// ends.
    fn use_ema(mut self, use_ema: bool) -> Self {
        self.base_mut().use_ema = use_ema;
        self
    }

    /// The part of the moving average that stays in each step (0.99).
    fn ema_momentum(mut self, momentum: f64) -> Self {
        self.base_mut().ema_momentum = momentum;
        self
    }

    /// After how many updates the moving average takes the place of the weights, time and again.
    fn ema_overwrite_frequency(mut self, updates: u64) -> Self {
        self.base_mut().ema_overwrite_frequency = Some(updates);
        self
    }

    /// What Keras multiplies the loss by before gradients are computed, and divides these by after.
    /// In f32 the two cancel: files keep the factor, and it changes nothing.
    fn loss_scale_factor(mut self, factor: f64) -> Self {
        self.base_mut().loss_scale_factor = Some(factor);
        self
    }

    /// How many batches make up one update, by the mean of their gradients.
    fn gradient_accumulation_steps(mut self, steps: u64) -> Self {
        self.base_mut().gradient_accumulation_steps = Some(steps);
        self
    }
}

impl<O: Optimizer> OptimizerOptions for O {}
