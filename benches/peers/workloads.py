"""What is measured: shapes, numbers from one seed, and the same work in float64 as a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Cell = Literal["rnn", "lstm", "gru"]
Kind = Literal["STREAM", "SEQ1", "BATCH", "TRAIN", "PREDICT", "FIT"]
GATES = {"rnn": 1, "lstm": 4, "gru": 3}

# Steps of a stream whose outputs are compared.
STREAM_STEPS = 20
# Samples of an epoch of FIT.
SAMPLES = 10_000


@dataclass(frozen=True)
class Workload:
    """One row of the table.

    STREAM: one step of one sequence, states carried on. SEQ1, BATCH: all outputs of a layer for
    (batch, time, inputs). TRAIN: forward, and backward from the sum of all squared outputs, to the
    gradients of the weights. PREDICT: as SEQ1, through what a library has for whole models. FIT: an
    epoch of training on SAMPLES samples, in order: the layer's last output, Dense(1), mean squared
    error, Adam.
    """

    kind: Kind
    cell: Cell
    batch: int
    time: int
    inputs: int
    units: int

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.cell}/{self.batch}x{self.time}x{self.inputs}/{self.units}"

    @property
    def flops(self) -> int:
        """Of the matrix products; training does three times those of a forward pass."""
        forward = 2 * self.batch * self.time * GATES[self.cell] * self.units * (self.inputs + self.units)
        # No gradient of the input: one product of each three is not done for it.
        if self.kind == "TRAIN":
            of_input = 2 * self.batch * self.time * GATES[self.cell] * self.units * self.inputs
            return 3 * forward - of_input
        return forward

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights as Keras lays them out, and an input."""
        random = np.random.default_rng([self.inputs, self.units, self.batch, self.time])
        gates = GATES[self.cell] * self.units

        def numbers(*shape: int, scale: float) -> np.ndarray:
            return random.uniform(-scale, scale, shape).astype(np.float32)

        scale = self.units**-0.5
        bias = (2, gates) if self.cell == "gru" else (gates,)
        time = STREAM_STEPS if self.kind == "STREAM" else self.time
        samples = SAMPLES if self.kind == "FIT" else self.batch
        arrays = {
            "x": numbers(samples, time, self.inputs, scale=1.0),
            "kernel": numbers(self.inputs, gates, scale=scale),
            "recurrent_kernel": numbers(self.units, gates, scale=scale),
            "bias": numbers(*bias, scale=scale),
        }
        if self.kind == "FIT":
            # The mean of the first feature over the last steps: something that can be learnt.
            arrays["y"] = arrays["x"][:, -5:, :1].mean(axis=1)
            arrays["dense_kernel"] = numbers(self.units, 1, scale=scale)
            arrays["dense_bias"] = np.zeros(1, np.float32)
        return arrays


def rows() -> list[Workload]:
    """Every row, in the order of the table."""
    cells: list[Cell] = ["rnn", "lstm", "gru"]
    table = [Workload("STREAM", cell, 1, 1, 32, units) for cell in cells for units in (32, 128, 512)]
    table += [Workload("SEQ1", cell, 1, 100, units, units) for cell in cells for units in (64, 128, 256, 512)]
    table += [
        Workload(kind, cell, 32, 100, units, units)
        for kind in ("BATCH", "TRAIN")
        for cell in cells
        for units in (128, 256, 512)
    ]
    table.append(Workload("PREDICT", "lstm", 1, 100, 64, 64))
    table.append(Workload("FIT", "rnn", 32, 50, 8, 32))
    return table


def reference(workload: Workload, arrays: dict[str, np.ndarray]) -> np.ndarray:
    """All outputs (batch, time, units), in float64."""
    x, kernel, recurrent, bias = (
        arrays[name].astype(np.float64) for name in ("x", "kernel", "recurrent_kernel", "bias")
    )
    units = workload.units
    h = np.zeros((x.shape[0], units))
    c = np.zeros_like(h)
    outputs = []

    def sigmoid(z: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-z))

    for t in range(x.shape[1]):
        if workload.cell == "rnn":
            h = np.tanh(x[:, t] @ kernel + h @ recurrent + bias)
        elif workload.cell == "lstm":
            i, f, g, o = np.split(x[:, t] @ kernel + h @ recurrent + bias, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        else:
            xz, xr, xh = np.split(x[:, t] @ kernel + bias[0], 3, axis=1)
            hz, hr, hh = np.split(h @ recurrent + bias[1], 3, axis=1)
            z = sigmoid(xz + hz)
            h = z * h + (1 - z) * np.tanh(xh + sigmoid(xr + hr) * hh)
        outputs.append(h)
    return np.stack(outputs, axis=1)
