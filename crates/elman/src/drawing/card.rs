//! What the box of a layer says, and how large it is.

use serde_json::Value;

use super::Show;
use super::text::{BODY, TITLE, width};
use crate::Shape;
use crate::layers::Layer;

/// Space between a box's border and its text.
pub(super) const PADDING: f64 = 12.0;
/// The height of the bar that says which layer it is.
pub(super) const BAR: f64 = 30.0;
/// The height of a line below it.
pub(super) const LINE: f64 = 18.0;
/// Space above the first and below the last line.
pub(super) const MARGIN: f64 = 7.0;
/// Space between what is told and its value.
const COLUMN: f64 = 14.0;
const NARROWEST: f64 = 96.0;
/// So many shapes stand in a line.
const SHAPES_IN_LINE: usize = 3;

/// A layer's box.
pub(super) struct Card {
    pub kind: Kind,
    /// The layer's name, where it is shown.
    pub name: Option<String>,
    pub class: String,
    /// What is told, and the value.
    pub lines: Vec<(&'static str, String)>,
}

/// What kind of layer it is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Input,
    Recurrent,
    Model,
    Other,
}

/// What is told of a layer beside its configuration.
pub(super) struct Facts<'a> {
    pub inputs: Option<Vec<Shape>>,
    pub outputs: &'a [Shape],
    /// Whether training changes its weights; none without weights.
    pub trainable: Option<bool>,
}

impl Card {
    pub fn new(layer: &dyn Layer, facts: &Facts, show: &Show) -> Card {
        let config = layer.config();
        let wrapped = config.get("layer").and_then(|inner| inner["class_name"].as_str());
        let class = layer.class_name();
        let kind = match class {
            "InputLayer" => Kind::Input,
            _ if layer.as_nested().is_some() => Kind::Model,
            _ if layer.as_recurrent().is_some() || config.contains_key("backward_layer") => {
                Kind::Recurrent
            }
            "Bidirectional" => Kind::Recurrent,
            _ => Kind::Other,
        };
        let mut lines = Vec::new();
        if let Some(activation) = config.get("activation").filter(|_| show.layer_activations) {
            lines.push(("Activation", activation_name(activation)));
        }
        if show.shapes {
            if kind != Kind::Input {
                tell_shapes(&mut lines, "Input shape", facts.inputs.as_deref());
            }
            tell_shapes(&mut lines, "Output shape", Some(facts.outputs));
        }
        if show.dtype {
            let dtype = layer.base().dtype.name();
            // Of a mixed policy, the outputs have the second type.
            let dtype = dtype.strip_prefix("mixed_").unwrap_or(dtype);
            lines.push(("Output dtype", dtype.into()));
        }
        if let Some(trainable) = facts.trainable.filter(|_| show.trainable) {
            lines.push(("Trainable", if trainable { "yes" } else { "no" }.into()));
        }
        Card {
            kind,
            name: show.layer_names.then(|| layer.base().name().to_owned()),
            class: match wrapped {
                Some(inner) => format!("{class}({inner})"),
                None => class.into(),
            },
            lines,
        }
    }

    /// What stands in the bar.
    pub fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("{name} ({})", self.class),
            None => self.class.clone(),
        }
    }

    /// Where the values begin, from the left border.
    pub fn column(&self) -> f64 {
        let keys = self.lines.iter().map(|(key, _)| width(key, BODY));
        PADDING + keys.fold(0.0, f64::max) + COLUMN
    }

    /// Width and height.
    pub fn size(&self) -> (f64, f64) {
        let values = self.lines.iter().map(|(_, value)| self.column() + width(value, BODY));
        let inner = values.fold(PADDING + width(&self.title(), TITLE), f64::max);
        let below = match self.lines.len() {
            0 => 0.0,
            n => 2.0 * MARGIN + LINE * n as f64,
        };
        ((inner + PADDING).max(NARROWEST).ceil(), BAR + below)
    }
}

/// Keras shows `[(None, 3), (None, 4)]` for several shapes.
fn tell_shapes(
    lines: &mut Vec<(&'static str, String)>,
    key: &'static str,
    shapes: Option<&[Shape]>,
) {
    let several = match shapes {
        None | Some([]) => return lines.push((key, "?".into())),
        Some([one]) => return lines.push((key, one.to_string())),
        Some(several) => several,
    };
    let rows: Vec<String> = several
        .chunks(SHAPES_IN_LINE)
        .map(|row| row.iter().map(Shape::to_string).collect::<Vec<_>>().join(", "))
        .collect();
    let last = rows.len() - 1;
    for (i, row) in rows.into_iter().enumerate() {
        let start = if i == 0 { "[" } else { "" };
        let end = if i == last { "]" } else { "," };
        lines.push((if i == 0 { key } else { "" }, format!("{start}{row}{end}")));
    }
}

/// The name in a configuration: a string, or an object with a class.
fn activation_name(activation: &Value) -> String {
    let name = activation.as_str().or(activation["class_name"].as_str());
    name.unwrap_or("linear").to_owned()
}
