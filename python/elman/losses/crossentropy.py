"""Crossentropies."""

from .loss import Loss


class BinaryCrossentropy(Loss):
    """The crossentropy of targets from 0 to 1.

    >>> round(float(BinaryCrossentropy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.5108
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_crossentropy",
        dtype=None,
    ):
        self._make(locals())


class BinaryFocalCrossentropy(Loss):
    """Binary crossentropy that looks less at what is easy.

    >>> round(float(BinaryFocalCrossentropy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.0817
    """

    def __init__(
        self,
        apply_class_balancing=False,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="binary_focal_crossentropy",
        dtype=None,
    ):
        self._make(locals())


class CategoricalCrossentropy(Loss):
    """The crossentropy of one-hot targets.

    >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.5108
    """

    def __init__(
        self,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_crossentropy",
        dtype=None,
    ):
        self._make(locals())


class CategoricalFocalCrossentropy(Loss):
    """Categorical crossentropy that looks less at what is easy.

    >>> round(float(CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.0204
    """

    def __init__(
        self,
        alpha=0.25,
        gamma=2.0,
        from_logits=False,
        label_smoothing=0.0,
        axis=-1,
        reduction="sum_over_batch_size",
        name="categorical_focal_crossentropy",
        dtype=None,
    ):
        self._make(locals())


class SparseCategoricalCrossentropy(Loss):
    """The crossentropy of class numbers.

    >>> round(float(SparseCategoricalCrossentropy()([1], [[0.4, 0.6]])), 4)
    0.5108
    """

    def __init__(
        self,
        from_logits=False,
        ignore_class=None,
        reduction="sum_over_batch_size",
        axis=-1,
        name="sparse_categorical_crossentropy",
        dtype=None,
    ):
        self._make(locals())


class KLDivergence(Loss):
    """The Kullback-Leibler divergence.

    >>> round(float(KLDivergence()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.5108
    """

    def __init__(self, reduction="sum_over_batch_size", name="kl_divergence", dtype=None):
        self._make(locals())


class Poisson(Loss):
    """`y_pred - y_true log(y_pred)`.

    >>> round(float(Poisson()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.7554
    """

    def __init__(self, reduction="sum_over_batch_size", name="poisson", dtype=None):
        self._make(locals())


class CTC(Loss):
    """Connectionist temporal classification.

    Raises:
        ValueError: for labels that are no classes, and for sequences that are too short for them.

    >>> import numpy as np
    >>> y_pred = np.log([[[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6]]])
    >>> round(float(CTC()([[1, 2]], y_pred)), 4)
    1.0671
    """

    def __init__(self, reduction="sum_over_batch_size", name="ctc", dtype=None):
        self._make(locals())


class CategoricalGeneralizedCrossEntropy(Loss):
    """A crossentropy that bears wrong labels.

    >>> round(float(CategoricalGeneralizedCrossEntropy()([1], [[0.4, 0.6]])), 4)
    0.4508
    """

    def __init__(
        self,
        q=0.5,
        reduction="sum_over_batch_size",
        name="categorical_generalized_cross_entropy",
        dtype=None,
    ):
        self._make(locals())
