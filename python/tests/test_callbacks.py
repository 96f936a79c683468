"""The library's callbacks, and those of Python."""

import numpy as np
import pytest

import elman
from elman import callbacks, layers

from support import random


def model(rate=0.0):
    model = elman.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile(elman.optimizers.SGD(rate), "mse")
    return model


X, Y = random(8, 3), random(8, 1, seed=1)


def fit(model, *given, epochs=6, **more):
    return model.fit(X, Y, epochs=epochs, verbose=0, callbacks=list(given), **more)


def test_early_stopping_tells_when(capsys):
    stopping = callbacks.EarlyStopping("loss", patience=2, verbose=1, restore_best_weights=True)
    history = fit(model(), stopping)
    assert history.epoch == [0, 1, 2]
    assert (stopping.stopped_epoch, stopping.best_epoch, stopping.wait) == (2, 0, 2)
    assert stopping.best == pytest.approx(history.history["loss"][0])
    assert stopping.patience == 2
    told = capsys.readouterr().out
    assert "Epoch 3: early stopping" in told and "best epoch: 1." in told


def test_a_subclass_may_do_more():
    seen = []

    class Mine(callbacks.EarlyStopping):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, sorted(logs)))
            super().on_epoch_end(epoch, logs)

    history = fit(model(), Mine(monitor="loss", patience=1))
    assert history.epoch == [0, 1] and seen == [(0, ["loss"]), (1, ["loss"])]


def test_checkpoints(tmp_path, capsys):
    path = str(tmp_path / "at-{epoch:02d}.keras")
    fit(model(0.1), callbacks.ModelCheckpoint(path, verbose=1), epochs=2)
    assert elman.models.load_model(tmp_path / "at-02.keras").count_params() == 4
    assert f"saving model to {tmp_path / 'at-01.keras'}" in capsys.readouterr().out
    best = callbacks.ModelCheckpoint(
        tmp_path / "best.weights.h5", "loss", save_best_only=True, save_weights_only=True, verbose=1
    )
    trained = model()
    fit(trained, best, epochs=2)
    told = capsys.readouterr().out
    assert "loss improved from inf to" in told and "loss did not improve from" in told
    trained.load_weights(tmp_path / "best.weights.h5")


def test_the_rate_is_lowered(capsys):
    plateau = callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, verbose=1, min_delta=1e9)
    trained = model(0.5)
    history = fit(trained, plateau, epochs=4)
    assert trained.optimizer.learning_rate < 0.5
    assert "reducing learning rate to 0.25" in capsys.readouterr().out
    assert len(history.history["learning_rate"]) == 4


def test_a_schedule_of_python():
    trained = model(0.5)
    history = fit(trained, callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2), epochs=3)
    assert history.history["learning_rate"] == [0.25, 0.125, 0.0625]
    assert trained.optimizer.learning_rate == 0.0625


def test_functions():
    told = []
    fit(
        model(),
        callbacks.LambdaCallback(
            on_train_begin=lambda logs: told.append("begin"),
            on_epoch_end=lambda epoch, logs: told.append(epoch),
            on_train_end=lambda logs: told.append("end"),
        ),
        epochs=2,
    )
    assert told == ["begin", 0, 1, "end"]
    with pytest.raises(ValueError, match="on_epoch_ended"):
        callbacks.LambdaCallback(on_epoch_ended=print)


def test_all_moments_in_order():
    told = []

    class Watch(callbacks.Callback):
        def on_train_begin(self, logs=None):
            told.append("train begin")
            assert self.params["epochs"] == 1 and self.model is trained

        def on_epoch_begin(self, epoch, logs=None):
            told.append("epoch begin")

        def on_batch_begin(self, batch, logs=None):
            told.append(f"batch begin {batch}")

        def on_train_batch_end(self, batch, logs=None):
            told.append(f"batch end {batch}")
            assert list(logs) == ["loss"]

        def on_test_begin(self, logs=None):
            told.append("test begin")

        def on_test_end(self, logs=None):
            told.append("test end")

        def on_epoch_end(self, epoch, logs=None):
            told.append("epoch end")
            logs["mine"] = 7.0

        def on_train_end(self, logs=None):
            told.append("train end")

    trained = model()
    history = fit(trained, Watch(), epochs=1, batch_size=4, validation_data=(X, Y))
    assert told == [
        "train begin",
        "epoch begin",
        "batch begin 0",
        "batch end 0",
        "batch begin 1",
        "batch end 1",
        "test begin",
        "test end",
        "epoch end",
        "train end",
    ]
    assert history.history["mine"] == [7.0]


