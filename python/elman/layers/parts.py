"""Layers and cells within layers."""

import math


class Part:
    """The place of a layer within another: what a model is to its layers, this is to that one.

    Its weights and states are some of the outer layer's: what `cut`, a function of their number, takes
    out of the list of all.
    """

    def __init__(self, homes, cut):
        # Not the layer around it, so that neither holds the other.
        self._homes, self._cut = homes, cut

    @property
    def is_there(self):
        """Whether the layer around it is in a model."""
        return bool(self._homes) and getattr(self._homes[0][0], "is_there", True)

    @property
    def is_built(self):
        """Whether the weights exist."""
        return self._homes[0][0].is_built

    def _of(self, everything):
        return everything[self._cut(len(everything))]

    def weight_table(self):
        """What is known of each weight, those of the part alone."""
        return self._of(weight_table(self._homes[0]))

    def layer_weights(self, _name):
        """The weights of the part."""
        model, outer = self._homes[0]
        return self._of(model.layer_weights(outer))

    def set_layer_weights(self, name, weights):
        """Replaces the weights of the part.

        Raises:
            ValueError: for another number of arrays, and for other shapes.
        """
        model, outer = self._homes[0]
        everything, weights = model.layer_weights(outer), list(weights)
        own = self._cut(len(everything))
        if len(weights) != len(everything[own]):
            raise ValueError(
                f"set_weights of {name}: {len(everything[own])} weights are expected, got {len(weights)}"
            )
        everything[own] = weights
        model.set_layer_weights(outer, everything)

    def layer_count_params(self, _name):
        """The number of the values of the part's weights."""
        return sum(math.prod(row[3]) for row in self.weight_table())

    def layer_output_shapes(self, _name):
        """None: what is within a layer tells no shapes."""
        return []

    def layer_states(self, _name):
        """The states of the part, by path."""
        model, outer = self._homes[0]
        return self._of(model.layer_states(outer))

    def states(self):
        """All states of the model, by path."""
        return self._homes[0][0].states()

    def set_states(self, states):
        """Replaces all states of the model."""
        self._homes[0][0].set_states(states)

    def reset_layer_state(self, _name):
        """Sets the states of the layer around it to zero."""
        model, outer = self._homes[0]
        model.reset_layer_state(outer)

    def set_layer_trainable(self, name, trainable):
        """Refuses: layers are trained as a whole.

        Raises:
            ValueError: unless nothing changes.
        """
        if not self.is_there:
            raise ValueError(f"layer {name}: `trainable` must be set before it is put into another layer")
        if any(row[4] != trainable for row in self.weight_table()):
            raise ValueError(
                f"layer {name}: `trainable` must be set of layer {self._homes[0][1]} that it is in"
            )


def weight_table(home):
    """What is known of each weight of a layer, or of a whole model, by its home."""
    model, name = home
    rows = model.weight_table()
    # A part has those of its layer alone.
    return rows if name is None or isinstance(model, Part) else [row for row in rows if row[0] == name]


def everything(_count):
    """All weights."""
    return slice(None)


def half(number):
    """The first half of the weights, or the second."""
    return lambda count: slice(number * count // 2, (number + 1) * count // 2)
