"""The recurrent and the wide side of a network, put together and taken apart again."""

from typing import Any

import keras

from models.networks.registry import find
from models.networks.seeds import derive
from models.networks.spec import NetworkSpec
from models.networks.weighted_sum import WeightedSum

INTENTS = "intent_logits"
"""The output of a joint network that a wide side stands beside, and its layer."""


def add_wide(model: keras.Model, spec: NetworkSpec, seed: int) -> keras.Model:
    """``model``, one or more recurrent networks, with the wide side of ``spec``; they share their weights.

    Of a joint network only the intents have a wide side; ``spec.classes`` counts these then.

    Raises:
        ConfigError: the registry does not know the wide side.
    """
    assert spec.wide is not None
    ids, lengths = model.input["ids"], model.input["lengths"]
    wide = find("wide", spec.wide)(spec, "wide", derive(seed, "wide"))(ids, lengths)
    blend = WeightedSum(dtype="float32", name="blend")
    blended: Any
    if isinstance(model.output, dict):
        blended = model.output | {INTENTS: blend([model.output[INTENTS], wide])}
    else:
        blended = blend([model.output, wide])
    return keras.Model(model.input, blended, name="network")


def recurrent_side(model: keras.Model) -> keras.Model:
    """The recurrent side alone, its weights shared with ``model``; ``model`` itself where it has no other."""
    names = {layer.name for layer in model.layers}
    if "wide" not in names:
        return model
    output: Any
    if isinstance(model.output, dict):
        output = model.output | {INTENTS: model.get_layer(INTENTS).output}
    else:
        output = model.get_layer("mean" if "mean" in names else "logits").output
    return keras.Model(model.input, output, name="network")


def wide_side(model: keras.Model) -> keras.Model:
    """The wide side alone, sharing its weights with ``model``; it reads ids and lengths.

    Raises:
        ValueError: it has none.
    """
    read = {name: model.input[name] for name in ("ids", "lengths")}
    return keras.Model(read, model.get_layer("wide").output, name="network")
