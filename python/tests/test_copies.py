"""Copies by `pickle`, `copy` and joblib."""

import copy
import pickle

import numpy as np
import pytest

import elman
from elman import layers


def arrays(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def trained():
    model = elman.Sequential([layers.GRU(4, input_shape=(5, 3)), layers.Dense(2)])
    model.compile(elman.optimizers.Adam(0.01), "mse", metrics=["mae"])
    x = arrays(16, 5, 3)
    model.fit(x, x[:, 0, :2], epochs=2, verbose=0)
    return model, x


def by_joblib(model, tmp_path):
    joblib = pytest.importorskip("joblib")
    joblib.dump(model, tmp_path / "model.joblib")
    return joblib.load(tmp_path / "model.joblib")


WAYS = {
    "pickle": lambda model, _: pickle.loads(pickle.dumps(model)),
    "copy": lambda model, _: copy.copy(model),
    "deepcopy": lambda model, _: copy.deepcopy(model),
    "joblib": by_joblib,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_goes_on_as_the_model_would(way, tmp_path):
    model, x = trained()
    again = WAYS[way](model, tmp_path)
    assert type(again) is elman.Sequential and again.name == model.name
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert again.optimizer.iterations == model.optimizer.iterations == 2
    assert again.history.history == model.history.history and again.history.model is again
    before = model.get_weights()
    for _ in range(2):
        again.train_on_batch(x, x[:, 0, :2])
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    for _ in range(2):
        model.train_on_batch(x, x[:, 0, :2])
    for mine, theirs in zip(model.get_weights(), again.get_weights()):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("way", WAYS)
def test_a_copy_goes_on_from_the_states(way, tmp_path):
    model = elman.Sequential([layers.LSTM(3, stateful=True, batch_input_shape=(2, 4, 1))])
    x = arrays(2, 4, 1)
    model.predict(x, verbose=0)
    again = WAYS[way](model, tmp_path)
    expected = model.predict(x, verbose=0)
    np.testing.assert_array_equal(again.predict(x, verbose=0), expected)
    again.reset_states()
    assert not np.array_equal(again.predict(x, verbose=0), expected)


def test_a_graph():
    a, b = elman.Input((5, 3), name="a"), elman.Input((5, 3), name="b")
    encoder = layers.LSTM(4)
    model = elman.Model([a, b], layers.concatenate([encoder(a), encoder(b)]))
    again = pickle.loads(pickle.dumps(model))
    assert type(again) is elman.Model and again.input_names == ["a", "b"]
    x = [arrays(2, 5, 3), arrays(2, 5, 3, seed=1)]
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert not again.compiled and again.history is None


def test_a_model_without_weights():
    model = elman.Sequential([layers.LSTM(4), layers.Dense(1)])
    model.compile(elman.optimizers.SGD(0.5), "mse")
    again = pickle.loads(pickle.dumps(model))
    assert not again.built and [type(layer) for layer in again.layers] == [layers.LSTM, layers.Dense]
    again.fit(arrays(4, 5, 3), arrays(4, 1), verbose=0)
    assert again.built and not model.built and again.optimizer.learning_rate == 0.5


@pytest.mark.parametrize(
    "make",
    [
        lambda: layers.LSTM(3, recurrent_dropout=0.2, name="memory"),
        lambda: layers.Bidirectional(layers.GRU(3)),
        lambda: layers.StringLookup(vocabulary=["a", "b"]),
    ],
)
def test_layers(make):
    layer = make()
    again = copy.deepcopy(layer)
    assert type(again) is type(layer) and again is not layer
    assert again.get_config() == layer.get_config()


def test_a_vocabulary_that_was_learnt():
    layer = layers.TextVectorization()
    layer.adapt(["the cat and the dog", "the cat"])
    again = pickle.loads(pickle.dumps(layer))
    assert again.get_vocabulary() == layer.get_vocabulary()
    with pytest.raises(TypeError, match="Normalization"):
        pickle.dumps(layers.Normalization())


@pytest.mark.parametrize(
    "make",
    [
        lambda: elman.optimizers.Adam(0.25, clipnorm=1.0),
        lambda: elman.losses.Huber(delta=2.0),
        lambda: elman.metrics.TopKCategoricalAccuracy(k=3),
        lambda: elman.initializers.Orthogonal(seed=3),
        lambda: elman.callbacks.EarlyStopping(patience=3),
        lambda: layers.LSTMCell(4),
        lambda: elman.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9),
    ],
)
def test_objects(make):
    mine = make()
    again = copy.deepcopy(mine)
    assert again is not mine and again == mine


def test_objects_in_use():
    model, x = trained()
    model.optimizer.learning_rate = 0.5
    optimizer = pickle.loads(pickle.dumps(model.optimizer))
    assert optimizer.learning_rate == 0.5 and optimizer.iterations == 0
    stopping = elman.callbacks.EarlyStopping("loss", patience=1)
    model.fit(x, x[:, 0, :2], verbose=0, callbacks=[stopping])
    again = pickle.loads(pickle.dumps(stopping))
    model.fit(x, x[:, 0, :2], verbose=0, callbacks=[again])
    metric = elman.metrics.MeanSquaredError()
    metric.update_state([1.0], [3.0])
    assert metric.result() == 4.0 and pickle.loads(pickle.dumps(metric)).result() == 0.0
    history = pickle.loads(pickle.dumps(model.history))
    assert history.history == model.history.history and history.model is None
