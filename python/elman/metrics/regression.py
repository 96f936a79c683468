"""Errors and correlations."""

from .metric import Metric


class MeanSquaredError(Metric):
    """The mean of `(y_true - y_pred)²`.

    >>> round(float(MeanSquaredError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.16
    """

    def __init__(self, name="mean_squared_error", dtype=None):
        self._make(locals())


class RootMeanSquaredError(Metric):
    """The root of the mean squared error.

    >>> round(float(RootMeanSquaredError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.4
    """

    def __init__(self, name="root_mean_squared_error", dtype=None):
        self._make(locals())


class MeanAbsoluteError(Metric):
    """The mean of `|y_true - y_pred|`.

    >>> round(float(MeanAbsoluteError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.4
    """

    def __init__(self, name="mean_absolute_error", dtype=None):
        self._make(locals())


class MeanAbsolutePercentageError(Metric):
    """The mean of `100 |y_true - y_pred| / |y_true|`.

    >>> round(float(MeanAbsolutePercentageError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    200000016.0
    """

    def __init__(self, name="mean_absolute_percentage_error", dtype=None):
        self._make(locals())


class MeanSquaredLogarithmicError(Metric):
    """The mean of the squares of logarithms' errors.

    >>> round(float(MeanSquaredLogarithmicError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.0815
    """

    def __init__(self, name="mean_squared_logarithmic_error", dtype=None):
        self._make(locals())


class LogCoshError(Metric):
    """The mean of `log(cosh(error))`.

    >>> round(float(LogCoshError()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.078
    """

    def __init__(self, name="logcosh", dtype=None):
        self._make(locals())


class CosineSimilarity(Metric):
    """The cosine of the angle between targets and predictions.

    >>> round(float(CosineSimilarity()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.8321
    """

    def __init__(self, name="cosine_similarity", dtype=None, axis=-1):
        self._make(locals())


class R2Score(Metric):
    """The coefficient of determination.

    >>> round(float(R2Score()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.0
    """

    def __init__(
        self,
        class_aggregation="uniform_average",
        num_regressors=0,
        name="r2_score",
        dtype=None,
    ):
        self._make(locals())


class PearsonCorrelation(Metric):
    """Pearson's correlation.

    >>> round(float(PearsonCorrelation()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, name="pearson_correlation", dtype=None, axis=-1):
        self._make(locals())


class ConcordanceCorrelation(Metric):
    """Lin's concordance correlation.

    >>> round(float(ConcordanceCorrelation()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.3846
    """

    def __init__(self, name="concordance_correlation", dtype=None, axis=-1):
        self._make(locals())
