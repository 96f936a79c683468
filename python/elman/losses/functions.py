"""Losses as functions: one value for each sample."""

from .crossentropy import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CTC,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from .hinge import (
    CategoricalHinge,
    Hinge,
    SquaredHinge,
)
from .mean_error import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
)
from .overlap import (
    Dice,
    Tversky,
)


def _named(function):
    """Marks a function as one that stands for its name in `compile`."""
    function._keras_function = function.__name__
    return function


@_named
def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """The values of `BinaryCrossentropy`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(binary_crossentropy([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.7, 0.3]]).round(3))
    [0.223 0.357]
    """
    loss = BinaryCrossentropy(
        from_logits=from_logits,
        label_smoothing=label_smoothing,
        axis=axis,
    )
    return loss.call(y_true, y_pred)


@_named
def binary_focal_crossentropy(
    y_true,
    y_pred,
    apply_class_balancing=False,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """The values of `BinaryFocalCrossentropy`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(binary_focal_crossentropy([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.7, 0.3]]).round(3))
    [0.009 0.032]
    """
    loss = BinaryFocalCrossentropy(
        apply_class_balancing=apply_class_balancing,
        alpha=alpha,
        gamma=gamma,
        from_logits=from_logits,
        label_smoothing=label_smoothing,
        axis=axis,
    )
    return loss.call(y_true, y_pred)


@_named
def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0.0, axis=-1):
    """The values of `CategoricalCrossentropy`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(categorical_crossentropy([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.7, 0.3]]).round(3))
    [0.223 0.357]
    """
    loss = CategoricalCrossentropy(
        from_logits=from_logits,
        label_smoothing=label_smoothing,
        axis=axis,
    )
    return loss.call(y_true, y_pred)


@_named
def categorical_focal_crossentropy(
    y_true,
    y_pred,
    alpha=0.25,
    gamma=2.0,
    from_logits=False,
    label_smoothing=0.0,
    axis=-1,
):
    """The values of `CategoricalFocalCrossentropy`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(categorical_focal_crossentropy([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.7, 0.3]]).round(3))
    [0.002 0.008]
    """
    loss = CategoricalFocalCrossentropy(
        alpha=alpha,
        gamma=gamma,
        from_logits=from_logits,
        label_smoothing=label_smoothing,
        axis=axis,
    )
    return loss.call(y_true, y_pred)


@_named
def categorical_generalized_cross_entropy(y_true, y_pred, q):
    """The values of `CategoricalGeneralizedCrossEntropy`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(categorical_generalized_cross_entropy([1, 0], [[0.2, 0.8], [0.7, 0.3]], q=0.5).round(3))
    [0.211 0.327]
    """
    return CategoricalGeneralizedCrossEntropy(q=q).call(y_true, y_pred)


@_named
def categorical_hinge(y_true, y_pred):
    """The values of `CategoricalHinge`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(categorical_hinge([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.7, 0.3]]).round(3))
    [0.4 0.6]
    """
    return CategoricalHinge().call(y_true, y_pred)


@_named
def cosine_similarity(y_true, y_pred, axis=-1):
    """The values of `CosineSimilarity`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(cosine_similarity([[1.0, 2.0], [3.0, 4.0]], [[1.5, 2.0], [2.0, 8.0]]).round(3))
    [-0.984 -0.922]
    """
    return CosineSimilarity(axis=axis).call(y_true, y_pred)


@_named
def ctc(y_true, y_pred):
    """The values of `CTC`, one for each sequence, of labels `(batch, labels)` and logits `(batch, time, classes)`.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> import numpy as np
    >>> y_pred = np.log([[[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6]]])
    >>> print(ctc([[1, 2]], y_pred).round(3))
    [1.067]
    """
    return CTC().call(y_true, y_pred)


@_named
def dice(y_true, y_pred, axis=None):
    """The values of `Dice`: one for all samples, unless `axis` leaves some axes.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(dice([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.7, 0.3]]).round(3))
    0.25
    """
    return Dice(axis=axis).call(y_true, y_pred)


