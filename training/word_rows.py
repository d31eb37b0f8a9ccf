"""A network's word vectors, gathered once for each distinct token of a batch.

Reading the table through the embedding layer copies it whole at every step that writes into it, and the
gradient then comes by places, not by tokens. Gathered here, neither happens.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

LAYER = "embedding"


@dataclass(frozen=True, slots=True)
class Gathered:
    """The vectors of a batch.

    ``tokens`` int32 [n] has each id of the batch once, ``vectors`` [n, size] their rows of the table, and
    ``places`` int32 [batch * time] says where in ``tokens`` the id of each place stands.
    """

    tokens: Any
    vectors: Any
    places: Any

    def gradient(self, by_place: Any) -> Any:
        """The gradient of the table: each token's sum over its places, one row a token."""
        if isinstance(by_place, tf.IndexedSlices):
            total = tf.size(self.tokens)
            by_place = tf.math.unsorted_segment_sum(by_place.values, by_place.indices, total)
        return tf.IndexedSlices(by_place, self.tokens)


class WordRows:
    """A network that can be given its word vectors.

    Args:
        model: a network with a layer called "embedding", which is Keras' ``Embedding``.
    """

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._layer = model.get_layer(LAYER)

    def gather(self, ids: Any) -> Gathered:
        """The vectors of ids int32 [batch, time]."""
        tokens, places = tf.unique(tf.reshape(ids, [-1]))
        return Gathered(tokens, tf.gather(self._layer.embeddings.value, tokens), places)

    def logits(self, gathered: Gathered, ids: Any, lengths: Any) -> Any:
        """What the network answers in training, from vectors already gathered."""
        return self.outputs(gathered, {"ids": ids, "lengths": lengths})

    def outputs(self, gathered: Gathered, inputs: Mapping[str, Any]) -> Any:
        """The same of a network with any inputs, ``ids`` among them."""
        size = self._layer.output_dim
        shape = tf.concat([tf.shape(inputs["ids"]), [size]], axis=0)
        sequence = tf.ensure_shape(
            tf.reshape(tf.gather(gathered.vectors, gathered.places), shape), [None, None, size]
        )
        # Keras has no way to call a network from one of its layers on that leaves its graph as it is.
        self._layer.call = lambda _ids: sequence
        try:
            return self._model(dict(inputs), training=True)
        finally:
            del self._layer.call


def has_rows(model: keras.Model) -> bool:
    """Whether a token is one row of the table, so that ``WordRows`` can gather them."""
    return any(layer.name == LAYER and isinstance(layer, keras.layers.Embedding) for layer in model.layers)


def word_table(model: keras.Model) -> keras.Variable | None:
    """The table of a network's word vectors, where it has one."""
    layer = next((layer for layer in model.layers if layer.name == LAYER), None)
    return getattr(layer, "embeddings", None)
