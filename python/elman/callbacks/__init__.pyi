"""Types; written by python/make_stubs.py."""




from .base import Callback as Callback, History as History
from .described import BackupAndRestore as BackupAndRestore, CSVLogger as CSVLogger, EarlyStopping as EarlyStopping, ModelCheckpoint as ModelCheckpoint, ReduceLROnPlateau as ReduceLROnPlateau, SwapEMAWeights as SwapEMAWeights, TensorBoard as TensorBoard, TerminateOnNaN as TerminateOnNaN
from .functions import LambdaCallback as LambdaCallback, LearningRateScheduler as LearningRateScheduler
__all__ = ['BackupAndRestore', 'CSVLogger', 'Callback', 'EarlyStopping', 'History', 'LambdaCallback', 'LearningRateScheduler', 'ModelCheckpoint', 'ReduceLROnPlateau', 'SwapEMAWeights', 'TensorBoard', 'TerminateOnNaN']
