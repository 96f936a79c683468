//! Sequences of different lengths as one array.

use std::str::FromStr;

use crate::{Error, Float, Result, Shape, Tensor};

/// The start or the end of a sequence, Keras's `"pre"` and `"post"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Side {
    /// The start: `"pre"`.
    #[default]
    Pre,
    /// The end: `"post"`.
    Post,
}

impl FromStr for Side {
    type Err = Error;

    fn from_str(text: &str) -> Result<Side> {
        match text {
            "pre" => Ok(Side::Pre),
            "post" => Ok(Side::Post),
            _ => Err(invalid("padding", "`pre` or `post`", format!("`{text}`"))),
        }
    }
}

/// The arguments of Keras's `pad_sequences`, with its defaults: padded and cut at the start, with
/// zeros, to the longest sequence, as whole numbers.
///
/// Sequences are arrays whose first axis is time: `(time,)` or `(time, features)`.
/// ```
/// use elman::data::{PadSequences, Side};
/// let sequences = [vec![1], vec![2, 3], vec![4, 5, 6]].map(ndarray::Array1::from);
/// let padded = PadSequences::new().maxlen(2).padding(Side::Post).pad(&sequences)?;
/// assert_eq!(padded.data(), [1., 0., 2., 3., 5., 6.]);
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.utils.pad_sequences")]
#[derive(Clone, Debug, PartialEq)]
pub struct PadSequences {
    maxlen: Option<usize>,
    dtype: String,
    padding: Side,
    truncating: Side,
    value: f64,
}

impl Default for PadSequences {
    fn default() -> Self {
        let (padding, truncating) = Default::default();
        PadSequences { maxlen: None, dtype: "int32".into(), padding, truncating, value: 0.0 }
    }
}

/// Pads sequences at their start with zeros to the longest: [`PadSequences`] with its defaults.
///
/// ```
/// use elman::data::pad_sequences;
/// let sequences = [vec![1], vec![2, 3]].map(ndarray::Array1::from);
/// assert_eq!(pad_sequences(&sequences)?.data(), [0., 1., 2., 3.]);
/// # Ok::<(), elman::Error>(())
/// ```
///
/// # Errors
/// As [`PadSequences::pad`].
pub fn pad_sequences<S>(sequences: &[S]) -> Result<Tensor>
where
    for<'s> &'s S: Into<Tensor>,
{
    PadSequences::new().pad(sequences)
}

impl PadSequences {
    /// Keras's defaults.
    pub fn new() -> PadSequences {
        PadSequences::default()
    }

    /// The length of all sequences (that of the longest).
    pub fn maxlen(mut self, maxlen: impl Into<Option<usize>>) -> PadSequences {
        self.maxlen = maxlen.into();
        self
    }

    /// What numbers become (`int32`): of `int32` and `int64`, whole numbers, cut towards zero; of
    /// `float32` and `float64`, what they are. The result holds floats in any case.
    pub fn dtype(mut self, dtype: &str) -> PadSequences {
        self.dtype = dtype.into();
        self
    }

    /// Where to pad (at the start).
    pub fn padding(mut self, padding: Side) -> PadSequences {
        self.padding = padding;
        self
    }

    /// Where to cut sequences that are too long (at the start).
    pub fn truncating(mut self, truncating: Side) -> PadSequences {
        self.truncating = truncating;
        self
    }

    /// What to pad with (0).
    pub fn value(mut self, value: f64) -> PadSequences {
        self.value = value;
        self
    }

    /// The sequences as one array `(sequences, maxlen, …)`.
    ///
    /// # Errors
    /// Sequences of different shapes behind the first axis, or without one; no sequence and no
    /// `maxlen`; a dtype that is not one of those named, or a number that it doesn't hold.
    pub fn pad<S>(&self, sequences: &[S]) -> Result<Tensor>
    where
        for<'s> &'s S: Into<Tensor>,
    {
        let sequences: Vec<Tensor> = sequences.iter().map(Into::into).collect();
        let is_whole = match &self.dtype[..] {
            "int32" | "int64" => true,
            "float32" | "float64" => false,
            other => {
                return Err(Error::Unsupported {
                    place: "pad_sequences".into(),
                    option: format!("dtype `{other}`"),
                    advice: "use int32, int64, float32 or float64".into(),
                });
            }
        };
        if let Some(i) = sequences.iter().position(|sequence| sequence.ndim() == 0) {
            let got = format!("a single number at position {i}");
            return Err(invalid("sequences", "arrays whose first axis is time", got));
        }
        let longest = sequences.iter().map(|sequence| sequence.shape()[0]).max();
        let Some(maxlen) = self.maxlen.or(longest) else {
            return Err(invalid("sequences", "one or more, or a `maxlen`", "none".into()));
        };
        if self.maxlen == Some(0) {
            return Err(invalid("maxlen", "1 or more", "0".into()));
        }
        // As in Keras, an empty sequence may have any shape behind the first axis.
        let first = sequences.iter().find(|sequence| sequence.shape()[0] > 0);
        let of_step = first.map_or(&[][..], |sequence| &sequence.shape()[1..]);
        let step: usize = of_step.iter().product();
        let shape = [&[sequences.len(), maxlen], of_step].concat();
        let convert = |value: Float, position: &dyn Fn() -> Vec<usize>| match is_whole {
            false => Ok(value),
            // Beyond, NumPy gives whatever the processor does.
            true if value.abs() <= 2_147_483_648.0 => Ok(value.trunc()),
            true => Err(Error::Value {
                place: "pad_sequences".into(),
                position: position(),
                value: f64::from(value),
                expected: format!("a number that {} holds", self.dtype),
            }),
        };
        let fill = convert(self.value as Float, &Vec::new)?;
        let mut data = vec![fill; shape.iter().product()];
        for (i, sequence) in sequences.iter().enumerate().filter(|(_, s)| s.shape()[0] > 0) {
            if sequence.shape()[1..] != *of_step {
                return Err(Error::Mismatch {
                    place: "pad_sequences".into(),
                    what: format!("a step of sequence {i}"),
                    expected: format!("{}, as those before", Shape::from(of_step)),
                    got: Shape::from(&sequence.shape()[1..]).to_string(),
                });
            }
            let length = sequence.shape()[0];
            let taken = length.min(maxlen);
            let from = if self.truncating == Side::Pre { length - taken } else { 0 };
            let to = if self.padding == Side::Pre { maxlen - taken } else { 0 };
            let source = &sequence.data()[from * step..(from + taken) * step];
            let start = (i * maxlen + to) * step;
            for (k, (slot, value)) in data[start..].iter_mut().zip(source).enumerate() {
                *slot = convert(*value, &|| vec![i, from + k / step.max(1)])?;
            }
        }
        Tensor::new(shape, data)
    }
}

fn invalid(argument: &'static str, expected: &str, got: String) -> Error {
    Error::InvalidArgument {
        place: "pad_sequences".into(),
        argument,
        expected: expected.into(),
        got,
    }
}
