//! Arrays and groups by path.

use std::collections::BTreeMap;
use std::ops::Bound;

use crate::array::Array;
use crate::error::{Error, Result};
use crate::hdf5::Room;

/// Arrays and groups by path, in the layout of Keras's `model.weights.h5`.
///
/// A path is names joined by `/`; a leading, trailing or doubled `/` makes no difference and `""`
/// is the root. Inserting makes the groups above. A `vars` group carries a name, that of the layer,
/// cell or optimizer it belongs to, which is for people to read: Keras finds variables by path.
///
/// ```
/// use elman_files::{Array, WeightStore};
///
/// let mut store = WeightStore::new();
/// store.insert_group("optimizer/vars", Some("adam"));
/// for i in 0..12 {
///     store.insert(&format!("optimizer/vars/{i}"), Array::i32_scalar(i));
/// }
///
/// assert_eq!(store.group_name("optimizer/vars"), Some("adam"));
/// // By number, although HDF5 itself sorts "10" before "2".
/// assert_eq!(store.variables("optimizer/vars")[2].to_f32(), [2.0]);
///
/// let bytes = store.to_h5()?;
/// assert_eq!(WeightStore::read_h5(&bytes, "m.weights.h5")?, store);
/// # Ok::<(), elman_files::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WeightStore {
    /// Without the root, which is always there.
    groups: BTreeMap<String, Attributes>,
    root: Attributes,
    arrays: BTreeMap<String, Array>,
}

/// The attributes of a group, by name.
type Attributes = BTreeMap<String, Attribute>;

/// An attribute of a group: what Keras notes there is text.
///
/// ```
/// use elman_files::{Attribute, WeightStore};
/// let mut store = WeightStore::new();
/// store.set_attribute("", "keras_version", Attribute::Text("2.15.0".into()));
/// assert_eq!(store.text("", "keras_version"), Some("2.15.0"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// One text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
}

impl WeightStore {
    /// An empty store.
    ///
    /// ```
    /// assert_eq!(elman_files::WeightStore::new().arrays().count(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a group and those above it. A name replaces the group's earlier one; `None` keeps it.
    ///
    /// ```
    /// let mut store = elman_files::WeightStore::new();
    /// store.insert_group("layers/lstm/vars", Some("lstm_1"));
    /// assert!(store.has_group("layers/lstm"));
    /// ```
    pub fn insert_group(&mut self, path: &str, name: Option<&str>) {
        let path = clean(path);
        if path.is_empty() {
            return;
        }
        self.insert_parents(&path);
        let group = self.groups.entry(path).or_default();
        if let Some(name) = name {
            group.insert(NAME.to_owned(), Attribute::Text(name.to_owned()));
        }
    }

    /// Gives a group an attribute, in place of an earlier one of this name, and makes the group if
    /// there is none. The root, `""`, has attributes too.
    ///
    /// ```
    /// # use elman_files::{Attribute, WeightStore};
    /// let mut store = WeightStore::new();
    /// store.set_attribute("model", "layer_names", Attribute::Texts(vec!["lstm".into()]));
    /// assert!(store.has_group("model"));
    /// ```
    pub fn set_attribute(&mut self, path: &str, name: &str, value: Attribute) {
        self.insert_group(path, None);
        let path = clean(path);
        let attributes = match path.as_str() {
            "" => &mut self.root,
            path => self.groups.entry(path.to_owned()).or_default(),
        };
        attributes.insert(name.to_owned(), value);
    }

    /// The attributes of a group, by name.
    ///
    /// ```
    /// assert_eq!(elman_files::WeightStore::new().attributes("").count(), 0);
    /// ```
    pub fn attributes(&self, path: &str) -> impl Iterator<Item = (&str, &Attribute)> {
        let path = clean(path);
        let attributes = if path.is_empty() { Some(&self.root) } else { self.groups.get(&path) };
        attributes.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    }

    /// An attribute that is a text; a list of one text counts as it.
    ///
    /// ```
    /// assert_eq!(elman_files::WeightStore::new().text("", "backend"), None);
    /// ```
    pub fn text(&self, path: &str, name: &str) -> Option<&str> {
        match self.attribute(path, name)? {
            Attribute::Text(text) => Some(text),
            Attribute::Texts(texts) => match texts.as_slice() {
                [text] => Some(text),
                _ => None,
            },
        }
    }

