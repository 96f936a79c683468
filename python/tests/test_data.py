"""What data may be."""

import numpy as np
import pytest

import elman
from elman import layers, utils

from support import random


def chain():
    model = elman.Sequential([layers.GRU(4, input_shape=(5, 3)), layers.Dense(2)])
    model.compile("sgd", "mse")
    return model


X, Y = random(12, 5, 3), random(12, 2, seed=1)


def batches(size=4):
    for start in range(0, len(X), size):
        yield X[start : start + size], Y[start : start + size]


@pytest.mark.parametrize(
    "x",
    [
        X.astype("float64"),
        X.astype("float16"),
        np.asfortranarray(X),
        X[:, ::-1],
        X.tolist(),
        [X],
        (X,),
    ],
    ids=["float64", "float16", "fortran", "strided", "list", "list of one", "tuple of one"],
)
def test_arrays_of_any_kind(x):
    plain = np.ascontiguousarray(np.asarray(x[0] if isinstance(x, tuple) else x, "float32"))
    plain = plain.reshape(X.shape)
    model = chain()
    np.testing.assert_array_equal(model.predict(x), model.predict(plain))


def test_integers_and_truth_values():
    model = elman.Sequential([layers.Dense(1, input_shape=(2,))])
    ones = np.ones((3, 2), "float32")
    for kind in ("int8", "int64", "uint16", "bool"):
        np.testing.assert_array_equal(model.predict(np.ones((3, 2), kind)), model.predict(ones))


