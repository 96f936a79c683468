"""Learning rates that change with the steps."""

from .optimizer import LearningRateSchedule


class CosineDecay(LearningRateSchedule):
    """Down along a cosine, after a warm-up if asked for.

    >>> CosineDecay(0.1, 10)(10)
    0.0
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        alpha=0.0,
        name="CosineDecay",
        warmup_target=None,
        warmup_steps=0,
    ):
        self._make(locals())


class CosineDecayRestarts(LearningRateSchedule):
    """Down along a cosine, again and again."""

    def __init__(
        self,
        initial_learning_rate,
        first_decay_steps,
        t_mul=2.0,
        m_mul=1.0,
        alpha=0.0,
        name="SGDRDecay",
    ):
        self._make(locals())


class ExponentialDecay(LearningRateSchedule):
    """`initial_learning_rate * decay_rate ^ (step / decay_steps)`.

    >>> ExponentialDecay(0.1, 10, 0.5)(10)
    0.05000000074505806
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="ExponentialDecay",
    ):
        self._make(locals())


class InverseTimeDecay(LearningRateSchedule):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    >>> InverseTimeDecay(0.1, 10, 1.0)(10)
    0.05000000074505806
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        decay_rate,
        staircase=False,
        name="InverseTimeDecay",
    ):
        self._make(locals())


class PiecewiseConstantDecay(LearningRateSchedule):
    """A rate for each stretch of steps.

    >>> round(PiecewiseConstantDecay([5], [0.1, 0.01])(10), 4)
    0.01
    """

    def __init__(self, boundaries, values, name="PiecewiseConstant"):
        self._make(locals())


class PolynomialDecay(LearningRateSchedule):
    """Down along a power of the steps that are left.

    >>> PolynomialDecay(0.1, 10)(0)
    0.10000000149011612
    """

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name="PolynomialDecay",
    ):
        self._make(locals())
