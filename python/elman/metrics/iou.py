"""Intersections over unions."""

from .metric import Metric


class IoU(Metric):
    """The intersection over the union of some classes.

    Raises:
        ValueError: for class numbers that are not below `num_classes`.

    >>> IoU(num_classes=2, target_class_ids=[0])([0, 1, 1], [0, 1, 0])
    0.4999999250000088
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        self._make(locals())


class BinaryIoU(Metric):
    """That of two classes.

    >>> round(float(BinaryIoU()([[0.0, 1.0]], [[0.4, 0.6]])), 4)
    1.0
    """

    def __init__(self, target_class_ids=(0, 1), threshold=0.5, name=None, dtype=None):
        self._make(locals())


class MeanIoU(Metric):
    """The mean over all classes.

    >>> round(float(MeanIoU(num_classes=2)([0, 1], [0, 1])), 4)
    1.0
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_true=True,
        sparse_y_pred=True,
        axis=-1,
    ):
        self._make(locals())


class OneHotIoU(Metric):
    """That of one-hot targets.

    >>> OneHotIoU(2, [0])([[1, 0], [0, 1]], [[0.8, 0.2], [0.6, 0.4]])
    0.4999999250000088
    """

    def __init__(
        self,
        num_classes,
        target_class_ids,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        self._make(locals())


class OneHotMeanIoU(Metric):
    """The mean for one-hot targets.

    >>> round(float(OneHotMeanIoU(num_classes=2)([0, 1], [0, 1])), 4)
    1.0
    """

    def __init__(
        self,
        num_classes,
        name=None,
        dtype=None,
        ignore_class=None,
        sparse_y_pred=False,
        axis=-1,
    ):
        self._make(locals())
