//! A model's graph as a picture: Keras's `plot_model`, as SVG.
//!
//! ```text
//! model --diagram--> boxes and edges --layout--> places and lines --svg--> text
//! ```

mod card;
mod diagram;
mod geometry;
mod layout;
mod svg;
#[cfg(test)]
mod tests;
mod text;

use std::path::Path;

use crate::models::Model;
use crate::{Error, Result};

/// Draws a model's graph: Keras's `plot_model`. See [`PlotModel`] for what can be shown.
///
/// ```
/// use elman::prelude::*;
/// let mut model = Sequential::new();
/// model.add(Lstm::new(3).input_shape([2, 10]))?.add(Dense::new(1))?;
/// let svg = elman::plot_model(&model).show_shapes(true).svg()?;
/// assert!(svg.starts_with("<svg") && svg.contains("(None, 2, 10)"));
/// # Ok::<(), elman::Error>(())
/// ```
#[doc(alias = "keras.utils.plot_model")]
pub fn plot_model(model: &Model) -> PlotModel<'_> {
    PlotModel { model, show: Show::default(), rankdir: Rankdir::default() }
}

/// The picture of a model's graph, with Keras's arguments and defaults.
///
/// A box is a layer and an arrow leads from a layer to one that reads an output of it. A layer that
/// is called several times has one box; a wrapper names what it wraps, `Bidirectional(LSTM)`.
/// Recurrent layers are blue. `dpi` has no meaning for SVG, which has no pixels.
///
/// ```
/// use elman::prelude::*;
/// let x = Input::new([10, 3]).symbolic();
/// let h = Gru::new(4).return_sequences(true).apply(&x)?;
/// let y = Add::new().apply([&h, &Dense::new(4).apply(&h)?])?;
/// let model = Functional::new(&x, &y).build()?;
/// let plot = elman::plot_model(&model).show_layer_names(true).rankdir(elman::Rankdir::LeftToRight);
/// # let path = std::env::temp_dir().join(format!("elman-plot-{}.svg", std::process::id()));
/// plot.save(&path)?;
/// # std::fs::remove_file(&path).unwrap();
/// # Ok::<(), elman::Error>(())
/// ```
#[derive(Clone)]
pub struct PlotModel<'m> {
    model: &'m Model,
    show: Show,
    rankdir: Rankdir,
}

/// The direction in which a model's graph runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rankdir {
    /// Downwards, Keras's `"TB"`.
    #[default]
    TopToBottom,
    /// To the right, Keras's `"LR"`.
    LeftToRight,
}

impl std::str::FromStr for Rankdir {
    type Err = Error;

    fn from_str(text: &str) -> Result<Rankdir> {
        match text {
            "TB" => Ok(Rankdir::TopToBottom),
            "LR" => Ok(Rankdir::LeftToRight),
            _ => Err(Error::InvalidArgument {
                place: "plot_model".into(),
                argument: "rankdir",
                expected: "TB or LR".into(),
                got: format!("`{text}`"),
            }),
        }
    }
}

/// What boxes tell of their layers.
#[derive(Clone, Copy, Debug, Default)]
struct Show {
    shapes: bool,
    dtype: bool,
    layer_names: bool,
    layer_activations: bool,
    trainable: bool,
    nested: bool,
}

impl PlotModel<'_> {
    /// Whether to tell the shapes of inputs and outputs (false).
    pub fn show_shapes(mut self, show_shapes: bool) -> Self {
        self.show.shapes = show_shapes;
        self
    }

    /// Whether to tell the dtypes of outputs (false). elman computes in f32 whatever they say.
    pub fn show_dtype(mut self, show_dtype: bool) -> Self {
        self.show.dtype = show_dtype;
        self
    }

    /// Whether to tell the layers' names (false).
    pub fn show_layer_names(mut self, show_layer_names: bool) -> Self {
        self.show.layer_names = show_layer_names;
        self
    }

    /// Whether to tell the activations of layers that have one (false).
    pub fn show_layer_activations(mut self, show_layer_activations: bool) -> Self {
        self.show.layer_activations = show_layer_activations;
        self
    }

    /// Whether to tell if training changes the layers' weights (false).
    pub fn show_trainable(mut self, show_trainable: bool) -> Self {
        self.show.trainable = show_trainable;
        self
    }

    /// Whether to draw the layers of models within the model (false: each is one box).
    pub fn expand_nested(mut self, expand_nested: bool) -> Self {
        self.show.nested = expand_nested;
        self
    }

    /// The direction of the graph ([`Rankdir::TopToBottom`]).
    pub fn rankdir(mut self, rankdir: Rankdir) -> Self {
        self.rankdir = rankdir;
        self
    }

    /// The picture as the text of an SVG file.
    ///
    /// # Errors
    /// [`Error::NotBuilt`], as in Keras; [`Error::InvalidArgument`] for a graph with far more
    /// layers between the ends of its edges than anyone could look at.
    pub fn svg(&self) -> Result<String> {
        let diagram = diagram::of_model(self.model, &self.show)?;
        Ok(svg::write(&layout::arrange(diagram, self.rankdir)?, self.model.name()))
    }

    /// Writes the picture as an SVG file, replacing one that is there in one step.
    ///
    /// # Errors
    /// As [`PlotModel::svg`], and a file that can't be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        Ok(elman_files::atomic::write(path.as_ref(), self.svg()?.as_bytes())?)
    }
}
