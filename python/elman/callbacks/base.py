"""What every callback has."""

import weakref

from .. import _elman
from .._copies import state_without
from .._pictures import Curves
from .._arguments import Configured, arguments

#: The moments that callbacks are told of.
EVENTS = (
    "on_train_begin",
    "on_train_end",
    "on_epoch_begin",
    "on_epoch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_predict_begin",
    "on_predict_end",
    "on_predict_batch_begin",
    "on_predict_batch_end",
)


class Callback:
    """Code that runs while a model is trained: `self.model` may be looked at and changed.

    `self.model.stop_training = True` ends the training after the epoch.

    >>> import numpy as np
    >>> import elman
    >>> class Told(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(epoch, sorted(logs))
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> _ = model.fit(np.ones((4, 3)), np.ones((4, 1)), epochs=2, verbose=0, callbacks=[Told()])
    0 ['loss']
    1 ['loss']
    """

    model = None
    params = None

    def set_model(self, model):
        """Told before the training which model it is of."""
        self.model = model

    def set_params(self, params):
        """Told before the training what it was asked for."""
        self.params = params

    def on_train_begin(self, logs=None):
        """Before the first epoch."""

    def on_train_end(self, logs=None):
        """After the last epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        """Before an epoch, counted from 0."""

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch and its validation; what is put into `logs` goes into the history."""

    def on_batch_begin(self, batch, logs=None):
        """Keras's old name of `on_train_batch_begin`."""

    def on_batch_end(self, batch, logs=None):
        """Keras's old name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch, logs=None):
        """Before a batch, counted from 0."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch, logs=None):
        """After a batch; `logs` are the means since the epoch began."""
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs=None):
        """Before the validation of an epoch, and before `evaluate`."""

    def on_test_end(self, logs=None):
        """After the validation of an epoch, and after `evaluate`."""

    def on_test_batch_begin(self, batch, logs=None):
        """Before a batch of a validation or of `evaluate`, counted from 0."""

    def on_test_batch_end(self, batch, logs=None):
        """After such a batch; `logs` are the means since the evaluation began, and
        `self.model.stop_evaluating = True` ends it."""

    def on_predict_begin(self, logs=None):
        """Before `predict`."""

    def on_predict_end(self, logs=None):
        """After `predict`."""

    def on_predict_batch_begin(self, batch, logs=None):
        """Before a batch of `predict`, counted from 0."""

    def on_predict_batch_end(self, batch, logs=None):
        """After such a batch; `logs["outputs"]` is what it gave, and
        `self.model.stop_predicting = True` ends the prediction."""


class History(Curves, Callback):
    """What a training tells: `history` holds a list of values, one for each epoch, by name; `epoch`
    the epochs. Series of validation are shorter with `validation_freq`.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> history = model.fit(x, y, epochs=2, validation_data=(x, y), verbose=0)
    >>> sorted(history.history), history.epoch
    (['loss', 'val_loss'], [0, 1])
    """

    def __init__(self):
        self.history, self.epoch = {}, []
        self._model = None

    @property
    def model(self):
        """The model that was trained, as long as it is there."""
        return self._model() if self._model is not None else None

    @model.setter
    def model(self, model):
        # Not to keep it: the model keeps its history.
        self._model = weakref.ref(model)


    def __getstate__(self):
        """A copy tells the same of no model."""
        return {**state_without(self, "params"), "_model": None}


