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
    """The values of `BinaryCrossentropy`."""
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
    """The values of `BinaryFocalCrossentropy`."""
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
    """The values of `CategoricalCrossentropy`."""
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
    """The values of `CategoricalFocalCrossentropy`."""
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
    """The values of `CategoricalGeneralizedCrossEntropy`."""
    return CategoricalGeneralizedCrossEntropy(q=q).call(y_true, y_pred)


@_named
def categorical_hinge(y_true, y_pred):
    """The values of `CategoricalHinge`."""
    return CategoricalHinge().call(y_true, y_pred)


@_named
def cosine_similarity(y_true, y_pred, axis=-1):
    """The values of `CosineSimilarity`."""
    return CosineSimilarity(axis=axis).call(y_true, y_pred)


@_named
def ctc(y_true, y_pred):
    """The values of `CTC`."""
    return CTC().call(y_true, y_pred)


@_named
def dice(y_true, y_pred, axis=None):
    """The values of `Dice`."""
    return Dice(axis=axis).call(y_true, y_pred)


@_named
def hinge(y_true, y_pred):
    """The values of `Hinge`."""
    return Hinge().call(y_true, y_pred)


@_named
def huber(y_true, y_pred, delta=1.0):
    """The values of `Huber`."""
    return Huber(delta=delta).call(y_true, y_pred)


@_named
def kl_divergence(y_true, y_pred):
    """The values of `KLDivergence`."""
    return KLDivergence().call(y_true, y_pred)


@_named
def log_cosh(y_true, y_pred):
    """The values of `LogCosh`."""
    return LogCosh().call(y_true, y_pred)


@_named
def mean_absolute_error(y_true, y_pred):
    """The values of `MeanAbsoluteError`."""
    return MeanAbsoluteError().call(y_true, y_pred)


@_named
def mean_absolute_percentage_error(y_true, y_pred):
    """The values of `MeanAbsolutePercentageError`."""
    return MeanAbsolutePercentageError().call(y_true, y_pred)


@_named
def mean_squared_error(y_true, y_pred):
    """The values of `MeanSquaredError`."""
    return MeanSquaredError().call(y_true, y_pred)


@_named
def mean_squared_logarithmic_error(y_true, y_pred):
    """The values of `MeanSquaredLogarithmicError`."""
    return MeanSquaredLogarithmicError().call(y_true, y_pred)


@_named
def poisson(y_true, y_pred):
    """The values of `Poisson`."""
    return Poisson().call(y_true, y_pred)


@_named
def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, ignore_class=None, axis=-1):
    """The values of `SparseCategoricalCrossentropy`."""
    loss = SparseCategoricalCrossentropy(
        from_logits=from_logits,
        ignore_class=ignore_class,
        axis=axis,
    )
    return loss.call(y_true, y_pred)


@_named
def squared_hinge(y_true, y_pred):
    """The values of `SquaredHinge`."""
    return SquaredHinge().call(y_true, y_pred)


@_named
def tversky(y_true, y_pred, alpha=0.5, beta=0.5, axis=None):
    """The values of `Tversky`."""
    return Tversky(alpha=alpha, beta=beta, axis=axis).call(y_true, y_pred)


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
bce = BCE = binary_crossentropy
kld = KLD = kl_divergence
logcosh = log_cosh
