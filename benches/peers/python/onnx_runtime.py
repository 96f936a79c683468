"""ONNX Runtime, with inputs and outputs bound to memory beforehand."""

import numpy as np
import onnxruntime as ort

import onnx_graphs


class Peer:
    def __init__(self, threads):
        self.options = ort.SessionOptions()
        self.options.intra_op_num_threads = threads
        self.options.inter_op_num_threads = 1
        self.version = f"ONNX Runtime {ort.__version__}"

    def prepare(self, work, arrays):
        if work["kind"] in ("TRAIN", "FIT"):
            return None
        self.work, self.x = work, arrays["x"]
        stream = work["kind"] == "STREAM"
        made = onnx_graphs.model(work, arrays, states=stream)
        self.session = ort.InferenceSession(made, self.options, providers=["CPUExecutionProvider"])
        self.names = [value.name for value in self.session.get_inputs()[1:]]
        self.buffers = {
            name: [ort.OrtValue.ortvalue_from_numpy(np.zeros((1, 1, work["units"]), np.float32)) for _ in "ab"]
            for name in self.names
        }
        # States go back and forth between two buffers.
        self.bindings = [self.bind(turn, onnx_graphs.inputs(work, self.x)) for turn in (0, 1)]
        self.turn = 0
        return self.call

    def bind(self, turn, x):
        binding = self.session.io_binding()
        binding.bind_ortvalue_input("X", ort.OrtValue.ortvalue_from_numpy(x))
        shape = [self.work["time"], 1, self.work["batch"], self.work["units"]]
        self.y = ort.OrtValue.ortvalue_from_shape_and_type(shape, np.float32)
        binding.bind_ortvalue_output("Y", self.y)
        for name, buffers in self.buffers.items():
            binding.bind_ortvalue_input(name, buffers[turn])
            binding.bind_ortvalue_output(name + "_next", buffers[1 - turn])
        return binding, self.y

    def call(self):
        binding, y = self.bindings[self.turn]
        self.session.run_with_iobinding(binding)
        self.turn = 1 - self.turn if self.names else 0
        return y

    def outputs(self):
        if self.work["kind"] != "STREAM":
            return self.call().numpy()[:, 0].transpose(1, 0, 2)
        for buffers in self.buffers.values():
            for buffer in buffers:
                buffer.update_inplace(np.zeros((1, 1, self.work["units"]), np.float32))
        self.turn, outputs, bound = 0, [], self.bindings
        for t in range(self.x.shape[1]):
            self.bindings = [self.bind(turn, self.x[:, t : t + 1].copy()) for turn in (0, 1)]
            outputs.append(self.call().numpy()[:, 0].transpose(1, 0, 2))
        self.bindings = bound
        return np.concatenate(outputs, axis=1)
