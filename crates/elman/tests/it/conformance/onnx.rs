//! Every layer as an ONNX graph. That it computes the same, ONNX Runtime shows: `make onnx`.

use elman::OnnxOptions;
use elman_files::onnx;

use super::files::{is_called, model};
use super::{ensure, for_all, said};

/// The classes that take text or tables, which can't be exported.
const REFUSED: &[&str] = &["IntegerLookup", "StringLookup", "TextVectorization"];

#[test]
fn every_layer_is_a_graph_in_every_opset_or_refuses_by_name() {
    for_all(650, is_called, |case| {
        let model = model(case)?;
        for opset in OnnxOptions::OPSETS {
            let graph = match model.to_onnx(OnnxOptions::new().opset(opset)) {
                Ok(graph) => graph,
                Err(error) => {
                    let said = error.to_string();
                    let is_expected = REFUSED.contains(&case.class())
                        || case.layer.to_string().contains("\"stateful\":true");
                    ensure(is_expected && said.contains("can't be exported to ONNX"), || said)?;
                    continue;
                }
            };
            ensure(!REFUSED.contains(&case.class()), || "it is exported after all".into())?;
            // The reader checks that each value is made once, before it is read.
            let bytes = graph.to_bytes().map_err(said)?;
            let again = onnx::Model::from_vec(bytes, "layer.onnx").map_err(said)?;
            ensure(again == graph, || "another graph came back".into())?;
            let outputs = graph.graph.outputs.len();
            ensure(outputs == model.output_shapes().len(), || format!("{outputs} outputs"))?;
        }
        Ok(())
    });
}
