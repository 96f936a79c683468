"""Keras's layers, compiled: what the two backends have in common."""

import keras

LAYERS = {"rnn": keras.layers.SimpleRNN, "lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def layer(work, arrays):
    made = LAYERS[work["cell"]](work["units"], return_sequences=True)
    made.build((work["batch"], work["time"], work["inputs"]))
    made.set_weights([arrays[name] for name in ("kernel", "recurrent_kernel", "bias")])
    return made
