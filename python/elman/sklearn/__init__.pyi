"""Types; written by python/make_stubs.py."""




from .classifier import SequenceClassifier as SequenceClassifier
from .regressor import SequenceRegressor as SequenceRegressor
__all__ = ['SequenceClassifier', 'SequenceRegressor']
