"""Keras's layers, compiled: what the two backends have in common."""

import keras

LAYERS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def layer(work, arrays):
    made = LAYERS[work["cell"]](work["units"], return_sequences=True)
    made.build((work["batch"], work["time"], work["inputs"]))
    made.set_weights([arrays[name] for name in ("kernel", "recurrent_kernel", "bias")])
    return made


class WholeModel:
    """`model.predict` and `model.fit`, which all backends share."""

    def __init__(self, work, arrays):
        self.kind, self.x, self.batch = work["kind"], arrays["x"], work["batch"]
        fits = self.kind == "FIT"
        made = LAYERS[work["cell"]](work["units"], return_sequences=not fits)
        layers = [keras.Input(self.x.shape[1:]), made] + ([keras.layers.Dense(1)] if fits else [])
        self.model = keras.Sequential(layers)
        names = ["kernel", "recurrent_kernel", "bias"] + (["dense_kernel", "dense_bias"] if fits else [])
        self.model.set_weights([arrays[name] for name in names])
        if fits:
            self.y = arrays["y"]
            self.model.compile("adam", "mse")

    def __call__(self):
        if self.kind == "PREDICT":
            return self.model.predict(self.x, verbose=0)
        history = self.model.fit(self.x, self.y, batch_size=self.batch, shuffle=False, verbose=0)
        return history.history["loss"]
