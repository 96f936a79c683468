//! Models as ONNX files.

use std::path::Path;

use elman_files::onnx;

use super::exporter::value;
use super::{Edge, Exporter, OnnxOptions};
use crate::models::Model;
use crate::{Error, Result};

impl Model {
    /// Writes the model as an ONNX file, for prediction with other programs, such as ONNX Runtime:
    /// in one step, and for the same model the same bytes.
    ///
    /// Recurrent layers are ONNX's `RNN`, `LSTM` and `GRU` where these compute the same, else a
    /// `Scan` over steps; all other layers are put together from standard operators, in their form
    /// for prediction. Dimensions that are unknown in the model (the batch, the time) may have any
    /// length in the graph. Masks of `Embedding` and `Masking` are computed in the graph and change
    /// what they change here.
    ///
    /// # Errors
    /// [`Error::NotBuilt`]; [`Error::Onnx`] with a layer that can't be exported and why: it takes
    /// text, it is stateful and the graph is to have no states.
    ///
    /// ```
    /// use elman::OnnxOptions;
    /// use elman::prelude::*;
    /// # let path = std::env::temp_dir().join(format!("elman-doc-{}.onnx", std::process::id()));
    /// let mut model = Sequential::new();
    /// model.add(Lstm::new(3).return_sequences(true).input_shape(Shape::from([None, Some(2)])))?;
    /// model.save_onnx(&path, OnnxOptions::new())?;
    /// let graph = model.to_onnx(OnnxOptions::new())?.graph;
    /// assert!(graph.nodes.iter().any(|node| node.op == "LSTM"));
    /// # std::fs::remove_file(&path).unwrap();
    /// # Ok::<(), elman::Error>(())
    /// ```
    pub fn save_onnx(&self, path: impl AsRef<Path>, options: OnnxOptions) -> Result<()> {
        Ok(self.to_onnx(options)?.write(path.as_ref())?)
    }

    /// The model as an ONNX graph: see [`Model::save_onnx`].
    ///
    /// # Errors
    /// As [`Model::save_onnx`].
    pub fn to_onnx(&self, options: OnnxOptions) -> Result<onnx::Model> {
        options.check()?;
        let network = self.built()?;
        let graph = network.graph();
        let mut exporter = Exporter::new(network.parameters(), options);
        let shapes = network.input_shapes();
        let mut inputs = Vec::new();
        for (index, shape) in shapes.iter().enumerate() {
            if graph.takes_text(index) {
                let layer = format!("input {index} of model {}", self.name());
                let reason = "it is text; the model behind it can be exported".into();
                return Err(Error::Onnx { layer, reason });
            }
            let name = exporter.fresh(&self.input_name(index));
            inputs.push(Edge::new(name, shape.clone()));
        }
        let names: Vec<String> =
            self.output_names().iter().map(|name| exporter.fresh(name)).collect();
        let outputs = graph.onnx(inputs.clone(), &mut exporter)?;
        let time = |name: &str| match inputs.len() {
            1 => "time".to_owned(),
            _ => format!("{name}_time"),
        };
        let mut declared: Vec<onnx::Value> =
            inputs.iter().map(|edge| value(&edge.name, &edge.shape, &time(&edge.name))).collect();
        declared.append(&mut exporter.inputs);
        let mut given = Vec::new();
        for (name, edge) in names.iter().zip(&outputs) {
            exporter.named(&edge.name, name);
            given.push(value(name, &edge.shape, ""));
        }
        for (value, state) in std::mem::take(&mut exporter.states) {
            exporter.named(&state, &value.name);
            given.push(value);
        }
        Ok(onnx::Model {
            ir_version: options.ir_version(),
            opset: options.opset,
            producer: "elman".into(),
            producer_version: crate::VERSION.into(),
            doc: format!("The {} model {}", self.kind().class_name(), self.name()),
            metadata: [("elman.model".to_owned(), self.name().to_owned())].into_iter().collect(),
            graph: exporter.finish(self.name(), declared, given),
        })
    }

    /// What an input is called: as its layer, if the model lists one.
    fn input_name(&self, index: usize) -> String {
        let network = self.network().map(|network| network.graph());
        let listed = network.and_then(|graph| {
            graph.input_layers.get(index).map(|layer| graph.layers[*layer].base().name().to_owned())
        });
        let given =
            || self.input_layer().and_then(|layer| crate::layers::Layer::base(layer).name.clone());
        listed.or_else(given).filter(|name| !name.is_empty()).unwrap_or_else(|| "input".into())
    }
}
