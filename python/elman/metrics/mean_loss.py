"""Means of losses."""

from .metric import Metric


class BinaryCrossentropy(Metric):
    """The mean binary crossentropy.

    >>> round(float(BinaryCrossentropy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.5108
    """

    def __init__(
        self,
        name="binary_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
    ):
        self._make(locals())


class CategoricalCrossentropy(Metric):
    """The mean crossentropy of one-hot targets.

    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.5108
    """

    def __init__(
        self,
        name="categorical_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
        axis=-1,
    ):
        self._make(locals())


class SparseCategoricalCrossentropy(Metric):
    """The mean crossentropy of class numbers.

    >>> round(float(SparseCategoricalCrossentropy()([1], [[0.4, 0.6]])), 4)
    0.5108
    """

    def __init__(
        self,
        name="sparse_categorical_crossentropy",
        dtype=None,
        from_logits=False,
        ignore_class=None,
        axis=-1,
    ):
        self._make(locals())


class KLDivergence(Metric):
    """The mean Kullback-Leibler divergence.

    >>> round(float(KLDivergence()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.5108
    """

    def __init__(self, name="kl_divergence", dtype=None):
        self._make(locals())


class Poisson(Metric):
    """The mean Poisson loss.

    >>> round(float(Poisson()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.7554
    """

    def __init__(self, name="poisson", dtype=None):
        self._make(locals())


class Hinge(Metric):
    """The mean hinge loss.

    >>> round(float(Hinge()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.9
    """

    def __init__(self, name="hinge", dtype=None):
        self._make(locals())


class SquaredHinge(Metric):
    """The mean squared hinge loss.

    >>> round(float(SquaredHinge()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.06
    """

    def __init__(self, name="squared_hinge", dtype=None):
        self._make(locals())


class CategoricalHinge(Metric):
    """The mean hinge loss of one-hot targets.

    >>> round(float(CategoricalHinge()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.8
    """

    def __init__(self, name="categorical_hinge", dtype=None):
        self._make(locals())
