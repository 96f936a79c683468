"""Estimators for scikit-learn, of recurrent networks: they stand in pipelines, grid searches and cross
validations like any other. Importing this module takes scikit-learn 1.6 or newer; elman itself
doesn't.

>>> import numpy as np
>>> from sklearn.model_selection import cross_val_score
>>> from elman.sklearn import SequenceClassifier
>>> x = np.random.default_rng(0).normal(size=(60, 8, 2))   # (samples, time, features)
>>> y = np.where(x[:, -1, 0] > 0, "up", "down")
>>> cross_val_score(SequenceClassifier(units=4, epochs=2, random_state=0), x, y, cv=3).shape
(3,)
"""

from .classifier import SequenceClassifier
from .regressor import SequenceRegressor

__all__ = ["SequenceClassifier", "SequenceRegressor"]
