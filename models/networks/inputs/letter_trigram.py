"""A word as the bag of its letter trigrams."""

from typing import Any

import keras
from keras import ops

from models.networks.lengths import Tensor
from models.networks.spec import NetworkSpec
from models.text.letters import BEGINNING_END, OTHER_INSIDE_ID
from models.text.spec import OTHER_ID


@keras.saving.register_keras_serializable(package="engram")
class LetterTrigrams(keras.layers.Layer):
    """Counts of the 27^3 trigrams and other in a word, times a learned matrix.

    A word's vector is the sum of the matrix' rows that its trigrams stand for, which is the bag times the
    matrix without ever writing down the bag. A misspelt word shares most of its trigrams with the one meant.

    Reference: Huang et al., Learning deep structured semantic models for web search using clickthrough data,
    2013, sections 3.1 and 3.2.

    Input: ids int32 [batch, time] of trigrams (``models.text.letters``) and lengths int32 [batch], how many a
    row has. Output: vectors [batch, words, size], words at least 1, and how many words each row has, int32
    [batch].

    Args:
        size: numbers in a word's vector.
        seed: start of the matrix, uniform in +-0.05.
    """

    def __init__(self, size: int, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size, self.seed = size, seed

    def build(self, ids_shape: Any, lengths_shape: Any) -> None:
        start = keras.initializers.RandomUniform(-0.05, 0.05, seed=self.seed)
        # The last id is other once more.
        self.embeddings = self.add_weight(
            name="embeddings", shape=(OTHER_INSIDE_ID, self.size), initializer=start
        )

    def call(self, ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        batch, time = ops.shape(ids)
        steps = ops.arange(time, dtype="int32")[None, :]
        is_trigram = steps < lengths[:, None]
        begins = is_trigram & ((steps == 0) | ((ids >= OTHER_ID) & (ids < BEGINNING_END)))
        word = ops.cumsum(ops.cast(begins, "int32"), axis=1)
        words = ops.max(word, axis=1)
        most = ops.maximum(ops.max(words), 1)
        places = ops.arange(batch, dtype="int32")[:, None] * most + ops.maximum(word - 1, 0)
        vectors = ops.take(self.embeddings, ops.where(ids == OTHER_INSIDE_ID, OTHER_ID, ids), axis=0)
        vectors = ops.where(is_trigram[..., None], vectors, 0.0)
        bags = ops.segment_sum(
            ops.reshape(vectors, (-1, self.size)), ops.reshape(places, (-1,)), num_segments=batch * most
        )
        return ops.reshape(bags, (batch, most, self.size)), words

    def compute_output_spec(self, ids: Any, lengths: Any) -> tuple[Any, Any]:
        vectors = keras.KerasTensor((ids.shape[0], None, self.size), dtype=self.compute_dtype)
        return vectors, keras.KerasTensor(lengths.shape, dtype="int32")

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "size": self.size, "seed": self.seed}


def letter_trigram(spec: NetworkSpec, name: str, seed: int) -> keras.Layer:
    """The layer with vectors of ``spec.embedding_size``."""
    return LetterTrigrams(spec.embedding_size, seed=seed, name=name)
