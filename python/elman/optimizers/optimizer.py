"""What every optimizer has."""

from .. import _elman
from .._copies import state_without
from .._arguments import Configured, arguments


class Rate(float):
    """A learning rate: a number, which may be set as Keras's variables are.

    >>> import elman
    >>> rule = elman.optimizers.SGD(0.1)
    >>> rule.learning_rate.assign(0.25)
    >>> rule.learning_rate, rule.learning_rate.numpy() / 2
    (0.25, 0.125)
    """

    def __new__(cls, value, optimizer):
        self = super().__new__(cls, value)
        self._optimizer = optimizer
        return self

    def assign(self, value):
        """Sets the learning rate of the optimizer."""
        self._optimizer.learning_rate = value

    def numpy(self):
        """The number."""
        return float(self)

    def __reduce__(self):
        return float, (float(self),)


class Optimizer(Configured):
    """A rule for changing weights by their gradients, which `compile` takes.

    `learning_rate` may be set at any time.

    >>> import elman
    >>> rule = elman.optimizers.Adam(0.01)
    >>> rule.learning_rate = 0.005
    >>> rule.learning_rate, rule.iterations
    (0.004999999888241291, 0)
    """

    _kind = "optimizer"

    def _bind(self, model):
        """Lets the optimizer speak of the model that it was compiled into."""
        self.__dict__["_model"] = model

    @property
    def learning_rate(self):
        """The learning rate of the next step; may be set, also while a training runs."""
        model = self.__dict__.get("_model")
        rate = model.learning_rate if model is not None else self._config["learning_rate"]
        return Rate(rate, self) if isinstance(rate, (int, float)) else rate

    @learning_rate.setter
    def learning_rate(self, rate):
        model = self.__dict__.get("_model")
        if model is not None:
            try:
                rate = float(rate)
            except (TypeError, ValueError):
                raise TypeError(
                    f"optimizer {self.name}: argument `learning_rate` must be a number, "
                    f"got {type(rate).__name__}"
                ) from None
            model.learning_rate = rate
        else:
            config = {**self._config, "learning_rate": rate}
            self._make({k: v for k, v in config.items()})

    lr = learning_rate

    def __getstate__(self):
        """A copy is an optimizer without a model, with the learning rate of now."""
        state = state_without(self, "_model")
        if "_model" in vars(self) and isinstance(self._config.get("learning_rate"), (int, float)):
            state["_config"] = {**self._config, "learning_rate": self.learning_rate}
        return state

    @property
    def iterations(self):
        """The number of batches trained on."""
        model = self.__dict__.get("_model")
        return model.iterations if model is not None else 0

    @property
    def name(self):
        """The name, which files hold."""
        return self._config.get("name") or self._keras_name.lower()


class LearningRateSchedule(Configured):
    """A learning rate that changes with the steps of a training."""

    _kind = "schedule"

    def _make(self, scope):
        self._config = arguments(scope)
        described = {"class_name": self._keras_name, "config": self._config}
        # Wherever an optimizer takes it, it is right.
        _elman.complete("optimizer", {"class_name": "SGD", "config": {"learning_rate": described}})

    def __call__(self, step):
        """The learning rate of a step, counted from 0."""
        return _elman.schedule_at({"class_name": self._keras_name, "config": self._config}, int(step))
