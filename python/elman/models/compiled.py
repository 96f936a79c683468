"""What `compile` gives a model: optimizer, loss and metrics."""

from ..losses.own import refuse_own
from ..metrics.own import without_own
from ..optimizers import deserialize as optimizer_of
from ..optimizers.optimizer import Optimizer


class Reported:
    """The loss, or a metric, of a model."""

    def __init__(self, model, name):
        self._model, self.name = model, name

    def result(self):
        """The value in the last training, evaluation or batch.

        Raises:
            ValueError: if there was none yet, or one is going on.
        """
        values = self._model.get_metrics_result()
        if self.name not in values:
            raise ValueError(f"metric {self.name} has no value: nothing was evaluated yet")
        return values[self.name]

    def __repr__(self):
        return f"<Reported name={self.name}>"


class Compiled:
    """Models that have an optimizer, a loss and metrics."""

    #: The values of the last call, by name.
    _values: dict = {}

    def compile(
        self,
        optimizer="rmsprop",
        loss=None,
        loss_weights=None,
        metrics=None,
        weighted_metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        auto_scale_loss=True,
    ):
        """Gives the model an optimizer, a loss and metrics, by name or as objects.

        A metric may be a function of your own, of two arrays of NumPy, `y_true` and `y_pred`, that
        gives a value for each sample or one for the batch; or an object of a class of your own, see
        `elman.metrics.Metric`. Files hold their names alone.

        `run_eagerly`, `steps_per_execution`, `jit_compile` and `auto_scale_loss` change no result.

        Raises:
            ValueError: for a name or an argument that doesn't exist.
            TypeError: for a loss of your own, since Python's functions don't tell their gradients.

        >>> import elman
        >>> model = elman.Sequential([elman.layers.LSTM(4, input_shape=(5, 3))])
        >>> model.compile(elman.optimizers.Adam(0.01), "mse", metrics=["mae"])
        >>> round(model.optimizer.learning_rate, 4)
        0.01
        """
        refuse_own(loss)
        own = []
        self._native.compile(
            {
                "optimizer": optimizer,
                "loss": loss,
                "loss_weights": loss_weights,
                "metrics": without_own(metrics, own),
                "weighted_metrics": without_own(weighted_metrics, own),
            },
            own,
        )
        self._order = None
        self._optimizer = optimizer if isinstance(optimizer, Optimizer) else None
        if self._optimizer is not None:
            self._optimizer._bind(self._native)

    @property
    def compiled(self):
        """Whether the model has an optimizer and a loss."""
        return self._native.is_compiled

    @property
    def optimizer(self):
        """The optimizer, whose `learning_rate` may be set; `None` before `compile`."""
        if self._optimizer is None and self._native.is_compiled:
            self._optimizer = optimizer_of(self._native.to_json()["compile_config"]["optimizer"])
            self._optimizer._bind(self._native)
        return self._optimizer

    @property
    def loss(self):
        """The loss that the model was compiled with."""
        return self._native.to_json()["compile_config"].get("loss")

    @property
    def metrics_names(self):
        """The names of what `evaluate` gives: the loss and the metrics; of several outputs once
        something was evaluated."""
        if self._values:
            return list(self._values)
        is_known = self._native.is_compiled and len(self._native.output_names) == 1
        return ["loss", *(self._names_of_metrics() if is_known else [])]

    @property
    def metrics(self):
        """What `evaluate` gives, each with its name and its value in the last call.

        >>> import numpy as np
        >>> import elman
        >>> model = elman.Sequential([elman.layers.Dense(1, "relu", input_shape=(3,))])
        >>> model.compile("sgd", "mse", metrics=["mae"])
        >>> _ = model.evaluate(np.zeros((2, 3)), np.full((2, 1), 3.0), verbose=0)
        >>> [(metric.name, metric.result()) for metric in model.metrics]
        [('loss', 9.0), ('mae', 3.0)]
        """
        return [Reported(self, name) for name in self.metrics_names]

    def get_metrics_result(self):
        """The loss and the metrics of the last training, evaluation or batch, by name; while one is
        going on, nothing, since callbacks have its logs."""
        return dict(self._values)

    def reset_metrics(self):
        """Forgets the values of the last call; metrics begin anew with each call."""
        self._values = {}

    def get_compile_config(self):
        """Optimizer, loss and metrics, as `compile_from_config` takes them; `None` before `compile`."""
        return self._native.to_json()["compile_config"] or None

    def compile_from_config(self, config):
        """Compiles the model as another one was. Metrics of your own are given to `compile`.

        Raises:
            TypeError: for what is no dictionary.
            ValueError: for one without optimizer and loss.

        >>> import elman
        >>> one, other = (elman.Sequential([elman.layers.Dense(1, input_shape=(3,))]) for _ in "ab")
        >>> one.compile(elman.optimizers.Adam(0.01), "mse", metrics=["mae"])
        >>> other.compile_from_config(one.get_compile_config())
        >>> other.optimizer == one.optimizer, other.metrics_names
        (True, ['loss', 'mae'])
        """
        if not isinstance(config, dict):
            raise TypeError(
                "compile_from_config: argument `config` must be a dictionary of `get_compile_config`, "
                f"got {type(config).__name__}"
            )
        keys = ("optimizer", "loss", "loss_weights", "metrics", "weighted_metrics")
        self.compile(**{key: config[key] for key in keys if config.get(key) is not None})

    def _names_of_metrics(self):
        if self.__dict__.get("_order") is None:
            compiled = self._native.to_json()["compile_config"]
            self._order = _names_of([compiled.get("metrics"), compiled.get("weighted_metrics")])
        return self._order


def in_order(model, logs, callbacks=None):
    """The names in Keras's order: the loss, those of the outputs, the metrics as compiled; what
    callbacks add isn't among them."""
    names = [name for name in logs if not name.startswith("val_")]
    if len(names) < 3 and not callbacks:
        return sorted(names, key=lambda name: name != "loss")
    order = model._names_of_metrics()

    def place(name):
        found = [i for i, metric in enumerate(order) if name == metric or name.endswith(f"_{metric}")]
        return (name != "loss", not name.endswith("_loss"), found[0] if found else len(order))

    nowhere = (True, True, len(order))
    return [name for name in sorted(names, key=place) if place(name) != nowhere]


def _names_of(metrics):
    """The names of metrics in a nested list of them, as they stand in logs."""
    if isinstance(metrics, str):
        return [metrics]
    if isinstance(metrics, list):
        return [name for metric in metrics for name in _names_of(metric)]
    if not metrics:
        return []
    # Keras writes functions by their names alone.
    config = metrics["config"]
    return [config if isinstance(config, str) else config["name"]]
