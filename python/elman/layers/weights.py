"""What has weights."""

from .variable import variables


class Weighted:
    """A layer, or a part of one, whose weights lie in a model."""

    @property
    def _home(self):
        """The model that has the weights, and the name of their layer there; of several, the first."""
        homes = self.__dict__.get("_homes", ())
        return next((home for home in homes if getattr(home[0], "is_there", True)), None)

    def _needed_home(self):
        home = self._home
        if home is None:
            raise ValueError(f"layer {self.name} has no weights yet: put it into a model, or build it")
        return home

    def get_weights(self):
        """The weights as arrays, in Keras's order; none before the layer is part of a model."""
        if self._home is None:
            return []
        model, name = self._home
        return model.layer_weights(name)

    def set_weights(self, weights):
        """Replaces the weights, given in the order of `get_weights`.

        Raises:
            ValueError: for another number of arrays, and for other shapes.
        """
        model, name = self._needed_home()
        model.set_layer_weights(name, weights)

    @property
    def weights(self):
        """The weights, each with name, shape and values."""
        return variables(self)

    variables = weights

    @property
    def trainable_weights(self):
        """The weights that training changes."""
        return [weight for weight in self.weights if weight.trainable]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self):
        """The weights that training leaves alone."""
        return [weight for weight in self.weights if not weight.trainable]

    non_trainable_variables = non_trainable_weights

    def count_params(self):
        """The number of the weights' values."""
        model, name = self._needed_home()
        return model.layer_count_params(name)
