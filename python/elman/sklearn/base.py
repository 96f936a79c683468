"""What both estimators are: a recurrent network of a few layers with a dense one at its end."""

import copy
import numbers

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_feature_names, _check_sample_weight, check_is_fitted

from .. import _elman, layers, optimizers
from ..models import Sequential
from ..models.inputs import plain
from .sequences import MASKED, sequences_of, windows_of

CELLS = {"lstm": layers.LSTM, "gru": layers.GRU, "rnn": layers.SimpleRNN}


class SequenceEstimator(BaseEstimator):
    """The common part of `SequenceClassifier` and `SequenceRegressor`."""

    def __init__(
        self,
        cell="lstm",
        units=32,
        layers=1,
        bidirectional=False,
        dropout=0.0,
        window=None,
        step=1,
        epochs=20,
        batch_size=32,
        optimizer="adam",
        learning_rate=None,
        validation_split=0.0,
        callbacks=None,
        verbose=0,
        random_state=None,
    ):
        self.cell = cell
        self.units = units
        self.layers = layers
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.window = window
        self.step = step
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.validation_split = validation_split
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.non_deterministic = self.random_state is None
        tags.target_tags.required = True
        return tags

    def _check(self):
        """Refuses parameters before anything is computed."""
        if self.cell not in CELLS:
            raise ValueError(f"{self._place('cell')} must be one of {list(CELLS)}, got {self.cell!r}")
        for name in ("units", "layers", "step", "epochs", "batch_size", "window"):
            value = getattr(self, name)
            if name == "window" and value is None:
                continue
            if not isinstance(value, numbers.Integral) or isinstance(value, bool):
                raise TypeError(f"{self._place(name)} must be an integer, got {value!r}")
            if value < 1:
                raise ValueError(f"{self._place(name)} must be 1 or more, got {value!r}")
        if self.window is None and self.step != 1:
            raise ValueError(f"{self._place('step')} must be 1 without `window`, got {self.step!r}")

    def _place(self, name):
        return f"{type(self).__name__}: parameter `{name}`"

    def _inputs(self, x, first):
        """`X` as the model takes it, and the number of features noted or compared."""
        _check_feature_names(self, x, reset=first)
        x = sequences_of(self, x, self.window)
        if not first and x.ndim == 2 and self._ndim == 3:
            x = x[:, :, None]
        features = x.shape[-1]
        if first:
            self.n_features_in_, self._ndim = features, x.ndim
        elif features != self.n_features_in_ or x.ndim != self._ndim:
            raise ValueError(
                f"X has {features} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input"
            )
        if x.ndim == 3:
            return x
        return x[:, :, None] if self.window is None else windows_of(x, self.window)

    def _fit(self, x, y, sample_weight, end, loss):
        """Makes a new model with the layer `end` at its end, and trains it."""
        if len(x) != len(y):
            raise ValueError(
                f"{type(self).__name__}: y must have a target for each of {len(x)} samples of X, got {len(y)}"
            )
        if sample_weight is not None:
            sample_weight = _check_sample_weight(plain(sample_weight), x, dtype="float32")
        if self.window is not None:
            # Only whole windows teach, unless there is none.
            chosen = slice(min(self.window, len(x)) - 1, None, self.step)
            x, y = np.ascontiguousarray(x[chosen]), y[chosen]
            sample_weight = None if sample_weight is None else sample_weight[chosen]
        self.model_ = self._model(x.shape[-1], end)
        self.model_.compile(self._optimizer(), loss)
        history = self.model_.fit(
            x,
            y,
            sample_weight=sample_weight,
            batch_size=self.batch_size,
            epochs=self.epochs,
            validation_split=self.validation_split,
            callbacks=self.callbacks,
            verbose=self.verbose,
        )
        self.history_ = history.history
        self.n_iter_ = len(history.epoch)
        return self

    def _model(self, features, end):
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        model = Sequential._of_model(_elman.seeded(None, seed))
        model._waiting = []
        model.add(layers.Input((None, features)))
        model.add(layers.Masking(mask_value=MASKED))
        for number in range(self.layers):
            is_last = number == self.layers - 1
            layer = CELLS[self.cell](
                int(self.units), return_sequences=not is_last, dropout=self.dropout
            )
            model.add(layers.Bidirectional(layer) if self.bidirectional else layer)
        model.add(end)
        return model

    def _optimizer(self):
        optimizer = copy.deepcopy(optimizers.get(self.optimizer))
        if self.learning_rate is not None:
            optimizer.learning_rate = self.learning_rate
        return optimizer

    def _outputs(self, x):
        check_is_fitted(self)
        return self.model_.predict(self._inputs(x, first=False), batch_size=256, verbose=0)


PARAMETERS = """
    Parameters, all of which a grid search may search over:
        cell: `"lstm"`, `"gru"` or `"rnn"`.
        units: the number of units of each recurrent layer.
        layers: the number of recurrent layers.
        bidirectional: whether each reads the sequence from both ends.
        dropout: the share of each layer's inputs that is dropped in training.
        window: for `X` of shape (rows, features), a record over time: each row is predicted from so
            many rows up to it.
        step: the rows from one window that is trained on to the next.
        epochs, batch_size, validation_split, callbacks, verbose: as for `Model.fit`.
        optimizer, learning_rate: a name or an object of `elman.optimizers`, and the rate if it is to
            be another.
        random_state: a seed, or a generator of NumPy's; the same one gives the same model.

    `X` is (samples, time, features); or a list of sequences (time, features) of unequal lengths; or
    (samples, time), sequences of numbers; or with `window`, (rows, features). Frames are taken, too.
"""
