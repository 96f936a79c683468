"""What nobody should do: each is an exception that says where, what was expected, what came."""

import copy
import os
import pickle
import signal
import threading
import time

import numpy as np
import pytest

import elman
from elman import layers

from support import random

X, Y = random(8, 5, 2), random(8, 1)


def chain(**compiled):
    model = elman.Sequential([layers.LSTM(3, input_shape=(5, 2), name="memory"), layers.Dense(1)])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return model


@pytest.mark.parametrize(
    "data, error, words",
    [
        (np.zeros((0, 5, 2)), ValueError, ["(0, 5, 2)", "one sample or more"]),
        (np.zeros((3, 0, 2)), ValueError, ["memory", "(3, 0, 2)", "(None, 5, 2)"]),
        (np.zeros((3, 5, 0)), ValueError, ["memory", "(3, 5, 0)", "(None, 5, 2)"]),
        (np.float32(1.0), ValueError, ["x", "()"]),
        (np.ones((1, 5, 2), complex), TypeError, ["x", "complex128"]),
        (np.ones((1, 5, 2), "M8[s]"), TypeError, ["x", "datetime64"]),
        (np.zeros((1, 5, 2), [("a", "f4")]), TypeError, ["x", "'a'"]),
        (np.array([[["a", None]] * 5], object), TypeError, ["x", "NoneType"]),
        (np.array([[[object(), 1]] * 5], object), TypeError, ["x", "array of numbers", "ndarray"]),
        (np.ma.masked_less(X, 0.0), ValueError, ["x", "masked"]),
        ([[[10**400, 1]] * 5], ValueError, ["x", "array of numbers", "list"]),
        ({"a": X}, ValueError, ["x", "`a`"]),
        ({1: X}, TypeError, ["x", "names", "int"]),
        (None, ValueError, ["x"]),
        (3, TypeError, ["predict", "`x`", "int"]),
        ("abc", TypeError, ["predict", "`x`", "str"]),
        (object(), TypeError, ["predict", "`x`", "object"]),
        (int, TypeError, ["predict", "`x`", "type"]),
        ([], ValueError, ["x", "(0,)"]),
    ],
)
def test_data_that_are_none(data, error, words):
    model = chain()
    with pytest.raises(error) as raised:
        model.predict(data, verbose=0)
    for word in words:
        assert word in str(raised.value)
    weights = model.get_weights()
    for call in (model.fit, model.evaluate, model.train_on_batch, model.test_on_batch):
        with pytest.raises((TypeError, ValueError)):
            call(data, Y)
    for call in (model, model.predict_on_batch):
        with pytest.raises((TypeError, ValueError)):
            call(data)
    assert all(np.array_equal(a, b) for a, b in zip(weights, model.get_weights()))


@pytest.mark.parametrize(
    "given, words",
    [
        ({"epochs": 10**30}, ["`epochs`", "64 bits", "1000000"]),
        ({"epochs": -(10**30)}, ["`epochs`", "non-negative", "-1000000"]),
        ({"steps_per_epoch": 10**30}, ["`steps_per_epoch`", "64 bits"]),
        ({"validation_split": float("nan")}, ["`validation_split`", "NaN"]),
        ({"validation_split": 0.5, "validation_batch_size": 0}, ["validation_batch_size", "0"]),
        ({"validation_data": 3}, ["`validation_data`", "int"]),
        ({"callbacks": 3}, ["`callbacks`", "int"]),
        ({"callbacks": "EarlyStopping"}, ["`callbacks`", "str"]),
        ({"callbacks": [elman.callbacks.EarlyStopping]}, ["`callbacks`", "class EarlyStopping"]),
        ({"verbose": [1]}, ["`verbose`", "[1]"]),
        ({"shuffle": "batch"}, ["`shuffle`", "str"]),
    ],
)
@pytest.mark.filterwarnings("ignore:fit. argument `steps_per_epoch`")
def test_arguments(given, words):
    with pytest.raises((TypeError, ValueError)) as raised:
        chain().fit(X, Y, **{"verbose": 0, **given})
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize("value", ["x", None])
def test_metrics_that_give_no_numbers(value):
    with pytest.raises(TypeError, match="what the metric odd gives must be numbers, got"):
        def odd(y_true, y_pred):
            return value

        chain(metrics=[odd]).fit(X, Y, verbose=0)


class Told(elman.callbacks.Callback):
    """Does something after each batch."""

    def __init__(self, act):
        self.act = act

    def on_train_batch_end(self, batch, logs=None):
        self.act(self.model)


@pytest.mark.parametrize(
    "act, words",
    [
        (lambda model: model.set_weights([]), ["set_weights", "0"]),
        (lambda model: model.set_weights([w * np.nan for w in model.get_weights()]), ["NaN", "batch 2"]),
        (lambda model: setattr(model.optimizer, "learning_rate", float("nan")), ["learning_rate", "NaN"]),
        (lambda model: setattr(model.optimizer, "learning_rate", "x"), ["learning_rate", "str"]),
        (lambda model: model.pop(), ["not compiled"]),
        (lambda model: model.add(layers.Dense(7)), ["(4, 1)", "(4, 7)"]),
    ],
)
def test_what_callbacks_break(act, words):
    model = chain()
    with pytest.raises((TypeError, ValueError)) as raised:
        model.fit(X, Y, batch_size=4, verbose=0, callbacks=[Told(act)])
    for word in words:
        assert word in str(raised.value)


