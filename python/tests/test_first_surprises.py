"""What code for Keras does that one thinks of last."""

import pickle

import numpy as np
import pytest

import elman
from elman import layers

from support import random


def test_old_places_of_names():
    from elman.preprocessing.sequence import pad_sequences

    assert pad_sequences is elman.utils.pad_sequences
    assert elman.preprocessing.sequence.pad_sequences is pad_sequences
    elman.backend.clear_session()
    assert layers.Dense(1).name == "dense"


def test_names_of_metrics_are_those_of_evaluate():
    model = elman.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse", metrics=["mae", "accuracy"])
    halve = elman.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    history = model.fit(random(8, 3), random(8, 1), verbose=0, callbacks=[halve])
    assert "learning_rate" in history.history
    assert model.metrics_names == ["loss", "mae", "accuracy"]


def test_weights_by_name():
    model = elman.Sequential([layers.LSTM(4, input_shape=(5, 3)), layers.Dense(2)])
    assert model.layers[0].recurrent_kernel.shape == (4, 16)
    assert model.layers[1].kernel.numpy().shape == (4, 2)
    np.testing.assert_array_equal(model.layers[1].bias, np.zeros(2))
    with pytest.raises(AttributeError, match="gamma"):
        model.layers[1].gamma


@pytest.mark.parametrize("given, expected", [((6, 10), (10, 1)), ((6, 10, 1), (10,)), ((6,), (1,))])
def test_an_axis_of_one_at_the_end_is_put_on_or_off(given, expected):
    """As Keras: series of numbers need no axis for their only feature."""
    model = elman.Sequential([layers.Input(expected), layers.Dense(2)])
    model.compile("sgd", "mse")
    x = random(*given)
    whole = x.reshape(6, *expected)
    np.testing.assert_array_equal(model.predict(x, verbose=0), model.predict(whole, verbose=0))
    y = random(*model.predict(whole, verbose=0).shape)
    assert model.evaluate(x, y, verbose=0) == model.evaluate(whole, y, verbose=0)
    model.fit(x, y, verbose=0)
    with pytest.raises(ValueError, match="has shape"):
        model.predict(random(6, 10, 2, 2), verbose=0)


def test_arithmetic_of_tensors(tmp_path):
    a, b = elman.Input((3,)), elman.Input((3,))
    outputs = [a + b, a - b, a * b, a + 1, 2.0 - a, np.float32(3.0) * a, a / 4, -a, 1 + a - 2]
    model = elman.Model([a, b], outputs)
    x, y = random(4, 3), random(4, 3, seed=1)
    expected = [x + y, x - y, x * y, x + 1, 2.0 - x, 3.0 * x, x / 4, -x, x - 1]
    for ours, theirs in zip(model.predict([x, y], verbose=0), expected):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6)
    model.save(tmp_path / "sums.keras")
    assert len(elman.models.load_model(tmp_path / "sums.keras").outputs) == len(outputs)
    for wrong in ("1", None, [1.0], True):
        with pytest.raises(TypeError):
            a + wrong
    with pytest.raises(TypeError):
        a / 0


def test_vectors_learnt_elsewhere():
    vectors = random(10, 4)
    layer = layers.Embedding(10, 4, embeddings_initializer=elman.initializers.Constant(vectors), trainable=False)
    model = elman.Sequential([layers.Input((3,)), layer])
    np.testing.assert_array_equal(layer.get_weights()[0], vectors)
    np.testing.assert_array_equal(model.predict([[1, 2, 3]], verbose=0)[0], vectors[1:4])
    with pytest.raises(ValueError, match="(10, 4)"):
        elman.Sequential([layers.Input((3,)), layers.Embedding(9, 4, weights=[vectors])])
    with pytest.raises(ValueError, match="Constant"):
        layers.Dense(4, kernel_initializer=elman.initializers.Constant(vectors))


def test_learning_rates_are_set_as_variables_are():
    model = elman.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    model.optimizer.learning_rate.assign(0.5)
    assert model.optimizer.learning_rate == 0.5 == model.optimizer.learning_rate.numpy()
    rule = pickle.loads(pickle.dumps(model.optimizer))
    assert rule.learning_rate == 0.5
