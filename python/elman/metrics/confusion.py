"""Hits and misses."""

from .metric import Metric


class TruePositives(Metric):
    """The number of hits.

    >>> round(float(TruePositives()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, thresholds=None, name=None, dtype=None):
        self._make(locals())


class TrueNegatives(Metric):
    """The number of right rejections.

    >>> round(float(TrueNegatives()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, thresholds=None, name=None, dtype=None):
        self._make(locals())


class FalsePositives(Metric):
    """The number of false alarms.

    >>> round(float(FalsePositives()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.0
    """

    def __init__(self, thresholds=None, name=None, dtype=None):
        self._make(locals())


class FalseNegatives(Metric):
    """The number of misses.

    >>> round(float(FalseNegatives()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    0.0
    """

    def __init__(self, thresholds=None, name=None, dtype=None):
        self._make(locals())


class Precision(Metric):
    """The fraction of alarms that are right.

    >>> round(float(Precision()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        self._make(locals())


class Recall(Metric):
    """The fraction of positives that are found.

    >>> round(float(Recall()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, thresholds=None, top_k=None, class_id=None, name=None, dtype=None):
        self._make(locals())


class AUC(Metric):
    """The area under the curve of hits over false alarms, or of precision over recall.

    >>> round(float(AUC()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(
        self,
        num_thresholds=200,
        curve="ROC",
        summation_method="interpolation",
        name=None,
        dtype=None,
        thresholds=None,
        multi_label=False,
        num_labels=None,
        label_weights=None,
        from_logits=False,
    ):
        self._make(locals())


class PrecisionAtRecall(Metric):
    """The best precision at a recall.

    >>> round(float(PrecisionAtRecall(0.5)([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, recall, num_thresholds=200, class_id=None, name=None, dtype=None):
        self._make(locals())


class RecallAtPrecision(Metric):
    """The best recall at a precision.

    >>> round(float(RecallAtPrecision(0.5)([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, precision, num_thresholds=200, class_id=None, name=None, dtype=None):
        self._make(locals())


class SensitivityAtSpecificity(Metric):
    """The best sensitivity at a specificity.

    >>> round(float(SensitivityAtSpecificity(0.5)([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, specificity, num_thresholds=200, class_id=None, name=None, dtype=None):
        self._make(locals())


class SpecificityAtSensitivity(Metric):
    """The best specificity at a sensitivity.

    >>> round(float(SpecificityAtSensitivity(0.5)([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, sensitivity, num_thresholds=200, class_id=None, name=None, dtype=None):
        self._make(locals())


class F1Score(Metric):
    """The harmonic mean of precision and recall of each class; `average` makes one number of them.

    Raises:
        ValueError: for a `threshold` outside of 0 to 1, and for an `average` that there isn't.

    >>> F1Score(threshold=0.5)([[0, 1], [1, 0]], [[0.2, 0.8], [0.7, 0.6]])
    [0.9999998500000123, 0.666666577777783]
    """

    def __init__(self, average=None, threshold=None, name="f1_score", dtype=None):
        self._make(locals())


class FBetaScore(Metric):
    """The mean of precision and recall of each class with weight `beta`.

    Raises:
        ValueError: as `F1Score`.

    >>> FBetaScore(beta=2.0, threshold=0.5)([[0, 1], [1, 0]], [[0.2, 0.8], [0.7, 0.6]])
    [0.9999998800000103, 0.8333332361111183]
    """

    def __init__(self, average=None, beta=1.0, threshold=None, name="fbeta_score", dtype=None):
        self._make(locals())
