//! The layout of Keras's `.h5` files from before `.weights.h5`: weights by the names of layers.

use std::collections::BTreeSet;

use crate::array::Array;
use crate::error::{Error, Result};
use crate::store::{Attribute, WeightStore};

const MODEL_WEIGHTS: &str = "model_weights";
const OPTIMIZER_WEIGHTS: &str = "optimizer_weights";
const OPTIMIZER_ASIDE: &str = "elman_optimizer_weights";
const TOP_LEVEL: &str = "top_level_model_weights";
const LAYER_NAMES: &str = "layer_names";
const WEIGHT_NAMES: &str = "weight_names";

/// Arrays with their names, in the order of the file.
pub type NamedArrays = Vec<(String, Array)>;

/// The contents of a legacy `.h5` file, as Keras 1, 2 and 3 write it: a whole model, or weights
/// alone (`save_weights` of Keras 1 and 2), which then lie at the root.
///
/// ```text
/// model.h5                  attributes keras_version, backend, model_config, training_config
/// ├── model_weights/        attributes layer_names, keras_version, backend
/// │   ├── lstm/             attribute weight_names: "lstm/lstm_cell/kernel:0", …
/// │   │   └── lstm/lstm_cell/kernel:0
/// │   ├── dense/…
/// │   └── top_level_model_weights/
/// └── optimizer_weights/    attribute weight_names
/// ```
///
/// Which dataset is which weight is told by the order of the lists of names alone.
///
/// ```
/// use elman_files::{Array, LegacyH5};
///
/// let file = LegacyH5 {
///     keras_version: Some("2.15.0".into()),
///     layers: vec![("out".into(), vec![("out/bias:0".into(), Array::f32([1], vec![0.5]))])],
///     ..LegacyH5::default()
/// };
/// let store = file.to_store();
/// assert!(LegacyH5::is(&store));
/// assert_eq!(LegacyH5::from_store(store, "weights.h5")?, file);
/// # Ok::<(), elman_files::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LegacyH5 {
    /// The version of Keras that wrote the file; Keras 1 and earlier may have left it out.
    pub keras_version: Option<String>,
    /// The backend it ran on.
    pub backend: Option<String>,
    /// The architecture as JSON; `None` where the file has weights alone.
    pub model_config: Option<String>,
    /// How the model was compiled, as JSON.
    pub training_config: Option<String>,
    /// Every layer by its name with its weights, in the order of the model.
    pub layers: Vec<(String, NamedArrays)>,
    /// The weights that belong to the model itself.
    pub top_level: NamedArrays,
    /// The variables of the optimizer; `None` if there are none in the file.
    pub optimizer: Option<NamedArrays>,
    /// The same, where Keras doesn't look for them (`elman_optimizer_weights`).
    pub optimizer_aside: Option<NamedArrays>,
}

impl LegacyH5 {
    /// Whether an HDF5 file has this layout.
    ///
    /// ```
    /// assert!(!elman_files::LegacyH5::is(&elman_files::WeightStore::new()));
    /// ```
    pub fn is(store: &WeightStore) -> bool {
        store.has_group(MODEL_WEIGHTS)
            || store.texts("", LAYER_NAMES).is_some()
            || store.text("", "model_config").is_some()
    }

    /// The contents of an HDF5 file of this layout; `name` is what errors call it.
    ///
    /// # Errors
    /// [`Error::LegacyLayout`] if a list of names is missing, or names what isn't there, or twice.
    pub fn from_store(mut store: WeightStore, name: &str) -> Result<Self> {
        let whole = store.has_group(MODEL_WEIGHTS);
        let root = if whole { MODEL_WEIGHTS } else { "" };
        let bad = |path: &str, problem: String| Error::LegacyLayout {
            file: name.to_owned(),
            path: path.to_owned(),
            problem,
        };
        let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
        let list = |store: &WeightStore, path: &str, key: &str| -> Result<Vec<String>> {
            let texts = store.texts(path, key).map(owned);
            texts.ok_or_else(|| bad(path, format!("has no list `{key}`")))
        };
        // Taken, not copied: a list may name one array any number of times.
        let take = |store: &mut WeightStore, path: &str| -> Result<NamedArrays> {
            let names = list(store, path, WEIGHT_NAMES)?;
            let array = |weight: String| match store.remove(&join(path, &weight)) {
                Some(array) => Ok((weight, array)),
                None => Err(bad(path, format!("has no dataset {weight:?}, or names it twice"))),
            };
            names.into_iter().map(array).collect()
        };
        let mut layers: Vec<(String, NamedArrays)> = Vec::new();
        let mut seen = BTreeSet::new();
        for layer in list(&store, root, LAYER_NAMES)? {
            if !seen.insert(layer.clone()) {
                return Err(bad(root, format!("names layer {layer:?} twice")));
            }
            let path = join(root, &layer);
            if !store.has_group(&path) {
                return Err(bad(root, format!("has no group {layer:?}, which it lists")));
            }
            layers.push((layer, take(&mut store, &path)?));
        }
        let [top_level, optimizer, optimizer_aside] =
            [&join(root, TOP_LEVEL), OPTIMIZER_WEIGHTS, OPTIMIZER_ASIDE]
                .map(|path| store.has_group(path).then(|| take(&mut store, path)).transpose());
        let text = |key: &str| store.text("", key).or_else(|| store.text(root, key));
        let text = |key: &str| text(key).map(str::to_owned);
        Ok(LegacyH5 {
            keras_version: text("keras_version"),
            backend: text("backend"),
            model_config: text("model_config"),
            training_config: text("training_config"),
            layers,
            top_level: top_level?.unwrap_or_default(),
            optimizer: optimizer?,
            optimizer_aside: optimizer_aside?,
        })
    }

    /// The contents as groups and arrays, to be written with [`WeightStore::to_h5`].
    ///
    /// ```
    /// let empty = elman_files::LegacyH5::default().to_store();
    /// assert_eq!(empty.texts("", "layer_names").unwrap().len(), 0);
    /// ```
    pub fn to_store(&self) -> WeightStore {
        let mut store = WeightStore::new();
        let root = if self.model_config.is_some() { MODEL_WEIGHTS } else { "" };
        let mut text = |path: &str, key: &str, value: &Option<String>| {
            if let Some(value) = value {
                store.set_attribute(path, key, Attribute::Text(value.clone()));
            }
        };
        for path in if root.is_empty() { vec![""] } else { vec!["", root] } {
            text(path, "keras_version", &self.keras_version);
            text(path, "backend", &self.backend);
        }
        text("", "model_config", &self.model_config);
        text("", "training_config", &self.training_config);
        let names = self.layers.iter().map(|(name, _)| name.clone()).collect();
        store.set_attribute(root, LAYER_NAMES, Attribute::Texts(names));
        let mut put = |path: &str, arrays: &NamedArrays| {
            let names = arrays.iter().map(|(name, _)| name.clone()).collect();
            store.set_attribute(path, WEIGHT_NAMES, Attribute::Texts(names));
            for (name, array) in arrays {
                store.insert(&join(path, name), array.clone());
            }
        };
        for (layer, arrays) in &self.layers {
            put(&join(root, layer), arrays);
        }
        put(&join(root, TOP_LEVEL), &self.top_level);
        for (path, optimizer) in
            [(OPTIMIZER_WEIGHTS, &self.optimizer), (OPTIMIZER_ASIDE, &self.optimizer_aside)]
        {
            if let Some(optimizer) = optimizer {
                put(path, optimizer);
            }
        }
        store
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") }
}
