//! What layers keep in files beside configurations and weights.

use std::collections::BTreeMap;

/// What a layer keeps in files beside its configuration and its weights, by path below the layer's
/// place: files such as a vocabulary, and arrays that Keras doesn't count among the weights.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assets {
    files: BTreeMap<String, Vec<u8>>,
    numbers: BTreeMap<String, Vec<f64>>,
}

impl Assets {
    /// Nothing.
    ///
    /// ```
    /// assert!(elman::layers::Assets::default().file("vocabulary.txt").is_none());
    /// ```
    pub fn new() -> Assets {
        Assets::default()
    }

    /// Adds a file.
    pub fn insert_file(&mut self, path: &str, content: Vec<u8>) {
        self.files.insert(path.into(), content);
    }

    /// Adds an array of one dimension.
    pub fn insert_numbers(&mut self, path: &str, numbers: Vec<f64>) {
        self.numbers.insert(path.into(), numbers);
    }

    /// The content of a file.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// The values of an array.
    pub fn numbers(&self, path: &str) -> Option<&[f64]> {
        self.numbers.get(path).map(Vec::as_slice)
    }

    /// The files and the arrays, by path.
    pub(crate) fn into_parts(self) -> (BTreeMap<String, Vec<u8>>, BTreeMap<String, Vec<f64>>) {
        (self.files, self.numbers)
    }

    /// What lies below a place, by path from there.
    pub fn below(&self, place: &str) -> Assets {
        fn cut<T: Clone>(all: &BTreeMap<String, T>, prefix: &str) -> BTreeMap<String, T> {
            let below = |(path, value): (&String, &T)| {
                Some((path.strip_prefix(prefix)?.to_owned(), value.clone()))
            };
            all.iter().filter_map(below).collect()
        }
        let prefix = format!("{place}/");
        Assets { files: cut(&self.files, &prefix), numbers: cut(&self.numbers, &prefix) }
    }

    /// All but what lies below a place.
    pub(crate) fn without(&self, place: &str) -> Assets {
        let prefix = format!("{place}/");
        let mut others = self.clone();
        others.files.retain(|path, _| !path.starts_with(&prefix));
        others.numbers.retain(|path, _| !path.starts_with(&prefix));
        others
    }

    /// Adds what a part of the layer keeps, below its place.
    pub fn extend_below(&mut self, place: &str, part: Assets) {
        let at = |path: String| format!("{place}/{path}");
        self.files.extend(part.files.into_iter().map(|(path, content)| (at(path), content)));
        self.numbers.extend(part.numbers.into_iter().map(|(path, numbers)| (at(path), numbers)));
    }
}
