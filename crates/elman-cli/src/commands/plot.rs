//! `elman plot`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use elman::training::History;
use elman::{Model, Rankdir, Shape, Tensor, plot_model};
use elman_files::atomic;

use crate::failure::{Failure, Result};
use crate::terminal::Terminal;
use crate::values::count;
use crate::{arrays, model, outputs};

/// Draw a model's graph, a training's history, or hidden states over time
#[derive(Args)]
#[command(after_help = "\
Examples:
  elman plot model.keras graph.svg --show-shapes --show-layer-names
  elman plot history.csv curves.svg
  elman plot model.keras states.svg --states x.npy --layer lstm --sample 3

The graph is the one that Keras's plot_model draws, with its options. A history
is a table that CSVLogger wrote (.csv), or what `elman fit --history` did
(.json). Hidden states are what a recurrent layer computes at every step for
one sample of the data, whatever it returns: steps to the right, units
downwards, red above zero and blue below. A file that exists is replaced.")]
pub struct Plot {
    /// A .keras file, a TOML description, or a history (.csv or .json)
    what: PathBuf,
    /// Where to draw
    #[arg(value_name = "OUT.svg")]
    output: PathBuf,
    /// Draw the hidden states for this input; once for each input of the model
    #[arg(long, value_name = "DATA")]
    states: Vec<PathBuf>,
    /// Whose states [default: the first recurrent layer]
    #[arg(long, value_name = "NAME", requires = "states")]
    layer: Option<String>,
    /// Of which sample of the data, from 0 [default: 0]
    #[arg(long, value_name = "N", requires = "states", allow_negative_numbers = true)]
    sample: Option<usize>,
    #[command(flatten)]
    graph: Graph,
}

/// How to draw a graph.
#[derive(Args)]
struct Graph {
    /// Tell the shapes of inputs and outputs
    #[arg(long, conflicts_with = "states")]
    show_shapes: bool,
    /// Tell the dtypes of outputs
    #[arg(long, conflicts_with = "states")]
    show_dtype: bool,
    /// Tell the layers' names
    #[arg(long, conflicts_with = "states")]
    show_layer_names: bool,
    /// Tell the layers' activations
    #[arg(long, conflicts_with = "states")]
    show_layer_activations: bool,
    /// Tell whether training changes the layers' weights
    #[arg(long, conflicts_with = "states")]
    show_trainable: bool,
    /// Draw the layers of models within the model
    #[arg(long, conflicts_with = "states")]
    expand_nested: bool,
    /// The direction: TB, downwards, or LR, to the right [default: TB]
    #[arg(long, value_name = "DIR", conflicts_with = "states", value_parser = str::parse::<Rankdir>)]
    rankdir: Option<Rankdir>,
}

impl Plot {
    /// Draws and writes the picture.
    pub fn run(self, terminal: &Terminal) -> Result<ExitCode> {
        outputs::check_extension(&self.output, "OUT.svg", &["svg"])?;
        let inputs: Vec<&Path> = self.states.iter().chain([&self.what]).map(|p| &**p).collect();
        outputs::check(&[&self.output], &inputs)?;
        let svg = match is_history(&self.what) {
            true => self.history()?,
            false if self.states.is_empty() => {
                self.graph(&model::open(&self.what, terminal)?.model)?
            }
            false => self.states(terminal)?,
        };
        atomic::write(&self.output, svg.as_bytes())?;
        terminal.note(format_args!("wrote {}", self.output.display()));
        Ok(ExitCode::SUCCESS)
    }

    fn history(&self) -> Result<String> {
        if !self.states.is_empty() || self.graph.is_given() {
            let what = self.what.display();
            let text = format!("{what} is a history: options of graphs and states don't apply");
            return Err(Failure::Usage(text));
        }
        Ok(elman::plot::history(&History::read(&self.what)?)?)
    }

    fn graph(&self, model: &Model) -> Result<String> {
        let graph = &self.graph;
        let plot = plot_model(model)
            .show_shapes(graph.show_shapes)
            .show_dtype(graph.show_dtype)
            .show_layer_names(graph.show_layer_names)
            .show_layer_activations(graph.show_layer_activations)
            .show_trainable(graph.show_trainable)
            .expand_nested(graph.expand_nested)
            .rankdir(graph.rankdir.unwrap_or_default());
        Ok(plot.svg()?)
    }

    fn states(&self, terminal: &Terminal) -> Result<String> {
        let mut opened = model::open(&self.what, terminal)?;
        opened.warn_if_new(terminal);
        let inputs = arrays::all_inputs(&self.states, "--states", &opened.model, terminal)?;
        opened.build_for(&inputs)?;
        let model = &opened.model;
        let layer = match (&self.layer, model.recurrent_layers().first()) {
            (Some(layer), _) => layer,
            (None, Some(first)) => *first,
            (None, None) => {
                let what = self.what.display();
                return Err(Failure::Failed(format!("{what}: the model has no recurrent layer")));
            }
        };
        let number = self.sample.unwrap_or(0);
        let samples = inputs.iter().filter_map(|x| x.shape().first()).min().copied().unwrap_or(0);
        if number >= samples {
            let there = count(samples, "sample");
            return Err(Failure::Failed(format!(
                "--sample {number}: there are {there} in the data, counted from 0"
            )));
        }
        let sample: Vec<Tensor> = inputs.iter().map(|x| x.rows(number, number + 1)).collect();
        let states = model.hidden_states(layer, sample)?;
        let (time, units) = (states.shape()[1], states.shape()[2..].iter().product::<usize>());
        let shape = Shape::from(states.shape());
        let flat = states.into_shape_with_order((time, units)).map_err(|_| {
            Failure::Failed(format!("{layer}: states of shape {shape} are no steps of units"))
        })?;
        let title = format!("{layer}, sample {number}");
        Ok(elman::plot::states(&title, flat.view())?)
    }
}

impl Graph {
    fn is_given(&self) -> bool {
        self.show_shapes
            || self.show_dtype
            || self.show_layer_names
            || self.show_layer_activations
            || self.show_trainable
            || self.expand_nested
            || self.rankdir.is_some()
    }
}

fn is_history(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["csv", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
