"""Several trained networks as one that answers with the mean of their outputs."""

from collections.abc import Sequence

import numpy as np

from models.networks.ensemble import ensemble
from models.networks.wide.blend import recurrent_side
from training.calibrate import fit_temperature
from training.network import recurrent_spec
from training.run import Prepared, Trained, judge_network


def average(prepared: Prepared, networks: Sequence[Trained], best: Trained) -> Trained:
    """The mean of the recurrent sides, each at its own temperature; a wide side is blended with it anew.

    Args:
        prepared: what all networks were trained on.
        networks: at least two that differ in their seed.
        best: the one of them whose epochs are shown.
    """
    task, dev = prepared.config.task, prepared.targets["dev"]
    sides = [
        network.logits if network.blend is None else network.blend.logits["recurrent"] for network in networks
    ]
    temperatures = [fit_temperature(task, logits["dev"], dev) for logits in sides]
    model = ensemble([recurrent_side(network.model) for network in networks], temperatures)
    scaled = [{part: x / t for part, x in side.items()} for side, t in zip(sides, temperatures, strict=True)]
    mean = {
        part: np.stack([side[part] for side in scaled]).mean(axis=0).astype(np.float32) for part in sides[0]
    }
    members = (recurrent_spec(prepared),) * len(networks)
    return judge_network(prepared, best.seed, model, best.history, mean, best.store, members)