@_named
def hinge(y_true, y_pred):
    """The values of `Hinge`, one for each sample: an array of the shape of `y_pred` without its last axis.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(hinge([[1.0, -1.0], [1.0, 1.0]], [[0.5, 0.5], [2.0, -1.0]]).round(3))
    [1. 1.]
    """
    return Hinge().call(y_true, y_pred)


@_named
def huber(y_true, y_pred, delta=1.0):
    """The values of `Huber`, one for each sample: an array of the shape of `y_pred` without its last axis.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(huber([[1.0, 2.0], [3.0, 4.0]], [[1.5, 2.0], [2.0, 8.0]]).round(3))
    [0.062 2.   ]
    """
    return Huber(delta=delta).call(y_true, y_pred)


@_named
def kl_divergence(y_true, y_pred):
    """The values of `KLDivergence`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(kl_divergence([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.7, 0.3]]).round(3))
    [0.223 0.357]
    """
    return KLDivergence().call(y_true, y_pred)


@_named
def log_cosh(y_true, y_pred):
    """The values of `LogCosh`, one for each sample: an array of the shape of `y_pred` without its last axis.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(log_cosh([[1.0, 2.0], [3.0, 4.0]], [[1.5, 2.0], [2.0, 8.0]]).round(3))
    [0.06 1.87]
    """
    return LogCosh().call(y_true, y_pred)


@_named
def mean_absolute_error(y_true, y_pred):
    """The values of `MeanAbsoluteError`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(mean_absolute_error([[1.0, 2.0], [3.0, 4.0]], [[1.5, 2.0], [2.0, 8.0]]).round(3))
    [0.25 2.5 ]
    """
    return MeanAbsoluteError().call(y_true, y_pred)


@_named
def mean_absolute_percentage_error(y_true, y_pred):
    """The values of `MeanAbsolutePercentageError`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(mean_absolute_percentage_error([[1.0, 2.0], [3.0, 4.0]], [[1.5, 2.0], [2.0, 8.0]]).round(3))
    [25.    66.667]
    """
    return MeanAbsolutePercentageError().call(y_true, y_pred)


@_named
def mean_squared_error(y_true, y_pred):
    """The values of `MeanSquaredError`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(mean_squared_error([[1.0, 2.0], [3.0, 4.0]], [[1.5, 2.0], [2.0, 8.0]]).round(3))
    [0.125 8.5  ]
    """
    return MeanSquaredError().call(y_true, y_pred)


@_named
def mean_squared_logarithmic_error(y_true, y_pred):
    """The values of `MeanSquaredLogarithmicError`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(mean_squared_logarithmic_error([[1.0, 2.0], [3.0, 4.0]], [[1.5, 2.0], [2.0, 8.0]]).round(3))
    [0.025 0.214]
    """
    return MeanSquaredLogarithmicError().call(y_true, y_pred)


@_named
def poisson(y_true, y_pred):
    """The values of `Poisson`, one for each sample: an array of the shape of `y_pred` without its last axis.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(poisson([[1.0, 2.0], [3.0, 4.0]], [[1.5, 2.0], [2.0, 8.0]]).round(3))
    [ 0.854 -0.199]
    """
    return Poisson().call(y_true, y_pred)


@_named
def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """The values of `SparseCategoricalCrossentropy`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(sparse_categorical_crossentropy([1, 0], [[0.2, 0.8], [0.7, 0.3]]).round(3))
    [0.223 0.357]
    """
    loss = SparseCategoricalCrossentropy(
        from_logits=from_logits,
        ignore_class=ignore_class,
        axis=axis,
    )
    return loss.call(y_true, y_pred)


@_named
def squared_hinge(y_true, y_pred):
    """The values of `SquaredHinge`, one for each sample.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(squared_hinge([[1.0, -1.0], [1.0, 1.0]], [[0.5, 0.5], [2.0, -1.0]]).round(3))
    [1.25 2.  ]
    """
    return SquaredHinge().call(y_true, y_pred)


@_named
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """The values of `Tversky`: one for all samples, unless `axis` leaves some axes.

    Raises:
        ValueError: for shapes that don't fit, and for arguments out of range.

    >>> print(tversky([[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.7, 0.3]]).round(3))
    0.25
    """
    return Tversky(alpha=alpha, beta=beta, axis=axis).call(y_true, y_pred)


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kl_divergence
logcosh = log_cosh
