"""Several trained networks as one that answers with the mean of their outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import keras
import numpy as np
import numpy.typing as npt

from models.networks.ensemble import ensemble
from models.networks.spec import NetworkSpec
from models.networks.wide.blend import recurrent_side
from training.calibrate import fit_temperature
from training.history import History
from training.network import recurrent_spec
from training.run import Prepared, Trained, judge_network


@dataclass(frozen=True, slots=True)
class Member:
    """The recurrent side of one network of an ensemble.

    Attributes:
        model: without a wide side.
        spec: what it was built from.
        logits: its raw outputs [rows, classes] on dev and, where there is one, test.
    """

    model: keras.Model
    spec: NetworkSpec
    logits: Mapping[str, npt.NDArray[np.float32]]


def member_of(prepared: Prepared, network: Trained) -> Member:
    """A network trained in this run, as a member."""
    logits = network.logits if network.blend is None else network.blend.logits["recurrent"]
    return Member(recurrent_side(network.model), recurrent_spec(prepared), logits)


def average(prepared: Prepared, members: Sequence[Member], seed: int, history: History) -> Trained:
    """The mean of the members, each at its own temperature; a wide side is blended with it anew.

    Args:
        prepared: the data all members were trained on.
        members: at least two.
        seed: of the member whose epochs are shown.
        history: these epochs.
    """
    task, dev = prepared.config.task, prepared.targets["dev"]
    temperatures = [fit_temperature(task, member.logits["dev"], dev) for member in members]
    model = ensemble([member.model for member in members], temperatures)
    pairs = list(zip(members, temperatures, strict=True))
    mean = {
        part: np.stack([member.logits[part] / t for member, t in pairs]).mean(axis=0).astype(np.float32)
        for part in members[0].logits
    }
    specs = tuple(member.spec for member in members)
    return judge_network(prepared, seed, model, history, mean, members=specs)
