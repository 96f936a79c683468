//! The table that `summary()` prints: what Keras prints, to the byte.
//!
//! A [`Summary`] says what a model consists of; [`keras3`] and [`keras2`] draw it. Neither looks at
//! the terminal: a summary is a string, and depends on the model and the options alone.

mod keras2;
mod keras3;
mod options;
mod text;

#[cfg(test)]
mod tests;

use std::fmt;

pub use options::{SummaryOptions, SummaryStyle};

/// What a summary says, independent of how it is drawn.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    /// The model's name.
    pub model_name: String,
    /// The layers in Keras's order, each nested layer after the model that holds it.
    pub rows: Vec<Row>,
    /// Whether the layers are more than a chain, so that a column says what feeds what.
    pub connected: bool,
    /// What training changes.
    pub trainable_params: Params,
    /// What it leaves alone.
    pub non_trainable_params: Params,
    /// `None` unless the model is compiled and the optimizer has state.
    pub optimizer_params: Option<Params>,
    /// Whether the model is a `Sequential`, whose input layer is not listed.
    pub sequential: bool,
}

/// One layer.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The layer's name.
    pub name: String,
    /// Keras's name of its class.
    pub class_name: String,
    /// The shape as Keras 3 prints it: `(None, 3)`, `[(None, 5), (None, 5)]`, or `?` if unknown.
    pub output_shape: String,
    /// How many weights it has; `None` if it is not built.
    pub params: Option<usize>,
    /// The tensors that feed it, as `layer[node][tensor]`.
    pub connected_to: Vec<String>,
    /// How many models it is nested in.
    pub level: usize,
    /// Whether training changes its weights; `None` if it has none.
    pub trainable: Option<bool>,
}

impl Row {
    fn title(&self) -> String {
        format!("{} ({})", self.name, self.class_name)
    }
}

/// A number of weights and the bytes they take.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Params {
    /// How many numbers.
    pub count: usize,
    /// How many bytes.
    pub bytes: usize,
}

impl std::ops::Add for Params {
    type Output = Params;

    fn add(self, other: Params) -> Params {
        Params { count: self.count + other.count, bytes: self.bytes + other.bytes }
    }
}

/// The longest lines that a summary is drawn in.
const LONGEST: usize = 65_535;

/// The lines are too short for the columns (Keras: `Insufficient console width to print summary.`)
/// or too long for any console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SummaryError {
    /// The line length that was asked for.
    pub line_length: usize,
}

impl fmt::Display for SummaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line_length {
            0..=LONGEST => f.write_str("insufficient console width to print summary: ")?,
            _ => write!(f, "more than {LONGEST}: ")?,
        }
        write!(f, "{} columns", self.line_length)
    }
}

impl std::error::Error for SummaryError {}

impl Summary {
    /// Draws the summary. The text ends in a line break.
    ///
    /// It is what Keras prints on a console of the width that the options say.
    ///
    /// # Errors
    /// [`SummaryError`] if a column would have no room, or the lines are longer than [`LONGEST`].
    pub(crate) fn render(&self, options: &SummaryOptions) -> Result<String, SummaryError> {
        if let Some(line_length) = options.line_length.filter(|length| *length > LONGEST) {
            return Err(SummaryError { line_length });
        }
        match options.style {
            SummaryStyle::Keras3 => keras3::draw(self, options),
            SummaryStyle::Keras2 => keras2::draw(self, options, keras2::Era::Since213),
            SummaryStyle::Keras27 => keras2::draw(self, options, keras2::Era::Before213),
        }
    }

    fn listed(&self) -> Vec<&Row> {
        let hidden =
            |row: &Row| self.sequential && row.level == 0 && row.class_name == "InputLayer";
        self.rows.iter().filter(|row| !hidden(row)).collect()
    }
}
