"""Numbers of sequences."""

import numpy as np
from sklearn.base import RegressorMixin

from ..layers import Dense
from ..models.inputs import plain
from .base import PARAMETERS, SequenceEstimator


class SequenceRegressor(RegressorMixin, SequenceEstimator):
    __doc__ = f"""Tells a number, or several, of a sequence.

    The model ends in a dense layer without activation, trained on `loss`. Targets are taken as they
    are: scale them, or stand the estimator in a `TransformedTargetRegressor`.
    {PARAMETERS}
        loss: a name or an object of `elman.losses`.

    After `fit`: `model_`, the elman model; `history_`, the losses of the epochs by name; `n_iter_`,
    the epochs; `n_features_in_`.

    Raises:
        ValueError: for parameters out of range, for data of another form.
        TypeError: for parameters of another type.

    >>> import numpy as np
    >>> wave = np.sin(np.arange(200) / 4)           # a record over time
    >>> forecast = SequenceRegressor(units=8, window=8, epochs=30, learning_rate=0.02, random_state=0)
    >>> forecast.fit(wave[:-1, None], wave[1:]).score(wave[:-1, None], wave[1:]) > 0.9
    True
    """

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
        loss="mse",
        validation_split=0.0,
        callbacks=None,
        verbose=0,
        random_state=None,
    ):
        super().__init__(
            cell=cell,
            units=units,
            layers=layers,
            bidirectional=bidirectional,
            dropout=dropout,
            window=window,
            step=step,
            epochs=epochs,
            batch_size=batch_size,
            optimizer=optimizer,
            learning_rate=learning_rate,
            validation_split=validation_split,
            callbacks=callbacks,
            verbose=verbose,
            random_state=random_state,
        )
        self.loss = loss

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X, y, sample_weight=None):
        """Trains a new model on sequences and their targets, (samples,) or (samples, targets)."""
        self._check()
        x = self._inputs(X, first=True)
        if y is None:
            raise ValueError("SequenceRegressor: requires y to be passed, but the target y is None")
        y = np.asarray(plain(y))
        if np.iscomplexobj(y):
            raise ValueError("SequenceRegressor: y must be real. Complex data not supported")
        y = y.astype("float32")
        if y.ndim not in (1, 2) or not np.isfinite(y).all():
            raise ValueError(
                "SequenceRegressor: y must be finite, of shape (samples,) or (samples, targets), "
                f"got shape {y.shape} or NaN or inf in it"
            )
        self._is_flat = y.ndim == 1
        y = y[:, None] if self._is_flat else y
        return self._fit(x, y, sample_weight, Dense(y.shape[1]), self.loss)

    def predict(self, X):
        """The numbers of each sequence, in the shape of the targets."""
        # The dtype that scikit-learn expects of regressors.
        y = self._outputs(X).astype("float64")
        return y[:, 0] if self._is_flat else y
