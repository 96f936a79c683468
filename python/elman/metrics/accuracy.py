"""How often predictions are right."""

from .metric import Metric


class Accuracy(Metric):
    """How often predictions equal targets.

    >>> round(float(Accuracy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.0
    """

    def __init__(self, name="accuracy", dtype=None):
        self._make(locals())


class BinaryAccuracy(Metric):
    """How often predictions are on the right side of the threshold.

    >>> round(float(BinaryAccuracy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, name="binary_accuracy", dtype=None, threshold=0.5):
        self._make(locals())


class CategoricalAccuracy(Metric):
    """How often the largest prediction is where the target is one.

    >>> round(float(CategoricalAccuracy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, name="categorical_accuracy", dtype=None):
        self._make(locals())


class SparseCategoricalAccuracy(Metric):
    """How often the largest prediction is that of the class number.

    >>> round(float(SparseCategoricalAccuracy()([1], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, name="sparse_categorical_accuracy", dtype=None):
        self._make(locals())


class TopKCategoricalAccuracy(Metric):
    """How often the target is among the `k` largest predictions.

    >>> round(float(TopKCategoricalAccuracy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, k=5, name="top_k_categorical_accuracy", dtype=None):
        self._make(locals())


class SparseTopKCategoricalAccuracy(Metric):
    """How often the class number is among the `k` largest predictions.

    >>> round(float(SparseTopKCategoricalAccuracy()([1], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(
        self,
        k=5,
        name="sparse_top_k_categorical_accuracy",
        dtype=None,
        from_sorted_ids=False,
    ):
        self._make(locals())
