"""Models in training and at work."""

import sys

from ..callbacks.base import History, prepare, tell, told_of
from ..losses.own import refuse_own
from ..metrics.own import without_own
from ..optimizers import deserialize as optimizer_of
from ..optimizers.optimizer import Optimizer
from .batches import num_batches, predict_in_batches
from .inputs import inputs_of, is_arrays, targets_of


class Training:
    """What models do with data. The arguments are Keras's."""

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """Gives the model an optimizer, a loss and metrics, by name or as objects.

        A metric may be a function of your own, of two arrays of NumPy, `y_true` and `y_pred`, that
        gives a value for each sample or one for the batch; or an object of a class of your own, see
        `elman.metrics.Metric`. Files hold their names alone.

        `run_eagerly`, `steps_per_execution`, `jit_compile` and `auto_scale_loss` change no result.

        Raises:
            ValueError: for a name or an argument that doesn't exist.
            TypeError: for a loss of your own, since Python's functions don't tell their gradients.

        >>> import elman
        >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
        >>> model.compile(elman.optimizers.Adam(0.01), "mse", metrics=["mae"])
        >>> round(model.optimizer.learning_rate, 4)
        0.01
        """
        refuse_own(loss)
        own = []
        self._native.compile(
            {
                "optimizer": optimizer,
                "loss": loss,
                "loss_weights": loss_weights,
                "metrics": without_own(metrics, own),
                "weighted_metrics": without_own(weighted_metrics, own),
            },
            own,
        )
        self._order = None
        self._optimizer = optimizer if isinstance(optimizer, Optimizer) else None
        if self._optimizer is not None:
            self._optimizer._bind(self._native)

    @property
    def compiled(self):
        """Whether the model has an optimizer and a loss."""
        return self._native.is_compiled

    @property
    def optimizer(self):
        """The optimizer, whose `learning_rate` may be set; `None` before `compile`."""
        if self._optimizer is None and self._native.is_compiled:
            self._optimizer = optimizer_of(self._native.to_json()["compile_config"]["optimizer"])
            self._optimizer._bind(self._native)
        return self._optimizer

    @property
    def loss(self):
        """The loss that the model was compiled with."""
        return self._native.to_json()["compile_config"].get("loss")

    @property
    def metrics_names(self):
        """The names of what `evaluate` gives: the loss and the metrics."""
        names = self.__dict__.get("_logged")
        return list(names) if names else ["loss"]

    def fit(
        self,
        x=None,
        y=None,
        batch_size=None,
        epochs=1,
        verbose="auto",
        callbacks=None,
        validation_split=0.0,
        validation_data=None,
        shuffle=True,
        class_weight=None,
        sample_weight=None,
        initial_epoch=0,
        steps_per_epoch=None,
        validation_steps=None,
        validation_batch_size=None,
        validation_freq=1,
    ):
        """Trains the model and gives the `History`.

        `x` is an array or a frame, or a list or dictionary of them, or a list of sequences of
        unequal lengths for a model that masks; or a generator, a `PyDataset`, or anything
        else that gives batches `(x, y)` or `(x, y, sample_weight)`. `shuffle` takes samples, or
        the batches of a `PyDataset`, in a new order in each epoch. `verbose` is `"auto"`, 0 for
        silence, 1 for a bar, 2 for lines. `validation_freq` is a number of epochs, or a list of
        those, counted from 1, to evaluate after. Ctrl-C ends the training between two batches; the
        model keeps what it has learnt.

        Raises:
            ValueError: for data that don't fit the model, for NaN, for a loss that is none.

        >>> import numpy as np
        >>> import elman
        >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
        >>> model.compile("adam", "mse")
        >>> history = model.fit(np.ones((8, 5, 3)), np.zeros((8, 4)), epochs=3, verbose=0)
        >>> len(history.history["loss"])
        3
        """
        self.stop_training = self.stop_evaluating = False
        history = History()
        given = {
            "batch_size": batch_size,
            "epochs": epochs,
            "initial_epoch": initial_epoch,
            "shuffle": shuffle,
            "class_weight": class_weight,
            "validation_split": validation_split,
            "validation_steps": validation_steps,
            "validation_freq": validation_freq,
            "validation_batch_size": validation_batch_size,
            "steps_per_epoch": steps_per_epoch,
            **progress(verbose),
        }
        if is_arrays(x):
            given.update(self._data("fit", x, y, sample_weight))
        else:
            _alone("fit", y=y, sample_weight=sample_weight)
            given["dataset"] = x
        if validation_data is not None:
            if is_arrays(validation_data):
                if not 2 <= len(validation_data) <= 3:
                    raise ValueError(
                        "fit: argument `validation_data` must be (x, y) or (x, y, sample_weight), "
                        f"got {len(validation_data)} parts"
                    )
                own = self._data("fit", *validation_data)
                given.update((f"validation_{key}", value) for key, value in own.items())
            else:
                given["validation_dataset"] = validation_data
        split = validation_split if validation_data is None else 0.0
        steps = steps_per_epoch or num_batches(x, batch_size, split)
        params = {"epochs": epochs, "steps": steps, "verbose": verbose}
        given["callbacks"] = prepare(callbacks, self, params)
        history.set_model(self)
        history.set_params(params)
        self.history = history
        series, epochs_done, partial, _why = self._native.fit(self, given)
        history.history, history.epoch, history._partial = series, epochs_done, partial
        self._claim()
        self._logged = _in_order(self, series, callbacks)
        return history

    def evaluate(
        self,
        x=None,
        y=None,
        batch_size=None,
        verbose="auto",
        sample_weight=None,
        steps=None,
        callbacks=None,
        return_dict=False,
        **kwargs,
    ):
        """The loss and the metrics over the data, or over the first `steps` batches of it: a
        number, a list, or with `return_dict` a dictionary. `verbose` is that of `fit`.

        Raises:
            ValueError: as `fit`.

        >>> import numpy as np
        >>> import elman
        >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
        >>> model.compile("adam", "mse", metrics=["mae"])
        >>> list(model.evaluate(np.ones((2, 5, 3)), np.ones((2, 4)), verbose=0, return_dict=True))
        ['loss', 'mae']
        """
        if kwargs:
            raise TypeError(f"evaluate: arguments {', '.join(kwargs)} are unknown")
        given = {"batch_size": batch_size, "steps": steps, **progress(verbose)}
        if is_arrays(x):
            given.update(self._data("evaluate", x, y, sample_weight))
        else:
            _alone("evaluate", y=y, sample_weight=sample_weight)
            given["dataset"] = x
        params = {"epochs": 1, "steps": steps or num_batches(x, batch_size), "verbose": verbose}
        told = prepare(callbacks, self, params)
        self.stop_evaluating = False
        tell(told, "on_test_begin", {})
        given["watchers"] = tuple(list(told_of(told, f"on_test_batch_{e}")) for e in ("begin", "end"))
        logs = dict(self._native.evaluate(self, given))
        tell(told, "on_test_end", logs)
        self._claim()
        return self._told(logs, return_dict)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """Trains on one batch: its loss and metrics, as they were before the step."""
        given = {"class_weight": class_weight, **self._data("train_on_batch", x, y, sample_weight)}
        logs = dict(self._native.train_on_batch(given))
        self._claim()
        return self._told(logs, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """The loss and the metrics on one batch."""
        given = {"batch_size": sys.maxsize, **self._data("test_on_batch", x, y, sample_weight)}
        return self._told(dict(self._native.evaluate(self, given)), return_dict)

    def _told(self, logs, return_dict):
        self._logged = names = _in_order(self, logs)
        if return_dict:
            return {name: logs[name] for name in names}
        values = [logs[name] for name in names]
        return values[0] if len(values) == 1 else values

    def predict(self, x, batch_size=None, verbose="auto", steps=None, callbacks=None):
        """The outputs for an array, or for a list or dictionary of them, or for the first `steps`
        batches of them; or for the batches of a generator or data set.

        `verbose` is `"auto"` or 1 for a bar, 0 for silence, which loops over single samples want, 2
        for a line; the bar counts batches of `batch_size` (32), whatever is computed at a time.

        Raises:
            ValueError: for arrays that don't fit the model.

        >>> import numpy as np
        >>> import elman
        >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(None, 3))])
        >>> model.predict(np.ones((8, 5, 3)), verbose=0).shape
        (8, 4)
        """
        arrays = is_arrays(x)
        style = _style(verbose)
        if callbacks or steps is not None and arrays:
            params = {"epochs": 1, "steps": steps or num_batches(x, batch_size), "verbose": verbose}
            return predict_in_batches(self, x, batch_size, steps, prepare(callbacks, self, params), style)
        if not arrays:
            return self._native.predict_dataset(x, steps, *style)
        y = self._native.predict(inputs_of("predict", self, x), batch_size, *style)
        if self.__dict__.get("_waiting"):
            self._claim()
        return y

    def predict_on_batch(self, x):
        """The outputs for one batch."""
        return self._native.predict(inputs_of("predict_on_batch", self, x), None)

    def _data(self, call, x, y, sample_weight=None):
        return {
            "x": inputs_of(call, self, x),
            "y": targets_of(call, self, x, y),
            "sample_weight": targets_of(call, self, x, sample_weight, "sample_weight"),
        }

    def reset_metrics(self):
        """Does nothing: metrics begin anew with each call."""


def _style(verbose):
    """How progress is told, by its name and the time between two pictures of a bar."""
    # At once, since loops over single samples are fast.
    if verbose == 0:
        return "silent", 0.0
    told = progress(verbose)
    return told["verbose"], told["interval"]


def progress(verbose):
    """How progress is told, by Keras's `verbose`."""
    if verbose == "auto":
        if _is_notebook():
            return {"verbose": "bar", "interval": 0.25}
        is_terminal = hasattr(sys.stdout, "isatty") and sys.stdout.isatty()
        return {"verbose": "bar" if is_terminal else "line", "interval": 0.1}
    styles = {0: "silent", 1: "bar", 2: "lines"}
    if verbose not in styles:
        raise ValueError(f'argument `verbose` must be "auto", 0, 1 or 2, got {verbose!r}')
    return {"verbose": styles[verbose], "interval": 0.25 if _is_notebook() else 0.1}


def _is_notebook():
    """Whether a notebook shows what is printed."""
    return type(sys.stdout).__module__.startswith("ipykernel")


def _alone(call, **given):
    for argument, value in given.items():
        if value is not None:
            raise ValueError(f"{call}: argument `{argument}` must be left out: the batches hold it")


def _in_order(model, logs, callbacks=None):
    """The names in Keras's order: the loss, those of the outputs, the metrics as compiled; what
    callbacks add isn't among them."""
    names = [name for name in logs if not name.startswith("val_")]
    if len(names) < 3 and not callbacks:
        return sorted(names, key=lambda name: name != "loss")
    if model.__dict__.get("_order") is None:
        compiled = model._native.to_json()["compile_config"]
        model._order = _names_of([compiled.get("metrics"), compiled.get("weighted_metrics")])
    order = model._order

    def place(name):
        found = [i for i, metric in enumerate(order) if name == metric or name.endswith(f"_{metric}")]
        return (name != "loss", not name.endswith("_loss"), found[0] if found else len(order))

    nowhere = (True, True, len(order))
    return [name for name in sorted(names, key=place) if place(name) != nowhere]


def _names_of(metrics):
    """The names of metrics in a nested list of them, as they stand in logs."""
    if isinstance(metrics, str):
        return [metrics]
    if isinstance(metrics, list):
        return [name for metric in metrics for name in _names_of(metric)]
    if not metrics:
        return []
    # Keras writes functions by their names alone.
    config = metrics["config"]
    return [config if isinstance(config, str) else config["name"]]
