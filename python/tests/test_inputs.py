"""Data as frames, as arrays of other libraries, as sequences of unequal lengths."""

import numpy as np
import pytest

import elman
from elman import layers


def arrays(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


SEQUENCES = [arrays(length, 3, seed=length) for length in (4, 2, 7, 1)]


def masking(**options):
    model = elman.Sequential(
        [
            layers.Masking(mask_value=-9.0, input_shape=(None, 3)),
            layers.LSTM(4, return_sequences=options.get("steps", False)),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    return model


def one_by_one(model):
    return np.concatenate([model.predict(sequence[None]) for sequence in SEQUENCES])


@pytest.mark.parametrize("kind", [list, tuple, lambda x: np.array(x, dtype=object)])
def test_unequal_sequences_are_what_they_are_one_by_one(kind):
    model = masking()
    np.testing.assert_allclose(model.predict(kind(SEQUENCES)), one_by_one(model), atol=1e-6)
    again = masking()
    again.set_weights(model.get_weights())
    padded = elman.utils.pad_sequences(SEQUENCES, dtype="float32", padding="post", value=-9.0)
    y = arrays(4, 1)
    model.fit(kind(SEQUENCES), y, verbose=0, validation_data=(kind(SEQUENCES), y), shuffle=False)
    again.fit(padded, y, verbose=0, shuffle=False)
    for mine, theirs in zip(model.get_weights(), again.get_weights()):
        np.testing.assert_array_equal(mine, theirs)
    assert model.evaluate(kind(SEQUENCES), y, verbose=0) == again.evaluate(padded, y, verbose=0)
    assert model.test_on_batch(kind(SEQUENCES), y) == again.test_on_batch(padded, y)
    assert model.train_on_batch(kind(SEQUENCES), y) == again.train_on_batch(padded, y)


def test_targets_for_each_step():
    model = masking(steps=True)
    y = [arrays(len(sequence), 1) for sequence in SEQUENCES]
    losses = [
        np.sum((model.predict(s[None])[0] - t) ** 2) for s, t in zip(SEQUENCES, y)
    ]
    steps = sum(len(sequence) for sequence in SEQUENCES)
    assert model.evaluate(SEQUENCES, y, verbose=0) == pytest.approx(np.sum(losses) / steps, rel=1e-4)
    with pytest.raises(ValueError, match="each step"):
        model.evaluate(SEQUENCES, y[::-1], verbose=0)


def test_weights_for_each_step():
    model, weights = masking(steps=True), [np.arange(float(len(s))) + 1.0 for s in SEQUENCES]
    y = [arrays(len(sequence), 1) for sequence in SEQUENCES]
    padded = [
        elman.utils.pad_sequences(part, dtype="float32", padding="post", value=value)
        for part, value in ((SEQUENCES, -9.0), (y, 0.0), (weights, 0.0))
    ]
    expected = model.evaluate(*padded[:2], sample_weight=padded[2], verbose=0)
    assert model.evaluate(SEQUENCES, y, sample_weight=weights, verbose=0) == expected
    assert model.test_on_batch(SEQUENCES, y, weights) == expected
    history = model.fit(
        SEQUENCES, y, sample_weight=weights, validation_data=(SEQUENCES, y, weights), verbose=0
    )
    assert history.history["loss"] == [pytest.approx(expected, rel=1e-5)]
    assert set(history.history) == {"loss", "val_loss"}
    with pytest.raises(ValueError, match="`sample_weight` must hold a value for each step"):
        model.evaluate(SEQUENCES, y, sample_weight=weights[::-1], verbose=0)


def test_words():
    model = elman.Sequential([elman.Input((None,)), layers.Embedding(9, 4, mask_zero=True), layers.GRU(3)])
    words = [[1, 2, 3], [4], [5, 6]]
    alone = [model.predict(np.array([sentence]))[0] for sentence in words]
    np.testing.assert_allclose(model.predict(words), alone, atol=1e-6)


def test_models_that_mask_nothing_say_so():
    model = elman.Sequential([layers.LSTM(2, input_shape=(None, 3))])
    with pytest.raises(ValueError, match="predict: .*Masking.*without"):
        model.predict(SEQUENCES)
    both = elman.Sequential([layers.Masking(1.0, input_shape=(None, 3)), layers.Masking(2.0)])
    with pytest.raises(ValueError, match=r"\[1.0, 2.0\]"):
        both.predict(SEQUENCES)


def test_several_inputs():
    a, b = elman.Input((None, 3), name="a"), elman.Input((2,), name="b")
    h = layers.LSTM(4)(layers.Masking(5.0)(a))
    model = elman.Model([a, b], layers.concatenate([h, b]))
    rest = arrays(4, 2)
    y = model.predict([SEQUENCES, rest])
    np.testing.assert_array_equal(y, model.predict({"a": SEQUENCES, "b": rest}))
    np.testing.assert_array_equal(y[:, 4:], rest)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames(library):
    frames = pytest.importorskip(library)
    x, y = arrays(8, 3), arrays(8)
    model = elman.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse")
    weights = model.get_weights()
    expected = model.fit(x, y, verbose=0, shuffle=False, validation_data=(x, y)).history
    model.set_weights(weights)
    frame = frames.DataFrame({name: x[:, i] for i, name in enumerate("abc")})
    column = frames.Series(y)
    history = model.fit(frame, column, verbose=0, shuffle=False, validation_data=(frame, column))
    assert history.history == expected
    np.testing.assert_array_equal(model.predict(frame), model.predict(x))


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_columns_of_sequences(library):
    frames = pytest.importorskip(library)
    model = elman.Sequential([elman.Input((None,)), layers.Embedding(9, 4, mask_zero=True), layers.GRU(3)])
    words = [[1, 2, 3], [4], [5, 6]]
    expected = model.predict(words)
    np.testing.assert_array_equal(model.predict(frames.Series(words)), expected)
    equal = frames.Series([[1, 2], [3, 4]])
    np.testing.assert_array_equal(model.predict(equal), model.predict(np.array([[1, 2], [3, 4]])))


class Elsewhere:
    """An array of a library that NumPy knows nothing of but DLPack."""

    def __init__(self, values):
        self._values = values

    def __dlpack__(self, **kwargs):
        return self._values.__dlpack__(**kwargs)

    def __dlpack_device__(self):
        return self._values.__dlpack_device__()


def test_dlpack():
    model, x = masking(), arrays(4, 5, 3)
    np.testing.assert_array_equal(model.predict(Elsewhere(x)), model.predict(x))
    model.fit(Elsewhere(x), Elsewhere(arrays(4, 1)), verbose=0)
    assert model.optimizer.iterations == 1