def test_batches_train_as_arrays_do():
    elman.utils.set_random_seed(3)
    on_arrays = chain()
    on_batches, by_number = chain(), chain()
    for model in (on_batches, by_number):
        model.set_weights(on_arrays.get_weights())

    class Numbered(utils.PyDataset):
        ended = 0

        def __len__(self):
            return 3

        def __getitem__(self, index):
            return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]

        def on_epoch_end(self):
            self.ended += 1

    on_arrays.fit(X, Y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    on_batches.fit(list_of_batches(), epochs=2, verbose=0)
    numbered = Numbered()
    by_number.fit(numbered, epochs=2, shuffle=False, verbose=0)
    assert numbered.ended == 2
    for other in (on_batches, by_number):
        for ours, theirs in zip(other.get_weights(), on_arrays.get_weights()):
            np.testing.assert_array_equal(ours, theirs)


class Order(utils.PyDataset):
    """Writes down which batches are taken."""

    def __init__(self):
        super().__init__()
        self.epochs, self.ends = [], 0

    def __len__(self):
        return 12

    def __getitem__(self, index):
        self.epochs[-1].append(index)
        return X[index : index + 1], Y[index : index + 1]

    def on_epoch_begin(self):
        self.epochs.append([])

    def on_epoch_end(self):
        self.ends += 1


def test_batches_are_shuffled():
    model, shuffled, straight, validation = chain(), Order(), Order(), Order()
    model.fit(shuffled, epochs=3, verbose=0, validation_data=validation)
    model.fit(straight, epochs=2, shuffle=False, verbose=0)
    model.evaluate(validation, verbose=0)
    model.predict(validation, verbose=0)
    everything = list(range(12))
    assert len({tuple(epoch) for epoch in [*shuffled.epochs, everything]}) == 4
    assert all(sorted(epoch) == everything for epoch in shuffled.epochs)
    assert straight.epochs == [everything] * 2 and validation.epochs == [everything] * 5
    assert (shuffled.ends, validation.ends) == (3, 5)


def test_windows_have_an_order_of_their_own():
    series = np.arange(40.0, dtype="float32")
    models = []
    for shuffle in (True, False):
        utils.set_random_seed(5)
        model = elman.Sequential([layers.Input((4,)), layers.Dense(1)])
        model.compile("sgd", "mae")
        windows = utils.timeseries_dataset_from_array(series, series[4:], 4, batch_size=6)
        model.fit(windows, epochs=2, shuffle=shuffle, verbose=0)
        models.append(model.get_weights())
    np.testing.assert_array_equal(models[0][0], models[1][0])


class list_of_batches:
    """Something that can be gone through again and again."""

    def __iter__(self):
        return batches()


def test_a_generator_without_end():
    def forever():
        while True:
            yield from batches()

    history = chain().fit(forever(), steps_per_epoch=2, epochs=3, verbose=0)
    assert history.epoch == [0, 1, 2]


def test_a_generator_that_ends():
    history = chain().fit(batches(), verbose=0, validation_data=batches(), validation_steps=2)
    assert "val_loss" in history.history
    with pytest.raises(ValueError, match="batch"):
        chain().fit(batches(), steps_per_epoch=9, verbose=0)
    with pytest.raises(ValueError, match="`y` must be left out"):
        chain().fit(batches(), Y)


def test_what_a_generator_raises_comes_through():
    def broken():
        yield X, Y
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        chain().fit(broken(), verbose=0)
    with pytest.raises(ValueError, match="a batch must be"):
        chain().fit(iter([(X, Y, None, 4)]), verbose=0)


def test_evaluate_and_predict_on_batches():
    model = chain()
    assert model.evaluate(list_of_batches(), verbose=0) == pytest.approx(
        model.evaluate(X, Y, verbose=0), rel=1e-6
    )
    np.testing.assert_array_equal(model.predict((x for x, _ in batches())), model.predict(X))


def test_weights_of_samples_and_classes():
    model = elman.Sequential([layers.Dense(1, "sigmoid", input_shape=(3,))])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    x, y = random(8, 3), np.arange(8) % 2
    weights = np.where(y == 1, 3.0, 1.0)
    by_class, by_sample = elman.models.clone_model(model), elman.models.clone_model(model)
    for other in (by_class, by_sample):
        other.compile("sgd", "binary_crossentropy")
        other.set_weights(model.get_weights())
    by_class.fit(x, y, class_weight={1: 3.0}, shuffle=False, verbose=0)
    by_sample.fit(x, y, sample_weight=weights, shuffle=False, verbose=0)
    np.testing.assert_array_equal(by_class.get_weights()[0], by_sample.get_weights()[0])
    logs = model.train_on_batch(x, y, class_weight={1: 3.0}, return_dict=True)
    assert list(logs) == ["loss", "accuracy"]
    loss, accuracy = model.test_on_batch(x, y)
    assert loss > 0 and 0 <= accuracy <= 1


def test_several_outputs():
    x = elman.Input((5, 3), name="x")
    h = layers.GRU(4)(x)
    model = elman.Model(x, [layers.Dense(2, name="a")(h), layers.Dense(1, name="b")(h)])
    model.compile("sgd", {"a": "mse", "b": "mae"}, loss_weights={"a": 1.0, "b": 0.5})
    data, a, b = random(6, 5, 3), random(6, 2), random(6, 1)
    history = model.fit({"x": data}, {"a": a, "b": b}, verbose=0)
    assert sorted(history.history) == ["a_loss", "b_loss", "loss"]
    logs = model.evaluate(data, [a, b], verbose=0, return_dict=True)
    assert logs["loss"] == pytest.approx(logs["a_loss"] + 0.5 * logs["b_loss"], rel=1e-5)
    with pytest.raises(ValueError, match="`c`"):
        model.fit({"x": data}, {"a": a, "c": b})


def test_padding_and_windows():
    padded = utils.pad_sequences([[1, 2, 3], [4]], maxlen=2)
    np.testing.assert_array_equal(padded, [[2, 3], [0, 4]])
    assert padded.dtype == np.int32
    windows = utils.timeseries_dataset_from_array(
        np.arange(10.0)[:, None], np.arange(3, 10), sequence_length=3, batch_size=4
    )
    x, y = windows[0]
    assert x.shape == (4, 3, 1) and len(windows) == 2
    np.testing.assert_array_equal(y, [3, 4, 5, 6])
    model = elman.Sequential([layers.SimpleRNN(2), layers.Dense(1)])
    model.compile("sgd", "mse")
    assert len(model.fit(windows, epochs=2, verbose=0).history["loss"]) == 2
    assert model.layers[0].get_weights()[0].shape == (1, 2)


def test_one_hot():
    np.testing.assert_array_equal(utils.to_categorical([0, 2], 3), [[1, 0, 0], [0, 0, 1]])
    with pytest.raises(ValueError):
        utils.to_categorical([3], 3)


def test_seeds():
    def weights():
        utils.set_random_seed(5)
        return chain().get_weights()

    assert all(np.array_equal(a, b) for a, b in zip(weights(), weights()))


def test_stateful():
    model = elman.Sequential([layers.LSTM(3, stateful=True, batch_input_shape=(1, 2, 3))])
    x = random(1, 2, 3)
    first = model.predict(x)
    assert not np.array_equal(model.predict(x), first)
    model.reset_states()
    np.testing.assert_array_equal(model.predict(x), first)
    model.layers[0].reset_state()
    np.testing.assert_array_equal(model.predict(x), first)
