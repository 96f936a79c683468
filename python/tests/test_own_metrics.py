"""Metrics that are written in Python."""

import copy
import pickle
import warnings

import numpy as np
import pytest

import elman
from elman import layers, metrics

from support import random

X, Y = random(8, 3), random(8, 2, seed=1)


def model(given, outputs=1, **more):
    x = elman.Input((3,))
    heads = [layers.Dense(2, name=f"head_{i}")(x) for i in range(outputs)]
    model = elman.Model(x, heads)
    model.compile("sgd", "mse", metrics=given, **more)
    return model


def mine(y_true, y_pred):
    assert isinstance(y_true, np.ndarray) and y_true.dtype == "float32"
    return np.abs(y_true - y_pred).mean(axis=-1)


class Worst(metrics.Metric):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.worst = self.add_weight(initializer="zeros", name="worst")

    def update_state(self, y_true, y_pred, sample_weight=None):
        errors = np.abs(y_true - y_pred)
        if sample_weight is not None:
            errors = errors * np.reshape(sample_weight, (-1, 1))
        self.worst.assign(max(float(self.worst), errors.max()))

    def result(self):
        return self.worst


class Plain:
    """Without elman's class."""

    def reset_state(self):
        self.batches = 0

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.batches += 1

    def result(self):
        return self.batches


def test_functions_and_objects_beside_names():
    trained = model(["mae", mine, Worst, Worst(name="other"), Plain()])
    logs = trained.evaluate(X, Y, batch_size=4, verbose=0, return_dict=True)
    assert list(logs) == ["loss", "mae", "mine", "worst", "other", "Plain"]
    assert logs["mine"] == pytest.approx(logs["mae"])
    worst = np.abs(trained.predict(X, verbose=0) - Y).max()
    assert logs["worst"] == logs["other"] == pytest.approx(worst)
    assert logs["Plain"] == 2.0
    history = trained.fit(X, Y, epochs=2, verbose=0, validation_data=(X, Y)).history
    assert history["val_mine"] == pytest.approx(history["val_mae"])
    assert len(history["worst"]) == 2 and history["Plain"] == [1.0, 1.0]


def test_one_value_for_a_batch():
    trained = model(lambda y_true, y_pred: float(np.max(y_true)))
    assert trained.evaluate(X, Y, verbose=0)[1] == pytest.approx(Y.max())
    assert "<lambda>" in trained.evaluate(X, Y, verbose=0, return_dict=True)


def test_weights_and_masks():
    weights = np.arange(8.0)
    trained = model(None, weighted_metrics=["mae", mine, Worst()])
    logs = trained.evaluate(X, Y, sample_weight=weights, verbose=0, return_dict=True)
    assert logs["mine"] == pytest.approx(logs["mae"])
    errors = np.abs(trained.predict(X, verbose=0) - Y) * weights[:, None]
    assert logs["worst"] == pytest.approx(errors.max(), rel=1e-5)
    masked = elman.Sequential([layers.Masking(0.0, input_shape=(4, 3)), layers.GRU(2, return_sequences=True)])
    masked.compile("sgd", "mse", metrics=["mae", mine])
    x, y = random(2, 4, 3), random(2, 4, 2)
    x[0, 2:] = 0.0
    logs = masked.evaluate(x, y, verbose=0, return_dict=True)
    assert logs["mine"] == pytest.approx(logs["mae"])


def test_metrics_for_each_output():
    trained = model({"head_1": [mine, "mae"]}, outputs=2)
    logs = trained.evaluate(X, [Y, Y], verbose=0, return_dict=True)
    assert logs["head_1_mine"] == pytest.approx(logs["head_1_mae"])
    assert not any(name.startswith("head_0_m") for name in logs)


def test_what_a_metric_raises_comes_through():
    def wrong(y_true, y_pred):
        raise ZeroDivisionError("mine")

    trained = model(wrong)
    for call in (trained.evaluate, trained.fit, trained.train_on_batch):
        with pytest.raises(ZeroDivisionError, match="mine"):
            call(X, Y)
    with pytest.raises(TypeError, match="float"):
        model(lambda *_: object()).evaluate(X, Y, verbose=0)
    trained.compile("sgd", "mse")
    trained.evaluate(X, Y, verbose=0)


def test_copies_and_files(tmp_path):
    trained = model(["mae", mine])
    trained.fit(X, Y, verbose=0)
    again = copy.deepcopy(trained)
    assert again.optimizer.iterations == 1
    trained.save(tmp_path / "own.keras")
    with pytest.warns(UserWarning, match="metric `mine` is left out"):
        loaded = elman.models.load_model(tmp_path / "own.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pickled = pickle.loads(pickle.dumps(trained))
    for other in (loaded, pickled):
        assert list(other.evaluate(X, Y, verbose=0, return_dict=True)) == ["loss", "mae"]
        assert other.optimizer.iterations == 1


def test_a_metric_alone():
    worst = Worst()
    assert worst.name == "worst" and float(worst([[1.0]], [[3.0]])) == 2.0
    worst.reset_state()
    assert float(worst.result()) == 0.0


def own_loss(y_true, y_pred):
    return np.mean((y_true - y_pred) ** 2)


@pytest.mark.parametrize("loss", [own_loss, [own_loss], {"head_0": own_loss}])
def test_losses_of_ones_own_are_refused(loss):
    with pytest.raises(TypeError, match="`loss`.*function own_loss.*gradient.*as a metric"):
        model(None).compile("sgd", loss)


def test_functions_of_losses_are_metrics():
    model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse", metrics=[elman.metrics.mean_squared_error, elman.metrics.hinge])
    assert elman.metrics.hinge is elman.losses.hinge
    assert model.metrics_names == ["loss", "mean_squared_error", "hinge"]
    loss, same, _ = model.evaluate(np.ones((2, 3)), np.zeros((2, 1)), verbose=0)
    assert loss == same
