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
    """Saves the model, after each epoch or when `monitor` improves.

    `filepath` may hold `{epoch}` and names of logs; it ends in `.keras`, or in `.weights.h5` with
    `save_weights_only`.

    Raises:
        ValueError: in `fit`, for a `monitor` or a name in `filepath` that the logs don't have.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> import os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = os.path.join(folder.name, "at-{epoch:02d}.keras")
    >>> _ = model.fit(x, y, epochs=2, verbose=0, callbacks=[ModelCheckpoint(path)])
    >>> sorted(os.listdir(folder.name))
    ['at-01.keras', 'at-02.keras']
    """

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
    """Lowers the learning rate once `monitor` has not improved for `patience` epochs.

    Raises:
        ValueError: for a `factor` that lowers nothing, and in `fit`, for a `monitor` that the logs don't have.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> plateau = ReduceLROnPlateau("loss", factor=0.5, patience=1, min_delta=1e9)
    >>> _ = model.fit(x, y, epochs=3, verbose=0, callbacks=[plateau])
    >>> round(model.optimizer.learning_rate, 6)
    0.0025
    """

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
    """Writes a line for each epoch into a file: the epoch, then the values of the logs by name.

    Raises:
        OSError: in `fit`, for a file that can't be written.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> import os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = os.path.join(folder.name, "log.csv")
    >>> _ = model.fit(x, y, epochs=2, verbose=0, callbacks=[CSVLogger(path)])
    >>> [line.split(',')[0] for line in open(path)]
    ['epoch', '0', '1']
    """

    def __init__(self, filename, separator=",", append=False):
        self._make(locals())


class BackupAndRestore(Described):
    """Backs a training up, and goes on with one that was interrupted.

    The backup is deleted when the training has come to its end, unless `delete_checkpoint` is false.

    Raises:
        ValueError: in `fit`, for a backup of another training.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> import os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> _ = model.fit(x, y, epochs=2, verbose=0, callbacks=[BackupAndRestore(folder.name)])
    >>> len(model.history.epoch)
    2
    """

    def __init__(
        self,
        backup_dir,
        save_freq="epoch",
        double_checkpoint=False,
        delete_checkpoint=True,
    ):
        self._make(locals())


class TensorBoard(Described):
    """Writes the logs of epochs, or of batches, as files that TensorBoard shows.

    Raises:
        ValueError: for options of pictures, profiles and embeddings, which it doesn't write.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> import os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> _ = model.fit(x, y, epochs=2, verbose=0, callbacks=[TensorBoard(folder.name)])
    >>> os.listdir(folder.name)
    ['train']
    """

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
    """Ends a training whose loss is NaN or infinite, quietly; without it, that is an error.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> model.compile(elman.optimizers.SGD(1e30), 'mse')
    >>> _ = model.fit(x, y, epochs=9, verbose=0, callbacks=[TerminateOnNaN()])
    >>> len(model.history.epoch) < 9
    True
    """

    def __init__(self, raise_error=False):
        self._make(locals())


class SwapEMAWeights(Described):
    """Evaluates with the averages of weights that the optimizer keeps.

    Raises:
        ValueError: in `fit`, for an optimizer without `use_ema`.

    >>> import numpy as np
    >>> import elman
    >>> model = elman.Sequential([elman.layers.Dense(1, input_shape=(3,))])
    >>> model.compile("sgd", "mse")
    >>> x, y = np.ones((4, 3)), np.ones((4, 1))
    >>> model.compile(elman.optimizers.SGD(use_ema=True), 'mse')
    >>> _ = model.fit(x, y, epochs=2, verbose=0, callbacks=[SwapEMAWeights()])
    >>> model.history.epoch
    [0, 1]
    """

    def __init__(self, swap_on_epoch=False):
        self._make(locals())
