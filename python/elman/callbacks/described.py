"""Callbacks of the library's own."""

from .base import Described


class EarlyStopping(Described):
    """Ends a training once `monitor` has not improved for `patience` epochs.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile(elman.optimizers.SGD(0.0), "mse")
    >>> stop = EarlyStopping("loss", patience=2)
    >>> history = model.fit(np.ones((4, 3)), np.ones((4, 1)), epochs=9, verbose=0, callbacks=[stop])
    >>> len(history.epoch)
    3
    """

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

    def _told(self, event, epoch, logs, rate, stop):
        super()._told(event, epoch, logs, rate, stop)
        if event == "on_train_begin":
            self.stopped_epoch = 0
        elif stop:
            self.stopped_epoch = epoch
        elif event == "on_train_end" and self.verbose > 0:
            if self.stopped_epoch > 0:
                print(f"Epoch {self.stopped_epoch + 1}: early stopping")
            if self.restore_best_weights:
                print(
                    "Restoring model weights from the end of the best epoch: "
                    f"{self.best_epoch + 1}."
                )


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

    def _told(self, event, epoch, logs, rate, stop):
        before = self.__dict__.get("best")
        super()._told(event, epoch, logs, rate, stop)
        if event != "on_epoch_end" or self.verbose <= 0 or self.save_freq != "epoch":
            return
        path = str(self.filepath).format(epoch=epoch + 1, **logs)
        if not self.save_best_only:
            print(f"\nEpoch {epoch + 1}: saving model to {path}")
        elif self.best != before:
            was = float("inf") if before is None else before
            print(
                f"\nEpoch {epoch + 1}: {self.monitor} improved from {was:.5f} to "
                f"{self.best:.5f}, saving model to {path}"
            )
        else:
            print(f"\nEpoch {epoch + 1}: {self.monitor} did not improve from {before:.5f}")


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

    def _told(self, event, epoch, logs, rate, stop):
        super()._told(event, epoch, logs, rate, stop)
        before, self._rate = self.__dict__.get("_rate"), rate
        if event == "on_epoch_end" and self.verbose > 0 and before is not None and rate < before:
            print(
                f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}."
            )


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
