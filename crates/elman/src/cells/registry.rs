//! Which class name means which cell, and how a cell is read from its configuration.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{
    AnyCell, Cell, GruCell, LstmCell, MinGruCell, MinLstmCell, PeepholeLstmCell, SimpleRnnCell,
    StackedRnnCells,
};
use crate::layers::{Base, Options, is_registered_as};
use crate::{Error, Result};

type Load = fn(&Map<String, Value>, &str) -> Result<Box<dyn Cell>>;

/// Every cell class that a file may name.
const CLASSES: &[(&str, Load)] = &[
    ("GRUCell", load::<GruCell>),
    ("LSTMCell", load::<LstmCell>),
    ("MinGRUCell", load::<MinGruCell>),
    ("MinLSTMCell", load::<MinLstmCell>),
    ("PeepholeLSTMCell", load::<PeepholeLstmCell>),
    ("SimpleRNNCell", load::<SimpleRnnCell>),
    ("StackedRNNCells", stacked),
];

fn load<C: Cell + DeserializeOwned>(
    config: &Map<String, Value>,
    place: &str,
) -> Result<Box<dyn Cell>> {
    let cell = C::deserialize(config);
    Ok(Box::new(cell.map_err(|error| problem(place, error.to_string()))?))
}

fn stacked(config: &Map<String, Value>, place: &str) -> Result<Box<dyn Cell>> {
    let cells = config.get("cells").and_then(Value::as_array);
    let cells = cells.ok_or_else(|| problem(place, "`cells` must be a list of cells".into()))?;
    let cells: Result<Vec<AnyCell>> = cells.iter().map(cell_from_object).collect();
    Ok(Box::new(StackedRnnCells::from_cells(cells?)))
}

fn problem(place: &str, problem: String) -> Error {
    Error::Config { place: place.into(), problem }
}

/// The cell of an object as Keras writes it: `{"class_name", "config", …}`.
///
/// # Errors
/// As [`layer_from_config`](crate::layers::layer_from_config).
///
/// ```
/// use elman::cells::{Cell, cell_from_object};
/// let object = serde_json::json!({ "class_name": "GRUCell", "config": { "units": 3 } });
/// assert_eq!(cell_from_object(&object)?.output_size(), 3);
/// # Ok::<(), elman::Error>(())
/// ```
pub fn cell_from_object(object: &Value) -> Result<AnyCell> {
    let class_name = object.get("class_name").and_then(Value::as_str).unwrap_or_default();
    let config = object.get("config").and_then(Value::as_object).ok_or_else(|| {
        problem(
            "cell",
            format!("an object with `class_name` and `config` is expected, got {object}"),
        )
    })?;
    let known = CLASSES.iter().find(|(class, _)| *class == class_name);
    let registered = object.get("registered_name").and_then(Value::as_str);
    let (_, load) =
        known.filter(|_| is_registered_as(class_name, registered)).ok_or_else(|| {
            Error::Unknown {
                what: "cell class",
                name: registered.unwrap_or(class_name).into(),
                known: CLASSES.iter().map(|(class, _)| *class).collect::<Vec<_>>().join(", "),
            }
        })?;
    let name = config.get("name").and_then(Value::as_str).unwrap_or_default();
    let options = Options::of(format!("cell \"{name}\" ({class_name})"), config);
    // Keras would penalize what the cell gives at every step, and its states once more.
    if let Some(value) = config.get("activity_regularizer").filter(|value| !value.is_null()) {
        return Err(Error::Unsupported {
            place: options.place().into(),
            option: format!("activity_regularizer = {value}"),
            advice: "give it to the layer over the cell".into(),
        });
    }
    let cell = load(config, options.place())?;
    let mut base =
        Base::deserialize(config).map_err(|error| problem(options.place(), error.to_string()))?;
    base.name.get_or_insert_with(|| crate::names::automatic(class_name));
    let cell = AnyCell::from_parts(base, cell);
    options.check_known(&cell.all_keys())?;
    Ok(cell)
}
