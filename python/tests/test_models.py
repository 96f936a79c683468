"""Models: put together, trained, used, saved."""

import io
import re

import numpy as np
import pytest

import elman
from elman import layers


def arrays(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def small():
    model = elman.Sequential([layers.LSTM(4, input_shape=(5, 3)), layers.Dense(2)])
    model.compile("adam", "mse", metrics=["mae"])
    return model


def test_fit_lowers_the_loss_and_gives_its_history(capsys):
    model, x = small(), arrays(64, 5, 3)
    history = model.fit(x, x[:, 0, :2], epochs=5, validation_split=0.25, verbose=2)
    assert sorted(history.history) == ["loss", "mae", "val_loss", "val_mae"]
    assert history.epoch == [0, 1, 2, 3, 4]
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert model.history is history and history.model is model
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Epoch 1/5" and told[1].startswith("2/2 - 0s - ")
    assert " - loss: " in told[1] and " - val_mae: " in told[1]


def test_one_line_for_each_epoch_where_output_is_no_terminal(capsys):
    small().fit(arrays(8, 5, 3), arrays(8, 2), epochs=3)
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 3 and told[2].startswith("Epoch 3/3 - 1/1 - 0s")


def test_a_bar(capsys):
    small().fit(arrays(64, 5, 3), arrays(64, 2), batch_size=16, verbose=1)
    told = capsys.readouterr().out
    assert "\x1b[1m4/4\x1b[0m \x1b[32m" + "━" * 20 in told
    assert told.endswith("\n")


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_files_keep_the_model_and_its_training(tmp_path, ending):
    model, x = small(), arrays(8, 5, 3)
    model.fit(x, x[:, 0, :2], verbose=0)
    path = tmp_path / f"model{ending}"
    model.save(path)
    again = elman.models.load_model(path)
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    assert again.optimizer.iterations == model.optimizer.iterations == 1
    assert isinstance(again, elman.Sequential) and isinstance(again.layers[0], layers.LSTM)


def test_a_graph_with_states_and_shared_layers():
    source, target = elman.Input((7, 4)), elman.Input((5, 2))
    _, h, c = layers.LSTM(8, return_state=True)(source)
    decoded = layers.LSTM(8, return_sequences=True)(target, initial_state=[h, c])
    model = elman.Model([source, target], layers.Dense(2)(decoded))
    assert model.output_shape == (None, 5, 2)
    assert model.predict([arrays(3, 7, 4), arrays(3, 5, 2)]).shape == (3, 5, 2)
    by_name = dict(zip(model.input_names, [arrays(3, 7, 4), arrays(3, 5, 2)]))
    assert model.predict(by_name).shape == (3, 5, 2)

    encoder = layers.GRU(4)
    a, b = elman.Input((5, 3)), elman.Input((5, 3))
    both = elman.Model([a, b], layers.concatenate([encoder(a), encoder(b)]))
    assert both.count_params() == 3 * 4 * (3 + 4 + 2)


def test_layers_on_arrays():
    layer = layers.SimpleRNN(4)
    assert layer(arrays(32, 10, 8)).shape == (32, 4)
    assert [w.shape for w in layer.get_weights()] == [(8, 4), (4, 4), (4,)]


def test_callbacks_of_python_may_do_with_the_model_what_they_like():
    seen = []

    class Watch(elman.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, self.model.predict(arrays(1, 5, 3)).shape, sorted(logs)))
            self.model.optimizer.learning_rate = 0.5
            if epoch == 1:
                self.model.stop_training = True

    model = small()
    history = model.fit(arrays(8, 5, 3), arrays(8, 2), epochs=9, verbose=0, callbacks=[Watch()])
    assert seen == [(epoch, (1, 2), ["loss", "mae"]) for epoch in (0, 1)]
    assert history.epoch == [0, 1]
    assert model.optimizer.learning_rate == 0.5


