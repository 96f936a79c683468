"""Weights between Keras's layout and those of PyTorch and ONNX."""

import numpy as np

# Keras has the gates i f c o and z r h.
TORCH_ORDER = {"rnn": [0], "lstm": [0, 1, 2, 3], "gru": [1, 0, 2]}
ONNX_ORDER = {"rnn": [0], "lstm": [0, 3, 1, 2], "gru": [0, 1, 2]}


def reordered(array, order):
    """The gates of the last axis in another order."""
    gates = np.split(array, len(order), axis=-1)
    return np.concatenate([gates[gate] for gate in order], axis=-1)


def two_biases(cell, bias):
    return bias if cell == "gru" else np.stack([bias, np.zeros_like(bias)])


def torch_from_keras(cell, arrays):
    order = TORCH_ORDER[cell]
    bias = reordered(two_biases(cell, arrays["bias"]), order)
    return {
        "weight_ih": reordered(arrays["kernel"], order).T.copy(),
        "weight_hh": reordered(arrays["recurrent_kernel"], order).T.copy(),
        "bias_ih": bias[0],
        "bias_hh": bias[1],
    }


def keras_from_torch(cell, gradients):
    """Gradients as Keras orders them, one behind the other."""
    back = np.argsort(TORCH_ORDER[cell])
    bias = np.stack([gradients["bias_ih"], gradients["bias_hh"]])
    parts = [
        reordered(gradients["weight_ih"].T, back),
        reordered(gradients["weight_hh"].T, back),
        reordered(bias if cell == "gru" else bias[0], back),
    ]
    return np.concatenate([part.ravel() for part in parts])


def onnx_from_keras(cell, arrays):
    order = ONNX_ORDER[cell]
    bias = reordered(two_biases(cell, arrays["bias"]), order)
    return {
        "W": reordered(arrays["kernel"], order).T[None].copy(),
        "R": reordered(arrays["recurrent_kernel"], order).T[None].copy(),
        "B": bias.reshape(1, -1),
    }
