//! Which axis of an input is the batch: what the recurrent operators behind it say.

use elman_files::onnx::{Attribute, Graph, Node};

/// The axis of the batch of an input of `ndim` dimensions: the first, unless the input comes to a
/// recurrent operator, perhaps turned, as one whose batch is another.
pub(super) fn axis_of(graph: &Graph, input: &str, ndim: usize) -> usize {
    let fits = |axis: usize| follow(graph, input, axis);
    // Some axis that an operator takes for the batch, before one that none contradicts.
    let agreed = (0..ndim).find(|axis| fits(*axis) == Some(true));
    agreed.unwrap_or(0)
}

/// Whether the operators behind a value agree that an axis of it is the batch; none if none says.
fn follow(graph: &Graph, input: &str, axis: usize) -> Option<bool> {
    let mut places = vec![(input.to_owned(), axis)];
    let mut at = 0;
    let mut answer = None;
    while let Some((name, axis)) = places.get(at).cloned() {
        at += 1;
        for node in graph.nodes.iter().filter(|node| node.inputs.contains(&name)) {
            if let Some(batch) = batch_of(node, &name) {
                if batch != axis {
                    return Some(false);
                }
                answer = Some(true);
            } else if let (Some(axis), Some(output)) = (moved(node, axis), node.outputs.first()) {
                let place = (output.clone(), axis);
                if !places.contains(&place) {
                    places.push(place);
                }
            }
        }
    }
    answer
}

/// The axis that a recurrent operator takes for the batch of one of its inputs.
fn batch_of(node: &Node, name: &str) -> Option<usize> {
    if !matches!(&*node.op, "RNN" | "LSTM" | "GRU") {
        return None;
    }
    let batch_first = node.attribute("layout") == Some(&Attribute::Int(1));
    match node.inputs.iter().position(|input| input == name)? {
        0 | 5 | 6 => Some(usize::from(!batch_first)),
        4 => Some(0),
        _ => None,
    }
}

/// Where an axis is behind an operator that moves axes or leaves them.
fn moved(node: &Node, axis: usize) -> Option<usize> {
    match &*node.op {
        "Transpose" => match node.attribute("perm")? {
            Attribute::Ints(order) => order.iter().position(|from| *from == axis as i64),
            _ => None,
        },
        // Of other operators, those that keep the number of axes keep their meaning.
        "Identity" | "Cast" | "Dropout" | "Relu" | "Tanh" | "Sigmoid" | "Add" | "Mul"
        | "MatMul" => Some(axis),
        // A table gives each index a row.
        "Gather" => Some(axis),
        _ => None,
    }
}
