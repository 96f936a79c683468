//! Whether the values of a graph are each made once, before they are read.

use std::collections::HashSet;

use super::model::{Attribute, Graph};

/// Checks a graph and those in it; what is wrong, if anything is.
pub(super) fn graph(graph: &Graph) -> Result<(), String> {
    below(graph, &mut vec![HashSet::new()])
}

/// `known` are the values of the graphs around, and of this one.
fn below<'a>(graph: &'a Graph, known: &mut Vec<HashSet<&'a str>>) -> Result<(), String> {
    let mut arrays = HashSet::new();
    for (name, _) in &graph.initializers {
        if !arrays.insert(&**name) {
            return Err(format!("two arrays have the name {name:?}"));
        }
    }
    let own = known.len() - 1;
    for input in &graph.inputs {
        if !known[own].insert(&input.name) {
            return Err(format!("two inputs have the name {:?}", input.name));
        }
    }
    // An array of the name of an input is its default.
    known[own].extend(arrays);
    for node in &graph.nodes {
        let is_known = |name: &&String| {
            name.is_empty() || known.iter().any(|values| values.contains(name.as_str()))
        };
        if let Some(missing) = node.inputs.iter().find(|name| !is_known(name)) {
            let place = node.place();
            return Err(format!("{place} reads {missing:?}, which nothing before it makes"));
        }
        for (_, attribute) in &node.attributes {
            if let Attribute::Graph(inner) = attribute {
                known.push(HashSet::new());
                below(inner, known)?;
                known.pop();
            }
        }
        for output in node.outputs.iter().filter(|name| !name.is_empty()) {
            if !known[own].insert(output) {
                let place = node.place();
                return Err(format!("{place} makes {output:?}, which is there already"));
            }
        }
    }
    let is_known = |name: &str| known.iter().any(|values| values.contains(name));
    match graph.outputs.iter().find(|output| !is_known(&output.name)) {
        Some(missing) => Err(format!("nothing makes the output {:?}", missing.name)),
        None => Ok(()),
    }
}
