"""Layers and models that are called, as in training or not."""

import numpy as np
import pytest

import elman
from elman import layers

ONES = np.ones((1, 200), "float32")


def dropped(y):
    """Whether dropout of a half was at work on ones."""
    y = np.asarray(y)
    assert set(np.unique(y)) <= {0.0, 1.0, 2.0}
    return bool((y == 0.0).any())


def functional(training):
    x = elman.Input((200,))
    return elman.Model(x, layers.Dropout(0.5)(x, training=training))


def test_models_and_layers_are_called_as_in_training():
    for called in (elman.Sequential([layers.Input((200,)), layers.Dropout(0.5)]), layers.Dropout(0.5)):
        assert dropped(called(ONES, training=True))
        assert not dropped(called(ONES, training=False)) and not dropped(called(ONES))
        first, second = called(ONES, training=True), called(ONES, training=True)
        assert not np.array_equal(first, second)


def test_seeds_give_the_same_calls_again():
    model = elman.Sequential([layers.Input((200,)), layers.Dropout(0.5)])
    calls = []
    for _ in range(2):
        elman.utils.set_random_seed(3)
        calls.append([model(ONES, training=True) for _ in range(2)])
    np.testing.assert_array_equal(calls[0], calls[1])


def test_recurrent_dropout_and_the_mean_of_many_calls():
    model = elman.Sequential([layers.LSTM(3, dropout=0.3, recurrent_dropout=0.3, input_shape=(4, 2))])
    x = np.random.default_rng(0).standard_normal((2, 4, 2)).astype("float32")
    samples = np.stack([model(x, training=True) for _ in range(30)])
    assert samples.std(axis=0).min() > 0.0
    np.testing.assert_array_equal(model(x, training=False), model.predict(x, verbose=0))


@pytest.mark.parametrize("training", [None, False, True])
def test_calls_within_a_model(training):
    """As Keras 3: `predict` and `fit` have the last word, and so has a call that says it."""
    model = functional(training)
    assert dropped(model(ONES)) == bool(training)
    assert dropped(model(ONES, training=True)) and not dropped(model(ONES, training=False))
    assert not dropped(model.predict(ONES, verbose=0))
    outer = elman.Sequential([elman.Input((200,)), model])
    assert dropped(outer(ONES)) == bool(training)


def test_files_keep_what_a_call_says(tmp_path):
    for training in (True, False, None):
        model = functional(training)
        model.save(tmp_path / "model.keras")
        again = elman.models.load_model(tmp_path / "model.keras")
        kwargs = again.get_config()["layers"][1]["inbound_nodes"][0]["kwargs"]
        assert kwargs == ({} if training is None else {"training": training})
        assert dropped(again(ONES)) == bool(training)


def test_a_normalization_is_that_of_the_batch_and_records_it():
    """As Keras: what `training=True` saw, moving mean and variance go towards."""
    x = np.array([[1.0], [4.0]], "float32")
    layer = layers.BatchNormalization(momentum=0.9)
    model = elman.Sequential([layers.Input((1,)), layer])
    np.testing.assert_allclose(model(x, training=False), x, atol=1e-2)
    assert [float(w[0]) for w in layer.non_trainable_weights] == [0.0, 1.0]
    np.testing.assert_allclose(model(x, training=True), [[-1.0], [1.0]], atol=1e-2)
    # Calls of the layer alone and of another model that it is in are the same.
    layer(x, training=True)
    y = elman.Input((1,))
    other = elman.Model(y, layer(y, training=True))
    other(x)
    other(x, training=False)
    mean, variance = (float(w[0]) for w in layer.non_trainable_weights)
    assert mean == pytest.approx(2.5 * (1 - 0.9**3), rel=1e-6)
    assert variance == pytest.approx(0.9**3 + 2.25 * (1 - 0.9**3), rel=1e-6)
    np.testing.assert_allclose(model(x), (x - mean) / np.sqrt(variance + 1e-3), rtol=1e-5)
    layer.trainable = False
    model(x, training=True)
    assert float(layer.moving_mean[0]) == pytest.approx(mean)


def test_states_go_on():
    model = elman.Sequential([layers.GRU(2, stateful=True, batch_input_shape=(1, 3, 2))])
    x = np.ones((1, 3, 2), "float32")
    first, second = model(x), model(x)
    assert not np.array_equal(first, second)
    model.reset_states()
    np.testing.assert_array_equal(model.predict(x, verbose=0), first)


def test_what_is_no_training():
    layer = layers.Dropout(0.5)
    with pytest.raises(TypeError, match="dropout.*`training`.*str"):
        layer(ONES, training="yes")
    with pytest.raises(TypeError, match="mask"):
        elman.Sequential([layers.Input((200,)), layer])(ONES, mask=ONES)
