"""OpenVINO, tuned for latency."""

import numpy as np
import openvino as ov

import onnx_graphs


class Peer:
    def __init__(self, threads):
        self.core = ov.Core()
        self.config = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "f32",
        }
        self.version = f"OpenVINO {ov.__version__.split('-')[0]}"

    def prepare(self, work, arrays):
        if work["kind"] in ("TRAIN", "FIT"):
            return None
        self.work, self.x = work, arrays["x"]
        made = onnx_graphs.model(work, arrays, states=work["kind"] == "STREAM")
        self.request = self.core.compile_model(self.core.read_model(made), "CPU", self.config).create_infer_request()
        self.names = [port.any_name for port in self.request.model_inputs[1:]]
        self.start(onnx_graphs.inputs(work, self.x))
        return self.call

    def start(self, x):
        self.tensors = {"X": ov.Tensor(np.ascontiguousarray(x))}
        for name in self.names:
            self.tensors[name] = ov.Tensor(np.zeros((1, self.work["batch"], self.work["units"]), np.float32))
        for name, tensor in self.tensors.items():
            self.request.set_tensor(name, tensor)

    def call(self):
        self.request.infer()
        for name in self.names:
            self.tensors[name].data[:] = self.request.get_tensor(name + "_next").data

    def outputs(self):
        outputs = []
        if self.work["kind"] != "STREAM":
            self.call()
            return self.request.get_tensor("Y").data[:, 0].transpose(1, 0, 2)
        self.start(self.x[:, :1].transpose(1, 0, 2))
        for t in range(self.x.shape[1]):
            self.tensors["X"].data[:] = self.x[:, t : t + 1].transpose(1, 0, 2)
            self.call()
            outputs.append(self.request.get_tensor("Y").data[:, 0].transpose(1, 0, 2).copy())
        return np.concatenate(outputs, axis=1)
