"""Layers that are in several models have the same weights in all of them, as in Keras."""

import gc

import numpy as np

import elman
from elman import layers

from support import random


def autoencoder():
    x = elman.Input((6, 3))
    code = layers.LSTM(4, name="encoder")(x)
    repeated = layers.RepeatVector(6)(code)
    y = layers.LSTM(3, return_sequences=True, name="decoder")(repeated)
    return elman.Model(x, y), elman.Model(x, code)


def test_training_one_model_trains_the_other():
    whole, encoder = autoencoder()
    x = random(16, 6, 3)
    before = encoder.predict(x)
    whole.compile("adam", "mse")
    whole.fit(x, x, epochs=2, verbose=0)
    assert not np.array_equal(encoder.predict(x), before)
    for ours, theirs in zip(encoder.get_weights(), whole.get_layer("encoder").get_weights()):
        np.testing.assert_array_equal(ours, theirs)
    encoder.set_weights([np.zeros_like(w) for w in encoder.get_weights()])
    assert not whole.get_weights()[0].any()


def test_parts_of_a_loaded_model(tmp_path):
    whole, encoder = autoencoder()
    path = tmp_path / "whole.keras"
    whole.save(path)
    loaded = elman.models.load_model(path)
    part = elman.Model(loaded.input, loaded.get_layer("encoder").output)
    x = random(2, 6, 3)
    np.testing.assert_array_equal(part.predict(x), encoder.predict(x))
    loaded.set_weights([np.zeros_like(w) for w in loaded.get_weights()])
    assert not part.predict(x).any()


def test_parts_of_a_chain():
    chain = elman.Sequential([layers.GRU(4, input_shape=(6, 3)), layers.Dense(2)])
    part = elman.Model(chain.inputs, chain.layers[0].output)
    x = random(2, 6, 3)
    assert part.predict(x).shape == (2, 4)
    np.testing.assert_array_equal(part.get_weights()[0], chain.get_weights()[0])
    more = elman.Model(chain.input, layers.Dense(1)(chain.output))
    assert more.predict(x).shape == (2, 1)


def test_a_model_in_a_model():
    inner = elman.Sequential([layers.Dense(4, input_shape=(3,)), layers.Dense(2)])
    x = elman.Input((3,))
    outer = elman.Model(x, layers.Dense(1)(inner(x)))
    assert outer.layers[1] is inner
    data = random(8, 3)
    outer.compile("sgd", "mse")
    before = inner.predict(data)
    outer.fit(data, data[:, :1], verbose=0)
    assert not np.array_equal(inner.predict(data), before)
    np.testing.assert_array_equal(inner.get_weights()[0], outer.get_weights()[0])
    inner.layers[0].set_weights([np.zeros((3, 4)), np.zeros(4)])
    assert not outer.get_weights()[0].any()
    inner.trainable = False
    assert len(outer.get_weights()) == 6
    frozen = [w.copy() for w in outer.get_weights()]
    outer.fit(data, data[:, :1], verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(frozen[:4], outer.get_weights()[:4]))
    assert not np.array_equal(frozen[4], outer.get_weights()[4])


def test_encoder_and_decoder_apart_after_training():
    source, target = elman.Input((None, 4)), elman.Input((None, 2))
    _, h, c = layers.LSTM(5, return_state=True)(source)
    decoder = layers.LSTM(5, return_sequences=True, return_state=True)
    decoded, _, _ = decoder(target, initial_state=[h, c])
    dense = layers.Dense(2)
    model = elman.Model([source, target], dense(decoded))
    model.compile("adam", "mse")
    a, b = random(4, 6, 4), random(4, 3, 2, seed=1)
    model.fit([a, b], b, verbose=0)

    encoder = elman.Model(source, [h, c])
    state_h, state_c = elman.Input((5,)), elman.Input((5,))
    outputs, new_h, new_c = decoder(target, initial_state=[state_h, state_c])
    step = elman.Model([target, state_h, state_c], [dense(outputs), new_h, new_c])

    states, steps = encoder.predict(a), []
    for t in range(3):
        y, *states = step.predict([b[:, t : t + 1], *states])
        steps.append(y[:, 0])
    np.testing.assert_allclose(np.stack(steps, 1), model.predict([a, b]), atol=1e-6)


def test_models_that_are_gone_are_no_burden():
    whole, encoder = autoencoder()
    del whole
    gc.collect()
    encoder.set_weights(encoder.get_weights())
    assert encoder.predict(random(1, 6, 3)).shape == (1, 4)


def test_a_chain_loses_its_last_layer():
    model = elman.Sequential([layers.Dense(4, input_shape=(3,)), layers.Dense(2, name="last")])
    weights = model.get_weights()
    assert model.pop().name == "last"
    assert model.output_shape == (None, 4)
    np.testing.assert_array_equal(model.get_weights()[0], weights[0])
    model.add(layers.Dense(5))
    assert model.output_shape == (None, 5)
