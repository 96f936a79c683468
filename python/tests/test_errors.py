"""Errors are Python's, and say where, what was expected, what came."""

import numpy as np
import pytest

import elman
from elman import layers

from support import random


def chain():
    return elman.Sequential([layers.LSTM(3, input_shape=(5, 2), name="memory"), layers.Dense(1)])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: layers.LSTM("three"), TypeError, ["LSTM", "units", "three"]),
        (lambda: layers.LSTM(-3), (TypeError, ValueError), ["LSTM", "units", "-3"]),
        (lambda: layers.LSTM(3, activation="tahn"), ValueError, ["LSTM", "tahn", "tanh"]),
        (lambda: layers.LSTM(3, activation=lambda x: x), TypeError, ["activation", "function"]),
        (lambda: layers.LSTM(3, unit=4), ValueError, ["LSTM", "`unit`"]),
        (lambda: layers.LSTM(), TypeError, ["units"]),
        (lambda: layers.Dense(float("nan")), ValueError, ["units", "finite", "nan"]),
        (lambda: layers.Dense(2, lora_rank=4), ValueError, ["lora_rank", "not supported"]),
        (lambda: layers.Layer(), TypeError, ["Layer", "Rust"]),
        (lambda: elman.optimizers.Adam(-1.0), ValueError, ["Adam", "learning_rate", "-1"]),
        (lambda: elman.optimizers.Adam(beta_1=2.0), ValueError, ["Adam", "beta_1", "2"]),
        (lambda: elman.optimizers.Optimizer(), TypeError, ["optimizer", "Rust"]),
        (lambda: elman.losses.Huber(delta="x"), (TypeError, ValueError), ["Huber", "delta"]),
        (lambda: elman.losses.get("mze"), ValueError, ["loss", "mze", "MeanSquaredError"]),
        (lambda: elman.Input(), ValueError, ["shape"]),
        (lambda: elman.Input((3,), sparse=True), ValueError, ["sparse"]),
        (lambda: elman.Model(), TypeError, ["inputs", "outputs"]),
        (lambda: elman.Sequential([3]), TypeError, ["layer", "int"]),
        (lambda: chain().add(layers.LSTM(3)), ValueError, ["LSTM", "(None, 1)", "time"]),
        (lambda: chain().predict(np.ones((2, 5, 3))), ValueError, ["memory", "(2, 5, 3)"]),
        (lambda: chain().predict(np.ones((2, 5, 2), complex)), TypeError, ["x", "complex"]),
        (lambda: chain().predict([["a"]]), TypeError, ["memory", "text", "numbers"]),
        (lambda: chain().predict(np.ones(())), ValueError, ["predict"]),
        (lambda: chain().fit(random(2, 5, 2), random(2, 1)), ValueError, ["not compiled"]),
        (lambda: chain().compile("adma", "mse"), ValueError, ["adma", "adam"]),
        (lambda: chain().compile("adam", lambda y, p: y), TypeError, ["loss"]),
        (lambda: chain().get_layer("mind"), ValueError, ["mind", "memory"]),
        (lambda: chain().get_layer(index=7), ValueError, ["index", "7"]),
        (lambda: chain().set_weights([]), ValueError, ["weights", "0"]),
        (lambda: chain().save("model.txt"), ValueError, ["filepath", ".keras", "model.txt"]),
        (lambda: elman.models.load_model("/nowhere.keras"), FileNotFoundError, ["nowhere"]),
        (lambda: chain().summary(line_length=3), ValueError, ["line_length"]),
        (lambda: chain().summary(positions=[0.3]), ValueError, ["positions"]),
        (lambda: bool(elman.Input((3,))), TypeError, ["no values"]),
        (lambda: np.asarray(elman.Input((3,))), TypeError, ["no values"]),
        (lambda: layers.Dense(2).count_params(), ValueError, ["dense", "no weights"]),
    ],
)
def test_message(call, error, words):
    with pytest.raises(error) as raised:
        call()
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"batch_size": 0}, ["batch_size", "0"]),
        ({"batch_size": -1}, ["batch_size", "-1"]),
        ({"batch_size": "x"}, ["batch_size", "str"]),
        ({"epochs": 1.5}, ["epochs", "float"]),
        ({"validation_split": 2.0}, ["validation_split", "2"]),
        ({"verbose": 3}, ["verbose", "3"]),
        ({"validation_freq": 0, "validation_split": 0.5}, ["validation_freq"]),
        ({"class_weight": [1.0]}, ["class_weight", "list"]),
        ({"validation_data": (1,)}, ["validation_data"]),
        ({"sample_weight": random(3)}, ["(3,)", "4 samples"]),
    ],
)
def test_arguments_of_fit(given, words):
    model = chain()
    model.compile("sgd", "mse")
    weights = model.get_weights()
    with pytest.raises((TypeError, ValueError)) as raised:
        model.fit(random(4, 5, 2), random(4, 1), **given)
    for word in words:
        assert word in str(raised.value)
    assert all(np.array_equal(a, b) for a, b in zip(weights, model.get_weights()))


def test_numbers_that_are_none_are_found():
    model, x = chain(), random(4, 5, 2)
    model.compile("sgd", "mse")
    x[3, 1, 0] = np.nan
    with pytest.raises(ValueError, match=r"\[3, 1, 0\]"):
        model.fit(x, random(4, 1), verbose=0)


def test_a_broken_file(tmp_path):
    path = tmp_path / "broken.keras"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(ValueError, match="broken.keras"):
        elman.models.load_model(path)
    model = chain()
    model.save(path)
    with pytest.raises(FileExistsError):
        model.save(path, overwrite=False)
