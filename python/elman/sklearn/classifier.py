"""Classes of sequences."""

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import column_or_1d
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets

from ..layers import Dense
from ..models.inputs import plain
from .base import PARAMETERS, SequenceEstimator


class SequenceClassifier(ClassifierMixin, SequenceEstimator):
    __doc__ = f"""Tells the class of a sequence.

    Classes may be numbers or strings. The model ends in a softmax over them, trained on the
    crossentropy.
    {PARAMETERS}
        class_weight: `None`, `"balanced"`, or the weights of the classes in a dictionary.

    After `fit`: `model_`, the elman model; `classes_`; `history_`, the losses of the epochs by name;
    `n_iter_`, the epochs; `n_features_in_`.

    Raises:
        ValueError: for parameters out of range, for data of another form, for one class alone.
        TypeError: for parameters of another type.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(40, 6, 1)).cumsum(1)
    >>> y = np.where(x[:, -1, 0] > 0, "up", "down")
    >>> walker = SequenceClassifier("gru", units=8, epochs=40, learning_rate=0.02, random_state=0)
    >>> walker.fit(x, y).score(x, y) > 0.9
    True
    >>> walker.predict_proba([[0.5, 1.0], [-0.5, -1.0, -2.0]]).shape
    (2, 2)
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
        validation_split=0.0,
        callbacks=None,
        class_weight=None,
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
        self.class_weight = class_weight

    def fit(self, X, y, sample_weight=None):
        """Trains a new model on sequences and their classes `y`, of shape (samples,)."""
        self._check()
        x = self._inputs(X, first=True)
        if y is None:
            raise ValueError("SequenceClassifier: requires y to be passed, but the target y is None")
        y = column_or_1d(plain(y), warn=True)
        check_classification_targets(y)
        self.classes_, numbers = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(
                "SequenceClassifier: y must have two classes or more, got 1 class: "
                f"{self.classes_.tolist()}"
            )
        if self.class_weight is not None:
            own = compute_sample_weight(self.class_weight, y)
            sample_weight = own if sample_weight is None else own * np.asarray(plain(sample_weight))
        end = Dense(len(self.classes_), activation="softmax")
        numbers = numbers.astype("float32")
        return self._fit(x, numbers, sample_weight, end, "sparse_categorical_crossentropy")

    def predict_proba(self, X):
        """The probabilities of the classes, `(samples, classes)`, in the order of `classes_`."""
        return self._outputs(X)

    def predict(self, X):
        """The likeliest class of each sequence."""
        numbers = self.predict_proba(X).argmax(1)
        return self.classes_[numbers]
