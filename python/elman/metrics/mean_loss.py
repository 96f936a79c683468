"""Means of losses."""

from .metric import Metric


class BinaryCrossentropy(Metric):
    """The mean binary crossentropy."""

    def __init__(
        self,
        name="binary_crossentropy",
        dtype=None,
        from_logits=False,
        label_smoothing=0,
    ):
        self._make(locals())


class CategoricalCrossentropy(Metric):
    """The mean crossentropy of one-hot targets."""

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
    """The mean crossentropy of class numbers."""

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
    """The mean Kullback-Leibler divergence."""

    def __init__(self, name="kl_divergence", dtype=None):
        self._make(locals())


class Poisson(Metric):
    """The mean Poisson loss."""

    def __init__(self, name="poisson", dtype=None):
        self._make(locals())


class Hinge(Metric):
    """The mean hinge loss."""

    def __init__(self, name="hinge", dtype=None):
        self._make(locals())


class SquaredHinge(Metric):
    """The mean squared hinge loss."""

    def __init__(self, name="squared_hinge", dtype=None):
        self._make(locals())


class CategoricalHinge(Metric):
    """The mean hinge loss of one-hot targets."""

    def __init__(self, name="categorical_hinge", dtype=None):
        self._make(locals())
