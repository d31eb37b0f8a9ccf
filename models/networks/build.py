"""From a spec to a Keras model."""

import keras

from models.networks.inputs.letter_trigram import LetterTrigrams
from models.networks.recurrent import recurrent
from models.networks.registry import find
from models.networks.seeds import derive
from models.networks.spec import NetworkSpec
from models.networks.wide.blend import add_wide


def build_network(spec: NetworkSpec, seed: int) -> keras.Model:
    """Builds a many-to-one network with fresh weights; the same seed gives the same weights.

    Those of a wide side are zero: they come from a linear model (``models.networks.wide``).

    Inputs: ``ids`` int32 [batch, time] of tokens, or of letters where ``spec.input`` reads those, time at
    least 1, right-padded; ``lengths`` int32 [batch], each from 0 to time. Output: ``logits`` float32
    [batch, classes], without softmax or sigmoid. What stands behind a row's length never changes its output.

    Args:
        spec: sizes and parts.
        seed: start of the initial weights and of dropout.

    Raises:
        ConfigError: the registry does not know a part.
    """
    head = find("head", spec.head)
    pooling = find("pooling", spec.pooling)
    ids = keras.Input((None,), dtype="int32", name="ids")
    lengths = keras.Input((), dtype="int32", name="lengths")

    read = find("input", spec.input)(spec, "embedding", derive(seed, "embedding"))
    # Letters make up words, which are what all that follows counts in.
    sequence, steps = read(ids, lengths) if isinstance(read, LetterTrigrams) else (read(ids), lengths)
    if spec.embedding_dropout > 0:
        sequence = keras.layers.SpatialDropout1D(
            spec.embedding_dropout, seed=derive(seed, "embedding_dropout"), name="embedding_dropout"
        )(sequence)
    states = recurrent(spec, sequence, steps, derive(seed, "recurrent"))
    features = pooling(spec, "pooling", derive(seed, "pooling"))(states, steps)
    if spec.dropout > 0:
        features = keras.layers.Dropout(spec.dropout, seed=derive(seed, "dropout"), name="dropout")(features)
    logits = head(spec, "logits", derive(seed, "logits"))(features)
    model = keras.Model({"ids": ids, "lengths": lengths}, logits, name="network")
    return model if spec.wide is None else add_wide(model, spec, seed)