def test_what_a_callback_raises_ends_the_training():
    class Broken(elman.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyError("mine")

    model = small()
    with pytest.raises(KeyError, match="mine"):
        model.fit(arrays(8, 5, 3), arrays(8, 2), verbose=0, callbacks=[Broken()])
    assert model.predict(arrays(1, 5, 3)).shape == (1, 2)


def test_streams_are_the_whole_sequence():
    model = elman.Sequential(
        [layers.GRU(4, return_sequences=True, input_shape=(None, 3)), layers.Dense(2)]
    )
    x, stream = arrays(1, 6, 3), model.stream()
    steps = [stream.step(step) for step in x[0]]
    np.testing.assert_array_equal(steps, model.predict(x)[0])


def test_weights_have_names():
    model = small()
    assert [weight.name for weight in model.layers[0].weights] == [
        "kernel",
        "recurrent_kernel",
        "bias",
    ]
    assert model.weights[3].path == "dense/kernel" and model.weights[3].shape == (4, 2)
    model.weights[4].assign([1.0, 2.0])
    assert model.get_weights()[4].tolist() == [1.0, 2.0]
    model.layers[0].trainable = False
    assert [weight.path for weight in model.trainable_weights] == ["dense/kernel", "dense/bias"]
    assert len(model.non_trainable_weights) == 3


def test_a_layer_may_be_given_its_weights():
    table = arrays(6, 3)
    embedding = layers.Embedding(6, 3, weights=[table], trainable=False)
    model = elman.Sequential([embedding, layers.GRU(2)])
    model.predict(np.zeros((1, 4)))
    np.testing.assert_array_equal(embedding.get_weights()[0], table)
    assert len(model.trainable_weights) == 3


def test_what_evaluate_gives_is_in_the_order_of_compile():
    model = elman.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse", metrics=["mape", "mae", elman.metrics.RootMeanSquaredError()])
    x, y = arrays(8, 3), arrays(8, 1)
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    assert list(logs) == ["loss", "mape", "mae", "root_mean_squared_error"]
    assert model.evaluate(x, y, verbose=0) == list(logs.values())
    assert model.metrics_names == list(logs)


def test_evaluate_tells(capsys):
    small().evaluate(arrays(40, 5, 3), arrays(40, 2), verbose=2)
    assert capsys.readouterr().out.startswith("2/2 - 0s - ")


def test_a_chain_without_a_shape_is_built_by_what_it_is_called_on():
    inner = elman.Sequential([layers.Dense(4), layers.Dense(2)])
    x = elman.Input((3,))
    outer = elman.Model(x, inner(x))
    data = arrays(5, 3)
    np.testing.assert_array_equal(inner.predict(data), outer.predict(data))


def test_sessions_that_step_together():
    model = elman.Sequential([layers.GRU(4, return_sequences=True, input_shape=(None, 3))])
    streams, x = model.streams(4), arrays(2, 6, 3)
    numbers = [streams.add(), streams.add()]
    steps = [streams.step(numbers, x[:, t]) for t in range(6)]
    np.testing.assert_array_equal(np.stack(steps, 1), model.predict(x))
    streams.remove(numbers[0])
    assert len(streams) == 1
    with pytest.raises(ValueError, match="capacity"):
        model.streams(10**15)


def test_an_output_that_no_memory_holds_is_refused():
    model = elman.Sequential([layers.RepeatVector(2_000_000_000, input_shape=(1000,))])
    with pytest.raises(ValueError, match="no memory"):
        model.predict(arrays(200, 1000))


def test_convert(tmp_path):
    model = small()
    model.save(tmp_path / "model.keras")
    elman.convert(tmp_path / "model.keras", tmp_path / "model.h5", format="keras2")
    again = elman.models.load_model(tmp_path / "model.h5")
    x = arrays(2, 5, 3)
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    loaded = elman.models.load_model(tmp_path / "model.keras", compile=False)
    assert not loaded.compiled and loaded.optimizer is None


def test_configurations_go_round():
    model = small()
    again = elman.models.model_from_json(model.to_json())
    assert again.to_json() == elman.models.model_from_json(again.to_json()).to_json()
    assert again.get_config() == model.get_config()
    assert elman.Sequential.from_config(model.get_config()).count_params() == model.count_params()
    copied = elman.models.clone_model(model)
    assert not np.array_equal(copied.get_weights()[0], model.get_weights()[0])
    layer = layers.LSTM.from_config(layers.LSTM(3, dropout=0.2).get_config())
    assert (layer.units, layer.dropout) == (3, 0.2)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def told(monkeypatch, call, terminal=False):
    """What a call prints, without colours, where output is a terminal or not."""
    out = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    call()
    return re.sub("\x1b\\[[0-9;]*m", "", out.getvalue())


@pytest.mark.parametrize("rows, size, steps", [(40, None, 2), (1, None, 1), (300, 100, 3), (600, None, 19)])
def test_predictions_are_told_of(monkeypatch, rows, size, steps):
    model, x = small(), arrays(rows, 5, 3)
    model.predict(x[:1], verbose=0)
    bar = rf"\r{steps}/{steps} ━{{20}} 0s \d+(us|ms)/step *\n"
    line = rf"{steps}/{steps} - 0s - \d+(us|ms)/step\n"
    for given, terminal, expected in [
        ({"verbose": 0}, True, ""),
        ({}, True, bar),
        ({}, False, line),
        ({"verbose": 1}, False, bar),
        ({"verbose": 2}, True, line),
    ]:
        for more in ({}, {"callbacks": []}, {"callbacks": [elman.callbacks.Callback()]}):
            words = told(monkeypatch, lambda: model.predict(x, size, **given, **more), terminal)
            # A slow machine draws more often.
            last = words[max(words.rfind("\r"), 0) :]
            assert re.fullmatch(expected, last), words


def test_predictions_of_batches_are_told_of(monkeypatch):
    model = small()
    words = told(monkeypatch, lambda: model.predict(arrays(4, 5, 3) for _ in range(3)))
    assert words.startswith("3/3 - 0s - "), words
    words = told(monkeypatch, lambda: model.predict((arrays(4, 5, 3) for _ in range(9)), steps=2), True)
    assert words.startswith("\r2/2 ━━━"), words


def test_evaluations_are_told_of(monkeypatch):
    model, x, y = small(), arrays(40, 5, 3), arrays(40, 2)
    words = told(monkeypatch, lambda: model.evaluate(x, y))
    assert re.fullmatch(r"2/2 - 0s - \d+(us|ms)/step - loss: \d+\.\d{4} - mae: \d+\.\d{4}\n", words), words
    batches = ((x, y) for _ in range(3))
    words = told(monkeypatch, lambda: model.evaluate(batches), True)
    assert words.startswith("\r3/3 ━━━"), words
