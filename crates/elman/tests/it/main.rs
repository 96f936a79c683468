//! What elman computes, held against what Keras computed (`fixtures/`), and its behaviour as a
//! whole.

mod bad_data;
mod bad_files;
mod bad_graphs;
mod bad_input;
mod bidirectional;
mod cells;
mod determinism;
mod dropout;
mod forks;
mod interruption;
mod keras_activations;
mod keras_cases;
mod keras_graphs;
mod keras_initializers;
mod keras_layers;
mod keras_losses;
mod keras_metrics;
mod keras_models;
mod keras_optimizers;
mod keras_summaries;
mod keras_trainings;
mod probes;
mod readme;
mod support;
