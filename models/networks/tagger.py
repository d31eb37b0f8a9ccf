"""From a spec to a network that gives every token a tag, and the whole text an intent."""

import keras

from models.networks.heads.crf import Transitions
from models.networks.inputs.characters import Capitalisation, character_vectors
from models.networks.lengths import Tensor
from models.networks.recurrent import recurrent
from models.networks.registry import find
from models.networks.seeds import derive
from models.networks.tagger_spec import TaggerSpec
from models.networks.wide.blend import INTENTS, add_wide


def build_tagger(spec: TaggerSpec, seed: int) -> keras.Model:
    """Builds a network with fresh weights; the same seed gives the same weights.

    Those of a wide side are zero: they come from a linear model (``models.networks.wide``).

    Inputs: ``ids`` int32 [batch, time], time at least 1, right-padded; ``lengths`` int32 [batch]; where the
    spec reads characters, ``characters`` int32 [batch, time, 1 + width]. Outputs: ``emissions`` float32
    [batch, time, tags], which mean nothing at padding; ``transitions`` [tags + 1, tags + 1], see
    ``heads.crf``; with intents ``intent_logits`` [batch, intents].

    Raises:
        ConfigError: the registry does not know a part.
    """
    inputs = {
        "ids": keras.Input((None,), dtype="int32", name="ids"),
        "lengths": keras.Input((), dtype="int32", name="lengths"),
    }
    if spec.reads_characters:
        inputs["characters"] = keras.Input((None, 1 + spec.width), dtype="int32", name="characters")
    sequence = _vectors(spec, inputs, seed)
    if spec.embedding_dropout > 0:
        sequence = keras.layers.SpatialDropout1D(
            spec.embedding_dropout, seed=derive(seed, "embedding_dropout"), name="embedding_dropout"
        )(sequence)
    states = recurrent(spec, sequence, inputs["lengths"], derive(seed, "recurrent"))
    features = _dropped(spec, states, "dropout", seed)
    emissions = _dense(spec.classes, "emissions", seed)(features)
    outputs = {
        "emissions": emissions,
        "transitions": Transitions(spec.types, spec.crf, dtype="float32", name="transitions")(emissions),
    }
    if spec.intents:
        pooling = find("pooling", spec.pooling)(spec, "pooling", derive(seed, "pooling"))
        pooled = _dropped(spec, pooling(states, inputs["lengths"]), "intent_dropout", seed)
        outputs[INTENTS] = _dense(spec.intents, INTENTS, seed)(pooled)
    model = keras.Model(inputs, outputs, name="network")
    return model if spec.wide is None else add_wide(model, spec.of_intents, seed)


def _vectors(spec: TaggerSpec, inputs: dict[str, Tensor], seed: int) -> Tensor:
    """All that is known of each token, [batch, time, size]."""
    found = [find("input", spec.input)(spec, "embedding", derive(seed, "embedding"))(inputs["ids"])]
    if spec.capitalisation:
        found.append(Capitalisation(name="capitalisation")(inputs["characters"]))
    if spec.characters is not None:
        found.append(character_vectors(spec, inputs["characters"], derive(seed, "characters")))
    return found[0] if len(found) == 1 else keras.layers.Concatenate(name="vectors")(found)


def _dropped(spec: TaggerSpec, features: Tensor, name: str, seed: int) -> Tensor:
    if spec.dropout == 0:
        return features
    return keras.layers.Dropout(spec.dropout, seed=derive(seed, name), name=name)(features)


def _dense(units: int, name: str, seed: int) -> keras.Layer:
    return keras.layers.Dense(
        units,
        kernel_initializer=keras.initializers.GlorotUniform(derive(seed, name)),
        dtype="float32",
        name=name,
    )
