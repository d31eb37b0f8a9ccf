"""Several networks as one, whose outputs are the mean of theirs."""

from collections.abc import Sequence

import keras

from models.networks.weighted_sum import WeightedSum


def ensemble(members: Sequence[keras.Model], temperatures: Sequence[float]) -> keras.Model:
    """The mean of the members' logits, each divided by its temperature.

    So the probabilities are the geometric mean of theirs, and a member that is surer than it should be has no
    more say than the others.

    Args:
        members: networks of the same ids and classes without a wide side; they become part of the result
            and get names of their own.
        temperatures: one a member.
    """
    ids = keras.Input((None,), dtype="int32", name="ids")
    lengths = keras.Input((), dtype="int32", name="lengths")
    logits = []
    for number, member in enumerate(members, start=1):
        member.name = _name(number)
        logits.append(member({"ids": ids, "lengths": lengths}))
    total = WeightedSum(dtype="float32", name="mean")
    model = keras.Model({"ids": ids, "lengths": lengths}, total(logits), name="network")
    total.scales.assign([1.0 / (len(members) * temperature) for temperature in temperatures])
    return model


def members_of(model: keras.Model) -> list[keras.Model]:
    """The networks that ``ensemble`` made ``model`` of; none where it is a single network."""
    return [layer for layer in model.layers if isinstance(layer, keras.Model)]


def _name(number: int) -> str:
    return f"member_{number}"
