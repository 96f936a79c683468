//! Recurrent neural networks with Keras's layers, names and files: train, load, stream, on a CPU.
