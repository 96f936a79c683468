"""One recurrent operator as an ONNX model, for the engines that read them."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from layouts import onnx_from_keras

OPERATORS = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}


def model(work, arrays, states):
    """The operator with its weights: X (time, batch, inputs) to Y; with `states`, those come in and
    go out, too."""
    cell, units, batch = work["cell"], work["units"], work["batch"]
    held = ["h", "c"][: 2 if cell == "lstm" else 1] if states else []
    weights = [numpy_helper.from_array(value, name) for name, value in onnx_from_keras(cell, arrays).items()]
    attributes = {"hidden_size": units}
    if cell == "gru":
        attributes["linear_before_reset"] = 1
    inputs = ["X", "W", "R", "B", ""] + held
    outputs = ["Y"] + [name + "_next" for name in held]
    node = helper.make_node(OPERATORS[cell], inputs if held else inputs[:4], outputs, **attributes)
    real = TensorProto.FLOAT
    x = helper.make_tensor_value_info("X", real, [work["time"], batch, work["inputs"]])
    y = helper.make_tensor_value_info("Y", real, [work["time"], 1, batch, units])
    state = [1, batch, units]
    graph = helper.make_graph(
        [node],
        "peer",
        [x] + [helper.make_tensor_value_info(name, real, state) for name in held],
        [y] + [helper.make_tensor_value_info(name + "_next", real, state) for name in held],
        initializer=weights,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return made.SerializeToString()


def inputs(work, x):
    """The input of a call, time first."""
    steps = x[:, :1] if work["kind"] == "STREAM" else x
    return np.ascontiguousarray(steps.transpose(1, 0, 2))
