"""Models in training and at work."""

import sys

from ..callbacks.base import History, prepare, tell, told_of
from .batches import num_batches, predict_in_batches, warn_of_short_epochs
from .compiled import Compiled, in_order
from .inputs import check_batches, inputs_of, is_arrays, targets_of


class Training(Compiled):
    """What models do with data. The arguments are Keras's."""

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
        those, counted from 1, to evaluate after. With `steps_per_epoch`, an epoch has so many
        batches; arrays go on where the epoch before ended, and begin anew after their end. Ctrl-C ends the training between two batches; the
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
        self._values = {}
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
            check_batches("fit", x)
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
                check_batches("fit", validation_data, "validation_data")
                given["validation_dataset"] = validation_data
        split = validation_split if validation_data is None else 0.0
        batches = num_batches(x, batch_size, split)
        steps = steps_per_epoch or batches
        if is_arrays(x):
            warn_of_short_epochs(batches, steps_per_epoch, epochs, initial_epoch)
        params = {"epochs": epochs, "steps": steps, "verbose": verbose}
        given["callbacks"] = prepare("fit", callbacks, self, params)
        history.set_model(self)
        history.set_params(params)
        self.history = history
        series, epochs_done, partial, _why = self._native.fit(self, given)
        history.history, history.epoch, history._partial = series, epochs_done, partial
        self._claim()
        last = {name: values[-1] for name, values in series.items() if values}
        self._values = {name: last[name] for name in in_order(self, last, callbacks)}
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
            check_batches("evaluate", x)
            _alone("evaluate", y=y, sample_weight=sample_weight)
            given["dataset"] = x
        params = {"epochs": 1, "steps": steps or num_batches(x, batch_size), "verbose": verbose}
        told = prepare("evaluate", callbacks, self, params)
        self.stop_evaluating = False
        tell(told, "on_test_begin", {})
        given["watchers"] = tuple(list(told_of(told, f"on_test_batch_{e}")) for e in ("begin", "end"))
        logs = dict(self._native.evaluate(self, given))
        tell(told, "on_test_end", logs)
        self._claim()
        return self._told(logs, return_dict)

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """Trains on one batch: its loss and metrics, as they were before the step, and of this batch
        alone, as in Keras 2.

        >>> import numpy as np
        >>> import elman
        >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
        >>> model.compile(elman.optimizers.SGD(0.1), "mse", metrics=["mae"])
        >>> x, y = np.ones((4, 3)), np.ones((4, 1))
        >>> first, second = (model.train_on_batch(x, y, return_dict=True) for _ in range(2))
        >>> second["loss"] < first["loss"], model.metrics_names
        (True, ['loss', 'mae'])
        """
        given = {"class_weight": class_weight, **self._data("train_on_batch", x, y, sample_weight)}
        logs = dict(self._native.train_on_batch(given))
        self._claim()
        return self._told(logs, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """The loss and the metrics on one batch."""
        given = {"batch_size": sys.maxsize, **self._data("test_on_batch", x, y, sample_weight)}
        return self._told(dict(self._native.evaluate(self, given)), return_dict)

    def _told(self, logs, return_dict):
        self._values = {name: logs[name] for name in in_order(self, logs)}
        if return_dict:
            return dict(self._values)
        values = list(self._values.values())
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
            told = prepare("predict", callbacks, self, params)
            return predict_in_batches(self, x, batch_size, steps, told, style)
        if not arrays:
            check_batches("predict", x)
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
    if not isinstance(verbose, (int, str)) or verbose not in styles:
        raise ValueError(f'argument `verbose` must be "auto", 0, 1 or 2, got {verbose!r}')
    return {"verbose": styles[verbose], "interval": 0.25 if _is_notebook() else 0.1}


def _is_notebook():
    """Whether a notebook shows what is printed."""
    return type(sys.stdout).__module__.startswith("ipykernel")


def _alone(call, **given):
    for argument, value in given.items():
        if value is not None:
            raise ValueError(f"{call}: argument `{argument}` must be left out: the batches hold it")
