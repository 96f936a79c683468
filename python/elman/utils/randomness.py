"""Seeds and names."""

from .. import _elman


def set_random_seed(seed):
    """Makes the same program give the same numbers: those of elman, of NumPy and of `random`.

    >>> import numpy as np
    >>> set_random_seed(1)
    >>> first = np.random.random()
    >>> set_random_seed(1)
    >>> np.random.random() == first
    True
    """
    import random

    import numpy as np

    _elman.set_random_seed(seed)
    random.seed(seed)
    np.random.seed(seed)


def clear_session(free_memory=True):
    """Makes automatic names, such as `lstm_1`, start anew.

    >>> import elman
    >>> clear_session()
    >>> elman.layers.GRU(1).name, elman.layers.GRU(1).name
    ('gru', 'gru_1')
    """
    _elman.clear_session()
