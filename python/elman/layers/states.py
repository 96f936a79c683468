"""States that stateful layers carry from call to call."""


class State:
    """A state of a stateful layer, which may be looked at and replaced between two calls.

    >>> import numpy as np
    >>> import elman
    >>> layer = elman.layers.GRU(2, stateful=True)
    >>> model = elman.Sequential([elman.Input(batch_shape=(1, 3, 2)), layer])
    >>> y = model.predict(np.ones((1, 3, 2)), verbose=0)
    >>> bool((layer.states[0].numpy() == y).all())
    True
    >>> layer.states[0].assign([[0.0, 0.5]])
    >>> layer.states[0].numpy().tolist()
    [[0.0, 0.5]]
    """

    def __init__(self, home, number, shape):
        self._home, self._number = home, number
        self.shape, self.dtype = tuple(shape), "float32"

    def numpy(self):
        """The values, a copy."""
        model, name = self._home
        return model.layer_states(name)[self._number][1]

    def assign(self, value):
        """Replaces the values.

        Raises:
            ValueError: for another shape.
        """
        model, name = self._home
        path = model.layer_states(name)[self._number][0]
        model.set_states({**model.states(), path: value})

    def __array__(self, dtype=None, copy=None):
        values = self.numpy()
        return values if dtype is None else values.astype(dtype)

    def __repr__(self):
        return f"<State shape={self.shape}, value={self.numpy()}>"


class Recurrent:
    """What layers with states have."""

    @property
    def states(self):
        """The states of a stateful layer, in Keras's order; `None` for any other, and before it is
        built."""
        home = self._home
        found = home[0].layer_states(home[1]) if home else []
        return [State(home, i, value.shape) for i, (_, value) in enumerate(found)] or None


def zeros(sizes, batch_size):
    """States of zeros of those sizes, nested as they are."""
    import numpy as np

    if isinstance(sizes, list):
        return [zeros(size, batch_size) for size in sizes]
    return np.zeros((batch_size, sizes), "float32")
