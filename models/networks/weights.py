"""The weights of a Keras network as plain arrays."""

from collections.abc import Sequence

import keras
import numpy as np

from models.networks.ensemble import members_of
from models.networks.registry import resolve
from models.networks.spec import NetworkSpec
from models.networks.tagger_spec import TaggerSpec
from models.networks.wide.blend import INTENTS
from models.onnx.network import CellSettings, Characters, Ensemble, Network, Part, Tagger, Weights, Wide


def network_weights(model: keras.Model, spec: NetworkSpec) -> Network:
    """Copies the weights of ``model``, built by ``build_network`` from ``spec`` or loaded again."""
    return Network(
        input=Part(resolve("input", spec.input), _weights(model, "embedding")),
        cell=resolve("cell", spec.cell),
        layers=_layers(model, spec),
        pooling=Part(resolve("pooling", spec.pooling), _weights(model, "pooling")),
        head=Part(resolve("head", spec.head), _weights(model, "logits")),
        wide=_wide(model, spec.wide),
        settings=_settings(spec),
    )


def ensemble_weights(model: keras.Model, members: Sequence[NetworkSpec], wide: str | None) -> Ensemble:
    """Copies the weights of an ensemble.

    Args:
        model: made by ``models.networks.ensemble``, or such a one with a wide side.
        members: what its networks were built from.
        wide: the side beside them, if any.
    """
    networks = zip(members_of(model), members, strict=True)
    return Ensemble(
        tuple(network_weights(network, spec) for network, spec in networks),
        _weights(model, "mean"),
        _wide(model, wide),
    )


def tagger_weights(model: keras.Model, spec: TaggerSpec) -> Tagger:
    """Copies the weights of ``model``, built by ``build_tagger`` from ``spec`` or loaded again."""
    characters = None
    if spec.characters is not None:
        names = ("filters",) if spec.characters == "cnn" else ("forward", "backward")
        characters = Characters(
            spec.characters,
            _weights(model, "character_embedding"),
            tuple(_weights(model, f"character_{name}") for name in names),
        )
    # What the layer gives, not what it has learned: it forbids pairs of tags.
    transitions = model.get_layer("transitions")(keras.ops.zeros((1, 1, spec.classes)))
    return Tagger(
        input=Part(resolve("input", spec.input), _weights(model, "embedding")),
        cell=resolve("cell", spec.cell),
        layers=_layers(model, spec),
        emissions=_weights(model, "emissions"),
        transitions=np.array(keras.ops.convert_to_numpy(transitions), np.float32),
        capitalisation=spec.capitalisation,
        characters=characters,
        pooling=Part(resolve("pooling", spec.pooling), _weights(model, "pooling")) if spec.intents else None,
        intents=_weights(model, INTENTS) if spec.intents else None,
        wide=_wide(model, spec.wide),
        settings=_settings(spec),
    )


def _settings(spec: NetworkSpec) -> CellSettings:
    return CellSettings(spec.output_activation, spec.periods, spec.alpha)


def _layers(model: keras.Model, spec: NetworkSpec) -> tuple[tuple[Weights, ...], ...]:
    directions = ("forward", "backward") if spec.bidirectional else ("forward",)
    return tuple(
        tuple(_weights(model, f"{direction}_{number}") for direction in directions)
        for number in range(1, spec.layers + 1)
    )


def _wide(model: keras.Model, name: str | None) -> Wide | None:
    if name is None:
        return None
    return Wide(Part(resolve("wide", name), _weights(model, "wide")), _weights(model, "blend"))


def _weights(model: keras.Model, layer: str) -> Weights:
    return {
        weight.name: np.array(keras.ops.convert_to_numpy(weight)) for weight in model.get_layer(layer).weights
    }