def test_callbacks_may_copy_and_compile_and_train():
    def act(model):
        again = pickle.loads(pickle.dumps(model))
        assert np.array_equal(again.predict(X, verbose=0), copy.deepcopy(model).predict(X, verbose=0))
        again.fit(X, Y, verbose=0)
        model.fit(X, Y, verbose=0)
        model.compile("adam", "mae", metrics=["mse"])

    model = chain()
    model.fit(X, Y, batch_size=4, verbose=0, callbacks=[Told(act)])
    assert model.optimizer.name == "adam"


def test_logs_are_numbers_by_names():
    class Odd(elman.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs[1] = 2.0

    with pytest.raises(TypeError, match="`logs` must be a name, got int"):
        chain().fit(X, Y, verbose=0, callbacks=[Odd()])


def test_a_model_is_not_used_by_what_its_training_waits_for():
    """That would wait for itself."""
    model = chain()

    def batches(act):
        for _ in range(2):
            act()
            yield X, Y

    for act in (lambda: model.predict(X, verbose=0), lambda: model.fit(X, Y, verbose=0), lambda: model.name):
        with pytest.raises(RuntimeError, match="its own training"):
            model.fit(batches(act), verbose=0)

    def curious(y_true, y_pred):
        return model.predict(X, verbose=0)

    model.compile("sgd", "mse", metrics=[curious])
    with pytest.raises(RuntimeError, match="its own training"):
        model.fit(X, Y, verbose=0)
    # Nothing is lost, and others may be asked.
    copied = elman.models.clone_model(model)
    model.compile("sgd", "mse")
    assert model.fit(batches(lambda: copied.predict(X, verbose=0)), verbose=0).epoch == [0]
    # Evaluations and predictions change nothing, so that there is nothing to wait for.
    assert model.predict((model.predict(X, verbose=0) is not None and X for _ in range(2)), verbose=0).shape == (16, 1)


def test_stateful_models_and_metrics_that_use_them():
    model = elman.Sequential([layers.Input(batch_shape=(8, 5, 2)), layers.GRU(1, stateful=True)])

    def curious(y_true, y_pred):
        return model.predict(X, verbose=0) - y_true

    model.compile("sgd", "mse", metrics=[curious])
    done = []
    thread = threading.Thread(target=lambda: done.append(model.evaluate(X, Y, batch_size=8, verbose=0)), daemon=True)
    thread.start()
    thread.join(20)
    assert len(done) == 1


@pytest.mark.parametrize("what", ["fit", "evaluate", "predict"])
def test_batches_that_fail(what):
    class Disk(elman.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, number):
            if number == 2:
                raise OSError("disk")
            return X, Y

    def generator():
        yield X, Y
        raise KeyError("mine")

    model = chain()
    call = {"fit": model.fit, "evaluate": model.evaluate, "predict": model.predict}[what]
    with pytest.raises(OSError, match="disk"):
        call(Disk(), verbose=0, **({"shuffle": False} if what == "fit" else {}))
    with pytest.raises(KeyError, match="mine"):
        call(generator(), verbose=0)
    assert model.predict(X, verbose=0).shape == (8, 1)


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("what", ["fit", "evaluate", "predict"])
def test_ctrl_c_ends_what_has_no_end(what):
    model = chain()
    timer = threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    call = {"fit": model.fit, "evaluate": model.evaluate, "predict": model.predict}[what]
    with pytest.raises(KeyboardInterrupt):
        call(((X, Y) for _ in iter(int, 1)), verbose=0)
    assert model.predict(X, verbose=0).shape == (8, 1)


def test_everything_at_once_in_many_threads(tmp_path):
    model, failed, end = chain(metrics=["mae"]), [], time.monotonic() + 1.0
    weights = model.get_weights()
    work = [
        lambda n: model.fit(X, Y, batch_size=4, verbose=0, callbacks=[elman.callbacks.Callback()]),
        lambda n: model.fit(X, Y, batch_size=4, verbose=0),
        lambda n: model.train_on_batch(X, Y),
        lambda n: model.predict(X, verbose=0),
        lambda n: model(X, training=True),
        lambda n: model.evaluate(X, Y, verbose=0),
        lambda n: model.set_weights(weights),
        lambda n: model.layers[0].recurrent_kernel.numpy(),
        lambda n: model.save(tmp_path / f"{n}.keras"),
        lambda n: copy.deepcopy(model).summary(print_fn=len),
        lambda n: model.compile("adam", "mse", metrics=["mae"]),
    ]

    def run(number):
        try:
            while time.monotonic() < end:
                work[number](number)
        except BaseException as exception:
            failed.append(exception)

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed and not any(thread.is_alive() for thread in threads)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_goes_on_with_its_model():
    model = chain()
    model.fit(X, Y, verbose=0)
    expected = model.predict(X, verbose=0)
    child = os.fork()
    if child == 0:
        # Never back into the tests.
        try:
            same = np.array_equal(model.predict(X, verbose=0), expected)
            model.fit(X, Y, verbose=0)
            os._exit(0 if same else 1)
        except BaseException:
            os._exit(2)
    for _ in range(200):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.1)
    else:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        pytest.fail("the child waits")
    assert os.waitstatus_to_exitcode(status) == 0
    np.testing.assert_array_equal(model.predict(X, verbose=0), expected)


def test_windows_are_counted_from_both_ends():
    windows = elman.utils.timeseries_dataset_from_array(np.arange(10.0), None, 3, batch_size=4)
    assert len(windows) == 2
    np.testing.assert_array_equal(windows[-1], windows[1])
    for wrong in (2, -3):
        with pytest.raises(IndexError):
            windows[wrong]
