"""Callbacks of the library's own."""

from .base import Described


class EarlyStopping(Described):
    """Ends a training once `monitor` has not improved for `patience` epochs."""

    def __init__(
        self,
        monitor="val_loss",
        min_delta=0,
        patience=0,
        verbose=0,
        mode="auto",
        baseline=None,
        restore_best_weights=False,
        start_from_epoch=0,
    ):
        self._make(locals())


class ModelCheckpoint(Described):
    """Saves the model, after each epoch or when `monitor` improves."""

    def __init__(
        self,
        filepath,
        monitor="val_loss",
        verbose=0,
        save_best_only=False,
        save_weights_only=False,
        mode="auto",
        save_freq="epoch",
        initial_value_threshold=None,
    ):
        self._make(locals())


class ReduceLROnPlateau(Described):
    """Lowers the learning rate once `monitor` has not improved for `patience` epochs."""

    def __init__(
        self,
        monitor="val_loss",
        factor=0.1,
        patience=10,
        verbose=0,
        mode="auto",
        min_delta=0.0001,
        cooldown=0,
        min_lr=0.0,
        **kwargs
    ):
        self._make(locals())


class CSVLogger(Described):
    """Writes a line for each epoch into a file."""

    def __init__(self, filename, separator=",", append=False):
        self._make(locals())


class BackupAndRestore(Described):
    """Backs a training up, and goes on with one that was interrupted."""

    def __init__(
        self,
        backup_dir,
        save_freq="epoch",
        double_checkpoint=False,
        delete_checkpoint=True,
    ):
        self._make(locals())


class TensorBoard(Described):
    """Writes what TensorBoard shows."""

    def __init__(
        self,
        log_dir="logs",
        histogram_freq=0,
        write_graph=True,
        write_images=False,
        write_steps_per_second=False,
        update_freq="epoch",
        profile_batch=0,
        embeddings_freq=0,
        embeddings_metadata=None,
    ):
        self._make(locals())


class TerminateOnNaN(Described):
    """Ends a training whose loss is NaN, quietly."""

    def __init__(self, raise_error=False):
        self._make(locals())


class SwapEMAWeights(Described):
    """Evaluates with the averages of weights that the optimizer keeps."""

    def __init__(self, swap_on_epoch=False):
        self._make(locals())