class Described(Callback, Configured):
    """A callback of the library's own, which a class and arguments describe.

    A subclass may do more at any moment, and call the method above it.
    """

    _kind = "callback"

    def _make(self, scope):
        given = {key: value for key, value in arguments(scope).items() if value is not None}
        if given.get("raise_error") is False:
            del given["raise_error"]
        # What it tells is told here.
        self.verbose = given.pop("verbose", 0)
        Configured._make(self, given)
        if self._keras_name != "BackupAndRestore":
            described = {"class_name": self._keras_name, "config": self._config}
            self._native = _elman.Callback(described)

    def __getstate__(self):
        """A copy is a callback that no training was given yet."""
        return state_without(self, "_native", "model", "params")

    def __setstate__(self, state):
        self.__dict__.update(state)
        if self._keras_name != "BackupAndRestore":
            described = {"class_name": self._keras_name, "config": self._config}
            self._native = _elman.Callback(described)

    def _told(self, event, epoch, logs, rate, stop):
        """Told by the native part how things stand."""
        self.__dict__.update(self._native.state() or {})

    def _tell(self, event, number, logs):
        logs = {} if logs is None else logs
        numbers = [(key, value) for key, value in logs.items() if isinstance(value, (int, float))]
        numbers, stop = self._native.tell(event, self.model._native, number, numbers)
        logs.update(numbers)
        if stop is not None:
            self.model.stop_training = True
        if event in ("on_train_begin", "on_epoch_end", "on_train_end"):
            rate = self.model._native.learning_rate
            self._told(event, number, logs, rate, stop is not None)

    def on_train_begin(self, logs=None):
        """Begins anew."""
        self._tell("on_train_begin", 0, logs)

    def on_train_end(self, logs=None):
        """What it does at the end."""
        self._tell("on_train_end", 0, logs)

    def on_epoch_begin(self, epoch, logs=None):
        """What it does before an epoch."""
        self._tell("on_epoch_begin", epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        """What it does after an epoch."""
        self._tell("on_epoch_end", epoch, logs)

    def on_train_batch_begin(self, batch, logs=None):
        """What it does before a batch."""
        self._tell("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch, logs=None):
        """What it does after a batch."""
        self._tell("on_train_batch_end", batch, logs)

    def on_test_begin(self, logs=None):
        """What it does before a validation."""
        self._tell("on_test_begin", 0, logs)

    def on_test_end(self, logs=None):
        """What it does after a validation."""
        self._tell("on_test_end", 0, logs)


def prepare(call, callbacks, model, params):
    """Callbacks as the native `fit` takes them.

    Raises:
        TypeError: for what is no callback, such as a class.
    """
    if callbacks is None:
        return []
    if isinstance(callbacks, Callback):
        callbacks = [callbacks]
    if isinstance(callbacks, str) or not hasattr(callbacks, "__iter__"):
        raise TypeError(
            f"{call}: argument `callbacks` must be a list of callbacks, got {type(callbacks).__name__}"
        )
    told = []
    for callback in callbacks:
        if isinstance(callback, type):
            raise TypeError(
                f"{call}: argument `callbacks` must hold callbacks, got the class {callback.__name__}"
            )
        if not isinstance(callback, Callback):
            missing = [e for e in ("set_model", "on_epoch_end") if not hasattr(callback, e)]
            if missing:
                raise TypeError(
                    f"{call}: argument `callbacks` must hold callbacks, got {type(callback).__name__}"
                )
        callback.set_params(params)
        callback.set_model(model)
        if isinstance(callback, Described) and "_native" not in vars(callback):
            described = {"class_name": callback._keras_name, "config": callback._config}
            told.append(("described", described))
        elif isinstance(callback, Described) and not _changes(callback):
            told.append(("native", callback))
        else:
            told.append(("python", callback, overridden(callback)))
    return told


def told_of(callbacks, event):
    """Those of prepared callbacks that do something at a moment of an evaluation or a prediction."""
    for kind, callback, *events in callbacks:
        if event in events[0] if kind == "python" else kind == "native" and event in _NATIVE:
            yield callback


#: What the library's own callbacks are told of there.
_NATIVE = ("on_test_begin", "on_test_end")


def tell(callbacks, event, *given):
    """Tells prepared callbacks of a moment of an evaluation or a prediction."""
    for callback in told_of(callbacks, event):
        getattr(callback, event)(*given)


def overridden(callback):
    """The moments that a callback does something at."""
    events = {event for event in EVENTS if _own(callback, event)}
    for event in ("begin", "end"):
        if _own(callback, f"on_batch_{event}"):
            events.add(f"on_train_batch_{event}")
    return [event for event in EVENTS if event in events]


def _changes(callback):
    """Whether a subclass does more than the callback of the library's that it is derived from."""
    return any(not cls.__module__.startswith("elman.") for cls in type(callback).__mro__[:-1])


def _own(callback, event):
    own = getattr(type(callback), event, None)
    return event in vars(callback) or own is not None and own is not getattr(Callback, event)
