"""Callbacks that are made of functions."""

from .._arguments import Configured
from .base import EVENTS, Callback


class LambdaCallback(Callback):
    """A callback made of functions, each for one moment: those of `Callback`, by name.

    Raises:
        ValueError: for a moment that there isn't.
        TypeError: for what is no function.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> told = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, list(logs)))
    >>> _ = model.fit(x, y, epochs=2, verbose=0, callbacks=[told])
    0 ['loss']
    1 ['loss']
    """

    def __init__(
        self,
        on_epoch_begin=None,
        on_epoch_end=None,
        on_train_begin=None,
        on_train_end=None,
        on_train_batch_begin=None,
        on_train_batch_end=None,
        **kwargs,
    ):
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
        }
        for event, function in {**given, **kwargs}.items():
            if event not in EVENTS:
                raise ValueError(f"LambdaCallback: argument `{event}` is unknown")
            if function is not None and not callable(function):
                raise TypeError(f"LambdaCallback: argument `{event}` must be a function")
            if function is not None:
                setattr(self, event, function)


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch, to what `schedule(epoch, rate)` gives.

    Raises:
        TypeError: for what is no function.
        ValueError: in `fit`, if it gives no number.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> halved = LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> _ = model.fit(x, y, epochs=2, verbose=0, callbacks=[halved])
    >>> round(model.optimizer.learning_rate, 6)
    0.0025
    """

    def __init__(self, schedule, verbose=0):
        if not callable(schedule) and not isinstance(schedule, Configured):
            raise TypeError("LearningRateScheduler: argument `schedule` must be a function")
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        """Sets the rate of the epoch."""
        try:
            rate = self.schedule(epoch, self.model.optimizer.learning_rate)
        except TypeError:
            rate = self.schedule(epoch)
        try:
            rate = float(rate)
        except TypeError:
            raise ValueError(
                f"LearningRateScheduler: `schedule` must give a number, got {rate!r}"
            ) from None
        self.model.optimizer.learning_rate = rate
        if self.verbose > 0:
            print(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch, logs=None):
        """Logs the rate."""
        if logs is not None:
            logs["learning_rate"] = self.model.optimizer.learning_rate
