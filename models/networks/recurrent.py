"""A stack of recurrent layers, each reading in one or in both directions."""

import keras

from models.networks.lengths import ReverseTokens, Tensor
from models.networks.registry import find
from models.networks.seeds import derive
from models.networks.spec import NetworkSpec


def recurrent(spec: NetworkSpec, sequence: Tensor, lengths: Tensor, seed: int) -> Tensor:
    """States [batch, time, size] of the top layer; those at padding mean nothing.

    The backward direction is the same recurrence over reversed rows, so neither direction needs a mask:
    padding always comes after the tokens. Its states are put back into reading order, after the forward ones:
    size is that of a cell's output, or twice that where ``bidirectional``.

    Between two layers one mask of channels is dropped for all steps of a text and for both directions: Gal
    and Ghahramani, A theoretically grounded application of dropout in recurrent neural networks, 2016,
    section 4.2.
    """
    build = find("cell", spec.cell)
    for number in range(1, spec.layers + 1):

        def layer(direction: str, number: int = number) -> keras.Layer:
            name = f"{direction}_{number}"
            return build(spec, name, derive(seed, name))

        if number > 1 and spec.layer_dropout > 0:
            name = f"layer_dropout_{number - 1}"
            sequence = keras.layers.SpatialDropout1D(spec.layer_dropout, seed=derive(seed, name), name=name)(
                sequence
            )
        forward = layer("forward")(sequence)
        if spec.bidirectional:
            reverse = ReverseTokens(name=f"reverse_{number}")
            backward = reverse(layer("backward")(reverse(sequence, lengths)), lengths)
            sequence = keras.layers.Concatenate(name=f"states_{number}")([forward, backward])
        else:
            sequence = forward
    return sequence
