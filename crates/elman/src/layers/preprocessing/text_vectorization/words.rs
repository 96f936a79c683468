//! Text as words.

use serde::{Deserialize, Serialize};

/// What is done to text before it is split: Keras's `standardize`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standardize {
    /// Both of the others.
    LowerAndStripPunctuation,
    /// `A` to `Z` become `a` to `z`; letters beyond ASCII stay, as in Keras.
    Lower,
    /// The punctuation of ASCII goes.
    StripPunctuation,
}

/// Where text is split: Keras's `split`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Between words, at the spaces, tabs and line ends of ASCII.
    Whitespace,
    /// Between characters, which are Unicode's code points.
    Character,
}

/// Which runs of words count as words too: Keras's `ngrams`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Ngrams {
    /// Runs of 1 to so many words.
    UpTo(usize),
    /// Runs of these lengths.
    Of(Vec<usize>),
}

impl From<usize> for Ngrams {
    fn from(most: usize) -> Ngrams {
        Ngrams::UpTo(most)
    }
}

impl<const N: usize> From<[usize; N]> for Ngrams {
    fn from(lengths: [usize; N]) -> Ngrams {
        Ngrams::Of(lengths.to_vec())
    }
}

impl Ngrams {
    pub(super) fn lengths(&self) -> Vec<usize> {
        match self {
            Ngrams::UpTo(most) => (1..=*most).collect(),
            Ngrams::Of(lengths) => lengths.clone(),
        }
    }

    /// The runs of words, joined by spaces.
    pub(super) fn of(&self, words: &[String]) -> Vec<String> {
        // No run is longer than what it is taken from.
        let lengths = match self {
            Ngrams::UpTo(most) => Ngrams::UpTo(*most.min(&words.len())).lengths(),
            Ngrams::Of(lengths) => lengths.clone(),
        };
        let runs = lengths.iter().flat_map(|length| words.windows((*length).max(1)));
        runs.map(|run| run.join(" ")).collect()
    }
}

impl Standardize {
    pub(super) fn of(self, text: &str) -> String {
        let keep = |c: &char| self == Standardize::Lower || !c.is_ascii_punctuation();
        let lower = |c: char| match self {
            Standardize::StripPunctuation => c,
            _ => c.to_ascii_lowercase(),
        };
        text.chars().filter(keep).map(lower).collect()
    }
}

/// What TensorFlow splits words at.
const WHITESPACE: &[char] = &[' ', '\t', '\n', '\u{b}', '\u{c}', '\r'];

impl Split {
    pub(super) fn of(self, text: &str) -> Vec<String> {
        match self {
            Split::Whitespace => {
                text.split(WHITESPACE).filter(|word| !word.is_empty()).map(str::to_owned).collect()
            }
            Split::Character => text.chars().map(String::from).collect(),
        }
    }
}
