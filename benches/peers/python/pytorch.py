"""PyTorch: `nn.RNN`, `nn.LSTM`, `nn.GRU`, and their cells for streams."""

import numpy as np
import torch
from torch import nn

from layouts import torch_from_keras, keras_from_torch


class Peer:
    def __init__(self, threads):
        torch.set_num_threads(threads)
        self.version = f"PyTorch {torch.__version__.split('+')[0]}"

    def prepare(self, work, arrays):
        self.work = work
        self.x = torch.from_numpy(arrays["x"])
        stream = work["kind"] == "STREAM"
        name = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[work["cell"]]
        if stream:
            self.module = getattr(nn, name + "Cell")(work["inputs"], work["units"])
            suffix = ""
        else:
            self.module = getattr(nn, name)(work["inputs"], work["units"], batch_first=True)
            suffix = "_l0"
        weights = torch_from_keras(work["cell"], arrays)
        with torch.no_grad():
            for key, value in weights.items():
                getattr(self.module, key + suffix).copy_(torch.from_numpy(value))
        self.suffix = suffix
        if work["kind"] == "FIT":
            return self.prepare_fit(arrays)
        if stream:
            self.step, self.state = self.x[:, 0].contiguous(), None
            return self.one_step
        return self.train if work["kind"] == "TRAIN" else self.forward

    @torch.inference_mode()
    def one_step(self):
        self.state = self.module(self.step, self.state)
        return self.state[0] if self.work["cell"] == "lstm" else self.state

    @torch.inference_mode()
    def forward(self):
        return self.module(self.x)[0]

    def train(self):
        self.module.zero_grad(set_to_none=True)
        y, _ = self.module(self.x)
        (y * y).sum().backward()

    def prepare_fit(self, arrays):
        self.y = torch.from_numpy(arrays["y"])
        self.dense = nn.Linear(self.work["units"], 1)
        with torch.no_grad():
            self.dense.weight.copy_(torch.from_numpy(arrays["dense_kernel"].T))
            self.dense.bias.copy_(torch.from_numpy(arrays["dense_bias"]))
        # Keras has one bias, so one of the two stays as it is.
        self.module.bias_hh_l0.requires_grad_(False)
        parameters = [p for m in (self.module, self.dense) for p in m.parameters() if p.requires_grad]
        self.optimizer = torch.optim.Adam(parameters, lr=1e-3, eps=1e-7)
        return self.epoch

    def epoch(self):
        total, size = 0.0, self.work["batch"]
        for start in range(0, len(self.x), size):
            x, y = self.x[start : start + size], self.y[start : start + size]
            loss = nn.functional.mse_loss(self.dense(self.module(x)[0][:, -1]), y)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
            total += loss.item() * len(x)
        return total / len(self.x)

    def outputs(self):
        if self.work["kind"] == "FIT":
            return np.array([self.epoch()])
        if self.work["kind"] == "STREAM":
            self.state, outputs = None, []
            for t in range(self.x.shape[1]):
                self.step = self.x[:, t].contiguous()
                outputs.append(self.one_step().numpy().copy())
            return np.stack(outputs, axis=1)
        if self.work["kind"] == "TRAIN":
            self.train()
            gradients = {
                key: getattr(self.module, key + self.suffix).grad.numpy()
                for key in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            }
            return keras_from_torch(self.work["cell"], gradients)
        return self.forward().numpy()
