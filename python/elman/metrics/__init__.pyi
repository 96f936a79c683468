"""Types; written by python/make_stubs.py."""

from typing import Any


from .accuracy import Accuracy as Accuracy, BinaryAccuracy as BinaryAccuracy, CategoricalAccuracy as CategoricalAccuracy, SparseCategoricalAccuracy as SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy as TopKCategoricalAccuracy
from .confusion import AUC as AUC, F1Score as F1Score, FBetaScore as FBetaScore, FalseNegatives as FalseNegatives, FalsePositives as FalsePositives, Precision as Precision, PrecisionAtRecall as PrecisionAtRecall, Recall as Recall, RecallAtPrecision as RecallAtPrecision, SensitivityAtSpecificity as SensitivityAtSpecificity, SpecificityAtSensitivity as SpecificityAtSensitivity, TrueNegatives as TrueNegatives, TruePositives as TruePositives
from .iou import BinaryIoU as BinaryIoU, IoU as IoU, MeanIoU as MeanIoU, OneHotIoU as OneHotIoU, OneHotMeanIoU as OneHotMeanIoU
from .mean import Mean as Mean, Sum as Sum
from .mean_loss import BinaryCrossentropy as BinaryCrossentropy, CategoricalCrossentropy as CategoricalCrossentropy, CategoricalHinge as CategoricalHinge, Hinge as Hinge, KLDivergence as KLDivergence, Poisson as Poisson, SparseCategoricalCrossentropy as SparseCategoricalCrossentropy, SquaredHinge as SquaredHinge
from .metric import Metric as Metric
from .regression import ConcordanceCorrelation as ConcordanceCorrelation, CosineSimilarity as CosineSimilarity, LogCoshError as LogCoshError, MeanAbsoluteError as MeanAbsoluteError, MeanAbsolutePercentageError as MeanAbsolutePercentageError, MeanSquaredError as MeanSquaredError, MeanSquaredLogarithmicError as MeanSquaredLogarithmicError, PearsonCorrelation as PearsonCorrelation, R2Score as R2Score, RootMeanSquaredError as RootMeanSquaredError
from .._arguments import find as find, serialize as serialize, table_of as table_of
def get(identifier: Any) -> Any: ...
deserialize = get
__all__ = ['AUC', 'Accuracy', 'BinaryAccuracy', 'BinaryCrossentropy', 'BinaryIoU', 'CategoricalAccuracy', 'CategoricalCrossentropy', 'CategoricalHinge', 'ConcordanceCorrelation', 'CosineSimilarity', 'F1Score', 'FBetaScore', 'FalseNegatives', 'FalsePositives', 'Hinge', 'IoU', 'KLDivergence', 'LogCoshError', 'Mean', 'MeanAbsoluteError', 'MeanAbsolutePercentageError', 'MeanIoU', 'MeanSquaredError', 'MeanSquaredLogarithmicError', 'Metric', 'OneHotIoU', 'OneHotMeanIoU', 'PearsonCorrelation', 'Poisson', 'Precision', 'PrecisionAtRecall', 'R2Score', 'Recall', 'RecallAtPrecision', 'RootMeanSquaredError', 'SensitivityAtSpecificity', 'SparseCategoricalAccuracy', 'SparseCategoricalCrossentropy', 'SparseTopKCategoricalAccuracy', 'SpecificityAtSensitivity', 'SquaredHinge', 'Sum', 'TopKCategoricalAccuracy', 'TrueNegatives', 'TruePositives', 'deserialize', 'get', 'serialize']
