"""Layers that are in several models, which have the same weights all the time."""

from .parts import Part


def join(layer, model):
    """Notes that a layer is in a (native) model, which takes over its weights if it has some."""
    home, name = layer._home, layer.name
    if home is not None and home[0] is not model:
        weights = layer.get_weights()
        if weights:
            model.set_layer_weights(name, weights)
            # A part of a layer gives its weights; whole layers are the same in both from now on.
            if not isinstance(home[0], Part):
                model.share(name, *home)
    layer._homes.append((model, name))
    if home is None and layer._initial_weights is not None:
        model.set_layer_weights(name, layer._initial_weights)
    if not layer.trainable:
        model.set_layer_trainable(name, False)