    /// An attribute that is a list of texts. As Keras does with long lists, it may be cut into
    /// `NAME0`, `NAME1`, …
    ///
    /// ```
    /// # use elman_files::{Attribute, WeightStore};
    /// let mut store = WeightStore::new();
    /// store.set_attribute("", "layer_names0", Attribute::Texts(vec!["lstm".into()]));
    /// store.set_attribute("", "layer_names1", Attribute::Texts(vec!["dense".into()]));
    /// assert_eq!(store.texts("", "layer_names").unwrap(), ["lstm", "dense"]);
    /// ```
    pub fn texts(&self, path: &str, name: &str) -> Option<Vec<&str>> {
        let list = |name: &str| match self.attribute(path, name)? {
            Attribute::Texts(texts) => Some(texts.iter().map(String::as_str).collect()),
            Attribute::Text(text) => Some(vec![text.as_str()]),
        };
        let parts = || {
            let parts: Vec<Vec<&str>> = (0..).map_while(|i| list(&format!("{name}{i}"))).collect();
            (!parts.is_empty()).then(|| parts.concat())
        };
        list(name).or_else(parts)
    }

    fn attribute(&self, path: &str, name: &str) -> Option<&Attribute> {
        let path = clean(path);
        if path.is_empty() { &self.root } else { self.groups.get(&path)? }.get(name)
    }

    /// Adds an array, in place of an earlier one of this path, and the groups above it.
    ///
    /// ```
    /// use elman_files::{Array, WeightStore};
    /// let mut store = WeightStore::new();
    /// store.insert("layers/dense/vars/0", Array::f32([1, 1], vec![2.0]));
    /// assert!(store.has_group("layers/dense/vars"));
    /// ```
    pub fn insert(&mut self, path: &str, array: Array) {
        let path = clean(path);
        self.insert_parents(&path);
        self.arrays.insert(path, array);
    }

    fn insert_parents(&mut self, path: &str) {
        for (end, _) in path.match_indices('/') {
            if !self.groups.contains_key(&path[..end]) {
                self.groups.insert(path[..end].to_owned(), Attributes::new());
            }
        }
    }

    /// The array of this path.
    ///
    /// ```
    /// assert!(elman_files::WeightStore::new().get("layers/dense/vars/0").is_none());
    /// ```
    pub fn get(&self, path: &str) -> Option<&Array> {
        self.arrays.get(&clean(path))
    }

    /// Takes the array of this path out; the groups above it stay.
    ///
    /// ```
    /// use elman_files::{Array, WeightStore};
    /// let mut store = WeightStore::new();
    /// store.insert("vars/0", Array::i32_scalar(1));
    /// assert!(store.remove("vars/0").is_some() && store.has_group("vars"));
    /// ```
    pub fn remove(&mut self, path: &str) -> Option<Array> {
        self.arrays.remove(&clean(path))
    }

    /// Whether there is a group of this path; the root always is.
    ///
    /// ```
    /// assert!(elman_files::WeightStore::new().has_group(""));
    /// ```
    pub fn has_group(&self, path: &str) -> bool {
        let path = clean(path);
        path.is_empty() || self.groups.contains_key(&path)
    }

    /// The name a group carries.
    ///
    /// ```
    /// let mut store = elman_files::WeightStore::new();
    /// store.insert_group("vars", Some("sequential"));
    /// assert_eq!(store.group_name("vars"), Some("sequential"));
    /// ```
    pub fn group_name(&self, path: &str) -> Option<&str> {
        match self.attribute(path, NAME)? {
            Attribute::Text(name) => Some(name),
            Attribute::Texts(_) => None,
        }
    }

    /// Every group with the name it carries, by path, groups before what they hold.
    ///
    /// ```
    /// let mut store = elman_files::WeightStore::new();
    /// store.insert_group("layers/gru", None);
    /// assert!(store.groups().eq([("layers", None), ("layers/gru", None)]));
    /// ```
    pub fn groups(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.groups.keys().map(|path| (path.as_str(), self.group_name(path)))
    }

    /// Every array, by path.
    ///
    /// ```
    /// use elman_files::{Array, WeightStore};
    /// let mut store = WeightStore::new();
    /// store.insert("vars/0", Array::i32_scalar(1));
    /// assert_eq!(store.arrays().next().unwrap().0, "vars/0");
    /// ```
    pub fn arrays(&self) -> impl Iterator<Item = (&str, &Array)> {
        self.arrays.iter().map(|(path, array)| (path.as_str(), array))
    }

