"""Keras on TensorFlow, inside `tf.function`."""

import os

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")

import keras
import numpy as np
import tensorflow as tf

import keras_layers


class Peer:
    def __init__(self, threads):
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        self.version = f"Keras {keras.__version__} on TensorFlow {tf.__version__}"

    def prepare(self, work, arrays):
        if work["kind"] == "STREAM":
            return None
        self.kind = work["kind"]
        if self.kind in ("PREDICT", "FIT"):
            self.call = keras_layers.WholeModel(work, arrays)
            return self.call
        layer, self.x = keras_layers.layer(work, arrays), tf.constant(arrays["x"])
        weights = [weight.value for weight in layer.weights]

        @tf.function
        def forward(x):
            return layer(x)

        @tf.function
        def train(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(layer(x)))
            return tape.gradient(loss, weights)

        function = train if self.kind == "TRAIN" else forward
        self.call = lambda: function(self.x)
        self.call()
        return self.call

    def outputs(self):
        result = self.call()
        if self.kind in ("PREDICT", "FIT"):
            return np.asarray(result)
        if self.kind == "TRAIN":
            return np.concatenate([gradient.numpy().ravel() for gradient in result])
        return result.numpy()
