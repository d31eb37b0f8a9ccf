"""What the characters of a token say: int32 [batch, time, 1 + width] -> vectors [batch, time, size].

The first number of a token is its case, the others are its characters, padded with 0: see
``models.text.characters``.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import keras
from keras import ops

from models.networks.lengths import ReverseTokens, Tensor
from models.networks.pooling.last import LastPooling
from models.networks.pooling.max import MaxPooling
from models.networks.seeds import derive
from models.networks.tagger_spec import TaggerSpec
from models.text.case import CASES

WINDOW = 3


@keras.saving.register_keras_serializable(package="engram")
class Capitalisation(keras.layers.Layer):
    """The case of each token as 1-of-N, zero at padding: [batch, time, cases - 1]."""

    def call(self, characters: Tensor) -> Tensor:
        return ops.one_hot(characters[:, :, 0] - 1, CASES - 1, dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:2], CASES - 1)


@keras.saving.register_keras_serializable(package="engram")
class TokensAsRows(keras.layers.Layer):
    """The characters of each token as a row of its own: int32 [batch * time, width]."""

    def call(self, characters: Tensor) -> Tensor:
        return ops.reshape(characters[:, :, 1:], (-1, characters.shape[-1] - 1))


@keras.saving.register_keras_serializable(package="engram")
class CharacterCounts(keras.layers.Layer):
    """How many characters each row has: int32 [rows, width] -> int32 [rows]."""

    def call(self, rows: Tensor) -> Tensor:
        return ops.sum(ops.cast(rows > 0, "int32"), axis=-1)


@keras.saving.register_keras_serializable(package="engram")
class RowsAsTokens(keras.layers.Layer):
    """Puts the vector of each row back to its token: [batch * time, size] -> [batch, time, size].

    Input: the vectors, and something whose first two axes are [batch, time].
    """

    def call(self, rows: Tensor, like: Tensor) -> Tensor:
        return ops.reshape(rows, (-1, ops.shape(like)[1], rows.shape[-1]))

    def compute_output_shape(self, rows_shape: Any, like_shape: Any) -> Any:
        return (*like_shape[:2], rows_shape[-1])


def character_vectors(spec: TaggerSpec, characters: Tensor, seed: int) -> Tensor:
    """One vector a token from its characters, [batch, time, size].

    "cnn": the largest answer of each of ``character_units`` filters over three neighbouring characters (dos
    Santos and Zadrozny, Learning character-level representations, 2014; Ma and Hovy, End-to-end sequence
    labeling, 2016). "lstm": the final states of an LSTM in both directions, ``character_units`` numbers each
    (Lample et al., Neural architectures for named entity recognition, 2016).
    """
    rows = TokensAsRows(name="characters_of_tokens")(characters)
    counts = CharacterCounts(name="character_counts")(rows)
    vectors = keras.layers.Embedding(
        spec.character_vocabulary,
        spec.character_size,
        embeddings_initializer=keras.initializers.RandomUniform(
            -0.25, 0.25, seed=derive(seed, "character_embedding")
        ),
        name="character_embedding",
    )(rows)
    assert spec.characters is not None
    read = READERS[spec.characters](spec, vectors, counts, seed)
    return RowsAsTokens(name="tokens_of_characters")(read, characters)


def _filtered(spec: TaggerSpec, vectors: Tensor, counts: Tensor, seed: int) -> Tensor:
    answers = keras.layers.Conv1D(
        spec.character_units,
        WINDOW,
        padding="same",
        activation="relu",
        kernel_initializer=keras.initializers.GlorotUniform(derive(seed, "character_filters")),
        name="character_filters",
    )(vectors)
    return MaxPooling(name="character_pooling")(answers, counts)


def _both_ends(spec: TaggerSpec, vectors: Tensor, counts: Tensor, seed: int) -> Tensor:
    def layer(name: str) -> keras.Layer:
        return keras.layers.LSTM(
            spec.character_units,
            kernel_initializer=keras.initializers.GlorotUniform(derive(seed, f"{name}/kernel")),
            recurrent_initializer=keras.initializers.Orthogonal(seed=derive(seed, f"{name}/recurrent")),
            return_sequences=True,
            use_cudnn=False,
            name=name,
        )

    reverse = ReverseTokens(name="character_reverse")
    forward = layer("character_forward")(vectors)
    backward = reverse(layer("character_backward")(reverse(vectors, counts)), counts)
    states = keras.layers.Concatenate(name="character_states")([forward, backward])
    return LastPooling(bidirectional=True, name="character_pooling")(states, counts)


READERS: Mapping[str, Callable[[TaggerSpec, Tensor, Tensor, int], Tensor]] = MappingProxyType(
    {"cnn": _filtered, "lstm": _both_ends}
)
"""By the name in a config: from the vectors of characters [rows, width, size] and how many each row has, one
vector a row."""
