"""The network of a run: what it is built from, where it starts, and its arrays when it is done."""

from dataclasses import replace
from typing import TYPE_CHECKING

import keras

from models.networks.build import build_network
from models.networks.spec import NetworkSpec
from models.networks.weights import ensemble_weights, network_weights
from models.networks.wide.blend import recurrent_side
from models.onnx.network import Ensemble, Network
from training.config import TAGGING_KEYS

if TYPE_CHECKING:
    from training.run import Prepared, Trained


def network_spec(prepared: "Prepared") -> NetworkSpec:
    """What the network is built from, with its wide side where it has one."""
    wide = prepared.wide
    return NetworkSpec(
        vocabulary_size=len(prepared.vocabulary),
        classes=len(prepared.labels),
        head="sigmoid" if prepared.config.task == "multilabel" else "softmax",
        wide="ngrams" if wide else None,
        wide_rows=wide.ngrams.rows if wide else 0,
        **prepared.config.model.model_dump(exclude={"vectors", "wide", *TAGGING_KEYS}),
    )


def recurrent_spec(prepared: "Prepared") -> NetworkSpec:
    """What is trained: the network without a wide side."""
    return replace(network_spec(prepared), wide=None, wide_rows=0)


def start_network(prepared: "Prepared", seed: int) -> keras.Model:
    """What training starts from: fresh weights, or those of the model to go on from; no wide side."""
    if prepared.previous is not None:
        return recurrent_side(prepared.previous.load_model())
    model = build_network(recurrent_spec(prepared), seed)
    if prepared.vectors is not None:
        prepared.vectors.put_into(model)
    return model


def network_arrays(prepared: "Prepared", trained: "Trained") -> Network | Ensemble:
    """The weights of a trained network or ensemble."""
    spec = network_spec(prepared)
    if trained.members:
        return ensemble_weights(trained.model, trained.members, spec.wide)
    return network_weights(trained.model, spec)