    /// The names directly below a group, groups and arrays together, sorted as text.
    ///
    /// ```
    /// use elman_files::{Array, WeightStore};
    /// let mut store = WeightStore::new();
    /// store.insert("lstm/cell/vars/0", Array::i32_scalar(1));
    /// store.insert("lstm/vars/0", Array::i32_scalar(1));
    /// assert_eq!(store.children("lstm"), ["cell", "vars"]);
    /// ```
    pub fn children(&self, path: &str) -> Vec<&str> {
        let prefix = prefix(path);
        let mut names: Vec<&str> = Vec::new();
        names.extend(below(&self.groups, &prefix));
        names.extend(below(&self.arrays, &prefix));
        names.sort_unstable();
        names
    }

    /// The variables of a group: the arrays named `0`, `1`, `2`, … in that order, up to the first
    /// number that is missing.
    ///
    /// ```
    /// # use elman_files::{Array, WeightStore};
    /// let mut store = WeightStore::new();
    /// for name in ["0", "1", "3"] {
    ///     store.insert(&format!("vars/{name}"), Array::f32_scalar(0.5));
    /// }
    /// assert_eq!(store.variables("vars").len(), 2);
    /// ```
    pub fn variables(&self, group_path: &str) -> Vec<&Array> {
        let prefix = prefix(group_path);
        (0usize..).map_while(|i| self.arrays.get(&format!("{prefix}{i}"))).collect()
    }

    /// Reads an HDF5 file such as `model.weights.h5`; `name` is what errors call the file.
    ///
    /// Numeric datasets become arrays, and of a group's attributes the texts are kept. Datasets of
    /// text, records or references are [`Error::UnsupportedDtype`]. No link to another place or
    /// file is ever followed: a soft link is [`Error::SoftLink`] in the groups Keras and h5py write;
    /// in groups of HDF5's newer formats, and if it leads to another file, it is as if absent.
    ///
    /// ```
    /// # let bytes = elman_files::WeightStore::new().to_h5()?;
    /// let store = elman_files::WeightStore::read_h5(&bytes, "model.weights.h5")?;
    /// # Ok::<(), elman_files::Error>(())
    /// ```
    pub fn read_h5(bytes: &[u8], name: &str) -> Result<Self> {
        Self::from_h5_vec(bytes.to_vec(), name)
    }

    /// [`read_h5`](Self::read_h5) without a copy of the file.
    ///
    /// ```
    /// let bytes = elman_files::WeightStore::new().to_h5()?;
    /// elman_files::WeightStore::from_h5_vec(bytes, "model.weights.h5")?;
    /// # Ok::<(), elman_files::Error>(())
    /// ```
    pub fn from_h5_vec(bytes: Vec<u8>, name: &str) -> Result<Self> {
        let room = Room::of_file(bytes.len() as u64);
        Self::from_h5_in(bytes, room, name)
    }

    /// Reads the bytes of a file that has so much room.
    pub(crate) fn from_h5_in(bytes: Vec<u8>, room: Room, name: &str) -> Result<Self> {
        crate::hdf5::read(bytes, room, name)
    }

    /// Writes HDF5 as h5py and Keras read it, the same bytes for the same content.
    ///
    /// ```
    /// let bytes = elman_files::WeightStore::new().to_h5()?;
    /// assert_eq!(&bytes[..4], b"\x89HDF");
    /// # Ok::<(), elman_files::Error>(())
    /// ```
    pub fn to_h5(&self) -> Result<Vec<u8>> {
        for (path, array) in &self.arrays {
            array.check(path)?;
            // An array below an array is seen here too: inserting it made a group of the upper.
            if path.is_empty() || self.groups.contains_key(path) {
                return Err(Error::PathClash { path: path.clone() });
            }
        }
        crate::hdf5::write(self)
    }
}

/// The attribute in which Keras notes what a group of variables belongs to.
const NAME: &str = "name";

/// A path without empty names.
fn clean(path: &str) -> String {
    path.split('/').filter(|name| !name.is_empty()).collect::<Vec<_>>().join("/")
}

/// What the paths below a group start with.
fn prefix(path: &str) -> String {
    let path = clean(path);
    if path.is_empty() { path } else { path + "/" }
}

/// The names directly below a prefix.
fn below<'a, V>(map: &'a BTreeMap<String, V>, prefix: &str) -> impl Iterator<Item = &'a str> {
    map.range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
        .map_while(move |(path, _)| path.strip_prefix(prefix))
        .filter(|name| !name.contains('/'))
}
