"""What `compile` gives a model, and steps of epochs."""

import pickle
import warnings
import zipfile

import numpy as np
import pytest

import elman
from elman import layers

from support import random


def small(**compiled):
    model = elman.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    return model


def test_metrics_by_name():
    model = small(metrics=["mae", elman.metrics.RootMeanSquaredError()])
    names = ["loss", "mae", "root_mean_squared_error"]
    assert model.metrics_names == names == [metric.name for metric in model.metrics]
    assert model.get_metrics_result() == {}
    with pytest.raises(ValueError, match="mae.*no value"):
        model.metrics[1].result()
    x, y = random(8, 3), random(8, 1)
    seen = []

    class Look(elman.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append(self.model.get_metrics_result())

    history = model.fit(x, y, epochs=2, verbose=0, callbacks=[Look()]).history
    assert seen == [{}, {}], "those of the call before would mislead"
    assert model.get_metrics_result() == {name: history[name][-1] for name in names}
    values = model.evaluate(x, y, verbose=0)
    assert values == [metric.result() for metric in model.metrics]
    one = model.test_on_batch(x[:2], y[:2], return_dict=True)
    assert model.get_metrics_result() == one and list(one) == names
    model.reset_metrics()
    assert model.get_metrics_result() == {}


def test_a_compilation_goes_from_model_to_model():
    model = small(optimizer=elman.optimizers.Adam(0.5), metrics=["mae"], loss=elman.losses.Huber(0.3))
    config = model.get_compile_config()
    assert config["optimizer"]["class_name"] == "Adam"
    other = elman.Sequential([layers.Dense(1, input_shape=(3,))])
    assert other.get_compile_config() is None
    other.compile_from_config(config)
    assert other.get_compile_config() == config
    other.set_weights(model.get_weights())
    x, y = random(8, 3), random(8, 1)
    assert other.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    for wrong, error in [(None, TypeError), ({}, ValueError), ({"optimizer": "sgd"}, ValueError)]:
        with pytest.raises(error, match="compile"):
            other.compile_from_config(wrong)


def batches(model, x, **given):
    """What the epochs of a training took in, by the first feature; and the warnings."""
    seen = []

    class Look(elman.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            seen.append(0)

        def on_train_batch_end(self, batch, logs=None):
            seen[-1] += 1

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.fit(x, x[:, :1], batch_size=10, verbose=0, callbacks=[Look()], **given)
    return seen, [str(warning.message) for warning in told]


def test_steps_of_epochs_of_arrays():
    x = random(95, 3)
    assert batches(small(), x, steps_per_epoch=4, epochs=6)[0] == [4, 4, 2, 4, 4, 2]
    seen, told = batches(small(), x, steps_per_epoch=4, epochs=3)
    assert seen == [4, 4, 2] and len(told) == 1
    assert "`steps_per_epoch` is 4" in told[0] and "10 batches" in told[0] and "has 2" in told[0]
    assert batches(small(), x, steps_per_epoch=4, epochs=2) == ([4, 4], [])
    assert batches(small(), x, steps_per_epoch=5, epochs=3) == ([5, 5, 5], [])
    assert batches(small(), x, steps_per_epoch=12, epochs=2)[0] == [10, 10]
    assert batches(small(), x, steps_per_epoch=4, epochs=5, initial_epoch=2)[0] == [4, 4, 2]
    # All batches once are an epoch as it always was.
    weights = []
    for given in ({"steps_per_epoch": 4, "epochs": 3}, {"steps_per_epoch": 10}, {}):
        elman.utils.set_random_seed(1)
        model = small()
        batches(model, x, shuffle=False, **given)
        weights.append(model.get_weights()[0])
    np.testing.assert_array_equal(weights[0], weights[1])
    np.testing.assert_array_equal(weights[1], weights[2])
    for wrong in (0, -1, 1.5, "2"):
        with pytest.raises((TypeError, ValueError), match="steps_per_epoch"):
            small().fit(x, x[:, :1], steps_per_epoch=wrong, verbose=0)


def test_steps_of_validations_on_arrays():
    x, y = random(40, 3), random(40, 1)
    model = small()
    for more in ({}, {"validation_batch_size": 10}):
        history = model.fit(
            x, y, batch_size=10, validation_data=(x, y), validation_steps=2, verbose=0, **more
        )
        expected = model.evaluate(x[:20], y[:20], verbose=0)
        assert history.history["val_loss"] == [pytest.approx(expected, rel=1e-6)]
    for more in ({}, {"validation_batch_size": 20}):
        history = model.fit(x, y, batch_size=10, validation_data=(x, y), validation_steps=9, verbose=0, **more)
        assert history.history["val_loss"] == [pytest.approx(model.evaluate(x, y, verbose=0), rel=1e-6)]
    with pytest.raises(ValueError, match="validation_steps"):
        model.fit(x, y, validation_steps=2, verbose=0)


class Largest(elman.metrics.Metric):
    """The largest distance, times a number."""

    def __init__(self, scale=1.0, name="largest"):
        super().__init__(name=name)
        self.scale = scale
        self.largest = self.add_weight(name="largest")

    def update_state(self, y_true, y_pred, sample_weight=None):
        self.largest.assign(max(float(self.largest), self.scale * float(np.abs(y_true - y_pred).max())))

    def result(self):
        return self.largest

    def get_config(self):
        return {"scale": self.scale, "name": self.name}


def bias(y_true, y_pred):
    return y_pred - y_true


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_files_and_metrics_of_ones_own(tmp_path, ending):
    model = small(metrics=["mae", Largest(2.0), bias])
    x, y = random(8, 3), random(8, 1)
    model.fit(x, y, verbose=0)
    path = tmp_path / f"model{ending}"
    model.save(path)
    with pytest.warns(UserWarning, match="`largest` is left out") as told:
        assert elman.models.load_model(path).evaluate(x, y, verbose=0, return_dict=True).keys() == {"loss", "mae"}
    assert len(told) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = elman.models.load_model(path, custom_objects={"Largest": Largest, "bias": bias})
    assert again.metrics_names == ["loss", "mae", "largest", "bias"]
    assert again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)
    assert again.optimizer.iterations == 1
    with pytest.raises(TypeError, match="custom_objects.*str"):
        elman.models.load_model(path, custom_objects={"bias": "bias"})
    with pytest.raises(TypeError, match="custom_objects.*dictionary.*list"):
        elman.models.load_model(path, custom_objects=[bias])

    class Broken(Largest):
        @classmethod
        def from_config(cls, config):
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        elman.models.load_model(path, custom_objects={"Largest": Broken})


def test_registered_metrics_are_found(tmp_path, monkeypatch):
    monkeypatch.setattr("elman.saving._REGISTERED", {})
    register = elman.saving.register_keras_serializable
    register()(bias)
    assert register("mine", "Largest")(Largest) is Largest
    model = small(metrics=[Largest(2.0), bias])
    model.save(tmp_path / "model.keras")
    x, y = random(8, 3), random(8, 1)
    expected = model.evaluate(x, y, verbose=0)
    # As Keras writes what a program registered.
    with zipfile.ZipFile(tmp_path / "model.keras") as ours, zipfile.ZipFile(tmp_path / "keras.keras", "w") as theirs:
        for name in ours.namelist():
            content = ours.read(name)
            if name == "config.json":
                content = content.replace(b'"module":"__main__"', b'"module":null')
                content = content.replace(b'"registered_name":"Largest"', b'"registered_name":"mine>Largest"')
                assert b"mine>Largest" in content and b"__main__" not in content
            theirs.writestr(name, content)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in ("model.keras", "keras.keras"):
            assert elman.models.load_model(tmp_path / name).evaluate(x, y, verbose=0) == expected
        assert pickle.loads(pickle.dumps(model)).evaluate(x, y, verbose=0) == expected
    elman.saving._REGISTERED.clear()
    with pytest.warns(UserWarning, match="`largest` is left out"):
        assert elman.models.load_model(tmp_path / "keras.keras").metrics_names == ["loss"]


def test_an_onnx_graph(tmp_path):
    model = elman.Sequential([layers.LSTM(4, input_shape=(5, 3)), layers.Dense(1)])
    model.export(tmp_path / "model.onnx")
    again, x = elman.models.load_model(tmp_path / "model.onnx"), random(2, 5, 3)
    np.testing.assert_allclose(again.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-5, atol=1e-6)
    for wrong in [("model.onnx", "tf_saved_model"), ("model.pb", "onnx")]:
        with pytest.raises(ValueError, match="export"):
            model.export(*wrong)
