//! Keras's automatic names: `simple_rnn`, `simple_rnn_1`, `sequential`, …

use std::cell::RefCell;
use std::collections::HashMap;

thread_local! {
    // Per thread, as in Keras, whose global state is thread-local too.
    static COUNTERS: RefCell<HashMap<String, usize>> = RefCell::default();
}

/// Starts the automatic names of this thread anew, as `keras.utils.clear_session` does.
///
/// ```
/// use elman::prelude::*;
/// elman::clear_session();
/// assert_eq!(Sequential::new().name(), "sequential");
/// assert_eq!(Sequential::new().name(), "sequential_1");
/// elman::clear_session();
/// assert_eq!(Sequential::new().name(), "sequential");
/// ```
pub fn clear_session() {
    COUNTERS.with_borrow_mut(HashMap::clear);
}

/// The next automatic name of a class.
pub(crate) fn automatic(class_name: &str) -> String {
    let base = snake_case(class_name);
    COUNTERS.with_borrow_mut(|counters| {
        let count = counters.entry(base.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { base } else { format!("{base}_{}", *count - 1) }
    })
}

/// Keras's `to_snake_case`: `SimpleRNN` is `simple_rnn`, `Conv1D` is `conv1d`.
///
/// A capital starts a word where a small letter stands before or after it.
pub(crate) fn snake_case(class_name: &str) -> String {
    let chars: Vec<char> =
        class_name.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    let is_small = |i: usize| chars.get(i).is_some_and(char::is_ascii_lowercase);
    let mut name = String::with_capacity(chars.len() + 4);
    for (i, c) in chars.iter().enumerate() {
        if i > 0 && c.is_ascii_uppercase() && (is_small(i - 1) || is_small(i + 1)) {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_case_is_that_of_keras() {
        // Printed by keras.src.utils.naming.to_snake_case.
        for (class, name) in [
            ("SimpleRNN", "simple_rnn"),
            ("LSTM", "lstm"),
            ("GRU", "gru"),
            ("RNN", "rnn"),
            ("TimeDistributed", "time_distributed"),
            ("StackedRNNCells", "stacked_rnn_cells"),
            ("Conv1D", "conv1d"),
            ("MaxPooling1D", "max_pooling1d"),
            ("PReLU", "p_re_lu"),
            ("RMSprop", "rm_sprop"),
            ("Bidirectional", "bidirectional"),
            ("LSTMCell", "lstm_cell"),
            ("InputLayer", "input_layer"),
            ("Sequential", "sequential"),
            ("GRUCell", "gru_cell"),
            ("SimpleRNNCell", "simple_rnn_cell"),
            ("ConvLSTM1D", "conv_lstm1d"),
            ("GlobalAveragePooling1D", "global_average_pooling1d"),
            ("SpatialDropout1D", "spatial_dropout1d"),
            ("LayerNormalization", "layer_normalization"),
            ("ELU", "elu"),
            ("ReLU", "re_lu"),
            ("LeakyReLU", "leaky_re_lu"),
        ] {
            assert_eq!(snake_case(class), name);
        }
    }
}