def test_a_training_that_is_stopped_after_a_batch():
    class Stop(callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(batch)
            self.model.stop_training = batch == 1

    seen = []
    history = fit(model(), Stop(), epochs=5, batch_size=2)
    assert seen == [0, 1] and history.epoch == [0]


def test_a_file_for_each_epoch(tmp_path):
    fit(model(), callbacks.CSVLogger(tmp_path / "log.csv"), epochs=3)
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 4


def test_a_training_that_goes_on(tmp_path):
    trained = model(0.1)

    class Die(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise RuntimeError("died")

    backup = callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(RuntimeError, match="died"):
        fit(trained, backup, Die(), epochs=4)
    history = fit(model(0.1), callbacks.BackupAndRestore(tmp_path / "backup"), epochs=4)
    assert history.epoch[-1] == 3


def test_a_loss_that_is_lost_ends_quietly():
    trained = elman.Sequential([layers.Dense(1, input_shape=(3,))])
    trained.compile(elman.optimizers.SGD(1e30), "mse")
    with pytest.raises(ValueError, match="loss became"):
        fit(trained)
    trained.set_weights([np.zeros_like(w) for w in trained.get_weights()])
    fit(trained, callbacks.TerminateOnNaN())


def test_what_is_no_callback():
    with pytest.raises(TypeError, match="callbacks"):
        fit(model(), "EarlyStopping")


def moments(callback):
    """Short words for what was told."""
    return [" ".join([name.removeprefix("on_"), *map(str, given[:-1])]) for name, given in callback.told]


def every_moment():
    """A callback that has every method."""
    methods = {
        event: lambda self, *given, event=event, **logs: self.told.append((event, (*given, *logs.values())))
        for event in callbacks.base.EVENTS
    }
    return type("Every", (callbacks.Callback,), methods)


def test_moments_of_evaluations():
    callback = every_moment()()
    callback.told = []
    trained = model()
    evaluated = trained.evaluate(X, Y, batch_size=4, verbose=0, callbacks=[callback])
    assert moments(callback) == [
        "test_begin",
        "test_batch_begin 0",
        "test_batch_end 0",
        "test_batch_begin 1",
        "test_batch_end 1",
        "test_end",
    ]
    assert callback.told[-1][1][-1] == {"loss": evaluated}
    assert callback.params == {"epochs": 1, "steps": 2, "verbose": 0}
    callback.told.clear()
    fit(trained, callback, epochs=1, batch_size=4, validation_data=(X, Y))
    assert "test_batch_end 1" in moments(callback)


def test_moments_of_predictions():
    callback = every_moment()()
    callback.told = []
    trained = model()
    y = trained.predict(X, batch_size=3, verbose=0, callbacks=[callback])
    np.testing.assert_array_equal(y, trained.predict(X, verbose=0))
    batches = [f"predict_batch_{event} {number}" for number in range(3) for event in ("begin", "end")]
    assert moments(callback) == ["predict_begin", *batches, "predict_end"]
    np.testing.assert_array_equal(callback.told[-2][1][-1]["outputs"], y[6:])


@pytest.mark.parametrize("kind", ["arrays", "generator", "dataset"])
def test_evaluations_and_predictions_may_be_ended(kind):
    class Ends(callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            self.model.stop_evaluating = True

        def on_predict_batch_end(self, batch, logs=None):
            self.model.stop_predicting = True

    class Batches(elman.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return X[2 * index : 2 * index + 2], Y[2 * index : 2 * index + 2]

    def data():
        return {"generator": (batch for batch in Batches()), "dataset": Batches()}[kind]

    trained = model()
    first = trained.evaluate(X[:2], Y[:2], verbose=0)
    given = {"verbose": 0, "callbacks": Ends()}
    if kind == "arrays":
        assert trained.evaluate(X, Y, batch_size=2, **given) == first
        assert len(trained.predict(X, batch_size=2, **given)) == 2
    else:
        assert trained.evaluate(data(), **given) == first
        assert len(trained.predict(data(), **given)) == 2


def test_the_first_batches_alone():
    trained = model()
    assert trained.evaluate(X, Y, batch_size=2, steps=3, verbose=0) == pytest.approx(
        trained.evaluate(X[:6], Y[:6], verbose=0)
    )
    np.testing.assert_array_equal(
        trained.predict(X, batch_size=2, steps=3, verbose=0), trained.predict(X[:6], verbose=0)
    )


def test_a_board_is_told_of_evaluations(tmp_path):
    board = callbacks.TensorBoard(tmp_path)
    trained = model()
    fit(trained, board, epochs=1)
    trained.evaluate(X, Y, verbose=0, callbacks=[board])
    assert list((tmp_path / "validation").iterdir())


@pytest.mark.parametrize("freq, epochs", [(2, [1, 3]), ([1, 4], [0, 3]), ((5,), [4])])
def test_validations_now_and_then(freq, epochs):
    whole, given = model(0.1), {"epochs": 5, "validation_data": (X, Y)}
    weights = whole.get_weights()
    losses = fit(whole, **given).history["val_loss"]
    trained = model(0.1)
    trained.set_weights(weights)
    history = fit(trained, validation_freq=freq, shuffle=True, **given)
    assert len(history.history["loss"]) == 5
    assert len(history.history["val_loss"]) == len(epochs)
    assert history.history["val_loss"] == pytest.approx([losses[e] for e in epochs], rel=0.1)
    assert history.plot()._repr_svg_().startswith("<svg")
    assert history._repr_html_().count("<tr>") == 6


@pytest.mark.parametrize("freq", [0, -1, "often", [1.5]])
def test_what_is_no_validation_freq(freq):
    with pytest.raises((ValueError, TypeError), match="validation_freq"):
        fit(model(), validation_data=(X, Y), validation_freq=freq)
