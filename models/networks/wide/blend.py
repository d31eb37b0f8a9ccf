"""The recurrent and the wide side of a network, put together and taken apart again."""

import keras

from models.networks.registry import find
from models.networks.seeds import derive
from models.networks.spec import NetworkSpec
from models.networks.weighted_sum import WeightedSum


def add_wide(model: keras.Model, spec: NetworkSpec, seed: int) -> keras.Model:
    """``model``, one or more recurrent networks, with the wide side of ``spec``; they share their weights.

    Raises:
        ConfigError: the registry does not know the wide side.
    """
    assert spec.wide is not None
    ids, lengths = model.input["ids"], model.input["lengths"]
    wide = find("wide", spec.wide)(spec, "wide", derive(seed, "wide"))(ids, lengths)
    blended = WeightedSum(dtype="float32", name="blend")([model.output, wide])
    return keras.Model({"ids": ids, "lengths": lengths}, blended, name="network")


def recurrent_side(model: keras.Model) -> keras.Model:
    """The recurrent side alone, its weights shared with ``model``; ``model`` itself where it has no other."""
    names = {layer.name for layer in model.layers}
    return _until(model, "mean" if "mean" in names else "logits")


def wide_side(model: keras.Model) -> keras.Model:
    """The wide side alone, sharing its weights with ``model``.

    Raises:
        ValueError: it has none.
    """
    return _until(model, "wide")


def _until(model: keras.Model, layer: str) -> keras.Model:
    output = model.get_layer(layer).output
    return model if output is model.output else keras.Model(model.input, output, name="network")
